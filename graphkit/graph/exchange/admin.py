"""A folder for `neo4j-admin database import full`: CSV files, and the arguments that name them.

Run it in the folder, with Neo4j stopped: neo4j-admin database import full neo4j @arguments.txt
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphkit.graph.frames import END, START, Frames

_LIST_DELIMITER = "\u001f"
_TYPES = {
    "int64": "long",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us]": "localdatetime",
}


def write(frames: Frames, out: Path) -> None:
    """Write the folder; what has no rows has no file."""
    arguments = [
        "--overwrite-destination=true",
        "--multiline-fields=true",
        "--id-type=string",
        "--trim-strings=false",
        f"--array-delimiter=U+{ord(_LIST_DELIMITER):04X}",
    ]
    for label, table in frames.nodes.items():
        if table.num_rows:
            name = f"nodes-{label}.csv"
            header = [f"id:ID({label})" if one.name == "id" else _header(one) for one in table.schema]
            _write(out / name, header, table)
            arguments.append(f"--nodes={label}={name}")
    for kind, table in frames.relationships.items():
        if table.num_rows:
            name = f"relationships-{kind.name}-{kind.start}-{kind.end}.csv"
            ends = {START: f":START_ID({kind.start})", END: f":END_ID({kind.end})"}
            _write(out / name, [ends.get(one.name) or _header(one) for one in table.schema], table)
            arguments.append(f"--relationships={kind.name}={name}")
    (out / "arguments.txt").write_text("\n".join(arguments) + "\n", encoding="utf-8")


def _header(field: pa.Field) -> str:
    return f"{field.name}:{'string[]' if pa.types.is_list(field.type) else _TYPES.get(str(field.type), 'string')}"


def _write(path: Path, header: list[str], table: pa.Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(header)
        for row in table.to_pylist():
            writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return _LIST_DELIMITER.join(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
