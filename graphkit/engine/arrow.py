"""Arrow tables of a few values of Python, made by DuckDB: pyarrow would import pandas first, which takes longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import duckdb
import pyarrow as pa


def table_of(schema: pa.Schema, rows: Iterable[Sequence[object]]) -> pa.Table:
    """Return a table of rows, each with a value for every column of the schema."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if not columns:
        return pa.Table.from_batches([], schema)
    lists = ", ".join(f'unnest(CAST(? AS {type_name(field.type)}[])) AS "{field.name}"' for field in schema)
    return _connection().cursor().sql(f"SELECT {lists}", params=columns).to_arrow_table()


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1})


def type_name(kind: pa.DataType) -> str:
    """Return DuckDB's name of an Arrow type. Raises KeyError for one that no table of graphkit has."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    return _NAMES[kind]


_NAMES = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.list_(pa.string()): "VARCHAR[]",
}
