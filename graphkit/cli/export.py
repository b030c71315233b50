"""`graphkit export`: a case as files of an open-data standard, or the graph as files of other programs."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Lang, Workspace, chosen_cases, language, one_case
from graphkit.facts import Facts
from graphkit.model.errors import UsageError


class Target(StrEnum):
    """What can be exported to."""

    FTM = "ftm"
    GRAPHML = "graphml"
    GEXF = "gexf"
    JSONL = "jsonl"
    CYPHER = "cypher"
    PARQUET = "parquet"
    NEO4J_ADMIN = "neo4j-admin"


def export(
    target: Annotated[
        Target,
        typer.Argument(
            help="ftm: a case as FollowTheMoney entities. The others: the graph (all cases, or --case) as GraphML, "
            "GEXF, JSON Lines, a Cypher script, a folder of Parquet files, or a folder for neo4j-admin database import."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The file to write; for parquet and neo4j-admin, a new folder.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Annotated[str, typer.Option("--format", help="How to say what was written: table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Export a case, or the graph; say what became of the rows, or how much was written."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    facts = Facts(workspace)
    if target is Target.FTM:
        _export_case(facts, one_case(facts, case), out, format, lang)
    else:
        _export_graph(facts, chosen_cases(facts, case), target, out, format, lang)


def _export_case(facts: Facts, case: str, out: Path, format: str, lang: str | None) -> None:
    from graphkit.standards import export_ftm  # noqa: PLC0415 - graph exports do not need the standards

    account = export_ftm(facts, case, out)
    if format == "json":
        _print_json({"case": case, "file": str(out), "account": account.as_json()})
        return
    for line in account.lines(language(lang)):
        typer.echo(line)
    _tell(case, out, lang)


def _export_graph(facts: Facts, cases: list[str], target: Target, out: Path, format: str, lang: str | None) -> None:
    from graphkit.graph.evaluate import evaluate_case  # noqa: PLC0415 - an FtM export evaluates nothing
    from graphkit.graph.exchange import write_graph  # noqa: PLC0415
    from graphkit.graph.projection import project  # noqa: PLC0415

    frames = project([evaluate_case(facts, case) for case in cases])
    write_graph(frames, target.value, out)
    counts = {name: count for name, count in frames.counts().items() if count}
    if format == "json":
        _print_json({"cases": cases, "path": str(out), "counts": counts})
        return
    for name, count in counts.items():
        typer.echo(f"{name}: {count:,}")
    _tell(", ".join(cases), out, lang)


def _print_json(document: dict[str, object]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _tell(what: str, out: Path, lang: str | None) -> None:
    typer.echo(f"{what}：已写入 {out}" if language(lang) == "zh" else f"{what}: written to {out}")
