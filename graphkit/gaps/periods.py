"""Report periods of a case's cadence, and Chinese working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import pyarrow as pa

from graphkit.engine.arrow import table_of
from graphkit.model.case import Cadence


def period_ends(cadence: Cadence, as_of: date) -> Iterator[date]:
    """Yield the last day of each whole period that ended before `as_of` (CONTRACT.md section 3, missed_report)."""
    start = cadence.start
    while True:
        if cadence.every_days is not None:
            end = start + timedelta(days=cadence.every_days - 1)
        else:
            end = date(start.year + start.month // 12, start.month % 12 + 1, 1) - timedelta(days=1)
        if end >= as_of or (cadence.end is not None and end > cadence.end):
            return
        yield end
        start = end + timedelta(days=1)


def known_years() -> tuple[int, int]:
    """Return the first and the last year whose Chinese working days the calendar library knows."""
    years = {day.year for day in chinese_calendar.holidays}
    return min(years), max(years)


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
