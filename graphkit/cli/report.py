"""`graphkit report`: a report that can be signed, in the format that its file's name asks for; and which are due."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from graphkit.cli.options import (
    DEFAULT_WORKSPACE,
    CaseId,
    KnownBy,
    Lang,
    Workspace,
    day,
    language,
    moment,
    one_case,
)
from graphkit.cli.view import write
from graphkit.facts import Facts
from graphkit.gaps import Evaluation
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import StoreError, UsageError
from graphkit.reports.build import REPORT_KINDS, Request, report_over_time
from graphkit.reports.periods import former_period_end, reports_due
from graphkit.reports.write import FORMATS, report_bytes


def report(
    out: Annotated[
        Path,
        typer.Option("--out", help=f"The file to write; ends in {', '.join(FORMATS)}. With --due, a folder."),
    ],
    kind: Annotated[str, typer.Option("--kind", help=f"{', '.join(REPORT_KINDS)}.")] = "stage",
    period_end: Annotated[
        str | None, typer.Option("--period-end", "--as-of", help="The last day of the period.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="The last day of the period before; what is new is told from there. None: that of the case's cadence "
            "for this kind, else of the last report of this kind."
        ),
    ] = None,
    trend: Annotated[int, typer.Option(min=0, max=24, help="How many earlier month ends the trend shows.")] = 5,
    due: Annotated[
        bool, typer.Option("--due", help="Write every report that the case's cadence asked for and nobody issued.")
    ] = False,
    format: Annotated[str, typer.Option("--format", help="With --due: the format to write.")] = "docx",
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    known_by: KnownBy = None,
    policy: Annotated[str | None, typer.Option(help="Only this policy.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region and all below it.")] = None,
    number: Annotated[str | None, typer.Option(help="The report's number (文号).")] = None,
    lang: Lang = None,
) -> None:
    """Write a report on where the chains break, for whom, and who must act; or all that are due (safe to run twice)."""
    ending = f".{format.lower()}" if due else out.suffix.lower()
    if ending not in FORMATS:
        where = f"--format {format}" if due else f"--out {out}"
        raise UsageError(f"{where}: a report ends in {', '.join(FORMATS)}")
    if kind not in REPORT_KINDS:
        raise UsageError(f"--kind {kind}: there are {', '.join(REPORT_KINDS)}")
    facts = Facts(workspace)
    known = moment(known_by, "--known-by")
    evaluation = evaluate_case(facts, one_case(facts, case), day(period_end, "--period-end"), known)
    if due:
        _write_due(evaluation, out, ending, known, trend, language(lang))
        return
    before = day(since, "--since")
    if before is not None and before >= evaluation.as_of:
        raise UsageError(f"--since {before}: must lie before the end of the period, {evaluation.as_of}")
    request = Request(
        kind=REPORT_KINDS[kind],
        number=number,
        last_period_end=before or former_period_end(evaluation, kind),
        policy=policy,
        region=region,
        every_root=ending == ".xlsx",
    )
    content = _content(evaluation, request, ending, known, trend, language(lang))
    write(out, content)
    typer.echo(f"{out}  {len(content):,} bytes")


def _content(
    evaluation: Evaluation, request: Request, ending: str, known: date | datetime | None, trend: int, lang: str
) -> bytes:
    """Evaluate the days that the report compares with, and return the report as a file's content."""
    facts, case = evaluation.facts, evaluation.case.id

    def on(earlier: date) -> Evaluation:
        return evaluate_case(facts, case, earlier, known)

    return report_bytes(report_over_time(evaluation, request, trend, on), ending, lang)


def _write_due(
    evaluation: Evaluation, folder: Path, ending: str, known: date | datetime | None, trend: int, lang: str
) -> None:
    """Write each report that is due and not there yet, as of the end of its own period.

    Two runs write the same files as one; StoreError when another run is writing into the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(str(folder / ".graphkit-due.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(f"{folder}: another graphkit is writing reports there; nothing was written") from None
    with lock:
        try:
            _write_each(evaluation, folder, ending, known, trend, lang)
        finally:
            # While it is still held: whoever locks a file that was taken away sees so, and makes a new one. (Windows
            # does not let go of it here, and needs no help: there filelock takes it away itself.)
            with suppress(OSError):
                Path(lock.lock_file).unlink()


def _write_each(
    evaluation: Evaluation, folder: Path, ending: str, known: date | datetime | None, trend: int, lang: str
) -> None:
    found = reports_due(evaluation)
    if not found:
        typer.echo("没有应报未报的报告。" if lang == "zh" else "No report is due.")
    for one in found:
        path = folder / f"{one.kind}-{one.period_end}{ending}"
        if one.kind not in REPORT_KINDS:
            state = (
                "没有这种报告的格式" if lang == "zh" else f"there is no such kind; there are {', '.join(REPORT_KINDS)}"
            )
        elif path.exists():
            state = "已存在" if lang == "zh" else "there already"
        else:
            own = evaluate_case(evaluation.facts, evaluation.case.id, one.period_end, known)
            request = Request(
                kind=REPORT_KINDS[one.kind], last_period_end=one.last_period_end, every_root=ending == ".xlsx"
            )
            write(path, _content(own, request, ending, known, trend, lang))
            state = "已写入" if lang == "zh" else "written"
        typer.echo(f"{path}  {state}")
