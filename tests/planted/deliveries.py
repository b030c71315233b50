"""Planted gaps of deliveries, aggregated by measure and region, and of coverage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.planted.build import (
    Planted,
    assigned,
    at,
    case,
    completed,
    day,
    delivery,
    event,
    finding,
    gap,
    group,
    money,
    of_step,
    policy,
    stage,
    transfer,
)
from tests.reference.case import Row
from tests.reference.gap import Identity

# Payment is a provincial step, due on 11 March where it was not cancelled.
_M = {"id": "m", "kind": "subsidy"}
_PAY = policy(stage("pay", within_days=10, measure="m"), measures=(_M,))
_FREE = policy(stage("pay", measure="m"), measures=(_M,))
_PAID = [completed("pay", day(3, 5))]
_ON = day(3, 20)


def _gap(kind: str, scope: str | None = "140105", **fields: Any) -> Row:
    return gap(kind, policy="p", measure="m", scope=scope, **fields)


def _ineligible(count: int, amount: str | None, scope: str | None = "140105", **fields: Any) -> Row:
    fixed = {"category": "difficulty", "severity": "high", "root": True, "caused_by": set()}
    return _gap(
        "ineligible_delivery", scope, count=count, amount=None if amount is None else money(amount), **fixed | fields
    )


_ELIGIBLE = [
    *at(
        "ineligible-from-the-day-of-delivery",
        {day(3, 19): [], _ON: [_ineligible(1, "2", since=_ON, days=1)]},
        case(_FREE, beneficiaries=[{"id": "no", "eligible": False}], deliveries=[delivery("no", _ON, "2")]),
    ),
    Planted(
        "ineligible-marked",
        case(
            _FREE,
            beneficiaries=[{"id": "yes", "eligible": True}, {"id": "no", "eligible": False}, {"id": "open"}],
            deliveries=[
                delivery("yes", _ON, "1"),
                delivery("no", _ON, "2"),
                delivery("open", _ON, "4"),
                delivery("no", day(3, 18), "8"),
                delivery("no", None, "16"),
                delivery("no", day(3, 21), "32"),
            ],
        ),
        _ON,
        [_ineligible(2, "10", since=day(3, 18), days=3, beneficiaries=0, blocked_steps=0, responsible=[], findings=[])],
    ),
    Planted(
        "ineligible-unknown",
        case(_FREE, beneficiaries=[{"id": "b1"}], deliveries=[delivery("b1", _ON, "1"), delivery("b2", _ON, "2")]),
        _ON,
        [_ineligible(1, "2", since=_ON, days=1)],
    ),
    Planted("ineligible-nobody-listed", case(_FREE, deliveries=[delivery("b2", _ON, "2")]), _ON, []),
    *(
        Planted(
            f"ineligible-{name}",
            case(
                _FREE,
                beneficiaries=[{"id": "b", "eligible": True, "eligible_from": day(3, 10), "eligible_to": day(3, 19)}],
                deliveries=[delivery("b", on)],
            ),
            _ON,
            expected,
        )
        for name, on, expected in (
            ("day-before-from", day(3, 9), [_ineligible(1, None, since=day(3, 9))]),
            ("on-from", day(3, 10), []),
            ("on-to", day(3, 19), []),
            ("day-after-to", day(3, 20), [_ineligible(1, None, since=day(3, 20))]),
        )
    ),
    # One gap a region: the delivery's own, else its group's, else its beneficiary's, else none.
    Planted(
        "ineligible-regions",
        case(
            _FREE,
            beneficiary_groups=[group("shops", "1402", 30), group("stalls", "140205", 4)],
            beneficiaries=[{"id": "x", "eligible": False, "region": "140106"}, {"id": "y", "eligible": False}],
            deliveries=[
                delivery("x", _ON, "1", group="shops"),
                delivery("x", _ON, "2", group="shops", region=None),
                delivery("x", _ON, "4", region=None),
                delivery("y", _ON, "8", region=None),
                delivery("y", _ON, "16", currency="USD"),
            ],
        ),
        _ON,
        [
            _ineligible(2, None, "140105", beneficiaries=0) | {"amount": {"CNY": Decimal(1), "USD": Decimal(16)}},
            _ineligible(1, "2", "1402", beneficiaries=34),
            _ineligible(1, "4", "140106"),
            _ineligible(1, "8", None, beneficiaries=0),
        ],
    ),
    # Who is responsible: the lead of the measure's step in the region or above it.
    Planted(
        "ineligible-responsible",
        case(
            policy(
                stage("pay", "city", measure="m"),
                measures=(_M,),
            ),
            assignments=[
                assigned("pay", "city1", "1401"),
                assigned("pay", "county5", "1401", role="support"),
                assigned("pay", "city2", "1402"),
            ],
            beneficiaries=[{"id": "no", "eligible": False}],
            deliveries=[delivery("no", _ON, "2")],
            events=[completed("pay", day(3, 5), "1401"), completed("pay", day(3, 5), "1402")],
        ),
        _ON,
        [_ineligible(1, "2", responsible=["city1"], supporting=["county5"])],
    ),
    Planted(
        "ineligible-known-later",
        case(
            _FREE,
            beneficiaries=[{"id": "no", "eligible": False}],
            deliveries=[delivery("no", day(3, 5), "2", recorded_at="2020-03-10T09:00:00")],
        ),
        _ON,
        [],
        known_by=day(3, 9),
    ),
    Planted(
        "ineligible-known",
        case(
            _FREE,
            beneficiaries=[{"id": "no", "eligible": False}],
            deliveries=[delivery("no", day(3, 5), "2", recorded_at="2020-03-10T09:00:00")],
        ),
        _ON,
        [_ineligible(1, "2", since=day(3, 5))],
        known_by=day(3, 10),
    ),
]

_ONCE = policy(stage("pay"), measures=(_M | {"one_per_beneficiary": True}, {"id": "n"}))


def _duplicate(count: int, amount: str | None, scope: str | None = "140105", **fields: Any) -> Row:
    fixed = {"category": "difficulty", "severity": "medium", "root": True, "caused_by": set()}
    return _gap(
        "duplicate_delivery", scope, count=count, amount=None if amount is None else money(amount), **fixed | fields
    )


_TWICE = [
    *at(
        "duplicate",
        {
            day(3, 11): [],
            day(3, 12): [_duplicate(1, "2", since=day(3, 12), days=1)],
            day(3, 14): [_duplicate(2, "6", since=day(3, 12), days=3)],
        },
        case(
            _ONCE,
            deliveries=[
                delivery("b", day(3, 14), "4"),
                delivery("b", day(3, 10), "1"),
                delivery("b", day(3, 12), "2"),
                delivery("c", day(3, 12), "8"),
                delivery("b", None, "16"),
            ],
        ),
    ),
    # On one day the id decides which was first; the second was given in another region.
    Planted(
        "duplicate-same-day",
        case(_ONCE, deliveries=[delivery("b", _ON, "1", id="2"), delivery("b", _ON, "2", id="1", region="140106")]),
        _ON,
        [_duplicate(1, "1", "140105", since=_ON)],
    ),
    Planted(
        "duplicate-other-measure",
        case(
            _ONCE,
            deliveries=[
                delivery("b", _ON),
                delivery("b", _ON, measure="n"),
                delivery("b", _ON, measure="n"),
            ],
        ),
        _ON,
        [],
    ),
    Planted(
        "duplicate-taken-back",
        case(_ONCE, deliveries=[delivery("b", day(3, 10), "5"), delivery("b", day(3, 12), "-5")]),
        _ON,
        [],
    ),
    Planted(
        "duplicate-without-amount",
        case(_ONCE, deliveries=[delivery("b", day(3, 10)), delivery("b", day(3, 12))]),
        _ON,
        [_duplicate(1, None, since=day(3, 12))],
    ),
]

_CAPPED = policy(stage("pay"), measures=(_M | {"cap_per_beneficiary": 100},))


def _over_cap(count: int, amount: str, scope: str | None = "140105", **fields: Any) -> Row:
    fixed = {"category": "difficulty", "severity": "medium", "root": True, "caused_by": set()}
    return _gap("over_cap_delivery", scope, count=count, amount=money(amount), **fixed | fields)


_CAP = [
    *at(
        "over-cap",
        {
            day(3, 11): [],
            day(3, 12): [_over_cap(1, "0.01", since=day(3, 12), days=1)],
            day(3, 14): [_over_cap(1, "50.01", "140106", since=day(3, 12), days=3)],
        },
        case(
            _CAPPED,
            deliveries=[
                delivery("b", day(3, 10), "100"),
                delivery("b", day(3, 12), "0.01"),
                delivery("b", day(3, 14), "50", region="140106"),
                delivery("c", day(3, 10), "100"),
            ],
        ),
    ),
    Planted(
        "over-cap-two-beneficiaries",
        case(
            _CAPPED,
            deliveries=[
                delivery("b", day(3, 10), "130"),
                delivery("c", day(3, 9), "90"),
                delivery("c", day(3, 12), "30"),
                delivery("d", day(3, 1), "99"),
                delivery("d", None, "99"),
            ],
        ),
        _ON,
        [_over_cap(2, "50", since=day(3, 10), days=11)],
    ),
    # The cap is in the case's currency: what was given in another cannot be held against it.
    Planted(
        "over-cap-other-currency",
        case(
            _CAPPED,
            deliveries=[
                delivery("b", day(3, 10), "80"),
                delivery("b", day(3, 11), "500", currency="USD"),
                delivery("b", day(3, 12)),
                delivery("c", day(3, 10), "130"),
                delivery("c", day(3, 12), "500", currency="USD"),
            ],
        ),
        _ON,
        [_over_cap(1, "30", since=day(3, 10))],
    ),
    Planted(
        "over-cap-with-fractions",
        case(
            policy(stage("pay"), measures=(_M | {"cap_per_beneficiary": Decimal("0.3")},)),
            deliveries=[delivery("b", day(3, 10), "0.1"), delivery("b", day(3, 11), "0.2")],
        ),
        _ON,
        [],
    ),
]


def _late(count: int, amount: str | None, scope: str | None = "140105", **fields: Any) -> Row:
    fixed = {"category": "blockage", "severity": "medium"}
    return _gap("late_delivery", scope, count=count, amount=None if amount is None else money(amount), **fixed | fields)


_LATE = [
    *at(
        "late-delivery",
        {
            day(3, 10): [],
            day(3, 11): [_late(1, "5", since=day(3, 11), days=1, root=True, caused_by=set())],
            day(3, 14): [_late(1, "5", since=day(3, 11), days=4)],
            # Delivered at last, but late: nothing is due any more, the lateness stays.
            day(3, 15): [_late(1, None, since=day(3, 11), days=5)],
        },
        case(_FREE, deliveries=[delivery("b", day(3, 15), "5", due_on=day(3, 10))]),
    ),
    Planted(
        "late-delivery-on-the-day",
        case(_FREE, deliveries=[delivery("b", day(3, 10), "5", due_on=day(3, 10))]),
        _ON,
        [],
    ),
    Planted(
        "late-delivery-day-after",
        case(_FREE, deliveries=[delivery("b", day(3, 11), "5", due_on=day(3, 10))]),
        _ON,
        [_late(1, None, since=day(3, 11))],
    ),
    Planted(
        "late-delivery-never",
        case(_FREE, deliveries=[delivery("b", None, "5", due_on=day(3, 10)), delivery("c", None, "7")]),
        _ON,
        [_late(1, "5", since=day(3, 11), days=10)],
    ),
    Planted(
        "late-delivery-together",
        case(
            _FREE,
            beneficiary_groups=[group("shops", "140105", 12), group("others", "140106", 5)],
            deliveries=[
                delivery("b", day(3, 12), "1", due_on=day(3, 9)),
                delivery("c", None, "2", due_on=day(3, 10)),
                delivery("d", None, "4", due_on=day(3, 8)),
                delivery("e", None, None, due_on=day(3, 8)),
                delivery("f", None, "8", due_on=day(3, 20)),
                delivery("g", None, "16", due_on=day(3, 10), region="140106"),
            ],
        ),
        _ON,
        [_late(4, "6", since=day(3, 9), beneficiaries=12), _late(1, "16", "140106", since=day(3, 11), beneficiaries=5)],
    ),
]

# Not said when it was recorded: on its own day, or if it is not delivered, on the day on which it was due.
_LATE += [
    Planted(
        "late-delivery-known-by-default",
        case(_FREE, deliveries=[delivery("b", day(3, 15), "5", due_on=day(3, 10))]),
        _ON,
        [_late(1, None)],
        known_by=day(3, 15),
    ),
    Planted(
        "late-delivery-not-known-by-default",
        case(_FREE, deliveries=[delivery("b", day(3, 15), "5", due_on=day(3, 10))]),
        _ON,
        [],
        known_by=day(3, 14),
    ),
    Planted(
        "late-delivery-due-known-by-default",
        case(_FREE, deliveries=[delivery("b", None, "5", due_on=day(3, 10))]),
        _ON,
        [_late(1, "5")],
        known_by=day(3, 10),
    ),
    Planted(
        "late-delivery-due-not-known-by-default",
        case(_FREE, deliveries=[delivery("b", None, "5", due_on=day(3, 10))]),
        _ON,
        [],
        known_by=day(3, 9),
    ),
]

# A group of ten in County Five; its step, in the province, was done in time and due on 11 March.
_TEN = [group("ten", "140105", 10)]


def _reached(number: int) -> list[Row]:
    return [delivery(f"b{n}", day(3, 6), "10") for n in range(number)]


def _short(name: str = "ten", **fields: Any) -> Row:
    fixed = {"category": "difficulty", "severity": "high"}
    return gap("coverage_shortfall", policy="p", measure="m", subject=name, **fixed | fields)


_COVERAGE = [
    *at(
        "coverage",
        {
            day(3, 10): [],
            day(3, 11): [],
            day(3, 12): [
                _short(
                    root=True,
                    caused_by=set(),
                    since=day(3, 12),
                    days=1,
                    beneficiaries=10,
                    count=None,
                    amount=None,
                    responsible=[],
                    findings=[],
                    blocked_steps=0,
                )
            ],
        },
        case(_PAY, events=_PAID, beneficiary_groups=_TEN, deliveries=_reached(8)),
    ),
    Planted("coverage-at-least", case(_PAY, events=_PAID, beneficiary_groups=_TEN, deliveries=_reached(9)), _ON, []),
    *(
        Planted(
            f"coverage-threshold-{name}",
            case(
                _PAY, events=_PAID, beneficiary_groups=_TEN, deliveries=_reached(8), thresholds={"coverage_min": least}
            ),
            _ON,
            expected,
        )
        for name, least, expected in (("equal", Decimal("0.8"), []), ("above", Decimal("0.81"), [_short()]))
    ),
    # Three of ten thirds: 0.3 is not less than 0.3.
    Planted(
        "coverage-exact",
        case(
            _PAY,
            events=_PAID,
            beneficiary_groups=_TEN,
            deliveries=_reached(3),
            thresholds={"coverage_min": Decimal("0.3")},
        ),
        _ON,
        [],
    ),
    # The same beneficiary twice, one not delivered yet and one delivered later do not help.
    Planted(
        "coverage-distinct",
        case(
            _PAY,
            events=_PAID,
            beneficiary_groups=_TEN,
            deliveries=[*_reached(8), delivery("b0", day(3, 7)), delivery("late", day(3, 21)), delivery("never", None)],
        ),
        _ON,
        [_short()],
    ),
    Planted(
        "coverage-caught-up",
        case(_PAY, events=_PAID, beneficiary_groups=_TEN, deliveries=[*_reached(8), delivery("late", day(3, 20))]),
        _ON,
        [],
    ),
    # Those that name the group count wherever they were given; those that name another do not, in its region neither.
    Planted(
        "coverage-named",
        case(
            _PAY,
            events=_PAID,
            beneficiary_groups=[group("two", "140105", 2), group("far", "140106", 2), group("nobody", "140205", None)],
            deliveries=[
                delivery("b1", day(3, 6), group="far"),
                delivery("b2", day(3, 6), group="far"),
                delivery("b3", day(3, 6), region="140105"),
            ],
        ),
        _ON,
        [_short("two", beneficiaries=2)],
    ),
    Planted(
        "coverage-other-measure",
        case(
            policy(stage("pay", within_days=10, measure="m"), measures=(_M, {"id": "n"})),
            events=_PAID,
            beneficiary_groups=[group("two", "140105", 2), group("n-group", "140105", 2, measure="n")],
            deliveries=[delivery("b1", day(3, 6), measure="n"), delivery("b2", day(3, 6), measure="n")],
        ),
        _ON,
        [_short("two")],
    ),
    # No step of the measure has a due date: the policy's end counts, and without one there is no gap.
    *at(
        "coverage-policy-end",
        {day(6, 30): [], day(7, 1): [_short(since=day(7, 1), days=1)]},
        case(policy(stage("pay", measure="m"), measures=(_M,), to=day(6, 30)), beneficiary_groups=_TEN, events=_PAID),
    ),
    Planted("coverage-no-end", case(_FREE, beneficiary_groups=_TEN, events=_PAID), day(12, 31), []),
    # The step in the group's own county goes before the provincial one; of two there the later due date counts.
    *at(
        "coverage-nearest-step",
        {day(3, 21): [], day(3, 22): [_short(since=day(3, 22))]},
        case(
            policy(
                stage("top", within_days=5, measure="m"),
                stage("pay", "county", within_days=10, measure="m"),
                stage("rest", "county", within_days=20, measure="m"),
                measures=(_M,),
            ),
            beneficiary_groups=_TEN,
            events=[
                completed("top", day(3, 2)),
                *(
                    completed(name, day(3, 2), scope)
                    for name in ("pay", "rest")
                    for scope in ("140105", "140106", "140205")
                ),
            ],
        ),
    ),
    # 1,000 and 300 were due; what was delivered is taken off, but no group's claim falls below nothing.
    Planted(
        "coverage-amount",
        case(
            _PAY,
            events=_PAID,
            beneficiary_groups=[group("ten", "140105", 10, "1000"), group("two", "140106", 2, "300")],
            deliveries=[
                delivery("b1", day(3, 6), "150.50"),
                delivery("b2", day(3, 6), "9", currency="USD"),
                delivery("c1", day(3, 6), "900", region="140106"),
            ],
        ),
        _ON,
        [_short(amount=money("849.50")), _short("two", amount=money("0"), beneficiaries=2)],
    ),
    # The payment itself is missing: that explains it.
    Planted(
        "coverage-caused-by-missing",
        case(_PAY, beneficiary_groups=[group("ten", "140105", 10, "1000")], assignments=[assigned("pay", "prov")]),
        day(3, 12),
        [
            of_step(
                "missing_step",
                "pay",
                measure="m",
                root=True,
                beneficiaries=10,
                amount=money("1000"),
                responsible=["prov"],
            ),
            _short(
                root=False,
                caused_by={("missing_step", "p", "m", "pay", "14", None)},
                since=day(3, 12),
                responsible=["prov"],
                amount=money("1000"),
            ),
        ],
    ),
]

# A rule in the province, then payment in the county by 31 March; the money comes down from the province to the county.
_CHAIN = policy(
    stage("rule", within_days=10),
    stage("pay", "county", after=["rule"], due_on=day(3, 31), measure="m", scopes=["140105"]),
    measures=(_M,),
)
_RULE = ("missing_step", "p", None, "rule", "14", None)
_BLOCKED = of_step("blocked_step", "pay", "140105", measure="m", root=False, caused_by={_RULE}, beneficiaries=10)
_MISSING_RULE = of_step("missing_step", "rule", root=True, blocked_steps=1, beneficiaries=10)


def _kept(holder: str) -> Row:
    return gap("funds_retained", policy="p", measure="m", subject=holder, root=True)


def _kept_identity(holder: str) -> Identity:
    return ("funds_retained", "p", "m", None, None, holder)


def _received(*holders: str, measure: str = "m") -> list[Row]:
    return [transfer("source:treasury", holder, "100", day(3, 1), measure=measure) for holder in holders]


_CAUSES = [
    # The county's step waits for the rule: the missing rule explains the shortfall and the late deliveries.
    Planted(
        "causes-of-a-blocked-step",
        case(_CHAIN, beneficiary_groups=_TEN, deliveries=[delivery("b", None, "5", due_on=day(3, 25))]),
        day(4, 1),
        [
            _MISSING_RULE,
            _BLOCKED,
            _short(root=False, caused_by={_RULE}),
            _late(1, "5", root=False, caused_by={_RULE}),
        ],
    ),
    # Money of this measure kept in the county, its city or its province explains them too; elsewhere it does not.
    Planted(
        "causes-money-kept",
        case(
            _CHAIN,
            beneficiary_groups=_TEN,
            deliveries=[delivery("b", None, "5", due_on=day(3, 25))],
            transfers=_received("prov", "city1", "city2", "county5", "county6"),
        ),
        day(4, 1),
        [
            _MISSING_RULE,
            _BLOCKED,
            *(_kept(holder) for holder in ("prov", "city1", "city2", "county5", "county6")),
            _short(root=False, caused_by={_RULE, *(_kept_identity(name) for name in ("prov", "city1", "county5"))}),
            _late(
                1, "5", root=False, caused_by={_RULE, *(_kept_identity(name) for name in ("prov", "city1", "county5"))}
            ),
        ],
    ),
    # The step is done: only the money is left as a reason. Money of another measure is none.
    Planted(
        "causes-step-done",
        case(
            _PAY | {"measures": [_M, {"id": "n"}]},
            events=_PAID,
            beneficiary_groups=_TEN,
            deliveries=[delivery("b", None, "5", due_on=day(3, 25))],
            transfers=[*_received("prov"), *_received("city1", measure="n")],
        ),
        day(4, 1),
        [
            _kept("prov"),
            gap("funds_retained", policy="p", measure="n", subject="city1"),
            _short(root=False, caused_by={_kept_identity("prov")}),
            _late(1, "5", root=False, caused_by={_kept_identity("prov")}),
        ],
    ),
    # A group that passes money on, in the city above, keeps 90 of 100: that is a reason too.
    Planted(
        "causes-money-kept-by-a-group",
        case(
            _PAY,
            events=_PAID,
            beneficiary_groups=[*_TEN, group("lessor", "1401", None), group("other", "1402", None)],
            transfers=[
                *_received("lessor", "other"),
                transfer("lessor", "source:shops", "10", day(3, 2)),
                transfer("other", "source:shops", "10", day(3, 2)),
            ],
        ),
        day(4, 1),
        [
            _kept("lessor") | {"amount": money("90")},
            _kept("other"),
            _short(root=False, caused_by={_kept_identity("lessor")}),
        ],
    ),
    Planted(
        "causes-none",
        case(_PAY, events=_PAID, beneficiary_groups=_TEN, deliveries=[delivery("b", None, "5", due_on=day(3, 25))]),
        day(4, 1),
        [_short(root=True, caused_by=set()), _late(1, "5", root=True, caused_by=set())],
    ),
    # No lead: the missing payment is itself explained, so the shortfall names the root alone.
    Planted(
        "causes-root-only",
        case(_PAY, beneficiary_groups=_TEN, assignments=[assigned("pay", "prov", role="support")]),
        day(3, 12),
        [
            of_step("unassigned_step", "pay", measure="m", root=True),
            of_step("missing_step", "pay", measure="m", root=False),
            _short(root=False, caused_by={("unassigned_step", "p", "m", "pay", "14", None)}, supporting=["prov"]),
        ],
    ),
    # Findings about what was given wrongly have no cause, even where money is kept and the step is not done.
    Planted(
        "causes-others-are-root",
        case(
            _CHAIN,
            events=[event("started", "rule", day(3, 2))],
            beneficiaries=[{"id": "no", "eligible": False}],
            deliveries=[delivery("no", day(3, 25), "5")],
            transfers=_received("prov"),
            findings=[finding(day(3, 20), policy="p", scope="140106", category="pain")],
        ),
        day(4, 1),
        [
            of_step("overdue_step", "rule", blocked_steps=1),
            of_step("blocked_step", "pay", "140105", measure="m"),
            _kept("prov"),
            _ineligible(1, "5"),
            gap("reported_pain", policy="p", scope="140106", subject="F1", root=True, caused_by=set()),
        ],
    ),
]

CASES = [*_ELIGIBLE, *_TWICE, *_CAP, *_LATE, *_COVERAGE, *_CAUSES]
