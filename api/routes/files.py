"""Reports, pages and exports: answers that are files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from graphkit.model.tables import TABLES
from graphkit.reports.gaps_json import GAP_COLUMNS
from graphkit.views.chain import NODE_LIMIT, chain_page, gap_page

from ..dependencies import Evidence, FiltersDep, Lang, PrincipalDep, QuestionDep, ServerDep, Unchanged, personal
from ..errors import FieldError, NotFoundError
from ..exports import MEDIA_TYPES, WRITERS, ExportFormat, Row, exported
from ..reporting import MEDIA, report_request
from ..reporting import report as make_report
from ..responses import TABLE_PATHS, file_answer
from ..rows import table_rows
from ..snapshots import PERSONAL

router = APIRouter(prefix="/cases/{case}", tags=["files"])

ReportFormat = Literal["docx", "xlsx", "html", "md", "json"]
PAGE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; sandbox allow-scripts"
)
"""What a page of graphkit's own may do: run what it carries, and reach nothing else, this server included."""


@router.get(
    "/report", dependencies=[Evidence, Unchanged], response_class=Response, responses=file_answer(MEDIA.values())
)
def report(
    server: ServerDep,
    question: QuestionDep,
    kind: Annotated[
        Literal["express", "monthly", "stage", "ledger"], Query(description="The kind of report.")
    ] = "stage",
    format: Annotated[ReportFormat, Query(description="The format of the file.")] = "json",
    since: Annotated[
        date | None,
        Query(
            description="The last day of the period before. None: that of the case's cadence for this kind, else of "
            "the last report of this kind."
        ),
    ] = None,
    trend: Annotated[int, Query(ge=0, le=24, description="How many earlier month ends the trend shows.")] = 5,
    policy: Annotated[str | None, Query(description="Only this policy.")] = None,
    region: Annotated[str | None, Query(description="Only this region and all below it.")] = None,
    number: Annotated[str | None, Query(max_length=200, description="The report's number (文号).")] = None,
    lang: Lang = "zh",
) -> Response:
    """Write a report; `as_of` is the last day of its period."""
    if since is not None and since >= question.as_of:
        raise FieldError("since", f"{since}: must lie before the end of the period, {question.as_of}")
    request = report_request(kind, format, number, since, policy, region)
    content = make_report(server.evaluations, question, request, f".{format}", trend, lang)
    headers = {"Content-Disposition": f'attachment; filename="{kind}-{question.as_of}.{format}"'}
    return Response(content, media_type=MEDIA[format], headers=headers)


@router.get("/view", dependencies=[Evidence, Unchanged], response_class=HTMLResponse)
def view(
    server: ServerDep,
    question: QuestionDep,
    policy: Annotated[str | None, Query(description="Only this policy's chain.")] = None,
    region: Annotated[str | None, Query(description="Only this region and all below it.")] = None,
    gap: Annotated[str | None, Query(description="What lies around this gap.")] = None,
    limit: Annotated[int, Query(ge=10, le=2000, description="At most so many nodes in a network.")] = NODE_LIMIT,
    lang: Lang = "zh",
) -> HTMLResponse:
    """Give the page that shows where the chains break, or what lies around one gap."""
    if gap is not None and (policy is not None or region is not None):
        raise FieldError("gap", "shows one gap; leave policy and region out")
    with server.evaluations.open(question) as evaluation:
        if gap is None:
            page = chain_page(evaluation, lang, policy=policy, region=region, limit=limit)
        else:
            page = gap_page(evaluation, gap, lang, limit=limit)
    return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY})


@router.get(
    "/exports/gaps.{format}",
    dependencies=[Evidence, Unchanged],
    response_class=StreamingResponse,
    responses=file_answer(MEDIA_TYPES.values()),
)
def export_gaps(
    server: ServerDep, question: QuestionDep, filters: FiltersDep, format: ExportFormat
) -> StreamingResponse:
    """Give all gaps of a list as NDJSON, CSV or Parquet, as `graphkit gaps` writes them."""
    listed = server.evaluations.listed(question, filters)
    with server.evaluations.open(question) as evaluation:
        rows = exported(evaluation, listed.gaps, format)
    return _streamed(rows, GAP_COLUMNS, format, "gaps")


@router.get(
    "/exports/{table}.{format}",
    dependencies=[Unchanged],
    response_class=StreamingResponse,
    responses=file_answer(MEDIA_TYPES.values()),
)
def export_table(
    server: ServerDep, principal: PrincipalDep, asked: Request, question: QuestionDep, table: str, format: ExportFormat
) -> StreamingResponse:
    """Give all rows of a case table that count as NDJSON, CSV or Parquet; those about persons for analysts."""
    if table not in TABLE_PATHS:
        raise NotFoundError(f"no export '{table}'; there are gaps, {', '.join(TABLE_PATHS)}")
    name = TABLE_PATHS[table]
    if name in PERSONAL:
        personal(asked, principal)
    with server.evaluations.open(question) as evaluation:
        rows = table_rows(evaluation, name)
    return _streamed(rows, [*TABLES[name].column_names, "attributes"], format, table)


def _streamed(rows: Iterator[Row], columns: list[str], format: ExportFormat, name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return StreamingResponse(WRITERS[format](rows, columns), media_type=MEDIA_TYPES[format], headers=headers)
