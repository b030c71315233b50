"""Traceability: what one activity says that it paid to another, held against what the other says that it received.

Each link is a step on either side: the receiving activity records the receipt, the paying one the payment. It is a
break only where both activities are in the extract and the silent side is one that records such things; where a side
lies outside the extract, nobody looked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from graphkit.standards.iati.survey import Claim, Survey

ROUNDING = Decimal(1)
"""Totals that differ by less than one unit of currency are taken as equal."""

_SEPARATOR = re.compile(r"[-:/_.]")


@dataclass(frozen=True, slots=True)
class Told:
    """What one record tells of a link: whose record, the first day, and the total in one currency (None: several)."""

    record: str
    day: date
    amount: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class LinkStep:
    """One side of a link as a step of an activity: done when `told`, due when the other side says that money moved.

    `covered` says that the silent side was looked at; a done step has no due date, for each side books in its own time.
    """

    stage: str
    title: str
    told: tuple[Told, ...]
    due_on: date | None
    covered: bool


class Links:
    """All links of the extract, by activity."""

    def __init__(self, seen: Survey) -> None:
        self._seen = seen
        self._by_activity: dict[str, list[LinkStep]] = {}
        for provider, receiver in sorted({*seen.paid, *seen.received}):
            self._add(provider, receiver)

    def of(self, activity: str) -> list[LinkStep]:
        """Return the link steps of an activity."""
        return self._by_activity.get(activity, [])

    def _names_an_activity(self, identifier: str) -> bool:
        """Tell an activity's id outside the extract: it begins with an organisation's reference, and is none itself."""
        refs = self._seen.organisation_refs
        if identifier in refs:
            return False
        return any(identifier[: found.start()] in refs for found in _SEPARATOR.finditer(identifier))

    def _add(self, provider: str, receiver: str) -> None:
        seen = self._seen
        paid, received = _net(seen.paid.get((provider, receiver))), _net(seen.received.get((provider, receiver)))
        here = (provider in seen.activities, receiver in seen.activities)
        if here == (True, True):
            self._step(
                receiver,
                f"receipt-from-{provider}",
                f"Receipt that names {provider} on record",
                self._receipt(provider, receiver, paid, received),
                paid,
                covered=self._records_receipts(receiver, paid),
            )
            self._step(
                provider,
                f"payment-to-{receiver}",
                f"Payment that names {receiver} on record",
                [_told(provider, paid)] if paid else [],
                received,
                covered=self._records_payments(provider, received),
            )
        elif here == (True, False) and self._names_an_activity(receiver):
            title = f"Receipt on record at {receiver}, which is outside this extract"
            self._step(provider, f"receipt-by-{receiver}", title, [], paid, covered=False)
        elif here == (False, True) and self._names_an_activity(provider):
            title = f"Payment on record at {provider}, which is outside this extract"
            self._step(receiver, f"payment-by-{provider}", title, [], received, covered=False)

    def _step(
        self, activity: str, stage: str, title: str, told: list[Told], other: list[Claim], *, covered: bool
    ) -> None:
        due = None if told or not other else min(claim.day for claim in other)
        self._by_activity.setdefault(activity, []).append(LinkStep(stage, title, tuple(told), due, covered))

    def _receipt(self, provider: str, receiver: str, paid: list[Claim], received: list[Claim]) -> list[Told]:
        """Return what the receiver tells, and the provider beside it where their totals contradict each other."""
        if not received:
            return []
        seen = self._seen
        ends = (seen.activities[provider].looked_until, seen.activities[receiver].looked_until)
        own = [_told(receiver, received)]
        if not paid or ends[0] is None or ends[1] is None:
            return own
        horizon = min(ends[0], ends[1])
        sides = [
            _told(name, [one for one in claims if one.day <= horizon])
            for name, claims in ((provider, paid), (receiver, received))
            if any(one.day <= horizon for one in claims)
        ]
        # What was paid shortly before the horizon may have been booked after it: then the sums agree over all days.
        whole = [_told(provider, paid), _told(receiver, received)]
        return sides if len(sides) == 2 and _differ(*sides) and _differ(*whole) else own

    def _records_receipts(self, receiver: str, paid: list[Claim]) -> bool:
        entry = self._seen.activities[receiver]
        habit = entry.has_income or self._seen.publishers[entry.reporter].records_income
        return habit and _looked_at(entry.looked_until, paid)

    def _records_payments(self, provider: str, received: list[Claim]) -> bool:
        entry = self._seen.activities[provider]
        publisher = self._seen.publishers[entry.reporter]
        silent = entry.first_outflow is None and publisher.spending > 0
        return (publisher.names_receiving_activities or silent) and _looked_at(entry.looked_until, received)


def _looked_at(until: date | None, claims: list[Claim]) -> bool:
    return until is not None and bool(claims) and min(claim.day for claim in claims) <= until


def _net(claims: list[Claim] | None) -> list[Claim]:
    """Return the claims, unless they only correct what was claimed before the extract begins."""
    return claims if claims and sum(claim.amount for claim in claims) > 0 else []


def _differ(one: Told, other: Told) -> bool:
    """Tell whether two totals are in one currency and not the same."""
    if one.amount is None or other.amount is None or one.currency != other.currency:
        return False
    return abs(one.amount - other.amount) >= ROUNDING


def _told(record: str, claims: list[Claim]) -> Told:
    currencies = {claim.currency for claim in claims}
    day = min(claim.day for claim in claims)
    if len(currencies) > 1:
        return Told(record, day, None, None)
    return Told(record, day, sum((claim.amount for claim in claims), Decimal(0)), currencies.pop())
