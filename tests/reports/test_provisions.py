"""Provisions that disagree stand in the reports, and only then; a territory that is no region is named at the load."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.reports.build import Request, build_report
from graphkit.reports.markdown import report_markdown

POLICY = """
id: rent
title: {zh: 减免房租, en: Rent relief}
effective: {from: 2020-02-01}
stages: [{id: transmit, level: province, within_days: 15}]
provisions:
  - {id: two, title: {zh: 两个月, en: Two}, parameter: months, value: 2, unit: month, from: 2020-02-06, territory: "14"}
  - {id: three, title: {zh: 三个月, en: Three}, parameter: months, value: 3, unit: month, from: 2020-05-09,
     to: 2020-12-31}
"""
GROUPED = POLICY.replace('territory: "14"', 'territory: "14", groups: [service]').replace(
    "to: 2020-12-31", "to: 2020-12-31, groups: [service, self-employed]"
)
REGIONS = "code,name,level,parent\n14,Province,province,\n1401,City,city,14\n13,Other,province,\n"


def case(folder: Path, policy: str = POLICY) -> Path:
    (folder / "policies").mkdir(parents=True)
    (folder / "tables").mkdir()
    (folder / "case.yaml").write_text("id: versions\nas_of: 2020-06-30\n", encoding="utf-8")
    (folder / "policies" / "rent.yaml").write_text(policy, encoding="utf-8")
    (folder / "tables" / "regions.csv").write_text(REGIONS, encoding="utf-8")
    return folder


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    facts = Facts(tmp_path / "ws", create=True)
    assert load_case(facts, case(tmp_path / "case")).warnings == []
    return facts


@pytest.mark.parametrize(
    ("day", "region", "told"),
    [
        ("2020-06-30", None, True),
        ("2020-06-30", "1401", True),
        ("2020-06-30", "13", False),
        ("2020-05-08", None, False),
        ("2021-01-01", None, False),
    ],
)
def test_a_report_tells_what_falls_short_while_both_are_in_force(
    facts: Facts, day: str, region: str | None, told: bool
) -> None:
    report = build_report(evaluate(facts, "versions", date.fromisoformat(day)), Request(region=region))
    assert [(one.relation, one.one, one.other) for one in report.provisions] == [("narrower", "two", "three")] * told
    for lang, words in (
        ("zh", "《两个月》（2个月）窄于上位规定《三个月》（3个月）：标准较低"),
        ("en", "“Two” (2 months) falls short"),
    ):
        assert (words in report_markdown(report, lang)) is told


def test_a_period_tells_what_ended_in_it(facts: Facts) -> None:
    request = Request(kind="monthly", last_period_end=date(2020, 12, 15))
    (one,) = build_report(evaluate(facts, "versions", date(2021, 1, 14)), request).provisions
    assert one.until == date(2020, 12, 31)
    assert one.says.en.startswith("From 9 May 2020 to 31 December 2020 “Two”")
    assert one.says.zh.startswith("2020年5月9日至2020年12月31日，《两个月》")


def test_a_territory_that_is_no_region_is_named(tmp_path: Path) -> None:
    folder = case(tmp_path / "case", POLICY.replace('"14"', '"99"'))
    (warning,) = load_case(Facts(tmp_path / "ws", create=True), folder).warnings
    assert warning.startswith("policies/rent.yaml, key provisions.two.territory: '99' is no code in tables/regions")


def test_who_is_left_out_stands_by_the_name_of_the_group(tmp_path: Path) -> None:
    folder = case(tmp_path / "case", GROUPED)
    groups = "id,name,region\nself-employed,个体工商户,14\n"
    (folder / "tables" / "beneficiary_groups.csv").write_text(groups, encoding="utf-8")
    assert load_case(Facts(tmp_path / "ws", create=True), folder).rejected == 0
    report = build_report(evaluate(Facts(tmp_path / "ws"), "versions"))
    assert "未覆盖个体工商户" in report_markdown(report, "zh")
