"""The chain around one gap: the steps that lead to it and those that wait for it, in order."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel

from graphkit.gaps.evaluation import Evaluation
from graphkit.model.gap import Evidence, Gap

MAX_STEPS = 500


class ChainStep(BaseModel):
    """One step of a chain; `place` is where it stands to the gap, `state` open means begun and not done."""

    place: Literal["before", "here", "after"]
    policy: str
    stage: str
    scope: str
    level: str
    measure: str | None
    required: bool
    state: Literal["done", "open", "untouched", "cancelled"]
    ready: bool
    due_on: date | None
    done_on: date | None
    lead: list[str]
    supporting: list[str]
    evidence: list[Evidence]
    gaps: list[str]


class Chain(BaseModel):
    """A gap with the steps around it; `left_out` says how many more steps there are than are listed."""

    gap: Gap
    causes: list[Gap]
    steps: list[ChainStep]
    left_out: int


_HERE = {
    "step": "SELECT step FROM gaps WHERE id = ?",
    "group": "SELECT measure_steps.step FROM gaps JOIN measure_steps USING (measure, region) WHERE gaps.id = ?",
    "delivery": "SELECT measure_steps.step FROM gaps JOIN measure_steps USING (measure, region) WHERE gaps.id = ?",
    "holder": (
        "SELECT steps.step FROM gaps JOIN steps ON steps.policy = gaps.policy AND steps.region = gaps.region "
        "WHERE gaps.id = ? AND (steps.scope = gaps.subject OR steps.step IN "
        "(SELECT step FROM step_agencies WHERE agency = gaps.subject AND role = 'lead'))"
    ),
    "finding": (
        "SELECT steps.step FROM gaps JOIN steps ON steps.policy = gaps.policy AND steps.scope = gaps.scope "
        "AND (gaps.stage IS NULL OR steps.stage = gaps.stage) WHERE gaps.id = ?"
    ),
    "report": "SELECT step FROM gaps WHERE id = ?",
}

_AROUND = """
WITH RECURSIVE here AS ({here}),
up AS (
  SELECT step FROM here
  UNION
  SELECT step_after.predecessor FROM up JOIN step_after ON step_after.step = up.step
),
down AS (
  SELECT step FROM here
  UNION
  SELECT step_after.step FROM down JOIN step_after ON step_after.predecessor = down.step
),
around AS (
  SELECT step, 'here' AS place FROM here WHERE step IS NOT NULL
  UNION ALL
  SELECT step, 'before' FROM up WHERE step NOT IN (SELECT step FROM here)
  UNION ALL
  SELECT step, 'after' FROM down WHERE step NOT IN (SELECT step FROM here)
)
SELECT around.place, steps.*, count(*) OVER () AS found
FROM around JOIN steps ON steps.step = around.step
ORDER BY CASE around.place WHEN 'before' THEN 0 WHEN 'here' THEN 1 ELSE 2 END, steps.depth, steps.stage, steps.scope
LIMIT {limit}
"""


def chain_of(evaluation: Evaluation, gap_id: str, limit: int = MAX_STEPS) -> Chain:
    """Return the chain around a gap, at most `limit` steps. InputError when there is no such gap."""
    gap = evaluation.gap(gap_id)
    about = str(evaluation.rows("SELECT about FROM gaps WHERE id = ?", [gap_id])[0]["about"])
    found = evaluation.rows(_AROUND.format(here=_HERE[about], limit=int(limit)), [gap_id])
    numbers = [int(row["step"]) for row in found]
    agencies = evaluation.rows(
        "SELECT step, agency, role FROM step_agencies WHERE list_contains(?, step) ORDER BY ALL", [numbers]
    )
    events = evaluation.rows(
        "SELECT steps.step, events.id, events.source, events.locator, events.note FROM steps "
        "JOIN events ON events.policy = steps.policy AND events.stage = steps.stage AND events.scope = steps.scope "
        'WHERE list_contains(?, steps.step) ORDER BY steps.step, events."on", events.recorded_at, events.id',
        [numbers],
    )
    gaps = evaluation.rows("SELECT step, id FROM gaps WHERE list_contains(?, step) ORDER BY ALL", [numbers])
    steps = [
        ChainStep(
            **{name: row[name] for name in ("place", "policy", "stage", "scope", "level", "measure", "required")},
            **{name: row[name] for name in ("state", "ready", "due_on", "done_on")},
            lead=[one["agency"] for one in agencies if one["step"] == row["step"] and one["role"] == "lead"],
            supporting=[one["agency"] for one in agencies if one["step"] == row["step"] and one["role"] == "support"],
            evidence=[
                Evidence(document=one["source"], locator=one["locator"], quote=one["note"], id=one["id"])
                for one in events
                if one["step"] == row["step"]
            ],
            gaps=[one["id"] for one in gaps if one["step"] == row["step"]],
        )
        for row in found
    ]
    left_out = found[0]["found"] - len(steps) if found else 0
    return Chain(gap=gap, causes=evaluation.gaps_of(gap.caused_by), steps=steps, left_out=left_out)
