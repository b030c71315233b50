"""Mappings proposed from headers: a ledger as offices keep it comes in with no code."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from graphkit.model.errors import InputError
from graphkit.standards.mapping import read_mapping, run_mapping, suggest
from graphkit.standards.mapping.headers import role_of, unit_of
from tests.standards.conftest import FIXTURES, Bring, Brought

LINES = [line.split("\t") for line in (FIXTURES / "ledger.tsv").read_text(encoding="utf-8").splitlines()]
COLUMNS = LINES[0]


def cells(line: list[str]) -> list[object]:
    """Make numbers and dates of a ledger line what a workbook holds."""
    made: list[object] = []
    for text in line:
        if re.fullmatch(r"[0-9]+(\.[0-9])?", text):
            made.append(float(text))
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            made.append(date.fromisoformat(text))
        else:
            made.append(text or None)
    return made


LEDGER = [cells(line) for line in LINES[1:]]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def proposed(path: Path, out: Path) -> Path:
    out.write_text(suggest(path).text, encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory, bring: Bring) -> Brought:
    tmp_path = tmp_path_factory.mktemp("ledger")
    lines = [["XX市审计整改台账（截至2020年9月30日）"], COLUMNS, *LEDGER, ["合计", None, None, None, None, 1224]]
    path = workbook(tmp_path / "ledger.xlsx", {"台账": lines})
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    return bring(lambda files, out: run_mapping(mapping, files, out), [path])


def test_every_column_of_the_ledger_is_understood(tmp_path: Path) -> None:
    path = workbook(tmp_path / "ledger.xlsx", {"台账": [COLUMNS, *LEDGER]})
    proposal = suggest(path)
    assert list(proposal.taken) == COLUMNS
    assert proposal.kept == []
    assert len(set(proposal.taken.values())) == len(COLUMNS)


def test_the_ledger_comes_in_whole(ledger: Brought) -> None:
    assert ledger.made.account.rejects == []
    assert ledger.loaded.loaded["findings"] == 6
    found = ledger.evaluation.sql("SELECT id, category, agency, amount FROM findings ORDER BY id").to_pylist()
    assert [row["category"] for row in found] == ["difficulty", "blockage", "break", "pain", "difficulty", "difficulty"]
    assert [None if row["amount"] is None else int(row["amount"]) for row in found] == [
        125_000,
        12_034_000,
        None,
        None,
        80_000,
        None,
    ]
    assert [row["agency"] for row in found][1] == "市财政局"
    kinds = ledger.evaluation.sql("SELECT finding, kind FROM actions ORDER BY finding, kind").to_pylist()
    assert [(row["finding"], row["kind"]) for row in kinds] == [
        ("T-001", "accepted"),
        ("T-001", "rectified"),
        ("T-001", "verified"),
        ("T-002", "accepted"),
        ("T-003", "accepted"),
        ("T-005", "accepted"),
        ("T-005", "reported"),
        ("T-006", "accepted"),
        ("T-006", "rectified"),
        ("T-006", "rejected"),
    ]


def test_the_ledger_shows_its_gaps_and_no_others(ledger: Brought) -> None:
    assert str(ledger.evaluation.as_of) == "2020-09-30"
    gaps = {(gap.kind, gap.subject) for gap in ledger.evaluation.gaps()}
    assert gaps == {
        ("overdue_rectification", "T-002"),
        ("overdue_rectification", "T-005"),
        ("unaddressed_finding", "T-004"),
        ("reported_pain", "T-004"),
    }


def test_what_the_unit_reports_is_no_rectification(ledger: Brought) -> None:
    kinds = ledger.evaluation.sql("SELECT kind FROM actions WHERE finding = 'T-005'").to_pylist()
    assert {row["kind"] for row in kinds} == {"accepted", "reported"}


def test_three_lists_are_joined_by_their_number(tmp_path: Path, bring: Bring) -> None:
    path = workbook(
        tmp_path / "lists.xlsx",
        {
            "封面": [["整改材料"]],
            "问题清单": [
                ["问题清单"],
                ["序号", "问题", "问题类别", "发现时间", "涉及金额（元）"],
                [1, "少退税款", "堵点", "2020-05-06", 30000],
                [2, "补贴未发", "难点", "2020-05-07", None],
            ],
            "责任清单": [
                ["序号", "责任单位", "责任人", "完成时限"],
                [1, "县税务局", "甲", "2020-06-30"],
                [2, "县人社局", "乙", "2020-06-15"],
            ],
            "整改清单": [
                ["序号", "整改措施", "整改状态", "完成时间", "销号时间"],
                [1, "退税", "已销号", "2020-06-20", "2020-06-28"],
                [2, "补发", "未完成", None, None],
            ],
        },
    )
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    brought = bring(lambda files, out: run_mapping(mapping, files, out), [path])
    assert brought.made.account.balanced
    found = brought.evaluation.sql("SELECT id, agency, attributes FROM findings ORDER BY id").to_pylist()
    assert [(row["id"], row["agency"]) for row in found] == [("1", "县税务局"), ("2", "县人社局")]
    assert '"责任人":"甲"' in found[0]["attributes"]
    assert {(gap.kind, gap.subject) for gap in brought.evaluation.gaps()} == {("overdue_rectification", "2")}


def test_a_few_columns_are_enough(tmp_path: Path, bring: Bring) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(
        "项目名称,责任单位,完成时限,整改情况\n道路,县交通局,2020年6月30日,已完成整改\n低保,县民政局,2020-07-15,正在整改\n".encode(
            "gb18030"
        )
    )
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    brought = bring(lambda files, out: run_mapping(mapping, files, out), [path])
    kinds = brought.evaluation.sql("SELECT finding, kind FROM actions ORDER BY ALL").to_pylist()
    assert len(kinds) == 3
    assert {row["kind"] for row in kinds} == {"accepted", "rectified"}


def test_an_english_tracker(tmp_path: Path, bring: Bring) -> None:
    path = tmp_path / "tracker.csv"
    path.write_text(
        "Finding ID,Finding,Risk rating,Responsible department,Date raised,Due date,Status,Date closed\n"
        'A1,Access not reviewed,High,IT,2021-01-05,"March 31, 2021",Open,\n'
        "A2,Cash not counted,Low,Treasury,2021-01-05,2021-03-31,Closed,2021-03-20\n"
    )
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    brought = bring(lambda files, out: run_mapping(mapping, files, out), [path])
    states = brought.evaluation.sql("SELECT id, severity, found_on FROM findings ORDER BY id").to_pylist()
    assert [(row["id"], row["severity"]) for row in states] == [("A1", "high"), ("A2", "low")]
    assert brought.evaluation.gaps() == []
    later = brought.evaluation.sql("SELECT kind FROM actions WHERE finding = 'A2' ORDER BY kind").to_pylist()
    assert [row["kind"] for row in later] == ["accepted", "rectified", "verified"]


def test_payments_and_benefits(tmp_path: Path, bring: Bring) -> None:
    path = tmp_path / "pay.csv"
    path.write_text(
        "拨付日期,付款单位,收款单位,拨付金额(万元)\n2020-03-01,省财政厅,市财政局,100\n2020-03-20,市财政局,区财政局,60\n"
    )
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    brought = bring(lambda files, out: run_mapping(mapping, files, out), [path])
    found = brought.evaluation.sql('SELECT "from", "to", amount FROM transfers ORDER BY "on"').to_pylist()
    assert [(row["from"], int(row["amount"])) for row in found] == [
        ("source:省财政厅", 1_000_000),
        ("市财政局", 600_000),
    ]
    people = tmp_path / "people.csv"
    people.write_text("姓名,身份证号,发放金额,发放日期,经办\n甲,140101,200,2020-04-01,丙\n")
    proposal = suggest(people)
    assert proposal.kept == ["经办"]
    assert "table: deliveries" in proposal.text


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("整改责任单位", "responsible"),
        ("责任单位负责人", "person"),
        ("整改完成时限", "due"),
        ("涉及金额（万元）", "amount"),
        ("已整改金额(元)", "amount_done"),
        ("是否整改到位", "done"),
        ("问题整改完成时间", "done_on"),
        ("Due Date", "due"),
        ("序  号", "number"),
        ("天气", None),
        ("", None),
    ],
)
def test_headers(header: str, role: str | None) -> None:
    assert role_of(header) == role


def test_units_in_headers() -> None:
    assert (unit_of("涉及金额（单位：万元）"), unit_of("金额(亿元)"), unit_of("金额"), unit_of("金额（含税）")) == (
        "万元",
        "亿元",
        None,
        None,
    )


def test_a_sheet_that_means_nothing_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="write the mapping by hand") as caught:
        suggest(path)
    assert "\n" not in str(caught.value)
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(InputError, match="not a workbook"):
        suggest(path)
