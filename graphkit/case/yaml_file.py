"""YAML files of a case: every scalar stays the text that was written (a region code keeps its zeros)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graphkit.case.encoding import detect
from graphkit.model.errors import InputError

MAX_BYTES = 5_000_000


class _Loader(yaml.BaseLoader):
    """PyYAML's loader of plain text scalars, which also refuses a key given twice and aliases (they can explode)."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "aliases (*name) are not read here; write it out", event.start_mark
            )
        return super().compose_node(parent, index)

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
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  (a BaseLoader: it builds text, lists and maps only)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"{name}{where}: {error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{name}: not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(data, dict):
        raise InputError(
            f"{name}: {'the file is empty' if data in (None, '') else 'must be a map of key: value lines'}"
        )
    return data


def validation_lines(name: str, error: ValidationError) -> list[str]:
    """Return one line for each thing that pydantic found wrong: file, key, value, reason."""
    lines = []
    for one in error.errors(include_url=False):
        key = ".".join(str(part) for part in one["loc"])
        value = (
            ""
            if isinstance(one.get("input"), dict | list) or one["type"] == "missing"
            else f" = {str(one['input'])[:80]!r}"
        )
        reason = "is missing" if one["type"] == "missing" else one["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {key + value + ': ' if key else ''}{reason}")
    return lines
