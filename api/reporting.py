"""A report as `graphkit report` makes it, with the days that it compares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from graphkit.gaps import Evaluation
from graphkit.graph.evaluate import evaluate_case
from graphkit.reports.build import REPORT_KINDS, Request, build_report
from graphkit.reports.periods import month_ends
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
    """Return a report as a file's content. Other days are evaluated for this report alone and not kept.

    `before` is told each of these days before it is evaluated; what it raises ends the report.
    """
    facts = question.snapshot.facts

    def on(day: date) -> Evaluation:
        before(day)
        return evaluate_case(facts, question.case, day, question.known_by, region=question.region)

    with evaluations.open(question) as evaluation:
        starts = [policy.effective.from_ for policy in evaluation.policies if policy.effective.from_]
        compared = starts and request.kind in ("monthly", "stage")
        days = month_ends(evaluation.as_of, trend, min(starts)) if compared else []
        previous = on(request.last_period_end) if request.last_period_end else None
        return report_bytes(build_report(evaluation, request, previous, map(on, days)), ending, lang)
