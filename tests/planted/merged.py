"""Planted cases put together into few larger ones: what is asked of each is asked at once, of rows of every kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from tests.planted.build import Expected, Planted
from tests.reference.case import Case, Row

_WORLD = ("regions", "agencies")
"""The tables that planted cases share; every other row is a case's own, and so are policies and measures."""


def merged(questions: Iterable[Planted]) -> list[Planted]:
    """Put together what is asked under the same settings, with the gaps that are expected of each.

    Ids have the question's name in front. All are asked as of the latest day: a case of an earlier one is moved there
    with all its dates, but not where one day is unlike another, or a moment is asked about.
    """
    alike = groupby(sorted(questions, key=_settings), key=_settings)
    return [_put_together(list(own)) for _, own in alike]


def _settings(question: Planted) -> str:
    """Name all that an answer rests on beside rows, such as the presence of tables whose absence says something too."""
    meta, tables = question.case.meta, question.case.tables
    present = [bool(tables.get(name)) for name in ("agencies", "beneficiaries", "coverage")]
    fixed = question.as_of if "calendar" in meta or question.known_by else None
    is_about_all = (
        "report_cadence" in meta or question.ranked or any(gap.get("caused_by_ids") for gap in question.expected)
    )
    alone = question.name if is_about_all else None
    return repr((meta, tables.get("regions"), present, question.known_by, question.thresholds, fixed, alone))


def _put_together(questions: list[Planted]) -> Planted:
    if len(questions) == 1:
        return questions[0]
    whole = replace(questions[0], as_of=max(one.as_of for one in questions))
    policies: list[Row] = []
    tables: dict[str, list[Row]] = {}
    expected: list[Expected] = []
    for one in questions:
        moved = _Moved({name: f"{one.name}-{name}" for name in _own_ids(one.case)}, whole.as_of - one.as_of)
        policies += moved(one.case.policies)
        expected += moved(one.expected)
        for name, rows in one.case.tables.items():
            there = tables.setdefault(name, [])
            there += [row for row in moved(rows) if name not in _WORLD or row not in there]
    return replace(whole, case=Case(whole.case.meta, policies, tables), expected=expected)


def _own_ids(case: Case) -> set[str]:
    """Return the ids of a case's own, and the kinds of its findings: a finding of the same kind is one again."""
    rows = [row for name, rows in case.tables.items() if name not in _WORLD for row in rows]
    rows += [*case.policies, *(measure for policy in case.policies for measure in policy["measures"])]
    ids = {row[name] for row in rows for name in ("id", "beneficiary") if name in row}
    return ids | {row["kind"] for row in case.tables.get("findings", []) if "kind" in row}


@dataclass(frozen=True)
class _Moved:
    """Gives what a case says with other names and later dates."""

    names: dict[str, str]
    by: timedelta

    def __call__(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._time(one) if key == "recorded_at" else self(one) for key, one in value.items()}
            case list() | tuple() | set():
                return type(value)(self(one) for one in value)
            case date():
                return value + self.by
            case str():
                return self.names.get(value, value)
        return value

    def _time(self, text: str) -> str:
        return (datetime.fromisoformat(text) + self.by).isoformat()
