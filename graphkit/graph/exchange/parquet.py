"""Parquet: nodes/LABEL.parquet and relationships/TYPE-START-END.parquet, with the types of the schema."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graphkit.graph.frames import Frames, Kind, kinds, node_schema, relationship_schema
from graphkit.model.errors import InputError
from graphkit.model.graph import LABELS


def write(frames: Frames, out: Path) -> None:
    """Write the folder; what has no rows has no file."""
    named = {f"nodes/{label}": table for label, table in frames.nodes.items()}
    named |= {_name(kind): table for kind, table in frames.relationships.items()}
    for name, table in named.items():
        if table.num_rows:
            path = out / f"{name}.parquet"
            path.parent.mkdir(exist_ok=True)
            pq.write_table(table, path, compression="zstd")


def read(path: Path) -> Frames:
    """Read the folder back; InputError when it holds no graph."""
    if not (path / "nodes" / "Case.parquet").is_file():
        raise InputError(f"{path}: no graph in Parquet files here (nodes/Case.parquet is missing)")
    tables: dict[str | Kind, pa.Table] = {
        label: _read(path / f"nodes/{label}.parquet", node_schema(label)) for label in LABELS
    }
    for kind in kinds():
        tables[kind] = _read(path / f"{_name(kind)}.parquet", relationship_schema(kind.name))
    return Frames(tables.items(), tuple(sorted(set(tables["Case"].column("case").to_pylist()))))


def _name(kind: Kind) -> str:
    return f"relationships/{kind.name}-{kind.start}-{kind.end}"


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    if not path.is_file():
        return schema.empty_table()
    try:
        return pq.read_table(path).select(schema.names).cast(schema)
    except (pa.ArrowException, KeyError) as error:
        raise InputError(f"{path}: not as graphkit wrote it: {' '.join(str(error).split())[:200]}") from None
