"""Writes projections into a kglite graph: whole ones, and what changed in one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import kglite
import pyarrow as pa
import pyarrow.compute as pc

from graphkit.graph.delta import Delta
from graphkit.graph.frames import END, START, Frames, Kind
from graphkit.model.errors import StoreError
from graphkit.model.graph import LABELS, RELATIONSHIPS, Property, PropertyType

_TABLES_AHEAD = 16
_ROWS_A_CHUNK = 50_000
_COLUMN_TYPES = {PropertyType.DATE: "datetime", PropertyType.DATETIME: "timestamp", PropertyType.TEXTS: "list"}


def built(frames: Frames) -> tuple[Any, list[dict[str, Any]]]:
    """Build the graph of the frames, whose tables are taken; return it and the rows of its evaluations."""
    graph = kglite.KnowledgeGraph()
    evaluations: list[dict[str, Any]] = []
    begun: set[tuple[str, str]] = set()
    for name, table in _ahead(frames.take()):
        if not table.num_rows:
            continue
        if not isinstance(name, Kind):
            if name == "Evaluation":
                evaluations += table.to_pylist()
            types = _types(LABELS[name].properties)
            for rows in _chunks(table):
                graph.add_nodes(_pandas(rows), name, "id", "title", column_types=types, on_invalid="error")
            continue
        created = _add(graph, name, table, first=(name.name, name.start) not in begun)
        if created != table.num_rows:
            raise StoreError(f"{name}: {created} of {table.num_rows} were written; the projection is wrong")
        begun.add((name.name, name.start))
    return graph, evaluations


def change(graph: Any, delta: Delta) -> None:
    """Make a graph follow a delta, in place: what it costs grows with the delta, not with the graph."""
    for kind, table in delta.removed_relationships.items():
        graph.cypher(
            f"UNWIND $rows AS row MATCH (:`{kind.start}` {{id: row.{START}}})-[r:`{kind.name}`]->"
            f"(:`{kind.end}` {{id: row.{END}}}) WHERE r.digest = row.digest DELETE r",
            params={"rows": table.to_pylist()},
        )
    for label, table in delta.removed_nodes.items():
        graph.cypher(
            f"UNWIND $ids AS id MATCH (n:`{label}` {{id: id}}) DETACH DELETE n",
            params={"ids": table.column("id").to_pylist()},
        )
    for label, table in [*delta.changed_nodes.items(), *delta.new_nodes.items()]:
        types = _types(LABELS[label].properties)
        graph.add_nodes(
            _pandas(table), label, "id", "title", column_types=types, on_invalid="error", conflict_handling="replace"
        )
    for kind, table in delta.new_relationships.items():
        if _add_each(graph, kind, table) != table.num_rows:
            raise StoreError(f"{kind}: a node of a relationship is not there; the change is of another graph")


def _chunks(table: pa.Table) -> Iterator[pa.Table]:
    """Yield the rows some at a time: the engine makes Python objects of all that it is given at once."""
    for start in range(0, table.num_rows, _ROWS_A_CHUNK):
        yield table.slice(start, _ROWS_A_CHUNK)


def _ahead(tables: Iterator[tuple[str | Kind, pa.Table]]) -> Iterator[tuple[str | Kind, pa.Table]]:
    """Yield the tables while another thread makes the next ones: SQL needs a core of its own, the engine has one."""
    maker = ThreadPoolExecutor(1)
    coming = deque(maker.submit(next, tables, None) for _ in range(_TABLES_AHEAD))
    try:
        while (made := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, tables, None))
            yield made
    finally:
        maker.shutdown(cancel_futures=True)


def _add(graph: Any, kind: Kind, table: pa.Table, *, first: bool) -> int:
    """Write all relationships of a kind, the `first` with its type and start or not; return how many were written.

    The engine writes a row each only the first time that a type leaves a label; after that it merges relationships
    between the same two nodes, and money would be lost. So those that are not alone between their nodes come first.
    """
    together = _together(table)
    created = 0
    if pc.any(together).as_py():
        created += (_add_all if first else _add_each)(graph, kind, table.filter(together))
        table = table.filter(pc.invert(together))
    return created + sum(_add_all(graph, kind, rows) for rows in _chunks(table))


def _together(table: pa.Table) -> pa.Array:
    """Return for each relationship whether another is between the same two nodes; such are neighbours in a table."""
    starts, ends = (table.column(name).combine_chunks() for name in (START, END))
    same = pc.and_(*(pc.equal(column.slice(1), column.slice(0, len(column) - 1)) for column in (starts, ends)))
    edge = pa.array([False])
    return pc.or_(pa.concat_arrays([same, edge]), pa.concat_arrays([edge, same]))


def _add_all(graph: Any, kind: Kind, table: pa.Table) -> int:
    types = _types(RELATIONSHIPS[kind.name].properties)
    report = graph.add_relationships(_pandas(table), kind.name, kind.start, START, kind.end, END, column_types=types)
    if report.get("stubs_vivified"):
        raise StoreError(
            f"{kind.name}: {report['stubs_vivified']} of its ends are in no table; the projection is wrong"
        )
    return int(report["connections_created"])


def _add_each(graph: Any, kind: Kind, table: pa.Table) -> int:
    given = ", ".join(f"`{name}`: row.`{name}`" for name in table.column_names if name not in (START, END))
    done = graph.cypher(
        f"UNWIND $rows AS row MATCH (a:`{kind.start}` {{id: row.{START}}}) MATCH (b:`{kind.end}` {{id: row.{END}}}) "
        f"CREATE (a)-[r:`{kind.name}` {{{given}}}]->(b) RETURN count(r) AS created",
        params={"rows": table.to_pylist()},
    )
    return int(done.to_list()[0]["created"])


def _pandas(table: pa.Table) -> Any:
    # The engine takes `datetime.date` objects in half the time of a datetime64 column.
    filled = [name for name in table.column_names if table.column(name).null_count < table.num_rows]
    return table.select(filled).to_pandas(date_as_object=True, integer_object_nulls=True)


def _types(properties: tuple[Property, ...]) -> dict[str, str]:
    return {one.name: _COLUMN_TYPES[one.type] for one in properties if one.type in _COLUMN_TYPES}
