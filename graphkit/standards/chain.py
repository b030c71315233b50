"""A policy in the making: its stages in one region, what happened, and what was looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

WORLD = "world"
"""The region of what concerns several countries, or none in particular."""

NO_CURRENCY = "XXX"
"""ISO 4217 for no currency: the file does not say which."""


@dataclass(slots=True)
class Chain:
    """What one activity or process becomes, beside its money. All its steps stand in the one region `scope`."""

    policy: str
    scope: str
    stages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    covered: list[tuple[str, date]] = field(default_factory=list)
    _turns: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def level(self) -> str:
        """The level of its region: the world is central, a country or a group of countries stands below it."""
        return "central" if self.scope == WORLD else "province"

    def stage(self, stage: str, title: tuple[str, str], **more: Any) -> None:
        """Add a stage with its title in Chinese and English."""
        zh, en = title
        self.stages.append(
            {"id": stage, "level": self.level, "title": {"zh": zh, "en": en}, "scopes": [self.scope], **more}
        )

    def event(self, stage: str, kind: str, on: date, **more: Any) -> None:
        """Add an event of a stage; its id, of policy, stage and turn, is the same in every run."""
        self._turns[stage] += 1
        row = {"id": f"{self.policy}/{stage}/{self._turns[stage]:05}", "policy": self.policy, "stage": stage}
        self.events.append({**row, "scope": self.scope, "kind": kind, "on": on, **more})

    def has(self, stage: str) -> bool:
        """Tell whether the chain has the stage."""
        return any(one["id"] == stage for one in self.stages)

    def cover(self, stage: str, until: date | None) -> None:
        """Say that the stage was looked at, up to a day."""
        if until is not None:
            self.covered.append((stage, until))

    def completed(self) -> set[str]:
        """Return the stages that have a completed event."""
        return {one["stage"] for one in self.events if one["kind"] == "completed"}


def below_zero(receipts: Iterable[tuple[str, str, date, Decimal]]) -> set[str]:
    """Return the receivers whom corrections leave below zero in some currency, from (receiver, currency, day, amount).

    What is corrected there was paid before the extract begins, so they cannot be holders of its money.
    """
    days: defaultdict[tuple[str, str], defaultdict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for receiver, currency, day, amount in receipts:
        days[receiver, currency][day] += amount
    return {
        receiver
        for (receiver, _), sums in days.items()
        if any(total < 0 for total in accumulate(sums[day] for day in sorted(sums)))
    }
