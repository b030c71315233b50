"""`graphkit report`: a report that can be signed, in the format that its file's name asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
from graphkit.gaps import evaluate
from graphkit.model.errors import UsageError
from graphkit.reports.build import REPORT_KINDS, Request, build_report
from graphkit.reports.write import FORMATS, report_bytes


def report(
    out: Annotated[Path, typer.Option("--out", help=f"The file to write; ends in {', '.join(FORMATS)}.")],
    kind: Annotated[str, typer.Option("--kind", help=f"{', '.join(REPORT_KINDS)}.")] = "stage",
    period_end: Annotated[
        str | None, typer.Option("--period-end", "--as-of", help="The last day of the period.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="The last day of the period before; what is new is told from there.")
    ] = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    known_by: KnownBy = None,
    policy: Annotated[str | None, typer.Option(help="Only this policy.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region and all below it.")] = None,
    number: Annotated[str | None, typer.Option(help="The report's number (文号).")] = None,
    lang: Lang = None,
) -> None:
    """Write a report on where the chains break, for whom, and who must act."""
    if out.suffix.lower() not in FORMATS:
        raise UsageError(f"--out {out}: a report ends in {', '.join(FORMATS)}")
    if kind not in REPORT_KINDS:
        raise UsageError(f"--kind {kind}: there are {', '.join(REPORT_KINDS)}")
    facts = Facts(workspace)
    one = one_case(facts, case)
    known = moment(known_by, "--known-by")
    evaluation = evaluate(facts, one, day(period_end, "--period-end"), known)
    before = day(since, "--since")
    if before is not None and before >= evaluation.as_of:
        raise UsageError(f"--since {before}: must lie before the end of the period, {evaluation.as_of}")
    request = Request(
        kind=REPORT_KINDS[kind],
        number=number,
        last_period_end=before,
        policy=policy,
        region=region,
        every_root=out.suffix.lower() == ".xlsx",
    )
    previous = None if before is None else evaluate(facts, one, before, known)
    content = report_bytes(build_report(evaluation, request, previous), out.suffix.lower(), language(lang))
    write(out, content)
    typer.echo(f"{out}  {len(content):,} bytes")
