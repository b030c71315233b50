"""Rows as NDJSON, CSV or Parquet, made while they are sent, some rows at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from graphkit.gaps import Evaluation
from graphkit.model.gap import Gap
from graphkit.model.spreadsheet import harmless, one_cell
from graphkit.reports.gaps_json import gap_rows

Row = dict[str, Any]
ExportFormat = Literal["ndjson", "csv", "parquet"]
MEDIA_TYPES = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
_PART_ROWS = 1000
"""Rows that are sent at once: each part costs a change of threads."""

_GROUP_ROWS = 20_000
"""Rows of a row group of Parquet."""


def ndjson(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    """Write each row as one line of JSON."""
    for part in _batches(rows, _PART_ROWS):
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part).encode()


def csv_lines(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    """Write a header and the rows as CSV; no text is left that a spreadsheet would read as a formula.

    The byte-order mark tells Excel that the text is UTF-8; CONTRACT.md section 1 has tables read with or without it.
    """
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for part in _batches(rows, _PART_ROWS):
        writer.writerows([harmless(one_cell(row[name])) for name in columns] for row in part)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while group := list(islice(source, size)):
        yield group


def parquet(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    """Write the rows as Parquet, a row group at a time; every column is text as in CSV, empty where there is none."""
    schema = pa.schema([(name, pa.string()) for name in columns])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema) as writer:
        for group in _batches(rows, _GROUP_ROWS):
            cells = {
                name: [None if row[name] is None else str(one_cell(row[name])) for row in group] for name in columns
            }
            writer.write_table(pa.table(cells, schema))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that gives away what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return how much was written in all."""
        return self._at

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._parts.append(bytes(data))
        self._at += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Return what was written since this was last asked."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


WRITERS: dict[str, Callable[[Iterable[Row], list[str]], Iterator[bytes]]] = {
    "ndjson": ndjson,
    "csv": csv_lines,
    "parquet": parquet,
}


def exported(evaluation: Evaluation, gaps: Iterable[Gap], export_format: ExportFormat) -> Iterator[Row]:
    """Return gaps of an evaluation as rows: whole in NDJSON, else in GAP_COLUMNS, as `graphkit gaps` has them."""
    if export_format == "ndjson":
        return (gap.model_dump(mode="json") for gap in gaps)
    return gap_rows(evaluation, gaps)
