"""A chain as it is drawn from left to right: columns of stages, each with its steps, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphkit.model.case import Policy
from graphkit.reports import words
from graphkit.reports.names import Names

MOST_STEPS = 3
"""Steps of one stage that are drawn one by one; of more, those that matter least are counted."""

_PLAIN = ("done", "optional", "pending", "cancelled")


@dataclass(frozen=True, slots=True)
class Step:
    """A step to be drawn; `here` marks the one that a gap is about."""

    stage: str
    scope: str
    status: str
    due_on: date | None
    done_on: date | None
    lead: list[str]
    gaps: list[str]
    here: bool = False


def columns(policy: Policy, steps: Iterable[Step], counted: dict[str, dict[str, int]], names: Names) -> list[Any]:
    """Return the columns of a chain: in each the stages of one depth, with their steps and the counts of others.

    `counted` are steps that are only counted, by stage and status. Stages without any step are left out.
    """
    of_stage: dict[str, list[Step]] = {}
    for step in steps:
        of_stage.setdefault(step.stage, []).append(step)
    depths = policy.depths()
    found: dict[int, list[dict[str, Any]]] = {}
    for stage in policy.stages:
        own = sorted(of_stage.get(stage.id, []), key=_worst_first)
        counts = dict(counted.get(stage.id, {}))
        drawn = own
        if len(own) > MOST_STEPS:
            drawn = [step for step in own if step.here or step.status not in _PLAIN][: MOST_STEPS - 1]
        for step in own:
            if step not in drawn:
                counts[step.status] = counts.get(step.status, 0) + 1
        if not own and not counts:
            continue
        statuses = [*(step.status for step in drawn), *counts]
        worst = next(one for one in words.STATUS_WORST_FIRST if one in statuses)
        found.setdefault(depths[stage.id], []).append(
            {
                "stage": stage,
                "title": names.stage(policy.id, stage.id),
                "after": [names.stage(policy.id, one) for one in stage.after],
                "worst": worst,
                "here": any(step.here for step in drawn),
                "steps": [
                    {
                        "step": step,
                        "place": names.agency(step.scope).name,
                        "lead": [names.agency(one).name for one in step.lead],
                    }
                    for step in drawn
                ],
                "counts": {one: counts[one] for one in words.STATUS_WORST_FIRST if counts.get(one)},
            }
        )
    return [found[depth] for depth in sorted(found)]


def _worst_first(step: Step) -> tuple[bool, int, str]:
    return (not step.here, words.STATUS_WORST_FIRST.index(step.status), step.scope)
