"""Word and Excel: real styles, heads that repeat, real dates and numbers; nothing that runs and nothing that links."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from graphkit.gaps import Evaluation
from graphkit.reports.build import Request, build_report
from graphkit.reports.document import Column, Document, Section, Table
from graphkit.reports.docx import _Writer
from graphkit.reports.model import Report
from graphkit.reports.outline import outline
from graphkit.reports.text import shown
from graphkit.reports.write import report_bytes
from tests.reports.small import HOSTILE

LANGS = ("zh", "en")


def _parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        return {name: file.read(name).decode() for name in file.namelist() if name.endswith((".xml", ".rels"))}


def _book(report: Report, lang: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(report_bytes(report, ".xlsx", lang)))


@pytest.mark.parametrize("ending", [".docx", ".xlsx"])
def test_nothing_runs_and_nothing_links(hostile_report: Report, ending: str) -> None:
    for name, text in _parts(report_bytes(hostile_report, ending, "en")).items():
        assert 'TargetMode="External"' not in text, name
        assert not re.search(
            r"<f>|<f |<hyperlink|<w:hyperlink|DDEAUTO|INCLUDETEXT|HYPERLINK \"", text.split("=HYPERLINK")[0]
        ), name


@pytest.mark.parametrize("lang", LANGS)
def test_cells_are_what_they_are(hostile: Evaluation, lang: str) -> None:
    book = _book(build_report(hostile, Request(every_root=True)), lang)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not [cell.coordinate for cell in cells if cell.hyperlink]
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))]
    assert {shown(HOSTILE["Rent relief"])} <= {cell.value for cell in risky}
    assert all(cell.quotePrefix for cell in risky)


def test_a_workbook_has_every_root_gap_with_dates_and_numbers(small: Evaluation) -> None:
    report = build_report(small, Request(every_root=True))
    sheet = _book(report, "zh")["根源缺口"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [row["编号"] for row in rows] == [entry.gap.id for entry in report.roots]
    retained = next(row for row in rows if row["种类"] == "资金滞留")
    assert retained["金额（CNY）"] == 750000.05
    assert retained["起始"] == datetime(2020, 4, 1)  # noqa: DTZ001
    assert retained["天数"] == 91


def test_tables_have_filters_and_frozen_heads(report: Report) -> None:
    book = _book(report, "zh")
    tables = [sheet for sheet in book if sheet.auto_filter.ref]
    assert len(tables) > 5
    assert {sheet.freeze_panes for sheet in tables} == {"A2"}
    assert all(len(sheet.title) <= 31 for sheet in book)


def test_a_sheet_of_a_chart_says_whose_money_it_is(report: Report) -> None:
    sheet = next(sheet for sheet in _book(report, "zh") if sheet.title.startswith("资金流向"))
    said = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any("减免房租" in one and "人民币" in one for one in said)


def test_a_share_is_not_shown_as_a_whole_number(small: Evaluation) -> None:
    rows = {row[0].value: row[2] for row in _book(build_report(small, Request()), "en")["Thresholds"]}
    shown = {name: rows[name].number_format for name in ("coverage_min", "retention_days")}
    assert shown == {"coverage_min": "#,##0.######", "retention_days": "#,##0"}


def test_a_number_too_long_for_excel_stays_exact(report: Report) -> None:
    line = report.money[0].model_copy(update={"amount": {"CNY": Decimal("12345678901234567.89")}})
    sheet = _book(report.model_copy(update={"money": [line]}), "en")["Money"]
    amounts = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row]
    assert "12345678901234567.89" in amounts


@pytest.mark.parametrize("lang", LANGS)
def test_a_word_report_has_the_headings_of_the_outline(report_since: Report, lang: str) -> None:
    word = docx.Document(io.BytesIO(report_bytes(report_since, ".docx", lang)))
    for level in (1, 2):
        told = [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == f"Heading {level}"]
        space = "" if lang == "zh" else " "
        wanted = [
            f"{one.number}{space}{one.title}" for one in outline(report_since, lang).sections if one.level == level
        ]
        assert told == wanted
    codes = [element.text.strip() for element in word.element.body.iter(qn("w:instrText"))]
    assert codes == ['TOC \\o "1-2" \\z \\u']
    assert "PAGE" in "".join(element.text for element in word.sections[0].footer._element.iter(qn("w:instrText")))


def test_table_heads_repeat_and_rows_hold_together(report: Report) -> None:
    word = docx.Document(io.BytesIO(report_bytes(report, ".docx", "zh")))
    rows = [row for table in word.tables for row in table.rows]
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    headed = [table for table in word.tables if table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None]
    assert len(headed) > 8
    fonts = word.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "仿宋"


def test_wide_tables_lie_on_turned_pages(report: Report) -> None:
    word = docx.Document(io.BytesIO(report_bytes(report, ".docx", "zh")))
    turned = [section.page_width > section.page_height for section in word.sections]
    assert True in turned
    assert turned[0] is False
    assert turned[-1] is False


def test_a_number_has_room_in_one_line() -> None:
    table = Table("T", (Column("Name", weight=9), Column("n", "number")), [("a", 123_456_789), ("b", 1)])
    document = Document("zh", "T", "", [], [], [Section(1, "1", "S", [table])], [])
    grid = docx.Document(io.BytesIO(_Writer(document, datetime(2020, 6, 30, tzinfo=UTC)).content())).tables[-1]
    assert grid.columns[1].width.mm > 25


def test_hostile_names_are_text_in_word(hostile_report: Report) -> None:
    word = docx.Document(io.BytesIO(report_bytes(hostile_report, ".docx", "en")))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    text += "\n".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    for name in ("Province", "City One", "County Five", "County Six", "Finance One", "Medicine on sale"):
        assert shown(HOSTILE[name]) in text, name


def test_charts_are_pictures_with_a_description(report: Report) -> None:
    word = docx.Document(io.BytesIO(report_bytes(report, ".docx", "en")))
    told = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert told == ["Rent relief: money from level to level (CNY)", "Open findings by days since they were found"]
