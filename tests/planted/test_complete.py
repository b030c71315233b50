"""The planted cases leave no kind out: of each one that holds, one that does not, and the day on which it turns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from graphkit.gaps import KINDS
from tests.planted import CASES


def days_of(kind: str) -> dict[int, dict[date, bool]]:
    """Return by case (its identity) the days on which it is planted, and whether the kind is expected on each."""
    found: dict[int, dict[date, bool]] = {}
    for planted in CASES:
        if planted.known_by is None and planted.thresholds is None:
            held = any(expected["kind"] == kind for expected in planted.expected)
            found.setdefault(id(planted.case), {})[planted.as_of] = held
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_planted_where_it_holds_and_where_it_does_not(kind: str) -> None:
    held = [any(expected["kind"] == kind for expected in planted.expected) for planted in CASES]
    assert 3 <= sum(held) < len(held)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_planted_on_the_day_before_and_on_the_day_from_which_it_holds(kind: str) -> None:
    turns = [
        day
        for days in days_of(kind).values()
        for day, held in days.items()
        if held and days.get(day - timedelta(days=1)) is False
    ]
    assert turns
