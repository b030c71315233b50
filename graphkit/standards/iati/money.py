"""Whose money it is in an activity, and when its balance may be judged.

A balance is judged only where the extract holds both sides of it: then the reporting organisation is the holder, and
money that was spent without income, or kept after the end, shows as a gap. Elsewhere the money comes from, or goes to,
the outside of the extract: nobody is a holder, and nothing can be concluded (docs/standards.md says the same to users).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from graphkit.standards.chain import NO_CURRENCY
from graphkit.standards.iati.codes import Flow, codes
from graphkit.standards.iati.model import Activity, Movement, Organisation
from graphkit.standards.iati.survey import Survey

ROUNDING = Decimal(1)
"""An excess of less than one unit of currency is rounding, not untraced money."""

LEFT_OVER = Decimal("0.01")
"""The share of its income that a closed activity may have left over (exchange, rounding) before it counts as kept."""

RETENTION_DAYS = 365
"""Days after which unspent income counts as retained: a year, in which a closed activity's accounts are settled."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether the balance of an activity is judged, and why or why not."""

    judged: bool
    reason: str


def judge(activity: Activity, seen: Survey) -> Judgement:
    """Decide whether the extract can tell the balance of an activity."""
    income, spending = _sums(activity, "in"), _sums(activity, "out")
    if not spending:
        return Judgement(False, "nothing is spent")
    if seen.has_family(activity.identifier):
        return Judgement(False, "its money may stand in a parent or child activity")
    if _sums(activity, "debt") or _sums(activity, "equity"):
        return Judgement(False, "loans are repaid or shares sold in it, which are neither income nor spending")
    if not income:
        return _judge_without_income(activity, seen)
    if set(income) != set(spending) or len(income) > 1:
        return Judgement(False, "income and spending are in different currencies")
    return _judge_balance(activity, *income.values(), *spending.values())


def _judge_balance(
    activity: Activity, income: list[tuple[date, Decimal]], spending: list[tuple[date, Decimal]]
) -> Judgement:
    ahead, left = _course(income, spending)
    if left <= -ROUNDING:
        return Judgement(True, "spends more than its income")
    total = sum((amount for _, amount in income), Decimal(0))
    if activity.status == "closed" and left >= max(ROUNDING, LEFT_OVER * total) and ahead < ROUNDING:
        return Judgement(True, "is closed with income neither spent nor returned")
    return Judgement(False, "its income covers its spending")


def _judge_without_income(activity: Activity, seen: Survey) -> Judgement:
    if not seen.publishers[activity.reporter.key].records_income:
        return Judgement(False, "its publisher does not record income")
    if not _has_other_funder(activity):
        return Judgement(False, "it is not said that others fund it")
    return Judgement(True, "spends with no income on record, which its publisher records elsewhere")


def _has_other_funder(activity: Activity) -> bool:
    funders = [one for role, one in activity.participants if role == "funding"]
    own = {activity.reporter.ref, activity.reporter.name} - {""}
    return bool(funders) and not any({one.ref, one.name} & own for one in funders)


def _sums(activity: Activity, flow: Flow) -> dict[str, list[tuple[date, Decimal]]]:
    sums: defaultdict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for one in activity.movements:
        kind = codes().transaction_types.get(one.code)
        if kind is not None and kind.flow == flow and one.day is not None and one.value.amount:
            sums[one.value.currency or NO_CURRENCY].append((one.day, one.value.amount))
    return dict(sums)


def _course(income: list[tuple[date, Decimal]], spending: list[tuple[date, Decimal]]) -> tuple[Decimal, Decimal]:
    """Return how far spending ever ran ahead of income, and what is left in the end."""
    days: defaultdict[date, Decimal] = defaultdict(Decimal)
    for day, amount in income:
        days[day] += amount
    for day, amount in spending:
        days[day] -= amount
    balance = worst = Decimal(0)
    for day in sorted(days):
        balance += days[day]
        worst = max(worst, -balance)
    return worst, balance


def funds_group(activity: str) -> str:
    """Return the id of the group that stands for an activity's funds where its balance is not judged."""
    return f"funds:{activity}"


def recipients_group(activity: str) -> str:
    """Return the id of the group that stands for recipients whom an activity does not name."""
    return f"recipients:{activity}"


def receiver_group(organisation: Organisation) -> str:
    """Return the id of the group that stands for an organisation as a receiver of money."""
    return f"receiver:{organisation.key}"


def source_name(organisation: Organisation, otherwise: str) -> str:
    """Return where money enters the extract, as CONTRACT.md writes it."""
    return f"source:{organisation.label or otherwise}"


def is_money(movement: Movement) -> bool:
    """Tell whether a transaction moves money (a commitment or pledge does not)."""
    kind = codes().transaction_types.get(movement.code)
    return kind is not None and kind.flow not in ("commitment", "promise")
