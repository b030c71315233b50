"""Report periods of a case's cadence, and Chinese working days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import chinese_calendar
import pyarrow as pa

from graphkit.engine.arrow import table_of
from graphkit.model.case import Cadence
from graphkit.model.errors import UsageError

MOST_PERIODS = 36_600
"""So many periods of one kind of report are looked at: a century of days. Each that was missed is a gap of its own."""


def period_ends(cadence: Cadence, as_of: date) -> Iterator[date]:
    """Yield the last day of each whole period that ended before `as_of` (CONTRACT.md section 3, missed_report).

    UsageError when there are more than MOST_PERIODS of them.
    """
    for number, end in enumerate(_period_ends(cadence, as_of)):
        if number == MOST_PERIODS:
            raise UsageError(
                f"report_cadence {cadence.kind} has more than {MOST_PERIODS:,} periods until {as_of}; "
                "choose an earlier as-of date, or give it an end in case.yaml"
            )
        yield end


def _period_ends(cadence: Cadence, as_of: date) -> Iterator[date]:
    start = cadence.start
    while True:
        if cadence.every_days is not None:
            days = cadence.every_days - 1
        else:
            days = monthrange(start.year, start.month)[1] - start.day
        if (date.max - start).days <= days:
            return  # it ends on the last day that there is, or never
        end = start + timedelta(days=days)
        if end >= as_of or (cadence.end is not None and end > cadence.end):
            return
        yield end
        start = end + timedelta(days=1)


@cache
def known_years() -> tuple[int, int]:
    """Return the first and the last year whose Chinese working days the calendar library knows."""
    years = {day.year for day in chinese_calendar.holidays}
    return min(years), max(years)


@cache
def workdays() -> pa.Table:
    """Return every day of the known years with `number`, how many working days there were up to and with it."""
    first, last = known_years()
    day, number = date(first, 1, 1), 0
    rows = []
    while day.year <= last:
        is_workday = bool(chinese_calendar.is_workday(day))
        number += is_workday
        rows.append((day, number, is_workday))
        day += timedelta(days=1)
    return table_of(_WORKDAYS, rows)


def no_workdays() -> pa.Table:
    """Return the calendar of a case that counts plain days: none is needed."""
    return table_of(_WORKDAYS, [])


_WORKDAYS = pa.schema([("day", pa.date32()), ("number", pa.int64()), ("is_workday", pa.bool_())])
