"""The head of a report: its number, period and scope, and what must be said before anything else."""

from __future__ import annotations

from graphkit.reports.outline.layout import Layout
from graphkit.reports.rejected import rejected_note
from graphkit.reports.text import date_text, number_text


def meta(page: Layout) -> list[tuple[str, str]]:
    """Return the lines of the head, each with its label."""
    report = page.report
    known = page.say("全部已入库记录", "everything recorded")
    if report.known_by is not None:
        known = report.known_by.isoformat(sep=" ", timespec="minutes")
    period = date_text(report.period_end, page.lang)
    if report.period_start is not None:
        period = page.say(
            f"{date_text(report.period_start, 'zh')}至{period}",
            f"{date_text(report.period_start, 'en')} to {period}",
        )
    lines = [
        (page.say("文号", "Number"), report.number or page.say("（待编）", "(to be given)")),
        (page.say("报告期", "Period"), period),
        (page.say("事实截止", "Facts as of"), date_text(report.as_of, page.lang)),
        (page.say("知悉截止", "Known by"), known),
        (page.say("范围", "About"), page.about()),
    ]
    return lines


def warnings(page: Layout) -> list[str]:
    """Return what a reader must know first: made-up data, no coverage, rows that were left out."""
    report, found = page.report, []
    if report.is_synthetic:
        tables = page.say("、", ", ").join(
            page.say(
                f"{page.table(line.table)}{number_text(line.rows)}行中的{number_text(line.weak)}行",
                f"{number_text(line.weak)} of {number_text(line.rows)} {page.table(line.table)}",
            )
            for line in report.quality.synthetic
        )
        found.append(
            page.say(
                f"本报告含合成数据（source 为 synthetic）：{tables}。合成数据仅用于演示方法，不是真实情况，"
                "不得据以作出审计结论或评价任何单位。",
                f"This report contains made-up data (source: synthetic): {tables}. It shows the method only, "
                "is not what happened, and must not be used to judge anyone.",
            )
        )
    if not report.looked.coverage_known:
        found.append(
            page.say(
                "本案没有检查范围表（coverage），按全部查过处理：“到期无记录”可能只是没有人查过。",
                "This case has no coverage table and is taken as looked at whole: “nothing on record” may only "
                "mean that nobody looked.",
            )
        )
    if (note := rejected_note(report.quality.rejected_rows, page.lang)) is not None:
        found.append(note)
    return found
