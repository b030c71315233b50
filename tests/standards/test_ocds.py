"""What the import of OCDS files promises, on the small package in fixtures/."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from graphkit.model.errors import InputError
from graphkit.standards import import_ocds
from graphkit.standards.ocds.merge import merged
from tests.standards.conftest import FIXTURES, Bring, Brought

PACKAGE = FIXTURES / "ocds-releases.json"


@pytest.fixture(scope="module")
def brought(bring: Bring) -> Brought:
    return bring(import_ocds, [PACKAGE])


def test_everything_is_accounted_for(brought: Brought) -> None:
    tallies = brought.made.account.tallies
    assert tallies["releases"].read == 7
    assert tallies["releases"].kept == {"stands twice, word for word": 1}
    assert tallies["processes"].used == {"policies": 4}
    assert (tallies["milestones"].read, tallies["milestones"].used.total()) == (7, 7)
    assert tallies["transactions"].rejected == {"has no date": 1}


def test_milestones_show_as_their_status_says(brought: Brought) -> None:
    stage = "milestone-contract-c1-{}".format
    assert brought.gaps("overdue_step") == {("ocds-test-1", stage("m3"))}
    assert ("ocds-test-1", stage("m2")) in brought.gaps("missing_step")
    assert ("ocds-test-1", stage("m1")) in brought.gaps("late_step")
    unknown = brought.gaps("unobserved_step")
    assert {("ocds-test-1", "milestone-planning-p1"), ("ocds-test-1", stage("m5"))} <= unknown
    told = {gap.stage for gap in brought.evaluation.gaps()}
    assert not told & {stage("m4"), stage("m6")}


def test_the_chain_from_tender_to_contract(brought: Brought) -> None:
    assert ("ocds-test-3", "award") in brought.gaps("missing_step")
    assert ("ocds-test-4", "award") in brought.gaps("unobserved_step")
    assert ("ocds-test-1", "award-a9") in brought.gaps("missing_step")
    assert ("ocds-test-1", "award-a1") in brought.gaps("late_step")
    assert brought.gaps("out_of_order") == {("ocds-test-1", "contract-c1")}
    assert not [gap for gap in brought.evaluation.gaps() if gap.policy == "ocds-test-2"]


def test_there_is_no_other_gap(brought: Brought) -> None:
    counts = {"missing_step": 3, "unobserved_step": 3, "overdue_step": 1, "late_step": 2, "out_of_order": 1}
    assert brought.evaluation.counts() == counts


def test_the_buyer_answers_and_the_supplier_supports(brought: Brought) -> None:
    (gap,) = brought.evaluation.gaps(kind=["overdue_step"])
    assert (gap.responsible, gap.supporting) == (["B"], ["S"])


def test_payments_are_transfers_with_exact_amounts(brought: Brought) -> None:
    with (brought.made.folder / "tables" / "transfers.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["transaction_id"]: row for row in csv.DictReader(stream)}
    assert {key: Decimal(row["amount"]) for key, row in found.items()} == {"t1": Decimal("100.05"), "t2": Decimal(50)}
    assert (found["t2"]["from"], found["t2"]["to"]) == ("source:City", "payee:S")


def test_releases_and_records_and_lines_give_the_same_case(tmp_path: Path) -> None:
    releases = json.loads(PACKAGE.read_text())["releases"]
    record = tmp_path / "record.json"
    records = [
        {"ocid": ocid, "releases": [one for one in releases if one["ocid"] == ocid]}
        for ocid in dict.fromkeys(one["ocid"] for one in releases)
    ]
    record.write_text(json.dumps({"version": "1.1", "records": records}))
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\ufeff" + "\n".join(json.dumps(one) for one in releases))
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps(releases))
    made = [import_ocds([path], tmp_path / path.stem, case_id="x") for path in (record, lines, listed)]
    for table in ("events", "transfers", "coverage"):
        texts = [(one.folder / "tables" / f"{table}.csv").read_text() for one in made]
        assert texts[0] == texts[1] == texts[2]


def test_a_compiled_release_counts_before_its_history(tmp_path: Path, bring: Bring) -> None:
    old = {
        "ocid": "o",
        "id": "1",
        "date": "2020-01-01T00:00:00Z",
        "tag": ["tender"],
        "tender": {"id": "t", "status": "active"},
    }
    compiled = {
        **old,
        "id": "c",
        "date": "2021-01-01T00:00:00Z",
        "tag": ["compiled"],
        "tender": {"id": "t", "title": "New", "status": "complete"},
    }
    path = tmp_path / "package.json"
    path.write_text(
        json.dumps(
            {
                "records": [
                    {
                        "ocid": "o",
                        "releases": [old, {"url": "https://example.org", "tag": ["award"]}],
                        "compiledRelease": compiled,
                    }
                ]
            }
        )
    )
    brought = bring(import_ocds, [path])
    assert brought.evaluation.policies[0].title.en == "New"
    assert brought.made.account.tallies["linked releases"].kept.total() == 1


def test_merging_follows_the_standard() -> None:
    first = {"id": "1", "a": 1, "list": [{"id": 1, "x": 1}, {"id": 2}], "plain": [1, 2], "gone": 5}
    second = {"id": "2", "a": {"b": 2}, "list": [{"id": "1", "y": 2}, {"id": 3}], "plain": [3], "gone": None}
    assert merged([first, second]) == {
        "id": "2",
        "a": {"b": 2},
        "list": [{"id": "1", "x": 1, "y": 2}, {"id": 2}, {"id": 3}],
        "plain": [3],
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"a": 1', "not well-formed JSON"),
        ("[1, 2]", "neither releases nor records"),
        ("[" * 5000, "nested deeper"),
        ("<xml/>", "not well-formed JSON"),
    ],
)
def test_what_is_no_ocds_file_is_refused_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "file.json"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        import_ocds([path], tmp_path / "case")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_releases_without_an_ocid_are_rejected_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{"releases": [{"ocid": "x"}, {"id": "7"}, null]}')
    account = import_ocds([path], tmp_path / "case").account
    assert account.tallies["releases"].rejected == {"has no ocid": 1, "is no release or record": 1}
    assert account.balanced


def test_what_a_cancelled_contract_or_tender_had_not_met_is_cancelled_with_it(tmp_path: Path, bring: Bring) -> None:
    def milestones(*given: tuple[str, str]) -> list[dict[str, str]]:
        return [{"id": name, "dueDate": "2022-09-01T00:00:00Z", "status": status} for name, status in given]

    contract = {"dateSigned": "2022-03-03T00:00:00Z"}
    path = tmp_path / "cancelled.json"
    path.write_text(
        json.dumps(
            {
                "ocid": "x",
                "date": "2023-01-01T00:00:00Z",
                "tender": {"status": "cancelled", "milestones": milestones(("t", "notMet"))},
                "contracts": [
                    contract
                    | {"id": "off", "status": "cancelled"}
                    | {"milestones": milestones(("a", "notMet"), ("b", "partiallyMet"), ("c", "scheduled"))},
                    contract | {"id": "on", "status": "terminated", "milestones": milestones(("a", "notMet"))},
                ],
            }
        )
    )
    brought = bring(import_ocds, [path])
    assert brought.made.account.tallies["milestones"].used["steps: called off with what it belongs to"] == 4
    assert {(gap.kind, gap.stage) for gap in brought.evaluation.gaps()} == {("missing_step", "milestone-contract-on-a")}


def test_amounts_may_be_written_with_an_exponent(tmp_path: Path, bring: Bring) -> None:
    path = tmp_path / "exponent.json"
    path.write_text(
        '{"ocid": "x", "date": "2023-01-01", "contracts": [{"id": "c", "dateSigned": "2022-01-01", "transactions":'
        ' [{"id": "1", "date": "2022-02-02", "value": {"amount": 1.25E7, "currency": "MXN"}}]}]}'
    )
    total = bring(import_ocds, [path]).evaluation.sql("SELECT sum(amount) AS total FROM transfers").to_pylist()
    assert total[0]["total"] == Decimal(12_500_000)


def test_awards_and_contracts_without_an_id_are_told_apart(tmp_path: Path) -> None:
    signed = {"dateSigned": "2022-03-03T00:00:00Z", "suppliers": [{"id": "s1"}]}
    owed = {"milestones": [{"id": "m", "dueDate": "2022-09-01T00:00:00Z", "status": "notMet"}]}
    process = {
        "ocid": "x",
        "date": "2023-01-01T00:00:00Z",
        "awards": [{"title": "a", **owed}, {"title": "b"}, {"id": "1"}, {"id": "1"}],
        "contracts": [{"title": "c", **signed, **owed}, {"title": "d", **signed, **owed}],
    }
    path = tmp_path / "unnamed.json"
    path.write_text(json.dumps(process))
    made = import_ocds([path], tmp_path / "case")
    tallies = made.account.tallies
    assert (tallies["awards"].used.total(), tallies["awards"].kept.total()) == (3, 1)
    assert tallies["contracts"].used == {"steps": 2}
    assert made.account.balanced
    stages = {one["id"]: one for one in yaml.safe_load((made.folder / "policies" / "x.yaml").read_text())["stages"]}
    assert {one for one in stages if one.startswith("award-")} == {"award-unnamed", "award-unnamed~2", "award-1"}
    assert {one for one in stages if one.startswith("contract-")} == {"contract-unnamed", "contract-unnamed~2"}
    for owner in ("award-unnamed", "contract-unnamed", "contract-unnamed~2"):
        assert stages[f"milestone-{owner}-m"]["after"] == [owner]


def test_a_record_may_only_have_a_versioned_release(tmp_path: Path, bring: Bring) -> None:
    def told(*values: object) -> list[dict[str, object]]:
        return [
            {
                "releaseID": str(turn),
                "releaseDate": f"2020-0{turn}-01T00:00:00Z",
                "releaseTag": ["tender"],
                "value": one,
            }
            for turn, one in enumerate(values, start=1)
        ]

    tender = {"id": "t", "title": told("Roads", "Roads and bridges"), "status": told("active", "complete")}
    award = {"id": "a", "date": told("2020-02-20"), "value": {"amount": told(10.5), "currency": told("EUR")}}
    linked = [{"url": "https://x", "date": "2020-01-01T00:00:00Z", "tag": ["tender"]}]
    release = {"ocid": "o-1", "tender": tender, "awards": [award]}
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"records": [{"ocid": "o-1", "releases": linked, "versionedRelease": release}]}))
    brought = bring(import_ocds, [path])
    assert not brought.made.account.rejects
    policy = yaml.safe_load((brought.made.folder / "policies" / "o-1.yaml").read_text(encoding="utf-8"))
    assert policy["title"] == {"en": "Roads and bridges"}
    assert str(brought.evaluation.as_of) == "2020-02-01"
    events = brought.evaluation.sql("SELECT stage, amount FROM events ORDER BY stage").to_pylist()
    assert {row["stage"] for row in events} <= {"award-a", "tender"}


def test_a_milestone_told_in_the_contract_and_in_its_implementation_is_one(tmp_path: Path, bring: Bring) -> None:
    def due(key: str, status: str) -> dict[str, str]:
        return {"id": key, "title": f"Step {key}", "dueDate": "2020-03-01", "status": status}

    contract = {
        "id": "c",
        "dateSigned": "2020-01-01",
        "milestones": [due("1", "scheduled"), due("2", "met"), due("3", "notMet")],
        "implementation": {
            "milestones": [due("1", "notMet"), due("2", "scheduled"), {**due("3", "met"), "title": "Else"}]
        },
    }
    release = {"ocid": "o-1", "date": "2020-06-01T00:00:00Z", "contracts": [contract]}
    path = tmp_path / "releases.json"
    path.write_text(json.dumps({"releases": [release]}))
    brought = bring(import_ocds, [path])
    assert {(gap.kind, gap.stage) for gap in brought.evaluation.gaps()} == {
        ("missing_step", "milestone-contract-c-1"),
        ("missing_step", "milestone-contract-c-3"),
    }
    assert brought.made.account.tallies["milestones"].kept.total() == 2


@pytest.mark.parametrize(
    ("tender", "awards", "kinds"),
    [
        ({"status": "active", "tenderPeriod": {"endDate": "2023-04-01"}}, [], set()),
        ({"status": "complete", "tenderPeriod": {"endDate": "2023-02-20"}}, [("active", "2023-02-25", [])], set()),
        ({"status": "complete"}, [("active", "2023-02-01", []), ("pending", "2023-02-01", [])], set()),
        (
            {"status": "complete"},
            [("active", "2023-02-01", ["L1"]), ("pending", "2023-02-01", ["L2"])],
            {"overdue_step"},
        ),
        ({"status": "active"}, [("active", "2023-02-01", []), ("pending", "2023-02-01", [])], {"overdue_step"}),
    ],
)
def test_no_award_is_due_before_the_tender_closes_nor_from_a_bidder_in_reserve(
    tmp_path: Path, bring: Bring, tender: dict[str, object], awards: list[tuple[str, str, list[str]]], kinds: set[str]
) -> None:
    release = {
        "ocid": "o-1",
        "date": "2023-03-01T00:00:00Z",
        "tender": {"awardPeriod": {"endDate": "2023-02-15"}, **tender},
        "awards": [
            {"id": str(turn), "status": status, "date": on, "relatedLots": lots}
            for turn, (status, on, lots) in enumerate(awards)
        ],
    }
    other = {"ocid": "o-2", "date": "2023-03-01T00:00:00Z", "awards": [{"id": "a", "date": "2023-01-01"}]}
    path = tmp_path / "releases.json"
    path.write_text(json.dumps({"releases": [release, other]}))
    assert {gap.kind for gap in bring(import_ocds, [path]).evaluation.gaps()} == kinds


def test_statuses_may_be_spelled_otherwise_and_nothing_is_due_after_a_contract_ended(
    tmp_path: Path, bring: Bring
) -> None:
    def due(key: str, status: str, on: str = "2020-03-01") -> dict[str, str]:
        return {"id": key, "title": key, "dueDate": on, "status": status}

    release = {
        "ocid": "o-1",
        "date": "2020-12-01T00:00:00Z",
        "contracts": [
            {
                "id": "c",
                "status": "Terminated",
                "dateSigned": "2020-01-01",
                "period": {"endDate": "2020-06-30"},
                "milestones": [
                    due("1", "Met"),
                    due("2", "NOT_MET"),
                    due("3", "partially met"),
                    due("4", "scheduled", "2020-09-01"),
                    due("5", "scheduled"),
                ],
            },
            {"id": "d", "status": "Canceled", "milestones": [due("6", "scheduled")]},
        ],
    }
    path = tmp_path / "releases.json"
    path.write_text(json.dumps({"releases": [release]}))
    assert {(gap.kind, gap.stage) for gap in bring(import_ocds, [path]).evaluation.gaps()} == {
        ("missing_step", "milestone-contract-c-2"),
        ("overdue_step", "milestone-contract-c-3"),
        ("unobserved_step", "milestone-contract-c-5"),
    }
