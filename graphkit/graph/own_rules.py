"""Analysts' rules in Cypher: read by the guard, run on the graph of the evaluation that they add gaps to.

The graph is built for the evaluation alone, in a folder of its own, so that a rule sees exactly what the evaluation
holds, whichever graph the workspace keeps; where a case has no such rule, none is built. A rule gives the columns of
`graphkit.model.rule_columns`, with `key` (not `id`) of a node to name it, and `amount_e4` for an exact `amount`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.engine.rule_rows import rule_rows
from graphkit.gaps import Evaluation
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.frames import Frames
from graphkit.graph.limits import Limits
from graphkit.graph.parser import parse
from graphkit.graph.projection import project
from graphkit.graph.values import Result
from graphkit.model.case import THRESHOLDS
from graphkit.model.errors import GraphkitError, InputError, UsageError
from graphkit.model.rule import OwnRule
from graphkit.model.rule_columns import COLUMN_KINDS, ColumnKind

LIMITS = Limits(timeout_s=30.0, rows=200_000)
"""What one rule may take; a rule with more rows is left out, for a part of its gaps would pass for all of them."""

_EXACT = "amount_e4"


def add_cypher_gaps(evaluation: Evaluation) -> None:
    """Run the case's rules in Cypher and add their gaps; what is wrong with a rule becomes a problem of its own.

    All of them are run before any is added: no rule sees the gaps of another.
    """
    rules = [rule for rule in evaluation.facts.rules(evaluation.case.id) if rule.language == "cypher"]
    given = {
        "case": evaluation.case.id,
        "as_of": evaluation.as_of,
        "known_by": evaluation.known_by,
        **{name: float(value) for name, value in evaluation.thresholds.items()},
    }
    found: list[tuple[OwnRule, pa.Table]] = []
    problems: list[str] = []
    for rule, rows in _run(rules, project([evaluation]), given):
        if isinstance(rows, GraphkitError):
            problems.append(f"{rule.file}: {rows}")
        else:
            found.append((rule, rows))
    evaluation.add_gaps(found, problems)


def check_cypher_rule(rule: OwnRule) -> None:
    """Run a rule over an empty graph. Raises what is wrong with its query or its columns, as it is loaded."""
    given = {"case": "", "as_of": date(2000, 1, 1), "known_by": None, **dict.fromkeys(THRESHOLDS, 0.0)}
    for _, rows in _run([rule], Frames([], ()), given):
        if isinstance(rows, GraphkitError):
            raise rows
        rule_rows(rule.about, rows)


def _run(
    rules: Iterable[OwnRule], frames: Frames, given: Mapping[str, Any]
) -> Iterable[tuple[OwnRule, pa.Table | GraphkitError]]:
    """Yield each rule with its rows, or with what is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="graphkit-rules-") as folder:
        store = EmbeddedStore(Path(folder), workers=1)
        store.load(frames)
        try:
            for rule in rules:
                try:
                    yield rule, _table(store.run(rule.query, _asked(rule.query, given), LIMITS))
                except GraphkitError as error:
                    yield rule, error
        finally:
            store.close()


def _asked(query: str, given: Mapping[str, Any]) -> dict[str, Any]:
    asked = parse(query).parameters
    if unknown := sorted(asked - given.keys()):
        known = ", ".join(f"${name}" for name in sorted(given))
        raise UsageError(f"it asks for ${unknown[0]}; a rule is given {known}")
    return {name: given[name] for name in asked}


def _table(result: Result) -> pa.Table:
    """Return the rows with the types that the columns of a rule have.

    What is a notice to somebody at a console, such as a path that is cut off, is an error in a rule.
    """
    if result.notices:
        raise InputError(result.notices[0])
    if len(result.rows) >= LIMITS.rows:
        raise InputError(f"it gives {LIMITS.rows:,} rows or more; find less")
    if twice := sorted({name for name in result.columns if result.columns.count(name) > 1}):
        raise InputError(f"it gives the column {twice[0]} twice")
    columns = {
        ("amount" if name == _EXACT else name): _column(name, [row[place] for row in result.rows])
        for place, name in enumerate(result.columns)
    }
    return pa.table(columns)


def _column(name: str, values: list[Any]) -> pa.Array:
    kind = COLUMN_KINDS.get("amount" if name == _EXACT else name)
    if kind is None:
        return pa.nulls(len(values))
    read, target = _READ[kind]
    if name == _EXACT:
        read = _ten_thousandths
    try:
        return pa.array([None if value is None else read(value) for value in values], target)
    except (TypeError, ValueError, OverflowError, pa.ArrowInvalid):
        wrong = next((value for value in values if value is not None and not _is_read(read, value)), values[0])
        said = f"'{str(wrong)[:60]}'"
        raise InputError(f"its column {name} gives {said}, which is not {_SAID[kind]}") from None


def _is_read(read: Callable[[Any], Any], value: Any) -> bool:
    try:
        read(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(_text(value))


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _ten_thousandths(value: Any) -> Decimal:
    return Decimal(_whole(value)).scaleb(-4)


_READ: dict[ColumnKind, tuple[Callable[[Any], Any], pa.DataType]] = {
    "text": (_text, pa.string()),
    "date": (_date, pa.date32()),
    "whole": (_whole, pa.int64()),
    "amount": (lambda value: Decimal(_whole(value)), pa.decimal128(28, 6)),
}
_SAID: dict[ColumnKind, str] = {
    "text": "text; name a node by its key",
    "date": "a date",
    "whole": "a whole number",
    "amount": "exact; return amount_e4 (1/10000 of a unit) instead, as it is or summed",
}
