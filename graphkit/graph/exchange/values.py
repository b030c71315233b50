"""Properties as formats without dates and lists hold them, and back by the schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from graphkit.graph.frames import END, START, Frames, Kind, kinds, node_schema, relationship_schema
from graphkit.model.errors import InputError
from graphkit.model.graph import LABELS

Properties = Mapping[str, Any]


def filled(row: Properties) -> dict[str, Any]:
    """Return the properties of a row that have a value, without the ends of a relationship."""
    return {name: value for name, value in row.items() if value is not None and name not in (START, END)}


def flat(value: Any) -> Any:
    """Return a value as text, number or truth value: dates as ISO text, a list as JSON."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value


def typed(schema: pa.Schema, row: Properties) -> dict[str, Any]:
    """Return a row of `flat` values, or values as JSON has them, in the types of the schema; what lacks is None."""
    unknown = sorted(row.keys() - set(schema.names))
    if unknown:
        raise InputError(f"the graph has no property {unknown[0]} there")
    return {name: _typed(schema.field(name).type, row.get(name)) for name in schema.names}


def _typed(kind: pa.DataType, value: Any) -> Any:
    if value is None:
        return None
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    if pa.types.is_list(kind) and isinstance(value, str):
        return json.loads(value)
    return value


def frames_of(
    nodes: Iterable[tuple[str, Properties]], relationships: Iterable[tuple[Kind, str, str, Properties]]
) -> Frames:
    """Put frames together from nodes (label, properties) and relationships (kind, start id, end id, properties).

    The rows keep their order. Raises InputError for a label or kind that the schema does not have.
    """
    node_rows: dict[str, list[Properties]] = {label: [] for label in LABELS}
    for label, properties in nodes:
        if label not in node_rows:
            raise InputError(f"the graph has no label {label}")
        node_rows[label].append(typed(node_schema(label), properties))
    kind_rows: dict[Kind, list[Properties]] = {kind: [] for kind in kinds()}
    for kind, start, end, properties in relationships:
        if kind not in kind_rows:
            raise InputError(f"the graph has no relationship (:{kind.start})-[:{kind.name}]->(:{kind.end})")
        kind_rows[kind].append(typed(relationship_schema(kind.name), {**properties, START: start, END: end}))
    tables: dict[str | Kind, pa.Table] = {
        label: pa.Table.from_pylist(rows, schema=node_schema(label)) for label, rows in node_rows.items()
    }
    for kind, rows in kind_rows.items():
        tables[kind] = pa.Table.from_pylist(rows, schema=relationship_schema(kind.name))
    return Frames(tables.items(), tuple(sorted(set(tables["Case"].column("case").to_pylist()))))
