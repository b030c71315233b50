"""A report as `graphkit report` makes it, with the days that it compares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from graphkit.gaps import Evaluation
from graphkit.graph.evaluate import evaluate_case
from graphkit.reports.build import REPORT_KINDS, Request, report_over_time
from graphkit.reports.periods import former_period_end
from graphkit.reports.write import report_bytes

from .evaluations import Evaluations, Question

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
"""The media type of each format."""


def report_request(
    kind: str, ending: str, number: str | None, since: date | None, policy: str | None, region: str | None
) -> Request:
    """Return what a report is to be about; a workbook has room for every root gap."""
    return Request(
        kind=REPORT_KINDS[kind],
        number=number,
        last_period_end=since,
        policy=policy,
        region=region,
        every_root=ending == "xlsx",
    )


def report(
    evaluations: Evaluations,
    question: Question,
    request: Request,
    ending: str,
    trend: int,
    lang: str,
    before: Callable[[date], None] = lambda day: None,
) -> bytes:
    """Return a report as a file's content, compared with the period before: the cadence's where none is asked for.

    Other days are evaluated for this report alone and not kept. `before` is told each of these days before it is
    evaluated; what it raises ends the report.
    """
    facts = question.snapshot.facts

    def on(day: date) -> Evaluation:
        before(day)
        return evaluate_case(facts, question.case, day, question.known_by, region=question.region)

    with evaluations.open(question) as evaluation:
        former = request.last_period_end or former_period_end(evaluation, request.kind)
        request = replace(request, last_period_end=former)
        return report_bytes(report_over_time(evaluation, request, trend, on), ending, lang)
