"""DuckDB as graphkit uses it: in UTC, insertion order kept, what does not fit in memory goes to a scratch folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa

from graphkit.engine.arrow import type_name
from graphkit.model.sql import listed

MEMORY_LIMIT = "3GB"
"""What DuckDB may hold; with Python and what is under way the process stays within 4 GB."""

FEW_ROWS = 1_000
"""With so few rows one thread is done before another is awake; DuckDB itself shares out only many more."""


def connect(scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a database of its own; `scratch` is a folder for what does not fit into memory (default: the system's)."""
    # DuckDB makes the folder when something has to spill, and removes it when the database is closed.
    spill = scratch / "spill" if scratch is not None else Path(gettempdir()) / f"graphkit-{uuid4().hex}"
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    # In a session of Python, or in `python -c`, DuckDB would draw a bar into what the caller prints; where it would
    # not, as in a notebook, the setting may not be touched.
    if connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(True,)]:
        connection.execute("SET enable_progress_bar = false")
    return connection


def share(connection: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Let as many threads work on a connection's database as are of use for so many rows."""
    connection.execute("SET threads = 1" if rows <= FEW_ROWS else "RESET threads")


def parquet_rows(files: Sequence[str], schema: pa.Schema) -> str:
    """Return what stands behind FROM to read some Parquet files; without any, the columns without rows."""
    if not files:
        columns = ", ".join(f'CAST(NULL AS {type_name(field.type)}) AS "{field.name}"' for field in schema)
        return f"(SELECT {columns} WHERE FALSE)"
    return f"read_parquet([{listed(files)}], hive_partitioning = false)"


class DuckDBEngine:
    """The engine of one machine: `graphkit.engine.engine.Engine` on a connection of DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def register(self, name: str, table: pa.Table) -> None:
        """Make a table of rows that are at hand."""
        self._connection.register("_registered", table)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM _registered")
        self._connection.unregister("_registered")

    def stored(self, name: str, files: Sequence[str], schema: pa.Schema) -> str:
        """Return what stands behind FROM to read some Parquet files."""
        return parquet_rows(files, schema)

    def execute(self, script: str) -> None:
        """Run statements that make, fill or drop tables and views."""
        self._connection.execute(script)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(query).fetchall()

    def columns(self, query: str) -> list[str]:
        """Return the names of the columns that a query gives."""
        return [name for name, *_ in self.rows(f"DESCRIBE {query}")]

    def table(self, name: str) -> pa.Table:
        """Return all rows of a table or view."""
        found = self._connection.sql(f"SELECT * FROM {name}").to_arrow_table()
        # Spark takes no column that is made of no pieces, as those of no rows are.
        return found if found.num_rows else pa.Table.from_batches([pa.RecordBatch.from_pylist([], schema=found.schema)])

    def take(self, name: str, rows: pa.Table, action: str) -> None:
        """Make a table of rows that were found elsewhere (action `table`), or fill them into it (`insert`)."""
        self._connection.register("_taken", rows)
        into = f"INSERT INTO {name}" if action == "insert" else f"CREATE OR REPLACE TABLE {name} AS"
        self._connection.execute(f"{into} SELECT * FROM _taken")
        self._connection.unregister("_taken")
