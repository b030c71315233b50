"""The gaps of money: funds_retained and funds_untraced (CONTRACT.md section 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from tests.reference.calendars import ONE_DAY
from tests.reference.case import Row
from tests.reference.facts import Facts, eligible_count
from tests.reference.gap import Gap

ZERO = Decimal(0)


class Account:
    """What came to and went from one holder under one policy and measure."""

    def __init__(self, facts: Facts, holder: str, policy: str, measure: str | None) -> None:
        self._facts = facts
        self.holder, self.policy, self.measure = holder, policy, measure
        rows = [row for row in facts.transfers if (row["policy"], row["measure"]) == (policy, measure)]
        self.receipts = [row for row in rows if row["to"] == holder]
        self.outgoing = [row for row in rows if row["from"] == holder] + [
            row
            for row in facts.delivered
            if (row["agency"], row["policy"], row["measure"]) == (holder, policy, measure) and row["amount"] is not None
        ]

    def _sum(self, rows: list[Row], until: date) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for row in rows:
            if row["on"] <= until:
                currency = self._facts.currency_of(row)
                sums[currency] = sums.get(currency, ZERO) + row["amount"]
        return sums

    def retained(self, day: date) -> dict[str, Decimal]:
        """Return what the holder kept too long as of a day, by currency."""
        facts = self._facts
        if self.holder in facts.groups and not _passes_on(facts, self.holder, day):
            return {}
        received = self._sum(self.receipts, day - timedelta(days=int(facts.thresholds["retention_days"])) - ONE_DAY)
        # What takes a receipt back (a negative one) counts at once, as what is passed on does.
        back = [row for row in self.receipts if row["amount"] < 0]
        early = self._sum(back, day - timedelta(days=int(facts.thresholds["retention_days"])) - ONE_DAY)
        for currency, amount in self._sum(back, day).items():
            received[currency] = received.get(currency, ZERO) + amount - early.get(currency, ZERO)
        passed_on = self._sum(self.outgoing, day)
        kept = {currency: amount - passed_on.get(currency, ZERO) for currency, amount in received.items()}
        least = facts.thresholds["retention_min"]
        return {currency: amount for currency, amount in kept.items() if amount > 0 and amount >= least}

    def untraced(self, day: date) -> dict[str, Decimal]:
        """Return the largest excess of what had gone over what had come, up to a day, by currency."""
        largest: dict[str, Decimal] = {}
        for then in {row["on"] for row in self.outgoing if row["on"] <= day}:
            received = self._sum(self.receipts, then)
            for currency, gone in self._sum(self.outgoing, then).items():
                excess = gone - received.get(currency, ZERO)
                if excess > largest.get(currency, ZERO):
                    largest[currency] = excess
        return largest

    def held_since(self, amount: Callable[[date], dict[str, Decimal]]) -> date:
        """Return the first day of the uninterrupted run of days, up to as-of, on which there was an amount."""
        day = self._facts.as_of
        while amount(day - ONE_DAY):
            day -= ONE_DAY
        return day


def _passes_on(facts: Facts, group: str, day: date) -> bool:
    """Say whether a group had by a day passed on anything, under any policy and measure (only agencies deliver)."""
    return any(row["from"] == group and row["on"] <= day for row in facts.transfers)


def money_gaps(facts: Facts) -> list[Gap]:
    """Find funds_retained and funds_untraced; an account's currencies share one gap."""
    accounts = {(row[end], row["policy"], row["measure"]) for row in facts.transfers for end in ("from", "to")}
    accounts |= {(row["agency"], row["policy"], row["measure"]) for row in facts.delivered if row["agency"]}
    gaps = []
    for holder, policy, measure in accounts:
        if holder.startswith("source:") or not facts.in_force(policy):
            continue
        account = Account(facts, holder, policy, measure)
        for kind, amount in (("funds_retained", account.retained), ("funds_untraced", account.untraced)):
            if amount(facts.as_of):
                gaps.append(
                    Gap(
                        kind,
                        policy,
                        measure,
                        subject=holder,
                        since=account.held_since(amount),
                        responsible=[holder],
                        beneficiaries=eligible_count([facts.groups[holder]]) if holder in facts.groups else 0,
                        amount=amount(facts.as_of),
                        findings=sorted(
                            row["id"]
                            for row in facts.findings.values()
                            if (row["policy"], row["agency"]) == (policy, holder)
                        ),
                    )
                )
    return gaps
