"""Knock-on effects along supplies: who, how far, how strongly; and that they stay out of the impact."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graphkit.gaps import Evaluation
from graphkit.gaps.knock_on import MAX_DISTANCE, KnockOn, knock_on
from graphkit.model.errors import InputError
from tests.gaps.loaded import evaluated
from tests.planted.build import case, day, group, policy, stage, transfer
from tests.reference.case import Case, Row

_P = policy(
    stage("issue", due_on=day(3, 20)),
    stage("pay", "county", after=["issue"], due_on=day(4, 20), measure="m"),
    measures=({"id": "m", "kind": "subsidy"},),
)


def supply(from_: str, to: str, weight: str | None = None) -> Row:
    return {"from": from_, "to": to} | ({"weight": float(weight)} if weight else {})


def built(supplies: list[Row], groups: list[Row] | None = None, **more: Any) -> Case:
    held = group("firms", "140105", 10)
    others = [group(one, None, None) | {"measure": None} for one in ("makers", "shops", "growers", "buyers")]
    made = case(_P, beneficiary_groups=[held, *others, *(groups or [])], **more)
    made.tables["supplies"] = supplies
    return made


def found(evaluation: Evaluation, gap_id: str) -> list[tuple[str, str, int, Decimal, list[str]]]:
    return [(one.direction, one.id, one.distance, one.weight, one.via) for one in effects_of(evaluation, gap_id)]


def effects_of(evaluation: Evaluation, gap_id: str) -> list[KnockOn]:
    return knock_on(evaluation, [gap_id])[gap_id]


def gap_of(evaluation: Evaluation, kind: str) -> str:
    return evaluation.gaps(kind=kind)[0].id


def test_up_and_downstream_of_the_groups_that_wait(tmp_path: Path) -> None:
    links = [supply("growers", "makers", "0.5"), supply("makers", "firms", "0.8"), supply("firms", "shops", "0.25")]
    evaluation = evaluated(built(links), tmp_path, day(5, 1))
    gap = gap_of(evaluation, "missing_step")
    assert evaluation.gap(gap).stage == "issue"
    assert found(evaluation, gap) == [
        ("downstream", "shops", 1, Decimal("0.25"), ["firms"]),
        ("upstream", "makers", 1, Decimal("0.8"), ["firms"]),
        ("upstream", "growers", 2, Decimal("0.40"), ["firms", "makers"]),
    ]


def test_nobody_but_those_who_wait_is_counted_as_a_beneficiary(tmp_path: Path) -> None:
    alone = evaluated(built([]), tmp_path / "alone", day(5, 1))
    linked = evaluated(built([supply("firms", "shops", "1")]), tmp_path / "linked", day(5, 1))
    assert [gap.model_dump() for gap in alone.gaps()] == [gap.model_dump() for gap in linked.gaps()]
    assert effects_of(alone, gap_of(alone, "missing_step")) == []


def test_the_strongest_path_counts_then_the_shortest(tmp_path: Path) -> None:
    links = [
        supply("firms", "shops", "0.2"), supply("firms", "makers", "0.9"), supply("makers", "shops", "0.5"),
        supply("firms", "growers", "0.9"), supply("growers", "buyers", "0.5"), supply("firms", "buyers", "0.45"),
    ]  # fmt: skip
    evaluation = evaluated(built(links), tmp_path, day(5, 1))
    down = {one.id: one for one in effects_of(evaluation, gap_of(evaluation, "missing_step"))}
    assert (down["shops"].weight, down["shops"].via) == (Decimal("0.45"), ["firms", "makers"])
    assert (down["buyers"].weight, down["buyers"].via) == (Decimal("0.45"), ["firms"])


def test_weights_that_are_missing_too_large_or_nothing(tmp_path: Path) -> None:
    links = [supply("firms", "shops"), supply("shops", "makers", "3"), supply("makers", "growers", "0"),
             supply("makers", "buyers", "-1")]  # fmt: skip
    evaluation = evaluated(built(links), tmp_path, day(5, 1))
    effects = effects_of(evaluation, gap_of(evaluation, "missing_step"))
    assert [(one.id, one.weight, one.unweighted) for one in effects if one.direction == "downstream"] == [
        ("shops", 1, 1),
        ("makers", 1, 1),
    ]


def test_circles_come_to_an_end_and_the_held_up_are_not_affected_by_themselves(tmp_path: Path) -> None:
    links = [supply("firms", "shops", "0.5"), supply("shops", "firms", "0.4"), supply("firms", "firms", "1")]
    evaluation = evaluated(built(links), tmp_path, day(5, 1))
    assert found(evaluation, gap_of(evaluation, "missing_step")) == [
        ("downstream", "shops", 1, Decimal("0.5"), ["firms"]),
        ("upstream", "shops", 1, Decimal("0.4"), ["firms"]),
    ]


def test_a_group_is_affected_by_those_that_it_names(tmp_path: Path) -> None:
    named = [group("workers", None, None) | {"measure": None, "affected_by": ["firms"]}]
    named += [group("families", None, None) | {"measure": None, "affected_by": ["workers"]}]
    evaluation = evaluated(built([], named), tmp_path, day(5, 1))
    assert found(evaluation, gap_of(evaluation, "missing_step")) == [
        ("downstream", "workers", 1, Decimal(1), ["firms"]),
        ("downstream", "families", 2, Decimal(1), ["firms", "workers"]),
    ]


def test_a_holder_that_keeps_money_is_held_up(tmp_path: Path) -> None:
    rows = [transfer("source:treasury", "city2", "100", day(3, 1))]
    evaluation = evaluated(built([supply("city2", "shops", "0.5")], transfers=rows), tmp_path, day(5, 1))
    assert found(evaluation, gap_of(evaluation, "funds_retained")) == [
        ("downstream", "shops", 1, Decimal("0.5"), ["city2"])
    ]


def test_no_path_is_followed_for_ever(tmp_path: Path) -> None:
    names = ["firms", *(f"link{n:02}" for n in range(MAX_DISTANCE + 5))]
    groups = [group(one, None, None) | {"measure": None} for one in names[1:]]
    links = [supply(start, end, "0.9") for start, end in pairwise(names)]
    evaluation = evaluated(built(links, groups), tmp_path, day(5, 1))
    effects = effects_of(evaluation, gap_of(evaluation, "missing_step"))
    assert [one.distance for one in effects] == list(range(1, MAX_DISTANCE + 1))
    assert effects[-1].weight == Decimal("0.9") ** MAX_DISTANCE
    assert effects[-1].model_dump(mode="json")["weight"] == 0.121577


def test_an_unknown_gap_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gap-0"):
        effects_of(evaluated(built([]), tmp_path, day(5, 1)), "gap-0")
