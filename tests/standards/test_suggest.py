"""Mappings proposed from headers: a ledger as offices keep it comes in with no code."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from graphkit.model.chinese import said
from graphkit.model.errors import InputError
from graphkit.standards.mapping import read_mapping, run_mapping, suggest
from graphkit.standards.mapping.headers import role_of, unit_of
from graphkit.standards.result import ImportResult
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


def messy(path: Path, lines: list[list[object]], merged: list[str]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(line)
    for cells_of_one in merged:
        sheet.merge_cells(cells_of_one)
    book.save(path)
    return path


def test_a_ledger_with_titles_two_rows_of_headers_and_headings_between_rows(tmp_path: Path, bring: Bring) -> None:
    head = [
        "序号",
        "问题情况",
        None,
        None,
        "责任单位",
        "涉及金额\n（万元）",
        "整改\n时限",
        "整改\n情况",
        "完成时间",
        "销号时间",
    ]
    lines: list[list[object]] = [
        ["某区惠企政策落实跟踪审计发现问题整改台账"],
        ["填报单位：区审计局", None, None, None, "填报日期：2020年9月30日", None, "金额单位：万元"],
        head,
        [None, "问题编号", "问题描述", "问题类型"],
        ["一、房租减免方面"],
        [
            1,
            "Y-01",
            "少减免23户租金",
            "难点",
            "区国资中心",
            46.8307,
            "2020.6.30",
            "已完成整改",
            "2020年6月28日",
            "2020.7.10",
        ],
        [2, "Y-02", "截留减免租金", "堵点", "区市场监管局", "约12.5", "6月30日前", "正在整改", None, None],
        ["二、贴息资金方面"],
        [3, "Y-03", "贴息拨付不及时", "堵点", "区财政局、区工信局", "105.2", date(2020, 7, 15), "未整改", None, None],
        [4, "Y-04", "申报材料过多", "痛点", "区工信局", "—", "立行立改", "未整改", None, None],
        ["合计", None, None, None, None, 164.5307],
        ["填表人：某人"],
    ]
    merged = ["A1:J1", "A3:A4", "B3:D3", "E3:E4", "F3:F4", "G3:G4", "H3:H4", "I3:I4", "J3:J4", "A5:J5", "A8:J8"]
    path = messy(tmp_path / "台账.xlsx", lines, merged)
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    brought = bring(lambda files, out: run_mapping(mapping, files, out), [path])
    found = brought.evaluation.sql("SELECT id, amount FROM findings ORDER BY id").to_pylist()
    assert [(row["id"], None if row["amount"] is None else int(row["amount"])) for row in found] == [
        ("Y-01", 468_307),
        ("Y-02", 125_000),
        ("Y-03", 1_052_000),
        ("Y-04", None),
    ]
    due = brought.evaluation.sql("SELECT finding, due_on FROM actions WHERE kind = 'accepted' ORDER BY finding")
    assert [str(row["due_on"]) for row in due.to_pylist()] == ["2020-06-30", "2020-06-30", "2020-07-15", "None"]
    gaps = {(gap.kind, gap.subject) for gap in brought.evaluation.gaps()}
    assert gaps == {
        ("overdue_rectification", "Y-02"),
        ("overdue_rectification", "Y-03"),
        ("reported_pain", "Y-04"),
    }


def test_several_problems_under_one_merged_number_stay_several_findings(tmp_path: Path, bring: Bring) -> None:
    lines: list[list[object]] = [
        ["审计查出问题整改情况统计表（截止2021年3月31日）"],
        [
            "项次",
            "被审计单位",
            "存在的主要问题",
            "违规金额（元）",
            "整改责任单位",
            "整改完成时限",
            "整改状态",
            "是否销号",
        ],
        [1, "县教育局", "超范围使用资金", "56,780.00", "县教育局", "2020/12/31", "已整改到位", "已销号"],
        [
            None,
            None,
            "名册不实，多报42人",
            "31.5万元",
            "县教育局；县乡村振兴局",
            "2020年10月至2021年1月",
            "部分整改",
            "否",
        ],
        [2, "县交通局", "养护资金滞留", 1200000, "县交通局\n县财政局", "20210228", "完成", "是"],
        ["注：金额以审计报告为准。"],
    ]
    path = messy(tmp_path / "附件2.xlsx", lines, ["A1:H1", "A3:A4", "B3:B4", "A6:H6"])
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    brought = bring(lambda files, out: run_mapping(mapping, files, out), [path])
    found = brought.evaluation.sql("SELECT title, amount FROM findings ORDER BY id").to_pylist()
    assert [(row["title"], int(row["amount"])) for row in found] == [
        ("超范围使用资金", 56_780),
        ("名册不实，多报42人", 315_000),
        ("养护资金滞留", 1_200_000),
    ]
    agencies = brought.evaluation.sql("SELECT id FROM agencies").to_pylist()
    assert {row["id"] for row in agencies} == {"县教育局", "县乡村振兴局", "县交通局", "县财政局"}
    (gap,) = brought.evaluation.gaps()
    assert (gap.kind, gap.days) == ("overdue_rectification", 59)


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
        ("预计完成时间", "due"),
        ("拟整改完成日期", "due"),
        ("Expected completion date", "due"),
        ("实际完成时间", "done_on"),
        ("验收日期", "verified_on"),
        ("涉及金额/万元", "amount"),
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
    assert [unit_of(one) for one in ("涉及金额/万元", "涉及资金:亿元", "Amount (CNY thousand)", "单元", "公元")] == [
        "万元",
        "亿元",
        "thousand",
        None,
        None,
    ]


def test_the_unit_above_the_header_counts_for_all_amounts(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["专项资金分配情况表"],
        [None, None, None, None, None, "金额单位：亿元"],
        ["序号", "资金名称", "下达单位", "接收单位", "下达", None],
        [None, None, None, None, "时间", "金额"],
        [1, "特别抗疫国债", "财政部", "某省财政厅", "2020-06-30", 5.2],
        ["小计", None, None, None, None, 5.2],
    ]
    merged = ["A1:F1", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3"]
    path = messy(tmp_path / "a.xlsx", lines, merged)
    result = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case")
    (row,) = rows_of(result.folder, "transfers")
    assert (row["amount"], row["on"]) == ("520000000", "2020-06-30")


def test_a_unit_in_the_upper_row_of_a_header_counts_for_the_columns_below_it(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["序号", "问题", "责任单位", "金额（万元）", None],
        [None, None, None, "问题金额", "已整改金额"],
        [1, "滞留", "甲局", 2, 1],
    ]
    path = messy(tmp_path / "a.xlsx", lines, ["A1:A2", "B1:B2", "C1:C2", "D1:E1"])
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    (row,) = rows_of(run_mapping(mapping, [path], tmp_path / "case", AT).folder, "findings")
    assert row["amount"] == "20000"


def test_an_amount_without_a_unit_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("问题,责任单位,金额\na,甲局,1\n")
    assert "No unit is stated for 金额" in suggest(path).text
    path.write_text("问题,责任单位,金额（元）\na,甲局,1\n")
    assert "No unit" not in suggest(path).text


AT = {"as_of": "2020-12-31", "found_on": "2020-01-01"}


@pytest.mark.parametrize(
    ("status", "is_done"),
    [
        ("已整改", True),
        ("✔", True),
        ("100%", True),
        ("×", False),
        ("完成60%", False),
        ("预计12月完成", False),
        ("计划于年底完成", False),
        ("基本整改", False),
    ],
)
@pytest.mark.parametrize("column", ["整改情况,完成时间", "整改状态"])
def test_only_what_is_done_is_rectified(tmp_path: Path, status: str, is_done: bool, column: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"问题,责任单位,{column}\na,甲局,{status}{',' * column.count(',')}\n")
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    actions = rows_of(run_mapping(mapping, [path], tmp_path / "case", AT).folder, "actions")
    assert ("rectified" in {one["kind"] for one in actions}) == is_done


# What a ledger writes under a status, by the actions beside `accepted` that it stands for.
STATUSES = {
    "rectified": """已整改|已完成|完成|整改完成|已完成整改|已整改到位|全部整改到位|已办结|已落实|已解决|已全部退还
        按期完成|逾期完成|        已完成(逾期)|已整改（逾期）|是（逾期）|是|✔|100%|完成100％|已整改，不存在其他问题
        已整改，未发现其他问题|        已完成，并长期坚持|已完成并长期坚持|已整改，持续巩固
        已整改未销号|已完成整改，尚未销号|已于6月底前完成|已整改，正在申请销号
        Done|Yes|Complete|Completed|Implemented|Fully implemented. No further action|No further action; implemented
        Implemented, monitoring is ongoing|Resolved|fixed""",
    "rectified verified": "已销号|销号|已完成销号|已完成，已销号|已核销|已整改，同意销号|Closed|Completed and verified",
    "reported": "已整改(待核)|已报整改|待验收|已完成，待核实|待销号|已申请销号|Implemented, pending verification",
    "": """未完成|未整改|尚未整改|否|否，逾期|不|没有整改|×|逾期|已逾期|逾期未完成
        未按期完成|未销号|未全部完成|未整改到位|整改不到位
        部分整改|部分完成|已部分整改|正在整改|整改中|持续整改|推进中|长期坚持|基本完成|基本整改|已基本完成|阶段性完成
        已阶段性完成|完成60%|已完成60%|已完成（60%）|已完成5项，未完成2项|已整改，部分问题仍在推进|预计12月完成|计划于年底完成
        限期完成|6月底前完成|年内完成|已启动|已制定整改方案|已立案
        No|n|Not started|Not implemented|Not yet completed|Not fully implemented|Unresolved|Incomplete
        Open|Overdue|Pending|In progress|Ongoing|Partially implemented|Completed 60%
        To be implemented|Will be completed in June|On track""",
}  # fmt: skip


def actions_by_text(tmp_path: Path, header: str, texts: list[str]) -> dict[str, str]:
    """Return the actions beside `accepted` that a text under a header stands for, by the text."""
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([["问题", "责任单位", header], *(["a", "甲局", one] for one in texts)])
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    kinds: dict[str, list[str]] = {}
    for one in rows_of(run_mapping(mapping, [path], tmp_path / "case", AT).folder, "actions"):
        if one["kind"] != "accepted":
            kinds.setdefault(one["finding"], []).append(one["kind"])
    return {text: " ".join(kinds.get(str(row), [])) for row, text in enumerate(texts, start=2)}


def told_apart(table: dict[str, str]) -> dict[str, str]:
    return {text.strip(): kinds for kinds, texts in table.items() for text in re.split(r"[|\n]", texts)}


def test_what_a_status_stands_for(tmp_path: Path) -> None:
    expected = told_apart(STATUSES)
    assert actions_by_text(tmp_path, "整改状态", list(expected)) == expected


def test_what_a_report_on_progress_stands_for(tmp_path: Path) -> None:
    expected = told_apart({
        "rectified": """市财政局已将滞留的贴息资金全部拨付到位，已完成整改，尚未销号。
            整改完成。虚拟账户已全部清理。
            The refunds have been paid. The action plan has been fully implemented.
            已追回全部资金并上缴国库，经审计组复核已销号。""",
        "": """正在与各县对接，拟于年底前完成整改。
            已退还资金八万元，其余未完成整改。
            完成整改60%，其余资金按计划逐步拨付到位。
            The unit is working on it, completed 60% so far.""",
    })  # fmt: skip
    assert actions_by_text(tmp_path, "整改进展", list(expected)) == expected


def test_what_a_verdict_stands_for(tmp_path: Path) -> None:
    expected = told_apart({
        "verified": """属实|整改属实，未发现弄虚作假|整改到位，不再跟踪|不需再整改，已核实|合格|验收通过|同意销号
            已核实无误|认可|是|不存在虚假整改，整改到位|未发现未整改到位的情况，属实|资金已退回，整改属实
            Verified, noted|Verified. No exceptions
            Accepted|Confirmed|Pass|Yes|Sufficient""",
        "rejected": """不属实|未通过|验收不通过|不合格|整改不到位|未整改到位|未完全到位|虚假整改
            存在弄虚作假|退回|退回重新整改|不认可|不同意销号|否
            经核实，问题仍存在|部分未整改|整改未完成
            Not verified|Not accepted|Could not be verified|Rejected|Failed|Insufficient|No
            Evidence is not sufficient""",
        "": "待核实|尚未核实|未核查|正在核查|部分属实|Not yet verified|Pending",
    })  # fmt: skip
    assert actions_by_text(tmp_path, "核查结论", list(expected)) == expected


def test_what_a_column_of_closed_problems_stands_for(tmp_path: Path) -> None:
    expected = told_apart(
        {"verified": "是|已销号|销号|√|Yes|Closed", "": "否|未销号|待销号|已整改，未销号|拟销号|部分销号|No|Not closed"}
    )
    assert actions_by_text(tmp_path, "是否销号", list(expected)) == expected


@pytest.mark.parametrize(
    ("severity", "texts"),
    [
        ("high", "高|较高|重大|严重|特别严重|high|Critical|material weakness"),
        ("medium", "中|一般|较大|重要|非重大|medium|Significant deficiency"),
        ("low", "低|较低|轻微|较轻|不严重|不高|low|minor|immaterial|Not material|non-critical|insignificant"),
    ],
)
def test_what_a_severity_stands_for(tmp_path: Path, severity: str, texts: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("问题,责任单位,严重程度\n" + "".join(f"{one},甲局,{one}\n" for one in texts.split("|")))
    folder = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT).folder
    assert {one["title"]: one["severity"] for one in rows_of(folder, "findings")} == dict.fromkeys(
        texts.split("|"), severity
    )


def test_a_status_with_a_column_for_each_of_its_values(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("问题,牵头单位,已整改,正在整改,未整改\na,甲局,√,,\nb,乙局,,√,\n")
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    folder = run_mapping(mapping, [path], tmp_path / "case", AT).folder
    assert [one["finding"] for one in rows_of(folder, "actions") if one["kind"] == "rectified"] == ["2"]
    # The leading unit is the responsible one where no column names another.
    assert [one["agency"] for one in rows_of(folder, "findings")] == ["甲局", "乙局"]


def test_sheets_of_the_same_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    header: list[object] = ["序号", "问题", "责任单位", "金额（万元）"]
    sheets: dict[str, list[list[object]]] = {
        "甲县": [["甲县台账"], header, [1, "a", "甲局", 1], [2, "b", "甲局", 2]],
        "乙县": [header, [1, "c", "乙局", 3]],
        "已整改": [header, [1, "a", "甲局", 1]],
        "旧版": [[*header, "备注", "发现时间"], [1, "old", "旧局", 9, "x", "2019-01-01"]],
        "空表": [],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    book = openpyxl.load_workbook(path)
    book["旧版"].sheet_state = "hidden"
    book.save(path)
    proposal = suggest(path)
    result = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT)
    assert [(one["id"], one["title"], one["amount"]) for one in rows_of(result.folder, "findings")] == [
        ("甲县-1", "a", "10000"),
        ("甲县-2", "b", "20000"),
        ("乙县-1", "c", "30000"),
    ]
    # A sheet that repeats rows of another is joined to it; a hidden one is left out, and both times it is told.
    assert "# Sheets that are left out (未采用的工作表): 旧版 (hidden)" in proposal.text
    assert any("no source of the mapping takes the sheet 旧版 (hidden)" in one for one in result.warnings)


def test_a_problem_of_several_measures_is_rectified_when_all_of_them_are(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["序号", "问题", "整改措施", "责任单位", "整改时限", "整改状态", "整改完成时间", "是否销号"],
        [1, "超标", "改造", "甲局", "2020-06-30", "已整改", "2020-06-01", "是"],
        [None, None, "监管", "乙局", "2020-12-31", "正在整改", None, "否"],
        [2, "堆放", "清运", "丙局", "2020-06-30", "已整改", "2020-06-20", "是"],
        [None, None, "填埋", "丁局", "2020-07-31", "已整改", "2020-07-20", "是"],
    ]
    path = messy(tmp_path / "a.xlsx", lines, ["A2:A3", "B2:B3", "A4:A5", "B4:B5"])
    folder = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT).folder
    assert [(one["id"], one["整改措施"]) for one in rows_of(folder, "findings")] == [
        ("1", "改造; 监管"),
        ("2", "清运; 填埋"),
    ]
    told = [(one["id"], one["by"], one["on"], one["due_on"]) for one in rows_of(folder, "actions")]
    assert told == [
        ("1-2/accepted", "甲局", "2020-01-01", "2020-06-30"),
        ("1-3/accepted", "乙局", "2020-01-01", "2020-12-31"),
        ("2-4/accepted", "丙局", "2020-01-01", "2020-06-30"),
        ("2-5/accepted", "丁局", "2020-01-01", "2020-07-31"),
        ("2/rectified", "丙局", "2020-07-20", ""),
        ("2/verified", "", "2020-07-20", ""),
    ]


def test_an_amount_merged_over_rows_of_several_is_the_amount_of_none_of_them(tmp_path: Path) -> None:
    header: list[object] = ["拨付单位", "收款单位", "拨付金额（万元）", "拨付时间"]
    lines: list[list[object]] = [
        header,
        ["市财政局", "甲县财政局", 300, "2020-06-01"],
        ["市财政局", "乙县财政局", None, "2020-06-01"],
        ["市财政局", "丙县财政局", 50, "2020-06-02"],
    ]
    path = messy(tmp_path / "a.xlsx", lines, ["A2:A4", "C2:C3"])
    result = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case")
    assert [(one["to"], one["amount"]) for one in rows_of(result.folder, "transfers")] == [("丙县财政局", "500000")]
    assert [one.text() for one in result.account.rejects] == [
        f"a.xlsx (Sheet), line {row}: rows for transfers 'transfers.amount = 300': "
        "stands in a cell merged over several rows; nothing says what is whose"
        for row in (2, 3)
    ]
    assert "写在跨多行的合并单元格里，没有写明各占多少" in result.account.rejects[0].text("zh")


def test_an_amount_merged_over_several_findings_is_kept_beside_them(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["序号", "问题", "责任单位", "涉及金额（元）"],
        [1, "a", "甲局", 90],
        [2, "b", "乙局", None],
        [3, "c", "甲局", 7],
        [None, None, "乙局", None],
    ]
    path = messy(tmp_path / "a.xlsx", lines, ["D2:D3", "A4:A5", "B4:B5", "D4:D5"])
    result = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT)
    findings = rows_of(result.folder, "findings")
    assert [(one["title"], one["amount"], one["amount_given"]) for one in findings] == [
        ("a", "", "90"),
        ("b", "", "90"),
        # The number is merged over the same rows: they are one finding, whose amount it is.
        ("c", "7", ""),
    ]
    (warning,) = (one for one in result.warnings if "merged" in one)
    assert warning == (
        "findings.amount: 2 rows share a merged cell with others, and nothing says what is whose; "
        "it is kept as amount_given (Sheet row 2: 90; Sheet row 3: 90)"
    )
    assert said(warning, "zh").startswith("findings.amount：2 行与其他行共用合并单元格")


def test_an_amount_merged_in_a_joined_list_is_shared_too(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "问题清单": [["问题编号", "问题"], ["P1", "a"], ["P2", "b"], ["P3", "c"]],
        "责任清单": [
            ["问题编号", "责任单位", "整改时限", "涉及金额（元）"],
            ["P1", "甲局", "2020-06-30", 90],
            ["P2", "乙局", "2020-06-30", None],
            ["P3", "丙局", "2020-06-30", 7],
        ],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    book = openpyxl.load_workbook(path)
    book["责任清单"].merge_cells("D2:D3")
    book.save(path)
    folder = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT).folder
    assert [(one["title"], one["amount"]) for one in rows_of(folder, "findings")] == [("a", ""), ("b", ""), ("c", "7")]


def test_errors_and_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["问题", "责任单位", "金额（元）"],
        ["a", "甲局", "=1+1"],
        ["b", "甲局", 5],
        ["c", "乙局", "#REF!"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"台账": lines})
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    (warning,) = run_mapping(mapping, [path], tmp_path / "case", AT).warnings
    assert "a.xlsx (台账): 2 cells hold an error or a formula that was never calculated" in warning
    assert "C2, C4;" in warning


def test_a_row_that_no_lookup_takes_is_told(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "问题清单": [["问题编号", "问题"], ["P1", "a"], ["P2", "b"]],
        "责任清单": [["问题编号", "责任单位", "整改时限"], ["P1", "甲局", "2020-06-30"], ["P9", "丙局", "2020-06-30"]],
    }
    path = workbook(tmp_path / "a.xlsx", sheets)
    mapping = read_mapping(proposed(path, tmp_path / "m.yaml"))
    account = run_mapping(mapping, [path], tmp_path / "case", AT).account
    tally = account.as_json()["rows of a.xlsx (责任清单)"]
    assert (tally["used"], tally["kept"]) == (1, 1)


def test_what_stands_under_no_header_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("问题,责任单位,\na,甲局,批注,又一\nb,乙局\n,,,边注\n")
    proposal = suggest(path)
    assert proposal.kept == ["column C", "column D"]
    result = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT)
    assert [(one["column C"], one["column D"]) for one in rows_of(result.folder, "findings")] == [
        ("批注", "又一"),
        ("", ""),
    ]
    assert "1 kept: no data row: nothing below the header" in "\n".join(result.account.lines())
    assert "1 保留: 不是数据行（表头以下没有内容）" in "\n".join(result.account.lines("zh"))


def test_a_problem_that_begins_like_a_note_or_total_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    problems = ["填报数据不实", "合计数不符", "审核人员未签字", "市本级小计", "合计：3项", "填报人：张三", "备注：略"]
    path.write_text("问题,责任单位\n" + "".join(f"{one},甲局\n" for one in problems))
    result = run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case", AT)
    assert [one["title"] for one in rows_of(result.folder, "findings")] == problems[:3]


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


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


def test_units_stand_without_the_word_that_says_who_leads(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["序号", "问题", "责任单位", "整改时限"],
        [1, "漏报", "市农业农村局（牵头）、某县政府", "2020-03-31"],
        [2, "错报", "牵头单位：市财政局；配合单位：市民政局", "2020-03-31"],
    ]
    made = brought_in(tmp_path, {"台账": lines})
    names = [row["name"] for row in table(made, "agencies")]
    assert names == ["市农业农村局", "某县政府", "市财政局", "市民政局"]
    assert [row["agency"] for row in table(made, "findings")] == ["市农业农村局", "市财政局"]


def test_offices_of_one_unit_may_be_responsible(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["序号", "问题", "牵头科室", "配合科室", "计划完成时间"],
        [1, "漏报", "办公室", "人事科", "2020-03-31"],
    ]
    made = brought_in(tmp_path, {"台账": lines})
    assert [row["agency"] for row in table(made, "findings")] == ["办公室"]
    assert [row["name"] for row in table(made, "agencies")] == ["办公室", "人事科"]


def test_a_problem_without_a_day_of_finding_is_none_that_is_lost(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["问题编号", "问题", "发现时间", "问题性质", "是否销号"],
        ["A", "漏报", "2020-05-01", "一般问题", "是"],
        ["B", "错报", "—", "严重问题", "部分销号"],
        ["C", "迟报", "2020-04-01", "一般问题", "否"],
    ]
    made = brought_in(tmp_path, {"台账": lines})
    found = {row["id"]: row for row in table(made, "findings")}
    assert {key: row["found_on"] for key, row in found.items()} == {
        "A": "2020-05-01",
        "B": "2020-04-01",
        "C": "2020-04-01",
    }
    assert any("found_on" in warning for warning in made.warnings)
    # 问题性质 says how grave they are: two of one unit that are 一般问题 are not the same problem again.
    assert {key: (row["severity"], row["kind"]) for key, row in found.items()} == {
        "A": ("medium", ""), "B": ("high", ""), "C": ("medium", ""),
    }  # fmt: skip
    assert [row["finding"] for row in table(made, "actions") if row["kind"] == "verified"] == ["A"]


def test_a_unit_in_a_note_or_in_the_instructions_counts_and_no_amount_is_progress(tmp_path: Path) -> None:
    header: list[object] = ["序号", "问题", "责任单位", "金额", "整改时限"]
    row: list[object] = [1, "漏报", "甲局", 25, "2020-03-31"]
    with_note = brought_in(tmp_path / "note", {"台账": [header, row, ["注：金额单位为万元。"]]})
    beside = brought_in(
        tmp_path / "beside", {"台账": [header, row], "填报说明": [["1.由各单位填写"], ["2.金额单位均为万元。"]]}
    )
    own = brought_in(tmp_path / "own", {"台账": [["单位：元"], header, row, ["注：金额单位为万元。"]]})
    assert [table(one, "findings")[0]["amount"] for one in (with_note, beside, own)] == ["250000", "250000", "25"]

    path = tmp_path / "split.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (
        ["问题", "整改情况", None, "整改期限"],
        [None, "上缴财政（万元）", "归还原渠道（万元）", None],
        ["漏报", 30, None, "2020-03-31"],
    ):
        sheet.append(line)
    for merged in ("A1:A2", "B1:C1", "D1:D2"):
        sheet.merge_cells(merged)
    book.save(path)
    assert "progress" not in suggest(path).taken.values()


def test_another_table_below_has_columns_of_its_own(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["一、已完成整改的问题"],
        ["序号", "问题", "责任单位", "涉及金额（万元）", "完成时间"],
        [1, "漏缴税款", "市税务局", 10, "2023-05-01"],
        ["二、未完成整改的问题"],
        ["序号", "问题", "责任单位", "涉及金额（万元）", "计划完成时间"],
        [1, "资产未入账", "市财政局", 300, "2023-12-31"],
        ["合计", None, None, 310, None],
    ]
    made = brought_in(tmp_path, {"台账": lines})
    assert not made.account.rejects
    assert [(row["title"], row["amount"]) for row in table(made, "findings")] == [
        ("漏缴税款", "100000"),
        ("资产未入账", "3000000"),
    ]
    actions = table(made, "actions")
    assert [(row["kind"], row["on"] if row["kind"] == "rectified" else row["due_on"]) for row in actions] == [
        ("accepted", ""),
        ("accepted", "2023-12-31"),
        ("rectified", "2023-05-01"),
    ]


def test_a_day_of_making_stated_below_the_table_is_the_evaluation_day(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["某市2022年度审计查出问题整改台账"],
        ["序号", "问题", "责任单位", "整改时限"],
        [1, "漏报", "甲局", "2023年3月底前"],
        ["填表人：张某", None, None, "填表日期：2022年12月15日"],
    ]
    path = workbook(tmp_path / "book.xlsx", {"台账": lines})
    assert read_mapping(proposed(path, tmp_path / "m.yaml")).parameters["as_of"].default == "2022-12-15"


def test_a_task_is_kept_beside_its_problem(tmp_path: Path) -> None:
    lines: list[list[object]] = [
        ["序号", "工作任务", "责任单位", "完成时限", "整改进度", "存在问题"],
        [1, "雨污分流改造", "县住建局", "2024年6月", "60%", "资金缺口"],
        [2, "养老中心", "县民政局", "2024年6月", "100%", "无"],
    ]
    made = brought_in(tmp_path, {"台账": lines})
    assert [(row["title"], row["工作任务"]) for row in table(made, "findings")] == [
        ("资金缺口", "雨污分流改造"),
        ("养老中心", "养老中心"),
    ]
    assert [row["finding"] for row in table(made, "actions") if row["kind"] == "rectified"] == ["2"]


def brought_in(tmp_path: Path, sheets: dict[str, list[list[object]]]) -> ImportResult:
    tmp_path.mkdir(exist_ok=True)
    path = workbook(tmp_path / "book.xlsx", sheets)
    return run_mapping(read_mapping(proposed(path, tmp_path / "m.yaml")), [path], tmp_path / "case")


def table(made: ImportResult, name: str) -> list[dict[str, str]]:
    with (made.folder / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
