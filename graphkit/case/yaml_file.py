"""YAML files of a case: every scalar stays the text that was written (a region code keeps its zeros)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graphkit.case.encoding import detect
from graphkit.case.rejects import Reject
from graphkit.model.case import DefinitionError, Wrong
from graphkit.model.errors import InputError

MAX_BYTES = 5_000_000
MAX_NODES = 500_000


class _Loader(yaml.BaseLoader):
    """PyYAML's loader of plain text scalars, which also refuses a key given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key.value}' is given twice", key.start_mark
                )
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep))


_Loader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, True))  # type: ignore[arg-type]


def read_yaml(path: Path, name: str) -> dict[str, Any]:
    """Return the mapping in a YAML file; `name` is what errors call the file. InputError says line and column."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{name}: larger than {MAX_BYTES:,} bytes, which no definition needs")
        encoding = detect(path)
        if encoding is None:
            raise InputError(f"{name}: the text is neither UTF-8 nor GB18030; save it as UTF-8")
        text = path.read_text(encoding=encoding)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if _size(node, {}) > MAX_NODES:
            raise InputError(f"{name}: its aliases (*name) make more than {MAX_NODES:,} values of it; write it out")
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"{name}{where}: {error.problem or 'not YAML'}") from None
    except RecursionError:
        raise InputError(f"{name}: is nested too deeply") from None
    except yaml.YAMLError as error:
        raise InputError(f"{name}: not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(data, dict):
        raise InputError(
            f"{name}: {'the file is empty' if data in (None, '') else 'must be a map of key: value lines'}"
        )
    return data


def _size(node: Any, known: dict[int, int]) -> int:
    """Count the values below a node, those of an alias each time that it is used. RecursionError for an endless one."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        parts = node.value if isinstance(node, yaml.SequenceNode) else [value for _, value in node.value]
        known[id(node)] = 1 + sum(_size(part, known) for part in parts)
    return known[id(node)]


def wrong_parts(error: ValidationError) -> list[Wrong]:
    """Return what pydantic found wrong in a file's data."""
    found: list[Wrong] = []
    for one in error.errors(include_url=False):
        several = one.get("ctx", {}).get("error")
        if isinstance(several, DefinitionError):
            found += [part._replace(loc=(*one["loc"], *part.loc)) for part in several.found]
        else:
            found.append(Wrong(one["loc"], _value(one), _reason(one)))
    return found


def as_rejects(path: Path, name: str, data: dict[str, Any], wrong: list[Wrong]) -> list[Reject]:
    """Return what is wrong in a file by line and key; a part of a list is called by its id."""
    root = _Loader(path.read_text(encoding=detect(path) or "utf-8")).get_single_node()
    return [Reject(name, _line(root, loc), _key(data, loc) or None, value, why) for loc, value, why in wrong]


def without(data: dict[str, Any], wrong: list[Wrong]) -> dict[str, Any]:
    """Return a file's data without what is wrong: an entry of a map or list where it is one, else all of its key."""
    left = dict(data)
    for key in {loc[0] for loc, _, _ in wrong}:
        entries = {loc[1] if len(loc) > 1 else None for loc, _, _ in wrong if loc[0] == key}
        match data[str(key)]:
            case dict() as whole if entries <= whole.keys():
                left[str(key)] = {name: value for name, value in whole.items() if name not in entries}
            case list() as whole if entries <= set(range(len(whole))):
                left[str(key)] = [value for place, value in enumerate(whole) if place not in entries]
            case _:
                del left[str(key)]
    return left


def _line(node: Any, loc: tuple[int | str, ...]) -> int | None:
    """Return the line of the innermost part of `loc` that is there."""
    line: int | None = None
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if part not in pairs:
                break
            key, node = pairs[part]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _key(data: Any, loc: tuple[int | str, ...]) -> str:
    parts = []
    for part in loc:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) else None
        else:
            data = data.get(part) if isinstance(data, dict) else None
        own = data.get("id") if isinstance(data, dict) and isinstance(part, int) else None
        parts.append(str(own or part))
    return ".".join(parts)


def _value(one: Any) -> str | None:
    given = one.get("input")
    return (
        None if isinstance(given, dict | list) or one["type"] == "missing" else str(given if given is not None else "")
    )


_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "int_parsing": "is not a whole number",
    "decimal_parsing": "is not a number",
    "bool_parsing": "is neither true nor false",
    "list_type": "must be a list: [a, b]",
    "dict_type": "must be a map: {key: value}",
    "model_type": "must be a map: {key: value}",
    "string_type": "must be text, and not empty",
    "string_too_short": "is empty",
}


def _reason(one: Any) -> str:
    if one["type"] == "literal_error":
        return f"must be {one['ctx']['expected']}"
    return _REASONS.get(one["type"]) or one["msg"].removeprefix("Value error, ").replace("Input should", "should")
