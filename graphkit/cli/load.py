"""`graphkit load`: case folders into the facts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from graphkit.case import LoadResult, load_case
from graphkit.case.rejects import things_wrong
from graphkit.cli.options import DEFAULT_WORKSPACE, Graph, Lang, Workspace, language
from graphkit.cli.output import tell_warning
from graphkit.facts import Facts
from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError, InputError, UsageError
from graphkit.model.rule import OwnRule

_SHOWN = 200


def load(
    cases: Annotated[list[Path], typer.Argument(metavar="CASE…", help="Case folders.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    graph: Graph = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Load case folders; what cannot be used goes to a rejects file, everything else is loaded."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    language_ = language(lang)
    facts = Facts(workspace, create=True)
    results: list[LoadResult] = []
    failed: list[GraphkitError] = []
    for folder in cases:
        try:
            results.append(load_case(facts, folder, _check_cypher, language_))
        except InputError as error:
            failed.append(error)
            sys.stderr.write(f"{said(str(error), language_)}\n")
        else:
            _tell(results[-1], f"{folder}/" if len(cases) > 1 else "", language_)
    if format == "json":
        typer.echo(json.dumps(_as_json(results, language_), ensure_ascii=False, indent=2))
    else:
        for result in results:
            typer.echo(_summary(result, language_))
    if graph is not None and facts.case_ids():
        _project(facts, graph)
    if failed or any(result.rejects for result in results):
        raise typer.Exit(1)


def _project(facts: Facts, graph: str) -> None:
    """Bring a shared graph up to the facts; the workspace's own is brought up when it is asked."""
    from graphkit.graph.stores import open_store, refresh  # noqa: PLC0415 - the engine takes a while to import

    with open_store(facts.workspace, graph) as store:
        refresh(facts, store)


def _check_cypher(rule: OwnRule) -> None:
    from graphkit.graph.own_rules import check_cypher_rule  # noqa: PLC0415 - the engine takes a while to import

    check_cypher_rule(rule)


def _tell(result: LoadResult, folder: str, lang: str) -> None:
    """Say what was rejected, a line each; where there are several cases each line opens with the case's folder."""
    wrong = things_wrong(result.rejects)
    for one in wrong[:_SHOWN]:
        sys.stderr.write(f"{folder}{one.line(lang)}\n")
    if len(wrong) > _SHOWN:
        more, file = len(wrong) - _SHOWN, result.rejects_file
        sys.stderr.write(
            f"……另有 {more} 条，全部见 {file}\n" if lang == "zh" else f"… and {more} more; all of them are in {file}\n"
        )
    for warning in result.warnings:
        tell_warning(warning, lang, folder)


def _as_json(results: list[LoadResult], lang: str) -> dict[str, object]:
    loaded: dict[str, int] = {}
    for result in results:
        for table, rows in result.loaded.items():
            loaded[table] = loaded.get(table, 0) + rows
    files = [str(result.rejects_file) for result in results if result.rejects_file]
    return {
        "loaded": loaded,
        "rejected": sum(result.rejected for result in results),
        "rejects_file": None if not files else files[0] if len(files) == 1 else files,
        "warnings": [said(warning, lang) for result in results for warning in result.warnings],
    }


def _summary(result: LoadResult, lang: str) -> str:
    rows = {table: count for table, count in result.loaded.items() if count}
    listed = ("、" if lang == "zh" else ", ").join(f"{table} {count}" for table, count in rows.items())
    if not listed and result.batch:
        listed = (
            "case.yaml、policies 或 rules 中的定义" if lang == "zh" else "definitions (case.yaml, policies or rules)"
        )
    if lang == "zh":
        text = f"{result.case}：" + (f"已载入 {listed}" if listed else "没有新的内容，未作改动")
        return text + (f"；退回 {result.rejected} 项，见 {result.rejects_file}" if result.rejects else "")
    text = f"{result.case}: " + (f"loaded {listed}" if listed else "nothing new, nothing changed")
    return text + (f"; {result.rejected} rejected, see {result.rejects_file}" if result.rejects else "")
