"""The facts behind a difference: for each gap that changed, the rows that count on one side only (or: time passed)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from graphkit.gaps.diff import Diff
from graphkit.gaps.evaluation import Evaluation
from graphkit.gaps.statements import statements
from graphkit.model.gap import Gap, Money


class ChangedRow(BaseModel):
    """A row of the case that counts in one of two evaluations: `counts` says in which.

    `on` is its own date; `kind` what it says (an event's or action's kind, money in or out …); `source_row` is null for
    a row that a person entered.
    """

    model_config = ConfigDict(extra="forbid")

    counts: Literal["from", "to"]
    table: str
    id: str | None
    kind: str | None
    on: date | None
    amount: Money | None
    source: str | None
    locator: str | None
    source_file: str
    source_row: int | None


class Reasons(BaseModel):
    """Why a gap changed: the first 20 rows a side, by date; `total` counts all. No rows: only time passed.

    (Or a definition, a threshold or a rule differs, where two kept evaluations are compared.)
    """

    total: int
    rows: list[ChangedRow]


def reasons(before: Evaluation, after: Evaluation, difference: Diff) -> dict[str, Reasons]:
    """Return why each new, resolved, worsened or eased gap changed, by the gap's id, sorted."""
    gaps = [
        *difference.new,
        *difference.resolved,
        *(one.after for one in difference.persisting if one.change != "same"),
    ]
    found = {gap.id: Reasons(total=0, rows=[]) for gap in sorted(gaps, key=lambda gap: gap.id)}
    _add(found, gaps, "from", before, after)
    _add(found, gaps, "to", after, before)
    return found


def _add(
    found: dict[str, Reasons], gaps: Iterable[Gap], side: Literal["from", "to"], own: Evaluation, other: Evaluation
) -> None:
    rules = {**other.rules, **own.rules}
    columns = ("id", "policy", "measure", "stage", "scope", "subject")
    asked = [
        {**{name: getattr(gap, name) for name in columns}, "about": rules[gap.kind].about}
        for gap in gaps
        if gap.kind in rules
    ]
    values = [json.dumps(asked), other.as_of, other.known_by, other.commit]
    for row in own.rows(statements("difference/rows"), values):
        reason = found[row.pop("gap")]
        total = row.pop("total")
        if not any(one.counts == side for one in reason.rows):
            reason.total += total
        reason.rows.append(ChangedRow(counts=side, **row))
