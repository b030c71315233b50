"""`graphkit gaps`: the ranked chain-gap report."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from graphkit.cli.options import (
    DEFAULT_WORKSPACE,
    AsOf,
    CaseId,
    KnownBy,
    Lang,
    Workspace,
    chosen_cases,
    day,
    language,
    moment,
)
from graphkit.cli.output import print_table, tell_problems
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, rules
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.chinese import said
from graphkit.model.errors import InputError, UsageError
from graphkit.model.gap import CATEGORY_ZH, Gap, utc_text
from graphkit.model.spreadsheet import harmless, one_cell
from graphkit.reports.gaps_json import GAP_COLUMNS, Found, gap_dicts, gap_rows, gaps_document
from graphkit.reports.table import TABLE_LINES, gaps_table

FORMATS = ("table", "json", "ndjson", "csv")


def gaps(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    policy: Annotated[str | None, typer.Option(help="Only this policy's gaps.")] = None,
    region: Annotated[str | None, typer.Option(help="Only gaps in this region and all below it.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only gaps that this agency answers for or supports.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only gaps of this kind (may be given several times).")] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="break, blockage, difficulty, pain, unknown, consequence.")
    ] = None,
    consequences: Annotated[bool, typer.Option("--consequences", help="List blocked steps too.")] = False,
    threshold: Annotated[list[str] | None, typer.Option(help="Override a threshold: retention_days=45.")] = None,
    rows: Annotated[str | None, typer.Option("--rows", metavar="GAP_ID", help="All deliveries behind one gap.")] = None,
    kinds: Annotated[bool, typer.Option("--kinds", help="List the kinds of gaps and what each means.")] = False,
    knock_on: Annotated[
        bool, typer.Option("--knock-on", help="Say in JSON who else is affected along supplies, and how far.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"At most so many gaps of each case; none: all, but {TABLE_LINES:,} in a table."),
    ] = None,
    format: Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")] = "table",
    lang: Lang = None,
) -> None:
    """List where the chains break, the gravest first."""
    if format not in FORMATS:
        raise UsageError(f"--format {format}: there are {', '.join(FORMATS)}")
    if knock_on and format not in ("json", "ndjson"):
        raise UsageError("--knock-on goes with --format json or ndjson; graphkit explain GAP_ID shows it as a table")
    language_ = language(lang)
    if kinds:
        _print_kinds(format, language_)
        return
    facts = Facts(workspace)
    asked = _split(kind)
    evaluations = [
        evaluate_case(
            facts,
            one,
            day(as_of, "--as-of"),
            moment(known_by, "--known-by"),
            thresholds(threshold),
            kinds=(asked or None) if rows is None else None,
        )
        for one in chosen_cases(facts, case)
    ]
    for evaluation in evaluations:
        tell_problems(evaluation, language_)
    if rows is not None:
        _print_rows(evaluations, rows, format)
        return
    chosen: dict[str, Any] = {
        "policy": policy,
        "region": region,
        "agency": agency,
        "kind": asked,
        "category": _split(category),
        "consequences": consequences,
    }
    found = [(evaluation, evaluation.gaps(**chosen, limit=limit)) for evaluation in evaluations]
    for evaluation, listed in found:
        if len(listed) == limit and (total := len(evaluation.gap_ids(**chosen))) > limit:
            note = f"case {evaluation.case.id}: the first {limit} of {total} gaps are listed"
            typer.echo(said(note, language_), err=True)
    print_gaps(found, format, language_, knock_on=knock_on, lines=limit or TABLE_LINES)


def print_gaps(
    found: list[tuple[Evaluation, list[Gap]]],
    format: str,
    lang: str,
    *,
    knock_on: bool = False,
    lines: int = TABLE_LINES,
) -> None:
    """Print the gaps of evaluations in one of FORMATS, in a table the first `lines` of them."""
    match format:
        case "json":
            typer.echo(json.dumps(gaps_document(found, knock_on=knock_on), ensure_ascii=False, indent=2))
        case "ndjson":
            for line in gap_dicts(found, knock_on=knock_on):
                typer.echo(json.dumps(line, ensure_ascii=False))
        case "csv":
            typer.echo(_csv(found), nl=False)
        case _:
            for evaluation, listed in found:
                print_table(gaps_table(evaluation, listed, lang, lines))


def _csv(found: Found) -> str:
    """Return one row a gap."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(GAP_COLUMNS)
    for evaluation, gaps in found:
        for row in gap_rows(evaluation, gaps):
            writer.writerow([harmless(one_cell(row[name])) for name in GAP_COLUMNS])
    return text.getvalue()


def _split(values: list[str] | None) -> list[str] | None:
    return [part.strip() for value in values for part in value.split(",") if part.strip()] if values else None


def thresholds(given: list[str] | None) -> dict[str, Decimal]:
    """Return the thresholds given as NAME=NUMBER; UsageError for one that is not."""
    found = {}
    for text in given or []:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = Decimal(value)
        except InvalidOperation:
            raise UsageError(f"--threshold {text}: must be NAME=NUMBER, such as retention_days=45") from None
    return found


def _print_rows(evaluations: list[Evaluation], gap_id: str, format: str) -> None:
    for evaluation in evaluations:
        try:
            table = evaluation.delivery_rows(gap_id)
        except InputError:
            continue
        rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_pylist()]
        if format == "json":
            typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        elif format == "ndjson":
            for row in rows:
                typer.echo(json.dumps(row, ensure_ascii=False))
        else:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n" if format == "csv" else "\n")
            writer.writerow(table.column_names)
            writer.writerows([[harmless(cell) for cell in row.values()] for row in rows])
            typer.echo(text.getvalue(), nl=False)
        return
    raise InputError(f"no gap '{gap_id}' over deliveries as of {_days(evaluations)}; list them with graphkit gaps")


def _days(evaluations: list[Evaluation]) -> str:
    return ", ".join(sorted({str(evaluation.as_of) for evaluation in evaluations}))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _print_kinds(format: str, lang: str) -> None:
    listed = [
        {
            "kind": rule.id,
            "category": rule.category,
            "severity": rule.severity,
            "title": rule.title.model_dump(),
            "finds": rule.finds.model_dump(),
            "thresholds": rule.thresholds,
        }
        for rule in rules().values()
    ]
    if format == "json":
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for rule in rules().values():
        category = f"{CATEGORY_ZH[rule.category]} {rule.category}" if lang == "zh" else rule.category
        typer.echo(f"{rule.id}  [{category}, {rule.severity}]  {rule.title.text(lang)}\n    {rule.finds.text(lang)}")
