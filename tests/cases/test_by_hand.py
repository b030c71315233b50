"""Small cases written from CONTRACT.md alone, with the gaps that a person finds in them with a pencil."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from tests.cases.bad_base import BASE, Content, workbook, write

REGIONS = str(BASE["tables/regions.csv"])
EVENTS = "id,policy,stage,scope,kind,on\n"


def gaps(folder: Path, files: dict[str, Content]) -> list[dict[str, Any]]:
    """Load a case without a reject, and return its gaps, consequences too, as JSON has them."""
    for name, content in files.items():
        path = folder / "case" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else str(content).encode())
    facts = Facts(folder / "w", create=True)
    result = load_case(facts, folder / "case")
    assert [reject.line() for reject in result.rejects] == []
    found = evaluate(facts, result.case, None, None, {}).gaps(consequences=True)
    return [json.loads(gap.model_dump_json()) for gap in found]


def brief(found: list[dict[str, Any]], *fields: str) -> set[tuple[Any, ...]]:
    return {tuple(gap[field] for field in fields) for gap in found}


def test_events_alone_show_a_missing_and_a_late_step(tmp_path: Path) -> None:
    found = gaps(
        tmp_path,
        {
            "case.yaml": "id: a\nas_of: 2020-03-20\n",
            "policies/p.yaml": "id: p\neffective: {from: 2020-03-01}\nstages:\n"
            "  - {id: issue, level: province, within_days: 10}\n"
            "  - {id: pay, level: county, after: [issue], within_days: 10}\n",
            "tables/regions.csv": REGIONS,
            "tables/events.csv": EVENTS + "E1,p,issue,14,completed,2020-03-05\nE2,p,pay,140105,completed,2020-03-16\n",
        },
    )
    assert [(gap["kind"], gap["scope"], gap["since"], gap["days"], gap["responsible"]) for gap in found] == [
        ("missing_step", "140106", "2020-03-16", 5, []),
        ("late_step", "140105", "2020-03-16", 5, []),
    ]


def test_excel_and_gb18030_with_a_township_right_below_a_city_and_agencies_as_scopes(tmp_path: Path) -> None:
    regions = f"{REGIONS}14010501,平阳路街道,township,140105\n14010001,直管镇,township,1401\n"
    day = date(2020, 3, 5)
    found = gaps(
        tmp_path,
        {
            "case.yaml": "id: b\ntitle: 两级\njurisdiction: '1401'\nas_of: 2020-04-30\n".encode("gb18030"),
            "policies/p.yaml": "id: p\neffective: {from: 2020-03-01}\nstages:\n"
            "  - {id: rule, level: county, within_days: 10, scopes: ['140105']}\n"
            "  - {id: list, level: county, after: [rule], within_days: 5, scopes: [xd]}\n"
            "  - {id: pay, level: township, after: [rule], within_days: 10}\n",
            "tables/regions.csv": regions.encode("gb18030"),
            "tables/agencies.csv": "id,name,region\nxd,小店区局,140105\n".encode("gb18030"),
            "tables/events.xlsx": workbook([["id", "policy", "stage", "scope", "kind", "on"],
                                            ["E1", "p", "rule", 140105, "started", day]]),
        },
    )  # fmt: skip
    assert brief(found, "kind", "stage", "scope", "root", "blocked_steps", "since") == {
        ("overdue_step", "rule", "140105", True, 2, "2020-03-12"),
        ("blocked_step", "list", "xd", False, 0, None),
        ("blocked_step", "pay", "14010501", False, 0, None),
        # No county stands above this township, so its step starts with the policy and waits for nobody.
        ("missing_step", "pay", "14010001", True, 0, "2020-03-12"),
    }
    overdue = next(gap for gap in found if gap["kind"] == "overdue_step")
    assert brief([gap for gap in found if not gap["root"]], "kind", "scope") == {
        ("blocked_step", "xd"),
        ("blocked_step", "14010501"),
    }
    assert all(gap["caused_by"] == [overdue["id"]] for gap in found if not gap["root"])


def test_workdays_around_the_spring_festival_of_2020(tmp_path: Path) -> None:
    """Rest days ran from 24 January to 2 February: five workdays after 23 January end on 7 February."""
    files: dict[str, Content] = {
        "policies/p.yaml": "id: p\neffective: {from: 2020-01-23}\n"
        "stages: [{id: issue, level: province, within_days: 5}]\n",
        "tables/regions.csv": REGIONS,
    }
    last = gaps(tmp_path / "on", {"case.yaml": "id: c\nas_of: 2020-02-07\ncalendar: cn-workdays\n", **files})
    after = gaps(tmp_path / "after", {"case.yaml": "id: c\nas_of: 2020-02-10\ncalendar: cn-workdays\n", **files})
    assert last == []
    assert [(gap["kind"], gap["since"], gap["days"]) for gap in after] == [("missing_step", "2020-02-08", 1)]


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ("p,,1401,\n", {"missing_step"}),
        ("p,,1401,2020-03-14\n", {"unobserved_step"}),
        ("p,,1401,2020-03-15\n", {"missing_step"}),
        ("p,issue,14,\n", {"unobserved_step"}),
        ("p,pay,140105,\n", {"missing_step", "unobserved_step"}),
        ("", {"unobserved_step"}),
    ],
)
def test_only_where_somebody_looked_is_a_step_missing(tmp_path: Path, rows: str, kinds: set[str]) -> None:
    found = gaps(
        tmp_path,
        {
            "case.yaml": "id: e\nas_of: 2020-03-20\n",
            "policies/p.yaml": "id: p\neffective: {from: 2020-03-01}\nstages:\n"
            "  - {id: issue, level: province, within_days: 10}\n"
            "  - {id: pay, level: county, after: [issue], within_days: 10}\n",
            "tables/regions.csv": REGIONS,
            "tables/events.csv": EVENTS + "E1,p,issue,14,completed,2020-03-05\n",
            "tables/coverage.csv": f"policy,stage,scope,until\n{rows}",
        },
    )
    assert {gap["kind"] for gap in found} == kinds
    assert {gap["scope"] for gap in found} == {"140105", "140106"}
    assert {gap["severity"] for gap in found if gap["kind"] == "unobserved_step"} <= {"low"}


def test_money_without_any_agency_assigned_or_region_named(tmp_path: Path) -> None:
    """prov got 100 long ago and 50 lately, and passed on 30 and 90: 20 more than it had from the first receipt."""
    found = gaps(
        tmp_path,
        {
            "case.yaml": "id: f\nas_of: 2020-06-30\n",
            "policies/p.yaml": "id: p\neffective: {from: 2020-01-01}\nmeasures: [{id: m}]\nstages: []\n",
            "tables/agencies.csv": "id,name\nprov,省厅\ncity,市局\nshut,只进不出局\n",
            "tables/transfers.jsonl": "".join(
                json.dumps({"id": f"T{n}", "policy": "p", "measure": "m", "from": a, "to": b, "amount": x, "on": d})
                + "\n"
                for n, (a, b, x, d) in enumerate(
                    [
                        ("source:fund", "prov", "100", "2020-03-01"),
                        ("prov", "city", "30.50", "2020-03-02"),
                        ("prov", "shut", "90", "2020-03-03"),
                        ("source:fund", "prov", 50, "2020-06-20"),
                    ]
                )
            ),
        },
    )
    assert [(gap["kind"], gap["subject"], gap["amount"], gap["since"]) for gap in found] == [
        ("funds_retained", "shut", {"CNY": "90.00"}, "2020-04-03"),
        ("funds_retained", "city", {"CNY": "30.50"}, "2020-04-02"),
        ("funds_untraced", "prov", {"CNY": "20.50"}, "2020-03-03"),
    ]


def test_a_policy_that_was_loaded_keeps_its_measures_when_it_is_renamed(tmp_path: Path) -> None:
    facts = Facts(tmp_path / "w", create=True)
    write(tmp_path / "case", {})
    load_case(facts, tmp_path / "case")
    renamed = str(BASE["policies/p.yaml"]).replace("id: p", "id: a-p")
    write(tmp_path / "case", {"policies/a-p.yaml": renamed, "policies/p.yaml": None})
    (tmp_path / "case" / "policies" / "p.yaml").unlink()
    loaded = load_case(facts, tmp_path / "case")
    assert [reject.line() for reject in loaded.rejects] == [
        "policies/a-p.yaml, key measures = 'm': is already a measure of policy p; measure ids are unique within a case"
    ]
    assert [policy.id for policy in facts.policies("spoilt")] == ["p"]


def test_an_id_of_two_things_is_called_by_the_name_of_the_one_that_is_meant(tmp_path: Path) -> None:
    groups = "id,name,measure,region,eligible_count\n140105,小店区商户,m,140105,10\n"
    policy = str(BASE["policies/p.yaml"]).replace("2020-03-01}", "2020-03-01, to: 2020-04-30}")
    found = gaps(
        tmp_path,
        {**BASE, "policies/p.yaml": policy, "tables/beneficiary_groups.csv": groups},
    )
    told = {gap["kind"]: gap["explanation"]["zh"] for gap in found}
    assert "“小店区商户”" in told["coverage_shortfall"]
