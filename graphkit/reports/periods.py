"""Which reports a case's cadence asks for, and the days that a trend compares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from graphkit.gaps import Evaluation
from graphkit.gaps.periods import period_ends
from graphkit.reports.queries import rows


@dataclass(frozen=True)
class Due:
    """A report that was asked for and nobody issued: its kind, the last days of its period and of the one before."""

    kind: str
    period_end: date
    last_period_end: date


def reports_due(evaluation: Evaluation) -> list[Due]:
    """Return the reports whose period ended before the as-of date and that nobody issued by then, oldest first."""
    issued = {
        (row["kind"], row["period_end"])
        for row in rows(evaluation, "SELECT kind, period_end FROM reports ORDER BY ALL")
    }
    due = []
    for cadence in evaluation.case.report_cadence:
        last = cadence.start - timedelta(days=1)
        for end in period_ends(cadence, evaluation.as_of):
            if (cadence.kind, end) not in issued:
                due.append(Due(cadence.kind, end, last))
            last = end
    return sorted(due, key=lambda one: (one.period_end, one.kind))


def former_period_end(evaluation: Evaluation, kind: str) -> date | None:
    """Return the last day of the period before the one that the as-of date lies in, of one kind of report.

    That is the case's cadence's; where it asks for none of the kind then, the period of the last one issued.
    """
    day = evaluation.as_of
    for cadence in evaluation.case.report_cadence:
        if cadence.kind == kind and cadence.start <= day and (cadence.end is None or day <= cadence.end):
            return max(period_ends(cadence, day), default=cadence.start - timedelta(days=1))
    reports = rows(evaluation, "SELECT kind, period_end FROM reports ORDER BY ALL")
    ended = (row["period_end"] for row in reports if row["kind"] == kind)
    return max((end for end in ended if end < day), default=None)


def month_ends(before: date, count: int, first: date) -> list[date]:
    """Return the last days of at most `count` months before a day, none before `first`, the oldest first."""
    ends: list[date] = []
    month = before.replace(day=1)
    while len(ends) < count and month > first:
        ends.append(month - timedelta(days=1))
        month = ends[-1].replace(day=1)
    return ends[::-1]
