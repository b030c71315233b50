"""Options that many commands share, and the language of a reader."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from graphkit.engine.engine import EngineName
from graphkit.facts import Facts, workspace_folder
from graphkit.model.errors import UsageError

DEFAULT_WORKSPACE = Path("graphkit-workspace")

Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace",
        "-w",
        parser=workspace_folder,
        metavar="DIR",
        help="The folder with the facts, or s3://BUCKET/PREFIX in an object store.",
        show_default=True,
    ),
]
CaseId = Annotated[str | None, typer.Option("--case", help="The case, where a workspace holds several.")]
Lang = Annotated[str | None, typer.Option("--lang", help="zh or en; by default that of the locale.")]
Graph = Annotated[
    str | None,
    typer.Option("--graph", metavar="URI", help="bolt:// or neo4j:// URI; by default the graph in the workspace."),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="Only what happened on or before this day counts (2020-06-30).")
]
KnownBy = Annotated[
    str | None,
    typer.Option("--known-by", help="Only what had been recorded by this day or time counts (2020-07-01T09:00)."),
]

EngineOption = Annotated[
    str, typer.Option("--engine", help="duckdb (this machine) or spark (the cluster that Spark's configuration names).")
]


def engine_name(engine: str) -> EngineName:
    """Return the name of an engine; UsageError when there is none of that name."""
    match engine:
        case "duckdb" | "spark":
            return engine
        case _:
            raise UsageError(f"--engine {engine}: there are duckdb and spark")


def language(lang: str | None) -> str:
    """Return zh or en: as asked for, else as the locale says. UsageError for another language."""
    if lang is not None:
        if lang not in ("zh", "en"):
            raise UsageError(f"--lang {lang}: there are zh and en")
        return lang
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def day(text: str | None, option: str) -> date | None:
    """Return an option's ISO date; UsageError when it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: not a date like 2020-06-30") from None


def moment(text: str | None, option: str) -> date | datetime | None:
    """Return an option's ISO date or date-time; UsageError when it is neither."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2020-06-30") else datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: neither a date like 2020-06-30 nor a time like 2020-06-30T09:00") from None


def chosen_cases(facts: Facts, case: str | None) -> list[str]:
    """Return the asked-for case, or all of the workspace's. UsageError when there is no such case, or none at all."""
    known = facts.case_ids()
    if case is not None and case not in known:
        raise UsageError(f"--case {case}: there are {', '.join(known) or 'none'} in {facts.name}")
    if not known:
        raise UsageError(f"{facts.name}: holds no case yet; load one: graphkit load CASE -w {facts.name}")
    return [case] if case is not None else known


def one_case(facts: Facts, case: str | None) -> str:
    """Return the one case that a command is about. UsageError when there are several and none was chosen."""
    cases = chosen_cases(facts, case)
    if len(cases) > 1:
        raise UsageError(f"the workspace holds several cases; choose one with --case: {', '.join(cases)}")
    return cases[0]
