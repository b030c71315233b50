"""Section 4: by policy and region, and what their own documents fix differently."""

from __future__ import annotations

from graphkit.reports import words
from graphkit.reports.document import Block, Cell, Column, Matrix, MatrixMark, Paragraph, Table
from graphkit.reports.model import MatrixCell, PolicyLine
from graphkit.reports.outline.layout import ROOT_CATEGORIES, Layout

_MOST_COLUMNS = 8


def policies_and_regions(page: Layout) -> None:
    """Add the section by policy and region."""
    page.section("分政策与分地区情况", "By policy and by region", _heat_map(page))
    page.part("分政策", "By policy", _policy_table(page))
    if not page.short:
        page.part("分地区", "By region", _region_table(page))
    if page.report.provisions:
        page.part("规定不一致", "Provisions that disagree", *_provisions(page))


def _provisions(page: Layout) -> list[Block]:
    note = page.say(
        "以下是规定之间的差异，不计入缺口；但步骤可能正是因为较窄的规定而未办到位。",
        "These are differences between rules and no gaps; but a step may fail only for the narrower rule.",
    )
    relation = {
        "narrower": page.say("窄于上位规定", "falls short"),
        "contradicting": page.say("相互抵触", "contradict"),
    }
    table = Table(
        page.say("规定不一致", "Provisions"),
        (
            Column(page.say("政策", "Policy"), weight=3),
            Column(page.say("关系", "Relation"), weight=2),
            Column(page.say("说明", "What differs"), weight=8),
            Column(page.say("起始", "Since"), "date"),
        ),
        [
            (page.word(line.title), relation[line.relation], page.word(line.says), line.since)
            for line in page.report.provisions
        ],
    )
    return [Paragraph(note, "note"), table]


def _heat_map(page: Layout) -> Matrix:
    cells = {(cell.region, cell.policy): cell for cell in page.report.matrix}
    present = {cell.policy for cell in page.report.matrix}
    policies = [line for line in page.report.policies if line.policy in present]
    note = ""
    if len(policies) > _MOST_COLUMNS:
        worst = sorted(policies, key=lambda line: (-_problems(line), line.policy))[:_MOST_COLUMNS]
        policies = [line for line in policies if line in worst]
        note = page.say(f"只列根源缺口最多的{len(worst)}项政策。", f" The {len(worst)} policies with most root gaps.")
    rows = []
    for line in page.report.regions:
        marks = [_mark(page, cells.get((line.region.id, policy.policy))) for policy in policies]
        if any(marks):
            rows.append((line.region.name, marks))
    shown = {mark.tone for _, marks in rows for mark in marks if mark is not None}
    legend = [
        (words.STATUS_SIGN[status], words.STATUS_TONE[status], page.word(words.STATUS[status]))
        for status in words.STATUS_WORST_FIRST
        if words.STATUS_TONE[status] in shown
    ]
    return Matrix(
        page.say("热力图", "Heat map"),
        [page.word(policy.title) for policy in policies],
        rows,
        legend,
        page.say(
            "每格为该地区（含下级）该政策最严重的步骤状态；数字为 已完成/应办。上级行只含本级步骤。",
            "Each cell shows the worst state of the policy's steps in the region and below, with done/required; a "
            "higher region's row holds only its own steps.",
        )
        + note,
    )


def _problems(line: PolicyLine) -> int:
    return sum(line.root_by_category.get(name, 0) for name in words.KNOWN)


def _mark(page: Layout, cell: MatrixCell | None) -> MatrixMark | None:
    if cell is None:
        return None
    worst = next(status for status in words.STATUS_WORST_FIRST if cell.by_status.get(status))
    detail = page.say("、", ", ").join(
        f"{words.STATUS_SIGN[status]} {page.word(words.STATUS[status])} {n}" for status, n in cell.by_status.items()
    )
    return MatrixMark(f"{words.STATUS_SIGN[worst]} {cell.done}/{cell.required}", words.STATUS_TONE[worst], detail)


def _policy_table(page: Layout) -> Table:
    return Table(
        page.say("分政策", "By policy"),
        (
            Column(page.say("政策", "Policy"), weight=4),
            Column(page.say("文号", "Document"), weight=3),
            Column(page.say("应办步骤", "Required"), "number"),
            Column(page.say("已完成", "Done"), "number"),
            *_category_columns(page),
            Column(page.say("受阻步骤", "Held up"), "number"),
            Column(page.say("最多停在", "Stops most at"), weight=3),
        ),
        [
            (
                page.word(line.title),
                line.document_number or page.say("未载明", "not given"),
                line.required,
                line.done,
                *_category_cells(page, line.root_by_category),
                line.blocked_steps,
                page.say(
                    f"{page.word(line.stops_at)}（{line.stopped_places}处）",
                    f"{page.word(line.stops_at)} (in {line.stopped_places})",
                )
                if line.stops_at
                else "",
            )
            for line in page.report.policies
        ],
    )


def _region_table(page: Layout) -> Table:
    return Table(
        page.say("分地区", "By region"),
        (
            Column(page.say("地区", "Region"), weight=3),
            Column(page.say("层级", "Level")),
            Column(page.say("应办步骤", "Required"), "number"),
            Column(page.say("已完成", "Done"), "number"),
            *_category_columns(page),
            Column(page.say("受阻步骤", "Held up"), "number"),
        ),
        [
            (
                line.region.name,
                page.word(words.LEVEL.get(line.level)) or line.level,
                line.required,
                line.done,
                *_category_cells(page, line.root_by_category),
                line.blocked_steps,
            )
            for line in page.report.regions
        ],
    )


def _category_columns(page: Layout) -> list[Column]:
    return [Column(words.CATEGORY[name].of(page.lang), "number", 1) for name in ROOT_CATEGORIES]


def _category_cells(page: Layout, counts: dict[str, int]) -> list[Cell]:
    seen = page.report.looked.coverage_known
    unclear = page.say("无从判断", "not known")
    return [
        counts.get(name, 0) if name != "unknown" or seen or counts.get(name) else unclear for name in ROOT_CATEGORIES
    ]
