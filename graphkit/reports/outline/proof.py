"""Sections 8 to 10: how good the data is, the evidence, and the method."""

from __future__ import annotations

from graphkit.model.case import THRESHOLDS
from graphkit.reports import words
from graphkit.reports.document import Cell, Column, Paragraph, Table
from graphkit.reports.model import EvidenceLine
from graphkit.reports.outline.layout import Layout
from graphkit.reports.text import number_text


def data_quality(page: Layout) -> None:
    """Add the section on the data."""
    quality = page.report.quality
    lines: list[tuple[str, Cell, str]] = [
        (
            page.say("被退回的行", "Rejected rows"),
            quality.rejected if quality.rejected is not None else page.say("未知", "not known"),
            page.say(
                "最近一次装载中不能使用、未计入的行，见退回清单",
                "could not be used in the last load and do not count; see the rejects file",
            ),
        )
    ]
    lines += [
        (
            page.say(f"合成数据：{page.table(line.table)}", f"Made up: {page.table(line.table)}"),
            line.weak,
            page.say(f"共{number_text(line.rows)}行", f"of {number_text(line.rows)} rows"),
        )
        for line in quality.synthetic
    ]
    lines += [
        (
            page.say(f"未注明来源：{page.table(line.table)}", f"No source named: {page.table(line.table)}"),
            line.weak,
            page.say(f"共{number_text(line.rows)}行", f"of {number_text(line.rows)} rows"),
        )
        for line in quality.without_source
    ]
    lines += [
        (
            page.say("办结但缺佐证", "Done without evidence"),
            quality.unsupported,
            page.say("环节要求佐证而记录未注明来源", "the stage asks for evidence, no source is named"),
        ),
        (
            page.say("证据互相矛盾", "Sources disagree"),
            quality.conflicting,
            page.say("不同来源的日期或金额不一致", "dates or amounts of two sources differ"),
        ),
        (
            page.say("处理次序不符", "Actions out of order"),
            sum(len(line.wrong) for line in page.report.follow_up),
            page.say("如未报整改即予核实；照常计入，须核对", "such as verified before rectified; they count anyway"),
        ),
        (
            page.say("无人查过", "Nobody looked"),
            quality.unobserved if page.report.looked.coverage_known else page.say("无从判断", "not known"),
            page.say("到期而检查范围未及，不计入缺口", "due, outside what was looked at; never counted as a break"),
        ),
    ]
    page.section(
        "数据质量",
        "Data quality",
        Table(
            page.say("数据质量", "Data quality"),
            (
                Column(page.say("事项", "What"), weight=3),
                Column(page.say("数量", "How many"), "number", 1),
                Column(page.say("说明", "Note"), weight=5),
            ),
            lines,
        ),
    )


def evidence(page: Layout) -> None:
    """Add the section on evidence."""
    lines = page.report.evidence
    if not lines:
        page.section(
            "证据清单",
            "Evidence",
            Paragraph(
                page.say("本报告所列缺口没有可列的书面证据。", "The breaks listed have no written evidence to list.")
            ),
        )
        return
    named = page.report.roots[: page.report.roots_told] if page.report.kind == "express" else page.report.roots
    told = max((number for entry in named for number in entry.evidence), default=len(lines))
    page.section(
        "证据清单",
        "Evidence",
        Table(
            page.say("证据", "Evidence"),
            (
                Column(page.say("序号", "No."), "number", 1),
                Column(page.say("来源", "Source"), weight=4),
                Column(page.say("文号、发文单位", "Number, issuer"), weight=3),
                Column(page.say("日期", "Date"), "date"),
                Column(page.say("位置、记录", "Where, row"), weight=4),
                Column(page.say("原文", "Quote"), weight=4),
            ),
            [
                (
                    line.number,
                    _source(page, line),
                    " ".join(text for text in (line.document_number, line.issuer) if text),
                    line.issued_on,
                    page.say(" ", " ").join(text for text in (line.locator, line.row) if text),
                    line.quote or "",
                )
                for line in lines
            ],
            paper_rows=max(told, 1),
        ),
    )


def _source(page: Layout, line: EvidenceLine) -> str:
    if line.synthetic:
        return page.say("合成数据", "synthetic")
    return line.title or line.document or page.say("（未注明来源）", "(no source named)")


def method(page: Layout) -> None:
    """Add the section on method."""
    report = page.report
    page.section(
        "口径与方法",
        "Method",
        Paragraph(
            page.say(
                "每项政策按其文件拆成若干环节，环节在每个适用地区各为一个步骤。步骤是否完成、是否到期，"
                "只依据截止日以前发生、且在知悉截止时点以前入库的记录判断；到期当日不算逾期。"
                "记录达不到文件要求之处称为缺口，按性质分为堵点、痛点、难点、断点，与资金短缺无关。"
                "没有上游原因的缺口为根源；受其影响而等待的步骤计入根源的影响，不重复计数。",
                "Each policy is split into the stages of its documents; a stage in one region is a step. Whether a "
                "step is done or due rests only on what happened by the cut-off and was recorded in time; the due "
                "date itself is on time. Where the record falls short of what the documents ask for, there is a gap: "
                "a blockage, a pain, a difficulty or a break. A gap that no other explains is a root; steps that "
                "wait for it count as its impact, once.",
            )
        ),
        Paragraph(
            page.say(
                "本报告指出记录中链条在哪里断开，不证明任何单位有过错：没有记录不等于没有办理；"
                "时限来自文件规定、推算或拟定，以政策定义所注为准。相同的事实与口径总是得出相同的报告。",
                "The report shows where the recorded chain breaks. It does not prove fault: no record is not proof "
                "that nothing was done, and time limits are stated, derived or proposed as the policy's definition "
                "says. The same facts and thresholds always give the same report.",
            )
        ),
        Table(
            page.say("口径", "Thresholds"),
            (
                Column(page.say("口径", "Threshold"), weight=2),
                Column(page.say("含义", "Meaning"), weight=4),
                Column(page.say("本报告采用", "In force"), "number"),
                Column(page.say("默认", "Default"), "number"),
                Column(page.say("单位", "Unit"), weight=1),
            ),
            [
                (
                    threshold.name,
                    page.word(words.THRESHOLD[threshold.name][0]),
                    threshold.value,
                    THRESHOLDS[threshold.name],
                    page.word(words.UNIT[words.THRESHOLD[threshold.name][1]]),
                )
                for threshold in report.thresholds
            ],
        ),
    )
