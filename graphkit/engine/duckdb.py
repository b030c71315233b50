"""DuckDB as graphkit uses it: in UTC, insertion order kept, what does not fit in memory goes to a scratch folder."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY_LIMIT = "4GB"


def connect(scratch: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a database of its own; `scratch` is a folder for what does not fit into memory."""
    config: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY_LIMIT}
    if scratch is not None:
        config["temp_directory"] = str(scratch / "spill")
    connection = duckdb.connect(":memory:", config=config)
    connection.execute(
        "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false"
    )
    return connection
