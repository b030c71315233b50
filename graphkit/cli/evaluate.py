"""`graphkit evaluate` and `graphkit evaluations`: evaluations as records."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from graphkit.cli.gaps import thresholds
from graphkit.cli.options import (
    DEFAULT_WORKSPACE,
    AsOf,
    CaseId,
    EngineOption,
    KnownBy,
    Lang,
    Workspace,
    chosen_cases,
    day,
    engine_name,
    language,
    moment,
)
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.gaps.record import Record, keep, records
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import UsageError
from graphkit.model.gap import utc_text


def evaluate(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    threshold: Annotated[list[str] | None, typer.Option(help="Override a threshold: retention_days=45.")] = None,
    engine: EngineOption = "duckdb",
    name: Annotated[str | None, typer.Option("--keep", metavar="NAME", help="Keep it under this name.")] = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Evaluate each case and keep the evaluation as a record: dates, facts, thresholds, rules, and every gap."""
    _known_format(format)
    facts = Facts(workspace)
    at, known, own, on = (
        day(as_of, "--as-of"), moment(known_by, "--known-by"), thresholds(threshold), engine_name(engine)
    )  # fmt: skip
    kept = [keep(evaluate_case(facts, one, at, known, own, engine=on), name) for one in chosen_cases(facts, case)]
    _print(kept, format, language(lang), one=len(kept) == 1)


def evaluations(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """List the evaluations that are kept."""
    _known_format(format)
    facts = Facts(workspace)
    found = [record for one in chosen_cases(facts, case) for record in records(facts, one)]
    _print(found, format, language(lang))


def _known_format(format: str) -> None:
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")


def _print(found: list[Record], format: str, lang: str, *, one: bool = False) -> None:
    if format == "json":
        rows: list[dict[str, Any]] = [
            record.model_dump(mode="json") | {"known_by": utc_text(record.known_by)} for record in found
        ]
        typer.echo(json.dumps(rows[0] if one else rows, ensure_ascii=False, indent=2))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    chinese = ("名称", "案例", "截至", "知悉截止", "载入批次", "缺口", "哈希")
    for title in chinese if lang == "zh" else ("Name", "Case", "As of", "Known by", "Commit", "Gaps", "Hash"):
        table.add_column(title)
    for record in found:
        known_by = utc_text(record.known_by) or ""
        gaps = str(sum(record.counts.values()))
        table.add_row(record.name, record.case, str(record.as_of), known_by, str(record.commit), gaps, record.gaps[:12])
    print_table(table)
