"""How a finding is followed up: the states, the moves between them, and which moves are wrong. Said once, here.

The actions and when a finding is open are CONTRACT.md section 1 and 3 (open until verified or waived, and again after
reopened); which action may follow which is the practice of tracking audits: what is put right is checked, and what is
closed is only opened again by name. A wrong move is refused when a person enters it; where a table has one, its row
counts all the same and the move is listed as wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

ActionKind = Literal[
    "reported", "instructed", "recommended", "accepted", "rectified", "verified", "rejected", "reopened", "waived"
]
State = Literal[
    "found", "reported", "instructed", "recommended", "accepted", "rectified", "verified", "rejected", "reopened",
    "waived",
]  # fmt: skip
"""The state of a finding: `found` before anything was done, then the action that put it where it is."""

STATES: tuple[State, ...] = get_args(State)
CLOSED: frozenset[State] = frozenset({"verified", "waived"})

_PENDING: tuple[ActionKind, ...] = ("reported", "instructed", "recommended", "accepted", "rectified", "waived")
MOVES: dict[State, tuple[ActionKind, ...]] = {
    "found": _PENDING,
    "reported": _PENDING,
    "instructed": _PENDING,
    "recommended": _PENDING,
    "accepted": _PENDING,
    "rectified": ("reported", "instructed", "recommended", "rectified", "verified", "rejected", "waived"),
    "verified": ("reported", "reopened"),
    "rejected": _PENDING,
    "reopened": _PENDING,
    "waived": ("reported", "reopened"),
}
"""The actions that may follow in each state. Reporting is always possible, and moves only what was just found."""

FOLLOWED = {"findings": ("id", "found_on"), "actions": ("id", "finding", "kind", "on", "recorded_at", "due_on")}
"""The columns that the order of actions depends on, by table."""


@dataclass(frozen=True, slots=True)
class Move:
    """One action on a finding, as far as the order of actions looks at it."""

    id: str
    kind: ActionKind
    on: date
    recorded_at: datetime | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A move with the state before and after it; `wrong` says in one line why it is a wrong one, None if it is right.

    `wrong` is for people who read English logs and errors; `graphkit.reports.words` has the states in both languages.
    """

    move: Move
    before: State
    after: State
    wrong: str | None


def may_follow(state: State, action: ActionKind) -> bool:
    """Say whether `action` is a right move in `state`."""
    return action in MOVES[state]


def state_after(state: State, action: ActionKind) -> State:
    """Return the state after an action, right or wrong: what is closed stays so unless it is reopened or closed anew.

    So a finding is in a closed state exactly when it is not open by CONTRACT.md section 3.
    """
    if action == "reported":
        return "reported" if state == "found" else state
    if state in CLOSED and action not in ("reopened", "verified", "waived"):
        return state
    return action


def follow(found_on: date, moves: Iterable[Move]) -> list[Taken]:
    """Return the moves in the order that counts (day, recorded, id; CONTRACT.md section 2), each with its states."""
    state: State = "found"
    taken = []
    for move in sorted(moves, key=lambda one: (one.on, one.recorded_at is not None, one.recorded_at, one.id)):
        after = state_after(state, move.kind)
        taken.append(Taken(move, state, after, _wrong(found_on, state, move)))
        state = after
    return taken


def current_state(taken: Sequence[Taken]) -> State:
    """Return the state that a finding is in after its moves."""
    return taken[-1].after if taken else "found"


def moves_of(actions: Iterable[Mapping[str, Any]]) -> list[Move]:
    """Return rows of actions (the columns in `FOLLOWED`) as moves."""
    return [Move(row["id"], row["kind"], row["on"], row["recorded_at"], row["due_on"]) for row in actions]


def wrong_moves(findings: Iterable[Mapping[str, Any]], actions: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what is wrong with the order of actions, in one line each, by finding; rows as in `FOLLOWED`."""
    moves: dict[str, list[Move]] = {}
    for finding, move in ((row["finding"], one) for row in actions for one in moves_of([row])):
        moves.setdefault(finding, []).append(move)
    found = {row["id"]: row["found_on"] for row in findings}
    wrong: dict[str, list[str]] = {}
    for finding in sorted(moves.keys() & found.keys()):
        for taken in follow(found[finding], moves[finding]):
            if taken.wrong is not None:
                wrong.setdefault(finding, []).append(f"{taken.move.id}: finding {finding}: {taken.wrong}")
    return wrong


def _wrong(found_on: date, state: State, move: Move) -> str | None:
    if move.on < found_on:
        return f"{move.kind} on {move.on}, before it was found on {found_on}"
    if move.due_on is not None and move.due_on < move.on:
        return f"{move.kind} on {move.on} is due on {move.due_on}, before that day"
    if not may_follow(state, move.kind):
        return f"{move.kind} on {move.on} does not follow {state}; then only {', '.join(MOVES[state])} may follow"
    return None
