"""The report model says what the evaluation says, and says it in both languages."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.model.errors import UsageError
from graphkit.reports import build
from graphkit.reports.build import Request, build_report, ranked_roots
from graphkit.reports.document import PAPER_ROWS, Column, Figures, Paragraph, Table, on_paper
from graphkit.reports.model import Report
from graphkit.reports.outline import outline
from graphkit.reports.text import Lang
from tests.reports.small import write_case

SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"


def _roots(evaluation: Evaluation) -> list[str]:
    return [gap.id for gap in evaluation.gaps() if gap.root and gap.category != "unknown"]


@pytest.fixture(scope="module")
def dim(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """The small case with County Six alone looked at; of what happened there one row is made up, another is not."""
    folder = tmp_path_factory.mktemp("dim")
    tables = write_case(folder / "case") / "tables"
    for name, old, new in (
        ("events", "started,2020-03-01,doc-1", "started,2020-03-01,synthetic"),
        ("coverage", "rent,,1401", "rent,,140106"),
    ):
        text = (tables / f"{name}.csv").read_text("utf-8")
        assert old in text
        (tables / f"{name}.csv").write_text(text.replace(old, new, 1), "utf-8")
    head, *assigned = (tables / "assignments.csv").read_text("utf-8").splitlines()
    text = "\n".join([f"{head},source", *(f"{line},doc-1" for line in assigned)])
    (tables / "assignments.csv").write_text(text, "utf-8")
    assert load_case(Facts(folder / "workspace", create=True), folder / "case").rejected == 0
    return evaluate(Facts(folder / "workspace"), "small")


def _tables(report: Report, lang: Lang = "en") -> dict[str, Table]:
    blocks = [block for section in outline(report, lang).sections for block in section.blocks]
    return {block.name: block for block in blocks if isinstance(block, Table)}


def test_what_nobody_looked_at_is_no_root_and_stands_apart(dim: Evaluation) -> None:
    told = build_report(dim)
    assert {entry.gap.category for entry in told.roots} <= {"break", "blockage", "difficulty", "pain"}
    assert told.roots_total == len(told.roots) == len(_roots(dim))
    unseen = [gap.id for gap in dim.gaps(kind="unobserved_step")]
    assert [entry.gap.id for entry in told.unobserved] == unseen
    assert told.unobserved_total == len(unseen) == 2
    assert len(_tables(told)["Not looked at"].rows) == 2
    assert told.policies[0].root_by_category["unknown"] == 2
    (figures,) = (block.items for block in outline(told, "zh").sections[0].blocks if isinstance(block, Figures))
    assert [one.value for one in figures if one.label.startswith("未查")] == ["2"]


def test_a_policy_does_not_stop_where_nobody_looked(dim: Evaluation) -> None:
    (line,) = build_report(dim).policies
    assert line.stops_at is not None
    assert (line.stops_at.zh, line.stopped_places) == ("兑现", 1)


def test_of_stages_that_stop_as_often_the_first_of_the_chain_is_told(tmp_path: Path) -> None:
    coverage = write_case(tmp_path / "case") / "tables" / "coverage.csv"
    coverage.write_text("policy,stage,scope\nrent,,140106\nrent,,1402\n", "utf-8")
    assert load_case(Facts(tmp_path / "workspace", create=True), tmp_path / "case").rejected == 0
    evaluation = evaluate(Facts(tmp_path / "workspace"), "small")
    assert [gap.stage for gap in evaluation.gaps(kind=["missing_step", "overdue_step"])] == ["waive", "sum"]
    (line,) = build_report(evaluation).policies
    assert line.stops_at is not None
    assert (line.stops_at.zh, line.stopped_places) == ("兑现", 1)


def test_nobody_waits_behind_what_nobody_looked_at(dim: Evaluation) -> None:
    (line,) = build_report(dim).waiting
    assert (line.groups, line.eligible, line.waiting) == (1, 40, 40)


def test_one_made_up_row_among_the_evidence_is_told(dim: Evaluation, report: Report) -> None:
    overdue = next(entry for entry in build_report(dim).roots if entry.gap.kind == "overdue_step")
    assert {one.document for one in overdue.gap.evidence} == {"synthetic", "doc-1"}
    assert overdue.synthetic
    assert not any(entry.synthetic for entry in report.roots)


def test_without_coverage_how_much_nobody_looked_at_is_not_known(made_up: Evaluation) -> None:
    document = outline(build_report(made_up), "zh")
    (figures,) = (block.items for block in document.sections[0].blocks if isinstance(block, Figures))
    assert [one.value for one in figures if one.label.startswith("未查")] == ["无从判断"]
    assert "有多少步骤无人查过无从判断" in document.sections[0].blocks[1].text  # type: ignore[union-attr]
    (row,) = [row for row in _tables(build_report(made_up), "zh")["缺口类别"].rows if row[0] == "未查"]
    assert list(row[2:]) == ["无从判断", "无从判断"]


@pytest.mark.parametrize(("lang", "unclear"), [("zh", "无从判断"), ("en", "not known")])
def test_without_deliveries_nobody_is_said_to_wait(tmp_path: Path, lang: Lang, unclear: str) -> None:
    folder = write_case(tmp_path / "case")
    (folder / "tables" / "deliveries.csv").unlink()
    assert load_case(Facts(tmp_path / "workspace", create=True), folder).rejected == 0
    told = build_report(evaluate(Facts(tmp_path / "workspace"), "small"))
    assert [(line.eligible, line.reached, line.waiting) for line in told.waiting] == [(140, None, None)]
    table = _tables(told, lang)["等待对象" if lang == "zh" else "Waiting"]
    assert list(table.rows[0][-3:]) == [140, unclear, unclear]
    (figures,) = (block.items for block in outline(told, lang).sections[0].blocks if isinstance(block, Figures))
    assert sum(one.value == unclear for one in figures) == 1


def test_a_table_says_whom_a_gap_concerns_and_of_whom_a_measure_is(report_since: Report) -> None:
    tables = _tables(report_since, "zh")
    columns = [column.title for column in tables["新增"].columns]
    assert columns[-1] == "涉及人数"
    assert [row[-1] for row in tables["新增"].rows] == [None]  # money held up is not about people
    assert [row[:2] for row in tables["等待对象"].rows] == [("减免房租", "waiver")]


def test_counts_are_those_of_the_evaluation(small: Evaluation, report: Report) -> None:
    assert {kind.kind: kind.gaps for kind in report.counts} == small.counts(consequences=True)
    roots = Counter(gap.kind for gap in small.gaps() if gap.root)
    assert {kind.kind: kind.root for kind in report.counts if kind.root} == dict(roots)
    assert [entry.gap.id for entry in report.roots] == _roots(small)
    assert report.roots_total == len(report.roots)
    assert [entry.gap.kind for entry in report.unobserved] == ["unobserved_step"]
    assert report.unobserved_total == 1


def test_the_share_done_is_of_required_steps_only(report: Report) -> None:
    # transmit 1, register 3, waive 3 and sum 2 are required; of the optional stage one step is done and does not count.
    assert (report.looked.required, report.looked.done) == (9, 4)
    assert report.looked.steps == 12
    assert sum(report.looked.by_status.values()) == 12
    assert (report.policies[0].required, report.policies[0].done) == (9, 4)
    assert sum(line.required for line in report.regions) == 9


def test_a_policy_says_where_it_stops(report: Report) -> None:
    (line,) = report.policies
    assert line.stops_at is not None
    assert (line.stops_at.zh, line.stopped_places, line.blocked_steps) == ("摸底", 1, 2)
    assert line.root_by_category == {"break": 2, "blockage": 3, "difficulty": 1, "pain": 1, "unknown": 1}


def test_money_and_people_are_those_of_the_gaps(report: Report) -> None:
    (held,) = report.money
    assert (held.holder.name, held.amount, held.region and held.region.id) == (
        "Finance One",
        {"CNY": Decimal("750000.05")},
        "1401",
    )
    (line,) = report.waiting
    assert (line.groups, line.eligible, line.reached, line.waiting) == (2, 140, 30, 110)


def test_the_ledger_says_how_each_finding_stands(report: Report) -> None:
    found = {line.finding: line for line in report.follow_up}
    assert (found["F-1"].state, found["F-1"].open, found["F-1"].overdue_days) == ("found", True, 101)
    assert (found["F-2"].state, found["F-2"].due_on, found["F-2"].overdue_days) == (
        "instructed",
        date(2020, 3, 20),
        102,
    )
    assert (found["F-3"].state, found["F-3"].open, found["F-3"].overdue_days) == ("verified", False, None)


def test_every_evidence_number_is_in_the_list(report: Report) -> None:
    numbers = [line.number for line in report.evidence]
    assert numbers == list(range(1, len(numbers) + 1))
    cited = {number for entry in report.roots for number in entry.evidence}
    assert cited == set(numbers)
    line = next(line for line in report.evidence if line.locator == "chars 0-6")
    assert (line.title, line.document_number, line.issuer) == ("The article", "审〔2020〕2号", "Audit")


def test_an_issuer_stands_by_its_name(tmp_path: Path) -> None:
    case = write_case(tmp_path / "case")
    path = case / "tables" / "documents.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Audit", "fin-14"), encoding="utf-8")
    assert load_case(Facts(tmp_path / "workspace", create=True), case).rejected == 0
    report = build_report(evaluate(Facts(tmp_path / "workspace"), "small"))
    assert {line.issuer for line in report.evidence if line.document == "doc-1"} == {"Finance Province"}


def test_what_is_new_since_the_last_report(report_since: Report) -> None:
    change = report_since.change
    assert change is not None
    assert report_since.period_start == date(2020, 4, 1)
    kinds = {entry.gap.id: entry.gap.kind for entry in report_since.roots}
    assert {kinds.get(key) for key in change.new} == {"funds_retained", None}
    assert {entry.gap.id for entry in report_since.unobserved} <= set(change.new)
    assert "missing_step" not in {kinds.get(key) for key in change.new}
    assert change.persisting + len(change.new) == sum(
        kind.gaps for kind in report_since.counts if kind.kind != "blocked_step"
    )


def test_new_roots_are_chosen_among_all_and_what_is_left_out_is_told(
    small: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2020, 2, 29)
    before = evaluate(small.facts, "small", day)
    had, has = (set(_roots(one)) for one in (before, small))
    new = [key for key in _roots(small) if key not in had]
    resolved = [key for key in _roots(before) if key not in has]
    assert len(new) > 1
    whole = build_report(small, Request(last_period_end=day), before).change
    assert whole is not None
    assert [entry.gap.id for entry in whole.new_roots] == new
    assert [entry.gap.id for entry in whole.resolved_roots] == resolved

    monkeypatch.setattr(build, "_CHANGES_TOLD", 1)
    cut = build_report(small, Request(last_period_end=day), before)
    assert cut.change is not None
    assert ([entry.gap.id for entry in cut.change.new_roots], cut.change.new_roots_total) == (new[:1], len(new))
    told = [
        block.text
        for section in outline(cut, "en").sections
        for block in section.blocks
        if isinstance(block, Paragraph)
    ]
    assert f"The gravest 1 of {len(new)}; the workbook has the other {len(new) - 1}." in told

    workbook = build_report(small, Request(last_period_end=day, every_root=True), before)
    assert workbook.change is not None
    assert [entry.gap.id for entry in workbook.change.new_roots] == new


@pytest.mark.parametrize(("lang", "unclear"), [("zh", "无从判断"), ("en", "not known")])
def test_what_cannot_be_told_is_not_told_as_nothing(tmp_path: Path, lang: Lang, unclear: str) -> None:
    folder = write_case(tmp_path / "case")
    for table in ("transfers", "deliveries"):
        (folder / "tables" / f"{table}.csv").unlink()
    groups = folder / "tables" / "beneficiary_groups.csv"
    groups.write_text(groups.read_text("utf-8").replace(",100", ",").replace(",40", ","), encoding="utf-8")
    assert load_case(Facts(tmp_path / "workspace", create=True), folder).rejected == 0
    document = outline(build_report(evaluate(Facts(tmp_path / "workspace"), "small")), lang)
    blocks = [block for section in document.sections for block in section.blocks]
    assert sum(unclear in block.text for block in blocks if isinstance(block, Paragraph)) == 2
    (figures,) = (block.items for block in blocks if isinstance(block, Figures))
    assert sum(one.value == unclear for one in figures) == 2


def test_synthetic_data_and_missing_coverage_are_said_first(made_up: Evaluation, report: Report) -> None:
    told = build_report(made_up)
    assert told.is_synthetic
    assert not told.looked.coverage_known
    for lang, synthetic, coverage in (
        ("zh", "合成数据", "没有检查范围表"),
        ("en", "made-up data", "no coverage table"),
    ):
        first, second = outline(told, lang).warnings
        assert synthetic in first
        assert coverage in second
        assert outline(report, lang).warnings == []


def test_headings_are_numbered_as_each_language_does(report: Report) -> None:
    zh = [section.number for section in outline(report, "zh").sections]
    assert zh[:4] == ["一、", "（一）", "（二）", "二、"]
    en = [section.number for section in outline(report, "en").sections]
    assert en[:4] == ["1.", "1.1", "1.2", "2."]
    assert len(zh) == len(en)


def test_a_report_may_be_about_one_policy_and_region(small: Evaluation) -> None:
    part = build_report(small, Request(policy="rent", region="140105"))
    assert {entry.gap.scope for entry in part.roots if entry.gap.scope} == {"140105"}
    assert part.looked.steps == 3
    with pytest.raises(UsageError, match="unknown policy 'none'"):
        build_report(small, Request(policy="none"))
    with pytest.raises(UsageError, match="unknown region '99'"):
        build_report(small, Request(region="99"))


def test_an_express_report_tells_fewer_and_lists_the_rest(small: Evaluation) -> None:
    report = build_report(small, Request(kind="express"))
    assert report.roots_told <= 10
    ledger = outline(build_report(small, Request(kind="ledger")), "zh")
    assert ledger.sections[0].title == "问题整改与批示落实台账"


def test_json_keeps_everything_and_its_schema_is_published(report_since: Report) -> None:
    text = report_since.model_dump_json()
    assert Report.model_validate_json(text) == report_since
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema == Report.model_json_schema(mode="serialization"), (
        "run python -m graphkit.reports.schema > docs/report.schema.json"
    )


def test_the_same_facts_give_the_same_report(small: Evaluation, report: Report) -> None:
    assert build_report(small) == report


def test_one_region_tells_only_what_lies_in_it(small: Evaluation) -> None:
    part = build_report(small, Request(region="1402"))
    assert part.waiting == []
    assert part.flows == []
    assert part.money == []
    city = build_report(small, Request(region="1401"))
    assert {line.region.id: line.waiting for line in city.waiting} == {"140105": 70, "140106": 40}
    assert len(city.flows) == 2


def test_of_an_evaluation_of_one_region_the_report_is_about_that_region(small: Evaluation) -> None:
    city = evaluate(small.facts, "small", region="1401")
    told = build_report(city)
    assert told.only_region is not None
    assert told.only_region.id == "1401"
    assert ("范围", "City One") in outline(told, "zh").meta
    assert [line.region.id for line in told.regions] == ["1401", "140105", "140106"]
    part = build_report(city, Request(region="140105"))
    assert part.only_region is not None
    assert part.only_region.id == "140105"


def test_gaps_that_others_explain_do_not_push_roots_out(small: Evaluation) -> None:
    roots = [gap.id for gap in small.gaps() if gap.root]
    assert [gap.id for gap in ranked_roots(small, None)] == roots
    assert [gap.id for gap in ranked_roots(small, 3)] == roots[:3]
    assert ranked_roots(small, 0) == []


def test_a_long_table_is_cut_on_paper_and_says_so() -> None:
    table = Table("t", (Column("n", "number"),), [(n,) for n in range(PAPER_ROWS + 5)], "note")
    assert on_paper(table, "en").note == "note 5 more rows are in the Excel report."
    assert len(on_paper(table, "en").rows) == PAPER_ROWS
    short = Table("t", (Column("n", "number"),), [(1,)])
    assert on_paper(short, "zh") is short
