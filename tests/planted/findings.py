"""Planted gaps of findings and of reports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.planted.build import (
    Planted,
    action,
    at,
    case,
    completed,
    day,
    delivery,
    event,
    finding,
    gap,
    money,
    of_step,
    policy,
    stage,
)
from tests.reference.case import Row

_P = policy(stage("pay", measure="m"), measures=({"id": "m"},))
# Found on 1 March: 31 March is the 30th day after it.
_F = finding(day(3, 1), policy="p", stage="pay", scope="14", agency="prov")


def _of(kind: str, finding: str = "F1", **fields: Any) -> Row:
    where = {"policy": "p", "stage": "pay", "scope": "14"}
    return gap(kind, subject=finding, root=True, caused_by=set(), **where | fields)


_UNADDRESSED = _of(
    "unaddressed_finding",
    category="break",
    severity="medium",
    since=day(4, 1),
    responsible=["prov"],
    supporting=[],
    beneficiaries=0,
    blocked_steps=0,
    count=None,
    amount=None,
    findings=["F1"],
)

_NO_ACTION = [
    *at(
        "unaddressed",
        {
            day(3, 30): [],
            day(3, 31): [],
            day(4, 1): [_UNADDRESSED | {"days": 1}],
            day(4, 20): [_UNADDRESSED | {"days": 20}],
        },
        case(_P, findings=[_F]),
    ),
    Planted("unaddressed-reported", case(_P, findings=[_F], actions=[action("reported", day(3, 20))]), day(5, 1), []),
    Planted(
        "unaddressed-acted-on-too-late-to-know",
        case(_P, findings=[_F], actions=[action("reported", day(4, 10))]),
        day(4, 9),
        [_UNADDRESSED],
    ),
    Planted(
        "unaddressed-other-finding-acted-on",
        case(_P, findings=[_F, _F], actions=[action("reported", day(3, 20), "F2")]),
        day(4, 1),
        [_UNADDRESSED],
    ),
    Planted(
        "unaddressed-threshold",
        case(_P, findings=[_F], thresholds={"unaddressed_days": 5}),
        day(3, 7),
        [_UNADDRESSED | {"since": day(3, 7), "days": 1}],
    ),
    Planted(
        "unaddressed-own-severity-and-amount",
        case(_P, findings=[_F | {"severity": "high", "amount": Decimal("12.50"), "count": 3, "currency": "USD"}]),
        day(4, 1),
        [_UNADDRESSED | {"severity": "high", "amount": money("12.50", "USD"), "count": 3}],
    ),
    Planted(
        "unaddressed-about-nothing-else",
        case(_P, findings=[finding(day(3, 1))]),
        day(4, 1),
        [_UNADDRESSED | {"policy": None, "stage": None, "scope": None, "responsible": []}],
    ),
    Planted(
        "unaddressed-before-effective",
        case(_P | {"effective": {"from": day(6, 1)}}, findings=[_F, finding(day(3, 1))]),
        day(5, 31),
        [gap("unaddressed_finding", subject="F2")],
    ),
    Planted("unaddressed-found-later", case(_P, findings=[_F | {"found_on": day(6, 1)}]), day(5, 31), []),
    Planted(
        "unaddressed-known-later",
        case(_P, findings=[_F | {"recorded_at": "2020-05-01T09:00:00"}]),
        day(4, 20),
        [],
        known_by=day(4, 30),
    ),
    Planted(
        "unaddressed-action-known-later",
        case(_P, findings=[_F], actions=[action("reported", day(3, 20), recorded_at="2020-05-01T09:00:00")]),
        day(4, 20),
        [_UNADDRESSED],
        known_by=day(4, 30),
    ),
]

_IGNORED = _of("instruction_not_followed", category="break", severity="high", responsible=["prov"], findings=["F1"])


def _acted(*actions: Row, **found: Any) -> Row:
    return {"findings": [_F | found], "actions": list(actions)}


_INSTRUCTED = action("instructed", day(3, 10), due_on=day(3, 20))

_INSTRUCTIONS = [
    *at(
        "instructed",
        {
            day(3, 19): [],
            day(3, 20): [],
            day(3, 21): [_IGNORED | {"since": day(3, 21), "days": 1}],
        },
        case(_P, **_acted(_INSTRUCTED)),
    ),
    *at(
        "recommended-without-date",
        {day(4, 9): [], day(4, 10): [_IGNORED | {"since": day(4, 10), "days": 1}]},
        case(_P, **_acted(action("recommended", day(3, 10)))),
    ),
    Planted(
        "instructed-threshold",
        case(_P, **_acted(action("instructed", day(3, 10))), thresholds={"instruction_days": 3}),
        day(3, 14),
        [_IGNORED | {"since": day(3, 14)}],
    ),
    *(
        Planted(
            f"instructed-rectified-{name}",
            case(_P, **_acted(_INSTRUCTED, action("rectified", on))),
            day(3, 25),
            expected,
        )
        for name, on, expected in (
            ("day-before", day(3, 9), [_IGNORED]),
            ("same-day", day(3, 10), []),
            ("late", day(3, 24), []),
            ("not-yet", day(3, 26), [_IGNORED]),
        )
    ),
    *(
        Planted(f"instructed-{kind}", case(_P, **_acted(_INSTRUCTED, action(kind, day(3, 15)))), day(3, 25), expected)
        for kind, expected in (
            ("verified", []),
            ("waived", []),
            ("rejected", [_IGNORED]),
            ("reported", [_IGNORED]),
            ("reopened", [_IGNORED]),
        )
    ),
    Planted(
        "instructed-waived-and-reopened",
        case(_P, **_acted(_INSTRUCTED, action("waived", day(3, 15)), action("reopened", day(3, 16)))),
        day(3, 25),
        [_IGNORED | {"since": day(3, 21)}],
    ),
    # One gap a finding, from the earliest instruction that was not followed: the first was, the second was not.
    Planted(
        "instructed-earliest",
        case(
            _P,
            **_acted(
                action("instructed", day(3, 18), due_on=day(3, 28)),
                action("recommended", day(3, 12), due_on=day(3, 24)),
                action("rectified", day(3, 11)),
                _INSTRUCTED,
            ),
        ),
        day(3, 30),
        [_IGNORED | {"since": day(3, 25)}],
    ),
    Planted(
        "instructed-own-severity",
        case(_P, **_acted(_INSTRUCTED, severity="low")),
        day(3, 21),
        [_IGNORED | {"severity": "low"}],
    ),
]

_OVERDUE = _of("overdue_rectification", category="blockage", severity="medium", responsible=["prov"])
_ACCEPTED = action("accepted", day(3, 10), due_on=day(3, 20))

_ACCEPTANCES = [
    *at(
        "accepted",
        {day(3, 19): [], day(3, 20): [], day(3, 21): [_OVERDUE | {"since": day(3, 21), "days": 1}]},
        case(_P, **_acted(_ACCEPTED)),
    ),
    *at(
        "accepted-again-for-an-earlier-day",
        {
            day(3, 18): [],
            day(3, 19): [_OVERDUE | {"since": day(3, 19), "days": 1}],
            day(3, 24): [_OVERDUE | {"since": day(3, 19), "days": 6}],
        },
        case(_P, **_acted(_ACCEPTED, action("accepted", day(3, 12), due_on=day(3, 18)))),
    ),
    Planted("accepted-without-date", case(_P, **_acted(action("accepted", day(3, 10)))), day(12, 31), []),
    *(
        Planted(
            f"accepted-rectified-{name}", case(_P, **_acted(_ACCEPTED, action("rectified", on))), day(3, 25), expected
        )
        for name, on, expected in (
            ("day-before", day(3, 9), [_OVERDUE]),
            ("same-day", day(3, 10), []),
            ("late", day(3, 24), []),
            ("not-yet", day(3, 26), [_OVERDUE]),
        )
    ),
    *(
        Planted(f"accepted-{kind}", case(_P, **_acted(_ACCEPTED, action(kind, day(3, 15)))), day(3, 25), expected)
        for kind, expected in (("verified", []), ("waived", []), ("rejected", [_OVERDUE]))
    ),
    Planted(
        "accepted-and-instructed",
        case(_P, **_acted(_ACCEPTED, _INSTRUCTED, severity="high")),
        day(3, 25),
        [_OVERDUE | {"severity": "high"}, _IGNORED],
    ),
]

_UNVERIFIED = _of("unverified_rectification", category="difficulty", severity="medium", responsible=["prov"])
_RECTIFIED = action("rectified", day(3, 10))

_VERIFICATION = [
    *at(
        "rectified",
        {day(4, 8): [], day(4, 9): [], day(4, 10): [_UNVERIFIED | {"since": day(4, 10), "days": 1}]},
        case(_P, **_acted(_RECTIFIED)),
    ),
    Planted(
        "rectified-threshold",
        case(_P, **_acted(_RECTIFIED), thresholds={"verify_days": 0}),
        day(3, 11),
        [_UNVERIFIED | {"since": day(3, 11)}],
    ),
    *(
        Planted(f"rectified-{kind}", case(_P, **_acted(_RECTIFIED, action(kind, day(4, 20)))), day(4, 20), expected)
        for kind, expected in (
            ("verified", []),
            ("rejected", []),
            ("reopened", []),
            ("reported", [_UNVERIFIED]),
        )
    ),
    Planted(
        "rectified-verified-same-day",
        case(_P, **_acted(_RECTIFIED, action("verified", day(3, 10)))),
        day(4, 20),
        [],
    ),
    Planted(
        "rectified-verified-before",
        case(_P, **_acted(action("verified", day(3, 9)), _RECTIFIED)),
        day(4, 20),
        [_UNVERIFIED],
    ),
    # Rejected and rectified again: only the second one waits.
    *at(
        "rectified-again",
        {day(4, 19): [], day(4, 20): [_UNVERIFIED | {"since": day(4, 20), "days": 1}]},
        case(_P, **_acted(_RECTIFIED, action("rejected", day(3, 15)), action("rectified", day(3, 20)))),
    ),
]

_BAD = finding(day(3, 1), kind="overcharge", agency="prov")
_AGAIN = finding(day(3, 20), kind="overcharge", agency="prov")


def _recurring(second: Row, verified: int = 10, **more: Any) -> Row:
    return {
        "findings": [_BAD, second],
        "actions": [
            action("rectified", day(3, 8)),
            action("verified", day(3, verified)),
            action("reported", day(3, 25), "F2"),
        ],
    } | more


_RECUR = gap(
    "recurring_finding",
    subject="F2",
    category="pain",
    severity="medium",
    root=True,
    caused_by=set(),
    since=day(3, 20),
    responsible=["prov"],
)

_RECURRING = [
    *at(
        "recurring",
        {day(3, 19): [], day(3, 20): [_RECUR | {"days": 1}], day(3, 25): [_RECUR | {"days": 6}]},
        case(_P, **_recurring(_AGAIN)),
    ),
    Planted("recurring-day-before", case(_P, **_recurring(_AGAIN, verified=19)), day(3, 25), [_RECUR]),
    Planted("recurring-same-day", case(_P, **_recurring(_AGAIN, verified=20)), day(3, 25), []),
    Planted("recurring-verified-later", case(_P, **_recurring(_AGAIN, verified=21)), day(3, 25), []),
    Planted("recurring-other-kind", case(_P, **_recurring(_AGAIN | {"kind": "delay"})), day(3, 25), []),
    Planted("recurring-other-agency", case(_P, **_recurring(_AGAIN | {"agency": "city1"})), day(3, 25), []),
    Planted(
        "recurring-kind-not-given",
        case(
            _P,
            findings=[finding(day(3, 1), agency="prov"), finding(day(3, 20), agency="prov")],
            actions=[action("verified", day(3, 10)), action("reported", day(3, 21), "F2")],
        ),
        day(3, 25),
        [],
    ),
    Planted(
        "recurring-own-severity",
        case(_P, **_recurring(_AGAIN | {"severity": "high"})),
        day(3, 25),
        [_RECUR | {"severity": "high"}],
    ),
]

_SORE = finding(day(3, 5), policy="p", scope="14", agency="prov", category="pain")
_PAIN = gap(
    "reported_pain",
    policy="p",
    scope="14",
    subject="F1",
    category="pain",
    severity="medium",
    root=True,
    caused_by=set(),
    since=day(3, 5),
    responsible=["prov"],
    findings=["F1"],
)
_DUE = policy(stage("pay", within_days=10, measure="m"), measures=({"id": "m"},))
_REPORTED = action("reported", day(3, 6))

_PAINS = [
    *at(
        "pain",
        {day(3, 4): [], day(3, 5): [_PAIN | {"days": 1}], day(3, 10): [_PAIN | {"days": 6}]},
        case(_P, findings=[_SORE]),
    ),
    Planted("pain-other-category", case(_P, findings=[_SORE | {"category": "difficulty"}]), day(3, 10), []),
    *(
        Planted(f"pain-{kind}", case(_P, findings=[_SORE], actions=[action(kind, day(3, 6))]), day(3, 10), expected)
        for kind, expected in (("verified", []), ("waived", []), ("reported", [_PAIN]), ("rectified", [_PAIN]))
    ),
    Planted(
        "pain-reopened",
        case(_P, findings=[_SORE], actions=[action("waived", day(3, 6)), action("reopened", day(3, 7))]),
        day(3, 10),
        [_PAIN],
    ),
    # Where a step gap says why it hurts, the pain is no gap of its own.
    *at(
        "pain-explained-by-step",
        {day(3, 11): [_PAIN], day(3, 12): [of_step("missing_step", "pay", measure="m")]},
        case(_DUE, findings=[_SORE], actions=[_REPORTED]),
    ),
    Planted(
        "pain-explained-by-low-step-gap",
        case(_DUE, events=[completed("pay", day(3, 12))], findings=[_SORE], actions=[_REPORTED]),
        day(3, 20),
        [of_step("late_step", "pay", measure="m")],
    ),
    Planted(
        "pain-elsewhere",
        case(_DUE, findings=[_SORE | {"scope": "1401"}], actions=[_REPORTED]),
        day(3, 12),
        [of_step("missing_step", "pay", measure="m"), _PAIN | {"scope": "1401"}],
    ),
    Planted(
        "pain-other-policy",
        case(_DUE, policy(stage("q1"), id="q"), findings=[_SORE | {"policy": "q"}], actions=[_REPORTED]),
        day(3, 12),
        [of_step("missing_step", "pay", measure="m"), _PAIN | {"policy": "q"}],
    ),
    Planted(
        "pain-explained-by-delivery",
        case(
            _P,
            deliveries=[delivery("b", None, due_on=day(3, 9), region="14")],
            findings=[_SORE],
            actions=[_REPORTED],
        ),
        day(3, 10),
        [gap("late_delivery", policy="p", measure="m", scope="14")],
    ),
    Planted(
        "pain-not-explained-by-finding",
        case(_P, findings=[_SORE, finding(day(3, 5), policy="p", scope="14")], actions=[_REPORTED]),
        day(4, 5),
        [_PAIN, gap("unaddressed_finding", policy="p", scope="14", subject="F2")],
    ),
    Planted(
        "pain-also-unaddressed",
        case(_P, findings=[_SORE | {"policy": None, "scope": None}]),
        day(4, 5),
        [_PAIN | {"policy": None, "scope": None}, gap("unaddressed_finding", subject="F1")],
    ),
    # The findings of a step are named by its gaps.
    Planted(
        "findings-of-a-step",
        case(
            _DUE,
            events=[event("started", "pay", day(3, 2))],
            findings=[
                finding(day(3, 8), policy="p", stage="pay", scope="14"),
                finding(day(3, 8), policy="p", scope="14"),
                finding(day(3, 20), policy="p", stage="pay", scope="14"),
            ],
        ),
        day(3, 12),
        [of_step("overdue_step", "pay", measure="m", findings=["F1"])],
    ),
]


def _report(kind: str, month: int, number: int, issued: int | None = 1, **more: Any) -> Row:
    return {"kind": kind, "period_end": day(month, number), "issued_on": issued and day(month + 1, issued)} | more


def _missed(kind: str, end: str, **fields: Any) -> Row:
    fixed = {"category": "break", "severity": "medium", "root": True, "caused_by": set(), "responsible": []}
    return gap("missed_report", subject=f"{kind}:{end}", **fixed | fields)


_TENS = {"report_cadence": [{"kind": "express", "every_days": 10, "start": day(3, 1), "end": day(3, 25)}]}

_REPORTS = [
    # Ten-day periods from 1 March end on the 10th, the 20th; the third would end after the cadence does.
    *at(
        "reports",
        {
            day(3, 9): [],
            day(3, 10): [],
            day(3, 11): [_missed("express", "2020-03-10", since=day(3, 11), days=1)],
            day(3, 21): [
                _missed("express", "2020-03-10", days=11),
                _missed("express", "2020-03-20", since=day(3, 21), days=1, beneficiaries=0, amount=None, count=None),
            ],
            day(12, 31): [_missed("express", "2020-03-10"), _missed("express", "2020-03-20")],
        },
        case(_P, **_TENS),
    ),
    *at(
        "reports-issued",
        {
            day(3, 31): [_missed("express", "2020-03-10"), _missed("express", "2020-03-20")],
            day(4, 1): [_missed("express", "2020-03-20")],
        },
        case(_P, reports=[_report("express", 3, 10), _report("express", 3, 21), _report("monthly", 3, 20)], **_TENS),
    ),
    Planted(
        "reports-issued-without-date",
        case(_P, reports=[_report("express", 3, 10, None)], **_TENS),
        day(3, 11),
        [],
    ),
    *at(
        "reports-calendar-months",
        {
            day(2, 29): [_missed("monthly", "2020-01-31", since=day(2, 1), days=29)],
            day(3, 1): [_missed("monthly", "2020-01-31"), _missed("monthly", "2020-02-29", since=day(3, 1), days=1)],
            day(6, 1): [
                _missed("monthly", "2020-01-31"),
                _missed("monthly", "2020-02-29"),
                _missed("monthly", "2020-03-31"),
            ],
        },
        case(
            _P,
            report_cadence=[{"kind": "monthly", "every": "month", "start": day(1, 1), "end": day(4, 29)}],
        ),
    ),
    Planted(
        "reports-two-cadences",
        case(
            _P,
            report_cadence=[
                {"kind": "express", "every_days": 1, "start": day(3, 5), "end": day(3, 6)},
                {"kind": "stage", "every_days": 31, "start": day(3, 1)},
            ],
            reports=[_report("express", 3, 5, None)],
        ),
        day(4, 1),
        [_missed("express", "2020-03-06"), _missed("stage", "2020-03-31")],
    ),
    Planted("reports-none-expected", case(_P, reports=[_report("express", 3, 10)]), day(12, 31), []),
]

CASES = [*_NO_ACTION, *_INSTRUCTIONS, *_ACCEPTANCES, *_VERIFICATION, *_RECURRING, *_PAINS, *_REPORTS]
