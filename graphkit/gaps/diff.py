"""What changed between two evaluations of a case: gaps that are new, resolved, persisting, and how those weigh now."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel

from graphkit.gaps.evaluation import Evaluation
from graphkit.model.gap import Gap, Utc

Change = Literal["worsened", "eased", "same"]
_SEVERITY = {"low": 0, "medium": 1, "high": 2}


class Persisting(BaseModel):
    """A gap that held on both days: as it was, as it is, and whether it weighs more."""

    change: Change
    before: Gap
    after: Gap


class Diff(BaseModel):
    """The difference between two evaluations; each list in the rank order of the evaluation that it comes from."""

    case: str
    from_: date
    to: date
    from_known_by: Utc | None
    to_known_by: Utc | None
    new: list[Gap]
    resolved: list[Gap]
    persisting: list[Persisting]


def diff(before: Evaluation, after: Evaluation, *, consequences: bool = False) -> Diff:
    """Compare two evaluations of the same case by the ids of their gaps."""
    old = {gap.id: gap for gap in before.gaps(consequences=consequences)}
    now = {gap.id: gap for gap in after.gaps(consequences=consequences)}
    return Diff(
        case=after.case.id,
        from_=before.as_of,
        to=after.as_of,
        from_known_by=before.known_by,
        to_known_by=after.known_by,
        new=[gap for gap in now.values() if gap.id not in old],
        resolved=[gap for gap in old.values() if gap.id not in now],
        persisting=[
            Persisting(change=_change(old[gap.id], gap, after.case.currency), before=old[gap.id], after=gap)
            for gap in now.values()
            if gap.id in old
        ],
    )


def _change(before: Gap, after: Gap, currency: str) -> Change:
    """Say whether a gap weighs more: severity, then steps held up, people and money; its age alone does not count."""
    old, new = _weight(before, currency), _weight(after, currency)
    return "worsened" if new > old else "eased" if new < old else "same"


def _weight(gap: Gap, currency: str) -> tuple[object, ...]:
    amount = (gap.amount or {}).get(currency, 0)
    return (_SEVERITY[gap.severity], gap.blocked_steps, gap.beneficiaries, gap.count or 0, amount)
