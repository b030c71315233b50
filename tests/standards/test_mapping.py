"""Any sheet to case tables by a mapping: what comes in, what is rejected with its place, what is told."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from graphkit.model.errors import InputError, UsageError
from graphkit.standards.mapping import bundled, bundled_mapping, read_mapping, run_mapping
from graphkit.standards.mapping.model import Mapping
from graphkit.standards.result import ImportResult
from tests.standards.conftest import FIXTURES, Bring

SMALL: dict[str, Any] = {
    "case": {"id": "m", "currency": "CNY"},
    "sources": {"main": {"file": "*.csv"}},
    "tables": [
        {
            "table": "agencies",
            "from": "main",
            "each": {"column": "单位", "split": "[、,]"},
            "columns": {"id": "_each", "name": "_each"},
        },
        {
            "table": "findings",
            "from": "main",
            "keep_rest": True,
            "columns": {
                "id": "{年}-{编号}",
                "title": "问题",
                "agency": {"column": "单位", "split": "[、,]", "take": "first"},
                "found_on": "日期",
                "amount": {"column": "金额", "unit": "万元"},
                "severity": {"column": "程度", "map": {"严重": "high", "*": "low"}},
            },
        },
    ],
}
SHEET = """年,编号,问题,单位,日期,金额,程度,备注
2020,01,漏报,甲、乙,2020年3月1日,1.5,严重,x
2020,02,错报,乙,不详,2,一般,
2020,03,迟报,乙,2020.5,多,一般,y
"""


def mapping_of(tmp_path: Path, **changes: Any) -> Mapping:
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}, allow_unicode=True), encoding="utf-8")
    return read_mapping(path)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_sheet_comes_in(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(SHEET.encode(encoding))
    made = run_mapping(mapping_of(tmp_path), [tmp_path / "a.csv"], tmp_path / "case")
    assert [row["id"] for row in rows(made.folder, "agencies")] == ["甲", "乙"]
    first, last = rows(made.folder, "findings")
    assert (first["id"], first["agency"], first["found_on"], first["amount"], first["severity"]) == (
        "2020-01",
        "甲",
        "2020-03-01",
        "15000",
        "high",
    )
    assert (first["source"], first["locator"], first["备注"]) == ("a.csv", "row 2", "x")
    assert (last["found_on"], last["amount"], last["amount_given"]) == ("2020-05-31", "", "多")


def test_rows_that_cannot_be_used_are_rejected_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SHEET)
    made = run_mapping(mapping_of(tmp_path), [tmp_path / "a.csv"], tmp_path / "case")
    assert [one.text() for one in made.account.rejects] == [
        "a.csv, line 3: rows for findings 'findings.found_on = 不详': is no date that can be understood"
    ]
    assert made.account.balanced
    assert any("amount_given" in warning for warning in made.warnings)
    assert (made.folder / "rejects.csv").exists()


def test_rows_with_the_same_key_count_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "年,编号,问题,单位,日期,金额,程度\n2020,1,甲,甲,2020-01-01,1,\n2020,1,甲,甲,2020-01-01,1,\n2020,1,乙,甲,2020-01-01,1,\n"
    )
    made = run_mapping(mapping_of(tmp_path), [tmp_path / "a.csv"], tmp_path / "case")
    assert made.account.tallies["rows for findings"].kept == {"the same row again": 1}
    assert [one.text() for one in made.account.rejects] == [
        "a.csv, line 4: rows for findings '2020-1': is there already, with another title; the first row counts"
    ]


def test_a_day_that_nobody_gave_is_told(tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    asked = {"as_of": {"type": "date", "default": "2020-06-30"}}
    mapping = mapping_of(tmp_path, parameters=asked, case={**SMALL["case"], "as_of": "{as_of}"})
    told = "as_of is 2020-06-30, as the mapping has it; for another day --set as_of=…"
    assert told in run_mapping(mapping, [sheet], tmp_path / "one").warnings
    given = run_mapping(mapping, [sheet], tmp_path / "two", {"as_of": "2020-12-31"})
    assert [one for one in given.warnings if one.startswith("as_of")] == []


def test_groups_lookups_conditions_and_parameters(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("no,text,award,open\n1,Wages,A,yes\n1,,B,yes\n2,Cash,A,no\n")
    (tmp_path / "b.csv").write_text("award,amount\nA,5\nB,7\n")
    path = tmp_path / "m.yaml"
    path.write_text("""
case: {id: "c-{year}", as_of: "{end}"}
parameters:
  year: {source: b, value: {constant: 2021}}
  end: {type: date, value: {template: "{year}-06-30", add_months: 9}}
sources: {a: {file: a.csv}, b: {file: b.csv}, c: {file: c.csv, required: false}}
tables:
  - table: findings
    from: a
    group_by: no
    columns:
      id: "F{no}"
      title: text
      found_on: {parameter: end, add_days: -1}
      amount: {lookup: {source: b, where: award, equals: award, take: amount}}
      attribute:awards: {column: award, collect: true}
  - table: actions
    from: a
    when: {value: open, in: ["yes"]}
    group_by: no
    columns: {id: "A{no}", finding: "F{no}", kind: {constant: accepted}, on: {parameter: end}}
""")
    made = run_mapping(read_mapping(path), [tmp_path], tmp_path.parent / f"{tmp_path.name}-case")
    first, second = rows(made.folder, "findings")
    assert (first["id"], first["awards"], first["amount"], first["found_on"]) == ("F1", "A; B", "5", "2022-03-30")
    assert second["title"] == "Cash"
    assert [row["id"] for row in rows(made.folder, "actions")] == ["A1"]
    assert made.case_id == "c-2021"
    given = run_mapping(read_mapping(path), [tmp_path], tmp_path.parent / f"{tmp_path.name}-case2", {"year": "2019"})
    assert given.case_id == "c-2019"


def agencies_with(name: object, **columns: object) -> dict[str, Any]:
    return {"tables": [{"table": "agencies", "from": "main", "columns": {"id": "a", "name": name, **columns}}]}


def findings_from(source: str, **columns: str) -> dict[str, Any]:
    return {"tables": [{"table": "findings", "from": source, "columns": {"id": "a", **columns}}]}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tables": [{"table": "finding", "from": "main", "columns": {}}]}, "there are policies, regions"),
        (findings_from("x", title="b", found_on="c"), "no source is called 'x'"),
        (findings_from("main"), "needs the column found_on, title"),
        (agencies_with("b", colour="c"), "attribute:colour"),
        (agencies_with({"column": "b", "constant": "c"}), "exactly one of"),
        (agencies_with({"column": "b", "extract": "("}), "no regular expression"),
        (agencies_with({"column": "b", "map": "m"}), "no value map is called 'm'"),
        (agencies_with({"column": "b", "cases": "m"}), "no cases are called 'm'"),
        (agencies_with({"column": "b", "spilt": "m"}), "spilt: is not known here"),
        (agencies_with({"column": "b", "not_before": "m"}), "no parameter is called 'm'"),
        ({"case": {"title": "x"}}, "case: id is missing"),
        ({"sources": {"main": {"layout": "rows"}}}, "layout"),
    ],
)
def test_a_wrong_mapping_is_told_what_and_where_in_one_line(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        mapping_of(tmp_path, **changes)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_yaml_that_is_none_is_told_its_line(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("case:\n  id: [")
    with pytest.raises(InputError, match=r"line 2|line 3"):
        read_mapping(path)


def test_wrong_files_and_parameters_are_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(SHEET)
    mapping = mapping_of(tmp_path, parameters={"day": {"type": "date", "description": "the day"}})
    with pytest.raises(UsageError, match=r"parameter day \(the day\) has no value; give one with --set day="):
        run_mapping(mapping, [tmp_path / "a.csv"], tmp_path / "case")
    with pytest.raises(UsageError, match="is no date"):
        run_mapping(mapping, [tmp_path / "a.csv"], tmp_path / "case", {"day": "someday"})
    with pytest.raises(UsageError, match="the mapping's parameters are day"):
        run_mapping(mapping, [tmp_path / "a.csv"], tmp_path / "case", {"dya": "2020-01-01"})
    with pytest.raises(UsageError, match="none of the files is called"):
        run_mapping(mapping, [tmp_path / "mapping.yaml"], tmp_path / "case", {"day": "2020-01-01"})
    (tmp_path / "b.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match="has none of the columns that the mapping uses"):
        run_mapping(mapping, [tmp_path / "b.csv"], tmp_path / "case", {"day": "2020-01-01"})


def test_a_workbook_with_title_deep_header_merged_cells_totals_and_signatures(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["整改台账", *[None] * 4],
        ["编号", "问题", "整改情况", None, "单位"],
        [None, None, "状态", "时间", None],
        [1, "甲", "是", "2020-01-02", "A"],
        [None, None, "否", None, "B"],
        [2, "乙", "否", None, "C"],
        ["一、其他问题", *[None] * 4],
        ["合计", 2],
        ["填表人：某", None, "审核人：某"],
    ):
        sheet.append(line)
    for merged in ("A1:E1", "C2:D2", "A2:A3", "B2:B3", "E2:E3", "A4:A5", "B4:B5", "A7:E7"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    path = tmp_path / "m.yaml"
    path.write_text("""
case: {id: c}
sources: {main: {file: "*.xlsx"}}
tables:
  - table: findings
    from: main
    group_by: 编号
    keep_rest: true
    columns: {id: 编号, title: 问题, found_on: {constant: 2020-01-01}, "attribute:单位": {column: 单位, collect: true}}
""")
    made = run_mapping(read_mapping(path), [tmp_path / "a.xlsx"], tmp_path / "case")
    first, second = rows(made.folder, "findings")
    assert (first["id"], first["title"], first["单位"], first["状态"], first["时间"], first["locator"]) == (
        "1",
        "甲",
        "A; B",
        "是; 否",
        "2020-01-02",
        "Sheet row 4",
    )
    assert (second["id"], second["locator"]) == ("2", "Sheet row 6")
    tally = made.account.tallies["rows of a.xlsx (Sheet)"]
    assert (tally.read, tally.used.total(), tally.kept.total()) == (6, 3, 3)


def test_json_comes_in_as_objects_lines_or_named_ranges(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "case: {id: c}\nsources: {main: {path: a.b}}\n"
        "tables: [{table: agencies, from: main, columns: {id: k, name: n}}]\n"
    )
    (tmp_path / "x.json").write_text(json.dumps({"a": {"b": [{"k": 1, "n": "One"}, {"k": 2.50, "n": {"x": 1}}]}}))
    made = run_mapping(read_mapping(path), [tmp_path / "x.json"], tmp_path / "case")
    assert [(row["id"], row["name"]) for row in rows(made.folder, "agencies")] == [("1", "One"), ("2.5", '{"x": 1}')]
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(InputError, match="nothing at path"):
        run_mapping(read_mapping(path), [tmp_path / "x.json"], tmp_path / "case2")


def test_a_single_audit_shows_what_is_refused_repeated_and_overdue(bring: Bring) -> None:
    brought = bring(lambda files, out: run_mapping(bundled_mapping("fac-single-audit"), files, out), [FIXTURES / "fac"])
    assert brought.evaluation.case.title.en == "Single audit of Town of Example, year ended 2021-06-30"
    assert str(brought.evaluation.as_of) == "2022-03-31"
    assert {gap.subject for gap in brought.evaluation.gaps(kind=["instruction_not_followed"])} == {
        "2021-002",
        "2021-004",
    }
    assert {gap.subject for gap in brought.evaluation.gaps(kind=["reported_pain"])} == {"2021-001"}
    assert {gap.subject for gap in brought.evaluation.gaps(kind=["overdue_rectification"])} == {"2021-001"}
    assert {gap.subject for gap in brought.evaluation.gaps(kind=["unverified_rectification"])} == {"2021-003"}
    assert sum(brought.evaluation.counts().values()) == 5
    agencies = brought.evaluation.sql("SELECT id FROM agencies WHERE kind = 'department' ORDER BY id").to_pylist()
    assert [row["id"] for row in agencies] == ["Education", "Health", "Labor"]


def test_the_mappings_that_come_along_are_sound() -> None:
    assert bundled()
    for name, description in bundled().items():
        assert description, name
        bundled_mapping(name)
    with pytest.raises(UsageError, match="no mapping of graphkit's own"):
        bundled_mapping("../secrets")


def test_where_the_plans_are_missing_nobody_knows_whether_a_finding_was_taken_up(bring: Bring) -> None:
    files = [path for path in sorted((FIXTURES / "fac").iterdir()) if "corrective-action" not in path.name]
    brought = bring(lambda files, out: run_mapping(bundled_mapping("fac-single-audit"), files, out), files)
    assert brought.loaded.loaded["findings"]
    assert "unaddressed_finding" not in brought.evaluation.counts()
    assert any("corrective-action" in warning for warning in brought.made.warnings)


def test_a_single_audit_may_say_true_and_false_or_have_no_findings(tmp_path: Path, bring: Bring) -> None:
    def import_(files: Sequence[Path], out: Path) -> ImportResult:
        return run_mapping(bundled_mapping("fac-single-audit"), files, out)

    as_given = bring(import_, [FIXTURES / "fac"]).evaluation.counts()
    booleans, no_findings = tmp_path / "booleans", tmp_path / "no-findings"
    for folder in (booleans, no_findings):
        shutil.copytree(FIXTURES / "fac", folder)
    for path in booleans.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"Y"', "true").replace('"N"', "false"), encoding="utf-8")
    assert bring(import_, [booleans]).evaluation.counts() == as_given
    for path in [*no_findings.glob("audit-findings*"), *no_findings.glob("corrective*")]:
        path.unlink()
    brought = bring(import_, [no_findings])
    assert brought.evaluation.counts() == {}
    assert brought.loaded.loaded["transfers"]


@pytest.mark.parametrize(
    ("plan", "kinds", "gaps"),
    [
        ("Implementation date(s): May 31, 2022", {"accepted"}, set()),
        ("Implementation date(s): March 1, 2022", {"accepted"}, {"overdue_rectification"}),
        # Before the audited year was over the plan was not written: it can only have been done then.
        ("The portal checks this now. Implementation date(s): March 1, 2021", {"accepted"}, set()),
        ("Implementation date(s): Fully implemented August 2021. Responsible: J. Doe", {"rectified"},
         {"unverified_rectification"}),
        ("The queries were completed in October 2021. Implementation date(s): October 31, 2021", {"rectified"},
         {"unverified_rectification"}),
        ("The list was implemented on March 1, 2021 and we will continue to use it.", {"rectified"}, set()),
        ("One was completed in October 2021, two will be. Completion date: June 2022", {"accepted"}, set()),
        ("Explanation of disagreement with audit finding: There is no disagreement.", {"accepted"}, set()),
        ("", set(), {"unaddressed_finding"}),
    ],
)  # fmt: skip
def test_plans_of_a_single_audit_as_others_write_them(
    tmp_path: Path, bring: Bring, plan: str, kinds: set[str], gaps: set[str]
) -> None:
    folder = tmp_path / "fac"
    shutil.copytree(FIXTURES / "fac", folder)
    path = folder / "corrective-action-plan-1.json"
    sheets = json.loads(path.read_text(encoding="utf-8"))
    ranges = {one["name"]: one["values"] for one in sheets[1]["ranges"]}
    ranges["planned_action"][ranges["reference_number"].index("2021-003")] = plan
    path.write_text(json.dumps(sheets), encoding="utf-8")
    brought = bring(lambda files, out: run_mapping(bundled_mapping("fac-single-audit"), files, out), [folder])
    actions = brought.evaluation.sql("SELECT kind FROM actions WHERE finding = '2021-003'").to_pylist()
    assert {row["kind"] for row in actions} == kinds
    assert {gap.kind for gap in brought.evaluation.gaps() if gap.subject == "2021-003"} == gaps


def test_public_csv_of_the_clearinghouse_shows_what_is_refused_repeated_and_open(bring: Bring) -> None:
    brought = bring(
        lambda files, out: run_mapping(bundled_mapping("fac-public-csv"), files, out), [FIXTURES / "fac-csv"]
    )
    assert not brought.made.account.rejects
    report = "2023-06-GSAFAC-0000000101"
    counts = brought.evaluation.counts()
    by_kind = {kind: {gap.subject for gap in brought.evaluation.gaps(kind=[kind])} for kind in counts}
    assert by_kind == {
        "instruction_not_followed": {f"{report}/2023-002"},
        "reported_pain": {f"{report}/2023-001"},
        "overdue_rectification": {f"{report}/2023-001"},
        "unverified_rectification": {f"{report}/2023-003"},
        # Its report is public and has plans for others. The tribe's are not, nor those from before they were collected.
        "unaddressed_finding": {f"{report}/2023-005"},
    }
    assert str(brought.evaluation.as_of) == "2024-06-20"
    findings = {row["id"]: row for row in rows(brought.made.folder, "findings")}
    assert findings[f"{report}/2023-001"]["awards"] == "AWARD-0001; AWARD-0002"
    assert findings[f"{report}/2023-001"]["repeats"] == "2022-001, 2021-003"
    assert findings[f"{report}/2023-002"]["title"] == "2023-002 Allowable costs"
    assert findings[f"{report}/2023-002"]["amount"] == "18250.75"
    assert findings["2019-12-CENSUS-0000303030/2019-001"]["agency"] == "EIN-343333333"
    transfers = {row["id"]: row for row in rows(brought.made.folder, "transfers")}
    assert len(transfers) == 5  # neither what was doubled, nor what a later submission replaced
    assert transfers[f"{report}/AWARD-0001"]["from"] == "source:MINNESOTA DEPARTMENT OF EDUCATION"
    assert transfers[f"{report}/AWARD-0003"]["to"] == "source:returned"


def test_public_csv_without_plans_or_findings_files(tmp_path: Path, bring: Bring) -> None:
    for name, unread, expected in (("no-plans", "corrective*", {"reported_pain"}), ("no-findings", "findings*", set())):
        folder = tmp_path / name
        shutil.copytree(FIXTURES / "fac-csv", folder)
        for path in folder.glob(unread):
            path.unlink()
        brought = bring(lambda files, out: run_mapping(bundled_mapping("fac-public-csv"), files, out), [folder])
        assert set(brought.evaluation.counts()) == expected
        assert brought.loaded.loaded["transfers"]


def test_a_kept_column_does_not_take_the_place_of_one_of_the_table(tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    sheet.write_text(
        "年,编号,问题,单位,日期,金额,程度,id,count\n2020,01,漏报,甲,2020-03-01,1,严重,77,many\n", encoding="utf-8"
    )
    made = run_mapping(mapping_of(tmp_path), [sheet], tmp_path / "case")
    (row,) = rows(made.folder, "findings")
    assert (row["id"], row["id_in_file"], row["count"], row["count_in_file"]) == ("2020-01", "77", "", "many")
