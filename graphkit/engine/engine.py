"""What an evaluation needs of whatever runs its SQL; the SQL is written once, in DuckDB's dialect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import pyarrow as pa

EngineName = Literal["duckdb", "spark"]


class Engine(Protocol):
    """Runs the statements of one evaluation over tables of its own, that nobody else sees."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make a table of rows that are at hand."""

    def stored(self, name: str, files: Sequence[str], schema: pa.Schema) -> str:
        """Return what stands behind FROM to read the rows of some Parquet files; `name` is free for it to use."""

    def execute(self, script: str) -> None:
        """Run statements that make, fill or drop tables and views."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def columns(self, query: str) -> list[str]:
        """Return the names of the columns that a query gives."""
