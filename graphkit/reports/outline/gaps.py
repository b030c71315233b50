"""Sections 2 and 3: what is new or resolved since the last report, and the root gaps one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphkit.reports import words
from graphkit.reports.document import Block, Column, Item, Items, Paragraph, Table
from graphkit.reports.model import Entry
from graphkit.reports.outline.layout import Layout
from graphkit.reports.text import date_text, money_text, number_text


def since_last(page: Layout) -> None:
    """Add the section on what changed since the last report."""
    change = page.report.change
    if change is None:
        return
    since = date_text(change.since, page.lang)
    page.section(
        "与上期相比",
        "Since the last report",
        Paragraph(
            page.say(
                f"与{since}相比：新增{len(change.new)}个，消除{len(change.resolved)}个，持续{change.persisting}个"
                f"（其中加重{len(change.worsened)}个，减轻{len(change.eased)}个），"
                "均含由其他缺口引起的和无人查过的；以下只列根源缺口。",
                f"Against {since}: {len(change.new)} new, {len(change.resolved)} resolved, "
                f"{change.persisting} persisting ({len(change.worsened)} worse, {len(change.eased)} eased), those "
                "that others cause and what nobody looked at among them. Only root gaps are listed.",
            )
        ),
    )
    new, resolved = page.say("新增", "New"), page.say("消除", "Resolved")
    page.part("新增的根源缺口", "New root gaps", *_changed(page, new, change.new_roots, change.new_roots_total))
    page.part(
        "已消除的根源缺口",
        "Root gaps resolved",
        *_changed(page, resolved, change.resolved_roots, change.resolved_roots_total),
    )


def _changed(page: Layout, name: str, entries: Sequence[Entry], total: int) -> Iterable[Block]:
    yield _gap_table(page, name, entries) or Paragraph(page.say("无。", "None."))
    if left := total - len(entries):
        note = page.say(
            f"共{number_text(total)}个，只列最严重的{number_text(len(entries))}个，其余{number_text(left)}个见工作簿。",
            f"The gravest {number_text(len(entries))} of {number_text(total)}; the workbook has the other "
            f"{number_text(left)}.",
        )
        yield Paragraph(note, "note")


def _gap_table(page: Layout, name: str, entries: Sequence[Entry], numbered: bool = False) -> Table | None:
    if not entries:
        return None
    return Table(
        name,
        (
            *([Column(page.say("序号", "No."), "number", 1)] if numbered else []),
            Column(page.say("种类", "Kind")),
            Column(page.say("政策", "Policy"), weight=3),
            Column(page.say("环节或对象", "Stage or subject"), weight=3),
            Column(page.say("地区", "Region")),
            Column(page.say("责任单位", "Responsible"), weight=3),
            Column(page.say("起始", "Since"), "date"),
            Column(page.say("涉及人数", "Beneficiaries concerned"), "number"),
        ),
        [
            (
                *([entry.number] if numbered else []),
                page.word(entry.kind),
                page.word(entry.policy),
                page.word(entry.stage) or page.subject(entry),
                entry.place[-1].name if entry.place else "",
                page.names(entry.responsible),
                entry.gap.since,
                entry.gap.beneficiaries or None,
            )
            for entry in entries
        ],
        in_workbook=not numbered,
        paper_rows=page.paper_rows,
    )


def main_breaks(page: Layout) -> None:
    """Add the section on the root gaps."""
    report = page.report
    told, listed = report.roots[: report.roots_told], report.roots[report.roots_told :]
    if not report.roots:
        page.section(
            "主要缺口与责任",
            "Root breaks and who must act",
            Paragraph(page.say("未发现缺口。", "No break was found.")),
        )
        _unobserved(page)
        return
    page.section(
        "主要缺口与责任",
        "Root breaks and who must act",
        Paragraph(
            page.say(
                "只列没有上游原因的缺口，按严重程度、影响人数、金额、时间排序。",
                "Only what no other gap explains, ranked by severity, people, money and time.",
            ),
            "note",
        ),
        Items([_item(page, entry) for entry in told]),
    )
    if listed:
        page.part(
            "其余根源缺口",
            "The other root gaps",
            _gap_table(page, page.say("其余缺口", "Other roots"), listed, numbered=True),
        )
    _tell_left_out(page, report.roots_total - len(report.roots))
    _unobserved(page)


def _unobserved(page: Layout) -> None:
    """Add the steps that nobody looked at, apart from the gaps: they are never counted as breaks."""
    entries, total = page.report.unobserved, page.report.unobserved_total
    if not entries:
        return
    page.part(
        "无人查过的步骤",
        "Steps that nobody looked at",
        Paragraph(
            page.say(
                f"共{number_text(total)}个步骤到期而检查范围未及，是否办理无从知道，不计入缺口。",
                f"Due, outside what was looked at: {number_text(total)}. Nobody can say whether they were done; "
                "they do not count as breaks.",
            ),
            "note",
        ),
        _gap_table(page, page.say("未查步骤", "Not looked at"), entries),
    )
    _tell_left_out(page, total - len(entries))


def _tell_left_out(page: Layout, left: int) -> None:
    if not left:
        return
    note = page.say(
        f"另有{number_text(left)}个未列出，见 Excel 版或缺口清单。",
        f"{number_text(left)} more are not listed here; see the Excel report or the list of gaps.",
    )
    page.sections[-1].blocks.append(Paragraph(note, "note"))


def roots_table(page: Layout) -> Table:
    """Return every root gap as one table, with numbers and dates as such."""
    roots = page.report.roots
    currencies = sorted({currency for entry in roots for currency in entry.gap.amount or {}})
    return Table(
        page.say("根源缺口", "Root gaps"),
        (
            Column(page.say("序号", "No."), "number", 1),
            Column(page.say("类别", "Category"), weight=1),
            Column(page.say("种类", "Kind")),
            Column(page.say("严重程度", "Severity"), weight=1),
            Column(page.say("政策", "Policy"), weight=3),
            Column(page.say("环节", "Stage")),
            Column(page.say("对象", "Subject")),
            Column(page.say("地区", "Region"), weight=3),
            Column(page.say("责任单位", "Responsible"), weight=3),
            Column(page.say("配合单位", "Supporting")),
            Column(page.say("起始", "Since"), "date"),
            Column(page.say("天数", "Days"), "number"),
            Column(page.say("阻滞步骤", "Steps held up"), "number"),
            Column(page.say("影响对象", "Beneficiaries"), "number"),
            *(Column(page.say(f"金额（{currency}）", f"Amount ({currency})"), "money") for currency in currencies),
            Column(page.say("说明", "Explanation"), weight=7),
            Column(page.say("证据", "Evidence"), weight=2),
            Column(page.say("编号", "Id"), weight=3),
        ),
        [
            (
                entry.number,
                words.CATEGORY[entry.gap.category].of(page.lang),
                page.word(entry.kind),
                page.word(words.SEVERITY[entry.gap.severity]),
                page.word(entry.policy),
                page.word(entry.stage),
                page.subject(entry),
                " › ".join(ref.name for ref in entry.place),
                page.names(entry.responsible),
                page.names(entry.supporting),
                entry.gap.since,
                entry.gap.days,
                entry.gap.blocked_steps,
                entry.gap.beneficiaries,
                *((entry.gap.amount or {}).get(currency) for currency in currencies),
                page.word_of(entry),
                " ".join(f"[{number}]" for number in entry.evidence),
                entry.gap.id,
            )
            for entry in roots
        ],
    )


def _item(page: Layout, entry: Entry) -> Item:
    gap = entry.gap
    place = " › ".join(ref.name for ref in entry.place)
    what = page.word(entry.stage) or (page.subject(entry))
    facts = [
        (page.say("政策", "Policy"), page.word(entry.policy)),
        (page.say("地区", "Region"), place),
        (
            page.say("责任单位", "Responsible"),
            page.names(entry.responsible) or page.say("（未明确）", "(nobody named)"),
        ),
        (page.say("配合单位", "Supporting"), page.names(entry.supporting)),
        (page.say("起始", "Since"), _since(page, entry)),
        (page.say("阻滞步骤", "Steps held up"), number_text(gap.blocked_steps) if gap.blocked_steps else ""),
        (page.say("影响对象", "Beneficiaries"), number_text(gap.beneficiaries) if gap.beneficiaries else ""),
        (page.say("金额", "Amount"), money_text(gap.amount, page.lang)),
        (page.say("涉及数量", "Count"), number_text(gap.count) if gap.count else ""),
        (page.say("相关发现", "Findings"), page.say("、", ", ").join(gap.findings)),
        (page.say("证据", "Evidence"), " ".join(f"[{number}]" for number in entry.evidence)),
        (page.say("编号", "Id"), gap.id),
    ]
    badges: list[tuple[str, str]] = [
        (words.CATEGORY[gap.category].of(page.lang), gap.category),
        (
            page.word(words.SEVERITY[gap.severity])
            if page.lang == "en"
            else f"严重程度{words.SEVERITY[gap.severity].zh}",
            gap.severity,
        ),
    ]
    if entry.synthetic:
        badges.append((page.say("合成数据", "synthetic"), "synthetic"))
    last = entry.place[-1].name if entry.place else ""
    return Item(
        number=f"{entry.number}.",
        heading=page.say("：", ": ").join(
            text for text in (last, f"{what}{page.say('', ' ')}{page.word(entry.kind)}") if text
        ),
        badges=badges,
        sentence=page.word_of(entry),
        facts=[(label, value) for label, value in facts if value],
        anchor=gap.id,
    )


def _since(page: Layout, entry: Entry) -> str:
    gap = entry.gap
    if gap.since is None:
        return ""
    days = page.say(f"（{gap.days}天）", f" ({gap.days} days)") if gap.days is not None else ""
    return date_text(gap.since, page.lang) + days
