"""Planted gaps that turn on time: the order of events, what had been recorded, time zones, working days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import chinese_calendar

from tests.planted.build import Planted, at, case, completed, day, event, of_step, policy, stage
from tests.reference.case import Row

_ONE = policy(stage("issue", within_days=10))
_MISSING = of_step("missing_step", "issue", since=day(3, 12))
_OVERDUE = of_step("overdue_step", "issue", since=day(3, 12))
_LATE = of_step("late_step", "issue", since=day(3, 12))


def _same_day(first: Row, second: Row) -> list[Row]:
    """A completion and a reopening of one day, in this order in the table."""
    return [completed("issue", day(3, 5), **first), event("reopened", "issue", day(3, 5), **second)]


_ORDER = [
    # Two events on one day: the one recorded later is the last one, whatever the ids say.
    Planted(
        "same-day-by-recorded",
        case(
            _ONE,
            events=_same_day(
                {"id": "z", "recorded_at": "2020-03-05T09:00:00"}, {"id": "a", "recorded_at": "2020-03-05T10:00:00"}
            ),
        ),
        day(3, 12),
        [_OVERDUE],
    ),
    Planted(
        "same-day-by-recorded-other-way",
        case(
            _ONE,
            events=_same_day(
                {"id": "a", "recorded_at": "2020-03-05T10:00:00"}, {"id": "z", "recorded_at": "2020-03-05T09:00:00"}
            ),
        ),
        day(3, 12),
        [],
    ),
    # Not recorded at all means at 00:00 of its day, so before 09:00.
    Planted(
        "same-day-recorded-by-default",
        case(_ONE, events=_same_day({"id": "z"}, {"id": "a", "recorded_at": "2020-03-05T09:00:00"})),
        day(3, 12),
        [_OVERDUE],
    ),
    Planted("same-day-by-id", case(_ONE, events=_same_day({"id": "b"}, {"id": "a"})), day(3, 12), []),
    Planted("same-day-by-id-other-way", case(_ONE, events=_same_day({"id": "a"}, {"id": "b"})), day(3, 12), [_OVERDUE]),
    # The day goes before the time of recording: the completion of the 6th was recorded first.
    Planted(
        "day-before-recorded",
        case(
            _ONE,
            events=[
                completed("issue", day(3, 6), recorded_at="2020-03-06T09:00:00"),
                event("reopened", "issue", day(3, 5), recorded_at="2020-03-09T09:00:00"),
            ],
        ),
        day(3, 12),
        [],
    ),
    # 09:00 in Shanghai is 01:00 UTC: the reopening, written with another offset, was recorded an hour later.
    Planted(
        "same-day-offsets",
        case(
            _ONE,
            events=_same_day(
                {"id": "z", "recorded_at": "2020-03-05T09:00:00+08:00"},
                {"id": "a", "recorded_at": "2020-03-05T02:00:00Z"},
            ),
        ),
        day(3, 12),
        [_OVERDUE],
    ),
    Planted(
        "cancelled-then-taken-up-again",
        case(_ONE, events=[event("cancelled", "issue", day(3, 5)), event("started", "issue", day(3, 6))]),
        day(3, 12),
        [_OVERDUE],
    ),
]

# Done on 10 March, in time, but recorded on the 14th.
_LATE_RECORDED = case(_ONE, events=[completed("issue", day(3, 10), recorded_at="2020-03-14T15:30:00")])
# Recorded at 23:30 in Shanghai on 13 March, which is 15:30 UTC.
_NEAR_MIDNIGHT = case(_ONE, events=[completed("issue", day(3, 10), recorded_at="2020-03-13T15:30:00Z")])

_KNOWN = [
    Planted("known-everything", _LATE_RECORDED, day(3, 13), []),
    Planted("known-day-before", _LATE_RECORDED, day(3, 13), [_MISSING], known_by=day(3, 13)),
    Planted("known-on-the-day", _LATE_RECORDED, day(3, 13), [], known_by=day(3, 14)),
    Planted("known-minute-before", _LATE_RECORDED, day(3, 13), [_MISSING], known_by=datetime(2020, 3, 14, 15, 29)),  # noqa: DTZ001
    Planted("known-to-the-minute", _LATE_RECORDED, day(3, 13), [], known_by=datetime(2020, 3, 14, 15, 30)),  # noqa: DTZ001
    Planted(
        "known-utc-before", _LATE_RECORDED, day(3, 13), [_MISSING], known_by=datetime(2020, 3, 14, 7, 29, tzinfo=UTC)
    ),
    Planted("known-utc-after", _LATE_RECORDED, day(3, 13), [], known_by=datetime(2020, 3, 14, 7, 30, tzinfo=UTC)),
    Planted("known-midnight-before", _NEAR_MIDNIGHT, day(3, 20), [_MISSING], known_by=day(3, 12)),
    Planted("known-midnight-on", _NEAR_MIDNIGHT, day(3, 20), [], known_by=day(3, 13)),
    # Not recorded with a time: known from the start of its day.
    Planted(
        "known-by-default",
        case(_ONE, events=[completed("issue", day(3, 10))]),
        day(3, 12),
        [],
        known_by=datetime(2020, 3, 10, 0, 0),  # noqa: DTZ001
    ),
    Planted(
        "known-by-default-before",
        case(_ONE, events=[completed("issue", day(3, 10))]),
        day(3, 12),
        [_MISSING],
        known_by=datetime(2020, 3, 9, 23, 59),  # noqa: DTZ001
    ),
    # The day that the start of a day depends on is that of the case's own zone.
    Planted(
        "known-other-zone",
        case(_ONE, events=[completed("issue", day(3, 10))], timezone="America/New_York"),
        day(3, 12),
        [_MISSING],
        known_by=datetime(2020, 3, 10, 3, 59, tzinfo=UTC),
    ),
    Planted(
        "known-other-zone-after",
        case(_ONE, events=[completed("issue", day(3, 10))], timezone="America/New_York"),
        day(3, 12),
        [],
        known_by=datetime(2020, 3, 10, 4, 0, tzinfo=UTC),
    ),
    # A correction recorded later does not change what was known before.
    *(
        Planted(f"known-correction-{known_by:%m-%d}", _CORRECTED, day(3, 20), expected, known_by=known_by)
        for _CORRECTED in [
            case(
                _ONE,
                events=[
                    completed("issue", day(3, 10), recorded_at="2020-03-10T12:00:00"),
                    event("reopened", "issue", day(3, 11), recorded_at="2020-03-16T12:00:00"),
                    completed("issue", day(3, 15), recorded_at="2020-03-18T12:00:00"),
                ],
            )
        ]
        for known_by, expected in (
            (day(3, 9), [_MISSING]),
            (day(3, 15), []),
            (day(3, 17), [_OVERDUE]),
            (day(3, 18), [_LATE]),
        )
    ),
]

_WORKDAYS = {"calendar": "cn-workdays"}
_NEW_YEAR = date(max(one.year for one in chinese_calendar.holidays) + 1, 1, 1)

_CALENDAR = [
    # 1 March 2020 was a Sunday. Ten working days after it: 2-6 and 9-13 March, so due on Friday the 13th.
    *at(
        "workdays",
        {
            day(3, 13): [],
            day(3, 14): [of_step("missing_step", "issue", since=day(3, 14), days=0)],
            day(3, 15): [of_step("missing_step", "issue", since=day(3, 14), days=0)],
            day(3, 16): [of_step("missing_step", "issue", since=day(3, 14), days=1)],
            day(3, 20): [of_step("missing_step", "issue", since=day(3, 14), days=5)],
        },
        case(_ONE, **_WORKDAYS),
    ),
    # Labour Day 2020: 1-5 May were free, Saturday 9 May was worked. Three working days after Thursday 30 April:
    # 6, 7, 8 May; the fourth is Saturday the 9th.
    *at(
        "workdays-holiday",
        {
            day(5, 8): [],
            day(5, 9): [of_step("missing_step", "pay", since=day(5, 9), days=1)],
            day(5, 10): [of_step("missing_step", "pay", since=day(5, 9), days=1)],
        },
        case(
            policy(stage("issue"), stage("pay", after=["issue"], within_days=3)),
            events=[completed("issue", day(4, 30))],
            **_WORKDAYS,
        ),
    ),
    *at(
        "workdays-worked-saturday",
        {day(5, 9): [], day(5, 10): [of_step("missing_step", "pay", since=day(5, 10), days=0)]},
        case(
            policy(stage("issue"), stage("pay", after=["issue"], within_days=4)),
            events=[completed("issue", day(4, 30))],
            **_WORKDAYS,
        ),
    ),
    # A due date named outright is that day, worked or not: Sunday 8 March.
    *at(
        "workdays-due-on-sunday",
        {day(3, 8): [], day(3, 9): [of_step("missing_step", "issue", since=day(3, 9), days=1)]},
        case(policy(stage("issue", due_on=day(3, 8))), **_WORKDAYS),
    ),
    # Twenty working days after the 15th of the last December that is known end in a year that is not: not yet past.
    Planted(
        "workdays-beyond-the-known-years",
        case(
            policy(stage("issue"), stage("pay", after=["issue"], within_days=20)),
            policy(stage("next", within_days=5), id="q", effective={"from": _NEW_YEAR}),
            events=[completed("issue", _NEW_YEAR.replace(month=12, day=15, year=_NEW_YEAR.year - 1))],
            **_WORKDAYS,
        ),
        _NEW_YEAR.replace(month=12, day=31, year=_NEW_YEAR.year - 1),
        [],
    ),
    # Completed on the Sunday after the due Friday: late all the same.
    Planted(
        "workdays-late",
        case(_ONE, events=[completed("issue", day(3, 15))], **_WORKDAYS),
        day(3, 17),
        [of_step("late_step", "issue", since=day(3, 14), days=2)],
    ),
]

CASES = [*_ORDER, *_KNOWN, *_CALENDAR]
