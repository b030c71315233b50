"""Steps: what is expected where, what state it is in, and the gaps of steps (CONTRACT.md sections 1 to 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from tests.reference.calendars import ONE_DAY, add_days
from tests.reference.case import Row
from tests.reference.facts import LEVELS, Facts, eligible_count, total
from tests.reference.gap import HOLDUP_KINDS, Gap


@dataclass(eq=False)
class Step:
    """A stage in one scope, with the events of it that count, in order."""

    policy: dict[str, Any]
    stage: dict[str, Any]
    scope: str
    region: str | None
    calendar: str
    events: list[Row]
    predecessors: list[Step] = field(default_factory=list)
    successors: list[Step] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    supports: list[str] = field(default_factory=list)
    gaps: dict[str, Gap] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        return not self.stage.get("optional", False)

    @property
    def measure(self) -> str | None:
        return self.stage.get("measure")

    @property
    def done(self) -> bool:
        return bool(self.events) and self.events[-1]["kind"] == "completed"

    @property
    def cancelled(self) -> bool:
        return bool(self.events) and self.events[-1]["kind"] == "cancelled"

    @property
    def done_on(self) -> date:
        assert self.done
        day: date = self.events[-1]["on"]
        return day

    @property
    def is_there(self) -> bool:
        """Whether others have to reckon with it: not cancelled, and not an optional step that is not done."""
        return not self.cancelled and (self.required or self.done)

    @property
    def to_do(self) -> bool:
        """Whether it is required and still to be done."""
        return self.required and not self.done and not self.cancelled

    @property
    def waits_for(self) -> list[Step]:
        return [step for step in self.predecessors if step.is_there]

    @property
    def ready(self) -> bool:
        return all(step.done for step in self.waits_for)

    @property
    def ready_on(self) -> date | None:
        """When the last predecessor was done, else the policy's start; None while one is still to be done."""
        if not self.ready:
            return None
        start: date | None = self.policy.get("effective", {}).get("from")
        return max((step.done_on for step in self.waits_for), default=start)

    @cached_property
    def due_on(self) -> date | None:
        dates = [self.stage["due_on"]] if self.stage.get("due_on") else []
        if self.stage.get("within_days") is not None and self.ready_on is not None:
            counted = add_days(self.ready_on, self.stage["within_days"], self.calendar)
            dates += [counted] if counted else []
        return min(dates, default=None)

    @property
    def completions(self) -> list[Row]:
        """Its completed events since it was last reopened."""
        found: list[Row] = []
        for event in self.events:
            if event["kind"] == "reopened":
                found = []
            elif event["kind"] == "completed":
                found.append(event)
        return found

    def responsible(self) -> list[str]:
        """Return its lead agencies, or those of the nearest predecessors that have any."""
        nearest, seen = [self], {id(self)}
        while nearest:
            leads = {agency for step in nearest for agency in step.leads}
            if leads:
                return sorted(leads)
            nearest = [before for step in nearest for before in step.waits_for if id(before) not in seen]
            seen |= {id(step) for step in nearest}
        return []


def places(facts: Facts, stage: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Return (scope, region) of each step of a stage."""
    scopes = dict.fromkeys(stage.get("scopes", facts.regions))
    found: list[tuple[str, str | None]] = []
    for scope in scopes:
        if scope in facts.regions:
            if facts.regions[scope]["level"] == stage["level"] and facts.in_jurisdiction(scope):
                found.append((scope, scope))
        elif scope in facts.agencies:
            region = facts.agencies[scope]["region"]
            if region is None or facts.in_jurisdiction(region):
                found.append((scope, region))
    return found


def _predecessors(facts: Facts, step: Step, stage: dict[str, Any], steps: list[Step]) -> list[Step]:
    """Return the steps of `stage`, out of `steps`, that `step` comes after."""
    same = [other for other in steps if other.scope == step.scope]
    if same:
        return same
    for region in facts.upwards(step.region):
        here = [other for other in steps if other.region == region]
        if here:
            return here
    if LEVELS.index(stage["level"]) > LEVELS.index(step.stage["level"]):
        return [other for other in steps if facts.is_within(other.region, step.region)]
    return []


def build_steps(facts: Facts) -> list[Step]:
    """Return every step of every policy, linked to its predecessors and successors."""
    steps: list[Step] = []
    for policy in facts.policies.values():
        stages = {stage["id"]: stage for stage in policy["stages"]}
        of_stage: dict[str, list[Step]] = {}
        for stage in stages.values():
            of_stage[stage["id"]] = [
                Step(policy, stage, scope, region, facts.calendar, _events(facts, policy["id"], stage["id"], scope))
                for scope, region in places(facts, stage)
            ]
        for step in (step for found in of_stage.values() for step in found):
            for name in step.stage.get("after", []):
                step.predecessors += _predecessors(facts, step, stages[name], of_stage[name])
            for before in step.predecessors:
                before.successors.append(step)
            for row in facts.assignments:
                if (row["policy"], row["stage"], row["scope"]) == (policy["id"], step.stage["id"], step.scope):
                    (step.supports if row["role"] == "support" else step.leads).append(row["agency"])
            steps.append(step)
    return steps


def _events(facts: Facts, policy: str, stage: str, scope: str) -> list[Row]:
    return [row for row in facts.events if (row["policy"], row["stage"], row["scope"]) == (policy, stage, scope)]


def measure_steps(facts: Facts, steps: list[Step], measure: str | None, region: str | None) -> list[Step]:
    """Return a measure's steps in the region, or in the nearest ancestor that has one (cancelled ones do not count)."""
    for place in facts.upwards(region):
        here = [s for s in steps if s.measure == measure and s.region == place and not s.cancelled]
        if here:
            return here
    return []


def step_gaps(facts: Facts, steps: list[Step]) -> list[Gap]:
    """Find the gaps of all steps, with their causes and impact; also leaves them in `Step.gaps`."""
    with_assignments = {row["policy"] for row in facts.assignments}
    for step in steps:
        if facts.in_force(step.policy["id"]):
            for kind, since in _held(facts, step, with_assignments):
                step.gaps[kind] = _gap(facts, step, kind, since)
    for step in steps:
        for kind, gap in step.gaps.items():
            if kind == "blocked_step":
                gap.causes = sorted({g.id: g for g in _blockers(step)}.values(), key=lambda g: g.id)
            elif kind in HOLDUP_KINDS and kind != "unassigned_step" and "unassigned_step" in step.gaps:
                gap.causes = [step.gaps["unassigned_step"]]
    return [gap for step in steps for gap in step.gaps.values()]


def _held(facts: Facts, step: Step, with_assignments: set[str]) -> list[tuple[str, date | None]]:
    """Return the kinds that hold at a step, each with the first day on which it held."""
    found: list[tuple[str, date | None]] = []
    if step.to_do:
        late_since = None if step.due_on is None or step.due_on >= facts.as_of else step.due_on + ONE_DAY
        if not step.ready:
            found.append(("blocked_step", None))
        elif late_since and step.events:
            found.append(("overdue_step", late_since))
        elif late_since:
            found.append(("missing_step" if _looked_at(facts, step) else "unobserved_step", late_since))
        if step.ready and not step.leads and step.policy["id"] in with_assignments:
            found.append(("unassigned_step", step.ready_on))
    elif step.done:
        if step.due_on is not None and step.done_on > step.due_on:
            found.append(("late_step", step.due_on + ONE_DAY))
        may_precede = step.stage.get("may_precede", [])
        if any(
            not before.done or before.done_on > step.done_on
            for before in step.waits_for
            if before.stage["id"] not in may_precede
        ):
            found.append(("out_of_order", step.done_on))
        if step.stage.get("evidence") and not any(event["source"] for event in step.completions):
            found.append(("unsupported_step", step.done_on))
    if step.is_there:
        conflicts = _conflicts(facts, step)
        if conflicts:
            found.append(("conflicting_evidence", min(conflicts)))
    return found


def _looked_at(facts: Facts, step: Step) -> bool:
    if not facts.coverage:
        return True
    return any(
        row["policy"] == step.policy["id"]
        and row["stage"] in (None, step.stage["id"])
        and (row["scope"] == step.scope or facts.is_within(step.region, row["scope"]))
        and (row["until"] is None or row["until"] >= step.due_on)
        for row in facts.coverage
    )


def _conflicts(facts: Facts, step: Step) -> list[date]:
    """Return the later day of each pair of completions that contradict each other."""
    return [
        second["on"]
        for place, second in enumerate(step.completions)
        for first in step.completions[:place]
        if first["source"]
        and second["source"]
        and facts.document_of(first["source"]) != facts.document_of(second["source"])
        and (
            first["on"] != second["on"]
            or (
                first["amount"] is not None
                and second["amount"] is not None
                and (first["amount"], facts.currency_of(first)) != (second["amount"], facts.currency_of(second))
            )
        )
    ]


def _gap(facts: Facts, step: Step, kind: str, since: date | None) -> Gap:
    blocked = _blocked_by(step) if kind in HOLDUP_KINDS else []
    affected = {
        group["id"]: group
        for each in (step, *blocked)
        if each.measure
        for group in facts.groups_below({each.measure}, each.region)
    }
    own_severity = step.stage.get("severity", "") if kind in ("missing_step", "overdue_step", "unassigned_step") else ""
    return Gap(
        kind,
        step.policy["id"],
        step.measure,
        step.stage["id"],
        step.scope,
        severity=own_severity,
        since=since,
        responsible=step.responsible(),
        supporting=sorted(set(step.supports)),
        blocked_steps=len(blocked),
        beneficiaries=eligible_count(list(affected.values())),
        amount=amount_due(facts, list(affected.values())) if kind in (*HOLDUP_KINDS, "blocked_step") else None,
        findings=sorted(
            row["id"]
            for row in facts.findings.values()
            if (row["policy"], row["stage"], row["scope"]) == (step.policy["id"], step.stage["id"], step.scope)
        ),
    )


def amount_due(facts: Facts, groups: list[Row]) -> dict[str, Any] | None:
    """Return what is still due to these groups: their eligible amounts minus what was delivered, none below 0."""
    still = []
    for group in groups:
        if group["eligible_amount"] is not None:
            currency = facts.currency_of(group)
            rows = [row for row in facts.delivered_to(group) if row["amount"] and facts.currency_of(row) == currency]
            still.append((currency, max(group["eligible_amount"] - sum(row["amount"] for row in rows), 0)))
    return total(still)


def _blocked_by(step: Step) -> list[Step]:
    """Return the required steps to do that are reached downwards through steps to do."""
    found: list[Step] = []
    front = [step]
    while front:
        front = [after for here in front for after in here.successors if after.to_do]
        front = [after for place, after in enumerate(front) if after not in found and after not in front[:place]]
        found += front
    return found


def _blockers(step: Step) -> list[Gap]:
    """Return the root gaps met first when walking up from a blocked step through steps that are not done."""
    found: list[Gap] = []
    for before in step.waits_for:
        if not before.done:
            gaps = [gap for kind, gap in before.gaps.items() if kind in HOLDUP_KINDS]
            roots = [gap for gap in gaps if gap.kind == "unassigned_step"] or gaps
            found += roots or _blockers(before)
    return found


def root_gaps(step: Step) -> list[Gap]:
    """Return the root gaps that hold up a step that is not done: its own, or those that block it."""
    if step.done:
        return []
    held = [gap for kind, gap in step.gaps.items() if kind in (*HOLDUP_KINDS, "blocked_step")]
    return [root for gap in held for root in (gap.causes or ([gap] if gap.root else []))]
