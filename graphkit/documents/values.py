"""From a rule's match to the value of a fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from graphkit.documents.mention import Mention
from graphkit.documents.model import AssignmentValue, CadenceValue, DateValue, DeadlineValue, IssuerValue
from graphkit.documents.numbers import parse_number

_DEADLINE_UNITS: dict[str, Any] = {
    "工作日": "workday",
    "日": "day",
    "天": "day",
    "自然日": "day",
    "周": "week",
    "月": "month",
    "季度": "month",
    "年": "year",
    "小时": "hour",
}
_CADENCE_UNITS: dict[str, tuple[int, Any]] = {
    "天": (1, "day"),
    "日": (1, "day"),
    "工作日": (1, "workday"),
    "周": (1, "week"),
    "星期": (1, "week"),
    "旬": (10, "day"),
    "半月": (15, "day"),
    "半个月": (15, "day"),
    "月": (1, "month"),
    "季度": (1, "quarter"),
    "季": (1, "quarter"),
    "半年": (1, "half"),
    "年": (1, "year"),
    "年度": (1, "year"),
}
_GROUP_ENDS = "，。；、 的"


def deadline(text: str, dates: Mapping[int, DateValue]) -> Callable[[re.Match[str]], DeadlineValue | None]:
    """Return the builder of deadlines; `dates` are the dates of the text by where they start."""

    def build(match: re.Match[str]) -> DeadlineValue | None:
        groups = match.re.groupindex
        task = _words(text, match, "task")
        if "n" in groups and match.group("n"):
            number = parse_number(match.group("n"))
            unit = _DEADLINE_UNITS[match.group("unit")]
            if number is None:
                return None
            within = int(number) * (3 if match.group("unit") == "季度" else 1)
            after = _words(text, match, "after")
            return DeadlineValue(within=within, unit=unit, after=after, task=task)
        start, end = match.span("fact")
        if "inside" in groups and not text.endswith("内", start, end):
            return None
        date = next((dates[place] for place in range(start, end) if place in dates), None)
        return DeadlineValue(due_on=date.end, task=task) if date else None

    return build


def cadence(text: str) -> Callable[[re.Match[str]], CadenceValue | None]:
    """Return the builder of cadences."""

    def build(match: re.Match[str]) -> CadenceValue | None:
        times, unit = _CADENCE_UNITS[match.group("unit")]
        written = match.group("n") if "n" in match.re.groupindex else None
        number = parse_number(written) if written else None
        every = int(number) if number is not None else 1
        return CadenceValue(every=every * times, unit=unit, task=_words(text, match, "task")) if every > 0 else None

    return build


def assignment(text: str) -> Callable[[re.Match[str], Mention], AssignmentValue]:
    """Return the builder of assignments; the rule says the role."""

    def build(match: re.Match[str], mention: Mention) -> AssignmentValue:
        role: Literal["lead"] = "lead"
        task = _words(text, match, "task")
        return AssignmentValue(agency=mention.name, id=mention.id, role=role, task=task)

    return build


def issuer(match: re.Match[str] | None, mention: Mention) -> IssuerValue:
    """Build an issuer from the agency that the rule found."""
    return IssuerValue(name=mention.name, id=mention.id)


def _words(text: str, match: re.Match[str], group: str) -> str | None:
    if group not in match.re.groupindex:
        return None
    start, end = match.span(group)
    return text[start:end].strip(_GROUP_ENDS) or None if start >= 0 else None
