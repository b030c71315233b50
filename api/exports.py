"""Rows as NDJSON or CSV, made while they are sent."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from graphkit.model.gap import Gap

Row = dict[str, Any]
ExportFormat = Literal["ndjson", "csv"]
MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}

GAP_COLUMNS = [name for name in Gap.model_fields if name not in ("explanation", "evidence")]
"""The columns of gaps as CSV, before the explanations, as `graphkit gaps --format csv` has them."""


def ndjson(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    """Write each row as one line of JSON."""
    for row in rows:
        yield (json.dumps(row, ensure_ascii=False) + "\n").encode()


def csv_lines(rows: Iterable[Row], columns: list[str]) -> Iterator[bytes]:
    """Write a header and the rows as CSV; no text is left that a spreadsheet would read as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(_cell(row[name])) for name in columns])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


WRITERS: dict[str, Callable[[Iterable[Row], list[str]], Iterator[bytes]]] = {"ndjson": ndjson, "csv": csv_lines}


def gap_rows(gaps: Iterable[Gap], export_format: ExportFormat) -> Iterator[Row]:
    """Return gaps as rows: whole in NDJSON; in CSV without the evidence, with the explanation in two columns."""
    for gap in gaps:
        row = gap.model_dump(mode="json")
        if export_format == "csv":
            row |= {"explanation_zh": row["explanation"]["zh"], "explanation_en": row["explanation"]["en"]}
        yield row


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, dict):
        return ";".join(f"{key} {one}" for key, one in sorted(value.items()))
    return value


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
