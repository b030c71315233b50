"""`graphkit export`: a case as files of an open-data standard."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Lang, Workspace, language, one_case
from graphkit.facts import Facts
from graphkit.model.errors import UsageError
from graphkit.standards import export_ftm


class Standard(StrEnum):
    """A standard that a case can be exported to."""

    FTM = "ftm"


def export(
    standard: Annotated[Standard, typer.Argument(help="ftm (FollowTheMoney entities, one a line).")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Export a case; say of every table what became of its rows."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    facts = Facts(workspace)
    chosen = one_case(facts, case)
    account = export_ftm(facts, chosen, out)
    if format == "json":
        typer.echo(
            json.dumps({"case": chosen, "file": str(out), "account": account.as_json()}, ensure_ascii=False, indent=2)
        )
        return
    for line in account.lines():
        typer.echo(line)
    typer.echo(f"{chosen}：已写入 {out}" if language(lang) == "zh" else f"{chosen}: written to {out}")
