"""Money traced through a case: what the trace says, and that it never contradicts the gaps of money."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from graphkit.gaps import Evaluation, chain_of
from graphkit.gaps.trace import Flow, Trace, trace
from graphkit.model.errors import InputError, UsageError
from tests.gaps.loaded import evaluated
from tests.planted.build import assigned, case, day, delivery, group, policy, stage, transfer
from tests.reference.generate import Question, questions

_P = policy(stage("pay"), measures=({"id": "m", "kind": "subsidy"}, {"id": "n", "kind": "subsidy"}))
_CHAIN = [
    transfer("source:treasury", "prov", "100", day(3, 1)),
    transfer("source:loan", "prov", "50.05", day(3, 2)),
    transfer("prov", "city1", "120", day(3, 5)),
    transfer("city1", "county5", "60", day(3, 6)),
    transfer("city1", "city2", "30", day(3, 7), measure="n"),
]
_DELIVERED = [
    delivery("b1", day(3, 10), "15", agency="county5", group="g"),
    delivery("b2", day(3, 10), "10", agency="county5", group="g"),
    delivery("b3", day(3, 11), "20", agency="county5"),
    delivery("b4", day(3, 12), None, agency="county5"),
    delivery("b5", None, "20", agency="county5", due_on=day(3, 12)),
]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """100 and 50.05 come to the province, 120 goes to the city and 60 on to the county, which delivers 45."""
    made = case(_P, transfers=_CHAIN, deliveries=_DELIVERED, beneficiary_groups=[group("g", "140105", 5)])
    return evaluated(made, tmp_path_factory.mktemp("chain"), day(6, 30))


def only(found: Trace) -> Flow:
    (flow,) = found.flows
    return flow


def ends(flow: Flow) -> list[tuple[str, str, Decimal, int | None]]:
    return [(end.kind, end.holder, end.amount, end.count) for end in flow.ends]


def origins(flow: Flow) -> list[tuple[str, str, Decimal]]:
    return [(origin.kind, origin.holder, origin.amount) for origin in flow.origins]


def hops(flow: Flow, *, up: bool = False) -> list[tuple[str, Decimal, int]]:
    return [(hop.transfer, hop.amount, hop.distance) for hop in (flow.upstream if up else flow.downstream)]


def test_a_transfer_is_traced_to_its_last_holders(chain: Evaluation) -> None:
    flow = only(trace(chain, "T2"))
    assert (flow.amount, origins(flow)) == (Decimal("50.05"), [("source", "source:loan", Decimal("50.05"))])
    # The treasury's 100 left the province first; 20 of the loan went with it, behind them.
    assert hops(flow) == [("T3", Decimal(20), 1)]
    assert ends(flow) == [("held", "city1", Decimal(20), None), ("held", "prov", Decimal("30.05"), None)]
    held = {end.holder: end for end in flow.ends}
    assert (held["prov"].transfer, held["prov"].on, held["prov"].days) == ("T2", day(3, 2), 120)
    assert (held["city1"].transfer, held["city1"].on, held["city1"].days) == ("T3", day(3, 5), 117)


def test_gaps_of_money_stand_beside_what_is_held(chain: Evaluation) -> None:
    gaps = {gap.subject: gap for gap in chain.gaps(kind="funds_retained")}
    flow = only(trace(chain, "source:treasury"))
    assert {end.gap for end in flow.ends if end.holder == "county5" and end.kind == "held"} == {gaps["county5"].id}
    assert set(flow.gaps) == {gap.id for gap in gaps.values() if gap.measure == "m" and gap.subject != "city2"}


def test_a_gap_stands_beside_money_of_its_own_currencies_only(tmp_path: Path) -> None:
    transfers = [
        transfer("source:treasury", "city1", "100", day(3, 1)),
        transfer("source:loan", "city1", "50", day(3, 1), currency="USD"),
        transfer("city1", "county5", "50", day(3, 2), currency="USD"),
    ]
    evaluation = evaluated(case(_P, transfers=transfers), tmp_path, day(6, 30))
    (gap,) = evaluation.gaps(agency="city1", kind="funds_retained")
    assert set(gap.amount or {}) == {"CNY"}
    flows = {flow.currency: flow for flow in trace(evaluation, "city1").flows}
    assert (gap.id in flows["CNY"].gaps, gap.id in flows["USD"].gaps) == (True, False)


def test_of_a_gap_of_money_only_the_holders_own_steps_are_where_it_is(tmp_path: Path) -> None:
    made = case(
        policy(stage("plan", "city"), stage("pay", "city", after=["plan"]), measures=({"id": "m", "kind": "subsidy"},)),
        assignments=[assigned("plan", "prov", "1401"), assigned("pay", "city1", "1401")],
        transfers=[transfer("source:treasury", "city1", "100", day(3, 1))],
    )
    evaluation = evaluated(made, tmp_path, day(6, 30))
    (gap,) = evaluation.gaps(kind="funds_retained")
    assert {step.stage: step.place for step in chain_of(evaluation, gap.id).steps} == {"plan": "before", "pay": "here"}


def test_deliveries_are_the_last_hop(chain: Evaluation) -> None:
    flow = only(trace(chain, "T4"))
    assert ends(flow) == [
        ("delivered", "county5", Decimal(45), 3),
        ("held", "county5", Decimal(15), None),
    ]
    delivered = flow.ends[0]
    # The third names no group, but there is only one of its measure in its region.
    assert (delivered.group, delivered.on, delivered.until, delivered.gap) == ("g", day(3, 10), day(3, 11), None)


def test_deliveries_paid_in_part_are_counted(tmp_path: Path) -> None:
    two = [transfer("source:a", "county5", "12", day(3, 1)), transfer("source:b", "county5", "33", day(3, 2))]
    made = case(_P, transfers=two, deliveries=_DELIVERED[:3], beneficiary_groups=[group("g", "140105", 5)])
    evaluation = evaluated(made, tmp_path, day(6, 30))
    # 12 pay for a part of D1 (15); 33 for the rest of it, D2 and D3.
    assert ends(only(trace(evaluation, "T1"))) == [("delivered", "county5", Decimal(12), 1)]
    assert ends(only(trace(evaluation, "T2"))) == [("delivered", "county5", Decimal(33), 3)]


def test_a_holder_is_traced_both_ways_under_each_measure(chain: Evaluation) -> None:
    found = trace(chain, "city1")
    assert [(flow.measure, flow.received, flow.sent) for flow in found.flows] == [("m", 120, 60), ("n", 0, 30)]
    under_m, under_n = found.flows
    assert hops(under_m, up=True) == [("T3", 120, 1), ("T1", 100, 2), ("T2", 20, 2)]
    assert origins(under_m) == [("source", "source:loan", 20), ("source", "source:treasury", 100)]
    assert origins(under_n) == [("untraced", "city1", 30)]
    untraced = chain.gaps(kind="funds_untraced")[0]
    assert [origin.gap for origin in under_n.origins] == [untraced.id]
    assert [flow.measure for flow in trace(chain, "city1", measure="n").flows] == ["n"]
    assert found.names == {
        "city1": "Office of City One", "city2": "Office of City Two", "county5": "Office of County Five",
        "g": "g", "prov": "Provincial Office",
    }  # fmt: skip


def test_a_group_is_traced_from_its_deliveries(chain: Evaluation) -> None:
    flow = only(trace(chain, "g"))
    assert (flow.amount, flow.received) == (Decimal(45), None)
    assert origins(flow) == [("source", "source:treasury", Decimal(45))]
    assert hops(flow, up=True) == [("T4", 45, 2), ("T3", 45, 3), ("T1", 45, 4)]
    assert ends(flow) == [("delivered", "county5", Decimal(45), 3)]


def test_a_source_is_traced_down(chain: Evaluation) -> None:
    flow = only(trace(chain, "source:treasury"))
    assert hops(flow) == [("T1", 100, 1), ("T3", 100, 2), ("T4", 60, 3)]
    assert ends(flow) == [
        ("delivered", "county5", 45, 3),
        ("held", "city1", 40, None),
        ("held", "county5", 15, None),
    ]


def test_money_advanced_is_said(tmp_path: Path) -> None:
    late = [transfer("prov", "city1", "30", day(3, 5)), transfer("source:treasury", "prov", "20", day(3, 9))]
    flow = only(trace(evaluated(case(_P, transfers=late), tmp_path, day(6, 30)), "T1"))
    assert origins(flow) == [("source", "source:treasury", Decimal(20)), ("untraced", "prov", Decimal(10))]
    up = only(trace(evaluated(case(_P, transfers=late), tmp_path, day(6, 30)), "T2"))
    assert [(hop.transfer, hop.advanced) for hop in up.downstream] == [("T1", Decimal(20))]


def test_money_that_circles_comes_back(tmp_path: Path) -> None:
    around = [
        transfer("source:treasury", "prov", "10", day(3, 1)),
        transfer("prov", "city1", "10", day(3, 2)),
        transfer("city1", "prov", "10", day(3, 3)),
        transfer("prov", "city2", "10", day(3, 4)),
    ]
    evaluation = evaluated(case(_P, transfers=around), tmp_path, day(6, 30))
    flow = only(trace(evaluation, "prov"))
    assert (flow.amount, flow.received, flow.sent) == (20, 20, 20)
    assert origins(flow) == [("back", "prov", 10), ("source", "source:treasury", 10)]
    assert ends(flow) == [("back", "prov", 10, None), ("held", "city2", 10, None)]
    assert ends(only(trace(evaluation, "source:treasury"))) == [("held", "city2", 10, None)]


def test_a_negative_amount_is_money_that_goes_back(tmp_path: Path) -> None:
    rows = [
        transfer("source:treasury", "prov", "100", day(3, 1)),
        transfer("prov", "city1", "40", day(3, 2)),
        transfer("prov", "city1", "-15", day(3, 3)),
        transfer("source:treasury", "prov", "-75", day(3, 4)),
    ]
    evaluation = evaluated(case(_P, transfers=rows), tmp_path, day(6, 30))
    flow = only(trace(evaluation, "source:treasury"))
    assert ends(flow) == [("held", "city1", 25, None), ("returned", "source:treasury", 75, None)]
    back = {hop.transfer: hop for hop in flow.downstream}["T3"]
    assert (back.from_, back.to, back.amount, back.correction) == ("city1", "prov", 15, True)


def test_currencies_and_later_payments_stay_apart(tmp_path: Path) -> None:
    rows = [
        transfer("source:treasury", "prov", "100", day(3, 1)),
        transfer("prov", "city1", "100", day(3, 2), currency="USD"),
        transfer("prov", "city1", "60", day(5, 1)),
    ]
    evaluation = evaluated(case(_P, transfers=rows), tmp_path, day(4, 30))
    assert [(flow.currency, flow.received, flow.sent) for flow in trace(evaluation, "prov").flows] == [
        ("CNY", 100, 0),
        ("USD", 0, 100),
    ]


def test_sums_of_huge_amounts_are_exact(tmp_path: Path) -> None:
    most = "9" * 22 + ".999999"
    rows = [transfer("source:treasury", "prov", most, day(3, n)) for n in (1, 2, 3)]
    rows.append(transfer("prov", "city1", "0.000001", day(3, 4)))
    flow = only(trace(evaluated(case(_P, transfers=rows), tmp_path, day(6, 30)), "source:treasury"))
    assert str(flow.amount) == "2" + "9" * 22 + ".999997"
    assert ends(flow)[0] == ("held", "city1", Decimal("0.000001"), None)


def test_what_cannot_be_traced_is_said_in_one_line(chain: Evaluation, tmp_path: Path) -> None:
    for unknown in ("nobody", "source:nobody", "county6"):
        with pytest.raises(InputError, match=unknown):
            trace(chain, unknown)
    with pytest.raises(UsageError, match="unknown policy 'q'"):
        trace(chain, "T1", policy="q")
    with pytest.raises(UsageError, match="unknown measure 'z'"):
        trace(chain, "T1", measure="z")
    rows = [transfer("source:treasury", "prov", "100", day(3, 1), id="prov")]
    both = evaluated(case(_P, transfers=rows), tmp_path, day(6, 30))
    with pytest.raises(UsageError, match="transfer:prov or holder:prov"):
        trace(both, "prov")
    assert (trace(both, "transfer:prov").kind, trace(both, "holder:prov").kind) == ("transfer", "agency")


@settings(
    max_examples=15, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(questions())
def test_traces_and_gaps_of_money_say_the_same(question: Question) -> None:
    with TemporaryDirectory() as folder:
        evaluation = evaluated(question.case, Path(folder), question.as_of, question.known_by)
        gaps = {
            (gap.kind, gap.subject, gap.policy, gap.measure, currency): amount
            for gap in evaluation.gaps(kind=["funds_retained", "funds_untraced"])
            for currency, amount in (gap.amount or {}).items()
        }
        in_force = {row["id"] for row in evaluation.rows("SELECT id FROM policies_in_force")}
        holders = [row["holder"] for row in evaluation.rows("SELECT DISTINCT holder FROM account_days ORDER BY 1")]
        for holder in holders:
            for flow in trace(evaluation, holder).flows:
                assert sum(origin.amount for origin in flow.origins) == flow.amount
                assert sum(end.amount for end in flow.ends) == flow.amount
                assert all(hop.amount <= hop.of for hop in (*flow.upstream, *flow.downstream))
                if flow.policy not in in_force:
                    continue
                key = (holder, flow.policy, flow.measure, flow.currency)
                assert gaps.get(("funds_retained", *key), Decimal(0)) == kept(evaluation, flow, holder)
                untraced = sum(o.amount for o in flow.origins if (o.kind, o.holder) == ("untraced", holder))
                assert untraced <= gaps.get(("funds_untraced", *key), Decimal(0))


def kept(evaluation: Evaluation, flow: Flow, holder: str) -> Decimal:
    """Return what a flow says rests with its holder for longer than is allowed, as funds_retained counts it."""
    days = timedelta(days=int(evaluation.thresholds["retention_days"]))
    old = [
        end.amount
        for end in flow.ends
        if end.holder == holder and end.kind == "held" and end.on is not None and end.on < evaluation.as_of - days
    ]
    amount = sum(old, Decimal(0))
    return amount if amount >= evaluation.thresholds["retention_min"] else Decimal(0)
