"""Table files of a case as rows of text: CSV, Excel, Parquet and JSON lines (CONTRACT.md section 1).

Each reader gives a DuckDB relation called `raw` with the file's columns and `_row`: the row as a person counts it in
the file (the header is row 1; in Parquet and JSON lines the first row is 1).
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from graphkit.case.encoding import detect, to_utf8
from graphkit.model.errors import InputError

SUFFIXES = (".csv", ".xlsx", ".parquet", ".jsonl")
ROW = "_row"
_BLOCK = 32 << 20
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not a row: its number, the reason, and its text as far as it could be read."""

    row: int
    reason: str
    text: str


@dataclass(slots=True)
class RawTable:
    """What a file held: its column names, how many rows, rows that could not be split, and warnings."""

    columns: list[str]
    rows: int
    bad: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_raw(connection: duckdb.DuckDBPyConnection, path: Path, name: str, scratch: Path) -> RawTable:
    """Read a table file into the table or view `raw`. InputError when the file as a whole cannot be read."""
    # DuckDB refuses to drop a view as a table, and the other way round, also with IF EXISTS.
    held = "SELECT replace(table_type, 'BASE ', '') FROM information_schema.tables WHERE table_name = 'raw'"
    for (kind,) in connection.execute(held).fetchall():
        connection.execute(f"DROP {kind} raw")
    try:
        if path.stat().st_size == 0:
            raise InputError(f"{name}: the file is empty; it needs at least a header with the column names")
        match path.suffix.lower():
            case ".csv":
                return _read_csv(connection, path, name, scratch)
            case ".xlsx":
                return _read_xlsx(connection, path, name)
            case ".parquet":
                return _read_parquet(connection, path, name)
            case _:
                return _read_jsonl(connection, path, name)
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from None


def _columns(header: list[str], name: str) -> list[str]:
    columns = [column.strip().lstrip("\ufeff") for column in header]
    while columns and not columns[-1]:
        columns.pop()
    blank = [index + 1 for index, column in enumerate(columns) if not column]
    if blank:
        raise InputError(f"{name}: row 1: column {blank[0]} has no name")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise InputError(f"{name}: row 1: the column '{twice[0]}' is there twice")
    if not columns:
        raise InputError(f"{name}: row 1: there are no column names")
    return columns


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path, name: str, scratch: Path) -> RawTable:
    encoding = detect(path)
    readable = path
    if encoding != "utf-8-sig":
        readable = scratch / "utf8.csv"
        to_utf8(path, encoding, readable)
    with readable.open(encoding="utf-8-sig", newline="") as stream:
        csv.field_size_limit(1 << 30)
        try:
            header = next(csv.reader(stream), [])
        except csv.Error as error:
            raise InputError(f"{name}: row 1: {error}") from None
    columns = _columns(header, name)
    bad: list[BadRow] = []
    width = len(header)

    def not_a_row(row: Any) -> str:
        if row.text.strip():
            problem = f"has {row.actual_columns} cells, the header has {row.expected_columns}"
            bad.append(BadRow(row.number, problem, row.text))
        else:
            blank.append(row.number)
        return "skip"

    blank: list[int] = []
    names = columns + [f"_{index}" for index in range(len(columns), width)]
    try:
        reader = pa_csv.open_csv(
            readable,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names, skip_rows=0),
            parse_options=pa_csv.ParseOptions(
                newlines_in_values=True, invalid_row_handler=not_a_row, ignore_empty_lines=False
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={one: pa.string() for one in names}, strings_can_be_null=False
            ),
        )
        connection.register("_csv", _without_extra(reader, columns))
        connection.execute("CREATE TABLE raw AS SELECT *, CAST(NULL AS BIGINT) AS _row FROM _csv LIMIT 0")
        connection.execute("INSERT INTO raw SELECT *, row_number() OVER () FROM _csv")
        connection.unregister("_csv")
    except pa.ArrowInvalid as error:
        if "CSV" not in str(error) and "straddling" not in str(error):
            raise InputError(f"{name}: {_one_line(error)}") from None
        raise InputError(
            f"{name}: cannot be split into rows (a quote that is not closed?): {_one_line(error)}"
        ) from None
    rows = connection.execute("SELECT count(*) FROM raw").fetchall()[0][0]
    skipped = sorted([one.row for one in bad] + blank)
    if skipped:
        numbers = np.setdiff1d(np.arange(1, rows + len(skipped) + 1), np.array(skipped))
        connection.register("_numbers", pa.table({"position": np.arange(1, rows + 1), "number": numbers}))
        connection.execute(
            "CREATE OR REPLACE TABLE raw AS SELECT raw.* REPLACE (number AS _row) "
            "FROM raw JOIN _numbers ON position = _row ORDER BY number"
        )
        connection.unregister("_numbers")
    blank_row = " AND ".join(f"coalesce({_identifier(column)}, '') = ''" for column in columns)
    connection.execute(f"DELETE FROM raw WHERE _row = 1 OR ({blank_row})")
    warnings = []
    if encoding is None:
        warnings.append(f"{name}: some text is neither UTF-8 nor GB18030; the rows with damaged text are rejected")
    return RawTable(columns, connection.execute("SELECT count(*) FROM raw").fetchall()[0][0], bad, warnings)


def _without_extra(reader: pa.RecordBatchReader, columns: list[str]) -> pa.RecordBatchReader:
    schema = pa.schema([(column, pa.string()) for column in columns])
    return pa.RecordBatchReader.from_batches(schema, (batch.select(columns) for batch in reader))


def _text(value: Any) -> str:
    """Write a cell as the text that a CSV would hold."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{Decimal(repr(value)):f}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case _:
            return str(value)


def _store(connection: duckdb.DuckDBPyConnection, columns: list[str], rows: Iterator[tuple[int, list[str]]]) -> int:
    schema = pa.schema([*((column, pa.string()) for column in columns), (ROW, pa.int64())])

    def batches() -> Iterator[pa.RecordBatch]:
        chunk: list[tuple[int, list[str]]] = []
        for one in rows:
            chunk.append(one)
            if len(chunk) == _BATCH:
                yield _batch(chunk)
                chunk = []
        if chunk:
            yield _batch(chunk)

    def _batch(chunk: list[tuple[int, list[str]]]) -> pa.RecordBatch:
        cells = list(zip(*(row for _, row in chunk), strict=True)) if columns else []
        arrays = [pa.array(column, pa.string()) for column in cells]
        return pa.record_batch([*arrays, pa.array([number for number, _ in chunk], pa.int64())], schema=schema)

    connection.register("_rows", pa.RecordBatchReader.from_batches(schema, batches()))
    connection.execute("CREATE TABLE raw AS SELECT * FROM _rows")
    connection.unregister("_rows")
    return int(connection.execute("SELECT count(*) FROM raw").fetchall()[0][0])


def _read_xlsx(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> RawTable:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise InputError(f"{name}: not an Excel workbook: {_one_line(error)}") from None
    bad: list[BadRow] = []
    warnings = []
    try:
        sheets = book.worksheets
        if not sheets:
            raise InputError(f"{name}: the workbook has no sheet")
        if len(sheets) > 1:
            names = ", ".join(f"'{sheet.title}'" for sheet in sheets[1:])
            warnings.append(f"{name}: only the first sheet '{sheets[0].title}' is read, not {names}")
        lines = sheets[0].iter_rows(values_only=True)
        columns = _columns([_text(cell) for cell in next(lines, ())], name)

        def rows() -> Iterator[tuple[int, list[str]]]:
            for number, line in enumerate(lines, start=2):
                cells = [_text(cell) for cell in line]
                if not any(cells):
                    continue
                if any(cells[len(columns) :]):
                    bad.append(
                        BadRow(number, f"has a cell beyond the {len(columns)} columns of the header", ",".join(cells))
                    )
                    continue
                yield number, (cells + [""] * len(columns))[: len(columns)]

        count = _store(connection, columns, rows())
    finally:
        book.close()
    return RawTable(columns, count, bad, warnings)


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> RawTable:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        raise InputError(f"{name}: not a Parquet file: {_one_line(error)}") from None
    columns = _columns(list(file.schema_arrow.names), name)
    connection.execute(
        "CREATE VIEW raw AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row "
        f"FROM read_parquet({_quoted(str(path))}, file_row_number = true)"
    )
    return RawTable(columns, file.metadata.num_rows)


def _read_jsonl(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> RawTable:
    encoding = detect(path)
    warnings = []
    if encoding is None:
        warnings.append(f"{name}: some text is neither UTF-8 nor GB18030; the rows with damaged text are rejected")
    bad: list[BadRow] = []
    found: dict[str, None] = {}

    def objects() -> Iterator[tuple[int, dict[str, Any]]]:
        bad.clear()
        with path.open(encoding=encoding or "utf-8", errors="strict" if encoding else "replace") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line, parse_float=Decimal, parse_constant=str)
                except (ValueError, RecursionError) as error:
                    bad.append(BadRow(number, f"is not JSON: {_one_line(error)}", line.rstrip("\n")))
                    continue
                if not isinstance(value, dict):
                    bad.append(BadRow(number, "is not a JSON object", line.rstrip("\n")))
                    continue
                yield number, {str(key).strip(): item for key, item in value.items()}

    for _, one in objects():
        found.update(dict.fromkeys(one))
    columns = _columns(list(found), name) if found else []
    if not columns:
        connection.execute("CREATE TABLE raw (_row BIGINT)")
        return RawTable([], 0, bad, warnings)
    rows = ((number, [_json_text(one.get(column)) for column in columns]) for number, one in objects())
    count = _store(connection, columns, rows)
    return RawTable(columns, count, bad, warnings)


def _json_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    return _text(value)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
