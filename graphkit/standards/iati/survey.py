"""The first look at IATI files: what the extract as a whole can tell, before any of its activities is judged.

An extract says nothing of what lies outside it. Whether a missing thing is a break or was merely not looked at depends
on what its publisher records elsewhere in the same files; that is what is gathered here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from pathlib import Path

from graphkit.standards.chain import NO_CURRENCY
from graphkit.standards.iati.codes import codes
from graphkit.standards.iati.model import Activity
from graphkit.standards.iati.read import generated_on, read_activities

INCOME_HABIT = Decimal("0.5")
"""The share of a publisher's spending activities that must record income before one without any counts as a break."""

NAMING_HABIT = Decimal("0.5")
"""The share of the receipts from a publisher that its own payments must name before one that they do not is a break."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Money that one activity says went from it to another (or came from another to it); `day` is when.

    `told_by` is the digest of the element that says so.
    """

    day: date
    currency: str
    amount: Decimal
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One element of an activity that stands in the files: who reports it, and when it was last updated."""

    reporter: str
    updated: date | None


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
    """What the files hold as a whole, by the key of the activity; `paid` and `received` are claims by (from, to)."""

    as_of: date | None = None
    activities: dict[str, Seen] = field(default_factory=dict)
    versions: dict[str, dict[str, Version]] = field(default_factory=dict)
    publishers: defaultdict[str, Publisher] = field(default_factory=lambda: defaultdict(Publisher))
    organisation_refs: set[str] = field(default_factory=set)
    organisation_names: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    place_names: dict[str, str] = field(default_factory=dict)
    currencies: Counter[str] = field(default_factory=Counter)
    paid: defaultdict[tuple[str, str], list[Claim]] = field(default_factory=lambda: defaultdict(list))
    received: defaultdict[tuple[str, str], list[Claim]] = field(default_factory=lambda: defaultdict(list))
    children: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parents: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def is_replaced(self, activity: str, digest: str) -> bool:
        """Whether the same publisher tells the activity anew in these files, at a later date."""
        versions = self.versions.get(activity, {})
        own = versions.get(digest)
        if own is None or own.updated is None:
            return False
        return any(
            one.reporter == own.reporter and one.updated is not None and one.updated > own.updated
            for one in versions.values()
        )

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
            versions = seen.versions.setdefault(activity.key, {})
            if activity.digest in versions:
                continue
            versions[activity.digest] = Version(activity.reporter.key, activity.updated)
            _note_names(seen, activity)
            _note_family(seen, activity)
            _note_money(seen, activity)
    seen.as_of = max(days) if days else latest
    for claims in (seen.paid, seen.received):
        _count_once(seen, claims)
    _note_naming(seen)
    return seen


def _count_once(seen: Survey, claims: dict[tuple[str, str], list[Claim]]) -> None:
    """Leave out what replaced versions of an activity claim, and what several versions claim alike."""
    replaced = {
        digest
        for activity, versions in seen.versions.items()
        if len(versions) > 1
        for digest in versions
        if seen.is_replaced(activity, digest)
    }
    for pair in list(claims):
        by_teller: defaultdict[str, Counter[Claim]] = defaultdict(Counter)
        for one in claims[pair]:
            if one.told_by not in replaced:
                by_teller[one.told_by][replace(one, told_by="")] += 1
        once = reduce(or_, by_teller.values(), Counter[Claim]())
        if once:
            claims[pair] = list(once.elements())
        else:
            del claims[pair]


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
        if not activity.identifier:
            # No other record can name it, so none is expected to.
            continue
        claim = Claim(one.day, one.value.currency or NO_CURRENCY, amount, activity.digest)
        if kind.flow == "out" and one.receiver.activity and one.receiver.activity != activity.identifier:
            seen.paid[activity.identifier, one.receiver.activity].append(claim)
        if kind.flow == "in" and one.provider.activity and one.provider.activity != activity.identifier:
            seen.received[one.provider.activity, activity.identifier].append(claim)
    entry = seen.activities.setdefault(activity.key, Seen(activity.reporter.key, activity.told_until))
    entry.looked_until = max((day for day in (entry.looked_until, activity.told_until) if day), default=None)
    entry.has_income = entry.has_income or has_income
    if outflows:
        first = min(outflows)
        entry.first_outflow = min(first, entry.first_outflow) if entry.first_outflow else first
        publisher.spending += 1
        publisher.spending_with_income += has_income
        publisher.committed_and_spent += committed
        publisher.spent_uncommitted += not committed and not activity.related


def _note_naming(seen: Survey) -> None:
    """Note whose habit it is to name the receiving activity: of what others of the files say to have had from them."""
    claimed: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for provider, receiver in seen.received:
        if provider in seen.activities:
            reporter = seen.activities[provider].reporter
            claimed[reporter] += 1
            named[reporter] += (provider, receiver) in seen.paid
    for reporter, count in named.items():
        seen.publishers[reporter].names_receiving_activities = count > 0 and count >= NAMING_HABIT * claimed[reporter]
