"""Money followed through pooled accounts, held against coins that are moved one by one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.gaps.attribution import Payment, Pool, Walk, length, merged, without

HOLDERS = ["a", "b", "c", "d"]
START = date(2020, 3, 1)
CENT = Decimal("0.01")

Coin = tuple[tuple[str, ...], int]
"""The n-th cent of a payment."""

quick = settings(max_examples=300, derandomize=True, database=None, deadline=None)


@st.composite
def payments(draw: Any, acyclic: bool = False) -> list[Payment]:
    """Draw payments of some cents between four holders, from sources and to beneficiaries."""
    found = []
    for number in range(draw(st.integers(1, 9))):
        payer, payee = draw(st.lists(st.sampled_from([None, *HOLDERS]), min_size=2, max_size=2, unique=True))
        if acyclic and payer and payee and payer > payee:
            payer, payee = payee, payer
        cents = draw(st.integers(1, 7))
        found.append(Payment((f"t{number}",), payer, payee, cents * CENT, START + timedelta(draw(st.integers(0, 3)))))
    return found


def coins(payment: Payment) -> list[Coin]:
    return [(payment.key, number) for number in range(int(payment.amount / CENT))]


def next_coins(all_of: list[Payment]) -> dict[Coin, Coin]:
    """Say for each cent that comes to a holder as which cent it goes on: the first in is the first out."""
    ordered = sorted(all_of, key=lambda one: (one.on, one.key))
    follows: dict[Coin, Coin] = {}
    for holder in HOLDERS:
        came = [coin for one in ordered if one.payee == holder for coin in coins(one)]
        went = [coin for one in ordered if one.payer == holder for coin in coins(one)]
        follows.update(zip(came, went, strict=False))
    return follows


def walked(all_of: list[Payment], begin: Payment, *, forward: bool) -> tuple[dict[str, int], int]:
    """Follow each cent of a payment alone; return how many cents each payment carried, and how many came back to it."""
    follows = next_coins(all_of)
    onward = follows if forward else {later: sooner for sooner, later in follows.items()}
    carried: dict[str, int] = {}
    back = 0
    own = set(coins(begin))
    for begun in own:
        coin = onward.get(begun)
        while coin is not None:
            carried[coin[0][0]] = carried.get(coin[0][0], 0) + 1
            if coin in own:
                back += 1
                break
            coin = onward.get(coin)
    return carried, back


def walk_of(pool: Pool, begin: Payment, *, forward: bool) -> Walk:
    holder = begin.payee if forward else begin.payer
    if holder is None:
        return pool.walk({}, forward=forward)
    account = pool.accounts[holder]
    low = (account.received if forward else account.sent).start(begin)
    return pool.walk({holder: [(low, low + begin.amount)]}, forward=forward)


def whole(walk: Walk) -> Decimal:
    rests = sum((length(stretches) for stretches in walk.rests.values()), Decimal(0))
    return rests + sum((length(parts) for parts in walk.left.values()), Decimal(0)) + walk.back


@quick
@given(payments(), st.booleans())
def test_every_cent_goes_where_it_goes_alone(all_of: list[Payment], forward: bool) -> None:
    pool = Pool(all_of)
    for begin in all_of:
        walk = walk_of(pool, begin, forward=forward)
        carried, back = walked(all_of, begin, forward=forward)
        found = {one.key[0]: int(walk.amount(one) / CENT) for one in walk.parts}
        # A cent that comes back arrives as one of the payment's own; the walk sees it at the account beyond.
        assert found == carried
        assert walk.back == back * CENT


@quick
@given(payments(), st.booleans())
def test_what_is_followed_adds_up_and_never_exceeds_what_was_paid(all_of: list[Payment], forward: bool) -> None:
    pool = Pool(all_of)
    for begin in all_of:
        walk = walk_of(pool, begin, forward=forward)
        if (begin.payee if forward else begin.payer) is not None:
            assert whole(walk) == begin.amount
        assert all(Decimal(0) < walk.amount(one) <= one.amount for one in walk.parts)
    for holder, account in pool.accounts.items():
        walk = pool.walk({holder: [(Decimal(0), account.extent)]}, forward=forward)
        assert whole(walk) == account.extent


@quick
@given(payments())
def test_money_of_two_sources_is_never_the_same(all_of: list[Payment]) -> None:
    pool = Pool(all_of)
    entered = [one for one in all_of if one.payer is None]
    walks = [walk_of(pool, one, forward=True) for one in entered]
    for payment in all_of:
        parts = [part for walk in walks for part in walk.parts.get(payment, [])]
        assert length(merged(parts)) == length(parts) <= payment.amount


@quick
@given(payments(acyclic=True))
def test_up_is_the_reverse_of_down(all_of: list[Payment]) -> None:
    pool = Pool(all_of)
    down = {one: walk_of(pool, one, forward=True) for one in all_of}
    up = {one: walk_of(pool, one, forward=False) for one in all_of}
    for first in all_of:
        for last in all_of:
            assert down[first].amount(last) == up[last].amount(first)


@quick
@given(payments(), st.randoms(use_true_random=False))
def test_order_of_payments_changes_nothing(all_of: list[Payment], dice: Any) -> None:
    shuffled = dice.sample(all_of, len(all_of))
    for begin in all_of:
        one, other = (walk_of(Pool(many), begin, forward=True) for many in (all_of, shuffled))
        assert (one.parts, one.rests, one.left, one.back) == (other.parts, other.rests, other.left, other.back)


def test_money_in_a_circle_comes_to_an_end() -> None:
    circle = [
        Payment((f"t{n}",), payer, payee, Decimal(10), START) for n, (payer, payee) in enumerate(["ab", "bc", "ca"])
    ]
    walk = walk_of(Pool(circle), circle[0], forward=True)
    assert walk.back == Decimal(10)
    assert {one.key[0]: walk.amount(one) for one in walk.parts} == {"t0": 10, "t1": 10, "t2": 10}


def test_the_oldest_money_leaves_first() -> None:
    first = Payment(("old",), None, "a", Decimal("0.1"), START)
    second = Payment(("new",), None, "a", Decimal("0.2"), START + timedelta(1))
    out = Payment(("out",), "a", "b", Decimal("0.15"), START + timedelta(2))
    pool = Pool([out, second, first])
    assert walk_of(pool, first, forward=True).amount(out) == Decimal("0.1")
    assert walk_of(pool, second, forward=True).amount(out) == Decimal("0.05")
    assert walk_of(pool, second, forward=True).rests == {
        "a": [(Decimal("0.15"), Decimal("0.3"))],
        "b": [(Decimal("0.1"), Decimal("0.15"))],
    }


def test_what_is_left_of_a_stretch() -> None:
    low, high, inner = Decimal(0), Decimal(10), [(Decimal(2), Decimal(4)), (Decimal(8), Decimal(12))]
    assert without((low, high), inner) == [(0, 2), (4, 8)]
    assert without((low, high), []) == [(0, 10)]
    assert without((Decimal(2), Decimal(3)), inner) == []
