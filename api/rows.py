"""Rows of case tables and of queries as they go out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from graphkit.gaps import Evaluation
from graphkit.model.gap import money_text, utc_text
from graphkit.model.tables import TABLES


def table_query(table: str) -> str:
    """Return the SELECT of a case table's rows that count, in a fixed order."""
    own = TABLES[table]
    columns = ", ".join(f'"{name}"' for name in (*own.column_names, "attributes"))
    order = ", ".join(f'"{name}"' for name in own.key) or "ALL"
    return f'SELECT {columns} FROM "{table}" ORDER BY {order}'


def table_page(evaluation: Evaluation, table: str, position: int, size: int) -> tuple[list[dict[str, Any]], int]:
    """Return some rows of a case table from a position on, and how many there are in all."""
    total = evaluation.rows(f'SELECT count(*) AS total FROM "{table}"')[0]["total"]
    found = evaluation.rows(f"{table_query(table)} LIMIT ? OFFSET ?", [size, position])
    return [with_attributes(row) for row in found], int(total)


def table_rows(evaluation: Evaluation, table: str) -> Iterator[dict[str, Any]]:
    """Return all rows of a case table as JSON has them, read while they are taken: no more than some are held.

    They are of the evaluation that they were asked of, whatever is loaded meanwhile, and others may read it too.
    """
    return (
        {name: plain(value) for name, value in with_attributes(row).items()}
        for batch in evaluation.batches(table_query(table))
        for row in batch.to_pylist()
    )


def with_attributes(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its attributes as an object instead of JSON text."""
    return {**row, "attributes": json.loads(row["attributes"]) if row["attributes"] else None}


def plain(value: Any) -> Any:
    """Return a value as JSON has it: amounts and dates as text, times in UTC."""
    if isinstance(value, Decimal):
        return money_text(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
