"""Planted gaps of money: funds_retained and funds_untraced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.planted.build import Planted, at, case, day, delivery, gap, group, money, policy, stage, transfer
from tests.reference.case import Row

_P = policy(stage("pay"), measures=({"id": "m", "kind": "subsidy"}, {"id": "n", "kind": "subsidy"}))
# 100 from the treasury on 1 March; 31 March is the 30th day after it, 1 April the first that is more than 30 days ago.
_IN = transfer("source:treasury", "prov", "100", day(3, 1))


def _kept(amount: str, holder: str = "prov", **fields: Any) -> Row:
    fields = {
        "policy": "p",
        "measure": "m",
        "amount": money(amount),
        "category": "blockage",
        "severity": "high",
    } | fields
    return gap("funds_retained", subject=holder, root=True, caused_by=set(), **fields)


def _nowhere(amount: str, holder: str = "prov", **fields: Any) -> Row:
    fields = {"policy": "p", "measure": "m", "amount": money(amount), "category": "break", "severity": "high"} | fields
    return gap("funds_untraced", subject=holder, root=True, caused_by=set(), **fields)


_RETAINED = [
    # Every table is optional: without agencies, whoever passes money on and is no source and no group is one.
    *at(
        "retained-no-agencies-table",
        {day(3, 31): [], day(4, 1): [_kept("100", since=day(4, 1), responsible=["prov"])]},
        case(_P, transfers=[_IN], agencies=[]),
    ),
    *at(
        "retained",
        {
            day(3, 30): [],
            day(3, 31): [],
            day(4, 1): [
                _kept(
                    "100",
                    since=day(4, 1),
                    days=1,
                    responsible=["prov"],
                    supporting=[],
                    beneficiaries=0,
                    blocked_steps=0,
                    count=None,
                    findings=[],
                )
            ],
            day(4, 10): [_kept("100", since=day(4, 1), days=10)],
        },
        case(_P, transfers=[_IN]),
    ),
    # 40 of it were taken back, and count from that day, not 30 days later.
    *at(
        "retained-taken-back",
        {
            day(4, 9): [_kept("100", since=day(4, 1))],
            day(4, 10): [_kept("60", since=day(4, 1))],
            day(5, 11): [_kept("60", since=day(4, 1))],
        },
        case(_P, transfers=[_IN, transfer("source:treasury", "prov", "-40", day(4, 10))]),
    ),
    *at(
        "retained-threshold",
        {day(3, 6): [], day(3, 7): [_kept("100", since=day(3, 7), days=1)]},
        case(_P, transfers=[_IN], thresholds={"retention_days": 5}),
    ),
    *at(
        "retained-threshold-overridden",
        {day(3, 6): [], day(3, 7): [_kept("100")]},
        case(_P, transfers=[_IN], thresholds={"retention_days": 90}),
        thresholds={"retention_days": Decimal(5)},
    ),
    # Every outgoing amount counts, also that of the last day.
    *at(
        "retained-passed-on",
        {day(4, 9): [_kept("100", since=day(4, 1))], day(4, 10): [_kept("40", since=day(4, 1))], day(4, 12): []},
        case(
            _P,
            transfers=[
                _IN,
                transfer("prov", "city1", "60", day(4, 10)),
                transfer("prov", "source:treasury", "40", day(4, 12)),
            ],
            thresholds={"retention_days": 30},
        ),
    ),
    # What came in only lately does not count, what went out does: 100 old and 50 new came, 90 went.
    Planted(
        "retained-young-receipts",
        case(
            _P,
            transfers=[
                _IN,
                transfer("source:treasury", "prov", "50", day(4, 1)),
                transfer("prov", "city1", "90", day(4, 1)),
            ],
        ),
        day(4, 10),
        [_kept("10", since=day(4, 1))],
    ),
    Planted(
        "retained-young-receipts-cover",
        case(
            _P,
            transfers=[
                _IN,
                transfer("source:treasury", "prov", "50", day(3, 20)),
                transfer("prov", "city1", "110", day(3, 25)),
            ],
        ),
        day(4, 10),
        [],
    ),
    *(
        Planted(
            f"retained-min-{name}",
            case(_P, transfers=[_IN], thresholds={"retention_min": minimum}),
            day(4, 1),
            expected,
        )
        for name, minimum, expected in (
            ("below", Decimal("99.99"), [_kept("100")]),
            ("equal", Decimal(100), [_kept("100")]),
            ("above", Decimal("100.01"), []),
        )
    ),
    # Decimal to the last fen: 0.1 + 0.2 - 0.3 is nothing.
    Planted(
        "retained-no-binary-floats",
        case(
            _P,
            transfers=[
                transfer("source:treasury", "prov", "0.1", day(3, 1)),
                transfer("source:treasury", "prov", "0.2", day(3, 1)),
                transfer("prov", "city1", "0.3", day(3, 2)),
                transfer("city1", "source:shops", "0.3", day(3, 2)),
            ],
        ),
        day(6, 1),
        [],
    ),
    # Delivered counts as passed on; a delivery without an amount, and one of another agency, do not.
    Planted(
        "retained-delivered",
        case(
            _P,
            transfers=[_IN],
            deliveries=[
                delivery("b1", day(3, 20), "30", agency="prov"),
                delivery("b2", day(3, 20), agency="prov"),
                delivery("b3", day(5, 20), "30", agency="prov"),
                delivery("b4", None, "30", agency="prov"),
            ],
        ),
        day(4, 1),
        [_kept("70", since=day(4, 1))],
    ),
    # A group is where money is meant to end, unless it passes money on.
    Planted(
        "retained-group-is-the-end",
        case(
            _P,
            beneficiary_groups=[group("shops", "1401", 50)],
            transfers=[transfer("source:treasury", "shops", "100", day(3, 1))],
        ),
        day(5, 1),
        [],
    ),
    *at(
        "retained-group-in-between",
        {
            day(4, 19): [],
            day(4, 20): [_kept("90", "lessor", since=day(4, 20), days=1, beneficiaries=7, responsible=["lessor"])],
        },
        case(
            _P,
            beneficiary_groups=[group("lessor", "1401", 7), group("shops", "1401", 50)],
            transfers=[
                transfer("source:treasury", "lessor", "100", day(3, 1)),
                transfer("lessor", "shops", "10", day(4, 20)),
            ],
        ),
    ),
    # Each measure has its own account, and so has money under no measure.
    Planted(
        "retained-accounts-apart",
        case(
            _P,
            transfers=[
                _IN,
                transfer("source:treasury", "prov", "5", day(3, 1), measure=None),
                transfer("prov", "city1", "100", day(3, 2), measure="n"),
                transfer("city1", "source:shops", "100", day(3, 2), measure="n"),
            ],
        ),
        day(4, 1),
        [
            _kept("100"),
            _kept("5", measure=None),
            _nowhere("100", measure="n"),
        ],
    ),
    Planted(
        "retained-currencies-apart",
        case(
            _P,
            transfers=[
                _IN,
                transfer("source:bank", "prov", "20", day(3, 1), currency="USD"),
                transfer("source:bank", "prov", "30", day(3, 1), currency="EUR"),
                transfer("prov", "source:shops", "30", day(3, 5), currency="EUR"),
            ],
        ),
        day(4, 1),
        [_kept("100") | {"amount": {"CNY": Decimal(100), "USD": Decimal(20)}}],
    ),
    # Emptied on 10 April, filled again on the 20th: held anew since 21 May, the 31st day after that.
    *at(
        "retained-since-the-last-time",
        {
            day(4, 9): [_kept("100", since=day(4, 1))],
            day(4, 10): [],
            day(5, 20): [],
            day(5, 25): [_kept("8", since=day(5, 21), days=5)],
        },
        case(
            _P,
            transfers=[
                _IN,
                transfer("prov", "source:shops", "100", day(4, 10)),
                transfer("source:treasury", "prov", "8", day(4, 20)),
            ],
        ),
    ),
    Planted("retained-before-effective", case(_P | {"effective": {"from": day(6, 1)}}, transfers=[_IN]), day(5, 1), []),
    Planted(
        "retained-known-later",
        case(
            _P, transfers=[_IN, transfer("prov", "source:shops", "100", day(3, 5), recorded_at="2020-04-05T09:00:00")]
        ),
        day(4, 3),
        [_kept("100")],
        known_by=day(4, 4),
    ),
    Planted(
        "retained-known",
        case(
            _P, transfers=[_IN, transfer("prov", "source:shops", "100", day(3, 5), recorded_at="2020-04-05T09:00:00")]
        ),
        day(4, 3),
        [],
        known_by=day(4, 5),
    ),
]

_OUT = transfer("prov", "source:shops", "100", day(3, 10))

_UNTRACED = [
    *at(
        "untraced",
        {day(3, 9): [], day(3, 10): [_nowhere("100", since=day(3, 10), days=1, responsible=["prov"], count=None)]},
        case(_P, transfers=[_OUT]),
    ),
    Planted(
        "untraced-received-the-same-day",
        case(_P, transfers=[_OUT, transfer("source:treasury", "prov", "100", day(3, 10))]),
        day(3, 20),
        [],
    ),
    Planted(
        "untraced-received-the-day-after",
        case(_P, transfers=[_OUT, transfer("source:treasury", "prov", "100", day(3, 11))]),
        day(3, 20),
        [_nowhere("100", since=day(3, 10), days=11)],
    ),
    Planted(
        "untraced-by-a-fen",
        case(_P, transfers=[_OUT, transfer("source:treasury", "prov", "99.99", day(3, 9))]),
        day(3, 20),
        [_nowhere("0.01")],
    ),
    # 100 out on the 10th for 80 in; 150 out in all on the 15th for 90 in: the excess was at most 60.
    Planted(
        "untraced-largest-excess",
        case(
            _P,
            transfers=[
                transfer("source:treasury", "prov", "80", day(3, 1)),
                _OUT,
                transfer("source:treasury", "prov", "10", day(3, 12)),
                transfer("prov", "source:shops", "50", day(3, 15)),
                transfer("source:treasury", "prov", "60", day(3, 18)),
            ],
        ),
        day(3, 20),
        [_nowhere("60", since=day(3, 10))],
    ),
    Planted(
        "untraced-delivered",
        case(
            _P,
            transfers=[transfer("source:treasury", "prov", "80", day(3, 1))],
            deliveries=[
                delivery("b1", day(3, 10), "50", agency="prov"),
                delivery("b2", day(3, 11), "50", agency="prov"),
            ],
        ),
        day(3, 20),
        [_nowhere("20", since=day(3, 11), days=10)],
    ),
    Planted(
        "untraced-group",
        case(
            _P,
            beneficiary_groups=[group("lessor", "1401", 7)],
            transfers=[transfer("lessor", "source:shops", "10", day(3, 10))],
        ),
        day(3, 20),
        [_nowhere("10", "lessor", beneficiaries=7, responsible=["lessor"])],
    ),
    Planted(
        "untraced-currencies",
        case(
            _P,
            transfers=[
                transfer("source:treasury", "prov", "100", day(3, 1)),
                transfer("prov", "source:shops", "100", day(3, 10), currency="USD"),
                transfer("prov", "source:shops", "100", day(3, 10)),
            ],
        ),
        day(3, 20),
        [_nowhere("100") | {"amount": money("100", "USD")}],
    ),
    Planted(
        "untraced-other-policy",
        case(
            _P,
            policy(stage("pay"), id="q", measures=({"id": "o"},)),
            transfers=[transfer("source:treasury", "prov", "100", day(3, 1), policy="q", measure="o"), _OUT],
        ),
        day(3, 20),
        [_nowhere("100")],
    ),
    # The same holder may keep too much under one account and pass on too much under it earlier.
    Planted(
        "untraced-then-retained",
        case(
            _P,
            transfers=[_OUT, transfer("source:treasury", "prov", "130", day(3, 11))],
        ),
        day(4, 11),
        [_nowhere("100", since=day(3, 10)), _kept("30", since=day(4, 11), days=1)],
    ),
]

CASES = [*_RETAINED, *_UNTRACED]
