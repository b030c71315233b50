"""Lays a report out as a document in one language, with the numbering that each language's reports have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from graphkit.model.case import THRESHOLDS
from graphkit.reports import words
from graphkit.reports.document import (
    PAPER_ROWS,
    Bars,
    Block,
    Cell,
    Column,
    Document,
    Figure,
    Figures,
    Flow,
    Item,
    Items,
    Link,
    Matrix,
    MatrixMark,
    Paragraph,
    Section,
    Table,
    chart_table,
)
from graphkit.reports.model import AgeLine, Entry, EvidenceLine, FindingLine, FlowLine, MatrixCell, Ref, Report, Text
from graphkit.reports.rejected import rejected_note
from graphkit.reports.text import Lang, chinese_number, date_text, money_text, number_text, percent_text


def outline(report: Report, lang: Lang) -> Document:
    """Lay a report out in one language."""
    return _Outline(report, lang).document()


def roots_table(report: Report, lang: Lang) -> Table:
    """Return every root gap of a report as one table, with numbers and dates as such: what a workbook has."""
    return _Outline(report, lang).roots_table()


class _Outline:
    def __init__(self, report: Report, lang: Lang) -> None:
        self.report = report
        self.lang: Lang = lang
        self.sections: list[Section] = []
        self.numbers = [0, 0]
        self.paper_rows = _PAPER_ROWS[report.kind]
        self.short = report.kind == "express"

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def word(self, text: Text | None) -> str:
        return text.of(self.lang) if text is not None else ""

    def section(self, zh: str, en: str, *blocks: Block | None) -> None:
        self.numbers = [self.numbers[0] + 1, 0]
        number = f"{chinese_number(self.numbers[0])}、" if self.lang == "zh" else f"{self.numbers[0]}."
        self.sections.append(Section(1, number, self.say(zh, en), [block for block in blocks if block is not None]))

    def part(self, zh: str, en: str, *blocks: Block | None) -> None:
        self.numbers[1] += 1
        number = (
            f"（{chinese_number(self.numbers[1])}）" if self.lang == "zh" else f"{self.numbers[0]}.{self.numbers[1]}"
        )
        self.sections.append(Section(2, number, self.say(zh, en), [block for block in blocks if block is not None]))

    def document(self) -> Document:
        report = self.report
        if report.kind == "ledger":
            self.ledger()
            self.data_quality()
        else:
            self.overview()
            self.since_last()
            self.main_breaks()
            self.policies_and_regions()
            self.money()
            self.waiting()
            self.ledger()
            self.data_quality()
            self.evidence()
        self.method()
        return Document(
            lang=self.lang,
            title=self.word(report.title),
            subtitle=self.word(report.case_title),
            meta=self.meta(),
            warnings=self.warnings(),
            sections=self.sections,
            signature=(
                ("编制：", "审核：", "签发：", "日期：")
                if self.lang == "zh"
                else ("Prepared by:", "Reviewed by:", "Signed by:", "Date:")
            ),
            contents=1 if self.short else 2,
        )

    def meta(self) -> list[tuple[str, str]]:
        report = self.report
        known = self.say("全部已入库记录", "everything recorded")
        if report.known_by is not None:
            known = report.known_by.isoformat(sep=" ", timespec="minutes")
        period = date_text(report.period_end, self.lang)
        if report.period_start is not None:
            period = self.say(
                f"{date_text(report.period_start, 'zh')}至{period}",
                f"{date_text(report.period_start, 'en')} to {period}",
            )
        lines = [
            (self.say("文号", "Number"), report.number or self.say("（待编）", "(to be given)")),
            (self.say("报告期", "Period"), period),
            (self.say("事实截止", "Facts as of"), date_text(report.as_of, self.lang)),
            (self.say("知悉截止", "Known by"), known),
            (self.say("范围", "About"), self.about()),
        ]
        return lines

    def about(self) -> str:
        report = self.report
        place = report.only_region or report.jurisdiction
        parts = [place.name if place else self.say("全部区划", "all regions")]
        if report.only_policy is not None:
            parts.append(next(self.word(line.title) for line in report.policies))
        return self.say("，", ", ").join(parts)

    def warnings(self) -> list[str]:
        report, found = self.report, []
        if report.is_synthetic:
            tables = self.say("、", ", ").join(
                self.say(
                    f"{self.table(line.table)}{number_text(line.rows)}行中的{number_text(line.weak)}行",
                    f"{number_text(line.weak)} of {number_text(line.rows)} {self.table(line.table)}",
                )
                for line in report.quality.synthetic
            )
            found.append(
                self.say(
                    f"本报告含合成数据（source 为 synthetic）：{tables}。合成数据仅用于演示方法，不是真实情况，"
                    "不得据以作出审计结论或评价任何单位。",
                    f"This report contains made-up data (source: synthetic): {tables}. It shows the method only, "
                    "is not what happened, and must not be used to judge anyone.",
                )
            )
        if not report.looked.coverage_known:
            found.append(
                self.say(
                    "本案没有检查范围表（coverage），按全部查过处理：“到期无记录”可能只是没有人查过。",
                    "This case has no coverage table and is taken as looked at whole: “nothing on record” may only "
                    "mean that nobody looked.",
                )
            )
        if (note := rejected_note(report.quality.rejected_rows, self.lang)) is not None:
            found.append(note)
        return found

    def table(self, name: str) -> str:
        return self.word(words.TABLE[name]) if self.lang == "zh" else name.replace("_", " ")

    # 一 Overview

    def overview(self) -> None:
        report = self.report
        looked = report.looked
        done = looked.done
        roots = {kind.category: 0 for kind in report.counts}
        for kind in report.counts:
            roots[kind.category] += kind.root
        known = sum(n for category, n in roots.items() if category not in ("unknown", "consequence"))
        people = sum(line.waiting for line in report.waiting)
        held: dict[str, Decimal] = {}
        for line in report.money:
            if line.kind == "funds_retained":
                for currency, amount in line.amount.items():
                    held[currency] = held.get(currency, Decimal(0)) + amount
        overdue = [line for line in report.follow_up if line.overdue_days is not None]
        waiting = looked.by_status.get("waiting", 0)
        unknown = roots.get("unknown", 0)
        unclear = self.say("无从判断", "not known")
        categories = self.say("、", ", ").join(
            self.say(
                f"{words.CATEGORY[name].zh}{number_text(n)}个", f"{number_text(n)} {words.CATEGORY[name].en.lower()}"
            )
            for name, n in roots.items()
            if n and name not in ("unknown", "consequence")
        )
        self.section(
            "总体情况",
            "Overview",
            Figures(
                [
                    Figure(
                        number_text(known),
                        self.say("根源性问题", "root gap" if known == 1 else "root gaps"),
                        "broken",
                        categories,
                    ),
                    Figure(
                        number_text(waiting),
                        self.say("受其阻滞的步骤", "step held up by them" if waiting == 1 else "steps held up by them"),
                        "waiting",
                    ),
                    Figure(
                        number_text(people) if looked.groups else unclear,
                        self.say("尚在等待的对象", "beneficiaries waiting"),
                        "stuck",
                    ),
                    Figure(
                        money_text(held, self.lang) or ("0" if looked.holders else unclear),
                        self.say("滞留资金", "money held up"),
                        "stuck",
                    ),
                    Figure(number_text(len(overdue)), self.say("逾期未落实的问题", "findings overdue"), "broken"),
                    Figure(
                        number_text(unknown), self.say("未查（不计入断点）", "not looked at (not counted)"), "unknown"
                    ),
                ]
            ),
            Paragraph(
                self.say(
                    f"截至{date_text(report.as_of, 'zh')}，{self.about()}纳入跟踪的政策{looked.policies}项、"
                    f"环节{looked.stages}个，应办步骤{number_text(looked.required)}个，已完成{number_text(done)}个，"
                    f"占{percent_text(done, looked.required)}。"
                    f"发现根源性问题{number_text(known)}个{f'（{categories}）' if categories else ''}，"
                    f"另有{number_text(waiting)}个步骤因上游未办而等待"
                    f"{f'，{number_text(unknown)}个步骤无人查过、不计入断点' if unknown else ''}。",
                    f"Followed in {self.about()} by {date_text(report.as_of, 'en')}: policies {looked.policies}, "
                    f"stages {looked.stages}, steps required {number_text(looked.required)}, of these done "
                    f"{number_text(done)} ({percent_text(done, looked.required)}). "
                    f"Root gaps: {number_text(known)}{f' ({categories})' if categories else ''}. "
                    f"Further steps that wait for them: {number_text(waiting)}."
                    f"{f' Steps nobody looked at: {number_text(unknown)}.' if unknown else ''}",
                )
            ),
            self.worst_sentence(),
            self.trend(),
        )
        express = report.kind == "express"
        self.part("各类问题数量", "Counts by category", self.category_table(), None if express else self.kind_table())
        self.part("查了多少", "How much was looked at", self.coverage_text(), None if express else self.status_table())

    def worst_sentence(self) -> Paragraph | None:
        if not self.report.roots:
            return None
        return Paragraph(self.say("最严重的一处：", "The gravest one: ") + self.word_of(self.report.roots[0]))

    def word_of(self, entry: Entry) -> str:
        return entry.gap.explanation.zh if self.lang == "zh" else entry.gap.explanation.en

    def category_table(self) -> Table:
        totals = {name: [0, 0] for name in words.CATEGORY}
        for kind in self.report.counts:
            totals[kind.category][0] += kind.gaps
            totals[kind.category][1] += kind.root
        return Table(
            self.say("问题类别", "Categories"),
            (
                Column(self.say("类别", "Category"), weight=2),
                Column(self.say("含义", "Meaning"), weight=6),
                Column(self.say("个数", "Gaps"), "number", 1),
                Column(self.say("其中根源", "Root"), "number", 1),
            ),
            [
                (words.CATEGORY[name].of(self.lang), words.CATEGORY_MEANING[name].of(self.lang), gaps, root)
                for name, (gaps, root) in totals.items()
            ],
        )

    def kind_table(self) -> Table:
        return Table(
            self.say("问题种类", "Kinds"),
            (
                Column(self.say("类别", "Category"), weight=2),
                Column(self.say("种类", "Kind"), weight=6),
                Column(self.say("个数", "Gaps"), "number", 1),
                Column(self.say("其中根源", "Root"), "number", 1),
            ),
            [
                (words.CATEGORY[kind.category].of(self.lang), self.word(kind.name), kind.gaps, kind.root)
                for kind in sorted(self.report.counts, key=lambda kind: list(words.CATEGORY).index(kind.category))
            ],
        )

    def coverage_text(self) -> Paragraph:
        looked, rows = self.report.looked, self.report.looked.rows
        seen = self.say("、", ", ").join(
            self.say(f"{self.table(name)}{number_text(n)}行", f"{number_text(n)} {self.table(name)}")
            for name, n in rows.items()
            if n
        )
        if looked.coverage_known:
            unknown = number_text(looked.by_status.get("unknown", 0))
            text = self.say(
                f"依据检查范围表判断谁查过：{unknown}个到期步骤没有人查过。",
                f"The coverage table says who looked: nobody looked at {unknown} steps that are due.",
            )
        else:
            text = self.say(
                "没有检查范围表，按全部查过处理。", "There is no coverage table; all is taken as looked at."
            )
        return Paragraph(text + self.say(f"本期所依据的记录：{seen}。", f" Rows that count: {seen}."))

    def status_table(self) -> Table:
        by_status = self.report.looked.by_status
        return Table(
            self.say("步骤状态", "Step states"),
            (
                Column(self.say("状态", "State"), weight=3),
                Column(self.say("步骤数", "Steps"), "number"),
                Column(self.say("占比", "Share")),
            ),
            [
                (
                    f"{words.STATUS_SIGN[status]} {self.word(words.STATUS[status])}",
                    by_status[status],
                    percent_text(by_status[status], self.report.looked.steps),
                )
                for status in words.STATUS
                if by_status.get(status)
            ],
        )

    # 二 Since the last report

    def since_last(self) -> None:
        change = self.report.change
        if change is None:
            return
        since = date_text(change.since, self.lang)
        self.section(
            "与上期相比",
            "Since the last report",
            Paragraph(
                self.say(
                    f"与{since}相比：新增{len(change.new)}个，消除{len(change.resolved)}个，持续{change.persisting}个"
                    f"（其中加重{len(change.worsened)}个，减轻{len(change.eased)}个），"
                    "均含由其他问题引起的；以下只列根源性问题。",
                    f"Against {since}: {len(change.new)} new, {len(change.resolved)} resolved, "
                    f"{change.persisting} persisting ({len(change.worsened)} worse, {len(change.eased)} eased), those "
                    "that others cause among them. Only root gaps are listed.",
                )
            ),
        )
        new, resolved = self.say("新增", "New"), self.say("消除", "Resolved")
        self.part("新增的根源性问题", "New root gaps", *self.changed(new, change.new_roots, change.new_roots_total))
        self.part(
            "已消除的根源性问题",
            "Root gaps resolved",
            *self.changed(resolved, change.resolved_roots, change.resolved_roots_total),
        )

    def changed(self, name: str, entries: Sequence[Entry], total: int) -> Iterable[Block]:
        yield self.gap_table(name, entries) or Paragraph(self.say("无。", "None."))
        if left := total - len(entries):
            note = self.say(
                f"共{number_text(total)}个，只列最严重的{number_text(len(entries))}个，其余{number_text(left)}个见工作簿。",
                f"The gravest {number_text(len(entries))} of {number_text(total)}; the workbook has the other "
                f"{number_text(left)}.",
            )
            yield Paragraph(note, "note")

    def gap_table(self, name: str, entries: Sequence[Entry], numbered: bool = False) -> Table | None:
        if not entries:
            return None
        return Table(
            name,
            (
                *([Column(self.say("序号", "No."), "number", 1)] if numbered else []),
                Column(self.say("种类", "Kind")),
                Column(self.say("政策", "Policy"), weight=3),
                Column(self.say("环节或对象", "Stage or subject"), weight=3),
                Column(self.say("地区", "Region")),
                Column(self.say("责任单位", "Responsible"), weight=3),
                Column(self.say("起始", "Since"), "date"),
                Column(self.say("等待人数", "People"), "number"),
            ),
            [
                (
                    *([entry.number] if numbered else []),
                    self.word(entry.kind),
                    self.word(entry.policy),
                    self.word(entry.stage) or self.subject(entry),
                    entry.place[-1].name if entry.place else "",
                    self.names(entry.responsible),
                    entry.gap.since,
                    entry.gap.beneficiaries,
                )
                for entry in entries
            ],
            in_workbook=not numbered,
            paper_rows=self.paper_rows,
        )

    def subject(self, entry: Entry) -> str:
        if entry.subject is None:
            return ""
        kind, _, end = entry.subject.id.partition(":")
        if entry.gap.kind == "missed_report" and kind in words.REPORT_KIND:
            return f"{self.word(words.REPORT_KIND[kind])} {end}"
        return entry.subject.name

    # 三 Root breaks

    def main_breaks(self) -> None:
        report = self.report
        told, listed = report.roots[: report.roots_told], report.roots[report.roots_told :]
        if not report.roots:
            self.section(
                "主要断点与责任",
                "Root breaks and who must act",
                Paragraph(self.say("未发现断点。", "No break was found.")),
            )
            return
        self.section(
            "主要断点与责任",
            "Root breaks and who must act",
            Paragraph(
                self.say(
                    "只列没有上游原因的问题，按严重程度、影响人数、金额、时间排序。",
                    "Only what no other gap explains, ranked by severity, people, money and time.",
                ),
                "note",
            ),
            Items([self.item(entry) for entry in told]),
        )
        if listed:
            self.part(
                "其余根源性问题",
                "The other root gaps",
                self.gap_table(self.say("其余问题", "Other roots"), listed, numbered=True),
            )
        left = report.roots_total - len(report.roots)
        if left:
            self.sections[-1].blocks.append(
                Paragraph(
                    self.say(
                        f"另有{number_text(left)}个未列出，见 Excel 版或 graphkit gaps。",
                        f"{number_text(left)} more are not listed here; see the Excel report or graphkit gaps.",
                    ),
                    "note",
                )
            )

    def roots_table(self) -> Table:
        roots = self.report.roots
        currencies = sorted({currency for entry in roots for currency in entry.gap.amount or {}})
        return Table(
            self.say("根源性问题", "Root gaps"),
            (
                Column(self.say("序号", "No."), "number", 1),
                Column(self.say("类别", "Category"), weight=1),
                Column(self.say("种类", "Kind")),
                Column(self.say("严重程度", "Severity"), weight=1),
                Column(self.say("政策", "Policy"), weight=3),
                Column(self.say("环节", "Stage")),
                Column(self.say("对象", "Subject")),
                Column(self.say("地区", "Region"), weight=3),
                Column(self.say("责任单位", "Responsible"), weight=3),
                Column(self.say("配合单位", "Supporting")),
                Column(self.say("起始", "Since"), "date"),
                Column(self.say("天数", "Days"), "number"),
                Column(self.say("阻滞步骤", "Steps held up"), "number"),
                Column(self.say("影响对象", "Beneficiaries"), "number"),
                *(Column(self.say(f"金额（{currency}）", f"Amount ({currency})"), "money") for currency in currencies),
                Column(self.say("说明", "Explanation"), weight=7),
                Column(self.say("证据", "Evidence"), weight=2),
                Column(self.say("编号", "Id"), weight=3),
            ),
            [
                (
                    entry.number,
                    words.CATEGORY[entry.gap.category].of(self.lang),
                    self.word(entry.kind),
                    self.word(words.SEVERITY[entry.gap.severity]),
                    self.word(entry.policy),
                    self.word(entry.stage),
                    self.subject(entry),
                    " › ".join(ref.name for ref in entry.place),
                    self.names(entry.responsible),
                    self.names(entry.supporting),
                    entry.gap.since,
                    entry.gap.days,
                    entry.gap.blocked_steps,
                    entry.gap.beneficiaries,
                    *((entry.gap.amount or {}).get(currency) for currency in currencies),
                    self.word_of(entry),
                    " ".join(f"[{number}]" for number in entry.evidence),
                    entry.gap.id,
                )
                for entry in roots
            ],
        )

    def item(self, entry: Entry) -> Item:
        gap = entry.gap
        place = " › ".join(ref.name for ref in entry.place)
        what = self.word(entry.stage) or (self.subject(entry))
        facts = [
            (self.say("政策", "Policy"), self.word(entry.policy)),
            (self.say("地区", "Region"), place),
            (
                self.say("责任单位", "Responsible"),
                self.names(entry.responsible) or self.say("（未明确）", "(nobody named)"),
            ),
            (self.say("配合单位", "Supporting"), self.names(entry.supporting)),
            (self.say("起始", "Since"), self.since(entry)),
            (self.say("阻滞步骤", "Steps held up"), number_text(gap.blocked_steps) if gap.blocked_steps else ""),
            (self.say("影响对象", "Beneficiaries"), number_text(gap.beneficiaries) if gap.beneficiaries else ""),
            (self.say("金额", "Amount"), money_text(gap.amount, self.lang)),
            (self.say("涉及数量", "Count"), number_text(gap.count) if gap.count else ""),
            (self.say("相关发现", "Findings"), self.say("、", ", ").join(gap.findings)),
            (self.say("证据", "Evidence"), " ".join(f"[{number}]" for number in entry.evidence)),
            (self.say("编号", "Id"), gap.id),
        ]
        badges: list[tuple[str, str]] = [
            (words.CATEGORY[gap.category].of(self.lang), gap.category),
            (
                self.word(words.SEVERITY[gap.severity])
                if self.lang == "en"
                else f"严重程度{words.SEVERITY[gap.severity].zh}",
                gap.severity,
            ),
        ]
        if entry.synthetic:
            badges.append((self.say("合成数据", "synthetic"), "synthetic"))
        last = entry.place[-1].name if entry.place else ""
        return Item(
            number=f"{entry.number}.",
            heading=self.say("：", ": ").join(
                text for text in (last, f"{what}{self.say('', ' ')}{self.word(entry.kind)}") if text
            ),
            badges=badges,
            sentence=self.word_of(entry),
            facts=[(label, value) for label, value in facts if value],
            anchor=gap.id,
        )

    def since(self, entry: Entry) -> str:
        gap = entry.gap
        if gap.since is None:
            return ""
        days = self.say(f"（{gap.days}天）", f" ({gap.days} days)") if gap.days is not None else ""
        return date_text(gap.since, self.lang) + days

    def names(self, refs: Iterable[Ref]) -> str:
        return self.say("、", ", ").join(ref.name for ref in refs)

    # 四 By policy and region

    def policies_and_regions(self) -> None:
        self.section("分政策与分地区情况", "By policy and by region", self.heat_map())
        self.part("分政策", "By policy", self.policy_table())
        if not self.short:
            self.part("分地区", "By region", self.region_table())
        if self.report.provisions:
            self.part("规定不一致", "Provisions that disagree", *self.provisions())

    def provisions(self) -> list[Block]:
        note = self.say(
            "以下是规定之间的差异，不计入断点；但步骤可能正是因为较窄的规定而未办到位。",
            "These are differences between rules and no gaps; but a step may fail only for the narrower rule.",
        )
        relation = {
            "narrower": self.say("窄于上位规定", "falls short"),
            "contradicting": self.say("相互抵触", "contradict"),
        }
        table = Table(
            self.say("规定不一致", "Provisions"),
            (
                Column(self.say("政策", "Policy"), weight=3),
                Column(self.say("关系", "Relation"), weight=2),
                Column(self.say("说明", "What differs"), weight=8),
                Column(self.say("起始", "Since"), "date"),
            ),
            [
                (self.word(line.title), relation[line.relation], self.word(line.says), line.since)
                for line in self.report.provisions
            ],
        )
        return [Paragraph(note, "note"), table]

    def heat_map(self) -> Matrix:
        cells = {(cell.region, cell.policy): cell for cell in self.report.matrix}
        present = {cell.policy for cell in self.report.matrix}
        policies = [line for line in self.report.policies if line.policy in present]
        note = ""
        if len(policies) > _MOST_COLUMNS:
            worst = sorted(policies, key=lambda line: (-sum(line.root_by_category.values()), line.policy))[
                :_MOST_COLUMNS
            ]
            policies = [line for line in policies if line in worst]
            note = self.say(
                f"只列根源性问题最多的{len(worst)}项政策。", f" The {len(worst)} policies with most root gaps."
            )
        rows = []
        for line in self.report.regions:
            marks = [self.mark(cells.get((line.region.id, policy.policy))) for policy in policies]
            if any(marks):
                rows.append((line.region.name, marks))
        shown = {mark.tone for _, marks in rows for mark in marks if mark is not None}
        legend = [
            (words.STATUS_SIGN[status], words.STATUS_TONE[status], self.word(words.STATUS[status]))
            for status in words.STATUS_WORST_FIRST
            if words.STATUS_TONE[status] in shown
        ]
        return Matrix(
            self.say("热力图", "Heat map"),
            [self.word(policy.title) for policy in policies],
            rows,
            legend,
            self.say(
                "每格为该地区（含下级）该政策最严重的步骤状态；数字为 已完成/应办。上级行只含本级步骤。",
                "Each cell shows the worst state of the policy's steps in the region and below, with done/required; a "
                "higher region's row holds only its own steps.",
            )
            + note,
        )

    def mark(self, cell: MatrixCell | None) -> MatrixMark | None:
        if cell is None:
            return None
        worst = next(status for status in words.STATUS_WORST_FIRST if cell.by_status.get(status))
        detail = self.say("、", ", ").join(
            f"{words.STATUS_SIGN[status]} {self.word(words.STATUS[status])} {n}" for status, n in cell.by_status.items()
        )
        return MatrixMark(f"{words.STATUS_SIGN[worst]} {cell.done}/{cell.required}", words.STATUS_TONE[worst], detail)

    def policy_table(self) -> Table:
        return Table(
            self.say("分政策", "By policy"),
            (
                Column(self.say("政策", "Policy"), weight=4),
                Column(self.say("文号", "Document"), weight=3),
                Column(self.say("应办步骤", "Required"), "number"),
                Column(self.say("已完成", "Done"), "number"),
                *self.category_columns(),
                Column(self.say("受阻步骤", "Held up"), "number"),
                Column(self.say("最多停在", "Stops most at"), weight=3),
            ),
            [
                (
                    self.word(line.title),
                    line.document_number or self.say("未载明", "not given"),
                    line.required,
                    line.done,
                    *self.category_cells(line.root_by_category),
                    line.blocked_steps,
                    self.say(
                        f"{self.word(line.stops_at)}（{line.stopped_places}处）",
                        f"{self.word(line.stops_at)} (in {line.stopped_places})",
                    )
                    if line.stops_at
                    else "",
                )
                for line in self.report.policies
            ],
        )

    def region_table(self) -> Table:
        return Table(
            self.say("分地区", "By region"),
            (
                Column(self.say("地区", "Region"), weight=3),
                Column(self.say("层级", "Level")),
                Column(self.say("应办步骤", "Required"), "number"),
                Column(self.say("已完成", "Done"), "number"),
                *self.category_columns(),
                Column(self.say("受阻步骤", "Held up"), "number"),
            ),
            [
                (
                    line.region.name,
                    self.word(words.LEVEL.get(line.level)) or line.level,
                    line.required,
                    line.done,
                    *self.category_cells(line.root_by_category),
                    line.blocked_steps,
                )
                for line in self.report.regions
            ],
        )

    def category_columns(self) -> list[Column]:
        return [Column(words.CATEGORY[name].of(self.lang), "number", 1) for name in _ROOT_CATEGORIES]

    def category_cells(self, counts: dict[str, int]) -> list[Cell]:
        return [counts.get(name, 0) for name in _ROOT_CATEGORIES]

    # 五 Money, 六 people

    def money(self) -> None:
        lines = self.report.money
        if not lines:
            none = Paragraph(
                self.say("未发现资金滞留或来源不明。", "No money is held up or untraced.")
                if self.report.looked.holders
                else self.say(
                    "有无资金滞留或来源不明无从判断：没有资金划拨记录。",
                    "Whether money is held up or untraced is not known: no transfer is on record.",
                )
            )
            self.section("资金滞留与去向", "Money held up, and where it went", none, *self.money_flows())
            return
        self.section(
            "资金滞留与去向",
            "Money held up, and where it went",
            *self.money_flows(),
            Table(
                self.say("资金", "Money"),
                (
                    Column(self.say("种类", "Kind")),
                    Column(self.say("持有单位", "Holder"), weight=3),
                    Column(self.say("地区", "Region")),
                    Column(self.say("政策", "Policy"), weight=3),
                    Column(self.say("币种", "Currency")),
                    Column(self.say("金额", "Amount"), "money"),
                    Column(self.say("自", "Since"), "date"),
                    Column(self.say("天数", "Days"), "number", 1),
                ),
                [
                    (
                        self.word(words.kind_name(line.kind)),
                        line.holder.name,
                        line.region.name if line.region else "",
                        self.word(line.policy),
                        currency,
                        amount,
                        line.since,
                        line.days,
                    )
                    for line in lines
                    for currency, amount in line.amount.items()
                ],
                paper_rows=self.paper_rows,
            ),
        )

    def money_flows(self) -> list[Block]:
        """Draw the money of each policy from level to level, the largest first."""
        found: dict[tuple[str, str], list[FlowLine]] = {}
        for line in self.report.flows:
            found.setdefault((line.policy, line.currency), []).append(line)
        largest = sorted(found.items(), key=lambda item: (-max(line.amount for line in item[1]), item[0]))
        return [
            block
            for (_, currency), lines in largest[: 2 if self.short else _MOST_FLOWS]
            for block in self.money_flow(currency, lines)
        ]

    def money_flow(self, currency: str, lines: list[FlowLine]) -> list[Block]:
        held: dict[str, Decimal] = {}
        for line in self.report.money:
            if line.kind == "funds_retained" and line.policy_id == lines[0].policy and line.level is not None:
                held[line.level] = held.get(line.level, Decimal(0)) + line.amount.get(currency, Decimal(0))
        present = {level for line in lines for level in (line.from_level, line.to_level)} | set(held)
        levels = [level for level in _FLOW_LEVELS if level in present - {_UNPLACED}]
        kept = [held.get(level, Decimal(0)) for level in levels]
        text = [self.say("滞留 ", "held up ") + money_text({currency: amount}, self.lang) for amount in kept]
        order = list(_FLOW_LEVELS)
        drawn = [
            line
            for line in lines
            if _UNPLACED not in (line.from_level, line.to_level)
            and order.index(line.from_level) < order.index(line.to_level)
        ]
        links = [
            Link(
                levels.index(line.from_level),
                levels.index(line.to_level),
                line.amount,
                money_text({currency: line.amount}, self.lang),
            )
            for line in drawn
        ]
        undrawn = [
            (self.word(_FLOW_LEVELS[line.from_level]), self.word(_FLOW_LEVELS[line.to_level]), line.amount)
            for line in lines
            if line not in drawn
        ]
        flow = Flow(
            self.say("资金流向", "Money flow"),
            self.word(lines[0].title)
            + self.say(
                f"：资金逐级去向（{'人民币' if currency == 'CNY' else currency}）",
                f": money from level to level ({currency})",
            ),
            [self.word(_FLOW_LEVELS[level]) for level in levels],
            links,
            kept,
            text,
            undrawn,
        )
        if not links:
            return [chart_table(flow, self.lang)]
        if not undrawn:
            return [flow]
        left_out = money_text({currency: sum((amount for *_, amount in undrawn), Decimal(0))}, self.lang)
        note = self.say(
            f"图中未画出的款项合计{left_out}：由下级转回上级的，或付款、收款单位所在层级不明的。",
            f"Not drawn: {left_out} in all, which went back up, or whose payer or payee lies at no known level.",
        )
        return [flow, Paragraph(note, "note")]

    def waiting(self) -> None:
        lines = self.report.waiting
        if not lines:
            self.section(
                "等待中的受益对象",
                "Beneficiaries waiting",
                Paragraph(
                    self.say("没有因断点而等待的对象。", "Nobody waits because of a break.")
                    if self.report.looked.groups
                    else self.say(
                        "有无等待的对象无从判断：没有登记人数的受益群体。",
                        "Whether anybody waits is not known: no beneficiary group has a number of people.",
                    )
                ),
            )
            return
        self.section(
            "等待中的受益对象",
            "Beneficiaries waiting",
            Table(
                self.say("等待对象", "Waiting"),
                (
                    Column(self.say("政策", "Policy"), weight=4),
                    Column(self.say("地区", "Region")),
                    Column(self.say("群体数", "Groups"), "number", 1),
                    Column(self.say("应享人数（户）", "Eligible"), "number"),
                    Column(self.say("已享", "Reached"), "number"),
                    Column(self.say("等待", "Waiting"), "number"),
                ),
                [
                    (self.word(line.title), line.region.name, line.groups, line.eligible, line.reached, line.waiting)
                    for line in lines
                ],
                self.say(
                    "只计所属环节断开或受阻的群体；同一群体在两项政策中各计一次。",
                    "Only groups whose stage is broken or held up; a group under two policies counts in each.",
                ),
                paper_rows=self.paper_rows,
            ),
        )

    # 七 Follow-up

    def ledger(self) -> None:
        lines = self.report.follow_up
        if not lines:
            none = Paragraph(self.say("截至报告期末无审计发现需要跟踪。", "There is no finding to follow up."))
            self.section("问题整改与批示落实台账", "Follow-up of findings", none)
            return
        overdue = [line for line in lines if line.overdue_days is not None]
        again = [line for line in lines if line.repeats]
        opened = [line for line in lines if line.open]
        self.section(
            "问题整改与批示落实台账",
            "Follow-up of findings",
            Paragraph(
                self.say(
                    ("本期只列逾期和屡查屡犯事项，全部事项见整改台账。" if self.short else "")
                    + f"共{len(lines)}项，已销号{len(lines) - len(opened)}项，未销号{len(opened)}项；"
                    f"逾期{len(overdue)}项，屡查屡犯{len(again)}项。",
                    ("Only what is overdue or came back is listed; the ledger has all. " if self.short else "")
                    + f"{len(lines)} findings: {len(lines) - len(opened)} closed, {len(opened)} open; "
                    f"{len(overdue)} overdue, {len(again)} came back.",
                )
            ),
            self.ageing() if opened else None,
        )
        if opened and not self.short:
            self.part("未销号问题存续时间", "How open findings age", self.ageing_table())
        none = Paragraph(self.say("无。", "None."))
        name = self.say("逾期事项", "Overdue")
        self.part("逾期事项", "Overdue", self.finding_table(name, overdue) if overdue else none)
        if again:
            name = self.say("屡查屡犯", "Came back")
            self.part("屡查屡犯事项", "Findings that came back", self.finding_table(name, again))
        if self.short:
            return
        self.part("全部事项", "All findings", self.finding_table(self.say("整改台账", "Ledger"), lines))

    def ageing_table(self) -> Table:
        report = self.report
        unknown = self.say("（未指明）", "(none named)")
        rows = [
            *(
                (words.LEVEL[line.level].of(self.lang) if line.level else unknown, line)
                for line in report.ageing_by_level
            ),
            *((line.agency.name if line.agency else unknown, line) for line in report.ageing_by_agency),
        ]
        return Table(
            self.say("存续时间", "Ageing by agency"),
            (
                Column(self.say("层级、责任单位", "Level, agency"), weight=5),
                *(Column(self.days(line), "number", 1) for line in report.ageing),
                Column(self.say("未销号", "Open"), "number", 1),
                Column(self.say("逾期", "Overdue"), "number", 1),
                Column(self.say("最长天数", "Oldest"), "number", 1),
            ),
            [(name, *line.by_age, line.open, line.overdue, line.oldest) for name, line in rows],
            self.say(
                "先按层级，后按责任单位；天数自发现之日起算，按自然日。",
                "By level first, then by agency; plain days since the finding.",
            ),
            paper_rows=self.paper_rows,
        )

    def days(self, line: AgeLine) -> str:
        if line.days_to is None:
            return self.say(f"{line.days_from - 1}天以上", f"over {line.days_from - 1} days")
        return self.say(f"{line.days_from}–{line.days_to}天", f"{line.days_from}–{line.days_to} days")

    def ageing(self) -> Bars:
        return Bars(
            self.say("问题存续时间", "Ageing"),
            self.say("未销号问题自发现以来的天数", "Open findings by days since they were found"),
            ((self.say("逾期", "overdue"), "broken"), (self.say("未逾期", "not overdue"), "waiting")),
            [(self.days(line), (line.overdue, line.not_overdue)) for line in self.report.ageing],
        )

    def trend(self) -> Bars | None:
        points = self.report.trend
        if len(points) < 2:
            return None
        categories = [name for name in _ROOT_CATEGORIES if any(point.by_category.get(name) for point in points)]
        return Bars(
            self.say("走势", "Trend"),
            self.say("各时点根源性问题数量", "Root gaps as of each day"),
            [(words.CATEGORY[name].of(self.lang), _CATEGORY_TONE[name]) for name in categories],
            [(point.day.isoformat(), [point.by_category.get(name, 0) for name in categories]) for point in points],
        )

    def origin(self, line: FindingLine) -> str:
        if line.origin is None:
            return ""
        return self.say("仍存在", "still holds") if line.origin.holds else self.say("已消除", "has closed")

    def finding_table(self, name: str, lines: Sequence[FindingLine]) -> Table:
        came_from = any(line.origin for line in lines)
        return Table(
            name,
            (
                Column(self.say("编号", "Id")),
                Column(self.say("问题", "Finding"), weight=5),
                Column(self.say("类别", "Category"), weight=1),
                Column(self.say("责任单位", "Agency"), weight=3),
                Column(self.say("发现", "Found"), "date"),
                Column(self.say("进展", "Stands at"), weight=2),
                Column(self.say("进展日期", "Since"), "date"),
                Column(self.say("时限", "Due"), "date"),
                Column(self.say("逾期天数", "Days overdue"), "number", 1),
                Column(self.say("问题所在", "Problem"), weight=3),
                *([Column(self.say("来源断点", "Gap it came from"))] if came_from else []),
            ),
            [
                (
                    line.finding,
                    line.title,
                    words.CATEGORY[line.category].of(self.lang) if line.category else "",
                    line.agency.name if line.agency else "",
                    line.found_on,
                    self.word(words.STATE[line.state]),
                    line.since,
                    line.due_on,
                    line.overdue_days,
                    self.say("、", ", ").join(self.word(words.kind_name(kind)) for kind in line.problems),
                    *([self.origin(line)] if came_from else []),
                )
                for line in lines
            ],
            paper_rows=PAPER_ROWS if self.report.kind == "ledger" else self.paper_rows,
        )

    # 八 Data quality, 九 evidence, 十 method

    def data_quality(self) -> None:
        quality = self.report.quality
        lines: list[tuple[str, Cell, str]] = [
            (
                self.say("被退回的行", "Rejected rows"),
                quality.rejected if quality.rejected is not None else self.say("未知", "not known"),
                self.say(
                    "最近一次装载中不能使用、未计入的行，见退回清单",
                    "could not be used in the last load and do not count; see the rejects file",
                ),
            )
        ]
        lines += [
            (
                self.say(f"合成数据：{self.table(line.table)}", f"Made up: {self.table(line.table)}"),
                line.weak,
                self.say(f"共{number_text(line.rows)}行", f"of {number_text(line.rows)} rows"),
            )
            for line in quality.synthetic
        ]
        lines += [
            (
                self.say(f"未注明来源：{self.table(line.table)}", f"No source named: {self.table(line.table)}"),
                line.weak,
                self.say(f"共{number_text(line.rows)}行", f"of {number_text(line.rows)} rows"),
            )
            for line in quality.without_source
        ]
        lines += [
            (
                self.say("办结但缺佐证", "Done without evidence"),
                quality.unsupported,
                self.say("环节要求佐证而记录未注明来源", "the stage asks for evidence, no source is named"),
            ),
            (
                self.say("证据互相矛盾", "Sources disagree"),
                quality.conflicting,
                self.say("不同来源的日期或金额不一致", "dates or amounts of two sources differ"),
            ),
            (
                self.say("处理次序不符", "Actions out of order"),
                sum(len(line.wrong) for line in self.report.follow_up),
                self.say(
                    "如未报整改即予核实；照常计入，须核对", "such as verified before rectified; they count anyway"
                ),
            ),
            (
                self.say("无人查过", "Nobody looked"),
                quality.unobserved,
                self.say("到期而检查范围未及，不计入断点", "due, outside what was looked at; never counted as a break"),
            ),
        ]
        self.section(
            "数据质量",
            "Data quality",
            Table(
                self.say("数据质量", "Data quality"),
                (
                    Column(self.say("事项", "What"), weight=3),
                    Column(self.say("数量", "How many"), "number", 1),
                    Column(self.say("说明", "Note"), weight=5),
                ),
                lines,
            ),
        )

    def evidence(self) -> None:
        lines = self.report.evidence
        if not lines:
            self.section(
                "证据清单",
                "Evidence",
                Paragraph(
                    self.say(
                        "本报告所列断点没有可列的书面证据。", "The breaks listed have no written evidence to list."
                    )
                ),
            )
            return
        named = self.report.roots[: self.report.roots_told] if self.report.kind == "express" else self.report.roots
        told = max((number for entry in named for number in entry.evidence), default=len(lines))
        self.section(
            "证据清单",
            "Evidence",
            Table(
                self.say("证据", "Evidence"),
                (
                    Column(self.say("序号", "No."), "number", 1),
                    Column(self.say("来源", "Source"), weight=4),
                    Column(self.say("文号、发文单位", "Number, issuer"), weight=3),
                    Column(self.say("日期", "Date"), "date"),
                    Column(self.say("位置、记录", "Where, row"), weight=4),
                    Column(self.say("原文", "Quote"), weight=4),
                ),
                [
                    (
                        line.number,
                        self.source(line),
                        " ".join(text for text in (line.document_number, line.issuer) if text),
                        line.issued_on,
                        self.say(" ", " ").join(text for text in (line.locator, line.row) if text),
                        line.quote or "",
                    )
                    for line in lines
                ],
                paper_rows=max(told, 1),
            ),
        )

    def source(self, line: EvidenceLine) -> str:
        if line.synthetic:
            return self.say("合成数据", "synthetic")
        return line.title or line.document or self.say("（未注明来源）", "(no source named)")

    def method(self) -> None:
        report = self.report
        self.section(
            "口径与方法",
            "Method",
            Paragraph(
                self.say(
                    "每项政策按其文件拆成若干环节，环节在每个适用地区各为一个步骤。步骤是否完成、是否到期，"
                    "只依据截止日以前发生、且在知悉截止时点以前入库的记录判断；到期当日不算逾期。"
                    "没有上游原因的问题为根源；受其影响而等待的步骤计入根源的影响，不重复计数。",
                    "Each policy is split into the stages of its documents; a stage in one region is a step. Whether a "
                    "step is done or due rests only on what happened by the cut-off and was recorded in time; the due "
                    "date itself is on time. A gap that no other explains is a root; steps that wait for it "
                    "count as its impact, once.",
                )
            ),
            Paragraph(
                self.say(
                    "本报告指出记录中链条在哪里断开，不证明任何单位有过错：没有记录不等于没有办理；"
                    "时限来自文件规定、推算或拟定，以政策定义所注为准。相同的事实与口径总是得出相同的报告。",
                    "The report shows where the recorded chain breaks. It does not prove fault: no record is not proof "
                    "that nothing was done, and time limits are stated, derived or proposed as the policy's definition "
                    "says. The same facts and thresholds always give the same report.",
                )
            ),
            Table(
                self.say("口径", "Thresholds"),
                (
                    Column(self.say("口径", "Threshold"), weight=2),
                    Column(self.say("含义", "Meaning"), weight=4),
                    Column(self.say("本报告采用", "In force"), "number"),
                    Column(self.say("默认", "Default"), "number"),
                    Column(self.say("单位", "Unit"), weight=1),
                ),
                [
                    (
                        threshold.name,
                        self.word(words.THRESHOLD[threshold.name][0]),
                        threshold.value,
                        THRESHOLDS[threshold.name],
                        self.word(words.UNIT[words.THRESHOLD[threshold.name][1]]),
                    )
                    for threshold in report.thresholds
                ],
            ),
        )


_MOST_FLOWS, _MOST_COLUMNS = 6, 8
_PAPER_ROWS = {"express": 10, "monthly": 50, "stage": PAPER_ROWS, "ledger": PAPER_ROWS}
"""Rows of a list that each kind of report shows where it is read; the workbook has them all."""
_FLOW_LEVELS = {
    "source": Text(zh="来源", en="source"),
    **words.LEVEL,
    "beneficiaries": Text(zh="受益对象", en="beneficiaries"),
    "returned": Text(zh="退回来源", en="returned"),
    "unplaced": Text(zh="层级不明", en="level not known"),
}
"""What the columns of a chart of money are called, in their order; the last one has no place in it."""
_UNPLACED = "unplaced"
_CATEGORY_TONE = {
    "break": "broken",
    "blockage": "stuck",
    "difficulty": "doubt",
    "pain": "waiting",
    "unknown": "unknown",
}
_ROOT_CATEGORIES = ("break", "blockage", "difficulty", "pain", "unknown")
