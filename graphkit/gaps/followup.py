"""The follow-up of findings as of a day: where each stands, what is overdue, what came back, and what it came from.

States and moves are `graphkit.model.followup`; what is overdue is what the contract's gaps about findings say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from graphkit.gaps.evaluation import Evaluation, evaluate
from graphkit.gaps.statements import statements
from graphkit.model.errors import InputError, UsageError
from graphkit.model.followup import CLOSED, MOVES, ActionKind, Move, State, current_state, follow, moves_of
from graphkit.model.gap import Category, Gap, Money, Severity, Utc

Awaited = Literal["action", "rectification", "verification"]
"""What an open finding waits for: any action at all, being put right, or being checked."""

OVERDUE_KINDS = (
    "unaddressed_finding", "instruction_not_followed", "overdue_rectification", "unverified_rectification",
)  # fmt: skip
"""The kinds of gap that make a finding overdue (CONTRACT.md section 3)."""

AGES: tuple[tuple[int, int | None], ...] = ((0, 30), (31, 60), (61, 90), (91, 180), (181, None))
"""Ages of open findings in days since they were found, the last day included; None: no end."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ActionTaken(_Part):
    """One action on a finding, the state that it led to, and in `wrong` why it is a wrong move (null: it is right)."""

    id: str
    kind: ActionKind
    on: date
    by: str | None
    to: str | None
    due_on: date | None
    amount: dict[str, Money] | None
    note: str | None
    source: str | None
    locator: str | None
    recorded_at: Utc | None
    entered_by: str | None
    state: State
    wrong: str | None


class Origin(_Part):
    """A gap that a finding came from: as named when it was entered, or found to hold on the day of the finding.

    `holds` is false once it has closed; `kind` is null where it has closed and was only named.
    """

    gap: str
    kind: str | None
    named: bool
    holds: bool


class FindingState(_Part):
    """Where one finding stands.

    `since` is the day of its state; `due_on` the day by which what it waits for should happen (the one that passed
    first, when it is overdue); `age_days` counts plain days since it was found, `overdue_days` by the case's calendar.
    `problems` are the kinds of gap about the finding itself, `gaps` the ids of those and of the gaps at the step or
    holder that it is about; `repeats` the verified findings of the same kind at the same agency; `origin` the gap that
    it was entered from, and whether that still holds.
    """

    finding: str
    title: str
    category: Category | None
    kind: str | None
    severity: Severity | None
    policy: str | None
    stage: str | None
    scope: str | None
    region: str | None
    agency: str | None
    level: str | None
    found_on: date
    amount: dict[str, Money] | None
    count: int | None
    source: str | None
    locator: str | None
    recorded_at: Utc | None
    entered_by: str | None
    state: State
    open: bool
    since: date
    awaits: Awaited | None
    due_on: date | None
    age_days: int
    overdue_days: int | None
    problems: list[str]
    gaps: list[str]
    repeats: list[str]
    origin: Origin | None
    next: list[ActionKind]
    actions: list[ActionTaken]

    @property
    def overdue(self) -> bool:
        """True when a gap says that something about the finding is late."""
        return self.overdue_days is not None

    @property
    def wrong(self) -> list[str]:
        """What is wrong with the order of its actions, one line each."""
        return [f"{one.id}: {one.wrong}" for one in self.actions if one.wrong]


class Ageing(_Part):
    """Open findings of one agency or level (null: none is known) by age, as in `AGES`; how many of all are overdue."""

    of: str | None
    open: int
    overdue: int
    by_age: list[int]
    oldest_days: int


class FollowUp(_Part):
    """The follow-up ledger of a case: findings by the day they were found and id, and how the open ones age."""

    case: str
    as_of: date
    known_by: Utc | None
    open: int
    closed: int
    overdue: int
    recurring: int
    wrong_moves: int
    findings: list[FindingState]
    ages: list[tuple[int, int | None]]
    by_agency: list[Ageing]
    by_level: list[Ageing]


def follow_up(
    evaluation: Evaluation,
    *,
    policy: str | None = None,
    region: str | None = None,
    agency: str | None = None,
    state: Iterable[str] | str | None = None,
    open: bool | None = None,
    overdue: bool = False,
    recurring: bool = False,
) -> FollowUp:
    """Return the follow-up of the findings that match every filter; `region` takes all below it.

    UsageError for an unknown policy, region, agency or state.
    """
    check_filters(evaluation, policy, region, agency)
    states = {state} if isinstance(state, str) else set(state or ())
    if unknown := sorted(states - set(MOVES)):
        raise UsageError(f"unknown state '{unknown[0]}'; known are {', '.join(MOVES)}", "state")
    inside = None
    if region is not None:
        inside = {row["code"] for row in evaluation.rows("SELECT code FROM region_above WHERE ancestor = ?", [region])}
    lines = [
        line
        for line in _lines(evaluation)
        if policy in (None, line.policy)
        and agency in (None, line.agency)
        and (inside is None or line.region in inside)
        and (not states or line.state in states)
        and (open is None or line.open == open)
        and (not overdue or line.overdue)
        and (not recurring or line.repeats)
    ]
    return FollowUp(
        case=evaluation.case.id,
        as_of=evaluation.as_of,
        known_by=evaluation.known_by,
        open=sum(line.open for line in lines),
        closed=sum(not line.open for line in lines),
        overdue=sum(line.overdue for line in lines),
        recurring=sum(bool(line.repeats) for line in lines),
        wrong_moves=sum(len(line.wrong) for line in lines),
        findings=lines,
        ages=list(AGES),
        by_agency=ageing((line, line.agency) for line in lines),
        by_level=ageing((line, line.level) for line in lines),
    )


def finding(evaluation: Evaluation, finding_id: str) -> FindingState:
    """Return where one finding stands; InputError when there is none of that id as of the evaluation's day."""
    for line in _lines(evaluation):
        if line.finding == finding_id:
            return line
    raise InputError(f"there is no finding {finding_id} in case {evaluation.case.id} as of {evaluation.as_of}")


def origins(evaluation: Evaluation, line: FindingState) -> list[Origin]:
    """Return the gaps that a finding came from, and whether each still holds.

    The one that was named when it was entered; else those that held at its step or holder on the day it was found
    (which takes an evaluation of that day).
    """
    if line.origin is not None:
        return [line.origin]
    known_by = evaluation.known_by.replace(tzinfo=UTC) if evaluation.known_by else None
    then = evaluate(
        evaluation.facts, evaluation.case.id, line.found_on, known_by, evaluation.thresholds, evaluation.region
    )
    linked = [row for row in then.rows(statements("ledger/gaps")) if row["finding"] == line.finding and not row["own"]]
    now = set(line.gaps)
    return [Origin(gap=row["id"], kind=row["kind"], named=False, holds=row["id"] in now) for row in linked]


def ageing(lines: Iterable[tuple[FindingState, str | None]]) -> list[Ageing]:
    """Count open findings by age, under what each is counted for; the most overdue and the most come first."""
    grouped: dict[str | None, list[FindingState]] = {}
    for line, of in lines:
        if line.open:
            grouped.setdefault(of, []).append(line)
    counted = [
        Ageing(
            of=of,
            open=len(found),
            overdue=sum(line.overdue for line in found),
            by_age=[sum(_aged(line, *age) for line in found) for age in AGES],
            oldest_days=max(line.age_days for line in found),
        )
        for of, found in grouped.items()
    ]
    return sorted(counted, key=lambda one: (-one.overdue, -one.open, one.of or ""))


def finding_of_gap(gap: Gap) -> dict[str, Any]:
    """Return the fields that a finding takes over from the gap that it is entered from (columns of CONTRACT.md)."""
    currency, amount = next(iter((gap.amount or {}).items()), (None, None))
    fields = {
        "title": gap.explanation.zh,
        "category": gap.category if gap.category in ("blockage", "pain", "difficulty", "break") else None,
        "kind": gap.kind,
        "policy": gap.policy,
        "stage": gap.stage,
        "scope": gap.scope,
        "agency": gap.responsible[0] if gap.responsible else None,
        "amount": amount,
        "currency": currency,
        "count": gap.count,
        "severity": gap.severity,
        "gap": gap.id,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _aged(line: FindingState, first: int, last: int | None) -> bool:
    return first <= line.age_days and (last is None or line.age_days <= last)


def check_filters(evaluation: Evaluation, policy: str | None, region: str | None, agency: str | None = None) -> None:
    """Raise UsageError for a policy, region or agency that the case does not have."""
    if policy is not None and policy not in {one.id for one in evaluation.policies}:
        raise UsageError(f"unknown policy '{policy}' in case {evaluation.case.id}", "policy")
    for what, value, table, key in (("region", region, "regions", "code"), ("agency", agency, "agencies", "id")):
        if value is not None and not evaluation.rows(f"SELECT 1 FROM {table} WHERE {key} = ? LIMIT 1", [value]):
            raise UsageError(f"unknown {what} '{value}' in case {evaluation.case.id}", what)


def _lines(evaluation: Evaluation) -> list[FindingState]:
    actions = _grouped(evaluation.rows(statements("ledger/actions")))
    gaps = _grouped(evaluation.rows(statements("ledger/gaps")))
    held = {row["id"]: row["kind"] for row in evaluation.rows(statements("ledger/held"))}
    return [
        _line(evaluation, row, actions.get(row["id"], []), gaps.get(row["id"], []), held)
        for row in evaluation.rows(statements("ledger/findings"))
    ]


def _grouped(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["finding"], []).append(row)
    return grouped


def _line(
    evaluation: Evaluation,
    row: dict[str, Any],
    actions: list[dict[str, Any]],
    gaps: list[dict[str, Any]],
    held: dict[str, str],
) -> FindingState:
    taken = follow(row["found_on"], moves_of(actions))
    by_id = {one["id"]: one for one in actions}
    state = current_state(taken)
    changes = [one.move.on for one in taken if one.after != one.before or one.move.kind == state]
    own = [gap for gap in gaps if gap["own"]]
    late = [gap for gap in own if gap["kind"] in OVERDUE_KINDS and gap["since"] is not None]
    first_missed = min((gap["since"] - timedelta(days=1) for gap in late), default=None)
    awaits: Awaited | None = None
    if state not in CLOSED:
        awaits = {"found": "action", "rectified": "verification"}.get(state, "rectification")  # type: ignore[assignment]
    origin = row["origin"]
    return FindingState(
        **{name: row[name] for name in _COPIED},
        finding=row["id"],
        amount=_money(row, row["currency"]),
        state=state,
        open=state not in CLOSED,
        since=changes[-1] if changes else row["found_on"],
        awaits=awaits,
        due_on=first_missed or _due_on(evaluation, row["found_on"], state, [one.move for one in taken]),
        age_days=(evaluation.as_of - row["found_on"]).days,
        overdue_days=max((gap["days"] for gap in late), default=None),
        problems=sorted({gap["kind"] for gap in own}),
        gaps=sorted(gap["id"] for gap in gaps),
        repeats=row["repeats"] or [],
        origin=Origin(gap=origin, kind=held.get(origin), named=True, holds=origin in held) if origin else None,
        next=list(MOVES[state]),
        actions=[
            ActionTaken(
                **{name: by_id[one.move.id][name] for name in _ACTION_COPIED},
                amount=_money(by_id[one.move.id], by_id[one.move.id]["currency"] or evaluation.case.currency),
                state=one.after,
                wrong=one.wrong,
            )
            for one in taken
        ],
    )


_COPIED = (
    "title", "category", "kind", "severity", "policy", "stage", "scope", "region", "agency", "level", "found_on",
    "count", "source", "locator", "recorded_at", "entered_by",
)  # fmt: skip
_ACTION_COPIED = (
    "id", "kind", "on", "by", "to", "due_on", "note", "source", "locator", "recorded_at", "entered_by",
)  # fmt: skip


def _money(row: dict[str, Any], currency: str) -> dict[str, Any] | None:
    return None if row["amount"] is None else {currency: row["amount"]}


def _due_on(evaluation: Evaluation, found_on: date, state: State, moves: list[Move]) -> date | None:
    """Return the day by which a finding that is not overdue should get what it waits for; None where no rule says."""
    days = {name: int(value) for name, value in evaluation.thresholds.items() if name.endswith("_days")}
    if state == "found":
        return found_on + timedelta(days=days["unaddressed_days"])
    if state == "rectified":
        last = next(one.on for one in reversed(moves) if one.kind == "rectified")
        return last + timedelta(days=days["verify_days"])
    if state in CLOSED:
        return None
    for move in reversed(moves):
        if move.kind in ("rectified", "verified", "waived"):
            return None
        if move.kind in ("instructed", "recommended"):
            return move.due_on or move.on + timedelta(days=days["instruction_days"])
        if move.kind == "accepted" and move.due_on is not None:
            return move.due_on
    return None
