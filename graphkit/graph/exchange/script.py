"""A Cypher script that makes the graph in an empty Neo4j: cypher-shell --file graph.cypher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from graphkit.graph.exchange.values import filled
from graphkit.graph.frames import END, START, Frames
from graphkit.graph.schema import statements

_ROWS = 500
_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write(frames: Frames, out: Path) -> None:
    """Write the script: constraints and indexes first, then nodes, then relationships."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        for statement in script(frames):
            file.write(f"{statement};\n")


def script(frames: Frames) -> Iterator[str]:
    """Yield the statements of the script."""
    yield from statements()
    for label, table in frames.nodes.items():
        for rows in _batches(table.to_pylist()):
            listed = literal([filled(row) for row in rows])
            yield f"UNWIND {listed} AS row MERGE (n:`{label}` {{id: row.id}}) SET n = row"
    for kind, table in frames.relationships.items():
        for rows in _batches(table.to_pylist()):
            ends = [{"start": row[START], "end": row[END], "properties": filled(row)} for row in rows]
            yield (
                f"UNWIND {literal(ends)} AS row "
                f"MATCH (a:`{kind.start}` {{id: row.start}}) USING INDEX a:`{kind.start}`(id) "
                f"MATCH (b:`{kind.end}` {{id: row.end}}) USING INDEX b:`{kind.end}`(id) "
                f"CREATE (a)-[r:`{kind.name}`]->(b) SET r = row.properties"
            )


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(rows), _ROWS):
        yield rows[first : first + _ROWS]


def literal(value: Any) -> str:
    """Return a value as Cypher: text can only be text, whatever is in it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, datetime):
        return f"localdatetime('{value.isoformat()}')"
    if isinstance(value, date):
        return f"date('{value.isoformat()}')"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"`{name}`: {literal(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return "'" + "".join(_ESCAPED.get(character, character) for character in str(value)) + "'"
