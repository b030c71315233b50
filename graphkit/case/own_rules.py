"""The rules that analysts add to a case: read from its `rules` folder and checked before they are kept.

A rule is checked as far as it can be without the case's facts: its header, its query against the guard, and, for SQL,
the query once over empty tables in the sandbox, so that an unknown column or a wrong type is told when it is loaded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from graphkit.case.folder import named, strange
from graphkit.engine.rule_rows import rule_rows
from graphkit.engine.sandbox import run_select
from graphkit.model.errors import GraphkitError, InputError
from graphkit.model.rule import Language, OwnRule, parse_own_rule
from graphkit.model.rule_columns import RULE_TABLES

MAX_BYTES = 100_000
_LANGUAGES: dict[str, Language] = {".sql": "sql", ".cypher": "cypher"}

RuleCheck = Callable[[OwnRule], None]
"""Raises a GraphkitError that says what is wrong with a rule."""


@dataclass(slots=True)
class OwnRules:
    """What a `rules` folder holds: usable rules, and of each other file its name and why it is left out."""

    rules: list[OwnRule] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_own_rules(folder: Path, check_cypher: RuleCheck | None = None) -> OwnRules:
    """Read the rules in a case folder's `rules`, sorted by file name; none where there is no such folder.

    `check_cypher` is graphkit.graph's check of a rule in Cypher (imports run one way); without it only the header is.
    """
    found = OwnRules()
    rules = folder / "rules"
    for path in sorted(rules.iterdir()) if rules.is_dir() else []:
        name = f"rules/{named(path.name)}"
        language = _LANGUAGES.get(path.suffix.lower())
        if language is None or path.name.startswith("."):
            if not path.name.startswith("."):
                found.warnings.append(f"{name}: is not read; a rule is a .sql or .cypher file")
            continue
        try:
            rule = _read(path, folder, name, language, check_cypher)
            if rule.id in {one.id for one in found.rules}:
                raise InputError(f"{name}: another file defines the rule {rule.id} already")
        except GraphkitError as error:
            found.rejected.append((name, str(error).removeprefix(f"{name}: ")))
            continue
        found.rules.append(rule)
    return found


def _read(path: Path, folder: Path, name: str, language: Language, check_cypher: RuleCheck | None) -> OwnRule:
    if (why := strange(path, folder)) is not None:
        raise InputError(why)
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}") from None
    if data is None:
        raise InputError(f"larger than {MAX_BYTES:,} bytes, which no rule needs")
    text = _decoded(data)
    rule = parse_own_rule(text, name, language)
    if rule.id != path.stem:
        raise InputError(f"its header says id: {rule.id}; the file is called after the id")
    if language == "sql":
        check_sql_rule(rule)
    elif check_cypher is not None:
        check_cypher(rule)
    return rule


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise InputError("the text is neither UTF-8 nor GB18030; save it as UTF-8")


def check_sql_rule(rule: OwnRule) -> None:
    """Run a rule over empty tables. Raises InputError or RefusedError for what is wrong with its query or columns."""
    from graphkit.engine.select import check_select  # noqa: PLC0415 - its parser takes a while to import

    read = check_select(rule.query, RULE_TABLES)
    rule_rows(rule.about, run_select(rule.query, {table: _empty(RULE_TABLES[table]) for table in read}))


def _empty(columns: str) -> str:
    """Return a SELECT without rows that has the given columns, declared as DuckDB does."""
    fields = columns.split(", ")
    names = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, _, kind in (one.partition(" ") for one in fields))
    return f"SELECT {names} LIMIT 0"
