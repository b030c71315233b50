"""The first look at IATI files: what the extract as a whole can tell, before any of its activities is judged.

An extract says nothing of what lies outside it. Whether a missing thing is a break or was merely not looked at depends
on what its publisher records elsewhere in the same files; that is what is gathered here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from graphkit.standards.chain import NO_CURRENCY
from graphkit.standards.iati.codes import codes
from graphkit.standards.iati.model import Activity
from graphkit.standards.iati.read import generated_on, read_activities

INCOME_HABIT = Decimal("0.5")
"""The share of a publisher's spending activities that must record income before one without any counts as a break."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Money that one activity says went from it to another (or came from another to it); `day` is when."""

    day: date
    currency: str
    amount: Decimal


@dataclass(slots=True)
class Seen:
    """What one activity of the extract shows."""

    reporter: str
    looked_until: date | None
    first_outflow: date | None = None
    has_income: bool = False


@dataclass(slots=True)
class Publisher:
    """What one reporting organisation records in the extract."""

    spending: int = 0
    spending_with_income: int = 0
    committed_and_spent: int = 0
    spent_uncommitted: int = 0
    names_receiving_activities: bool = False

    @property
    def records_income(self) -> bool:
        """Whether it is its habit to record the income of its activities."""
        return self.spending > 0 and self.spending_with_income >= INCOME_HABIT * self.spending

    @property
    def tells_whole_histories(self) -> bool:
        """Whether commitments and what was paid on them are both in the extract: never one cut off from the other."""
        return self.committed_and_spent > 0 and self.spent_uncommitted == 0


@dataclass(slots=True)
class Survey:
    """What the files hold as a whole. `paid` and `received` are claims by (from activity, to activity)."""

    as_of: date | None = None
    activities: dict[str, Seen] = field(default_factory=dict)
    digests: dict[str, list[str]] = field(default_factory=dict)
    publishers: defaultdict[str, Publisher] = field(default_factory=lambda: defaultdict(Publisher))
    organisation_refs: set[str] = field(default_factory=set)
    organisation_names: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    place_names: dict[str, str] = field(default_factory=dict)
    currencies: Counter[str] = field(default_factory=Counter)
    paid: defaultdict[tuple[str, str], list[Claim]] = field(default_factory=lambda: defaultdict(list))
    received: defaultdict[tuple[str, str], list[Claim]] = field(default_factory=lambda: defaultdict(list))
    children: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parents: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def has_family(self, activity: str) -> bool:
        """Whether an activity has parents or children, whichever of the two says so."""
        return bool(self.children.get(activity) or self.parents.get(activity))

    def descendants(self, activity: str) -> set[str]:
        """Return the activities below one, on all levels."""
        found: set[str] = set()
        left = [activity]
        while left:
            new = self.children.get(left.pop(), set()) - found - {activity}
            found |= new
            left += new
        return found


def survey(paths: Iterable[Path]) -> Survey:
    """Look through the files. InputError when one cannot be read."""
    seen = Survey()
    days: list[date] = []
    latest: date | None = None
    for path in paths:
        generated = generated_on(path)
        if generated:
            days.append(generated)
        for activity in read_activities(path):
            if activity.updated:
                days.append(activity.updated)
            moved = [one.day for one in activity.movements if one.day]
            latest = max([*moved, *([latest] if latest else [])], default=None)
            digests = seen.digests.setdefault(activity.identifier, [])
            if activity.digest in digests:
                continue
            digests.append(activity.digest)
            _note_names(seen, activity)
            _note_family(seen, activity)
            _note_money(seen, activity)
    seen.as_of = max(days) if days else latest
    return seen


def _note_names(seen: Survey, activity: Activity) -> None:
    organisations = [activity.reporter, *(one for _, one in activity.participants)]
    for movement in activity.movements:
        organisations += [movement.provider, movement.receiver]
    for plan in activity.plans:
        organisations += [plan.provider, plan.receiver]
    for one in organisations:
        if one.ref:
            seen.organisation_refs.add(one.ref)
            if one.name:
                seen.organisation_names[one.ref][one.name] += 1
    for code, name in activity.places:
        if name or code not in seen.place_names:
            seen.place_names[code] = name or seen.place_names.get(code, "")


def _note_family(seen: Survey, activity: Activity) -> None:
    """Note parents and children. Often only one of the two names the other, mostly the child its parent."""
    for kind, ref in activity.related:
        if kind in ("parent", "child") and ref and activity.identifier:
            parent, child = (ref, activity.identifier) if kind == "parent" else (activity.identifier, ref)
            seen.children[parent].add(child)
            seen.parents[child].add(parent)


def _note_money(seen: Survey, activity: Activity) -> None:
    types = codes().transaction_types
    publisher = seen.publishers[activity.reporter.key]
    committed = False
    outflows: list[date] = []
    has_income = False
    for one in activity.movements:
        if one.value.currency:
            seen.currencies[one.value.currency] += 1
        kind = types.get(one.code)
        amount = one.value.amount
        if kind is None or amount is None or one.day is None:
            continue
        match kind.flow:
            case "commitment":
                committed = True
            case "out" if amount > 0:
                outflows.append(one.day)
            case "in" if amount > 0:
                has_income = True
        claim = Claim(one.day, one.value.currency or NO_CURRENCY, amount)
        if kind.flow == "out" and one.receiver.activity and one.receiver.activity != activity.identifier:
            seen.paid[activity.identifier, one.receiver.activity].append(claim)
        if kind.flow == "in" and one.provider.activity and one.provider.activity != activity.identifier:
            seen.received[one.provider.activity, activity.identifier].append(claim)
    entry = seen.activities.setdefault(activity.identifier, Seen(activity.reporter.key, activity.updated))
    entry.has_income = entry.has_income or has_income
    if outflows:
        first = min(outflows)
        entry.first_outflow = min(first, entry.first_outflow) if entry.first_outflow else first
        publisher.spending += 1
        publisher.spending_with_income += has_income
        publisher.committed_and_spent += committed
        publisher.spent_uncommitted += not committed and not activity.related


def habit_of_naming(seen: Survey) -> None:
    """Note which publishers name the receiving activity of their payments within the extract."""
    for provider, receiver in seen.paid:
        if receiver in seen.activities and provider in seen.activities:
            seen.publishers[seen.activities[provider].reporter].names_receiving_activities = True
