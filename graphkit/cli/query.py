"""`graphkit query`: read-only Cypher, the analyst's own or from the library."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Graph, Lang, Workspace, chosen_cases, language
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.graph.library import library, named
from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import behind, open_store, refresh
from graphkit.graph.values import Node, Relationship, Result, plain
from graphkit.graph.values import Path as GraphPath
from graphkit.model.chinese import said
from graphkit.model.errors import UsageError
from graphkit.model.spreadsheet import harmless
from graphkit.reports.text import shown

FORMATS = ("table", "json", "csv", "ndjson")
_LIMITS = Limits()


def query(
    cypher: Annotated[str | None, typer.Argument(help="A read-only Cypher query.", show_default=False)] = None,
    name: Annotated[str | None, typer.Option("--name", help="A query of the library instead.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the library.")] = False,
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="A parameter (repeatable): of a query of the library as it declares it, else text; NAME:=VALUE is a "
            "number, a list or another JSON value.",
        ),
    ] = None,
    format: Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")] = "table",
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = _LIMITS.rows,
    timeout: Annotated[float, typer.Option(min=0.1, help="Stop after so many seconds.")] = _LIMITS.timeout_s,
    workspace: Workspace = DEFAULT_WORKSPACE,
    graph: Graph = None,
    case: CaseId = None,
    lang: Lang = None,
) -> None:
    """Ask the graph in Cypher; nothing can be changed by it."""
    if format not in FORMATS:
        raise UsageError(f"--format {format}: there are {', '.join(FORMATS)}")
    language_ = language(lang)
    if sum((cypher is not None, name is not None, list_)) != 1:
        raise UsageError("give a query, --name NAME, or --list")
    if list_:
        _print_library(format, language_)
        return
    text, params = _asked(cypher, name, param or [], case)
    with open_store(workspace, graph) as store:
        late: list[str] = []
        if graph is None:
            facts = Facts(workspace)
            chosen_cases(facts, case)
            refresh(facts, store)
        elif (workspace / "facts").is_dir():
            late = behind(Facts(workspace), store)
        result = store.run(text, params, Limits(timeout_s=timeout, rows=limit))
        as_of = freshness(store, language_) if format == "table" else []
        elsewhere = case is not None and "case" not in params and len(store.held()) > 1
    notice_word = "提示：" if language_ == "zh" else "notice: "
    for one in late:
        behind_facts = f"{graph} does not show the newest load of {one}; graphkit load … --graph {graph}"
        sys.stderr.write(f"{notice_word}{said(behind_facts, language_)}\n")
    if elsewhere:
        whole = "the query does not ask for $case, so --case did not narrow it; write WHERE n.case = $case"
        sys.stderr.write(f"{notice_word}{said(whole, language_)}\n")
    for notice in result.told():
        sys.stderr.write(f"{notice_word}{said(notice, language_)}\n")
    _print(result, format)
    for line in as_of:
        typer.echo(line)


def freshness(store: GraphStore, lang: str) -> list[str]:
    """Return a line for each case in a store: the day that it is shown as of, and the load that it shows."""
    lines = []
    for case, held in sorted(store.held().items()):
        day, batch, at = held.evaluations[-1][0], held.batch, held.loaded_at.isoformat(timespec="seconds")
        lines.append(
            f"{case}：截至 {day}，载入批次 {batch}（{at}）"
            if lang == "zh"
            else f"{case}: as of {day}, load {batch} of {at}"
        )
    return lines


def _asked(cypher: str | None, name: str | None, given: list[str], case: str | None) -> tuple[str, dict[str, Any]]:
    params: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--param {text}: must be NAME=VALUE")
        is_json = key.endswith(":") and name is None
        params[key.removesuffix(":").strip().removeprefix("$")] = _json(text, value) if is_json else value
    if name is not None:
        query = named(name)
        if case is not None and "case" in query.parameters:
            params.setdefault("case", case)
        return query.cypher, query.bind(params)
    if cypher is None:
        raise UsageError("give a query")
    if case is not None and "$case" in cypher:
        params.setdefault("case", case)
    return cypher, params


def _json(given: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise UsageError(f"--param {given}: what follows := must be a JSON value, such as 12 or [1, 2]") from None


def _print(result: Result, format: str) -> None:
    rows = [[plain(value) for value in row] for row in result.rows]
    match format:
        case "json":
            document = {"columns": result.columns, "rows": rows, "notices": result.told()}
            typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        case "ndjson":
            for row in rows:
                typer.echo(json.dumps(dict(zip(result.columns, row, strict=True)), ensure_ascii=False))
        case "csv":
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow([harmless(column) for column in result.columns])
            writer.writerows([[harmless(_cell(value)) for value in row] for row in rows])
            typer.echo(text.getvalue(), nl=False)
        case _:
            table = Table(*[shown(column) for column in result.columns])
            for values in result.rows:
                table.add_row(*[shown(_text(value)) for value in values])
            print_table(table)
            typer.echo(f"{len(result.rows)} rows")


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Node):
        return f"({value.label}: {value.properties.get('title', value.id)})"
    if isinstance(value, Relationship):
        return f"[{value.type}]"
    if isinstance(value, GraphPath):
        return " → ".join(str(node.properties.get("title", node.id)) for node in value.nodes)
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    return str(_cell(plain(value)))


def _print_library(format: str, lang: str) -> None:
    queries = list(library().values())
    if format == "json":
        typer.echo(json.dumps([one.model_dump(mode="json") for one in queries], ensure_ascii=False, indent=2))
        return
    if format != "table":
        raise UsageError("--list goes with --format table or json")
    table = Table("name", "参数" if lang == "zh" else "parameters", "回答" if lang == "zh" else "answers")
    for one in queries:
        table.add_row(
            one.id,
            ", ".join(f"{key}*" if value.required else key for key, value in one.parameters.items()),
            one.answers.text(lang),
        )
    print_table(table)
