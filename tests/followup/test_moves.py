"""The state machine of findings: what may follow what, and that it agrees with the contract on what is open."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.model.followup import CLOSED, MOVES, STATES, Move, current_state, follow, state_after
from graphkit.model.tables import ACTION_KINDS

FOUND = date(2020, 3, 1)


def _moves(*kinds: str) -> list[Move]:
    return [Move(f"A{n}", kind, date(2020, 3, 1 + n)) for n, kind in enumerate(kinds, 1)]  # type: ignore[arg-type]


def test_every_state_says_what_may_follow() -> None:
    assert set(MOVES) == set(STATES)
    assert {kind for kinds in MOVES.values() for kind in kinds} == set(ACTION_KINDS)


def test_the_usual_course_has_no_wrong_move() -> None:
    course = ("reported", "instructed", "recommended", "accepted", "rectified", "rejected", "rectified", "verified",
              "reopened", "accepted", "rectified", "verified")  # fmt: skip
    taken = follow(FOUND, _moves(*course))
    assert [one.wrong for one in taken] == [None] * len(course)
    assert [one.after for one in taken] == list(course)


@pytest.mark.parametrize(
    "course",
    [
        ("verified",),
        ("accepted", "verified"),
        ("rejected",),
        ("reopened",),
        ("accepted", "rectified", "reopened"),
        ("rectified", "verified", "rectified"),
        ("rectified", "verified", "verified"),
        ("waived", "accepted"),
        ("rectified", "accepted"),
    ],
)
def test_a_wrong_move_is_named_and_only_that_one(course: tuple[str, ...]) -> None:
    taken = follow(FOUND, _moves(*course))
    assert [one.wrong is not None for one in taken] == [False] * (len(course) - 1) + [True]
    assert f"{course[-1]} on " in str(taken[-1].wrong)


def test_days_that_cannot_be_are_wrong() -> None:
    early = follow(FOUND, [Move("A1", "reported", date(2020, 2, 1))])
    late = follow(FOUND, [Move("A1", "instructed", date(2020, 3, 5), due_on=date(2020, 3, 4))])
    assert "before it was found" in str(early[0].wrong)
    assert "before that day" in str(late[0].wrong)


def test_what_is_reported_changes_only_what_was_just_found() -> None:
    assert [state_after(state, "reported") for state in STATES] == ["reported", *STATES[1:]]


@given(st.lists(st.tuples(st.sampled_from(ACTION_KINDS), st.integers(0, 5)), max_size=12))
def test_open_is_what_the_contract_says_whatever_the_order(actions: list[tuple[str, int]]) -> None:
    moves = [Move(f"A{n:02}", kind, date(2020, 3, 1 + day)) for n, (kind, day) in enumerate(actions)]  # type: ignore[arg-type]
    ordered = sorted(moves, key=lambda move: (move.on, move.id))
    telling = [move.kind for move in ordered if move.kind in ("verified", "waived", "reopened")]
    is_open = not telling or telling[-1] == "reopened"
    assert (current_state(follow(FOUND, moves)) not in CLOSED) == is_open
