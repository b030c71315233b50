"""The stored form of each case table: Arrow types, and the columns that every stored row has."""

from __future__ import annotations

import pyarrow as pa

from graphkit.model.tables import AMOUNT_PRECISION, AMOUNT_SCALE, TABLES, ColumnType, Table

_ARROW: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us"),
    ColumnType.AMOUNT: pa.decimal128(AMOUNT_PRECISION, AMOUNT_SCALE),
    ColumnType.COUNT: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.FLAG: pa.bool_(),
    ColumnType.LIST: pa.list_(pa.string()),
}

PROVENANCE = (
    ("attributes", pa.string()),
    ("source_file", pa.string()),
    ("source_row", pa.int64()),
    ("batch", pa.string()),
)
"""What every stored row has beside its own columns: unnamed columns as JSON, file and row of origin, batch."""

DEFINITIONS = "definitions"
"""The table of the YAML definitions: kind is case, policy, rule or table (a table that the case has, even if empty)."""

_DEFINITIONS_SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("id", pa.string()),
        ("definition", pa.string()),
        ("source_file", pa.string()),
        ("batch", pa.string()),
    ]
)


def own_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table's own columns."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])


def stored_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a stored table, without its partition column case_id."""
    if name == DEFINITIONS:
        return _DEFINITIONS_SCHEMA
    return pa.schema([*own_schema(TABLES[name]), *PROVENANCE])
