"""Reports: which are due, which were issued, and making one to read or to keep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fastapi import Request as HttpRequest
from fastapi.responses import HTMLResponse
from nicegui import app as nicegui_app
from nicegui import ui

from graphkit.gaps import Evaluation
from graphkit.model.errors import GraphkitError
from graphkit.reports.build import REPORT_KINDS, Request
from graphkit.reports.periods import Due, former_period_end, reports_due
from graphkit.reports.write import FORMATS

from ..errors import FieldError, status_of
from ..identity import principal_of
from ..reporting import report
from ..routes.files import PAGE_POLICY
from .asked import Asked
from .frame import Page, button, failed, state, state_of, view
from .html import version
from .work import CancelledWorkError, Progress

_TREND_MONTHS = 5


def register() -> None:
    """Put the view at its address, and reports to be read at theirs."""
    view("reports", _draw)

    @nicegui_app.get("/report", include_in_schema=False)
    def read(request: HttpRequest) -> HTMLResponse:
        asked = Asked.of("report", request)
        server = request.scope["graphkit_server"]
        principal = principal_of(request)
        page = Page(asked, request, server, principal, [])
        try:
            page = replace(page, cases=server.cases(principal))
            content = _made(page, _request(page), ".html", Progress())
        except GraphkitError as error:
            told = page.rendered("report_failed.html", styles=version(), **state_of(page, error))
            return HTMLResponse(told, status_of(error))
        return HTMLResponse(content, headers={"Content-Security-Policy": PAGE_POLICY})


@dataclass(frozen=True, slots=True)
class _Told:
    due: list[Due]
    issued: list[dict[str, Any]]
    former: dict[str, date | None]
    """The last day of the period before, by kind of report."""


async def _draw(page: Page) -> None:
    def look(progress: Progress) -> _Told:
        progress.step(page.say("reports.looking"))
        return page.kept("reports", _told)

    told = await page.work(look)
    kind = page.asked.choice("kind", ("stage", *(one for one in REPORT_KINDS if one != "stage")))
    former = told.former[kind]
    format_ = page.asked.choice("format", ("docx", *(one.removeprefix(".") for one in FORMATS if one != ".docx")))
    page.html("reports_head.html")
    with ui.element("div").classes("columns"):
        with ui.element("section").props('aria-labelledby="h-make"'):
            page.html(
                "reports_make.html",
                kinds=list(REPORT_KINDS),
                kind=kind,
                formats=[one.removeprefix(".") for one in FORMATS],
                format=format_,
                since=page.asked.get("since") or (former.isoformat() if former else ""),
                end=page.question.as_of,
            )
            made = ui.element("div")
            go = ui.row()
        page.html("reports.html", told=told, kinds=list(REPORT_KINDS), whole=page.question.region is None)

    async def make() -> None:
        made.clear()
        with made:
            try:
                request = _request(page)
                content = await page.work(lambda progress: _made(page, request, f".{format_}", progress))
                ui.download.content(content, f"{kind}-{page.question.as_of}.{format_}")
                page.html("report_made.html", n=len(content), file=f"{kind}-{page.question.as_of}.{format_}")
            except CancelledWorkError:
                state(page, "cancelled", "")
            except GraphkitError as error:
                failed(page, error)

    with go:
        button(page.say("reports.make", format=format_), make, main=True)


def _request(page: Page) -> Request:
    """Return what the address asks a report to be about. FieldError for a value that cannot be."""
    asked = page.asked
    kind = asked.choice("kind", ("stage", *(one for one in REPORT_KINDS if one != "stage")))
    since = asked.get("since")
    try:
        before = date.fromisoformat(since) if since else None
    except ValueError:
        raise FieldError("since", f"since={since}") from None
    if before is not None and before >= page.question.as_of:
        raise FieldError("since", page.say("reports.since_late", since=before, end=page.question.as_of))
    return Request(
        kind=REPORT_KINDS[kind],
        number=asked.get("number"),
        last_period_end=before,
        policy=asked.get("policy"),
        region=asked.get("region"),
        every_root=asked.get("format") == "xlsx",
    )


def _made(page: Page, request: Request, ending: str, progress: Progress) -> bytes:
    """Make a report; each day that it compares with is a step that can be stopped."""
    steps = iter(range(_TREND_MONTHS + 3))
    total = _TREND_MONTHS + 2

    def before(day: date) -> None:
        progress.step(page.say("reports.evaluating", day=day), next(steps, total), total)

    progress.step(page.say("reports.making"), next(steps), total)
    page.reading("report")
    return report(page.server.evaluations, page.question, request, ending, _TREND_MONTHS, page.lang, before)


def _told(evaluation: Evaluation) -> _Told:
    issued = evaluation.rows(
        "SELECT id, kind, period_end, issued_on, source FROM reports ORDER BY period_end DESC, kind"
    )
    return _Told(reports_due(evaluation), issued, {kind: former_period_end(evaluation, kind) for kind in REPORT_KINDS})
