"""The follow-up ledger as tables for a terminal; text of a case is never read as colours or control codes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Styled

from graphkit.gaps import Evaluation
from graphkit.gaps.followup import Ageing, FindingState, FollowUp, Origin
from graphkit.reports import words
from graphkit.reports.names import Names
from graphkit.reports.queries import synthetic_rows
from graphkit.reports.text import Lang, date_text, money_text, number_text, shown

_CLOSED, _LATE = "green", "bold red"


def ledger_table(evaluation: Evaluation, ledger: FollowUp, lang: Lang, *, filtered: bool = False) -> RenderableType:
    """Return the findings with their states, the ageing of the open ones by agency, and what moved wrongly.

    A `filtered` ledger says that its numbers are of the findings listed.
    """
    zh = lang == "zh"
    names = Names(evaluation)
    head = Styled(shown(evaluation.case.title.text(lang, evaluation.case.id), 200), style="bold")
    head.append(f"  {'截至' if zh else 'as of '}{date_text(ledger.as_of, lang)}\n", style="default")
    if filtered:
        n = len(ledger.findings)
        head.append(f"筛选所列 {n} 条中：" if zh else f"Of the {n} listed (filtered): ", style="default")
    head.append(
        f"未销号 {ledger.open}，其中逾期 {ledger.overdue}；已销号 {ledger.closed}；屡查屡犯 {ledger.recurring}"
        if zh
        else f"{ledger.open} open, {ledger.overdue} overdue, {ledger.closed} closed, {ledger.recurring} came back",
        style="default",
    )
    parts: list[RenderableType] = [head]
    if synthetic_rows(evaluation):
        text = "⚠ 含合成数据，仅供演示。" if zh else "⚠ Holds synthetic rows: a demonstration."
        parts.append(Styled(text, style="bold yellow"))
    parts.append(_findings(ledger.findings, names, lang))
    if ledger.by_agency:
        parts += [
            Styled("未销号问题存续时间" if zh else "How the open ones age", style="bold"),
            _ages(ledger, names, lang),
        ]
    wrong = [f"{line.finding}: {text}" for line in ledger.findings for text in line.wrong]
    if wrong:
        title = "次序不符的处理记录（照常计入）" if zh else "Actions out of order (they count all the same)"
        parts += [Styled(title, style="bold"), *(Styled(shown(line, 300)) for line in wrong)]
    return Group(*parts)


def finding_card(evaluation: Evaluation, line: FindingState, came_from: Sequence[Origin], lang: Lang) -> RenderableType:
    """Return one finding: what it is, every action on it, and the gaps that it came from."""
    zh = lang == "zh"
    names = Names(evaluation)
    facts = Table(box=None, show_header=False, pad_edge=False)
    agency = names.agency(line.agency).name if line.agency else "–"
    for name, value in (
        ("发现日期" if zh else "Found on", date_text(line.found_on, lang)),
        ("责任单位" if zh else "Agency", agency),
        ("现状" if zh else "State", f"{words.STATE[line.state].of(lang)}（{line.since}）"),
        ("应办期限" if zh else "Due on", _due(line, lang)),
        ("登记人" if zh else "Entered by", line.entered_by or "–"),
        ("可办的下一步" if zh else "May follow", ", ".join(line.next)),
    ):
        facts.add_row(name, Styled(shown(value, 300)))
    actions = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title in ("日期", "处理", "由", "对", "期限", "说明") if zh else ("On", "Action", "By", "To", "Due", "Note"):
        actions.add_column(title)
    for one in line.actions:
        cells = [str(one.on), one.kind, one.by or "", one.to or "", str(one.due_on or ""), one.wrong or one.note or ""]
        actions.add_row(*(Styled(shown(cell, 200), style=_LATE if one.wrong else "") for cell in cells))
    held = {True: "仍存在" if zh else "still holds", False: "已消除" if zh else "has closed"}
    source = "来自缺口" if zh else "Came from"
    lines = [
        Styled(f"{source} {one.gap} {words.kind_name(one.kind).of(lang) if one.kind else ''} {held[one.holds]}")
        for one in came_from
    ]
    return Group(Styled(f"{line.finding}  {shown(line.title, 300)}", style="bold"), facts, actions, *lines)


def _findings(lines: Sequence[FindingState], names: Names, lang: Lang) -> Table:
    zh = lang == "zh"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for title, options in (
        ("编号" if zh else "Id", {"overflow": "fold"}),
        ("问题" if zh else "Finding", {"ratio": 4, "min_width": 16}),
        ("责任单位" if zh else "Agency", {"ratio": 3, "min_width": 10}),
        ("发现" if zh else "Found", {"no_wrap": True}),
        ("现状" if zh else "State", {"ratio": 2}),
        ("期限" if zh else "Due", {"no_wrap": True}),
        ("逾期天数" if zh else "Overdue", {"justify": "right"}),
        ("金额" if zh else "Amount", {"justify": "right", "no_wrap": True}),
    ):
        table.add_column(title, **options)
    for line in lines:
        table.add_row(
            Styled(shown(line.finding, 60)),
            Styled(("↻ " if line.repeats else "") + shown(line.title, 120)),
            Styled(shown(names.agency(line.agency).name, 60) if line.agency else ""),
            Styled(str(line.found_on)),
            Styled(words.STATE[line.state].of(lang), style=_LATE if line.overdue else "" if line.open else _CLOSED),
            Styled(str(line.due_on or "")),
            Styled(number_text(line.overdue_days) if line.overdue_days is not None else "", style=_LATE),
            Styled(money_text(line.amount, lang)),
        )
    return table


def _ages(ledger: FollowUp, names: Names, lang: Lang) -> Table:
    zh = lang == "zh"
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("责任单位／层级" if zh else "Agency or level")
    for first, last in ledger.ages:
        if last is not None:
            days = f"{first}–{last}{'天' if zh else ' d'}"
        else:
            days = f"{first}天以上" if zh else f"{first} d or more"
        table.add_column(days, justify="right")
    for title in ("未销号", "逾期", "最长天数") if zh else ("Open", "Overdue", "Oldest"):
        table.add_column(title, justify="right")
    unknown = "（未指明）" if zh else "(none named)"

    def add(name: str, one: Ageing) -> None:
        numbers = [*one.by_age, one.open, one.overdue, one.oldest_days]
        table.add_row(Styled(shown(name, 60)), *(number_text(n) if n else "" for n in numbers))

    for one in ledger.by_agency:
        add(names.agency(one.of).name if one.of else unknown, one)
    for one in ledger.by_level:
        add(words.LEVEL[one.of].of(lang) if one.of else unknown, one)
    return table


def _due(line: FindingState, lang: Lang) -> str:
    if line.due_on is None:
        return "–"
    text = date_text(line.due_on, lang)
    if line.overdue_days is None:
        return text
    return f"{text}，已逾期{line.overdue_days}天" if lang == "zh" else f"{text}, {line.overdue_days} days overdue"
