"""`graphkit trace`, knock-on effects, all rows of a gap and the thresholds in force, as a user meets them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.commands import graphkit
from tests.planted.build import case, day, delivery, group, policy, stage, transfer


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case of money, deliveries and supplies in its default workspace."""
    folder = tmp_path_factory.mktemp("money")
    made = case(
        policy(
            stage("pay", "county", due_on=day(3, 20), measure="m", scopes=["140105"]),
            measures=({"id": "m", "kind": "subsidy", "one_per_beneficiary": True},),
        ),
        beneficiary_groups=[group("firms", "140105", 10), group("shops", None, None) | {"measure": None}],
        transfers=[
            transfer("source:treasury", "prov", "100", day(3, 1)),
            transfer("prov", "county5", "60", day(3, 5)),
            transfer("county5", "firms", "20", day(3, 9)),
        ],
        deliveries=[delivery("b", day(3, 1 + n // 10), "1", agency=None) for n in range(250)],
        as_of=day(5, 1),
    )
    made.tables["supplies"] = [{"from": "firms", "to": "shops", "weight": 0.5}]
    made.write(folder / "case")
    loaded = graphkit("load", "case", folder=folder)
    assert (loaded.returncode, loaded.stderr) == (0, "")
    return folder


@pytest.mark.parametrize(
    ("start", "amounts"),
    [("T2", ["60.00"]), ("county5", ["60.00"]), ("firms", ["20.00"]), ("source:treasury", ["100.00"])],
)
def test_money_is_traced_from_a_transfer_an_agency_a_group_and_a_source(
    here: Path, start: str, amounts: list[str]
) -> None:
    done = graphkit("trace", start, "--format", "json", folder=here)
    assert (done.returncode, done.stderr) == (0, "")
    flows = json.loads(done.stdout)["flows"]
    assert [flow["amount"] for flow in flows] == amounts
    shown = graphkit("trace", start, folder=here)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"CNY {amounts[0].removesuffix('.00')}" in shown.stdout


def test_money_that_two_cases_know_is_traced_in_both(tmp_path: Path) -> None:
    for name, amount in (("one", "5"), ("two", "7")):
        plan = policy(stage("pay"), measures=({"id": "m", "kind": "subsidy"},))
        made = case(plan, transfers=[transfer("source:treasury", "prov", amount, day(3, 1))])
        made.meta["id"] = name
        made.write(tmp_path / name)
    assert graphkit("load", "one", "two", folder=tmp_path).returncode == 0
    both = json.loads(graphkit("trace", "prov", "--format", "json", folder=tmp_path).stdout)
    assert [(one["case"], one["flows"][0]["amount"]) for one in both] == [("one", "5.00"), ("two", "7.00")]
    shown = graphkit("trace", "prov", "--lang", "en", folder=tmp_path).stdout
    assert [line for line in shown.splitlines() if line.startswith("case ")] == ["case one", "case two"]
    only = json.loads(graphkit("trace", "prov", "--case", "two", "--format", "json", folder=tmp_path).stdout)
    assert only == both[1]


def test_what_no_money_passed_is_one_line(here: Path) -> None:
    done = graphkit("trace", "nobody", folder=here)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "nobody" in done.stderr


def test_knock_on_effects_are_told_on_demand_and_apart_from_the_impact(here: Path) -> None:
    plain = json.loads(graphkit("gaps", "--format", "json", "--kind", "missing_step", folder=here).stdout)["gaps"]
    asked = graphkit("gaps", "--format", "json", "--kind", "missing_step", "--knock-on", folder=here)
    (gap,) = json.loads(asked.stdout)["gaps"]
    effects = gap.pop("knock_on")
    assert [gap] == plain
    assert [(one["id"], one["direction"], one["distance"], one["weight"]) for one in effects] == [
        ("shops", "downstream", 1, 0.5)
    ]
    told = json.loads(graphkit("explain", gap["id"], "--format", "json", folder=here).stdout)
    assert told["knock_on"] == effects
    shown = graphkit("explain", gap["id"], folder=here).stdout
    assert "Knock-on effects along supplies" in shown
    assert "shops" in shown.partition("Knock-on")[2]


def test_knock_on_goes_with_json_only(here: Path) -> None:
    assert graphkit("gaps", "--knock-on", folder=here).returncode == 2


def test_all_rows_of_a_gap_beyond_the_hundred_that_are_its_evidence(here: Path) -> None:
    listed = json.loads(graphkit("gaps", "--format", "json", "--kind", "duplicate_delivery", folder=here).stdout)
    (gap,) = listed["gaps"]
    assert (gap["count"], len(gap["evidence"])) == (249, 100)
    rows = list(
        csv.DictReader(io.StringIO(graphkit("gaps", "--rows", gap["id"], "--format", "csv", folder=here).stdout))
    )
    lines = graphkit("gaps", "--rows", gap["id"], "--format", "ndjson", folder=here).stdout.splitlines()
    assert len({row["id"] for row in rows}) == len(rows) == len(lines) == 249
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]


def test_thresholds_in_force_are_printed_with_every_result(here: Path) -> None:
    override = ("--threshold", "retention_days=45")
    assert "retention_days=45" in graphkit("gaps", *override, folder=here).stdout
    rows = list(csv.DictReader(io.StringIO(graphkit("gaps", *override, "--format", "csv", folder=here).stdout)))
    assert rows
    assert all("retention_days=45" in row["thresholds"] and row["as_of"] == "2020-05-01" for row in rows)
    assert (
        json.loads(graphkit("gaps", *override, "--format", "json", folder=here).stdout)["thresholds"]["retention_days"]
        == "45"
    )
