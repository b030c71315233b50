"""`graphkit check`: the record checks over deliveries, on this machine or on a Spark cluster."""

from __future__ import annotations

from typing import Annotated

import typer

from graphkit.cli.gaps import FORMATS, print_gaps, thresholds
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
from graphkit.facts import Facts
from graphkit.gaps import evaluate, rules
from graphkit.model.errors import UsageError
from graphkit.reports.table import TABLE_LINES

_ABOUT_GROUPS = ("coverage_shortfall",)


def check(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    threshold: Annotated[list[str] | None, typer.Option(help="Override a threshold: coverage_min=0.95.")] = None,
    engine: EngineOption = "duckdb",
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"At most so many gaps; none: all, but {TABLE_LINES:,} in a table.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")] = "table",
    lang: Lang = None,
) -> None:
    """Check what was delivered: to whom it should not have gone, twice, too much, late, or to too few."""
    if format not in FORMATS:
        raise UsageError(f"--format {format}: there are {', '.join(FORMATS)}")
    name, language_ = engine_name(engine), language(lang)
    kinds = [rule.id for rule in rules().values() if rule.about == "delivery" or rule.id in _ABOUT_GROUPS]
    facts = Facts(workspace)
    found = []
    for one in chosen_cases(facts, case):
        evaluation = evaluate(
            facts,
            one,
            day(as_of, "--as-of"),
            moment(known_by, "--known-by"),
            thresholds(threshold),
            engine=name,
            kinds=kinds,
        )
        found.append((evaluation, evaluation.gaps(kind=kinds, limit=limit)))
    print_gaps(found, format, language_, lines=limit or TABLE_LINES)
