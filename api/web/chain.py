"""Chain: a policy's stages by region as a matrix, and one region's chain in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphkit.gaps import Evaluation
from graphkit.model.case import Policy
from graphkit.model.sql import literal
from graphkit.model.tables import LEVELS
from graphkit.reports import words
from graphkit.reports.model import Ref, Text
from graphkit.reports.names import Names
from graphkit.reports.queries import query, rows, steps_query

from ..errors import FieldError
from .chains import Step, columns
from .frame import Page, state, view
from .work import Progress


def register() -> None:
    """Put the view at its address."""
    view("chain", _draw)


@dataclass(frozen=True, slots=True)
class _Place:
    """One region's chain: its steps and those above it one by one, those below it counted."""

    ref: Ref
    path: list[Ref]
    columns: list[Any]


@dataclass(frozen=True, slots=True)
class _Told:
    policy: Policy
    title: Text | None
    policies: list[tuple[str, Text | None]]
    path: list[Ref]
    stages: list[tuple[Any, Text | None]]
    matrix: list[dict[str, Any]]
    statuses: list[str]
    place: _Place | None


async def _draw(page: Page) -> None:
    asked = page.asked
    policy, region, place = asked.get("policy"), asked.get("region"), asked.get("place")

    def look(progress: Progress) -> _Told | None:
        progress.step(page.say("chain.reading"))
        return page.kept("chain", lambda one: _told(one, policy, region, place), policy, region, place)

    told = await page.work(look)
    if told is None:
        state(page, "empty", "")
        return
    page.html("chain.html", told=told, region=region, columns=told.place.columns if told.place else [])


def _told(evaluation: Evaluation, policy_id: str | None, region: str | None, place: str | None) -> _Told | None:
    names = Names(evaluation)
    if not names.policies:
        return None
    policy = names.policies.get(policy_id or next(iter(names.policies)))
    if policy is None:
        raise FieldError("policy", f"policy={policy_id}: {', '.join(names.policies)}")
    for name, code in (("region", region), ("place", place)):
        if code is not None and code not in names.region_names:
            raise FieldError(name, f"{name}={code}")
    top = names.looked_at(region) or evaluation.case.jurisdiction
    path = names.path(top)
    parts = [ref.id for ref in path] + sorted(code for code, parent in names.parents.items() if parent == top)
    steps = steps_query(policy.id, None)
    counted = query("stage_counts", steps=steps, part_of=query("part_of", parts=literal(parts)))
    cells: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows(evaluation, counted):
        cells.setdefault((row["part"], row["stage"]), {})[row["status"]] = row["steps"]
    depths = policy.depths()
    stages = sorted(policy.stages, key=lambda stage: depths[stage.id])
    return _Told(
        policy,
        names.policy(policy.id),
        [(one, names.policy(one)) for one in names.policies],
        path if region else [],
        [(stage, names.stage(policy.id, stage.id)) for stage in stages],
        [
            {
                "region": names.region(code),
                "level": names.levels[code],
                "leaf": code not in names.parents.values(),
                "cells": [_cell(cells.get((code, stage.id))) for stage in stages],
            }
            for code in parts
            if any((code, stage.id) in cells for stage in stages)
        ],
        [status for status in words.STATUS if any(status in counts for counts in cells.values())],
        _place(evaluation, policy, place or _first_stop(evaluation, policy, region, names), names),
    )


def _cell(counts: dict[str, int] | None) -> dict[str, Any] | None:
    if not counts:
        return None
    worst = next(status for status in words.STATUS_WORST_FIRST if status in counts)
    return {
        "worst": worst,
        "tone": words.STATUS_TONE[worst],
        "sign": words.STATUS_SIGN[worst],
        "of": counts[worst],
        "total": sum(counts.values()),
        "by_status": {one: counts[one] for one in words.STATUS_WORST_FIRST if one in counts},
    }


def _first_stop(evaluation: Evaluation, policy: Policy, region: str | None, names: Names) -> str | None:
    """Return the place of the policy's gravest root gap, for want of another; else the region looked at."""
    for gap in evaluation.gaps(policy=policy.id, region=region, limit=20):
        if gap.root and gap.stage and (code := names.region_of(gap.scope)):
            return code
    return names.looked_at(region) or evaluation.case.jurisdiction


def _place(evaluation: Evaluation, policy: Policy, code: str | None, names: Names) -> _Place | None:
    if code is None or code not in names.region_names:
        return None
    steps = steps_query(policy.id, None)
    path = names.path(code)
    near = f"SELECT * FROM ({steps}) AS steps WHERE region IN (SELECT unnest({literal([ref.id for ref in path])}))"
    found = rows(evaluation, query("page_steps", steps=near, levels=literal(list(LEVELS))))
    drawn = [
        Step(
            row["stage"],
            row["scope"],
            row["status"],
            row["due_on"],
            row["done_on"],
            row["agencies"] or [],
            row["gap_ids"] or [],
        )
        for row in found
    ]
    counted: dict[str, dict[str, int]] = {}
    for row in rows(evaluation, query("place_counts", steps=steps, region=literal(code))):
        counted.setdefault(row["stage"], {})[row["status"]] = row["steps"]
    return _Place(names.region(code), path, columns(policy, drawn, counted, names))
