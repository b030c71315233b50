"""Section 7: the ledger of findings, and how old they are."""

from __future__ import annotations

from collections.abc import Sequence

from graphkit.reports import words
from graphkit.reports.document import PAPER_ROWS, Bars, Column, Paragraph, Table
from graphkit.reports.model import AgeLine, FindingLine
from graphkit.reports.outline.layout import Layout


def ledger(page: Layout) -> None:
    """Add the section on findings and their follow-up."""
    lines = page.report.follow_up
    if not lines:
        none = Paragraph(page.say("截至报告期末没有需要跟踪的问题。", "There is no finding to follow up."))
        page.section("问题整改与批示落实台账", "Follow-up of findings", none)
        return
    overdue = [line for line in lines if line.overdue_days is not None]
    again = [line for line in lines if line.repeats]
    opened = [line for line in lines if line.open]
    page.section(
        "问题整改与批示落实台账",
        "Follow-up of findings",
        Paragraph(
            page.say(
                ("本期只列逾期和屡查屡犯事项，全部事项见整改台账。" if page.short else "")
                + f"共{len(lines)}项，已销号{len(lines) - len(opened)}项，未销号{len(opened)}项；"
                f"逾期{len(overdue)}项，屡查屡犯{len(again)}项。",
                ("Only what is overdue or came back is listed; the ledger has all. " if page.short else "")
                + f"{len(lines)} findings: {len(lines) - len(opened)} closed, {len(opened)} open; "
                f"{len(overdue)} overdue, {len(again)} came back.",
            )
        ),
        _ageing(page) if opened else None,
    )
    if opened and not page.short:
        page.part("未销号问题存续时间", "How open findings age", _ageing_table(page))
    none = Paragraph(page.say("无。", "None."))
    name = page.say("逾期事项", "Overdue")
    page.part("逾期事项", "Overdue", _finding_table(page, name, overdue) if overdue else none)
    if again:
        name = page.say("屡查屡犯", "Came back")
        page.part("屡查屡犯事项", "Findings that came back", _finding_table(page, name, again))
    if page.short:
        return
    page.part("全部事项", "All findings", _finding_table(page, page.say("整改台账", "Ledger"), lines))


def _ageing_table(page: Layout) -> Table:
    report = page.report
    unknown = page.say("（未指明）", "(none named)")
    rows = [
        *((words.LEVEL[line.level].of(page.lang) if line.level else unknown, line) for line in report.ageing_by_level),
        *((line.agency.name if line.agency else unknown, line) for line in report.ageing_by_agency),
    ]
    return Table(
        page.say("存续时间", "Ageing by agency"),
        (
            Column(page.say("层级、责任单位", "Level, agency"), weight=5),
            *(Column(_days(page, line), "number", 1) for line in report.ageing),
            Column(page.say("未销号", "Open"), "number", 1),
            Column(page.say("逾期", "Overdue"), "number", 1),
            Column(page.say("最长天数", "Oldest"), "number", 1),
        ),
        [(name, *line.by_age, line.open, line.overdue, line.oldest) for name, line in rows],
        page.say(
            "先按层级，后按责任单位；天数自发现之日起算，按自然日。",
            "By level first, then by agency; plain days since the finding.",
        ),
        paper_rows=page.paper_rows,
    )


def _days(page: Layout, line: AgeLine) -> str:
    if line.days_to is None:
        return page.say(f"{line.days_from}天以上", f"{line.days_from} days or more")
    return page.say(f"{line.days_from}–{line.days_to}天", f"{line.days_from}–{line.days_to} days")


def _ageing(page: Layout) -> Bars:
    return Bars(
        page.say("问题存续时间", "Ageing"),
        page.say("未销号问题自发现以来的天数", "Open findings by days since they were found"),
        ((page.say("逾期", "overdue"), "broken"), (page.say("未逾期", "not overdue"), "waiting")),
        [(_days(page, line), (line.overdue, line.not_overdue)) for line in page.report.ageing],
    )


def _origin(page: Layout, line: FindingLine) -> str:
    if line.origin is None:
        return ""
    return page.say("仍存在", "still holds") if line.origin.holds else page.say("已消除", "has closed")


def _finding_table(page: Layout, name: str, lines: Sequence[FindingLine]) -> Table:
    came_from = any(line.origin for line in lines)
    return Table(
        name,
        (
            Column(page.say("编号", "Id")),
            Column(page.say("问题", "Finding"), weight=5),
            Column(page.say("类别", "Category"), weight=1),
            Column(page.say("责任单位", "Agency"), weight=3),
            Column(page.say("发现", "Found"), "date"),
            Column(page.say("进展", "Stands at"), weight=2),
            Column(page.say("进展日期", "Since"), "date"),
            Column(page.say("时限", "Due"), "date"),
            Column(page.say("逾期天数", "Days overdue"), "number", 1),
            Column(page.say("问题所在", "Problem"), weight=3),
            *([Column(page.say("来源缺口", "Gap it came from"))] if came_from else []),
        ),
        [
            (
                line.finding,
                line.title,
                words.CATEGORY[line.category].of(page.lang) if line.category else "",
                line.agency.name if line.agency else "",
                line.found_on,
                page.word(words.STATE[line.state]),
                line.since,
                line.due_on,
                line.overdue_days,
                page.say("、", ", ").join(page.word(words.kind_name(kind)) for kind in line.problems),
                *([_origin(page, line)] if came_from else []),
            )
            for line in lines
        ],
        paper_rows=PAPER_ROWS if page.report.kind == "ledger" else page.paper_rows,
    )
