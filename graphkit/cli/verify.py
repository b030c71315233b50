"""`graphkit verify`: is everything in the workspace that its commits say, and does it still hold together?"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from graphkit_api.accesslog import AccessLog

from graphkit.cli.options import DEFAULT_WORKSPACE, CaseId, Graph, Lang, Workspace, language, one_case
from graphkit.facts import Facts
from graphkit.facts.shared import damaged
from graphkit.facts.verify import problems
from graphkit.gaps.record import Again, record, verify_record
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.chinese import said
from graphkit.model.errors import UsageError


def verify(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    graph: Graph = None,
    evaluation: Annotated[
        str | None, typer.Option("--evaluation", metavar="NAME", help="Run this kept evaluation again and compare.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Check the workspace's integrity; exit status 1 when something is wrong, each in one line."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    facts = Facts(workspace)
    found = damaged(workspace) + problems(facts) + AccessLog(workspace).problems()
    if graph is not None:
        found += _behind(facts, graph)
    again = None
    if evaluation is not None:
        again = verify_record(facts, record(facts, one_case(facts, case), evaluation), evaluate_case)
        found += _differs(again)
    lang_ = language(lang)
    zh = lang_ == "zh"
    if format == "json":
        typer.echo(
            json.dumps(
                {
                    "commits": facts.version,
                    "cases": facts.case_ids(),
                    "problems": found,
                    "evaluation": again.model_dump(mode="json") if again else None,
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    elif not found:
        cases = ", ".join(facts.case_ids()) or ("无" if zh else "none")
        typer.echo(
            f"完好：{facts.version} 次载入，案例 {cases}" if zh else f"whole: {facts.version} loads, cases {cases}"
        )
    if format != "json" and again is not None and again.same:
        typer.echo(_same(again, zh))
    for line in found:
        typer.echo(said(line, lang_), err=True)
    if found:
        raise typer.Exit(1)


def _behind(facts: Facts, graph: str) -> list[str]:
    from graphkit.graph.stores import behind, open_store  # noqa: PLC0415 - the engine takes a while to import

    with open_store(facts.workspace, graph) as store:
        cases = behind(facts, store)
    return [
        f"{graph}: does not show case {case} as the facts have it; graphkit load CASE --graph {graph} brings it up"
        for case in cases
    ]


def _differs(again: Again) -> list[str]:
    if again.same:
        return []
    why = "the rules have changed since" if again.rules_changed else "the rules are the same, so the facts were changed"
    if again.revised:
        why += f" ({', '.join(again.revised)})"
    counts = f"{len(again.lost)} gaps lost, {len(again.new)} new, {len(again.changed)} told differently"
    return [f"evaluation {again.record.name} of case {again.record.case}: {counts}; {why}"]


def _same(again: Again, zh: bool) -> str:
    kept, total = again.record, sum(again.record.counts.values())
    if zh:
        return f"评估 {kept.name}：重新运行，{total} 个缺口与留存的完全一致（第 {kept.commit} 次载入）"
    return f"evaluation {kept.name}: run again from load {kept.commit}, it gives the same {total} gaps"
