"""Planted impact and order: whom a gap touches, what is still due to them, and which gap comes first."""

from __future__ import annotations

from decimal import Decimal

from tests.planted.build import (
    Planted,
    assigned,
    case,
    completed,
    day,
    delivery,
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

_M = ({"id": "m"}, {"id": "n"})
_RULE = ("missing_step", "p", None, "rule", "14", None)

# A provincial rule, then county payments of m, then provincial accounts of n; nothing is done.
_P = policy(
    stage("rule", within_days=10),
    stage("pay", "county", after=["rule"], measure="m"),
    stage("account", after=["pay"], measure="n"),
    measures=_M,
)
_GROUPS = [
    group("five", "140105", 10, "1000"),
    group("six", "140106", 20, "300"),
    group("six-too", "140106", 1, None),
    group("twenty-five", "140205", 40, "50", currency="USD"),
    group("all-n", "14", 100, "7", measure="n"),
    group("city-m", "1401", 500, "9000"),
    group("uncounted", "140105", None, None),
    group("none", "140105", 10000, None, measure=None),
]


def _waiting(stage: str, scope: str, people: int, amount: dict[str, Decimal] | None, measure: str) -> Row:
    return of_step(
        "blocked_step",
        stage,
        scope,
        measure=measure,
        beneficiaries=people,
        amount=amount,
        blocked_steps=0,
        caused_by={_RULE},
    )


_TOUCHED = [
    # The rule itself has no measure; it holds up three payments of m and the account of n. The group of the whole
    # city lies in none of the counties that wait, so it is not counted.
    Planted(
        "impact-of-the-root",
        case(
            _P,
            beneficiary_groups=_GROUPS,
            deliveries=[
                delivery("b", day(3, 5), "400", group="five"),
                delivery("b", day(3, 5), "90", region="140106"),
                delivery("c", day(3, 20), "90", region="140106"),
            ],
        ),
        day(3, 12),
        [
            of_step(
                "missing_step",
                "rule",
                blocked_steps=4,
                beneficiaries=171,
                amount={"CNY": Decimal(817), "USD": Decimal(50)},
            ),
            _waiting("pay", "140105", 10, money("600"), "m"),
            _waiting("pay", "140106", 21, money("210"), "m"),
            _waiting("pay", "140205", 40, money("50", "USD"), "m"),
            _waiting("account", "14", 100, money("7"), "n"),
        ],
    ),
    # One county has paid: it and its group are no longer held up.
    Planted(
        "impact-without-what-is-done",
        case(_P, beneficiary_groups=_GROUPS, events=[completed("pay", day(3, 5), "140105")]),
        day(3, 12),
        [
            of_step(
                "missing_step",
                "rule",
                blocked_steps=3,
                beneficiaries=161,
                amount={"CNY": Decimal(307), "USD": Decimal(50)},
            ),
            of_step("out_of_order", "pay", "140105", measure="m", beneficiaries=10, amount=None, blocked_steps=0),
            _waiting("pay", "140106", 21, money("300"), "m"),
            _waiting("pay", "140205", 40, money("50", "USD"), "m"),
            _waiting("account", "14", 100, money("7"), "n"),
        ],
    ),
    # A late step touches its own measure's groups, in its region and below; it blocks nobody.
    Planted(
        "impact-of-a-late-step",
        case(
            policy(stage("pay", "city", within_days=10, measure="m", scopes=["1401"]), measures=_M),
            beneficiary_groups=_GROUPS,
            events=[completed("pay", day(3, 12), "1401")],
            thresholds={"coverage_min": 0},
        ),
        day(3, 12),
        [of_step("late_step", "pay", "1401", measure="m", beneficiaries=531, amount=None)],
    ),
    Planted(
        "impact-of-an-agency's-step",
        case(
            policy(stage("pay", "city", within_days=10, measure="m", scopes=["city1"]), measures=_M),
            beneficiary_groups=_GROUPS,
            thresholds={"coverage_min": 0},
        ),
        day(3, 12),
        [of_step("missing_step", "pay", "city1", measure="m", beneficiaries=531, amount=money("10300"))],
    ),
    Planted(
        "impact-more-delivered-than-due",
        case(
            policy(stage("pay", within_days=10, measure="m"), measures=_M),
            beneficiary_groups=_GROUPS[:2],
            deliveries=[delivery(f"b{n}", day(3, 5), "500", group="five") for n in range(10)]
            + [delivery(f"c{n}", day(3, 5), "1", group="six") for n in range(18)],
        ),
        day(3, 12),
        [of_step("missing_step", "pay", measure="m", beneficiaries=30, amount=money("282"))],
    ),
]

_RANKED = [
    Planted(
        "ranked",
        case(
            policy(
                stage("a", within_days=5),
                stage("b", within_days=10),
                stage("c", within_days=10, severity="medium", measure="m"),
                stage("d", "county", within_days=20, measure="m", scopes=["140105"]),
                stage("e", within_days=1),
                measures=_M,
            ),
            beneficiary_groups=[group("few", "140105", 2), group("many", "1402", 90)],
            events=[completed("e", day(3, 3))],
            transfers=[
                transfer("source:x", "prov", "10", day(3, 1), measure=None),
                transfer("source:x", "city1", "30", day(3, 1), measure=None),
                transfer("source:x", "city2", "9999", day(3, 1), measure=None, currency="USD"),
            ],
            findings=[
                finding(day(2, 1), severity="high", amount=Decimal(20)),
                finding(day(2, 2), severity="medium", amount=Decimal(99)),
                finding(day(2, 3), severity="low"),
            ],
        ),
        day(4, 10),
        [
            # high: many beneficiaries, then few, then by amount in CNY, then by days
            gap("coverage_shortfall", policy="p", measure="m", subject="many", beneficiaries=90),
            # these two are equal in everything: by id, gap-7070… before gap-7a62…
            gap(
                "coverage_shortfall", policy="p", measure="m", subject="few", beneficiaries=2, days=20, since=day(3, 22)
            ),
            of_step("missing_step", "d", "140105", measure="m", beneficiaries=2, days=20, since=day(3, 22)),
            gap("funds_retained", policy="p", subject="city1", amount=money("30")),
            gap("unaddressed_finding", subject="F1", severity="high", amount=money("20")),
            gap("funds_retained", policy="p", subject="prov", amount=money("10")),
            of_step("missing_step", "a", days=35),
            of_step("missing_step", "b", days=30),
            gap("funds_retained", policy="p", subject="city2", amount=money("9999", "USD"), days=10),
            # medium: beneficiaries before amount
            of_step("missing_step", "c", measure="m", severity="medium", beneficiaries=92),
            gap("unaddressed_finding", subject="F2", severity="medium"),
            # low
            of_step("late_step", "e", days=39),
            gap("unaddressed_finding", subject="F3", severity="low", days=37),
        ],
        ranked=True,
    ),
]

_LED = [
    # Nearest predecessors first: the county has no lead of its own, the city's is nearer than the province's.
    Planted(
        "responsible-nearest",
        case(
            policy(
                stage("issue"),
                stage("rule", "city", after=["issue"]),
                stage("pay", "county", after=["rule"], within_days=5, scopes=["140105", "140205"]),
            ),
            assignments=[
                assigned("issue", "prov"),
                assigned("rule", "city1", "1401"),
                assigned("rule", "county6", "1401"),
                assigned("pay", "county25", "140205", role="support"),
            ],
            events=[
                completed("issue", day(3, 2)),
                completed("rule", day(3, 3), "1401"),
                completed("rule", day(3, 3), "1402"),
            ],
        ),
        day(3, 4),
        [
            of_step("unassigned_step", "pay", "140105", responsible=["city1", "county6"], supporting=[]),
            of_step("unassigned_step", "pay", "140205", responsible=["prov"], supporting=["county25"]),
        ],
    ),
]

CASES = [*_TOUCHED, *_RANKED, *_LED]
