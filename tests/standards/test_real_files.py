"""The real files of ../shared/data come in whole, and none of the traps that its README names becomes a gap.

Each gap that does show was judged by hand against the file; the counts say so once and for all.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphkit.standards import export_ftm, import_ftm, import_iati, import_ocds
from graphkit.standards.mapping import bundled_mapping, run_mapping
from tests.standards.conftest import Bring, shared

IATI = {
    # file: activities, transactions, indicator periods, gaps as of the day of the extract
    "worldbank-679.xml": (5, 400, 75, {"overdue_step": 2, "late_step": 3}),
    "usaid-798.xml": (108, 622, 0, {"unobserved_step": 6}),
    "who-arg.xml": (157, 871, 0, {"missing_step": 8}),
    "CAF-ActivityFile-2025-10-10.xml": (478, 945, 493, {"unobserved_step": 493}),
    "pwyf-dfid-589.xml": (63, 171, 0, {"missing_step": 1, "late_step": 16, "out_of_order": 2}),
    "pwyf-unitedstates-tz.xml": (263, 263, 0, {"unobserved_step": 95}),
    "activity-standard-example-annotated.xml": (1, 1, 1, {"unobserved_step": 1, "late_step": 1}),
}


@pytest.mark.parametrize("name", IATI)
def test_iati_files_come_in_whole_and_show_what_they_say(bring: Bring, name: str) -> None:
    activities, transactions, periods, gaps = IATI[name]
    brought = bring(import_iati, [shared("iati", name)])
    tallies = brought.made.account.tallies
    assert (tallies["activities"].read, tallies["transactions"].read, tallies["indicator periods"].read) == (
        activities,
        transactions,
        periods,
    )
    assert not brought.made.account.rejects
    assert tallies["transactions"].used.total() == transactions
    assert tallies["indicator periods"].used.total() == periods
    assert brought.evaluation.counts() == gaps


def test_the_results_that_the_world_bank_missed(bring: Bring) -> None:
    brought = bring(import_iati, [shared("iati", "worldbank-679.xml")])
    said = {
        gap.explanation.en.partition('complete "')[2][:40] for gap in brought.evaluation.gaps(kind=["overdue_step"])
    }
    assert said == {"Result: Converter stations constructed u", "Result: HVDC line constructed under the "}


def test_the_sums_of_the_transfers_are_those_of_the_file(bring: Bring) -> None:
    brought = bring(import_iati, [shared("iati", "usaid-798.xml")])
    (row,) = brought.evaluation.sql("SELECT sum(amount) AS total FROM transfers").to_pylist()
    assert str(row["total"].normalize()) == "96126543"


@pytest.mark.parametrize("name", ["ocdskit-record-package_package.json", "ocdskit-release-package_split.json"])
def test_mexico_city_contracts_are_paid_and_their_milestones_partly_met(bring: Bring, name: str) -> None:
    brought = bring(import_ocds, [shared("ocds", name)])
    assert brought.made.account.tallies["milestones"].used == {"steps: partly met by its due date": 12, "steps: met": 1}
    assert brought.evaluation.counts() == {"overdue_step": 12}
    paid = brought.evaluation.sql(
        "SELECT policy, currency, sum(amount) AS total FROM transfers GROUP BY ALL ORDER BY ALL"
    ).to_pylist()
    assert [(row["currency"], f"{row['total']:.2f}") for row in paid] == [("MXN", "1311264.00"), ("USD", "75464.96")]


def test_the_fictional_contracting_process(bring: Bring) -> None:
    brought = bring(import_ocds, [shared("ocds", "ocds-213czf-000-00001.json")])
    assert brought.made.account.tallies["releases"].used.total() == 6
    assert brought.evaluation.counts() == {"unobserved_step": 1, "late_step": 1}


def test_party_donations_round_trip(bring: Bring, tmp_path: Path) -> None:
    path = shared("ftm", "parteispenden.entities.ftm.json")
    brought = bring(import_ftm, [path])
    assert brought.evaluation.counts() == {}
    export_ftm(brought.facts, brought.made.case_id, tmp_path / "back.json")
    before, after = (
        [json.loads(line) for line in one.read_text().splitlines()] for one in (path, tmp_path / "back.json")
    )
    assert sorted(after, key=lambda one: one["id"]) == sorted(before, key=lambda one: one["id"])


def test_a_single_audit_comes_in_through_a_mapping_alone(bring: Bring) -> None:
    folder = shared("fac", "147110-22")
    brought = bring(lambda files, out: run_mapping(bundled_mapping("fac-single-audit"), files, out), [folder])
    assert not brought.made.account.rejects
    loaded = brought.loaded.loaded
    assert (loaded["transfers"], loaded["findings"]) == (363, 80)
    total = brought.evaluation.sql("SELECT sum(amount) AS total FROM transfers").to_pylist()[0]["total"]
    assert int(total) == 5_704_141_058
    kinds = brought.evaluation.sql("SELECT kind, count(*) AS n FROM actions GROUP BY kind ORDER BY kind").to_pylist()
    assert {row["kind"]: row["n"] for row in kinds} == {
        "accepted": 57,
        "recommended": 18,
        "rectified": 7,
        "reported": 18,
    }
    assert brought.evaluation.counts() == {
        "instruction_not_followed": 18,
        "overdue_rectification": 1,
        "unverified_rectification": 5,
        "reported_pain": 42,
    }
