"""`graphkit trace`: where the money of a transfer, a holder or a source came from, and where it is now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

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
from graphkit.gaps import Evaluation
from graphkit.gaps.trace import Flow, Trace
from graphkit.gaps.trace import trace as trace_money
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import InputError, UsageError
from graphkit.reports.text import date_text, money_text, number_text, shown

_ENDS = {
    "held": ("■ 留存：", "■ rests with"),
    "reached": ("✔ 到达：", "✔ reached"),
    "delivered": ("✔ 发放：", "✔ delivered by"),
    "returned": ("↺ 退回：", "↺ returned to"),
    "back": ("↺ 回到起点", "↺ came back to the start"),
}
_ORIGINS = {
    "untraced": ("？来源不明，由其支付：", "? from nowhere on record, paid by"),
    "taken_back": ("↺ 从对象收回：", "↺ taken back from beneficiaries by"),
    "back": ("↺ 来自起点", "↺ came from the start itself"),
}


def trace(
    start: Annotated[
        str, typer.Argument(metavar="TRANSFER|AGENCY|GROUP", help="The id of a transfer or a holder, or source:NAME.")
    ],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    policy: Annotated[str | None, typer.Option(help="Only money under this policy.")] = None,
    measure: Annotated[str | None, typer.Option(help="Only money under this measure.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="At most so many lines for each policy, measure and currency.")
    ] = 100,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> None:
    """Trace money from its source to its last holder and back; the oldest money in an account leaves it first."""
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")
    facts = Facts(workspace)
    language_ = language(lang)
    found: list[tuple[Evaluation, Trace]] = []
    unknown: InputError | None = None
    for one in chosen_cases(facts, case):
        evaluation = evaluate_case(facts, one, day(as_of, "--as-of"), moment(known_by, "--known-by"))
        try:
            found.append((evaluation, trace_money(evaluation, start, policy=policy, measure=measure)))
        except InputError as error:
            unknown = error
    if not found and unknown is not None:
        raise unknown
    if format == "json":
        documents = [traced.model_dump(mode="json") for _, traced in found]
        typer.echo(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2))
        return
    for evaluation, traced in found:
        if len(found) > 1:
            typer.echo(f"\n{'案例' if language_ == 'zh' else 'case'} {evaluation.case.id}")
        titles = {plan.id: plan.title.text(language_, plan.id) for plan in evaluation.policies}
        print_table(_shown(traced, titles, limit, language_))


def _shown(found: Trace, titles: dict[str, str], limit: int, lang: str) -> RenderableType:
    zh = lang == "zh"
    first = Text(f"{_name(found, found.start)}  ", style="bold")
    first.append(f"{'截至' if zh else 'as of '}{date_text(found.as_of, lang)}", style="default")
    first.append("；先进先出" if zh else "; first in, first out", style="bright_black")
    return Group(first, *(part for flow in found.flows for part in _flow(found, flow, titles, limit, lang)))


def _flow(found: Trace, flow: Flow, titles: dict[str, str], limit: int, lang: str) -> Iterator[RenderableType]:
    zh = lang == "zh"
    under = " · ".join(shown(one, 60) for one in (titles.get(flow.policy, flow.policy), flow.measure) if one)
    line = Text(f"\n{under}  {_money(flow.amount, flow, lang)}", style="bold")
    if flow.received is not None and flow.sent is not None:
        received, sent = _money(flow.received, flow, lang), _money(flow.sent, flow, lang)
        said = f"  （收到{received}，转出{sent}）" if zh else f"  (received {received}, passed on {sent})"
        line.append(said, style="not bold")
    yield line
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title, numeric in (
        ("资金" if zh else "Money", False),
        ("金额" if zh else "Amount", True),
        ("笔数" if zh else "Payments", True),
        ("日期" if zh else "When", False),
        ("缺口" if zh else "Gap", False),
    ):
        table.add_column(title, justify="right" if numeric else "left", no_wrap=numeric)
    origins, hops, ends = _origins(found, flow, lang), list(_hops(found, flow, lang)), _ends(found, flow, lang)
    # What is at either end says most, so the payments between are left out first.
    lines = [*origins, *hops[: max(limit - len(origins) - len(ends), 0)], *ends]
    for one in lines[:limit]:
        style = "red" if one.gap or one.lost else ""
        if one.advanced:
            advanced = _money(one.advanced, flow, lang)
            one.what += f"（其中垫付{advanced}）" if zh else f" ({advanced} of it before it had been received)"
        days = " – ".join(dict.fromkeys(date_text(when, lang) for when in (one.first, one.last) if when))
        count = number_text(one.count) if one.count else ""
        table.add_row(Text(one.what, style=style), _money(one.amount, flow, lang), count, days, one.gap or "")
    yield table
    if (left_out := len(origins) + len(hops) + len(ends) - len(lines[:limit])) > 0:
        left = number_text(left_out)
        yield Text(f"另有 {left} 行未列出，见 --limit。" if zh else f"{left} more lines are not listed; see --limit.")
    if beside := sorted(set(flow.gaps) - {one.gap for one in lines}):
        yield Text(
            f"{'途经账户上的缺口：' if zh else 'money gaps of accounts on the way: '}{' '.join(beside)}", style="red"
        )


@dataclass(slots=True)
class _Line:
    """One line of the table: payments between the same two, or money that is in the same place for the same reason."""

    what: str
    gap: str | None = None
    lost: bool = False
    amount: Decimal = Decimal(0)
    count: int = 0
    first: date | None = None
    last: date | None = None
    advanced: Decimal = Decimal(0)

    def add(
        self, amount: Decimal, count: int, first: date | None, last: date | None, advanced: Decimal | None = None
    ) -> None:
        """Add payments to the line."""
        self.amount += amount
        self.advanced += advanced or 0
        self.count += count
        self.first = min((one for one in (self.first, first) if one), default=None)
        self.last = max((one for one in (self.last, last) if one), default=None)


def _origins(found: Trace, flow: Flow, lang: str) -> list[_Line]:
    """Say where money came from, but for the sources, whose payments are listed."""
    lines: dict[tuple[str, str], _Line] = {}
    for one in flow.origins:
        if one.kind != "source":
            what = _said(_ORIGINS[one.kind], "" if one.kind == "back" else _name(found, one.holder), lang)
            line = lines.setdefault((one.kind, one.holder), _Line(what, one.gap, one.kind == "untraced"))
            line.add(one.amount, 1, one.on, one.on)
    return list(lines.values())


def _hops(found: Trace, flow: Flow, lang: str) -> Iterator[_Line]:
    """List who paid whom, from the source to the last."""
    begun = [] if found.transfer is None else [found.transfer]
    for arrow, transfers in (("↑", flow.upstream), ("●", begun), ("↓", flow.downstream)):
        lines: dict[tuple[str, str], _Line] = {}
        for one in transfers:
            what = f"{arrow} {_name(found, one.from_)} → {_name(found, one.to)}"
            lines.setdefault((one.from_, one.to), _Line(what)).add(one.amount, 1, one.on, one.on, one.advanced)
        yield from reversed(lines.values()) if arrow == "↑" else lines.values()


def _ends(found: Trace, flow: Flow, lang: str) -> list[_Line]:
    """Say where the money is now."""
    lines: dict[tuple[str, str, str | None], _Line] = {}
    for one in flow.ends:
        holder = "" if one.kind == "back" else _name(found, one.holder)
        group = f" → {_name(found, one.group)}" if one.group else ""
        what = f"{_said(_ENDS[one.kind], holder, lang)}{group}"
        line = lines.setdefault((one.kind, one.holder, one.group), _Line(what, one.gap))
        line.add(one.amount, one.count or 1, one.on, one.until or one.on, one.advanced)
    return sorted(lines.values(), key=lambda line: line.gap is None)


def _said(words: tuple[str, str], name: str, lang: str) -> str:
    return f"{words[0]}{name}" if lang == "zh" else f"{words[1]} {name}".rstrip()


def _name(found: Trace, holder: str) -> str:
    return shown(found.names.get(holder, holder), 60)


def _money(amount: Decimal, flow: Flow, lang: str) -> str:
    return money_text({flow.currency: amount}, lang)
