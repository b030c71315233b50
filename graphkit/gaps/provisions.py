"""Provisions of a policy beside each other: which replaces which, which falls short of a higher one, which contradict.

Shanxi's two months of rent stand beside the national three; 财金〔2020〕5号 replaced the base of the interest subsidy
of 3号 (DOMAIN.md sections 1, 2 and 7). A conflict between provisions is no gap of CONTRACT.md section 3: it says that
the rules differ, not that a step failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations
from typing import Literal

from pydantic import BaseModel, Field

from graphkit.gaps.evaluation import Evaluation
from graphkit.model.case import Policy, Provision

Relation = Literal["replaced", "narrower", "contradicting"]
State = Literal["in_force", "not_yet", "ended", "replaced"]
Territories = Mapping[str, frozenset[str]]
"""Each region's code with the codes of all regions that it lies in, itself among them."""

_ALL_TIME = (date.min, date.max)


class Version(BaseModel):
    """One provision as of a day. `to` is its last day in force, however it ended; `territory` None is everywhere."""

    policy: str
    id: str
    title_zh: str | None
    title_en: str | None
    parameter: str
    value: str
    unit: str | None
    territory: str | None
    groups: list[str]
    document: str | None
    from_day: date | None
    to: date | None
    state: State


class Conflict(BaseModel):
    """Two provisions about one parameter. `one` is the older, lower or first; `other` the newer or higher.

    `groups` are those that both are about (none named: all). `falls_short` says in what a lower provision is narrower:
    its value, or the groups that it leaves out (`left_out`). `since` is the first day on which it held.
    """

    policy: str
    parameter: str
    relation: Relation
    one: str
    other: str
    groups: list[str]
    falls_short: list[Literal["value", "groups"]] = []
    left_out: list[str] = []
    since: date | None
    until: date | None


class Provisions(BaseModel):
    """The provisions of a case's policies as of a day, and how they stand to each other."""

    case: str
    as_of: date
    provisions: list[Version]
    conflicts: list[Conflict]
    group_names: dict[str, str] = Field({}, exclude=True)
    """The names of the case's groups by id: what a provision is for may be one of them."""


def provisions_of(evaluation: Evaluation, policy: str | None = None) -> Provisions:
    """Return the provisions as of the evaluation's day; a document's contents count from the day they are in force."""
    chosen = [one for one in evaluation.policies if policy in {None, one.id}]
    territories = _territories(evaluation) if any(one.provisions for one in chosen) else {}
    return Provisions(
        case=evaluation.case.id,
        as_of=evaluation.as_of,
        provisions=[one for plan in chosen for one in versions(plan, evaluation.as_of)],
        conflicts=[one for plan in chosen for one in conflicts(plan, territories, evaluation.as_of)],
        group_names={row["id"]: row["name"] for row in evaluation.rows("SELECT id, name FROM beneficiary_groups")},
    )


def _territories(evaluation: Evaluation) -> Territories:
    inside: dict[str, set[str]] = {}
    for row in evaluation.rows("SELECT code, ancestor FROM region_above"):
        inside.setdefault(row["code"], {row["code"]}).add(row["ancestor"])
    return {code: frozenset(above) for code, above in inside.items()}


def versions(policy: Policy, as_of: date) -> list[Version]:
    """Return a policy's provisions as of a day, by parameter, first day and id."""
    days = _days(policy)
    newer = {old for one in policy.provisions for old in one.replaces if days[one.id][0] <= as_of}
    found = []
    for one in sorted(policy.provisions, key=lambda one: (one.parameter, days[one.id][0], one.id)):
        first, last = days[one.id]
        state: State = "in_force"
        if first > as_of:
            state = "not_yet"
        elif last < as_of:
            state = "replaced" if one.id in newer else "ended"
        found.append(
            Version(
                policy=policy.id, id=one.id, title_zh=one.title.zh, title_en=one.title.en, parameter=one.parameter,
                value=one.value, unit=one.unit, territory=one.territory, groups=one.groups, document=one.document,
                from_day=one.from_, to=_known(last), state=state,
            )
        )  # fmt: skip
    return found


def conflicts(policy: Policy, territories: Territories, as_of: date) -> list[Conflict]:
    """Return how a policy's provisions stand to each other as of a day: what is replaced, narrower or contradicting."""
    days = _days(policy)
    known = {one.id: one for one in policy.provisions}
    found = [
        _conflict(policy, "replaced", known[old], one, days[one.id])
        for one in policy.provisions
        for old in one.replaces
        if days[one.id][0] <= as_of
    ]
    for one, other in combinations(sorted(policy.provisions, key=lambda each: each.id), 2):
        first = max(days[one.id][0], days[other.id][0])
        last = min(days[one.id][1], days[other.id][1])
        if one.parameter != other.parameter or first > min(last, as_of) or not _share_groups(one, other):
            continue
        if _lies_in(one, other, territories) and not _lies_in(other, one, territories):
            found += _below(policy, one, other, (first, last))
        elif _lies_in(other, one, territories) and not _lies_in(one, other, territories):
            found += _below(policy, other, one, (first, last))
        elif _lies_in(one, other, territories) and _differ(one, other):
            found.append(_conflict(policy, "contradicting", one, other, (first, last)))
    return sorted(found, key=lambda each: (each.parameter, each.since or date.min, each.relation, each.one, each.other))


def _below(policy: Policy, lower: Provision, higher: Provision, days: tuple[date, date]) -> list[Conflict]:
    """Compare a lower provision with a higher one while both are in force; a more generous one is no conflict."""
    if lower.number is None or higher.number is None or lower.unit != higher.unit:
        return [_conflict(policy, "contradicting", lower, higher, days)] if _differ(lower, higher) else []
    less = lower.number < higher.number if higher.better == "more" else lower.number > higher.number
    left_out = sorted(set(higher.groups) - set(lower.groups)) if lower.groups else []
    falls_short: list[Literal["value", "groups"]] = ["value"] if less else []
    if left_out or (lower.groups and not higher.groups):
        falls_short.append("groups")
    if not falls_short:
        return []
    conflict = _conflict(policy, "narrower", lower, higher, days)
    return [conflict.model_copy(update={"falls_short": falls_short, "left_out": left_out})]


def _conflict(
    policy: Policy, relation: Relation, one: Provision, other: Provision, days: tuple[date, date]
) -> Conflict:
    return Conflict(
        policy=policy.id, parameter=one.parameter, relation=relation, one=one.id, other=other.id,
        groups=[group for group in one.groups or other.groups if not other.groups or group in other.groups],
        since=_known(days[0]), until=_known(days[1]),
    )  # fmt: skip


def _days(policy: Policy) -> dict[str, tuple[date, date]]:
    """Return the first and last day of each provision; one that is replaced ends the day before the newer begins."""
    days = {one.id: (one.from_ or _ALL_TIME[0], one.to or _ALL_TIME[1]) for one in policy.provisions}
    for one in policy.provisions:
        for old in one.replaces:
            first, last = days[old]
            if one.from_:  # a provision that replaces others says since when (graphkit/model/case.py)
                days[old] = (first, min(last, one.from_ - timedelta(days=1)))
    return days


def _lies_in(one: Provision, other: Provision, territories: Territories) -> bool:
    if other.territory is None or one.territory == other.territory:
        return True
    return one.territory is not None and other.territory in territories.get(one.territory, frozenset())


def _share_groups(one: Provision, other: Provision) -> bool:
    return not one.groups or not other.groups or bool(set(one.groups) & set(other.groups))


def _differ(one: Provision, other: Provision) -> bool:
    same = (
        one.number == other.number if one.number is not None and other.number is not None else one.value == other.value
    )
    return not same or one.unit != other.unit


def _known(day: date) -> date | None:
    return None if day in _ALL_TIME else day
