"""Sheets of any file as rows of text: CSV, Excel (xlsx, xls, xlsb, ods), JSON. Merged cells are filled, headers found.

Real sheets have a title above the header, headers of two rows, totals and signatures below: the header is the row that
fits the wanted columns best; what is no data row is counted, with why.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import python_calamine

from graphkit.model.errors import InputError
from graphkit.standards.mapping.convert import header_key, plain
from graphkit.standards.mapping.model import Source

EXCEL = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TEXT = (".csv", ".tsv", ".txt")
JSON = (".json", ".jsonl", ".ndjson")
SUFFIXES = (*EXCEL, *TEXT, *JSON)
MAX_UNPACKED = 1 << 30
_HEADER_SEARCH = 25
_TOTALS = ("合计", "总计", "小计", "共计", "total", "grandtotal", "subtotal")
# 市本级小计 and 合计:4项 are totals, too; a problem that only begins with such a word is a problem.
_TOTAL = re.compile(r".{0,6}(?:合计|总计|小计|共计):?|(?:合计|总计|小计|共计)[:(0-9].*")
_NOTE = re.compile(
    r"(?:(?:填表|制表|填报|审核|复核)(?:人员?|单位|部门|日期|时间)?|单位负责人|联系人|联系电话|注|备注|说明|note)(?::|$)"
)

_HEADING = "heading or note between rows"

_HEADED = re.compile(r"[（(]?[一二三四五六七八九十]{1,3}[)）、.．]|附[件表]|第[一二三四五六七八九十]{1,3}[章节类部]")

Score = Callable[[list[str]], float]


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: its number as a person counts, and its filled cells by column name.

    `merged` has for each cell that is merged with cells of other rows the numbers of all these data rows.
    """

    number: int
    cells: dict[str, str]
    merged: dict[str, frozenset[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """A sheet: its file and name, what stands above the header, the columns in order, the rows, and rows left out.

    `notes` are the headings and notes that stand between and below the rows.
    `headings` has for the columns of a header of several rows all that stands over them: 金额(万元)/已整改.
    """

    file: str
    name: str
    above: list[str]
    columns: list[str]
    rows: list[Row]
    left_out: Counter[str] = field(default_factory=Counter)
    headings: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The file, and in a workbook the sheet: a.xlsx (台账)."""
        return f"{self.file} ({self.name})" if self.name else self.file

    def locator(self, row: Row) -> str:
        """Return where a row stands, as a person finds it."""
        return f"{self.name} row {row.number}" if self.name else f"row {row.number}"


def read_sheet(path: Path, source: Source, sheet: str | int | None, score: Score) -> Sheet:
    """Read a sheet of a file, laid out as a source describes; None is the first that is filled.

    `score` says how well a row fits as the header.

    InputError when the file cannot be read, or has no such sheet.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in JSON:
            return _read_json(path, source, sheet)
        if suffix in EXCEL:
            name, grid = _excel_grid(path, sheet)
        elif suffix in TEXT:
            name, grid = "", _text_grid(path)
        else:
            raise InputError(f"{path}: is no table; tables are {', '.join(SUFFIXES)}")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    return _sheet(path.name, name, grid, source.header, score)


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's visible sheets; a file of another kind has one without a name."""
    return _visible(_workbook(path)) if path.suffix.lower() in EXCEL else [""]


def sheets_beside(path: Path, read: Collection[str]) -> list[str]:
    """Return the names of a workbook's filled sheets that are none of those read; of hidden ones it says so."""
    if path.suffix.lower() not in EXCEL:
        return []
    book = _workbook(path)
    visible = _visible(book)
    beside = [one for one in book.sheet_names if one not in read and book.get_sheet_by_name(one).height]
    return [one if one in visible else f"{one} (hidden)" for one in beside]


# Grids


def _visible(book: Any) -> list[str]:
    """Return the names of the sheets that a person sees; of a book that hides all, all."""
    shown = [one.name for one in book.sheets_metadata if one.visible == python_calamine.SheetVisibleEnum.Visible]
    return shown or list(book.sheet_names)


def _workbook(path: Path) -> Any:
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm", ".xlsb", ".ods"):
            with zipfile.ZipFile(path) as packed:
                if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED:
                    raise InputError(f"{path}: unpacks to more than {MAX_UNPACKED >> 20} MB; refused")
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise InputError(f"{path}: not a workbook that can be read: {' '.join(str(error).split())[:200]}") from None


def _excel_grid(path: Path, wanted: str | int | None) -> tuple[str, list[list[Any]]]:
    book = _workbook(path)
    names = list(book.sheet_names)
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(names):
            raise InputError(f"{path}: has no sheet {wanted}; there are {len(names)}")
        name = names[wanted - 1]
    elif wanted is not None:
        found = [one for one in names if header_key(one) == header_key(wanted)]
        if not found:
            raise InputError(f"{path}: has no sheet '{wanted}'; there are {', '.join(names)}")
        name = found[0]
    else:
        filled = [one for one in _visible(book) if book.get_sheet_by_name(one).height]
        name = (filled or names)[0]
    sheet = book.get_sheet_by_name(name)
    grid = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    width = max((len(row) for row in grid), default=0)
    for row in grid:
        row.extend([""] * (width - len(row)))
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        value = grid[top][left] if top < len(grid) and left < width else ""
        lines = range(top, min(bottom, len(grid) - 1) + 1)
        for line in lines:
            for column in range(left, min(right, width - 1) + 1):
                grid[line][column] = _Merged(value, line - top, column - left, len(lines))
    return name, grid


@dataclass(frozen=True, slots=True)
class _Merged:
    """A cell of a merged range: its value, how far the cell lies below and right of its first, its count of rows."""

    value: Any
    down: int
    across: int
    height: int


def _text_grid(path: Path) -> list[list[Any]]:
    text = _decoded(path)
    sample = text[:20_000]
    delimiter = max(",;\t|", key=sample.count)
    if path.suffix.lower() == ".tsv":
        delimiter = "\t"
    csv.field_size_limit(1 << 30)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)]
    except csv.Error as error:
        raise InputError(f"{path}: cannot be split into rows: {error}") from None


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: the text is neither UTF-8 nor GB18030; save it as UTF-8")


# From a grid to a sheet


def _sheet(file: str, name: str, grid: list[list[Any]], header: int | None, score: Score) -> Sheet:
    if header is not None and header > len(grid):
        raise InputError(f"{file}: has {len(grid)} rows, so its header cannot be row {header}")
    top = header - 1 if header is not None else _best_header(grid, score)
    if top is None:
        raise InputError(f"{file}: no row looks like a header; say which it is with header: N")
    bottom = _header_bottom(grid, top)
    headings = _headings(grid, top, bottom)
    columns = _column_names(headings)
    # What stands in columns without a header is kept under their letters, as Excel shows them.
    width = max(len(line) for line in grid)
    headings += [""] * (width - len(headings))
    columns += [""] * (width - len(columns))
    letters = {index: f"column {_letters(index)}" for index, one in enumerate(columns) if not one}
    above = [text for row in grid[:top] for text in dict.fromkeys(_text(cell) for cell in row) if text]
    sheet = Sheet(file, name, above, [one for one in columns if one], [])
    sheet.headings = {one: full for one, full in zip(columns, headings, strict=True) if one}
    names_of: dict[int, list[str]] = {}
    for number, line in enumerate(grid[bottom + 1 :], start=bottom + 2):
        if _is_other_header(line, columns):
            # Another table stands below, with some columns of its own.
            columns = [plain(_text(cell)) for cell in line] + [""] * (width - len(line))
            sheet.columns += [one for one in columns if one and one not in sheet.columns]
            letters = {index: f"column {_letters(index)}" for index, one in enumerate(columns) if not one}
            sheet.left_out["header of another table"] += 1
            continue
        names_of[number] = columns
        cells = {column: text for column, cell in zip(columns, line, strict=False) if column and (text := _text(cell))}
        reason = _no_data(cells, line, len(sheet.columns), columns)
        beside = {letter: text for at, letter in letters.items() if at < len(line) and (text := _text(line[at]))}
        if reason is None:
            sheet.rows.append(Row(number, cells | beside))
        elif cells:
            sheet.left_out[reason] += 1
            if reason == _HEADING:
                sheet.notes += dict.fromkeys(cells.values())
        elif beside:
            sheet.left_out["nothing below the header"] += 1
    data = {row.number: grid[row.number - 1] for row in sheet.rows}
    for row in sheet.rows:
        for column, cell in zip(names_of[row.number], data[row.number], strict=False):
            if column and isinstance(cell, _Merged) and cell.height > 1:
                first = row.number - cell.down
                row.merged[column] = frozenset(one for one in range(first, first + cell.height) if one in data)
    filled = {name for row in sheet.rows for name in row.cells}
    beside_all = (f"column {_letters(index)}" for index in range(width))
    sheet.columns += [letter for letter in beside_all if letter in filled and letter not in sheet.columns]
    return sheet


def _letters(index: int) -> str:
    """Return what Excel calls a column: 0 is A, 26 is AA."""
    before, last = divmod(index, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _best_header(grid: list[list[Any]], score: Score) -> int | None:
    best: tuple[float, int] | None = None
    for number, row in enumerate(grid[:_HEADER_SEARCH]):
        texts = [plain(_text(cell)) for cell in row]
        filled = [one for one in texts if one]
        if not filled or len(set(filled)) < min(2, len(row)):
            continue
        worth = score(texts)
        if best is None or worth > best[0]:
            best = (worth, number)
    if best is None:
        return None
    top = best[1]
    # A cell that is merged from above belongs to the same header.
    return top - max(one.down if isinstance(one, _Merged) else 0 for one in grid[top])


def _header_bottom(grid: list[list[Any]], top: int) -> int:
    """Return the last row of the header: cells merged downwards, or split below a merged one, make it deeper."""
    bottom = top
    while bottom + 1 < len(grid) and bottom - top < 3:
        hangs = any(isinstance(cell, _Merged) and cell.down > bottom - top for cell in grid[bottom + 1])
        is_split = any(isinstance(cell, _Merged) and cell.across > 0 and cell.down == 0 for cell in grid[bottom])
        if not hangs and not (is_split and not any(_is_data(cell) for cell in grid[bottom + 1])):
            break
        bottom += 1
    return bottom


def _is_data(cell: Any) -> bool:
    value = cell.value if isinstance(cell, _Merged) else cell
    return isinstance(value, int | float | date | datetime) and not isinstance(value, bool)


def _headings(grid: list[list[Any]], top: int, bottom: int) -> list[str]:
    names: list[str] = []
    width = max(len(grid[line]) for line in range(top, bottom + 1))
    for index in range(width):
        levels = [plain(_text(grid[line][index])) if index < len(grid[line]) else "" for line in range(top, bottom + 1)]
        names.append("/".join(dict.fromkeys(one for one in levels if one)))
    return names


def _column_names(names: list[str]) -> list[str]:
    last = [name.rsplit("/", 1)[-1] for name in names]
    short = [one if last.count(one) == 1 else name for name, one in zip(names, last, strict=True)]
    seen: Counter[str] = Counter()
    unique = []
    for name in short:
        seen[name] += 1
        unique.append(name if not name or seen[name] == 1 else f"{name}#{seen[name]}")
    return unique


def _no_data(cells: dict[str, str], line: list[Any], columns: int, names: list[str]) -> str | None:
    """Return why a row is no data row, or None."""
    if not cells:
        return "empty row"
    texts = [header_key(one) for one in cells.values()]
    if any(text.rstrip(":") in _TOTALS for text in texts[:2]) or _TOTAL.fullmatch(texts[0]):
        return "total"
    own = {text for cell in line if (text := _text(cell))}
    if columns > 2 and len(own) == 1 and len(cells) <= columns:
        only = header_key(next(iter(own)))
        is_spread = len(cells) > 1 and len(cells) == sum(isinstance(cell, _Merged) for cell in line)
        is_first = len(cells) == 1 and next(filter(None, names)) in cells
        if is_spread or _NOTE.match(only) or (is_first and columns > 3 and _HEADED.match(only)):
            return _HEADING
    if _NOTE.match(texts[0]):
        return _HEADING
    if {header_key(name) for name in names if name} <= set(texts) and columns > 1:
        return "header again"
    return None


def _is_other_header(line: list[Any], columns: list[str]) -> bool:
    """Tell whether a row is the header of another table below: it names most of the columns, and some differently."""
    texts = [plain(_text(cell)) for cell in line]
    filled = [one for one in texts if one]
    same = sum(bool(one) and header_key(one) == header_key(name) for one, name in zip(texts, columns, strict=False))
    is_header = same >= 3 and same * 2 > len(filled) and not any(map(_is_data, line))
    return is_header and len(set(filled)) == len(filled) and same < len(filled)


def _text(cell: Any) -> str:
    """Write a cell as text: dates in ISO, whole numbers without a point, other numbers with their own digits."""
    value = cell.value if isinstance(cell, _Merged) else cell
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case float():
            return f"{Decimal(repr(value)):f}"
        case Decimal():
            return f"{value:f}"
        case timedelta() | time():
            return str(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
        case _:
            return str(value).replace("\u00a0", " ").strip()


# JSON


def _read_json(path: Path, source: Source, sheet: str | int | None) -> Sheet:
    text = _decoded(path)
    try:
        data = json.loads(text, parse_float=Decimal)
    except RecursionError:
        raise InputError(f"{path}: is nested too deeply") from None
    except ValueError:
        data = _json_lines(path, text)
    layout = source.layout or ("ranges" if _has_ranges(data) else "objects")
    if layout == "ranges":
        return _ranges(path, data, sheet)
    for step in (source.path or "").split(".") if source.path else []:
        if not isinstance(data, dict) or step not in data:
            raise InputError(f"{path}: has nothing at path {source.path}")
        data = data[step]
    return _objects(path, data)


def _json_lines(path: Path, text: str) -> list[Any]:
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            lines.append(json.loads(line, parse_float=Decimal))
        except ValueError as error:
            raise InputError(f"{path}, line {number}: not JSON: {error}") from None
    return lines


def _has_ranges(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and all(isinstance(one, dict) and "ranges" in one for one in data)


def _objects(path: Path, data: Any) -> Sheet:
    if isinstance(data, dict):
        data = [data]
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise InputError(f"{path}: is no list of objects; say where the list is with path: a.b")
    columns = list(dict.fromkeys(str(key) for one in data for key in one))
    rows = [
        Row(number, {str(key): text for key, value in one.items() if (text := _text(value))})
        for number, one in enumerate(data, start=1)
    ]
    return Sheet(path.name, "", [], columns, [row for row in rows if row.cells])


def _ranges(path: Path, data: Any, wanted: str | int | None) -> Sheet:
    """Read one sheet of named columns: [{name, ranges: [{name, start_cell: {row}, values: […]}]}]."""
    if not _has_ranges(data):
        raise InputError(f"{path}: has no sheets of named ranges")
    names = [str(one.get("name")) for one in data]
    if isinstance(wanted, int):
        chosen = data[wanted - 1] if 1 <= wanted <= len(data) else None
    else:
        chosen = next((one for one in data if wanted is None or str(one.get("name")) == wanted), None)
    if chosen is None:
        raise InputError(f"{path}: has no sheet '{wanted}'; there are {', '.join(names)}")
    columns: dict[str, list[Any]] = {}
    start = 2
    for one in chosen["ranges"]:
        values = one.get("values") if isinstance(one, dict) else None
        if isinstance(values, list):
            columns[str(one.get("name"))] = values
            row = (one.get("start_cell") or {}).get("row")
            start = int(str(row)) if str(row).isdigit() else start
    length = max((len(values) for values in columns.values()), default=0)
    rows = []
    for index in range(length):
        cells = {
            name: text for name, values in columns.items() if index < len(values) and (text := _text(values[index]))
        }
        if cells:
            rows.append(Row(start + index, cells))
    return Sheet(path.name, str(chosen.get("name")), [], list(columns), rows)


def fits(wanted: Iterable[str]) -> Score:
    """Return a score of header rows: how many of the wanted columns a row names."""
    keys = {header_key(one) for one in wanted}

    def score(texts: list[str]) -> float:
        return sum(header_key(one) in keys for one in set(texts) if one) + _filled(texts) / 1000

    return score


def _filled(texts: list[str]) -> int:
    return sum(bool(one) for one in texts)
