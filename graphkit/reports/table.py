"""Gaps as a table for a terminal, in Chinese or English; text of a case is never read as colours or control codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Styled

from graphkit.gaps import Evaluation, Rule
from graphkit.model.gap import Gap
from graphkit.reports import words
from graphkit.reports.gaps_json import rejected_rows, thresholds
from graphkit.reports.names import Names
from graphkit.reports.queries import rows, synthetic_rows
from graphkit.reports.rejected import rejected_note
from graphkit.reports.text import Lang, date_text, money_text, number_text, shown

_STYLE = {
    "break": "bold red",
    "blockage": "yellow",
    "difficulty": "cyan",
    "pain": "magenta",
    "unknown": "bright_black",
    "consequence": "bright_black",
    "high": "bold red",
    "medium": "yellow",
    "low": "bright_black",
}


TABLE_LINES = 1_000
"""How many gaps a table lists unless asked for more: it is for reading, and laying out 50,000 lines takes minutes."""


def gaps_table(evaluation: Evaluation, gaps: Sequence[Gap], lang: Lang, limit: int = TABLE_LINES) -> RenderableType:
    """Return the ranked gaps with their ids under a headline of counts; the last line says what `limit` left out."""
    listed = gaps[:limit]
    zh = lang == "zh"
    names = Names(evaluation)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=False)
    for title, options in (
        ("#", {"justify": "right", "no_wrap": True}),
        ("缺口" if zh else "Gap", {"no_wrap": True}),
        ("政策 · 环节" if zh else "Policy · stage", {"ratio": 4, "min_width": 16}),
        ("地区" if zh else "Region", {"overflow": "fold"}),
        ("责任单位" if zh else "Responsible", {"ratio": 3, "min_width": 10}),
        ("天数" if zh else "Days", {"justify": "right", "no_wrap": True}),
        ("阻滞" if zh else "Holds up", {"justify": "right", "no_wrap": True}),
        ("人数" if zh else "People", {"justify": "right", "no_wrap": True}),
        ("金额" if zh else "Amount", {"justify": "right", "no_wrap": True}),
    ):
        table.add_column(title, **options)
    for number, gap in enumerate(listed, 1):
        table.add_row(*_row(number, gap, names, evaluation.rules, lang))
    parts: list[RenderableType] = [_headline(evaluation, gaps, lang)]
    made_up = synthetic_rows(evaluation)
    if made_up:
        text = (
            f"⚠ 含合成数据{number_text(made_up)}行，仅供演示，不是真实情况。"
            if zh
            else f"⚠ {number_text(made_up)} rows are synthetic: a demonstration, not what happened."
        )
        parts.append(Styled(text, style="bold yellow"))
    if not rows(evaluation, "SELECT has_coverage FROM settings")[0]["has_coverage"]:
        text = "没有检查范围表（coverage），按全部查过处理。" if zh else "No coverage table: all is taken as looked at."
        parts.append(Styled(text, style="bright_black"))
    if (note := rejected_note(rejected_rows([evaluation]), lang)) is not None:
        parts.append(Styled(f"⚠ {note}", style="bold yellow"))
    parts.append(Styled(_thresholds(evaluation, lang), style="bright_black"))
    parts.append(table)
    if any(not gap.root for gap in listed):
        text = "↳ 由其他缺口造成，不是根源。" if zh else "↳ explained by other gaps, not a root."
        parts.append(Styled(text, style="bright_black"))
    if len(listed) < len(gaps):
        left = number_text(len(gaps) - len(listed))
        text = f"另有 {left} 个未列出。" if zh else f"{left} more are not listed."
        if limit >= TABLE_LINES:
            text += "--format json 列出全部。" if zh else " --format json lists them all."
        parts.append(Styled(text, style="bright_black"))
    return Group(*parts)


def _row(number: int, gap: Gap, names: Names, known: Mapping[str, Rule], lang: Lang) -> list[Styled]:
    policy, stage = names.policy(gap.policy), names.stage(gap.policy, gap.stage)
    what = [text.of(lang) for text in (policy, stage) if text is not None]
    if gap.subject is not None:
        what.append(names.agency(gap.subject).name)
    place = names.path(gap.scope or gap.subject)
    responsible = ("、" if lang == "zh" else ", ").join(names.agency(agency).name for agency in gap.responsible)
    kind = Styled("" if gap.root else "↳ ", style="bright_black")
    kind.append(f"{words.CATEGORY[gap.category].of(lang)} ", style=_STYLE[gap.category])
    kind.append(words.kind_name(gap.kind, known).of(lang), style="default")
    kind.append(f"\n{gap.id}", style="bright_black")
    return [
        Styled(str(number), style=_STYLE[gap.severity]),
        kind,
        Styled(shown(" · ".join(what), 120)),
        Styled(shown(place[-1].name, 40) if place else ""),
        Styled(shown(responsible, 80)),
        Styled(number_text(gap.days) if gap.days is not None else ""),
        Styled(number_text(gap.blocked_steps) if gap.blocked_steps else ""),
        Styled(number_text(gap.beneficiaries) if gap.beneficiaries else ""),
        Styled(money_text(gap.amount, lang)),
    ]


def _thresholds(evaluation: Evaluation, lang: Lang) -> str:
    said = [f"{name}={value}" for name, value in thresholds(evaluation).items()]
    return f"{'阈值：' if lang == 'zh' else 'Thresholds: '}{' '.join(said)}"


def _headline(evaluation: Evaluation, gaps: Sequence[Gap], lang: Lang) -> Styled:
    zh = lang == "zh"
    line = Styled(shown(evaluation.case.title.text(lang, evaluation.case.id), 200), style="bold")
    line.append(f"  {'截至' if zh else 'as of '}{date_text(evaluation.as_of, lang)}\n", style="default")
    counts: Counter[str] = Counter(gap.category for gap in gaps)
    for category, name in words.CATEGORY.items():
        if counts[category]:
            line.append(f"{name.of(lang)} {number_text(counts[category])}  ", style=_STYLE[category])
    if not gaps:
        line.append("没有发现缺口。" if zh else "No gap was found.", style="green")
    return line
