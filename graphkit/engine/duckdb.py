"""DuckDB as graphkit uses it: in UTC, insertion order kept, what does not fit in memory goes to a scratch folder."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import duckdb

MEMORY_LIMIT = "3GB"
"""What DuckDB may hold; with Python and what is under way the process stays within 4 GB."""


def connect(scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a database of its own; `scratch` is a folder for what does not fit into memory (default: the system's)."""
    # DuckDB makes the folder when something has to spill, and removes it when the database is closed.
    spill = scratch / "spill" if scratch is not None else Path(gettempdir()) / f"graphkit-{uuid4().hex}"
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(spill),
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute(
        "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false"
    )
    return connection
