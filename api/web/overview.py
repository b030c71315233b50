"""Overview: where the chains break as of a day, for whom, how much money is held up, and what changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from graphkit.gaps import Evaluation
from graphkit.model.sql import literal
from graphkit.reports import words
from graphkit.reports.build import Request, build_report
from graphkit.reports.charts import chart_svg
from graphkit.reports.document import Bars
from graphkit.reports.model import MatrixCell, Report
from graphkit.reports.periods import month_ends
from graphkit.reports.queries import query, rows
from graphkit.reports.text import date_text

from .frame import Page, state, view
from .work import Progress

_WORST = 6
_NEW = 8
_TREND_MONTHS = 5
_CATEGORY_TONE = {
    "break": "broken",
    "blockage": "stuck",
    "difficulty": "doubt",
    "pain": "waiting",
}


def register() -> None:
    """Put the view at its address."""
    view("overview", _draw)


@dataclass(frozen=True, slots=True)
class _Change:
    since: date
    report: Report


async def _draw(page: Page) -> None:
    region = page.asked.get("region")

    def look(progress: Progress) -> tuple[Report, tuple[date, date]]:
        progress.step(page.say("overview.evaluating"))
        return page.kept("overview", lambda one: (build_report(one, Request(region=region)), _span(one)), region)

    report, span = await page.work(look)
    if not report.looked.steps and not report.roots:
        state(page, "empty", "")
        return
    first, last = span
    held: Counter[str] = Counter()
    for line in report.money:
        if line.kind == "funds_retained":
            held.update(line.amount)
    page.html(
        "overview.html",
        report=report,
        region=region,
        first=first,
        days=(last - first).days,
        at=(report.as_of - first).days,
        roots=_root_counts(report),
        unknown_known=report.looked.coverage_known or report.unobserved_total,
        worst=report.roots[:_WORST],
        held={currency: Decimal(amount) for currency, amount in held.items()},
        holders=len({line.holder.id for line in report.money if line.kind == "funds_retained"}),
        waiting=sum(line.waiting or 0 for line in report.waiting),
        waiting_known=report.looked.groups and (report.looked.deliveries_known or not report.waiting),
        heat=_heat(report),
        path=_path(report),
    )

    def compare(progress: Progress) -> tuple[_Change | None, str]:
        progress.step(page.say("overview.comparing"), 0, _TREND_MONTHS + 1)
        change = _change(page, region)
        return change, _trend(page, region, progress)

    change, trend = await page.work(compare)
    new = set(change.report.change.new) if change and change.report.change else set()
    page.html(
        "overview_change.html",
        change=change,
        trend=trend,
        new=[entry for entry in change.report.roots if entry.gap.id in new][:_NEW] if change else [],
        last_months=_TREND_MONTHS,
    )


def _span(evaluation: Evaluation) -> tuple[date, date]:
    """Return the case's time: from the first policy's beginning to the case's own day, or the one looked at."""
    starts = [policy.effective.from_ for policy in evaluation.policies if policy.effective.from_]
    ends = [evaluation.as_of, evaluation.case.as_of or evaluation.as_of]
    first = min([*starts, evaluation.as_of])
    return first, max(ends)


def _root_counts(report: Report) -> dict[str, int]:
    counts = dict.fromkeys(_CATEGORY_TONE, 0)
    for one in report.counts:
        if one.category in counts:
            counts[one.category] += one.root
    return counts


def _path(report: Report) -> list[Any]:
    """Return the regions above the one looked at, widest first, itself last."""
    if report.only_region is None:
        return []
    codes = [line.region for line in report.regions]
    upto = next((at for at, one in enumerate(codes) if one.id == report.only_region.id), -1)
    return codes[: upto + 1]


def _heat(report: Report) -> dict[str, Any]:
    """Return the heat map: a row a region, a column a policy, each cell in the tone of its worst steps."""
    cells = {(cell.region, cell.policy): _cell(cell) for cell in report.matrix}
    policies = [line for line in report.policies if any(key[1] == line.policy for key in cells)]
    return {
        "policies": policies,
        "rows": [
            {
                "line": line,
                "roots": sum(line.root_by_category.get(one, 0) for one in words.KNOWN),
                "cells": [cells.get((line.region.id, one.policy)) for one in policies],
            }
            for line in report.regions
            if any((line.region.id, one.policy) in cells for one in policies)
        ],
        "legend": [status for status in words.STATUS if any(status in cell.by_status for cell in report.matrix)],
    }


def _cell(cell: MatrixCell) -> dict[str, Any]:
    worst = next(status for status in words.STATUS_WORST_FIRST if status in cell.by_status)
    return {
        "worst": worst,
        "tone": words.STATUS_TONE[worst],
        "sign": words.STATUS_SIGN[worst],
        "of": cell.by_status[worst],
        "done": cell.done,
        "required": cell.required,
        "by_status": cell.by_status,
    }


def _change(page: Page, region: str | None) -> _Change | None:
    """Compare with the day of the last report before the one looked at; None when there was none."""
    question = page.question

    def last_report(evaluation: Evaluation) -> date | None:
        found = rows(evaluation, "SELECT max(period_end) AS day FROM reports, settings WHERE period_end < as_of")
        day: date | None = found[0]["day"]
        return day

    day = page.kept("last report", last_report)
    if day is None:
        starts = [policy.effective.from_ for policy in question.snapshot.policies(page.case) if policy.effective.from_]
        earlier = month_ends(question.as_of, 1, min(starts)) if starts else []
        day = earlier[-1] if earlier else None
    if day is None:
        return None
    before = page.on(day)

    def compared() -> _Change:
        with page.server.evaluations.open_two(before, question) as (old, now):
            return _Change(day, build_report(now, Request(region=region, last_period_end=day), old))

    return page.remembered(compared, "change", question.key, day, region)


def _trend(page: Page, region: str | None, progress: Progress) -> str:
    """Return a chart of how many root gaps held at the ends of the months before, and as of the day looked at."""
    question = page.question
    starts = [policy.effective.from_ for policy in question.snapshot.policies(page.case) if policy.effective.from_]
    days = month_ends(question.as_of, _TREND_MONTHS, min(starts)) if starts else []
    counted = query("root_counts", policy=literal(None), region=literal(region))
    points: list[tuple[date, dict[str, int]]] = []
    for at, day in enumerate([*days, question.as_of], 1):
        progress.step(page.say("overview.trend_on", day=date_text(day, page.lang)), at, len(days) + 1)
        counts = page.kept("trend", lambda one: rows(one, counted), region, question=page.on(day))
        points.append((day, {row["category"]: row["gaps"] for row in counts}))
    categories = [one for one in _CATEGORY_TONE if any(counts.get(one) for _, counts in points)]
    return chart_svg(
        Bars(
            name="trend",
            title=page.say("overview.trend"),
            parts=[(words.CATEGORY[one].of(page.lang), _CATEGORY_TONE[one]) for one in categories],
            rows=[(day.isoformat(), [counts.get(one, 0) for one in categories]) for day, counts in points],
        )
    )
