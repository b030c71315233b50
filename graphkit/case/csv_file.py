"""CSV files as rows: which character separates the cells, where the header stands, and lines that are no rows.

A file whose quotes all open and close where cells do goes through Arrow; any other one is read line by line, so that a
quote that does not close costs the line that it stands in, not all that follow.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from graphkit.case.header import known_columns
from graphkit.model.tables import Table

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)
_BLOCK = 32 << 20
_LOOKAHEAD = 200
csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not a row: its number, the reason, and its text as far as it could be read."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV file is laid out: `row` is the header's number; `even` says that its quotes stand where they should."""

    delimiter: str
    header: list[str]
    row: int
    even: bool
    has_nul: bool


def layout(path: Path, table: Table) -> Layout | None:
    """Look at a UTF-8 file; None where it has no line with text."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        before = 0
        line = ""
        asked = None
        for line in stream:
            separator = _SEPARATOR_LINE.match(line)
            if separator:
                asked = separator[1]
            elif line.strip():
                break
            before += 1
        else:
            return None
        following = [line, *(line for line, _ in zip(stream, range(_LOOKAHEAD), strict=False))]
    headers = {one: _header(following, one) for one in ([asked] if asked else _DELIMITERS)}
    delimiter = max(headers, key=lambda one: known_columns(headers[one], table))
    even, has_nul = _scan(path, delimiter)
    return Layout(delimiter, headers[delimiter], before + 1, even, has_nul)


def _header(lines: list[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return lines[0].strip().split(delimiter)


def _scan(path: Path, delimiter: str) -> tuple[bool, bool]:
    """Return whether each quote opens or closes a cell, by turns, and whether there is a NUL in the file."""
    edges = np.zeros(256, dtype=bool)
    edges[[ord(delimiter), 10, 13, 34]] = True
    count, has_nul, even = 0, False, True
    with path.open("rb") as stream:
        before = stream.read(3)
        rest = b"" if before == b"\xef\xbb\xbf" else before
        block = rest + stream.read(_BLOCK)
        last = b"\n"
        while block:
            following = stream.read(_BLOCK)
            has_nul = has_nul or b"\0" in block
            if even and b'"' in block:
                text = np.frombuffer(last + block + (following[:1] or b"\n"), dtype=np.uint8)
                quotes = np.flatnonzero(text[1:-1] == 34) + 1
                opening = (np.arange(len(quotes)) + count) % 2 == 0
                even = bool(edges[np.where(opening, text[quotes - 1], text[quotes + 1])].all())
                count += len(quotes)
            last, block = block[-1:], following
    return even and count % 2 == 0, has_nul


def trimmed(column: pa.Array) -> pa.Array:
    """Return texts without white space around them; null where nothing is left."""
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def open_even(
    path: Path, names: list[str], delimiter: str, bad: list[BadRow], blank: list[int]
) -> pa.RecordBatchReader:
    """Return a reader over every row, the header too; rows of another width go to `bad` or, if empty, to `blank`."""

    def not_a_row(row: Any) -> str:
        if row.text.strip():
            bad.append(BadRow(row.number, _width_reason(row.actual_columns, row.expected_columns), row.text))
        else:
            blank.append(row.number)
        return "skip"

    rows = pa_csv.open_csv(
        path,
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=not_a_row, ignore_empty_lines=False
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={one: pa.string() for one in names}, strings_can_be_null=False
        ),
    )
    batches = (pa.record_batch([trimmed(one) for one in batch.columns], schema=rows.schema) for batch in rows)
    return pa.RecordBatchReader.from_batches(rows.schema, batches)


def uneven_rows(path: Path, shape: Layout, bad: list[BadRow]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each row behind the header that can be read; the others go to `bad`."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(stream)
    width = len(shape.header)
    index = shape.row - 1 + (_record(lines, shape.row - 1, shape.delimiter) or ([], 1))[1]
    number = shape.row
    while index < len(lines):
        number += 1
        found = _record(lines, index, shape.delimiter) if lines[index].strip() else ([], 1)
        if found is not None and found[1] > 1 and len(found[0]) != width:
            found = None
        cells, used = found or ([], 1)
        if found is None:
            bad.append(BadRow(number, "has a quote that does not close", lines[index].rstrip("\r\n")))
        elif any(cell.strip() for cell in cells):
            if len(cells) == width:
                yield number, cells
            else:
                bad.append(BadRow(number, _width_reason(len(cells), width), lines[index].rstrip("\r\n")))
        index += used


def _record(lines: list[str], start: int, delimiter: str) -> tuple[list[str], int] | None:
    """Return the cells of the record that starts in a line and how many lines it takes; None where it has no end."""
    balanced = lines[start].count('"') % 2 == 0
    for strict in (True, False) if balanced else (True,):
        reader = csv.reader(lines[start : start + (1 if balanced else _LOOKAHEAD)], delimiter=delimiter, strict=strict)
        try:
            return next(reader, []), reader.line_num
        except csv.Error:
            continue
    return None


def _width_reason(cells: int, width: int) -> str:
    return f"has {cells} cells, the header has {width}"
