"""The gaps of deliveries and of coverage (CONTRACT.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.reference.calendars import ONE_DAY
from tests.reference.case import Row
from tests.reference.facts import Facts, eligible_count, total
from tests.reference.gap import Gap
from tests.reference.steps import Step, amount_due, measure_steps, root_gaps


@dataclass
class Offence:
    """One delivery (for over_cap: one beneficiary) that is part of an aggregated gap."""

    policy: str
    measure: str
    region: str | None
    since: date
    amount: tuple[str, Decimal] | None


def delivery_gaps(facts: Facts, steps: list[Step], retained: list[Gap]) -> list[Gap]:
    """Find the gaps of deliveries, one for each kind, policy, measure and region."""
    kinds = {
        "ineligible_delivery": _ineligible(facts),
        "duplicate_delivery": _duplicate(facts),
        "over_cap_delivery": _over_cap(facts),
        "late_delivery": _late(facts),
    }
    gaps = []
    for kind, offences in kinds.items():
        by_place: dict[tuple[str, str, str | None], list[Offence]] = {}
        for offence in offences:
            by_place.setdefault((offence.policy, offence.measure, offence.region), []).append(offence)
        for (policy, measure, region), found in by_place.items():
            if facts.in_force(policy):
                here = measure_steps(facts, steps, measure, region)
                gaps.append(
                    Gap(
                        kind,
                        policy,
                        measure,
                        scope=region,
                        since=min(each.since for each in found),
                        responsible=responsible(here),
                        supporting=supporting(here),
                        beneficiaries=eligible_count(facts.groups_below({measure}, region)),
                        count=len(found),
                        amount=total([each.amount for each in found if each.amount]),
                        causes=_causes(facts, here, retained, policy, measure, region)
                        if kind == "late_delivery"
                        else [],
                    )
                )
    return gaps


def coverage_gaps(facts: Facts, steps: list[Step], retained: list[Gap]) -> list[Gap]:
    """Find the groups of which too few were reached by the due date of their measure."""
    gaps = []
    for group in facts.groups.values():
        measure = group["measure"]
        if measure is None or not group["eligible_count"]:
            continue
        policy = facts.measures[measure][0]["id"]
        here = measure_steps(facts, steps, measure, group["region"])
        due_on = max((step.due_on for step in here if step.due_on), default=facts.policy_end(policy))
        reached = len({row["beneficiary"] for row in facts.delivered_to(group)})
        if (
            facts.in_force(policy)
            and due_on is not None
            and due_on < facts.as_of
            and reached < group["eligible_count"] * facts.thresholds["coverage_min"]
        ):
            gaps.append(
                Gap(
                    "coverage_shortfall",
                    policy,
                    measure,
                    subject=group["id"],
                    since=due_on + ONE_DAY,
                    responsible=responsible(here),
                    supporting=supporting(here),
                    beneficiaries=group["eligible_count"],
                    amount=amount_due(facts, [group]),
                    causes=_causes(facts, here, retained, policy, measure, group["region"]),
                )
            )
    return gaps


def responsible(steps: list[Step]) -> list[str]:
    """Return those responsible for any of these steps."""
    return sorted({agency for step in steps for agency in step.responsible()})


def supporting(steps: list[Step]) -> list[str]:
    """Return those that support any of these steps."""
    return sorted({agency for step in steps for agency in step.supports})


def _causes(
    facts: Facts, here: list[Step], retained: list[Gap], policy: str, measure: str, region: str | None
) -> list[Gap]:
    found = {gap.id: gap for step in here for gap in root_gaps(step)}
    for gap in retained:
        holder = facts.agencies.get(gap.subject) or facts.groups.get(gap.subject) or {}
        if (gap.policy, gap.measure) == (policy, measure) and holder.get("region") in facts.upwards(region):
            found[gap.id] = gap
    return [found[id_] for id_ in sorted(found)]


def _money(facts: Facts, row: Row) -> tuple[str, Decimal] | None:
    return None if row["amount"] is None else (facts.currency_of(row), row["amount"])


def _offence(facts: Facts, row: Row, since: date) -> Offence:
    return Offence(row["policy"], row["measure"], facts.delivery_region(row), since, _money(facts, row))


def _ineligible(facts: Facts) -> Iterable[Offence]:
    if not facts.beneficiaries:
        return
    for row in facts.delivered:
        to = facts.beneficiaries.get(row["beneficiary"])
        if (
            to is None
            or to["eligible"] is False
            or (to["eligible_from"] is not None and row["on"] < to["eligible_from"])
            or (to["eligible_to"] is not None and row["on"] > to["eligible_to"])
        ):
            yield _offence(facts, row, row["on"])


def _by_beneficiary(facts: Facts) -> dict[tuple[str, str], list[Row]]:
    """Return what each beneficiary got under each measure, in order."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(facts.delivered, key=lambda row: (row["on"], row["id"])):
        found.setdefault((row["measure"], row["beneficiary"]), []).append(row)
    return found


def _duplicate(facts: Facts) -> Iterable[Offence]:
    for (measure, _), rows in _by_beneficiary(facts).items():
        if facts.measures[measure][1].get("one_per_beneficiary"):
            # What takes a delivery back (a negative amount) is not another one.
            for row in [row for row in rows if row["amount"] is None or row["amount"] >= 0][1:]:
                yield _offence(facts, row, row["on"])


def _over_cap(facts: Facts) -> Iterable[Offence]:
    for (measure, _), rows in _by_beneficiary(facts).items():
        cap = facts.measures[measure][1].get("cap_per_beneficiary")
        if cap is None:
            continue
        cap = Decimal(str(cap))
        counted = [row for row in rows if row["amount"] is not None and facts.currency_of(row) == facts.currency]
        above = sum((row["amount"] for row in counted), Decimal(0)) - cap
        if above > 0:
            passed = min(
                row["on"]
                for row in counted
                if sum(other["amount"] for other in counted if other["on"] <= row["on"]) > cap
            )
            last = rows[-1]
            yield Offence(last["policy"], measure, facts.delivery_region(last), passed, (facts.currency, above))


def _late(facts: Facts) -> Iterable[Offence]:
    for row in facts.delivered:
        if row["due_on"] is not None and row["on"] > row["due_on"]:
            yield Offence(row["policy"], row["measure"], facts.delivery_region(row), row["due_on"] + ONE_DAY, None)
    for row in facts.undelivered:
        if row["due_on"] is not None and facts.as_of > row["due_on"]:
            yield _offence(facts, row, row["due_on"] + ONE_DAY)
