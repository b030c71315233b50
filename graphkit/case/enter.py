"""Findings and actions that a person enters, one at a time: facts with who and when, through the checks of a load.

What was entered is never changed; a later action undoes it (reopened after verified or waived, rejected after
rectified). The order of actions is checked while nobody else can write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from graphkit.case.load import append_rows
from graphkit.facts import Facts
from graphkit.model.case import Case
from graphkit.model.errors import InputError, UsageError
from graphkit.model.followup import FOLLOWED, State, current_state, follow, moves_of, wrong_moves
from graphkit.model.tables import ACTION_KINDS

ORIGIN = "entered"
"""The source_file of rows that were entered by a person rather than loaded from a file."""


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding to enter (CONTRACT.md section 1, table findings); `gap` is the id of the gap that it came from.

    `id` None: the next free one is taken. `amount` is in `currency` (default: the case's).
    """

    title: str
    found_on: date
    id: str | None = None
    category: str | None = None
    kind: str | None = None
    policy: str | None = None
    stage: str | None = None
    scope: str | None = None
    agency: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    count: int | None = None
    severity: str | None = None
    source: str | None = None
    locator: str | None = None
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class NewAction:
    """An action to enter (CONTRACT.md section 1, table actions): `by` did it, `to` whom; `id` None: the next free."""

    finding: str
    kind: str
    on: date
    by: str
    id: str | None = None
    to: str | None = None
    due_on: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    source: str | None = None
    locator: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered: the id of the new row, the finding's state now, the commit of the facts, and warnings."""

    id: str
    finding: str
    state: State
    commit: int
    warnings: list[str]


def add_finding(
    facts: Facts, case_id: str, finding: NewFinding, entered_by: str, now: datetime | None = None
) -> Entered:
    """Enter a finding as of `now` (with a zone; default: the clock).

    Raises UsageError without a name, InputError for anything a load would reject, StoreError while another writes.
    """
    who, at = _who_and_when(entered_by, now)
    with facts.transaction(case_id) as transaction:
        case = facts.case(case_id)
        _not_later("found_on", finding.found_on, case, at)
        known = {row["id"] for row in _rows(facts, case_id, "findings")}
        identity = finding.id or _free(f"F-{finding.found_on.year}-", known)
        if identity in known:
            raise InputError(f"a finding {identity} is there already; facts are not changed, later actions follow them")
        row = {**asdict(finding), "id": identity, "recorded_at": at.isoformat(), "entered_by": who}
        result = append_rows(facts, transaction, case, {"findings": [_filled(row)]}, ORIGIN)
    return Entered(identity, identity, "found", facts.version, _told(result.warnings))


def add_action(facts: Facts, case_id: str, action: NewAction, entered_by: str, now: datetime | None = None) -> Entered:
    """Enter an action as of `now` (with a zone; default: the clock).

    Raises UsageError without a name or for an unknown kind, InputError for a move that is wrong in the state that the
    finding is in and for anything a load would reject, StoreError while another writes.
    """
    who, at = _who_and_when(entered_by, now)
    if action.kind not in ACTION_KINDS:
        raise UsageError(f"unknown action '{action.kind}'; there are {', '.join(ACTION_KINDS)}", "kind")
    if not action.by.strip():
        raise UsageError(f"who has {action.kind} it? name an agency or a person", "by")
    with facts.transaction(case_id) as transaction:
        case = facts.case(case_id)
        _not_later("on", action.on, case, at)
        findings = [row for row in _rows(facts, case_id, "findings") if row["id"] == action.finding]
        if not findings:
            raise InputError(
                f"there is no finding {action.finding} in case {case_id}; the list of findings has them all"
            )
        every = _rows(facts, case_id, "actions")
        known = {row["id"] for row in every}
        identity = action.id or _free(f"{action.finding}-A", known)
        if identity in known:
            raise InputError(f"an action {identity} is there already; facts are not changed, later actions follow them")
        before = [row for row in every if row["finding"] == action.finding]
        new = {**asdict(action), "id": identity, "recorded_at": at.replace(tzinfo=None)}
        _refuse_wrong(findings, before, new)
        row = {**asdict(action), "id": identity, "recorded_at": at.isoformat(), "entered_by": who}
        result = append_rows(facts, transaction, case, {"actions": [_filled(row)]}, ORIGIN)
    state = current_state(follow(findings[0]["found_on"], moves_of([*before, new])))
    return Entered(identity, action.finding, state, facts.version, _told(result.warnings))


def _refuse_wrong(findings: list[dict[str, Any]], before: list[dict[str, Any]], new: Mapping[str, Any]) -> None:
    """Raise InputError when the new action is a wrong move, or makes one of an action that is there already."""
    there = {line for lines in wrong_moves(findings, before).values() for line in lines}
    for lines in wrong_moves(findings, [*before, new]).values():
        for line in lines:
            identity, _, why = line.partition(": ")
            if identity == new["id"]:
                raise InputError(why)
            if line not in there:
                raise InputError(f"{new['kind']} on {new['on']} would come before action {identity}: {why}")


def _rows(facts: Facts, case_id: str, table: str) -> list[dict[str, Any]]:
    """Return a case's rows of a table, with the columns that the order of actions depends on."""
    columns = list(FOLLOWED[table])
    return [
        row for file in facts.files(table, case_id) for row in pq.ParquetFile(file).read(columns=columns).to_pylist()
    ]


def _free(prefix: str, known: set[str]) -> str:
    number = 1
    while f"{prefix}{number}" in known:
        number += 1
    return f"{prefix}{number}"


def _filled(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else str(value)
        for name, value in row.items()
        if value is not None
    }


def _who_and_when(entered_by: str, now: datetime | None) -> tuple[str, datetime]:
    who = " ".join(entered_by.split())
    if not who:
        raise UsageError("who enters this? give a person's name", "entered_by")
    return who, (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


def _not_later(column: str, day: date, case: Case, at: datetime) -> None:
    today = at.astimezone(ZoneInfo(case.timezone)).date()
    if day > today:
        raise InputError(f"{column} {day} lies in the future; today is {today}")


def _told(warnings: list[str]) -> list[str]:
    """Leave out what a load says of columns that entering adds itself (entered_by, gap)."""
    return [line for line in warnings if "not named by the contract" not in line and "tables/actions: " not in line]
