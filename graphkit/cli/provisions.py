"""`graphkit provisions`: what documents fix about a policy, by territory and group, and where they disagree."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from graphkit.cli.options import DEFAULT_WORKSPACE, AsOf, CaseId, Lang, Workspace, chosen_cases, day, language
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.provisions import Provisions, provisions_of
from graphkit.model.errors import UsageError
from graphkit.reports.provisions import sentences, value_of
from graphkit.reports.text import shown

_STATES = {
    "in_force": ("有效", "in force"),
    "not_yet": ("未生效", "not yet"),
    "ended": ("已失效", "ended"),
    "replaced": ("已被取代", "replaced"),
}


def provisions(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    policy: Annotated[str | None, typer.Option(help="Only provisions of this policy.")] = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Show what each document fixes about a policy, which replaces which, and where they fall short or contradict."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    facts = Facts(workspace)
    found: list[Provisions] = []
    policies: set[str] = set()
    for one in chosen_cases(facts, case):
        evaluation = evaluate(facts, one, day(as_of, "--as-of"))
        policies |= {plan.id for plan in evaluation.policies}
        found.append(provisions_of(evaluation, policy))
    if policy is not None and policy not in policies:
        raise UsageError(f"--policy {policy}: there are {', '.join(sorted(policies)) or 'none'}")
    if format == "json":
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False, indent=2))
        return
    for one_case in found:
        print_table(_shown(one_case, language(lang)))


def _shown(found: Provisions, lang: str) -> RenderableType:
    zh = lang == "zh"
    if not found.provisions:
        return Text(f"{found.case}：没有规定" if zh else f"{found.case}: its policies state no provisions")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    titles = (
        ("政策", "规定", "事项", "内容", "地区", "对象", "有效期", "状态", "文件")
        if zh
        else ("Policy", "Provision", "Parameter", "Value", "Territory", "Groups", "In force", "State", "Document")
    )
    for title in titles:
        table.add_column(title)
    for one in found.provisions:
        table.add_row(
            shown(one.policy, 30),
            shown(one.id, 30),
            shown(one.parameter, 30),
            Text(value_of(one, lang), style="bold" if one.state == "in_force" else ""),
            one.territory or "",
            shown(", ".join(one.groups), 80),
            f"{one.from_day or '…'} – {one.to or '…'}",
            _STATES[one.state][0 if zh else 1],
            shown(one.document or "", 40),
        )
    lines = [Text(line) for line in sentences(found, lang, found.conflicts)]
    return Group(table, *lines)
