"""Planted gaps of steps: missing, unobserved, overdue, blocked, late, out of order, unassigned, and their evidence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.planted.build import Planted, assigned, at, case, completed, day, event, of_step, policy, stage
from tests.reference.case import Row
from tests.reference.gap import Identity

# One provincial step, due ten days after the policy's start: 11 March.
_ONE = policy(stage("issue", within_days=10))
_MISSING = of_step(
    "missing_step",
    "issue",
    category="break",
    severity="high",
    root=True,
    caused_by=set(),
    caused_by_ids=[],
    since=day(3, 12),
    responsible=[],
    supporting=[],
    blocked_steps=0,
    beneficiaries=0,
    count=None,
    amount=None,
    findings=[],
)
_OVERDUE = of_step(
    "overdue_step", "issue", category="blockage", severity="high", root=True, since=day(3, 12), blocked_steps=0
)
_UNOBSERVED = of_step("unobserved_step", "issue", category="unknown", severity="low", root=True, since=day(3, 12))


def _coverage(**more: Any) -> Row:
    return {"policy": "p", "scope": "14"} | more


_SIMPLE = [
    *at("missing", {day(3, 10): [], day(3, 11): [], day(3, 12): [_MISSING | {"days": 1}]}, case(_ONE)),
    *at("missing-later", {day(4, 10): [_MISSING | {"days": 30}]}, case(_ONE)),
    Planted("missing-no-limit", case(policy(stage("issue"))), day(12, 31), []),
    Planted("missing-optional", case(policy(stage("issue", within_days=10, optional=True))), day(5, 1), []),
    Planted("missing-cancelled", case(_ONE, events=[event("cancelled", "issue", day(3, 5))]), day(5, 1), []),
    Planted(
        "missing-stage-severity",
        case(policy(stage("issue", within_days=10, severity="low"))),
        day(3, 12),
        [_MISSING | {"severity": "low"}],
    ),
    *at(
        "missing-zero-days",
        {day(2, 29): [], day(3, 1): [], day(3, 2): [_MISSING | {"since": day(3, 2), "days": 1}]},
        case(policy(stage("issue", within_days=0))),
    ),
    *at(
        "missing-due-on-earlier-than-within",
        {day(3, 8): [], day(3, 9): [_MISSING | {"since": day(3, 9), "days": 1}]},
        case(policy(stage("issue", within_days=10, due_on=day(3, 8)))),
    ),
    *at(
        "missing-within-earlier-than-due-on",
        {day(3, 11): [], day(3, 12): [_MISSING]},
        case(policy(stage("issue", within_days=10, due_on=day(6, 8)))),
    ),
    # Before its start a policy has no gaps, however long a date in it is past.
    *at(
        "missing-before-effective",
        {day(2, 29): [], day(3, 1): [of_step("missing_step", "issue")]},
        case(policy(stage("issue", due_on=day(2, 20)))),
    ),
    *at(
        "overdue",
        {day(3, 11): [], day(3, 12): [_OVERDUE | {"days": 1}], day(3, 21): [_OVERDUE | {"days": 10}]},
        case(_ONE, events=[event("started", "issue", day(3, 5))]),
    ),
    Planted(
        "overdue-reopened",
        case(_ONE, events=[completed("issue", day(3, 5)), event("reopened", "issue", day(3, 8))]),
        day(3, 12),
        [_OVERDUE],
    ),
    Planted(
        "overdue-stage-severity",
        case(policy(stage("issue", within_days=10, severity="medium")), events=[event("started", "issue", day(3, 5))]),
        day(3, 12),
        [_OVERDUE | {"severity": "medium"}],
    ),
    # An event that is yet to come is not there: nothing was observed by then.
    *at(
        "overdue-starts-late",
        {day(3, 12): [_MISSING], day(3, 13): [_OVERDUE | {"days": 2}]},
        case(_ONE, events=[event("started", "issue", day(3, 13))]),
    ),
    *at(
        "late",
        {
            day(3, 12): [_MISSING],
            day(3, 13): [
                of_step("late_step", "issue", category="blockage", severity="low", root=True, since=day(3, 12), days=2)
            ],
            day(3, 21): [of_step("late_step", "issue", since=day(3, 12), days=10)],
        },
        case(_ONE, events=[completed("issue", day(3, 13))]),
    ),
    Planted("late-day-before", case(_ONE, events=[completed("issue", day(3, 10))]), day(5, 1), []),
    Planted("late-on-the-day", case(_ONE, events=[completed("issue", day(3, 11))]), day(5, 1), []),
    Planted(
        "late-day-after",
        case(_ONE, events=[completed("issue", day(3, 12))]),
        day(3, 12),
        [of_step("late_step", "issue", since=day(3, 12), days=1)],
    ),
    Planted(
        "late-optional-once-done",
        case(policy(stage("issue", within_days=10, optional=True)), events=[completed("issue", day(3, 20))]),
        day(3, 20),
        [of_step("late_step", "issue", since=day(3, 12), days=9)],
    ),
    Planted(
        "late-severity-is-not-the-stage's",
        case(policy(stage("issue", within_days=10, severity="high")), events=[completed("issue", day(3, 12))]),
        day(3, 12),
        [of_step("late_step", "issue", severity="low")],
    ),
    # Done again after it was reopened: done on the second day, which is late.
    Planted(
        "late-done-again",
        case(
            _ONE,
            events=[
                completed("issue", day(3, 5)),
                event("reopened", "issue", day(3, 8)),
                completed("issue", day(3, 15)),
            ],
        ),
        day(3, 20),
        [of_step("late_step", "issue", since=day(3, 12))],
    ),
]

_COVERAGE = [
    *at(
        "unobserved",
        {day(3, 11): [], day(3, 12): [_UNOBSERVED | {"days": 1}]},
        case(_ONE, coverage=[_coverage(until=day(3, 10))]),
    ),
    Planted("looked-until-due", case(_ONE, coverage=[_coverage(until=day(3, 11))]), day(3, 12), [_MISSING]),
    Planted("looked-until-after", case(_ONE, coverage=[_coverage(until=day(3, 12))]), day(3, 12), [_MISSING]),
    Planted("looked-without-end", case(_ONE, coverage=[_coverage()]), day(3, 12), [_MISSING]),
    Planted("looked-at-stage", case(_ONE, coverage=[_coverage(stage="issue")]), day(3, 12), [_MISSING]),
    Planted(
        "looked-at-other-stage",
        case(policy(stage("issue", within_days=10), stage("other")), coverage=[_coverage(stage="other")]),
        day(3, 12),
        [_UNOBSERVED],
    ),
    Planted(
        "looked-below-only",
        case(_ONE, coverage=[_coverage(scope="1401")]),
        day(3, 12),
        [_UNOBSERVED],
    ),
    Planted(
        "looked-in-one-city",
        case(
            policy(stage("issue", "county", within_days=10)),
            coverage=[_coverage(scope="1401"), _coverage(scope="1402", until=day(3, 10))],
        ),
        day(3, 12),
        [
            of_step("missing_step", "issue", "140105", severity="high"),
            of_step("missing_step", "issue", "140106", severity="high"),
            of_step("unobserved_step", "issue", "140205", severity="low"),
        ],
    ),
    Planted(
        "looked-at-other-policy",
        case(_ONE, policy(stage("q1"), id="q"), coverage=[_coverage(policy="q")]),
        day(3, 12),
        [_UNOBSERVED],
    ),
    # An event was seen, so it does not matter whether anybody looked.
    Planted(
        "overdue-not-looked-at",
        case(_ONE, events=[event("started", "issue", day(3, 5))], coverage=[_coverage(until=day(3, 2))]),
        day(3, 12),
        [_OVERDUE],
    ),
    Planted(
        "unobserved-ignores-stage-severity",
        case(policy(stage("issue", within_days=10, severity="high")), coverage=[_coverage(until=day(3, 10))]),
        day(3, 12),
        [_UNOBSERVED],
    ),
]

# issue, then apply (within five days of it), then pay (within five days of that).
_CHAIN = policy(
    stage("issue", within_days=10),
    stage("apply", after=["issue"], within_days=5),
    stage("pay", after=["apply"], within_days=5),
)
_ROOT = ("missing_step", "p", None, "issue", "14", None)


def _blocked(name: str, *causes: Identity, **more: Any) -> Row:
    fields: Row = {"category": "consequence", "severity": "low", "root": False, "since": None, "days": None}
    return of_step("blocked_step", name, caused_by=set(causes), blocked_steps=0, **fields | more)


_DIAMOND = policy(
    stage("a", within_days=10),
    stage("b", after=["a"], within_days=5),
    stage("c", after=["a"], within_days=7),
    stage("d", after=["b", "c"], within_days=5),
)

_BLOCKED = [
    # Nobody is late yet: the rest of the chain waits, and nothing explains it.
    Planted("blocked-nobody-late", case(_CHAIN), day(3, 11), [_blocked("apply"), _blocked("pay")]),
    Planted(
        "blocked-by-missing",
        case(_CHAIN),
        day(3, 12),
        [_MISSING | {"blocked_steps": 2}, _blocked("apply", _ROOT), _blocked("pay", _ROOT)],
    ),
    Planted(
        "blocked-by-overdue",
        case(_CHAIN, events=[event("started", "issue", day(3, 5))]),
        day(3, 12),
        [
            _OVERDUE | {"blocked_steps": 2},
            _blocked("apply", ("overdue_step", *_ROOT[1:])),
            _blocked("pay", ("overdue_step", *_ROOT[1:])),
        ],
    ),
    Planted(
        "blocked-by-unobserved",
        case(_CHAIN, coverage=[_coverage(until=day(3, 10))]),
        day(3, 12),
        [
            _UNOBSERVED | {"blocked_steps": 2},
            _blocked("apply", ("unobserved_step", *_ROOT[1:])),
            _blocked("pay", ("unobserved_step", *_ROOT[1:])),
        ],
    ),
    # Counted from the day on which the predecessor was done (9 March): due on the 14th.
    *at(
        "chain-goes-on",
        {
            day(3, 14): [_blocked("pay")],
            day(3, 15): [
                of_step("missing_step", "apply", since=day(3, 15), days=1, blocked_steps=1),
                _blocked("pay", ("missing_step", "p", None, "apply", "14", None)),
            ],
        },
        case(_CHAIN, events=[completed("issue", day(3, 9))]),
    ),
    # The middle step was started, but it still waits: blocked, not overdue.
    Planted(
        "blocked-although-started",
        case(_CHAIN, events=[event("started", "apply", day(3, 5))]),
        day(3, 12),
        [_MISSING | {"blocked_steps": 2}, _blocked("apply", _ROOT), _blocked("pay", _ROOT)],
    ),
    # The middle step is done all the same: what comes after it does not wait, and it itself is out of order.
    Planted(
        "blocked-not-through-done",
        case(_CHAIN, events=[completed("apply", day(3, 20))]),
        day(3, 22),
        [
            _MISSING | {"blocked_steps": 0},
            of_step("out_of_order", "apply", category="break", severity="medium", since=day(3, 20), days=3),
        ],
    ),
    # A due date of its own does not make a step that waits late.
    Planted(
        "blocked-with-due-on",
        case(policy(stage("issue", within_days=10), stage("apply", after=["issue"], due_on=day(3, 5)))),
        day(3, 12),
        [_MISSING | {"blocked_steps": 1}, _blocked("apply", _ROOT)],
    ),
    Planted(
        "blocked-optional-is-no-gap",
        case(policy(stage("issue", within_days=10), stage("apply", after=["issue"], optional=True))),
        day(3, 12),
        [_MISSING | {"blocked_steps": 0}],
    ),
    Planted(
        "blocked-cancelled-is-no-gap",
        case(_CHAIN, events=[event("cancelled", "apply", day(3, 2)), completed("issue", day(3, 8))]),
        day(3, 6),
        [],
    ),
    # apply is cancelled: pay has no predecessor left, and is due five days after the policy's start.
    *at(
        "cancelled-blocks-nobody",
        {day(3, 6): [], day(3, 7): [of_step("missing_step", "pay", since=day(3, 7))]},
        case(_CHAIN, events=[event("cancelled", "apply", day(3, 2))]),
    ),
    # An optional step that is not done blocks nobody and does not move a due date; once done it does.
    *at(
        "optional-not-done",
        {day(3, 6): [], day(3, 7): [of_step("missing_step", "pay", since=day(3, 7))]},
        case(policy(stage("try", optional=True, within_days=1), stage("pay", after=["try"], within_days=5))),
    ),
    *at(
        "optional-done",
        {day(3, 14): [], day(3, 15): [of_step("missing_step", "pay", since=day(3, 15))]},
        case(
            policy(stage("try", optional=True, within_days=20), stage("pay", after=["try"], within_days=5)),
            events=[completed("try", day(3, 9))],
        ),
    ),
    Planted(
        "optional-started-blocks-nobody",
        case(
            policy(stage("try", optional=True, within_days=1), stage("pay", after=["try"], within_days=5)),
            events=[event("started", "try", day(3, 2))],
        ),
        day(3, 7),
        [of_step("missing_step", "pay", since=day(3, 7), blocked_steps=0)],
    ),
    Planted(
        "diamond",
        case(_DIAMOND),
        day(3, 12),
        [
            of_step("missing_step", "a", blocked_steps=3),
            *(_blocked(name, ("missing_step", "p", None, "a", "14", None)) for name in "bcd"),
        ],
    ),
    # a was done on 10 March: b was due on the 15th, c on the 17th.
    *at(
        "diamond-two-sides",
        {
            day(3, 15): [_blocked("d")],
            day(3, 16): [
                of_step("missing_step", "b", since=day(3, 16), blocked_steps=1),
                _blocked("d", ("missing_step", "p", None, "b", "14", None)),
            ],
            day(3, 18): [
                of_step("missing_step", "b", since=day(3, 16), blocked_steps=1),
                of_step("overdue_step", "c", since=day(3, 18), blocked_steps=1),
                _blocked(
                    "d", ("missing_step", "p", None, "b", "14", None), ("overdue_step", "p", None, "c", "14", None)
                ),
            ],
        },
        case(_DIAMOND, events=[completed("a", day(3, 10)), event("started", "c", day(3, 11))]),
    ),
    # Counted from the latest of two predecessors: b on 12, c on 14 March, so d is due on the 19th.
    *at(
        "diamond-latest-counts",
        {day(3, 19): [], day(3, 20): [of_step("missing_step", "d", since=day(3, 20))]},
        case(_DIAMOND, events=[completed("a", day(3, 10)), completed("b", day(3, 12)), completed("c", day(3, 14))]),
    ),
]

_PAIR = policy(stage("approve"), stage("pay", after=["approve"]))


def _pair(approve: int | None, pay: int, **more: Any) -> Row:
    events = [completed("pay", day(3, pay))] + ([completed("approve", day(3, approve))] if approve else [])
    return {"events": events} | more


_DISORDER = of_step(
    "out_of_order", "pay", category="break", severity="medium", root=True, caused_by=set(), since=day(3, 10)
)

_ORDER = [
    Planted("order-day-before", case(_PAIR, **_pair(9, 10)), day(3, 20), []),
    Planted("order-same-day", case(_PAIR, **_pair(10, 10)), day(3, 20), []),
    Planted("order-day-after", case(_PAIR, **_pair(11, 10)), day(3, 20), [_DISORDER | {"days": 11}]),
    Planted("order-predecessor-not-done", case(_PAIR, **_pair(None, 10)), day(3, 20), [_DISORDER]),
    Planted("order-predecessor-done-later", case(_PAIR, **_pair(19, 10)), day(3, 12), [_DISORDER | {"days": 3}]),
    Planted(
        "order-may-precede",
        case(policy(stage("approve"), stage("pay", after=["approve"], may_precede=["approve"])), **_pair(11, 10)),
        day(3, 20),
        [],
    ),
    Planted(
        "order-may-precede-not-done",
        case(policy(stage("approve"), stage("pay", after=["approve"], may_precede=["approve"])), **_pair(None, 10)),
        day(3, 20),
        [],
    ),
    # The permission is for one predecessor, not for the other.
    Planted(
        "order-may-precede-one-of-two",
        case(
            policy(stage("approve"), stage("fund"), stage("pay", after=["approve", "fund"], may_precede=["approve"])),
            events=[completed("pay", day(3, 10)), completed("approve", day(3, 11)), completed("fund", day(3, 12))],
        ),
        day(3, 20),
        [_DISORDER],
    ),
    # Though it may precede, it waits in every other respect: counted from the approval, and blocked before it.
    *at(
        "order-may-precede-waits",
        {
            day(3, 4): [_blocked("pay")],
            day(3, 10): [],
            day(3, 11): [of_step("missing_step", "pay", since=day(3, 11))],
        },
        case(
            policy(stage("approve"), stage("pay", after=["approve"], may_precede=["approve"], within_days=5)),
            events=[completed("approve", day(3, 5))],
        ),
    ),
    Planted(
        "order-predecessor-cancelled",
        case(_PAIR, events=[completed("pay", day(3, 10)), event("cancelled", "approve", day(3, 12))]),
        day(3, 20),
        [],
    ),
    Planted(
        "order-optional-not-done",
        case(
            policy(stage("approve", optional=True), stage("pay", after=["approve"])),
            events=[completed("pay", day(3, 10)), event("started", "approve", day(3, 12))],
        ),
        day(3, 20),
        [],
    ),
    Planted(
        "order-optional-done-later",
        case(policy(stage("approve", optional=True), stage("pay", after=["approve"])), **_pair(12, 10)),
        day(3, 20),
        [_DISORDER],
    ),
    Planted(
        "order-optional-successor",
        case(policy(stage("approve"), stage("pay", after=["approve"], optional=True)), **_pair(12, 10)),
        day(3, 20),
        [_DISORDER],
    ),
]

_LED = [assigned("issue", "prov"), assigned("apply", "city1"), assigned("pay", "city2")]
_UNASSIGNED = of_step(
    "unassigned_step", "issue", category="break", severity="high", root=True, caused_by=set(), since=day(3, 1)
)

_ASSIGNED = [
    Planted(
        "assigned",
        case(_CHAIN, assignments=_LED),
        day(3, 12),
        [
            _MISSING | {"blocked_steps": 2, "responsible": ["prov"]},
            _blocked("apply", _ROOT, responsible=["city1"]),
            _blocked("pay", _ROOT, responsible=["city2"]),
        ],
    ),
    # No lead for the first step: held since the policy's start, long before it is late.
    Planted(
        "unassigned-first",
        case(_CHAIN, assignments=_LED[1:]),
        day(3, 4),
        [
            _UNASSIGNED | {"days": 4, "blocked_steps": 2, "responsible": []},
            _blocked("apply", ("unassigned_step", *_ROOT[1:])),
            _blocked("pay", ("unassigned_step", *_ROOT[1:])),
        ],
    ),
    # Once it is late too, the missing lead explains it; what waits for it names the root only.
    Planted(
        "unassigned-and-missing",
        case(_CHAIN, assignments=_LED[1:]),
        day(3, 12),
        [
            _UNASSIGNED | {"blocked_steps": 2},
            _MISSING
            | {"root": False, "caused_by": {("unassigned_step", *_ROOT[1:])}, "blocked_steps": 2}
            | {"caused_by_ids": ["gap-33b60164f87d8ba7"]},
            _blocked("apply", ("unassigned_step", *_ROOT[1:])),
            _blocked("pay", ("unassigned_step", *_ROOT[1:])),
        ],
    ),
    Planted(
        "unassigned-and-overdue",
        case(
            _ONE, assignments=[assigned("issue", "prov", role="support")], events=[event("started", "issue", day(3, 2))]
        ),
        day(3, 12),
        [
            _UNASSIGNED | {"supporting": ["prov"], "responsible": []},
            _OVERDUE | {"root": False, "caused_by": {("unassigned_step", *_ROOT[1:])}},
        ],
    ),
    Planted(
        "unassigned-and-unobserved",
        case(_ONE, assignments=[assigned("issue", "prov", role="support")], coverage=[_coverage(until=day(3, 2))]),
        day(3, 12),
        [_UNASSIGNED, _UNOBSERVED | {"root": False, "caused_by": {("unassigned_step", *_ROOT[1:])}}],
    ),
    # The second step has no lead: no gap before the first is done; the nearest predecessor's lead is responsible.
    *at(
        "unassigned-second",
        {
            day(3, 8): [_blocked("apply", responsible=["prov"]), _blocked("pay")],
            day(3, 9): [
                of_step("unassigned_step", "apply", since=day(3, 9), days=1, blocked_steps=1, responsible=["prov"]),
                _blocked("pay", ("unassigned_step", "p", None, "apply", "14", None)),
            ],
        },
        case(_CHAIN, assignments=[_LED[0], _LED[2]], events=[completed("issue", day(3, 9))]),
    ),
    *at(
        "unassigned-until-assigned",
        {
            day(3, 4): [_UNASSIGNED | {"days": 4}],
            day(3, 5): [],
            day(3, 11): [],
            day(3, 12): [_MISSING | {"responsible": ["prov"], "supporting": ["county5"]}],
        },
        case(
            _ONE,
            assignments=[
                assigned("issue", "prov", assigned_on=day(3, 5)),
                assigned("issue", "county5", role="support"),
            ],
        ),
    ),
    Planted("unassigned-no-assignments", case(_ONE), day(3, 4), []),
    Planted(
        "unassigned-only-another-policy-has",
        case(_ONE, policy(stage("q1"), id="q"), assignments=[assigned("q1", "prov", policy="q")]),
        day(3, 4),
        [],
    ),
    Planted(
        "unassigned-done",
        case(_ONE, assignments=[assigned("issue", "prov", role="support")], events=[completed("issue", day(3, 4))]),
        day(3, 4),
        [],
    ),
    Planted(
        "unassigned-other-scope",
        case(
            policy(stage("issue", "city", severity="medium")),
            assignments=[assigned("issue", "city1", "1401", role="lead")],
        ),
        day(3, 4),
        [of_step("unassigned_step", "issue", "1402", severity="medium", since=day(3, 1))],
    ),
    Planted(
        "unassigned-optional",
        case(policy(stage("issue", optional=True), stage("x")), assignments=[assigned("x", "prov")]),
        day(3, 4),
        [],
    ),
]

_PROVEN = policy(stage("pay", evidence="payment"))
_UNSUPPORTED = of_step("unsupported_step", "pay", category="difficulty", severity="low", root=True)


def _again(first: str | None, second: str | None) -> list[Row]:
    return [
        completed("pay", day(3, 5), source=first),
        event("reopened", "pay", day(3, 8)),
        completed("pay", day(3, 9), source=second),
    ]


_EVIDENCE = [
    *at(
        "unsupported",
        {day(3, 4): [], day(3, 5): [_UNSUPPORTED | {"since": day(3, 5), "days": 1}]},
        case(_PROVEN, events=[completed("pay", day(3, 5), source=None)]),
    ),
    Planted("supported", case(_PROVEN, events=[completed("pay", day(3, 5))]), day(3, 9), []),
    Planted(
        "unsupported-nothing-asked",
        case(policy(stage("pay")), events=[completed("pay", day(3, 5), source=None)]),
        day(3, 9),
        [],
    ),
    Planted("unsupported-not-done", case(_PROVEN, events=[event("started", "pay", day(3, 5))]), day(3, 9), []),
    Planted(
        "unsupported-source-of-the-start-only",
        case(_PROVEN, events=[event("started", "pay", day(3, 2)), completed("pay", day(3, 5), source=None)]),
        day(3, 9),
        [_UNSUPPORTED],
    ),
    Planted(
        "supported-by-one-of-two",
        case(_PROVEN, events=[completed("pay", day(3, 5)), completed("pay", day(3, 9), source=None)]),
        day(3, 9),
        [],
    ),
    Planted(
        "unsupported-since-reopened",
        case(_PROVEN, events=_again("observed.txt", None)),
        day(3, 10),
        [_UNSUPPORTED | {"since": day(3, 9), "days": 2}],
    ),
    Planted("supported-since-reopened", case(_PROVEN, events=_again(None, "observed.txt")), day(3, 10), []),
]

_PAID = policy(stage("pay"))
_CONFLICT = of_step("conflicting_evidence", "pay", category="difficulty", severity="medium", root=True, caused_by=set())


def _two(first: Row, second: Row, *, between: tuple[Row, ...] = ()) -> list[Row]:
    return [completed("pay", day(3, 5)) | first, *between, completed("pay", day(3, 5)) | second]


_CONFLICTS = [
    *at(
        "conflict-dates",
        {day(3, 6): [], day(3, 7): [_CONFLICT | {"since": day(3, 7), "days": 1}]},
        case(_PAID, events=_two({"source": "a"}, {"source": "b", "on": day(3, 7)})),
    ),
    Planted(
        "conflict-same-source",
        case(_PAID, events=_two({"source": "a"}, {"source": "a", "on": day(3, 7)})),
        day(3, 9),
        [],
    ),
    Planted(
        "conflict-document-and-its-file",
        case(
            _PAID,
            documents=[{"id": "a", "title": "Notice", "file": "notice.txt"}],
            events=_two({"source": "a"}, {"source": "notice.txt", "on": day(3, 7)}),
        ),
        day(3, 9),
        [],
    ),
    Planted(
        "conflict-one-source",
        case(_PAID, events=_two({"source": "a"}, {"source": None, "on": day(3, 7)})),
        day(3, 9),
        [],
    ),
    Planted("conflict-agree", case(_PAID, events=_two({"source": "a"}, {"source": "b"})), day(3, 9), []),
    Planted(
        "conflict-amounts",
        case(_PAID, events=_two({"source": "a", "amount": Decimal(100)}, {"source": "b", "amount": Decimal("100.01")})),
        day(3, 9),
        [_CONFLICT | {"since": day(3, 5), "days": 5}],
    ),
    Planted(
        "conflict-amounts-equal",
        case(_PAID, events=_two({"source": "a", "amount": Decimal(100)}, {"source": "b", "amount": Decimal("100.00")})),
        day(3, 9),
        [],
    ),
    Planted(
        "conflict-one-amount",
        case(_PAID, events=_two({"source": "a", "amount": Decimal(100)}, {"source": "b"})),
        day(3, 9),
        [],
    ),
    Planted(
        "conflict-before-reopened",
        case(
            _PAID,
            events=_two(
                {"source": "a"}, {"source": "b", "on": day(3, 7)}, between=(event("reopened", "pay", day(3, 6)),)
            ),
        ),
        day(3, 9),
        [],
    ),
    Planted(
        "conflict-not-reopened-only-started",
        case(
            _PAID,
            events=_two(
                {"source": "a"}, {"source": "b", "on": day(3, 7)}, between=(event("started", "pay", day(3, 6)),)
            ),
        ),
        day(3, 9),
        [_CONFLICT],
    ),
    Planted(
        "conflict-cancelled",
        case(
            _PAID,
            events=[*_two({"source": "a"}, {"source": "b", "on": day(3, 7)}), event("cancelled", "pay", day(3, 8))],
        ),
        day(3, 9),
        [],
    ),
    Planted(
        "conflict-amounts-in-two-currencies",
        case(
            _PAID,
            events=_two(
                {"source": "a", "amount": Decimal(100)}, {"source": "b", "amount": Decimal(100), "currency": "USD"}
            ),
        ),
        day(3, 9),
        [_CONFLICT | {"since": day(3, 5)}],
    ),
    # An optional step that was begun again is not done, and never a gap then.
    *at(
        "conflict-optional",
        {day(3, 7): [_CONFLICT | {"since": day(3, 7)}], day(3, 8): []},
        case(
            policy(stage("pay", optional=True)),
            events=[*_two({"source": "a"}, {"source": "b", "on": day(3, 7)}), event("started", "pay", day(3, 8))],
        ),
    ),
    Planted(
        "conflict-two-steps",
        case(
            policy(stage("pay", "city")),
            events=[
                completed("pay", day(3, 5), "1401", source="a"),
                completed("pay", day(3, 7), "1402", source="b"),
            ],
        ),
        day(3, 9),
        [],
    ),
    # Three completions: the first pair that differs tells since when.
    Planted(
        "conflict-three",
        case(
            _PAID,
            events=[
                completed("pay", day(3, 5), source="a"),
                completed("pay", day(3, 6), source="a"),
                completed("pay", day(3, 8), source="b"),
                completed("pay", day(3, 9), source="c"),
            ],
        ),
        day(3, 9),
        [_CONFLICT | {"since": day(3, 8), "days": 2}],
    ),
]

_TWO = policy(stage("approve"), stage("pay", after=["approve"]))
_TURNS = [
    # From the day on which the policy is in force its steps wait for each other.
    *at(
        "blocked-from-the-first-day",
        {day(2, 29): [], day(3, 1): [of_step("blocked_step", "pay", since=None, days=None, root=False)]},
        case(_TWO),
    ),
    *at(
        "order-from-the-day-it-is-done",
        {day(3, 9): [of_step("blocked_step", "pay")], day(3, 10): [of_step("out_of_order", "pay", days=1)]},
        case(_TWO, events=[completed("pay", day(3, 10))]),
    ),
]

CASES = [*_TURNS, *_SIMPLE, *_COVERAGE, *_BLOCKED, *_ORDER, *_ASSIGNED, *_EVIDENCE, *_CONFLICTS]
