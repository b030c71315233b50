"""Section 6: who still waits."""

from __future__ import annotations

from graphkit.reports.document import Column, Paragraph, Table
from graphkit.reports.outline.layout import Layout


def waiting(page: Layout) -> None:
    """Add the section on people who wait."""
    lines = page.report.waiting
    if not lines:
        page.section(
            "等待中的受益对象",
            "Beneficiaries waiting",
            Paragraph(
                page.say("没有因缺口而等待的对象。", "Nobody waits because of a break.")
                if page.report.looked.groups
                else page.say(
                    "有无等待的对象无从判断：没有登记人数的受益群体。",
                    "Whether anybody waits is not known: no beneficiary group has a number of people.",
                )
            ),
        )
        return
    unclear = page.say("无从判断", "not known")
    page.section(
        "等待中的受益对象",
        "Beneficiaries waiting",
        Table(
            page.say("等待对象", "Waiting"),
            (
                Column(page.say("政策", "Policy"), weight=4),
                Column(page.say("措施", "Measure"), weight=3),
                Column(page.say("地区", "Region")),
                Column(page.say("群体数", "Groups"), "number", 1),
                Column(page.say("应享人数（户）", "Eligible"), "number"),
                Column(page.say("已享", "Reached"), "number"),
                Column(page.say("等待", "Waiting"), "number"),
            ),
            [
                (
                    page.word(line.title),
                    page.word(line.measure_title),
                    line.region.name,
                    line.groups,
                    line.eligible,
                    unclear if line.reached is None else line.reached,
                    unclear if line.waiting is None else line.waiting,
                )
                for line in lines
            ],
            page.say(
                "只计所属环节断开或受阻、或者到期未享受到的群体；同一群体在两项政策中各计一次。",
                "Only groups whose stage is broken or held up, or whom no benefit reached in time; a group under two "
                "policies counts in each.",
            )
            + (
                ""
                if page.report.looked.deliveries_known
                else page.say(
                    "没有发放记录表（deliveries），已享和等待的人数无从判断。",
                    " There is no table of deliveries: how many were reached and how many wait is not known.",
                )
            ),
            paper_rows=page.paper_rows,
        ),
    )
