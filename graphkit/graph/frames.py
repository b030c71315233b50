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
        self._rows: dict[str | Kind, int] = {}
        self._taken = False
        self._failure: Exception | None = None

    def tables(self) -> Iterator[tuple[str | Kind, pa.Table]]:
        """Yield the tables in the order in which they are made; those that were read before are not made again."""
        if self._taken:
            raise RuntimeError("the tables of these frames were taken; project the evaluations again")
        for position in itertools.count():
            if position == len(self._made) and not self._make():
                return
            yield self._made[position]

    def take(self) -> Iterator[tuple[str | Kind, pa.Table]]:
        """Yield the tables as `tables` does, but let go of each, so that not all are in memory at the end.

        Afterwards only the `counts` can be asked for.
        """
        self._taken = True
        while self._made or self._make():
            yield self._made.pop(0)

    def _make(self) -> bool:
        """Make one more table, if there is one; what failed once fails again."""
        if self._failure:
            raise self._failure
        try:
            made = next(self._coming, None)
        except Exception as error:
            self._failure = error
            raise
        if made is None:
            return False
        self._made.append(made)
        self._rows[made[0]] = made[1].num_rows
        return True

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
        while self._make():
            pass
        found = {label: self._rows.get(label, 0) for label in LABELS}
        for kind in kinds():
            found[kind.name] = found.get(kind.name, 0) + self._rows.get(kind, 0)
        return found


def kinds() -> Iterator[Kind]:
    """Yield every kind of relationship that the schema allows, in its order."""
    for relationship in RELATIONSHIPS.values():
        for start, end in relationship.ends:
            yield Kind(relationship.name, start, end)
