"""The two calendars of a case: `days`, and `cn-workdays` (Chinese working days, by the package chinese_calendar)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

ONE_DAY = timedelta(days=1)


def _counts(day: date, calendar: str) -> bool:
    return calendar == "days" or chinese_calendar.is_workday(day)


def add_days(start: date, count: int, calendar: str) -> date | None:
    """Return the `count`-th day of the calendar after `start`; `start` itself for 0, None beyond the known years."""
    day = start
    last = max(chinese_calendar.holidays)
    while count > 0:
        day += ONE_DAY
        if calendar != "days" and day.year > last.year:
            return None
        count -= _counts(day, calendar)
    return day


def days_between(after: date, until: date, calendar: str) -> int:
    """Return how many days of the calendar lie in the half-open interval (after, until]."""
    return sum(_counts(after + timedelta(days=n), calendar) for n in range(1, (until - after).days + 1))
