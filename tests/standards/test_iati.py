"""What the import of IATI activity files promises, on the small files in fixtures/."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.model.errors import InputError, UsageError
from graphkit.standards import import_iati
from graphkit.standards.iati.model import IndicatorPeriod, Reading
from graphkit.standards.iati.results import Verdict, result_steps
from tests.standards.conftest import FIXTURES, Bring, Brought

NGO = "AA-NGO-{}".format


@pytest.fixture(scope="module")
def brought(bring: Bring) -> Brought:
    return bring(import_iati, [FIXTURES / "iati-203.xml"])


def rows(brought: Brought, table: str) -> list[dict[str, str]]:
    with (brought.made.folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def results(brought: Brought, kind: str) -> set[str]:
    titles = {
        (policy.id, stage.id): stage.title.text("en")
        for policy in brought.evaluation.policies
        for stage in policy.stages
    }
    found = {titles[gap.policy or "", gap.stage or ""] for gap in brought.evaluation.gaps(kind=[kind]) if gap.stage}
    return {title.removeprefix("Result: ").partition(" [")[0] for title in found if title.startswith("Result: ")}


def test_everything_is_accounted_for(brought: Brought) -> None:
    account = brought.made.account
    assert account.balanced
    transactions = account.tallies["transactions"]
    assert transactions.read == 21
    assert transactions.used == {"transfers": 17, "events (no money moves)": 3}
    assert sum(transactions.rejected.values()) == 1
    assert [one.text() for one in account.rejects] == [
        "iati-203.xml, line 25: transactions 'of AA-DON-A1': type '99' is no known transaction type"
    ]
    assert account.tallies["indicator periods"].read == 15
    assert account.tallies["indicator periods"].kept == {"no target": 1}
    assert json.loads((brought.made.folder / "account.json").read_text()) == json.loads(json.dumps(account.as_json()))


def test_spending_above_income_is_untraced_where_the_extract_tells_both(brought: Brought) -> None:
    gaps = {gap.policy: gap for gap in brought.evaluation.gaps(kind=["funds_untraced"])}
    assert set(gaps) == {NGO("OVERSPENT"), NGO("NO-INCOME")}
    assert gaps[NGO("OVERSPENT")].amount == {"EUR": Decimal(100)}
    assert gaps[NGO("NO-INCOME")].amount == {"EUR": Decimal(90)}


def test_income_that_a_closed_activity_kept_is_retained(brought: Brought) -> None:
    (gap,) = brought.evaluation.gaps(kind=["funds_retained"])
    assert (gap.policy, gap.amount) == (NGO("KEPT"), {"EUR": Decimal(40)})


def test_broken_links_within_the_extract_are_breaks(brought: Brought) -> None:
    links = {one for one in brought.gaps("missing_step") if "-to-" in str(one[1]) or "-from-" in str(one[1])}
    assert links == {
        (NGO("SILENT"), "receipt-from-AA-DON-A1"),
        ("AA-DON-A2", "payment-to-AA-NGO-UNPAID"),
    }


def test_sums_that_two_records_tell_differently_contradict_each_other(brought: Brought) -> None:
    assert brought.gaps("conflicting_evidence") == {(NGO("OTHER-SUM"), "receipt-from-AA-DON-A1")}


def test_outside_the_extract_nobody_looked(brought: Brought) -> None:
    unknown = brought.gaps("unobserved_step")
    assert (NGO("UNPAID"), "payment-by-AA-DON-OUTSIDE") in unknown
    assert (NGO("NOT-LOOKED-AT"), "end") in unknown
    everything = {(gap.policy, gap.stage) for gap in brought.evaluation.gaps(consequences=True)}
    assert not any("XX-ORG-9" in str(stage) or "ELSEWHERE" in str(stage) for _, stage in everything)


def test_results_are_met_missed_unknown_or_not_judged(brought: Brought) -> None:
    assert results(brought, "overdue_step") == {
        "Wells under target",
        "Less is better, not said, missed",
        "Yes or no, missed",
        "By sex, missed",
    }
    assert results(brought, "missing_step") == {"Left out in one year"}
    assert results(brought, "unobserved_step") == {"No actual at all"}


def test_only_what_was_looked_at_after_its_planned_end_is_overdue(brought: Brought) -> None:
    ends = {policy for policy, stage in brought.gaps("overdue_step") if stage == "end"}
    assert ends == {NGO("OVERDUE"), NGO("UNSPENT")}
    assert brought.gaps("late_step") == {(NGO("KEPT"), "end")}


def test_there_is_no_other_gap(brought: Brought) -> None:
    assert brought.evaluation.counts() == {
        "missing_step": 3,
        "unobserved_step": 4,
        "overdue_step": 6,
        "late_step": 1,
        "conflicting_evidence": 1,
        "funds_retained": 1,
        "funds_untraced": 2,
    }


def test_what_is_not_understood_is_kept(brought: Brought) -> None:
    (record,) = [row for row in rows(brought, "documents") if row["id"] == "iati:AA-DON-A1"]
    kept = json.loads(record["iati"])
    assert kept["x:own-element"] == [{"@code": "7", "text": "kept"}]
    assert kept["sector"] == [{"@code": "11220"}]
    assert record["related_activities"] == "sibling AA-DON-ELSEWHERE"


def test_amounts_are_exact_and_rows_say_where_they_stand(brought: Brought) -> None:
    (row,) = [row for row in rows(brought, "transfers") if row["amount"] == "400.125"]
    assert (row["currency"], row["source"]) == ("EUR", "iati:AA-NGO-TRACED")
    line = int(row["locator"].removeprefix("line "))
    assert 'iso-date="2020-05-10"' in (FIXTURES / "iati-203.xml").read_text().splitlines()[line - 1]


def test_titles_come_in_both_languages(brought: Brought) -> None:
    (policy,) = [one for one in brought.evaluation.policies if one.id == "AA-DON-A1"]
    assert (policy.title.zh, policy.title.en) == ("援助方案", "Donor programme")


def test_the_same_import_twice_changes_nothing(brought: Brought, tmp_path: Path) -> None:
    again = import_iati([FIXTURES / "iati-203.xml"], tmp_path / "again")
    for path in sorted(brought.made.folder.rglob("*")):
        if path.is_file():
            other = again.folder / path.relative_to(brought.made.folder)
            assert other.read_bytes() == path.read_bytes(), path.name
    assert load_case(brought.facts, again.folder).batch is None


def test_version_1_with_letters_corrections_and_cut_histories(bring: Bring) -> None:
    brought = bring(import_iati, [FIXTURES / "iati-102.xml"])
    assert brought.gaps("unobserved_step") == {("302-1", "disburse")}
    assert brought.gaps("late_step") == {("302-2", "start")}
    assert brought.evaluation.counts() == {"unobserved_step": 1, "late_step": 1}
    assert {row["on"]: row["amount"] for row in rows(brought, "transfers")} == {
        "2011-10-01": "-99856",
        "2011-05-06": "100",
    }


def test_an_activity_that_stands_twice_counts_once(tmp_path: Path) -> None:
    copy = tmp_path / "copy.xml"
    copy.write_bytes((FIXTURES / "iati-102.xml").read_bytes())
    made = import_iati([FIXTURES / "iati-102.xml", copy], tmp_path / "case")
    assert made.account.tallies["activities"].read == 6
    assert made.account.tallies["activities"].kept == {"stands twice, word for word": 3}
    assert made.account.tallies["transactions"].used.total() == 3
    assert made.account.balanced


def test_activities_without_an_identifier_do_not_answer_for_each_other(tmp_path: Path) -> None:
    activity = """<iati-activity last-updated-datetime="2022-01-01T00:00:00Z" default-currency="EUR">
        <reporting-org ref="AA-ORG" type="21"/><title><narrative>{title}</narrative></title>
        <activity-status code="2"/><activity-date iso-date="2020-01-01" type="2"/>
        <activity-date iso-date="2021-01-01" type="3"/>{moved}</iati-activity>"""
    moved = """<transaction><transaction-type code="{code}"/><transaction-date iso-date="2020-06-01"/>
        <value value-date="2020-06-01">5</value></transaction>"""
    path = tmp_path / "unnamed.xml"
    path.write_text(
        '<iati-activities version="2.03">'
        + activity.format(title="paid", moved=moved.format(code=2) + moved.format(code=3))
        + activity.format(title="promised", moved=moved.format(code=2))
        + "</iati-activities>"
    )
    folder = import_iati([path], tmp_path / "case").folder
    with (folder / "tables" / "events.csv").open(encoding="utf-8", newline="") as stream:
        disbursed = {row["policy"] for row in csv.DictReader(stream) if row["stage"] == "disburse"}
    assert disbursed == {"unnamed-1"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><iati-activities><iati-activity/></iati-activities>",
            "declares a document type",
        ),
        ("<iati-organisations><iati-organisation/></iati-organisations>", "organisation file"),
        ("<iati-activities><iati-activity>", "not well-formed XML"),
        ("<html/>", "no iati-activity"),
        ("", "not well-formed XML"),
    ],
)
def test_what_is_no_activity_file_is_refused_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "file.xml"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        import_iati([path], tmp_path / "case")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "case").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        import_iati([FIXTURES / "iati-203.xml"], tmp_path / "case")
    assert [one.name for one in (tmp_path / "case").iterdir()] == ["mine.txt"]


def period(target: str, actual: str, **more: object) -> IndicatorPeriod:
    given: dict[str, object] = {
        "line": 1,
        "result": "",
        "indicator": "I",
        "measure": "1",
        "ascending": None,
        "baseline": "",
        "start": None,
        "end": date(2020, 12, 31),
        "targets": (Reading(target, (), ""),),
        "actuals": (Reading(actual, (), ""),) if actual else (),
    }
    return IndicatorPeriod(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (period("30", "36%"), Verdict.MET),
        (period("30%", "29.9"), Verdict.MISSED),
        (period("1,000", "999.99"), Verdict.MISSED),
        (period("10", "11 of them women"), Verdict.WORDS),
        (period("50", "60", ascending=True, baseline="100"), Verdict.WORDS),
        (period("50", "50", ascending=True, baseline="100"), Verdict.MET),
        (period("50", "60", baseline="10"), Verdict.MET),
        # Said to be better when lower, but the target lies above the baseline.
        (period("75", "90", ascending=False, baseline="40"), Verdict.WORDS),
        (period("3", "2", measure="3"), Verdict.WORDS),
        (period("10", "", actuals=(Reading("4", (), ""), Reading("6", (), ""))), Verdict.WORDS),
        (period("10", "", actuals=(Reading("4", (), ""), Reading("12", (), ""))), Verdict.MET),
        (period("3", "3", measure="3"), Verdict.MET),
        (period("85%", "0.9"), Verdict.WORDS),
        (period("80%", "0"), Verdict.MISSED),
        (period("10", ""), Verdict.UNTOLD),
        (period("是", "否"), Verdict.MISSED),
        (period("10", "4", end=date(2022, 12, 31)), Verdict.INTERIM),
        (period("10", "4", actuals=(Reading("4", ("sex=f",), ""),)), Verdict.WORDS),
    ],
)
def test_a_verdict_is_only_passed_on_what_can_be_compared(one: IndicatorPeriod, verdict: Verdict) -> None:
    (step,), without = result_steps([one], date(2021, 12, 31))
    assert (step.verdict, without) == (verdict, 0)
