"""Provisions beside each other: versions in time, a lower one against a higher one, and what contradicts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from graphkit.gaps.provisions import Conflict, conflicts, versions
from graphkit.model.case import Policy

NATION, PROVINCE, CITY, OTHER = "100000", "140000", "140100", "130000"
TERRITORIES = {
    NATION: frozenset((NATION,)),
    PROVINCE: frozenset((PROVINCE, NATION)),
    CITY: frozenset((CITY, PROVINCE, NATION)),
    OTHER: frozenset((OTHER, NATION)),
}


def policy(*provisions: dict[str, Any]) -> Policy:
    return Policy.model_validate({"id": "rent", "provisions": [{"parameter": "months", **one} for one in provisions]})


def found(plan: Policy, day: str = "2020-12-31") -> list[Conflict]:
    return conflicts(plan, TERRITORIES, date.fromisoformat(day))


def test_two_months_fall_short_of_three_from_the_day_on_which_both_are_in_force() -> None:
    plan = policy(
        {"id": "two", "value": 2, "from": "2020-02-06", "territory": PROVINCE, "groups": ["service", "other"]},
        {"id": "three", "value": 3, "from": "2020-05-09", "territory": NATION, "groups": ["service", "individual"]},
    )
    (one,) = found(plan)
    assert (one.relation, one.one, one.other) == ("narrower", "two", "three")
    assert (one.falls_short, one.left_out, one.groups) == (["value", "groups"], ["individual"], ["service"])
    assert (str(one.since), one.until) == ("2020-05-09", None)
    assert found(plan, "2020-05-08") == []


@pytest.mark.parametrize(
    ("change", "relation"),
    [
        ({"value": 4}, None),
        ({"value": 3}, None),
        ({"value": 2}, "narrower"),
        ({"value": 2, "to": "2020-05-08"}, None),
        ({"value": 2, "groups": ["school"]}, None),
        ({"value": 4, "better": "less"}, None),
        ({"value": "all"}, "contradicting"),
        ({"value": 2, "unit": "week"}, "contradicting"),
        ({"value": 3, "groups": ["service"]}, "narrower"),
        ({"value": 2, "parameter": "rate"}, None),
        ({"value": 2, "territory": "999999"}, None),
    ],
)
def test_a_lower_provision_beside_a_higher_one(change: dict[str, Any], relation: str | None) -> None:
    lower = {"id": "low", "from": "2020-02-01", "territory": CITY, "groups": ["service", "individual"], **change}
    higher = {
        "id": "high",
        "from": "2020-05-09",
        "value": 3,
        "territory": PROVINCE,
        "groups": ["service", "individual"],
    }
    got = [one.relation for one in found(policy(lower, higher))]
    assert got == ([relation] if relation else [])


def test_less_is_better_where_the_higher_one_says_so() -> None:
    plan = policy(
        {"id": "low", "value": 5, "territory": CITY, "better": "less"},
        {"id": "high", "value": 3, "territory": PROVINCE, "better": "less"},
    )
    assert [one.falls_short for one in found(plan)] == [["value"]]


def test_two_of_one_territory_contradict_unless_one_replaces_the_other() -> None:
    old = {"id": "old", "value": "relending_rate", "territory": NATION}
    new = {"id": "new", "value": "actual_rate", "territory": NATION, "from": "2020-02-07"}
    assert [one.relation for one in found(policy(old, new))] == ["contradicting"]
    plan = policy(old, {**new, "replaces": ["old"]})
    assert [(one.relation, str(one.since)) for one in found(plan)] == [("replaced", "2020-02-07")]
    assert found(plan, "2020-02-06") == []
    states = {one.id: (one.state, str(one.to)) for one in versions(plan, date(2020, 3, 1))}
    assert states == {"old": ("replaced", "2020-02-06"), "new": ("in_force", "None")}
    states = {one.id: (one.state, str(one.to)) for one in versions(plan, date(2020, 2, 1))}
    assert states == {"old": ("in_force", "2020-02-06"), "new": ("not_yet", "None")}


def test_neighbours_do_not_contradict_each_other() -> None:
    assert (
        found(policy({"id": "a", "value": 2, "territory": PROVINCE}, {"id": "b", "value": 3, "territory": OTHER})) == []
    )


@pytest.mark.parametrize(
    ("provisions", "says"),
    [
        ([{"id": "a", "value": 1}, {"id": "a", "value": 2}], "an earlier one has"),
        ([{"id": "a", "value": 1, "from": "2020-01-01", "replaces": ["b"]}], "no provision"),
        ([{"id": "a", "value": 1, "replaces": ["b"]}, {"id": "b", "value": 1}], "since when"),
        (
            [
                {"id": "a", "value": 1, "from": "2020-01-01", "replaces": ["b"]},
                {"id": "b", "value": 1, "parameter": "rate"},
            ],
            "another parameter",
        ),
        (
            [
                {"id": "a", "value": 1, "from": "2020-01-01", "replaces": ["b"]},
                {"id": "b", "value": 1, "from": "2020-02-01", "replaces": ["a"]},
            ],
            "circle",
        ),
        ([{"id": "a", "value": 1, "from": "2020-02-01", "to": "2020-01-01"}], "ends before"),
    ],
)
def test_provisions_that_cannot_be_are_refused(provisions: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        policy(*provisions)
