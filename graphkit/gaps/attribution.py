"""Which money is which, once it lay with other money: first in, first out.

An account is one holder under one policy and measure, in one currency (CONTRACT.md section 3). The money that came into
it is laid on a line in the order of its receipts (day, then id), the money that went out of it likewise; what covers
the same stretch of both lines is the same money. So the oldest money leaves first.

Why this rule: it divides nothing, so that amounts add up exactly to the last decimal; it is what funds_retained says
(every outgoing amount is taken from the oldest receipts, and what is left rests since the day that it came), so that a
trace and a gap never contradict each other; and it needs no order among the payments of one day, nor among accounts
that pay each other in a circle. Where more went out by some day than had come in, the money that comes next makes up
for it: it was advanced. What nothing ever came in for is untraced.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import networkx as nx

ZERO = Decimal(0)

Stretch = tuple[Decimal, Decimal]
"""A piece of a line, from its start up to its end, in units of the currency."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money on its way: from a holder or a source to another, or to beneficiaries.

    `payer` and `payee` are holders, or None outside the accounts: a source, or the beneficiaries of deliveries.
    Payments with the same `key` are the same; payments of one day are in the order of their keys.
    """

    key: tuple[str, ...]
    payer: str | None
    payee: str | None
    amount: Decimal
    on: date


class Line:
    """The payments into, or out of, an account, one after the other."""

    def __init__(self, payments: Iterable[Payment]) -> None:
        self.payments = sorted(payments, key=lambda one: (one.on, one.key))
        self.starts: list[Decimal] = []
        self.total = ZERO
        for one in self.payments:
            self.starts.append(self.total)
            self.total += one.amount
        self._start = {one.key: start for one, start in zip(self.payments, self.starts, strict=True)}

    def start(self, payment: Payment) -> Decimal:
        """Return where a payment begins on the line."""
        return self._start[payment.key]

    def at(self, stretch: Stretch) -> Iterator[tuple[Payment, Stretch]]:
        """Yield the payments that cover a stretch, each with the part of the payment's own amount that does."""
        low, high = stretch
        index = max(bisect_right(self.starts, low) - 1, 0)
        while index < len(self.payments) and self.starts[index] < high:
            payment, start = self.payments[index], self.starts[index]
            part = (max(low, start) - start, min(high, start + payment.amount) - start)
            if part[0] < part[1]:
                yield payment, part
            index += 1


@dataclass(slots=True)
class Account:
    """What came to a holder and what went from it, under one policy and measure, in one currency."""

    received: Line
    sent: Line

    @property
    def extent(self) -> Decimal:
        """How long the longer of its lines is."""
        return max(self.received.total, self.sent.total)


@dataclass(slots=True)
class Walk:
    """Where some money went (or came from): per payment the parts that carried it, and where it ends.

    `rests` are stretches of an account's line that nothing goes on from: money that is held, or, backwards, money of
    which nobody knows where it came from. `left` are the parts of payments that leave the accounts: deliveries and
    returns, or, backwards, what sources paid in. `back` is what comes to the place where the walk began.
    """

    parts: dict[Payment, list[Stretch]] = field(default_factory=dict)
    rests: dict[str, list[Stretch]] = field(default_factory=dict)
    left: dict[Payment, list[Stretch]] = field(default_factory=dict)
    back: Decimal = ZERO

    def amount(self, payment: Payment) -> Decimal:
        """Return how much of a payment is of the money walked after."""
        return length(self.parts.get(payment, []))


class Pool:
    """All payments under one policy and measure in one currency, with the accounts between them."""

    def __init__(self, payments: Iterable[Payment]) -> None:
        received: dict[str, list[Payment]] = {}
        sent: dict[str, list[Payment]] = {}
        links: nx.DiGraph[str] = nx.DiGraph()
        for one in payments:
            if one.payer is not None:
                sent.setdefault(one.payer, []).append(one)
                links.add_node(one.payer)
            if one.payee is not None:
                received.setdefault(one.payee, []).append(one)
                links.add_node(one.payee)
            if one.payer is not None and one.payee is not None:
                links.add_edge(one.payer, one.payee)
        self.accounts = {
            holder: Account(Line(received.get(holder, [])), Line(sent.get(holder, []))) for holder in links.nodes
        }
        self._turns = _turns(links)

    def walk(self, starts: dict[str, list[Stretch]], *, forward: bool) -> Walk:
        """Follow stretches of lines to where that money went, or came from, until it leaves, rests or comes back.

        Every unit of money is followed once: each place on a line is passed at most one time, also where accounts pay
        each other in circles.
        """
        walk = Walk()
        begun = {holder: merged(stretches) for holder, stretches in starts.items()}
        waiting = {holder: list(stretches) for holder, stretches in begun.items()}
        turns = [(self._turn(holder, forward=forward), holder) for holder in waiting]
        heapq.heapify(turns)
        while turns:
            _, holder = heapq.heappop(turns)
            for stretch in merged(waiting.pop(holder, [])):
                for payee, onward in self._step(walk, holder, stretch, forward=forward):
                    fresh = without(onward, begun.get(payee, []))
                    walk.back += onward[1] - onward[0] - length(fresh)
                    if fresh:
                        waiting.setdefault(payee, []).extend(fresh)
                        heapq.heappush(turns, (self._turn(payee, forward=forward), payee))
        walk.parts = {one: merged(parts) for one, parts in walk.parts.items()}
        walk.left = {one: merged(parts) for one, parts in walk.left.items()}
        walk.rests = {holder: merged(rests) for holder, rests in sorted(walk.rests.items())}
        return walk

    def _step(self, walk: Walk, holder: str, stretch: Stretch, *, forward: bool) -> Iterator[tuple[str, Stretch]]:
        """Take money on from one account, and yield the accounts and stretches that it comes to next."""
        account = self.accounts[holder]
        line = account.sent if forward else account.received
        for payment, part in line.at(stretch):
            walk.parts.setdefault(payment, []).append(part)
            other = payment.payee if forward else payment.payer
            if other is None:
                walk.left.setdefault(payment, []).append(part)
                continue
            beyond = self.accounts[other]
            start = (beyond.received if forward else beyond.sent).start(payment)
            yield other, (start + part[0], start + part[1])
        if stretch[1] > line.total:
            walk.rests.setdefault(holder, []).append((max(stretch[0], line.total), stretch[1]))

    def _turn(self, holder: str, *, forward: bool) -> int:
        return self._turns[holder] if forward else -self._turns[holder]


def _turns(links: nx.DiGraph[str]) -> dict[str, int]:
    """Number the accounts so that money mostly flows from lower to higher ones: then each is looked at about once."""
    together = nx.condensation(links)
    return {
        holder: turn
        for turn, part in enumerate(nx.topological_sort(together))
        for holder in together.nodes[part]["members"]
    }


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that touch put together."""
    found: list[Stretch] = []
    for low, high in sorted(stretches):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def without(stretch: Stretch, others: Iterable[Stretch]) -> list[Stretch]:
    """Return what is left of a stretch outside of others, which are in order and do not touch."""
    found = []
    low, high = stretch
    for start, end in others:
        if end <= low or start >= high:
            continue
        if start > low:
            found.append((low, start))
        low = max(low, end)
    if low < high:
        found.append((low, high))
    return found


def length(stretches: Iterable[Stretch]) -> Decimal:
    """Return how much money some stretches are."""
    return sum((high - low for low, high in stretches), ZERO)
