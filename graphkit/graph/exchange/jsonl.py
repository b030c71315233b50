"""JSON Lines: first every node, then every relationship, one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphkit.graph.exchange.values import filled, frames_of
from graphkit.graph.frames import END, START, Frames, Kind
from graphkit.graph.values import plain
from graphkit.model.errors import InputError


def write(frames: Frames, out: Path) -> None:
    """Write the file."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        for record in _records(frames):
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def _records(frames: Frames) -> Iterator[dict[str, Any]]:
    for label, table in frames.nodes.items():
        for row in table.to_pylist():
            yield {"node": label, "id": row["id"], "properties": plain(filled(row))}
    for kind, table in frames.relationships.items():
        for row in table.to_pylist():
            yield {
                "relationship": kind.name,
                "start": {"label": kind.start, "id": row[START]},
                "end": {"label": kind.end, "id": row[END]},
                "properties": plain(filled(row)),
            }


def read(path: Path) -> Frames:
    """Read the file back; InputError, with its line, for what is no such record."""
    nodes: list[tuple[str, dict[str, Any]]] = []
    relationships: list[tuple[Kind, str, str, dict[str, Any]]] = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line)
                if "node" in record:
                    nodes.append((record["node"], record["properties"]))
                else:
                    start, end = record["start"], record["end"]
                    kind = Kind(record["relationship"], start["label"], end["label"])
                    relationships.append((kind, start["id"], end["id"], record["properties"]))
            except (ValueError, KeyError, TypeError):
                raise InputError(f"{path}, line {number}: neither a node nor a relationship") from None
    return frames_of(nodes, relationships)
