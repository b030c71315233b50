"""What every part of a report is laid out with: its language, the numbers of its sections, names in that language."""

from __future__ import annotations

from collections.abc import Iterable

from graphkit.reports import words
from graphkit.reports.document import PAPER_ROWS, Block, Section
from graphkit.reports.model import Entry, Ref, Report, Text
from graphkit.reports.text import Lang, chinese_number

PAPER_ROWS_OF = {"express": 10, "monthly": 50, "stage": PAPER_ROWS, "ledger": PAPER_ROWS}
"""Rows of a list that each kind of report shows where it is read; the workbook has them all."""
ROOT_CATEGORIES = (*words.KNOWN, "unknown")


class Layout:
    """A report in one language, its sections as they are added."""

    def __init__(self, report: Report, lang: Lang) -> None:
        self.report = report
        self.lang: Lang = lang
        self.sections: list[Section] = []
        self.numbers = [0, 0]
        self.paper_rows = PAPER_ROWS_OF[report.kind]
        self.short = report.kind == "express"

    def say(self, zh: str, en: str) -> str:
        """Return what is said in the language of the report."""
        return zh if self.lang == "zh" else en

    def word(self, text: Text | None) -> str:
        """Return a text in the language of the report; nothing for none."""
        return text.of(self.lang) if text is not None else ""

    def section(self, zh: str, en: str, *blocks: Block | None) -> None:
        """Add a section with the next number: 三、 or 3."""
        self.numbers = [self.numbers[0] + 1, 0]
        number = f"{chinese_number(self.numbers[0])}、" if self.lang == "zh" else f"{self.numbers[0]}."
        self.sections.append(Section(1, number, self.say(zh, en), [block for block in blocks if block is not None]))

    def part(self, zh: str, en: str, *blocks: Block | None) -> None:
        """Add a part of the last section with the next number: （二） or 3.2."""
        self.numbers[1] += 1
        number = (
            f"（{chinese_number(self.numbers[1])}）" if self.lang == "zh" else f"{self.numbers[0]}.{self.numbers[1]}"
        )
        self.sections.append(Section(2, number, self.say(zh, en), [block for block in blocks if block is not None]))

    def table(self, name: str) -> str:
        """Return what a table of the case is called."""
        return self.word(words.TABLE[name]) if self.lang == "zh" else name.replace("_", " ")

    def names(self, refs: Iterable[Ref]) -> str:
        """List names."""
        return self.say("、", ", ").join(ref.name for ref in refs)

    def word_of(self, entry: Entry) -> str:
        """Return the sentence that explains a gap."""
        return entry.gap.explanation.zh if self.lang == "zh" else entry.gap.explanation.en

    def subject(self, entry: Entry) -> str:
        """Return whom or what a gap is about; nothing if it is about its step alone."""
        if entry.subject is None:
            return ""
        kind, _, end = entry.subject.id.partition(":")
        if entry.gap.kind == "missed_report" and kind in words.REPORT_KIND:
            return f"{self.word(words.REPORT_KIND[kind])} {end}"
        return entry.subject.name

    def about(self) -> str:
        """Return the territory of the report, and its policy if it is about one."""
        report = self.report
        place = report.only_region or report.jurisdiction
        parts = [place.name if place else self.say("全部区划", "all regions")]
        if report.only_policy is not None:
            parts.append(next(self.word(line.title) for line in report.policies))
        return self.say("，", ", ").join(parts)
