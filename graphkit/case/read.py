"""Table files of a case as rows of text: CSV, Excel, Parquet and JSON lines (CONTRACT.md section 1).

Each reader gives a DuckDB relation called `raw` with the file's columns and `_row`: the row as a person counts it in
the file (the header is row 1; in Parquet and JSON lines the first row is 1). Text has no white space around it, and
is null where it is empty.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from graphkit.case.csv_file import BadRow, layout, open_even, trimmed, uneven_rows
from graphkit.case.encoding import damaged_encoding, detect, to_utf8
from graphkit.case.header import column_names, plain
from graphkit.model.errors import InputError
from graphkit.model.sql import identifier, literal
from graphkit.model.tables import ColumnType, Table

SUFFIXES = (".csv", ".xlsx", ".parquet", ".jsonl")
ROW = "_row"
_BATCH = 50_000
_BLANK = " \t\r\n\u3000\u00a0"
_EMPTY = "the file is empty; it needs at least a header with the column names"


@dataclass(slots=True)
class RawTable:
    """What a file held: its column names, how many rows, the header's row, rows that could not be split, and warnings.

    `damaged` says that there may be U+FFFD or NUL in its text.
    """

    columns: list[str]
    rows: int
    row: int = 1
    bad: list[BadRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    damaged: bool = False


def read_raw(connection: duckdb.DuckDBPyConnection, path: Path, name: str, table: Table, scratch: Path) -> RawTable:
    """Read a table file into the table or view `raw`. InputError says why the file as a whole cannot be read."""
    try:
        connection.execute("DROP TABLE IF EXISTS raw")
    except duckdb.CatalogException:  # DuckDB refuses to drop a view as a table, also with IF EXISTS
        connection.execute("DROP VIEW raw")
    try:
        if path.stat().st_size == 0:
            raise InputError(_EMPTY)
        match path.suffix.lower():
            case ".csv":
                return _read_csv(connection, path, name, table, scratch)
            case ".xlsx":
                return _read_xlsx(connection, path, name, table)
            case ".parquet":
                return _read_parquet(connection, path, table)
            case _:
                return _read_jsonl(connection, path, name, table)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}") from None


def _named(header: list[str], table: Table) -> tuple[list[str], list[str]]:
    """Return the names of the columns, and of those whose header is empty."""
    names = column_names(header, table)
    return names, [name for name, cell in zip(names, header, strict=True) if not plain(cell)]


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path, name: str, table: Table, scratch: Path) -> RawTable:
    encoding = detect(path)
    readable = path
    if encoding != "utf-8-sig":
        readable = scratch / "utf8.csv"
        to_utf8(path, encoding, readable)
    shape = layout(readable, table)
    if shape is None:
        raise InputError(_EMPTY)
    columns, unnamed = _named(shape.header, table)
    bad: list[BadRow] = []
    if shape.even and shape.row == 1:
        _store_even(connection, readable, columns, shape.delimiter, bad)
    else:
        _store(connection, columns, uneven_rows(readable, shape, bad))
    warnings = []
    if encoding is None:
        warnings.append(f"{name}: some text is neither UTF-8 nor GB18030; the rows with damaged text are rejected")
    return _raw(
        connection,
        columns,
        unnamed,
        row=shape.row,
        bad=bad,
        warnings=warnings,
        damaged=encoding is None or shape.has_nul,
    )


def _store_even(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str], delimiter: str, bad: list[BadRow]
) -> None:
    """Make `raw` of a CSV file through Arrow, with each row's number in the file."""
    blank: list[int] = []
    try:
        connection.register("_csv", open_even(path, columns, delimiter, bad, blank))
        connection.execute("CREATE TABLE raw AS SELECT *, CAST(NULL AS BIGINT) AS _row FROM _csv LIMIT 0")
        connection.execute("INSERT INTO raw SELECT *, row_number() OVER () FROM _csv")
    except pa.ArrowInvalid as error:
        raise InputError(f"cannot be split into rows: {_one_line(error)}") from None
    finally:
        connection.unregister("_csv")
    skipped = sorted([one.row for one in bad] + blank)
    if skipped:
        rows = connection.execute("SELECT count(*) FROM raw").fetchall()[0][0]
        numbers = np.setdiff1d(np.arange(1, rows + len(skipped) + 1), np.array(skipped))
        connection.register("_numbers", pa.table({"position": np.arange(1, rows + 1), "number": numbers}))
        connection.execute(
            "CREATE OR REPLACE TABLE raw AS SELECT raw.* REPLACE (number AS _row) "
            "FROM raw JOIN _numbers ON position = _row ORDER BY number"
        )
        connection.unregister("_numbers")
    blank_row = " AND ".join(f"{identifier(column)} IS NULL" for column in columns)
    connection.execute(f"DELETE FROM raw WHERE _row = 1 OR ({blank_row})")


def _raw(connection: duckdb.DuckDBPyConnection, columns: list[str], unnamed: list[str], **found: Any) -> RawTable:
    """Describe the table `raw`, after taking out the columns that have neither a name nor a value."""
    for column in unnamed:
        if not connection.execute(f"SELECT count({identifier(column)}) FROM raw").fetchall()[0][0]:
            connection.execute(f"ALTER TABLE raw DROP COLUMN {identifier(column)}")
            columns = [one for one in columns if one != column]
    return RawTable(columns, connection.execute("SELECT count(*) FROM raw").fetchall()[0][0], **found)


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
            return f"{Decimal(f'{value:.15g}'):f}"  # as many digits as Excel has: 0.1 + 0.2 is 0.3
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
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
        arrays = [trimmed(pa.array(column, pa.string())) for column in cells]
        return pa.record_batch([*arrays, pa.array([number for number, _ in chunk], pa.int64())], schema=schema)

    connection.register("_rows", pa.RecordBatchReader.from_batches(schema, batches()))
    connection.execute("CREATE TABLE raw AS SELECT * FROM _rows")
    connection.unregister("_rows")
    return int(connection.execute("SELECT count(*) FROM raw").fetchall()[0][0])


def _read_xlsx(connection: duckdb.DuckDBPyConnection, path: Path, name: str, table: Table) -> RawTable:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(path, read_only=True) if _has_formulas(path) else None
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError) as error:
        raise InputError(f"not an Excel workbook: {_one_line(error)}") from None
    bad: list[BadRow] = []
    warnings = []
    try:
        sheets = book.worksheets
        if not sheets:
            raise InputError("the workbook has no sheet")
        if len(sheets) > 1:
            names = ", ".join(f"'{sheet.title}'" for sheet in sheets[1:])
            warnings.append(f"{name}: only the first sheet '{sheets[0].title}' is read, not {names}")
        lines = enumerate(([_text(cell) for cell in line] for line in sheets[0].iter_rows(values_only=True)), start=1)
        written = formulas.worksheets[0].iter_rows(values_only=True) if formulas else repeat(())
        numbered = ((number, cells, source) for (number, cells), source in zip(lines, written, strict=False))
        row, header = next(((number, cells) for number, cells, _ in numbered if any(cells)), (0, []))
        if not row:
            raise InputError(_EMPTY)
        while not header[-1]:
            header.pop()
        columns, unnamed = _named(header, table)

        def rows() -> Iterator[tuple[int, list[str]]]:
            for number, cells, source in numbered:
                lost = [cell for cell, value in zip(source, cells, strict=False) if not value and _is_formula(cell)]
                if lost:
                    reason = f"has a formula without its result ({lost[0]}); open the file in Excel and save it"
                    bad.append(BadRow(number, reason, ",".join(cells)))
                elif any(cells[len(columns) :]):
                    reason = f"has a cell beyond the {len(columns)} columns of the header"
                    bad.append(BadRow(number, reason, ",".join(cells)))
                elif any(cells):
                    yield number, (cells + [""] * len(columns))[: len(columns)]

        _store(connection, columns, rows())
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError, zlib.error) as error:
        raise InputError(f"the workbook is damaged: {_one_line(error)}") from None
    finally:
        book.close()
        if formulas:
            formulas.close()
    return _raw(connection, columns, unnamed, row=row, bad=bad, warnings=warnings, damaged=True)


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [one for one in archive.namelist() if one.startswith("xl/worksheets/")]
        return any(b"<f>" in (text := archive.read(one)) or b"<f " in text for one in sheets)


def _is_formula(cell: object) -> bool:
    return isinstance(cell, str) and cell.startswith("=")


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, table: Table) -> RawTable:
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise InputError(f"not a Parquet file: {_one_line(error)}") from None
    columns = column_names(file.schema_arrow.names, table)
    numbers = {column.name for column in table.columns if column.type is ColumnType.NUMBER}
    cells = [
        f"{_cell(identifier(source), kind, whole=column not in numbers)} AS {identifier(column)}"
        for column, source, kind in zip(columns, file.schema_arrow.names, file.schema_arrow.types, strict=True)
    ]
    connection.execute(
        f"CREATE VIEW raw AS SELECT {', '.join(cells)}, file_row_number + 1 AS _row "
        f"FROM read_parquet({literal(str(path))}, file_row_number = true)"
    )
    return RawTable(columns, file.metadata.num_rows)


def _cell(source: str, kind: pa.DataType, *, whole: bool) -> str:
    """Return SQL for a cell: text is trimmed; a float for a code or count (pandas makes them of integers) loses .0."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        return f"NULLIF(trim({source}, {literal(_BLANK)}), '')"
    if not (whole and pa.types.is_floating(kind)):
        return source
    integer = f"{source} = trunc({source}) AND abs({source}) < 1e15"
    # As many digits as a cell of Excel has: 0.30000000000000004 is 0.3.
    text = f"format('{{:.15g}}', {source})" if pa.types.is_float64(kind) else f"CAST({source} AS VARCHAR)"
    return f"CASE WHEN {integer} THEN CAST(CAST({source} AS BIGINT) AS VARCHAR) ELSE {text} END"


def _read_jsonl(connection: duckdb.DuckDBPyConnection, path: Path, name: str, table: Table) -> RawTable:
    encoding = detect(path)
    warnings = []
    if encoding is None:
        warnings.append(f"{name}: some text is neither UTF-8 nor GB18030; the rows with damaged text are rejected")
    bad: list[BadRow] = []
    found: dict[str, None] = {}

    def objects() -> Iterator[tuple[int, dict[str, Any]]]:
        bad.clear()
        reading = encoding or damaged_encoding(path)
        with path.open(encoding=reading, errors="strict" if encoding else "replace") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                if line.strip() in ("{", "["):
                    raise InputError(f"row {number}: begins a JSON document of many lines; write one object a line")
                try:
                    value = json.loads(
                        line, parse_float=Decimal, parse_constant=str, parse_int=str, object_pairs_hook=_once
                    )
                    if "\\u" in line:  # half of a surrogate pair is no text
                        json.dumps(value, ensure_ascii=False, default=str).encode()
                except (ValueError, RecursionError) as error:
                    reason = f"is not one JSON object a line: {_one_line(error)}"
                    bad.append(BadRow(number, reason, line.rstrip("\n")))
                    continue
                if not isinstance(value, dict):
                    bad.append(BadRow(number, "is not a JSON object", line.rstrip("\n")))
                    continue
                yield number, value

    for _, one in objects():
        found.update(dict.fromkeys(one))
    if not found:
        connection.execute("CREATE TABLE raw (_row BIGINT)")
        return RawTable([], 0, 0, bad, warnings)
    columns, unnamed = _named(list(found), table)
    rows = ((number, [_json_text(one.get(key)) for key in found]) for number, one in objects())
    _store(connection, columns, rows)
    return _raw(connection, columns, unnamed, row=0, bad=bad, warnings=warnings, damaged=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs. ValueError when a key is there twice."""
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key '{twice}' is given twice")
    return result


def _json_text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if -1000 < value.adjusted() < 1000 else str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ";".join(value)
    return _text(value)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
