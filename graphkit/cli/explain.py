"""`graphkit explain`: the chain around one gap."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

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
from graphkit.cli.output import print_table
from graphkit.facts import Facts
from graphkit.gaps import Chain, Evaluation, chain_of
from graphkit.gaps.knock_on import KnockOn, knock_on
from graphkit.gaps.provisions import provisions_of
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError, InputError, UsageError
from graphkit.reports.names import Names
from graphkit.reports.provisions import sentences
from graphkit.reports.text import date_text, shown

_STATES = {
    "done": ("已完成", "done"),
    "open": ("进行中", "begun"),
    "untouched": ("无记录", "nothing on record"),
    "cancelled": ("已取消", "cancelled"),
}
MAX_EFFECTS = 20
_PLACES = {"before": ("之前", "before"), "here": ("▶ 此处", "▶ here"), "after": ("之后", "after")}


def explain(
    gap_id: Annotated[str, typer.Argument(metavar="GAP_ID", help="The id of a gap, as graphkit gaps lists it.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Show the chain around one gap: its steps in order with state, dates, agencies and evidence."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    facts = Facts(workspace)
    language_ = language(lang)
    dates = day(as_of, "--as-of"), moment(known_by, "--known-by")
    days: set[str] = set()
    found: list[tuple[Evaluation, Chain]] = []
    failed: list[tuple[str, GraphkitError]] = []
    for one in chosen_cases(facts, case):
        try:
            evaluation = evaluate_case(facts, one, *dates)
        except GraphkitError as error:
            failed.append((one, error))
            continue
        days.add(str(evaluation.as_of))
        with contextlib.suppress(InputError):
            found.append((evaluation, chain_of(evaluation, gap_id)))
    if failed and not days:
        raise failed[0][1]
    _print(found, format, language_)
    for one, wrong in failed:
        sys.stderr.write(f"{said(f'case {one}: {wrong}', language_)}\n")
    if found and failed:
        raise typer.Exit(max(wrong.exit_status for _, wrong in failed))
    if not found:
        raise InputError(
            f"no gap '{gap_id}' as of {', '.join(sorted(days))}; the list of gaps with consequences has them all"
        )


def _print(found: list[tuple[Evaluation, Chain]], format: str, lang: str) -> None:
    if format == "json" and found:
        documents = [_document(*one) for one in found]
        typer.echo(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2))
        return
    for evaluation, chain in found:
        if len(found) > 1:
            typer.echo(f"\n{'案例' if lang == 'zh' else 'case'} {evaluation.case.id}")
        print_table(_shown(evaluation, chain, _affected(evaluation, chain), lang))


def _affected(evaluation: Evaluation, chain: Chain) -> list[KnockOn]:
    return knock_on(evaluation, [chain.gap.id])[chain.gap.id]


def _document(evaluation: Evaluation, chain: Chain) -> dict[str, Any]:
    affected = [one.model_dump(mode="json") for one in _affected(evaluation, chain)]
    return {"case": evaluation.case.id, **chain.model_dump(mode="json"), "knock_on": affected}


def _shown(evaluation: Evaluation, chain: Chain, affected: list[KnockOn], lang: str) -> RenderableType:
    zh = lang == "zh"
    names = Names(evaluation)
    gap = chain.gap
    parts: list[RenderableType] = [
        Text(f"{gap.id}  {evaluation.rules[gap.kind].title.text(lang)}", style="bold"),
        Text(gap.explanation.zh if zh else gap.explanation.en),
    ]
    for cause in chain.causes:
        label = "根源" if zh else "because of"
        parts.append(Text(f"{label} {cause.id}  {cause.explanation.zh if zh else cause.explanation.en}"))
    for one in gap.evidence[:10]:
        where = " ".join(part for part in (one.id, one.document, one.locator) if part)
        parts.append(
            Text(f"{'依据' if zh else 'evidence'} {shown(where)}{f': {shown(one.quote, 200)}' if one.quote else ''}")
        )
    if gap.policy:
        found = provisions_of(evaluation, gap.policy)
        disputed = [one for one in found.conflicts if one.relation != "replaced"]
        parts += [Text(f"{'规定' if zh else 'rules'} {line}") for line in sentences(found, lang, disputed[:10])]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title in (
        ("", "环节", "地区或单位", "状态", "期限", "完成", "牵头单位", "来源")
        if zh
        else ("", "Stage", "Scope", "State", "Due", "Done", "Lead", "Source")
    ):
        table.add_column(title)
    for step in chain.steps:
        stage = names.stage(step.policy, step.stage)
        place = names.path(step.scope)
        table.add_row(
            _PLACES[step.place][0 if zh else 1],
            Text(shown(stage.of(lang) if stage else step.stage, 60), style="bold" if step.place == "here" else ""),
            Text(shown(place[-1].name if place else step.scope, 40)),
            Text(_STATES[step.state][0 if zh else 1], style="red" if step.gaps else ""),
            date_text(step.due_on, lang),
            date_text(step.done_on, lang),
            Text(shown(", ".join(names.agency(agency).name for agency in step.lead), 60)),
            Text(shown(", ".join(dict.fromkeys(one.document for one in step.evidence if one.document)), 40)),
        )
    if chain.steps:
        parts.append(table)
    if chain.left_out:
        parts.append(Text(f"另有{chain.left_out}个步骤未列出" if zh else f"{chain.left_out} more steps are not listed"))
    if affected:
        parts += [
            Text(
                "沿供应关系的连带影响（不计入上述影响）"
                if zh
                else "Knock-on effects along supplies (beside the impact above)"
            )
        ]
        parts += [_effects(affected[:MAX_EFFECTS], lang)]
    if len(affected) > MAX_EFFECTS:
        left = len(affected) - MAX_EFFECTS
        parts.append(Text(f"另有{left}个未列出，见 --format json" if zh else f"{left} more are in --format json"))
    return Group(*parts)


def _effects(affected: list[KnockOn], lang: str) -> Table:
    zh = lang == "zh"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title in (
        ("方向", "受影响者", "相隔", "权重", "经由")
        if zh
        else ("Direction", "Affected", "Links", "Weight", "By way of")
    ):
        table.add_column(title)
    for one in affected:
        weight = f"{float(one.weight):.2g}" + ("*" if one.unweighted else "")
        direction = {"upstream": "上游", "downstream": "下游"}[one.direction] if zh else one.direction
        table.add_row(
            direction, Text(shown(one.name, 60)), str(one.distance), weight, Text(shown(" → ".join(one.via), 80))
        )
    if any(one.unweighted for one in affected):
        table.caption = "* 有联系未给权重，按1计" if zh else "* a link without a weight counts as 1"
    return table
