"""Planted cases put together into few larger ones: what is asked of each is asked at once, of rows of every kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from tests.planted.build import Planted
from tests.reference.case import Case, Row

_WORLD = ("regions", "agencies")
"""The tables that planted cases share; every other row is a case's own, and so are policies and measures."""


def merged(questions: Iterable[Planted]) -> list[tuple[Planted, list[Planted]]]:
    """Put together what is asked under the same settings; with each larger question (that expects nothing) its own.

    Ids have the question's name in front. All are asked as of the latest day: a case of an earlier one is moved there
    with all its dates, but not where one day is unlike another, or a moment is asked about.
    """
    alike = groupby(sorted(questions, key=_settings), key=_settings)
    return [(_put_together(own), own) for own in (list(group) for _, group in alike)]


def _settings(question: Planted) -> str:
    """Name all that an answer rests on beside rows, the presence of the tables whose absence says something too."""
    meta, tables = question.case.meta, question.case.tables
    own = sorted((name, value) for name, value in meta.items() if name != "report_cadence")
    present = [bool(tables.get(name)) for name in ("agencies", "beneficiaries", "coverage")]
    fixed = question.as_of if "calendar" in meta or question.known_by else None
    return repr((own, tables.get("regions"), present, question.known_by, question.thresholds, fixed))


def _put_together(questions: list[Planted]) -> Planted:
    whole = replace(questions[0], as_of=max(one.as_of for one in questions), expected=[])
    meta: dict[str, Any] = {}
    policies: list[Row] = []
    tables: dict[str, list[Row]] = {}
    for one in questions:
        moved = _Moved({name: f"{one.name}-{name}" for name in _own_ids(one.case)}, whole.as_of - one.as_of)
        meta |= moved(one.case.meta)
        policies += moved(one.case.policies)
        for name, rows in one.case.tables.items():
            there = tables.setdefault(name, [])
            there += [row for row in moved(rows) if name not in _WORLD or row not in there]
    return replace(whole, case=Case(meta, policies, tables))


def _own_ids(case: Case) -> set[str]:
    rows = [row for name, rows in case.tables.items() if name not in _WORLD for row in rows]
    rows += [*case.policies, *(measure for policy in case.policies for measure in policy["measures"])]
    return {row[name] for row in rows for name in ("id", "beneficiary") if name in row}


@dataclass(frozen=True)
class _Moved:
    """Gives what a case says with other names and later dates."""

    names: dict[str, str]
    by: timedelta

    def __call__(self, value: Any) -> Any:
        match value:
            case dict():
                return {key: self._time(one) if key == "recorded_at" else self(one) for key, one in value.items()}
            case list():
                return [self(one) for one in value]
            case date():
                return value + self.by
            case str():
                return self.names.get(value, value)
        return value

    def _time(self, text: str) -> str:
        return (datetime.fromisoformat(text) + self.by).isoformat()
