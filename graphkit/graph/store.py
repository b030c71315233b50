"""What graphkit asks of a graph store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from graphkit.graph.frames import Frames
from graphkit.graph.limits import Limits
from graphkit.graph.values import Result

Dates = tuple[date | None, datetime | None]
"""The as-of day and the known-by time of an evaluation (None: the case's own day; all that is known)."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds of one case: the load and the version of the projection that it shows, and since when.

    `evaluations` are the kept ones, the current one last.
    """

    batch: str
    loaded_at: datetime
    projection: str
    evaluations: list[Dates]


def held(evaluations: Iterable[Mapping[str, Any]]) -> dict[str, Held]:
    """Return what a store holds of each case, from the properties of its Evaluation nodes."""
    dates: dict[str, list[Dates]] = {}
    found = {}
    for one in sorted(evaluations, key=lambda one: (one["case"], one["current"], one["key"])):
        known_by = one["known_by"].replace(tzinfo=UTC) if one["known_by"] else None
        kept = dates.setdefault(one["case"], [])
        kept.append((one["as_of"], known_by))
        if one["current"]:
            loaded_at = one["loaded_at"].replace(tzinfo=UTC)
            found[one["case"]] = Held(one["batch"], loaded_at, one["projection"], kept)
    return found


class GraphStore(Protocol):
    """A graph store: it holds the projection of some cases and answers read-only Cypher."""

    def load(self, frames: Frames) -> None:
        """Make the store hold exactly `frames` of the cases in them; StoreError when it cannot."""

    def held(self) -> dict[str, Held]:
        """Return what the store holds of each case; nothing before the first load."""

    def run(self, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Result:
        """Answer a read-only query.

        Raises UsageError for Cypher that is wrong, RefusedError for what is not allowed or takes too much, StoreError
        when the store cannot answer.
        """

    def close(self) -> None:
        """Let go of everything that the store holds open."""
