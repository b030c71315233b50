"""The synthetic events: every chain walked from its public beginning, with the twists of the plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from graphlib import TopologicalSorter

from scripts.shanxi_case import plan
from scripts.shanxi_case.common import (
    AS_OF,
    LEVELS,
    PUBLIC,
    SYNTHETIC,
    Row,
    above,
    below,
    between,
    chance,
    codes,
    read_table,
)
from scripts.shanxi_case.offices import ROLES, office_id
from scripts.shanxi_case.plan import Place, Twist
from scripts.shanxi_case.public import Stage, chains

_EFFECTIVE = {
    plan.RENT: date(2020, 2, 6),
    plan.RELENDING: date(2020, 2, 7),
    plan.HARDSHIP: date(2020, 3, 6),
    plan.JOBS: date(2020, 3, 12),
}
_EVENING = time(17, 30)
_SLOW_SHARE = 0.04
"""How many events were recorded only weeks later."""


@dataclass(slots=True)
class Walk:
    """What happened: the day on which each step was done, the steps that are not needed, and the events."""

    done: dict[Place, date] = field(default_factory=dict)
    cancelled: set[Place] = field(default_factory=set)
    events: list[Row] = field(default_factory=list)
    counts: Counter[Place] = field(default_factory=Counter)


def walk() -> Walk:
    """Walk every chain: steps with a public event keep it; the others get synthetic ones."""
    result = Walk()
    known = {
        (row["policy"], row["stage"], row["scope"]): date.fromisoformat(row["on"])
        for row in read_table(PUBLIC / "tables" / "events.csv")
    }
    for policy, stages in chains().items():
        order = TopologicalSorter({id_: stage.get("after", []) for id_, stage in stages.items()}).static_order()
        for stage in order:
            for scope in codes(stages[stage]["level"]):
                place = (policy, stage, scope)
                if place in known:
                    result.done[place] = known[place]
                else:
                    _step(result, place, stages)
    result.events.sort(key=lambda row: (row["policy"], row["scope"], row["on"], row["id"]))
    return result


def _predecessors(place: Place, stages: dict[str, Stage]) -> list[Place]:
    policy, stage, scope = place
    rank = LEVELS.index(stages[stage]["level"])
    found = []
    for before in stages[stage].get("after", []):
        level = stages[before]["level"]
        if LEVELS.index(level) > rank:
            scopes = below(scope, level)
        else:
            scopes = tuple(code for code in above(scope) if code in codes(level))
        found += [(policy, before, one) for one in scopes]
    return found


def _step(result: Walk, place: Place, stages: dict[str, Stage]) -> None:
    policy, stage, _ = place
    spec = stages[stage]
    twist = plan.TWISTS.get(place)
    if twist is not None and twist.kind == "on":
        _complete(result, place, twist.day, note=twist.note)
        return
    every = _predecessors(place, stages)
    counting = [
        one for one in every if one in result.done or (one not in result.cancelled and not _optional(one, stages))
    ]
    if any(one not in result.done for one in (every if spec.get("optional") else counting)):
        return
    ready = max((result.done[one] for one in counting), default=_EFFECTIVE[policy])
    due = _due(spec, ready)
    _go(result, place, twist or _ordinary(place, spec, due), ready, due)


def _optional(place: Place, stages: dict[str, Stage]) -> bool:
    return bool(stages[place[1]].get("optional"))


def _go(result: Walk, place: Place, twist: Twist, ready: date, due: date | None) -> None:
    """Record what happens to a step that is ready."""
    policy, _, scope = place
    day = _in_time(place, ready, due)
    match twist.kind:
        case "missing":
            return
        case "open":
            _event(result, place, "started", ready + timedelta(days=between(1, 3, "started", *place)))
        case "cancelled":
            result.cancelled.add(place)
            _event(result, place, "cancelled", ready, note=twist.note)
        case "late":
            _complete(result, place, (due or ready) + timedelta(days=twist.days))
        case "after":
            _complete(result, place, ready + timedelta(days=twist.days))
        case "help_first":
            _complete(result, place, result.done[policy, "need_found", scope] + timedelta(days=twist.days))
        case "reopened":
            _event(result, place, "completed", day)
            _event(result, place, "reopened", twist.day, note=twist.note)
        case _:
            _complete(result, place, day)


def _due(spec: Stage, ready: date) -> date | None:
    days = [ready + timedelta(days=spec["within_days"])] if "within_days" in spec else []
    days += [spec["due_on"]] if "due_on" in spec else []
    return min(days, default=None)


def _ordinary(place: Place, spec: Stage, due: date | None) -> Twist:
    """Choose how an ordinary step goes: in time, now and then late or, where it may be, not at all."""
    policy, stage, scope = place
    if spec.get("optional"):
        share = float(scope in plan.OPTIONAL_WHERE.get(stage, ())) or plan.OPTIONAL_SHARE.get((policy, stage), 0.0)
        return plan.DONE if chance("optional", *place) < share else plan.MISSING
    if stage == "passed_to_final_tenant" and chance("sublet", scope) < plan.NOT_SUBLET_SHARE:
        return Twist("cancelled", note="(合成) 无转租 / (synthetic) nothing is sublet")
    if spec["level"] == "county" and due and "within_days" in spec and chance("late", *place) < plan.LATE_SHARE:
        return Twist("late", days=between(1, 9, "days", *place))
    return plan.DONE


def _in_time(place: Place, ready: date, due: date | None) -> date:
    """Choose a day after the step became ready, and not after its due date unless that has gone already."""
    if due is None:
        return ready + timedelta(days=between(5, 20, "day", *place))
    room = max((due - ready).days, 1)
    first = max(1, round(room * 0.3), room - 20)
    return ready + timedelta(days=between(first, max(first, round(room * 0.9)), "day", *place))


def _complete(result: Walk, place: Place, day: date, *, note: str = "") -> None:
    if _event(result, place, "completed", day, note=note):
        result.done[place] = day


def _event(result: Walk, place: Place, kind: str, day: date, *, note: str = "") -> bool:
    """Add an event unless it lies after the case's day or where nobody looked any more; say whether it was added."""
    policy, stage, scope = place
    looked_until = [plan.NOT_LOOKED_AT_AFTER.get((policy, region), AS_OF) for region in above(scope)]
    if day > min(looked_until):
        return False
    slow = chance("slow", *place, kind) < _SLOW_SHARE
    delay = between(20, 45, "slow days", *place, kind) if slow else between(0, 3, "days", *place, kind)
    result.counts[place] += 1
    result.events.append(
        {
            "id": f"syn-{policy.removesuffix('-2020')}-{stage}-{scope}-{result.counts[place]}",
            "policy": policy,
            "stage": stage,
            "scope": scope,
            "kind": kind,
            "on": day.isoformat(),
            "agency": office_id(ROLES[policy][stage].lead, scope),
            "recorded_at": datetime.combine(day + timedelta(days=delay), _EVENING).isoformat(),
            "source": SYNTHETIC,
            "note": note,
            "synthetic": "true",
        }
    )
    return True
