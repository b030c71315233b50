"""A report as a Word document: real styles, a table of contents, page numbers, tables whose heads repeat."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from graphkit.reports.charts import can_write_chinese, chart_png
from graphkit.reports.document import (
    Bars,
    Block,
    Document,
    Figures,
    Flow,
    Items,
    Matrix,
    Paragraph,
    Table,
    chart_table,
    numbered,
    on_paper,
)
from graphkit.reports.markdown import cell_text
from graphkit.reports.model import Report
from graphkit.reports.outline import outline
from graphkit.reports.text import Lang, shown

TEXT_LIMIT = 4000
"""Characters of one paragraph or cell that comes from the case; a longer one is cut and ends in …."""

_WIDE = 8
"""Columns from which on a table is laid on a page turned sideways."""

_TONES = {
    "good": "D3E8F6", "doubt": "FAEEB5", "broken": "F8CDC6", "stuck": "FBDCB6", "waiting": "DFE3EA",
    "unknown": "E6DAF5", "quiet": "F1F2F4", "plain": "F1F2F4",
}  # fmt: skip
_PAGE = {"width": Mm(210), "height": Mm(297), "left": Mm(26), "right": Mm(24), "top": Mm(30), "bottom": Mm(28)}
_FONTS = {
    "zh": {"body": "仿宋", "head": "黑体", "part": "楷体", "title": "宋体"},
    "en": {"body": "宋体", "head": "黑体", "part": "黑体", "title": "黑体"},
}
"""East Asian fonts by use, as official Chinese documents have them; Latin text is set in the fonts of _LATIN."""

_LATIN = {"body": "Times New Roman", "head": "Arial", "part": "Arial", "title": "Arial"}
_BODY_SIZE = {"zh": 14, "en": 11}
_NEEDED = {"date": Mm(26), "number": Mm(15), "money": Mm(32)}
"""The width of columns whose cells must not be broken across lines."""

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def report_docx(report: Report, lang: Lang) -> bytes:
    """Return the report as a Word file in one language; the same report gives the same bytes."""
    return _Writer(outline(report, lang), datetime.combine(report.as_of, time())).content()


class _Writer:
    def __init__(self, document: Document, stamp: datetime) -> None:
        self.document = document
        self.lang = document.lang
        self.word = docx.Document()
        self.turned = False
        self._styles()
        self._page(self.word.sections[0], turned=False)
        self._page_number(self.word.sections[0])
        properties = self.word.core_properties
        properties.title, properties.subject = shown(document.title, 200), shown(document.subtitle, 200)
        properties.author = properties.last_modified_by = "graphkit"
        properties.created = properties.modified = stamp
        properties.revision, properties.comments, properties.keywords = 1, "", ""

    def content(self) -> bytes:
        self._front()
        for section in self.document.sections:
            title = section.heading(self.lang)
            wide = any(isinstance(block, Table) and len(block.columns) >= _WIDE for block in section.blocks)
            self._turn(wide and section.level == 2)
            heading = self.word.add_heading(shown(title), section.level)
            heading.paragraph_format.page_break_before = section is self.document.sections[0]
            for block in section.blocks:
                self._block(block)
        self._turn(False)
        return _fixed(self.word)

    # Look

    def _styles(self) -> None:
        fonts, size = _FONTS[self.lang], _BODY_SIZE[self.lang]
        zh = self.lang == "zh"
        for name, kind, points, bold in (
            ("Normal", "body", size, False),
            ("Title", "title", 22, True),
            ("Subtitle", "part", 15, False),
            ("Heading 1", "head", size + 2, not zh),
            ("Heading 2", "part", size + 1, True),
            ("Heading 3", "body", size, True),
        ):
            style = self.word.styles[name]
            style.font.name, east = _LATIN[kind], fonts[kind]
            style.font.size, style.font.bold, style.font.italic = Pt(points), bold, False
            style.font.color.rgb = RGBColor(0, 0, 0)
            fonts_element = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts_element.attrib.pop(qn(f"w:{theme}"), None)
            fonts_element.set(qn("w:eastAsia"), east)
            fonts_element.set(qn("w:hAnsi"), _LATIN[kind])
        defaults = self.word.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
        defaults.set(qn("w:val"), "en-US")
        defaults.set(qn("w:eastAsia"), "zh-CN")
        body = self.word.styles["Normal"].paragraph_format
        body.space_after, body.line_spacing = Pt(4), 1.35
        for level, before in ((1, 16), (2, 10), (3, 8)):
            form = self.word.styles[f"Heading {level}"].paragraph_format
            form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(4), True

    def _page(self, section: Any, *, turned: bool) -> None:
        section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
        width, height = (_PAGE["height"], _PAGE["width"]) if turned else (_PAGE["width"], _PAGE["height"])
        section.page_width, section.page_height = width, height
        section.left_margin, section.right_margin = _PAGE["left"], _PAGE["right"]
        section.top_margin, section.bottom_margin = _PAGE["top"], _PAGE["bottom"]

    def _turn(self, turned: bool) -> None:
        """Go on with a page the other way round; nothing happens when it lies right already."""
        if turned != self.turned:
            self._page(self.word.add_section(WD_SECTION.NEW_PAGE), turned=turned)
            self.turned = turned

    def _page_number(self, section: Any) -> None:
        paragraph = section.footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run("— ")
        _field(paragraph, "PAGE", "1")
        paragraph.add_run(" —")

    @property
    def width(self) -> int:
        page = _PAGE["height"] if self.turned else _PAGE["width"]
        return int(page - _PAGE["left"] - _PAGE["right"])

    # Parts

    def _front(self) -> None:
        document = self.document
        for text, style in ((document.title, "Title"), (document.subtitle, "Subtitle")):
            paragraph = self.word.add_paragraph(shown(text, TEXT_LIMIT), style)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        grid = self._grid(len(document.meta), [1, 4])
        for row, (label, value) in zip(grid.rows, document.meta, strict=True):
            self._fill(row.cells[0], label, bold=True)
            self._fill(row.cells[1], value)
        for warning in document.warnings:
            box = self._grid(1, [1])
            self._fill(box.rows[0].cells[0], f"⚠ {warning}", bold=True, tone="stuck")
        self._signature()
        self._contents()

    def _contents(self) -> None:
        """Put in a table of contents: a field that Word fills with page numbers, holding the headings until then."""
        title = self.word.add_paragraph("目　录" if self.lang == "zh" else "Contents")
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        title.runs[0].bold = True
        first = self.word.add_paragraph()
        _field_begin(first, f'TOC \\o "1-{self.document.contents}" \\z \\u')
        paragraph = first
        for section in self.document.sections:
            if section.level > self.document.contents:
                continue
            text = section.heading(self.lang)
            form = paragraph.paragraph_format
            form.space_after, form.line_spacing, form.left_indent = Pt(0), 1.15, Pt(18 * (section.level - 1))
            paragraph.add_run(shown(text)).font.size = Pt(11)
            paragraph = self.word.add_paragraph()
        _field_end(paragraph)

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph():
                paragraph = self.word.add_paragraph(shown(block.text, TEXT_LIMIT))
                if block.tone == "note":
                    paragraph.runs[0].font.size = Pt(_BODY_SIZE[self.lang] - 3)
                elif self.lang == "zh":
                    paragraph.paragraph_format.first_line_indent = Pt(2 * _BODY_SIZE["zh"])
            case Figures():
                self._figures(block)
            case Table():
                self._table(on_paper(block, self.lang))
            case Matrix():
                self._matrix(block)
            case Items():
                self._items(block)
            case Bars() | Flow():
                self._chart(block)

    def _figures(self, block: Figures) -> None:
        grid = self._grid(-(-len(block.items) // 3), [1, 1, 1])
        for at, item in enumerate(block.items):
            cell = grid.rows[at // 3].cells[at % 3]
            self._fill(cell, item.value, bold=True, tone=item.tone, size=18)
            for text in (item.label, item.detail):
                if text:
                    cell.add_paragraph(shown(text, TEXT_LIMIT)).runs[0].font.size = Pt(9.5)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
        self.word.add_paragraph()

    def _table(self, table: Table) -> None:
        grid = self._grid(1, self._weights(table))
        self._head(grid.rows[0], [column.title for column in table.columns])
        for row in table.rows:
            cells = _add_row(grid)
            for cell, column, value in zip(cells, table.columns, row, strict=True):
                self._fill(cell, cell_text(value), right=column.kind in ("number", "money"))
        self._after(table.note)

    def _weights(self, table: Table) -> list[int]:
        """Share out the width: dates and numbers get what they need for one line, the rest goes by weight."""
        fixed = [int(_NEEDED.get(column.kind, 0)) for column in table.columns]
        fixed = [
            max(need, min(len(column.title), 4) * int(Mm(4)) + int(Mm(4)), self._longest(table, at)) if need else 0
            for at, (need, column) in enumerate(zip(fixed, table.columns, strict=True))
        ]
        most = self.width - sum(int(Mm(18)) for need in fixed if not need)
        if sum(fixed) > most:
            fixed = [need * most // sum(fixed) for need in fixed]
        left = self.width - sum(fixed)
        share = sum(column.weight for column, need in zip(table.columns, fixed, strict=True) if not need) or 1
        return [need or left * column.weight // share for column, need in zip(table.columns, fixed, strict=True)]

    @staticmethod
    def _longest(table: Table, at: int) -> int:
        """Return the width of the longest cell of a column in one line: a number broken in two reads as two numbers."""
        longest = max((len(cell_text(row[at])) for row in table.rows), default=0)
        return min(int(Mm(2.1) * longest + Mm(5)), int(Mm(45)))

    def _chart(self, chart: Bars | Flow) -> None:
        """Put in a chart as a picture; as a table where this machine has no font for a picture's Chinese."""
        if self.lang == "zh" and not can_write_chinese():
            self._table(chart_table(chart, self.lang))
            return
        caption = self.word.add_paragraph(shown(chart.title, 300))
        caption.paragraph_format.keep_with_next = True
        caption.runs[0].bold = True
        picture = self.word.add_paragraph().add_run().add_picture(io.BytesIO(chart_png(chart)), width=self.width)
        picture._inline.docPr.set("descr", shown(chart.title, 300))

    def _matrix(self, matrix: Matrix) -> None:
        grid = self._grid(1, [2, *([3] * len(matrix.columns))])
        self._head(grid.rows[0], ["", *matrix.columns])
        for name, marks in matrix.rows:
            cells = _add_row(grid)
            self._fill(cells[0], name, bold=True)
            for cell, mark in zip(cells[1:], marks, strict=True):
                if mark is not None:
                    self._fill(cell, mark.text, tone=mark.tone, centre=True)
        legend = self.word.add_paragraph()
        legend.paragraph_format.space_before = Pt(4)
        for sign, tone, name in matrix.legend:
            run = legend.add_run(f" {sign} {name} ")
            run.font.size = Pt(9)
            run._r.get_or_add_rPr().append(_shade(tone))
            legend.add_run(" ")
        self._after(matrix.note)

    def _items(self, block: Items) -> None:
        for item in block.items:
            heading = self.word.add_heading(shown(numbered(item.number, item.heading, self.lang), 300), 3)
            badges = heading.add_run("　[" + " · ".join(text for text, _ in item.badges) + "]")
            badges.font.size, badges.bold = Pt(9.5), False
            sentence = self.word.add_paragraph(shown(item.sentence, TEXT_LIMIT))
            sentence.paragraph_format.keep_with_next = True
            if self.lang == "zh":
                sentence.paragraph_format.first_line_indent = Pt(2 * _BODY_SIZE["zh"])
            facts = self.word.add_paragraph()
            facts.paragraph_format.left_indent = Pt(2 * _BODY_SIZE[self.lang])
            for at, (label, value) in enumerate(item.facts):
                colon = "：" if self.lang == "zh" else ": "
                run = facts.add_run(("　" if at else "") + label + colon)
                run.font.size, run.bold = Pt(9.5), True
                facts.add_run(shown(value, TEXT_LIMIT)).font.size = Pt(9.5)

    def _signature(self) -> None:
        """Put the lines to be signed on the first page, where a file that goes round for signature has them."""
        self.word.add_paragraph().paragraph_format.space_after = Pt(0)
        grid = self._grid(1, [1] * len(self.document.signature), borders=False)
        for cell, line in zip(grid.rows[0].cells, self.document.signature, strict=True):
            self._fill(cell, line, size=11)
        self.word.add_paragraph()

    # Tables

    def _grid(self, rows: int, weights: Sequence[int], *, borders: bool = True) -> Any:
        grid = self.word.add_table(rows, len(weights), "Table Grid" if borders else "Normal Table")
        grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, weight in zip(grid.columns, weights, strict=True):
            column.width = self.width * weight // sum(weights)
            for cell in column.cells:
                cell.width = column.width
        for row in grid.rows:
            _keep_whole(row)
        return grid

    def _head(self, row: Any, titles: Sequence[str]) -> None:
        for cell, title in zip(row.cells, titles, strict=True):
            self._fill(cell, title, bold=True, tone="waiting")
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)

    def _fill(
        self, cell: Any, text: str, *, bold: bool = False, tone: str | None = None, size: float = 9.5,
        right: bool = False, centre: bool = False,
    ) -> None:  # fmt: skip
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(0), 1.1
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.CENTER if centre else None
        run = paragraph.add_run(shown(text, TEXT_LIMIT))
        run.font.size, run.bold = Pt(size), bold
        if tone is not None:
            cell._tc.get_or_add_tcPr().append(_shade(tone))

    def _after(self, note: str | None) -> None:
        paragraph = self.word.add_paragraph()
        if note:
            paragraph.add_run(shown(note, TEXT_LIMIT)).font.size = Pt(9)


def _shade(tone: str) -> Any:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _TONES[tone])):
        shade.set(qn(f"w:{name}"), value)
    return shade


def _add_row(grid: Any) -> Any:
    row = grid.add_row()
    _keep_whole(row)
    return row.cells


def _keep_whole(row: Any) -> None:
    mark = OxmlElement("w:cantSplit")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _field(paragraph: Any, code: str, shown_until_updated: str) -> None:
    _field_begin(paragraph, code)
    paragraph.add_run(shown_until_updated)
    _field_end(paragraph)


def _field_begin(paragraph: Any, code: str) -> None:
    begin = _field_mark(paragraph, "begin")
    begin.set(qn("w:dirty"), "true")
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = f" {code} "
    paragraph.add_run()._r.append(instruction)
    _field_mark(paragraph, "separate")


def _field_end(paragraph: Any) -> None:
    _field_mark(paragraph, "end")


def _field_mark(paragraph: Any, kind: str) -> Any:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)
    return mark


def _fixed(word: Any) -> bytes:
    """Return the file with the same time on every part, so that the same report gives the same bytes."""
    first, second = io.BytesIO(), io.BytesIO()
    word.save(first)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = zipfile.ZipInfo(entry.filename, _FIXED_TIME)
            part.compress_type, part.external_attr = zipfile.ZIP_DEFLATED, entry.external_attr
            target.writestr(part, source.read(entry))
    return second.getvalue()
