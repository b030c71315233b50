"""What a projection hands to a store: an Arrow table for each label and each kind of relationship."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from graphkit.model.graph import LABELS, RELATIONSHIPS, Property, PropertyType

_ARROW: dict[PropertyType, pa.DataType] = {
    PropertyType.TEXT: pa.string(),
    PropertyType.INTEGER: pa.int64(),
    PropertyType.FLOAT: pa.float64(),
    PropertyType.BOOLEAN: pa.bool_(),
    PropertyType.DATE: pa.date32(),
    PropertyType.DATETIME: pa.timestamp("us"),
    PropertyType.TEXTS: pa.list_(pa.string()),
}

START, END = "start_id", "end_id"
"""The columns of a relationship table that name the `id` of its two nodes."""


class Kind(NamedTuple):
    """A kind of relationship: its type and the labels at its start and end."""

    name: str
    start: str
    end: str


def node_schema(label: str) -> pa.Schema:
    """Return the Arrow schema of a label's frame."""
    return _schema(LABELS[label].properties)


def relationship_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a relationship type's frame: the two ends, then the properties."""
    ends = [(START, pa.string()), (END, pa.string())]
    return pa.schema([*ends, *_schema(RELATIONSHIPS[name].properties)])


def _schema(properties: tuple[Property, ...]) -> pa.Schema:
    return pa.schema([(one.name, _ARROW[one.type]) for one in properties])


@dataclass(frozen=True, slots=True)
class Frames:
    """A whole projection of `cases`: everything that a store is to hold of them."""

    nodes: dict[str, pa.Table]
    relationships: dict[Kind, pa.Table]
    cases: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Return how many nodes of each label and relationships of each type there are; none is left out."""
        found = {label: table.num_rows for label, table in self.nodes.items()}
        for kind, table in self.relationships.items():
            found[kind.name] = found.get(kind.name, 0) + table.num_rows
        return found


def kinds() -> Iterator[Kind]:
    """Yield every kind of relationship that the schema allows, in its order."""
    for relationship in RELATIONSHIPS.values():
        for start, end in relationship.ends:
            yield Kind(relationship.name, start, end)
