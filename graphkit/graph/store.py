"""What graphkit asks of a graph store, and the limits that it holds every query to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from graphkit.graph.frames import Frames
from graphkit.graph.values import Result


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one query may take. `rows` cuts the result off with a notice; the others refuse the query."""

    timeout_s: float = 30.0
    rows: int = 10_000
    memory_mb: int = 1024
    result_mb: int = 64


class GraphStore(Protocol):
    """A graph store: it holds the projection of some cases and answers read-only Cypher."""

    def load(self, frames: Frames) -> None:
        """Make the store hold exactly `frames` of the cases in them; StoreError when it cannot."""

    def run(self, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Result:
        """Answer a read-only query.

        Raises UsageError for Cypher that is wrong, RefusedError for what is not allowed or takes too much, StoreError
        when the store cannot answer.
        """

    def close(self) -> None:
        """Let go of everything that the store holds open."""
