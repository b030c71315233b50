"""What changed between two projections: nodes and relationships to write and to remove, for a store to follow."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from graphkit.graph.frames import END, START, Frames, Kind

_PARTS = ("new_nodes", "changed_nodes", "removed_nodes", "new_relationships", "removed_relationships")

REMOVED = [START, END, "digest"]
"""The columns that tell which relationship of its kind is removed."""


@dataclass(frozen=True)
class Delta:
    """A change of a graph, in the tables of `Frames`.

    `removed_nodes` have the column `id`, `removed_relationships` the columns of REMOVED. Changed nodes are given whole;
    a changed relationship is removed and new. The relationships of a node that is removed are listed, too.
    """

    new_nodes: Mapping[str, pa.Table]
    changed_nodes: Mapping[str, pa.Table]
    removed_nodes: Mapping[str, pa.Table]
    new_relationships: Mapping[Kind, pa.Table]
    removed_relationships: Mapping[Kind, pa.Table]

    def growth(self) -> dict[str, int]:
        """Return how many more nodes of each label and relationships of each type there are afterwards."""
        found: Counter[str] = Counter()
        for part, sign in (
            (self.new_nodes, 1),
            (self.removed_nodes, -1),
            (self.new_relationships, 1),
            (self.removed_relationships, -1),
        ):
            for name, table in part.items():
                found[name.name if isinstance(name, Kind) else name] += sign * table.num_rows
        return dict(found)


def difference(before: Frames, after: Frames) -> Delta:
    """Return what leads from one projection to another; both may be limited to the same part of a graph."""
    new_nodes, changed_nodes, removed_nodes = {}, {}, {}
    for (label, old), new in zip(before.nodes.items(), after.nodes.values(), strict=True):
        new_nodes[label] = _without(new, old, ["id"])
        changed_nodes[label] = _without(_without(new, old, ["id", "digest"]), new_nodes[label], ["id"])
        removed_nodes[label] = _without(old, new, ["id"]).select(["id"])
    new_relationships, removed_relationships = {}, {}
    for (kind, old), new in zip(before.relationships.items(), after.relationships.values(), strict=True):
        new_relationships[kind] = _without(new, old, REMOVED)
        removed_relationships[kind] = _without(old, new, REMOVED).select(REMOVED)
    return Delta(
        _filled(new_nodes),
        _filled(changed_nodes),
        _filled(removed_nodes),
        _filled(new_relationships),
        _filled(removed_relationships),
    )


def write_delta(delta: Delta, path: Path) -> None:
    """Write a delta as Arrow streams, one after another, each with its part and its name in its schema, and sync it."""
    with path.open("wb") as file:
        for part in _PARTS:
            for name, table in getattr(delta, part).items():
                of = {"part": part, "name": "/".join(name) if isinstance(name, Kind) else name}
                with pa.ipc.new_stream(file, table.schema.with_metadata(of)) as stream:
                    stream.write_table(table)
        file.flush()
        os.fsync(file.fileno())


def read_delta(path: Path) -> Delta:
    """Read a delta that `write_delta` wrote."""
    parts: dict[str, dict[Any, pa.Table]] = {part: {} for part in _PARTS}
    with pa.memory_map(str(path)) as file:
        while file.tell() < file.size():
            table = pa.ipc.open_stream(file).read_all()
            part, name = (table.schema.metadata[key].decode() for key in (b"part", b"name"))
            key = Kind(*name.split("/")) if "relationships" in part else name
            parts[part][key] = table.replace_schema_metadata(None)
    return Delta(**parts)


def _without(table: pa.Table, other: pa.Table, keys: list[str]) -> pa.Table:
    """Return the rows whose keys the other table does not have, in their order."""
    numbered = table.select(keys).append_column("place", pa.array(np.arange(table.num_rows)))
    left = numbered.join(other.select(keys), keys, join_type="left anti")
    return table.take(np.sort(left.column("place").to_numpy()))


def _filled(tables: Mapping[Any, pa.Table]) -> dict[Any, pa.Table]:
    return {name: table for name, table in tables.items() if table.num_rows}
