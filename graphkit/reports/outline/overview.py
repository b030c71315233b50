"""Section 1: how far the policies have come, what was looked at, and the gaps by category and kind."""

from __future__ import annotations

from decimal import Decimal

from graphkit.reports import words
from graphkit.reports.document import Bars, Column, Figure, Figures, Paragraph, Table
from graphkit.reports.outline.layout import Layout
from graphkit.reports.text import date_text, money_text, number_text, percent_text

_CATEGORY_TONE = {
    "break": "broken",
    "blockage": "stuck",
    "difficulty": "doubt",
    "pain": "waiting",
}


def overview(page: Layout) -> None:
    """Add the section on the whole."""
    report = page.report
    looked = report.looked
    done = looked.done
    roots: dict[str, int] = {kind.category: 0 for kind in report.counts}
    for kind in report.counts:
        roots[kind.category] += kind.root
    known = sum(roots.get(category, 0) for category in words.KNOWN)
    people = sum(line.waiting or 0 for line in report.waiting)
    people_known = looked.groups and (looked.deliveries_known or not report.waiting)
    held: dict[str, Decimal] = {}
    for line in report.money:
        if line.kind == "funds_retained":
            for currency, amount in line.amount.items():
                held[currency] = held.get(currency, Decimal(0)) + amount
    overdue = [line for line in report.follow_up if line.overdue_days is not None]
    waiting = looked.by_status.get("waiting", 0)
    unknown = report.unobserved_total
    unknown_known = looked.coverage_known or unknown
    unseen = page.say(
        f"，{number_text(unknown)}个步骤无人查过、不计入缺口", f" Steps nobody looked at: {number_text(unknown)}."
    )
    if not unknown_known:
        unseen = page.say("，有多少步骤无人查过无从判断", " How many steps nobody looked at is not known.")
    unclear = page.say("无从判断", "not known")
    categories = page.say("、", ", ").join(
        page.say(f"{words.CATEGORY[name].zh}{number_text(n)}个", f"{number_text(n)} {words.CATEGORY[name].en.lower()}")
        for name, n in roots.items()
        if n and name in words.KNOWN
    )
    page.section(
        "总体情况",
        "Overview",
        Figures(
            [
                Figure(
                    number_text(known),
                    page.say("根源缺口", "root gap" if known == 1 else "root gaps"),
                    "broken",
                    categories,
                ),
                Figure(
                    number_text(waiting),
                    page.say("受其阻滞的步骤", "step held up by them" if waiting == 1 else "steps held up by them"),
                    "waiting",
                ),
                Figure(
                    number_text(people) if people_known else unclear,
                    page.say("尚在等待的对象", "beneficiaries waiting"),
                    "stuck",
                ),
                Figure(
                    money_text(held, page.lang) or ("0" if looked.holders else unclear),
                    page.say("滞留资金", "money held up"),
                    "stuck",
                ),
                Figure(number_text(len(overdue)), page.say("逾期未落实的问题", "findings overdue"), "broken"),
                Figure(
                    number_text(unknown) if unknown_known else unclear,
                    page.say("未查（不计入缺口）", "not looked at (not counted)"),
                    "unknown",
                ),
            ]
        ),
        Paragraph(
            page.say(
                f"截至{date_text(report.as_of, 'zh')}，{page.about()}纳入跟踪的政策{looked.policies}项、"
                f"环节{looked.stages}个，应办步骤{number_text(looked.required)}个，已完成{number_text(done)}个，"
                f"占{percent_text(done, looked.required)}。"
                f"发现根源缺口{number_text(known)}个{f'（{categories}）' if categories else ''}，"
                f"另有{number_text(waiting)}个步骤因上游未办而等待"
                f"{unseen if unknown or not unknown_known else ''}。",
                f"Followed in {page.about()} by {date_text(report.as_of, 'en')}: policies {looked.policies}, "
                f"stages {looked.stages}, steps required {number_text(looked.required)}, of these done "
                f"{number_text(done)} ({percent_text(done, looked.required)}). "
                f"Root gaps: {number_text(known)}{f' ({categories})' if categories else ''}. "
                f"Further steps that wait for them: {number_text(waiting)}."
                f"{unseen if unknown or not unknown_known else ''}",
            )
        ),
        _worst_sentence(page),
        _trend(page),
    )
    express = report.kind == "express"
    page.part("各类缺口数量", "Counts by category", _category_table(page), None if express else _kind_table(page))
    page.part("查了多少", "How much was looked at", _coverage_text(page), None if express else _status_table(page))


def _worst_sentence(page: Layout) -> Paragraph | None:
    if not page.report.roots:
        return None
    return Paragraph(page.say("最严重的一处：", "The gravest one: ") + page.word_of(page.report.roots[0]))


def _counted(page: Layout, what: str) -> tuple[Column, ...]:
    return (
        Column(page.say("类别", "Category"), weight=2),
        Column(what, weight=6),
        Column(page.say("个数", "Gaps"), "number", 1),
        Column(page.say("其中根源", "Root"), "number", 1),
    )


def _category_table(page: Layout) -> Table:
    totals = {name: [0, 0] for name in words.CATEGORY}
    unclear = page.say("无从判断", "not known")
    for kind in page.report.counts:
        totals[kind.category][0] += kind.gaps
        totals[kind.category][1] += kind.root
    return Table(
        page.say("缺口类别", "Categories"),
        _counted(page, page.say("含义", "Meaning")),
        [
            (words.CATEGORY[name].of(page.lang), words.CATEGORY_MEANING[name].of(page.lang), gaps, root)
            if gaps or name != "unknown" or page.report.looked.coverage_known
            else (words.CATEGORY[name].of(page.lang), words.CATEGORY_MEANING[name].of(page.lang), unclear, unclear)
            for name, (gaps, root) in totals.items()
        ],
    )


def _kind_table(page: Layout) -> Table:
    return Table(
        page.say("缺口种类", "Kinds"),
        _counted(page, page.say("种类", "Kind")),
        [
            (words.CATEGORY[kind.category].of(page.lang), page.word(kind.name), kind.gaps, kind.root)
            for kind in sorted(page.report.counts, key=lambda kind: list(words.CATEGORY).index(kind.category))
        ],
    )


def _coverage_text(page: Layout) -> Paragraph:
    looked, rows = page.report.looked, page.report.looked.rows
    seen = page.say("、", ", ").join(
        page.say(f"{page.table(name)}{number_text(n)}行", f"{number_text(n)} {page.table(name)}")
        for name, n in rows.items()
        if n
    )
    if looked.coverage_known:
        unknown = number_text(looked.by_status.get("unknown", 0))
        text = page.say(
            f"依据检查范围表判断谁查过：{unknown}个到期步骤没有人查过。",
            f"The coverage table says who looked: nobody looked at {unknown} steps that are due.",
        )
    else:
        text = page.say("没有检查范围表，按全部查过处理。", "There is no coverage table; all is taken as looked at.")
    return Paragraph(text + page.say(f"本期所依据的记录：{seen}。", f" Rows that count: {seen}."))


def _status_table(page: Layout) -> Table:
    by_status = page.report.looked.by_status
    return Table(
        page.say("步骤状态", "Step states"),
        (
            Column(page.say("状态", "State"), weight=3),
            Column(page.say("步骤数", "Steps"), "number"),
            Column(page.say("占比", "Share")),
        ),
        [
            (
                f"{words.STATUS_SIGN[status]} {page.word(words.STATUS[status])}",
                by_status[status],
                percent_text(by_status[status], page.report.looked.steps),
            )
            for status in words.STATUS
            if by_status.get(status)
        ],
    )


def _trend(page: Layout) -> Bars | None:
    points = page.report.trend
    if len(points) < 2:
        return None
    categories = [name for name in words.KNOWN if any(point.by_category.get(name) for point in points)]
    return Bars(
        page.say("走势", "Trend"),
        page.say("各时点根源缺口数量", "Root gaps as of each day"),
        [(words.CATEGORY[name].of(page.lang), _CATEGORY_TONE[name]) for name in categories],
        [(point.day.isoformat(), [point.by_category.get(name, 0) for name in categories]) for point in points],
    )
