"""A report as an Excel workbook: a sheet a table, with filters and frozen headers, and nothing that Excel could run.

Text is written as text: no cell is read as a formula, a link or a number, now or when somebody edits it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from graphkit.reports.document import (
    Bars,
    Cell,
    Document,
    Figures,
    Flow,
    Items,
    Matrix,
    Paragraph,
    Section,
    Table,
    chart_table,
)
from graphkit.reports.model import Report
from graphkit.reports.outline import outline, roots_table
from graphkit.reports.text import Lang, shown

TEXT_LIMIT = 32_000
"""Characters of one cell; Excel holds 32,767."""

_EXACT_DIGITS = 15
_TONES = {
    "good": "#D3E8F6", "doubt": "#FAEEB5", "broken": "#F8CDC6", "stuck": "#FBDCB6", "waiting": "#DFE3EA",
    "unknown": "#E6DAF5", "quiet": "#F1F2F4",
}  # fmt: skip
_HEAD = {"bold": True, "bg_color": "#DDE3EA", "border": 1}
_WIDTHS = {"number": 11, "money": 18, "date": 12}
_NUMBER_FORMAT = {"number": "#,##0", "money": "#,##0.00####", "date": "yyyy-mm-dd"}


def report_xlsx(report: Report, lang: Lang) -> bytes:
    """Return the report as a workbook in one language; the same report gives the same bytes."""
    return _Workbook(report, lang).content(report)


class _Workbook:
    def __init__(self, report: Report, lang: Lang) -> None:
        self.document: Document = outline(report, lang)
        self.lang = lang
        self.file = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.file,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        self.book.set_properties(
            {
                "title": shown(self.document.title, 200),
                "subject": shown(self.document.subtitle, 200),
                "created": datetime.combine(report.as_of, time()),
            }
        )
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.names: set[str] = set()

    def content(self, report: Report) -> bytes:
        cover = self.sheet("封面" if self.lang == "zh" else "Cover")
        contents: list[tuple[str, str, str]] = []
        for section, table in _tables(report, self.document):
            sheet = self.sheet(table.name)
            if isinstance(table, Matrix):
                self.matrix(sheet, table)
            else:
                self.table(sheet, table)
            contents.append((sheet.name, section.heading(self.lang), table.note or ""))
        self.cover(cover, contents)
        self.book.close()
        return self.file.getvalue()

    def sheet(self, title: str) -> Worksheet:
        """Add a sheet with a name that Excel takes and that no other has."""
        base = re.sub(r"[\[\]:*?/\\']", " ", shown(title)).strip()[:28] or "Sheet"
        name, count = base, 1
        while name.lower() in self.names:
            count += 1
            name = f"{base} {count}"
        self.names.add(name.lower())
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        return sheet

    def format(self, **options: Any) -> Format:
        key = tuple(sorted(options.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", "font_size": 11, **options})
        return self.formats[key]

    def write(self, sheet: Worksheet, row: int, column: int, cell: Cell, **options: Any) -> None:
        """Write a value as what it is: a date, a number that a double holds exactly, or text."""
        if cell is None or cell == "":
            sheet.write_blank(row, column, None, self.format(**options))
        elif isinstance(cell, date):
            sheet.write_datetime(
                row, column, datetime.combine(cell, time()), self.format(num_format="yyyy-mm-dd", **options)
            )
        elif isinstance(cell, int | Decimal) and len(Decimal(cell).normalize().as_tuple().digits) <= _EXACT_DIGITS:
            sheet.write_number(row, column, float(cell), self.format(**{"num_format": "#,##0.######", **options}))
        else:
            text = shown(cell, TEXT_LIMIT)
            prefix = {"quote_prefix": True} if text[:1] in ("=", "+", "-", "@") else {}
            sheet.write_string(
                row, column, text, self.format(**{**options, "text_wrap": True, "num_format": "@", **prefix})
            )

    def table(self, sheet: Worksheet, table: Table) -> None:
        for at, column in enumerate(table.columns):
            self.write(sheet, 0, at, column.title, **_HEAD)
            sheet.set_column(at, at, _WIDTHS.get(column.kind, max(10, column.weight * 9)))
        for row_at, row in enumerate(table.rows, 1):
            for at, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                number = isinstance(cell, int | Decimal) and column.kind in _NUMBER_FORMAT
                # A share such as 0.9 keeps the format that shows what is behind the point.
                share = isinstance(cell, Decimal) and column.kind == "number" and cell % 1 != 0
                given = {"num_format": _NUMBER_FORMAT[column.kind]} if number and not share else {}
                self.write(sheet, row_at, at, cell, border=1, **given)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if table.note:
            # What the rows are of, such as one policy's: below them, so that the head stays in the first.
            self.write(sheet, len(table.rows) + 2, 0, table.note)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)

    def matrix(self, sheet: Worksheet, matrix: Matrix) -> None:
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, len(matrix.columns), 20)
        self.write(sheet, 0, 0, "", **_HEAD)
        for at, column in enumerate(matrix.columns, 1):
            self.write(sheet, 0, at, column, **_HEAD)
        for row_at, (name, marks) in enumerate(matrix.rows, 1):
            self.write(sheet, row_at, 0, name, border=1, bold=True)
            for at, mark in enumerate(marks, 1):
                if mark is not None:
                    self.write(sheet, row_at, at, mark.text, border=1, align="center", bg_color=_TONES[mark.tone])
        after = len(matrix.rows) + 2
        for at, (sign, tone, name) in enumerate(matrix.legend):
            self.write(sheet, after + at, 0, f"{sign} {name}", bg_color=_TONES[tone])
        sheet.freeze_panes(1, 1)

    def cover(self, sheet: Worksheet, contents: list[tuple[str, str, str]]) -> None:
        document = self.document
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, 2, 60)
        self.write(sheet, 0, 0, document.title, bold=True)
        self.write(sheet, 1, 0, document.subtitle, bold=True)
        row = 3
        for warning in document.warnings:
            sheet.merge_range(row, 0, row, 2, "", self.format(text_wrap=True, bold=True, bg_color="#FBDCB6", border=2))
            self.write(sheet, row, 0, warning, bold=True, bg_color="#FBDCB6", border=2)
            sheet.set_row(row, 48)
            row += 1
        for label, value in document.meta:
            self.write(sheet, row, 0, label)
            self.write(sheet, row, 1, value)
            row += 1
        row += 1
        for figure in (
            figure
            for section in document.sections
            for block in section.blocks
            if isinstance(block, Figures)
            for figure in block.items
        ):
            self.write(sheet, row, 0, figure.label)
            self.write(sheet, row, 1, figure.value, bold=True)
            self.write(sheet, row, 2, figure.detail)
            row += 1
        row += 1
        for paragraph in (
            block for section in document.sections[:1] for block in section.blocks if isinstance(block, Paragraph)
        ):
            sheet.merge_range(row, 0, row, 2, "", self.format(text_wrap=True))
            self.write(sheet, row, 0, paragraph.text)
            sheet.set_row(row, 64)
            row += 1
        row += 1
        for name, section, note in contents:
            self.write(sheet, row, 0, name)
            self.write(sheet, row, 1, section)
            self.write(sheet, row, 2, note)
            row += 1
        row += 1
        for line in document.signature:
            self.write(sheet, row, 0, line)
            row += 1


def _tables(report: Report, document: Document) -> Iterator[tuple[Section, Table | Matrix]]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Matrix) or (isinstance(block, Table) and block.in_workbook):
                yield section, block
            elif isinstance(block, Bars | Flow):
                yield section, chart_table(block, document.lang)
            elif isinstance(block, Items):
                yield section, roots_table(report, document.lang)
