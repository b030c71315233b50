"""Gaps as rows and headings that a reader understands, from the names of one evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from graphkit.gaps import Evaluation
from graphkit.model.gap import Gap
from graphkit.reports import words
from graphkit.reports.build import SYNTHETIC
from graphkit.reports.model import Ref, Text
from graphkit.reports.names import Names


@dataclass(frozen=True, slots=True)
class Described:
    """A gap with the names of what it is about."""

    gap: Gap
    kind: Text
    policy: Text | None
    stage: Text | None
    place: list[Ref]
    subject: Ref | None
    responsible: list[Ref]
    supporting: list[Ref]
    synthetic: bool

    def heading(self, lang: str) -> str:
        """Return kind, stage or subject, and place in one line."""
        parts = [self.kind.of(lang)]
        if self.stage is not None:
            parts.append(self.stage.of(lang))
        elif self.subject is not None:
            parts.append(self.subject.name)
        if self.place:
            parts.append(self.place[-1].name)
        return " · ".join(parts)

    def own_amount(self, currency: str) -> Decimal:
        """Return the amount in the case's currency; 0 when there is none."""
        return (self.gap.amount or {}).get(currency, Decimal(0))


def described(gap: Gap, names: Names) -> Described:
    """Return a gap with its names."""
    return Described(
        gap,
        words.kind_name(gap.kind),
        names.policy(gap.policy),
        names.stage(gap.policy, gap.stage),
        names.path(gap.scope or gap.subject),
        names.agency(gap.subject) if gap.subject else None,
        [names.agency(agency) for agency in gap.responsible],
        [names.agency(agency) for agency in gap.supporting if agency not in gap.responsible],
        any(one.document == SYNTHETIC for one in gap.evidence),
    )


def consequences_of(evaluation: Evaluation, gap_id: str, names: Names, most: int) -> tuple[list[Described], int]:
    """Return the first gaps that a root gap explains, and how many there are."""
    found = evaluation.rows("SELECT gap FROM gap_causes WHERE cause = ? ORDER BY gap", [gap_id])
    return all_described(evaluation, (row["gap"] for row in found[:most]), names), len(found)


def all_described(evaluation: Evaluation, ids: Iterable[str], names: Names) -> list[Described]:
    """Return the gaps with these ids, described."""
    return [described(gap, names) for gap in evaluation.gaps_of(ids)]
