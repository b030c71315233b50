"""What a projection hands to a store: an Arrow table for each label and each kind of relationship."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
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


class Frames:
    """A projection of `cases`, made as it is read: everything that a store is to hold of them.

    `tables` are those of the labels and of the kinds of relationships; what has no rows may be left out. Each comes
    once, a label before the relationships at its nodes.
    """

    def __init__(self, tables: Iterable[tuple[str | Kind, pa.Table]], cases: tuple[str, ...]) -> None:
        self.cases = cases
        self._made: list[tuple[str | Kind, pa.Table]] = []
        self._coming = iter(tables)
        self._failure: Exception | None = None

    def tables(self) -> Iterator[tuple[str | Kind, pa.Table]]:
        """Yield the tables in the order in which they are made; those that were read before are not made again."""
        for position in itertools.count():
            if position == len(self._made):
                if self._failure:
                    raise self._failure
                try:
                    self._made.append(next(self._coming))
                except StopIteration:
                    return
                except Exception as error:
                    self._failure = error
                    raise
            yield self._made[position]

    @property
    def nodes(self) -> dict[str, pa.Table]:
        """The table of every label, in the schema's order."""
        made = dict(self.tables())
        return {label: made.get(label, node_schema(label).empty_table()) for label in LABELS}

    @property
    def relationships(self) -> dict[Kind, pa.Table]:
        """The table of every kind of relationship, in the schema's order."""
        made = dict(self.tables())
        return {kind: made.get(kind, relationship_schema(kind.name).empty_table()) for kind in kinds()}

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
