"""The limits that every query is held to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one query may take. `rows` cuts the result off with a notice; the others refuse the query."""

    timeout_s: float = 30.0
    rows: int = 10_000
    memory_mb: int = 1024
    result_mb: int = 64

    def exceeded(self, what: str) -> str:
        """Return what to say of a query that exceeded its "time", "memory" or "size"."""
        return {
            "time": f"the query was stopped after {self.timeout_s:g} s; "
            "narrow it or bound its paths, or give it more time",
            "memory": "the query was stopped: it needs too much memory; narrow it, or bound its paths",
            "size": f"the result is larger than the {self.result_mb} MB that are given out; return less, or add LIMIT",
        }[what]

    def cut_off(self) -> str:
        """Return what to say of a result that was cut off."""
        return f"only the first {self.rows} rows are shown; narrow the query, or ask for more"
