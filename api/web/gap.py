"""Gap: one sentence that says it, the chain around it, why and what follows, the evidence, and what would close it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nicegui import ui

from graphkit.gaps import Chain, Evaluation, chain_of
from graphkit.model.errors import InputError
from graphkit.reports.names import Names
from graphkit.reports.queries import steps_query

from ..errors import NotFoundError
from .chains import Step, columns
from .describe import Described, all_described, consequences_of, described
from .frame import Page, view
from .passages import Passage, Source, content_of, passage, sources
from .work import Progress

_CONSEQUENCES = 12
_EVIDENCE = 50


def register() -> None:
    """Put the view at its address."""
    view("gap", _draw)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One piece of evidence: the row that says so, its document, and the passage."""

    id: str | None
    document: str | None
    locator: str | None
    quote: str | None
    source: Source | None
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class _Told:
    one: Described
    columns: list[Any]
    left_out: int
    causes: list[Described]
    consequences: list[Described]
    consequences_total: int
    evidence: list[_Evidence]
    findings: list[dict[str, Any]]


async def _draw(page: Page) -> None:
    gap_id = page.asked.get("gap")
    if gap_id is None:
        raise NotFoundError(page.say("gap.none"))

    def look(progress: Progress) -> _Told:
        progress.step(page.say("gap.explaining"))
        page.reading(f"gap {gap_id}")
        try:
            return page.kept("gap", lambda one: _told(one, gap_id), gap_id)
        except InputError as error:
            raise NotFoundError(str(error)) from error

    told = await page.work(look)
    ui.page_title(f"{told.one.heading(page.lang)[:80]} · graphkit")
    page.html("gap.html", told=told, one=told.one, gap=told.one.gap, columns=told.columns)
    ui.run_javascript("showHere()")


def _told(evaluation: Evaluation, gap_id: str) -> _Told:
    chain = chain_of(evaluation, gap_id)
    names = Names(evaluation)
    consequences, total = consequences_of(evaluation, gap_id, names, _CONSEQUENCES)
    return _Told(
        described(chain.gap, names),
        _columns(evaluation, chain, names),
        chain.left_out,
        all_described(evaluation, chain.gap.caused_by, names),
        consequences,
        total,
        _evidence(evaluation, chain),
        _findings(evaluation, chain, names),
    )


def _columns(evaluation: Evaluation, chain: Chain, names: Names) -> list[Any]:
    policy = names.policies.get(chain.gap.policy or "")
    if policy is None or not chain.steps:
        return []
    found = evaluation.rows(
        f"SELECT stage, scope, status FROM ({steps_query(policy.id, None)}) AS steps WHERE list_contains(?, scope)",
        [sorted({step.scope for step in chain.steps})],
    )
    status = {(row["stage"], row["scope"]): row["status"] for row in found}
    steps = [
        Step(
            step.stage,
            step.scope,
            status[step.stage, step.scope],
            step.due_on,
            step.done_on,
            step.lead,
            step.gaps,
            step.place == "here",
        )
        for step in chain.steps
        if (step.stage, step.scope) in status
    ]
    return columns(policy, steps, {}, names)


def _evidence(evaluation: Evaluation, chain: Chain) -> list[_Evidence]:
    known = sources(evaluation)
    found = []
    for one in chain.gap.evidence[:_EVIDENCE]:
        source = known.get(one.document or "")
        content = content_of(source.file) if source and source.file else None
        place = passage(content.text, one.locator, one.quote) if content else None
        if place is not None and evaluation.region is not None:
            place = replace(place, before="", after="")  # the rest of the text may tell of other regions
        found.append(_Evidence(one.id, one.document, one.locator, one.quote, source, place))
    return found


def _findings(evaluation: Evaluation, chain: Chain, names: Names) -> list[dict[str, Any]]:
    """Return the findings behind a gap, each with what was done about it."""
    ids = chain.gap.findings
    actions = evaluation.rows(
        'SELECT * FROM actions WHERE list_contains(?, finding) ORDER BY finding, "on", recorded_at, id', [ids]
    )
    return [
        {
            **row,
            "agency": names.agency(row["agency"]).name if row["agency"] else None,
            "actions": [
                {**one, "by": names.agency(one["by"]).name if one["by"] else None}
                for one in actions
                if one["finding"] == row["id"]
            ],
        }
        for row in evaluation.rows("SELECT * FROM findings WHERE list_contains(?, id) ORDER BY found_on, id", [ids])
    ]
