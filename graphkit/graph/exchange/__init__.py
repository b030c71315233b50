"""The graph as files of other programs, and back: what each format can hold, reading it again gives unchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from graphkit.graph.exchange import admin, jsonl, parquet, script, xml
from graphkit.graph.frames import Frames
from graphkit.model.errors import InputError, StoreError


@dataclass(frozen=True, slots=True)
class Format:
    """One format: `write` makes the file or the folder; `read` gives back the same frames (None: nothing here does)."""

    name: str
    title: str
    is_folder: bool
    write: Callable[[Frames, Path], None]
    read: Callable[[Path], Frames] | None


FORMATS = {
    one.name: one
    for one in (
        Format("graphml", "GraphML, for networkx, Gephi, yEd", False, xml.write_graphml, xml.read_graphml),
        Format("gexf", "GEXF, for Gephi", False, xml.write_gexf, xml.read_gexf),
        Format("jsonl", "JSON, a node or relationship a line", False, jsonl.write, jsonl.read),
        Format("cypher", "a Cypher script, for cypher-shell", False, script.write, None),
        Format(
            "parquet",
            "a folder of Parquet files, one a label or kind of relationship",
            True,
            parquet.write,
            parquet.read,
        ),
        Format("neo4j-admin", "a folder for neo4j-admin database import", True, admin.write, None),
    )
}
"""Every format by its name."""


def write_graph(frames: Frames, name: str, out: Path) -> None:
    """Write a graph in one of FORMATS; a folder must be new or empty. StoreError when it cannot be written."""
    chosen = FORMATS[name]
    try:
        if chosen.is_folder:
            out.mkdir(parents=True, exist_ok=True)
            if any(out.iterdir()):
                raise StoreError(f"{out}: the folder is not empty; name a new one")
        else:
            out.parent.mkdir(parents=True, exist_ok=True)
        chosen.write(frames, out)
    except OSError as error:
        raise StoreError(f"{out}: cannot be written: {error.strerror}") from None


def read_graph(name: str, path: Path) -> Frames:
    """Read what `write_graph` wrote; InputError when it is no such file, or the format is not read back."""
    chosen = FORMATS[name]
    if chosen.read is None:
        raise InputError(f"{name} is not read back here: run it on Neo4j")
    return chosen.read(path)
