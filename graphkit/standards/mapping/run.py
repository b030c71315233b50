"""Runs a mapping over files: their sheets become a case folder, and every row of theirs is accounted for."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from graphkit.model.errors import InputError, UsageError
from graphkit.model.tables import TABLES, Column, ColumnType
from graphkit.standards.account import Account
from graphkit.standards.folder import CaseFolder
from graphkit.standards.mapping import convert
from graphkit.standards.mapping.model import FIELD, Expression, Mapping, Output
from graphkit.standards.mapping.sheets import SUFFIXES, Row, Sheet, fits, read_sheet, sheets_beside
from graphkit.standards.mapping.unvalued import cells_without_value
from graphkit.standards.mapping.values import Evaluator, day_of
from graphkit.standards.result import ImportResult
from graphkit.standards.values import amount_text

_ATTRIBUTE = "attribute:"
_SEVERAL = "; "
_NAMED = 3
_YES = {"true", "1", "是", "yes", "y", "√", "对", "有"}
_NO = {"false", "0", "否", "no", "n", "×", "无"}


@dataclass(frozen=True, slots=True)
class _Group:
    """The source rows that one output row is made of, with the sheet of the first."""

    sheet: Sheet
    rows: tuple[Row, ...]


@dataclass(slots=True)
class _Made:
    """A row in the making: where it comes from, its typed values, attributes, and what could not be understood."""

    file: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    problem: tuple[str, str, str] | None = None


def run_mapping(mapping: Mapping, paths: Sequence[Path], out: Path, given: Map[str, str] | None = None) -> ImportResult:
    """Turn files into the case folder `out` as a mapping says; `given` are parameters by name.

    Raises InputError when a file cannot be read or a parameter has no value, UsageError when `out` is not empty, no
    file fits a source, or a parameter is not one of the mapping's.
    """
    run = _Run(mapping, _files(paths), dict(given or {}))
    run.make()
    columns = {
        table: tuple(sorted({name for row in rows for name in row.attributes})) for table, rows in run.made.items()
    }
    with CaseFolder(out, columns) as folder:
        for path in run.used_files:
            folder.document(path)
        run.write(folder)
    return ImportResult(out, str(run.case["id"]), run.account, run.warnings)


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are named, and those of named folders that are tables."""
    if not paths:
        raise UsageError("name at least one file")
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.name[0] not in "~."
            )
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"{path}: no such file")
    return found


class _Run:
    def __init__(self, mapping: Mapping, files: list[Path], given: dict[str, str]) -> None:
        self.mapping = mapping
        self.account = Account()
        self.warnings: list[str] = []
        self.made: dict[str, list[_Made]] = {}
        self.used_files: list[Path] = []
        self._sheets = {name: self._read(name, files) for name in mapping.sources}
        for path in self.used_files:
            read = {sheet.name for sheets in self._sheets.values() for sheet in sheets if sheet.file == path.name}
            if beside := sheets_beside(path, read):
                self.warnings.append(f"{path.name}: no source of the mapping takes the sheet {', '.join(beside)}")
            for name, cells in cells_without_value(path, read).items():
                self.warnings.append(
                    f"{path.name} ({name}): {len(cells)} cells hold an error or a formula that was never calculated, "
                    f"and count as empty: {_first_few(cells, ', ')}; put them right in Excel or WPS and save the file"
                )
        for path in files:
            if path not in self.used_files:
                self.warnings.append(f"{path.name}: no source of the mapping takes it")
        self._used_rows: dict[int, set[int]] = {}
        self._unclear: dict[str, list[str]] = {}
        self._shared: dict[str, list[str]] = {}
        self.parameters: dict[str, str] = {}
        self._evaluator = Evaluator(mapping.values, mapping.cases, self._sheets, self.parameters)
        self._set_parameters(given)
        self.case = self._filled(mapping.case)
        for name, source in mapping.sources.items():
            if source.absent_thresholds and not self._sheets[name]:
                self.case["thresholds"] = {**self.case.get("thresholds", {}), **source.absent_thresholds}
                told = ", ".join(f"{key}: {value}" for key, value in source.absent_thresholds.items())
                self.warnings.append(f"source {name}: none of the files is called {source.file}; thresholds {told}")

    # Reading

    def _read(self, name: str, files: list[Path]) -> list[Sheet]:
        source = self.mapping.sources[name]
        chosen = [path for path in files if _is_called(path, source.file)]
        chosen = [path for path in chosen if source.but_not is None or not _is_called(path, source.but_not)]
        if not chosen:
            if source.required:
                raise UsageError(f"source {name}: none of the files is called {source.file}; name it, or its folder")
            return []
        sheets = []
        for path, which in ((path, which) for path in chosen for which in source.sheets()):
            sheet = read_sheet(path, source, which, fits(self.mapping.columns_of(name)))
            if path not in self.used_files:
                self.used_files.append(path)
            self._warn_of_missing(name, sheet)
            what = f"rows of {sheet.title}"
            self.account.read(what, len(sheet.rows) + sheet.left_out.total())
            for reason, count in sorted(sheet.left_out.items()):
                self.account.keep(what, f"no data row: {reason}", count)
            sheets.append(sheet)
        return sheets

    def _warn_of_missing(self, name: str, sheet: Sheet) -> None:
        known = {convert.header_key(one) for one in sheet.columns}
        wanted = self.mapping.columns_of(name)
        missing = sorted(one for one in wanted if convert.header_key(one) not in known)
        if wanted and len(missing) == len(wanted):
            raise InputError(
                f"{sheet.file}: has none of the columns that the mapping uses ({', '.join(missing[:6])}); "
                f"its columns are {', '.join(sheet.columns[:12])}"
            )
        if missing:
            self.warnings.append(f"{sheet.file}: has no column {', '.join(missing)}")

    def _set_parameters(self, given: dict[str, str]) -> None:
        unknown = sorted(set(given) - set(self.mapping.parameters))
        if unknown:
            known = ", ".join(self.mapping.parameters) or "none"
            raise UsageError(f"--set {unknown[0]}: the mapping's parameters are {known}")
        for name, parameter in self.mapping.parameters.items():
            value = given.get(name) or None
            if value is None and parameter.value is not None:
                sheets = self._sheets[parameter.source] if parameter.source else []
                rows = [row.cells for sheet in sheets for row in sheet.rows] or [{}]
                found = self._evaluator.values(parameter.value, rows if parameter.value.collect else rows[:1])
                if parameter.type == "date":  # of several days the last counts, as in a group of rows
                    found.sort(key=lambda one: day_of(one) or date.min, reverse=True)
                value = found[0] if found else None
            if not value:
                value = parameter.default
                if value is not None and parameter.type == "date":  # which gaps there are hangs on it
                    self.warnings.append(f"{name} is {value}, as the mapping has it; for another day --set {name}=…")
            if value is None:
                about = f" ({parameter.description})" if parameter.description else ""
                raise UsageError(f"parameter {name}{about} has no value; give one with --set {name}=…")
            if parameter.type == "date":
                day = convert.one_day(value)
                if day is None:
                    raise UsageError(f"parameter {name} = '{value}' is no date like 2020-06-30")
                value = day.isoformat()
            self.parameters[name] = value

    def _filled(self, value: Any) -> Any:
        """Return a part of the case or of a policy with its {parameters} filled in."""
        match value:
            case dict():
                return {key: self._filled(one) for key, one in value.items()}
            case list():
                return [self._filled(one) for one in value]
            case str():
                return FIELD.sub(lambda found: self.parameters.get(found[1], found[0]), value)
            case _:
                return value

    # Making rows

    def make(self) -> None:
        """Make the rows of every output; rows without a required value are rejected, with the source's own row."""
        for output in self.mapping.tables:
            for group in self._groups(output):
                self._make_row(output, group)
        self._account_for_rows()

    def _groups(self, output: Output) -> Iterable[_Group]:
        conditions = [*self.mapping.sources[output.source].rows, *(one for one in output.when if not one.every)]
        of_all = [one for one in output.when if one.every]
        if output.group_by is None:
            conditions += of_all
        grouped: dict[str, list[tuple[Sheet, Row]]] = {}
        for sheet in self._sheets[output.source]:
            for row in sheet.rows:
                cells = self._with_place(sheet, row)
                if not self._evaluator.holds(conditions, cells):
                    continue
                if output.group_by is None:
                    yield _Group(sheet, (row,))
                    continue
                key = self._evaluator.value(output.group_by, cells)
                if key is not None:
                    grouped.setdefault(key, []).append((sheet, row))
        for members in grouped.values():
            if not all(self._evaluator.holds(of_all, self._with_place(*one)) for one in members):
                continue
            yield _Group(members[0][0], tuple(row for _, row in members))

    def _make_row(self, output: Output, group: _Group) -> None:
        cells = [self._with_place(group.sheet, row) for row in group.rows]
        parts: list[str | None] = (
            list(self._evaluator.values(output.each, cells)) if output.each is not None else [None]
        )
        for part in parts:
            extra = {} if part is None else {"_each": part}
            made = self._typed(output, group, [{**one, **extra} for one in cells])
            if made.problem is None:
                if output.keep_rest:
                    self._keep_rest(output, group, made)
                self._add(output.table, group, made)
            else:
                column, value, reason = made.problem
                where = f"{output.table}.{column}"
                self.account.read(f"rows for {output.table}")
                row = group.rows[0]
                self.account.reject(
                    f"rows for {output.table}", group.sheet.title, row.number, f"{where} = {value}", reason
                )
            self._used_rows.setdefault(id(group.sheet), set()).update(row.number for row in group.rows)

    def _with_place(self, sheet: Sheet, row: Row) -> dict[str, str]:
        return {
            **row.cells,
            "_row": str(row.number),
            "_file": sheet.file,
            "_sheet": sheet.name,
            "_locator": sheet.locator(row),
        }

    def _typed(self, output: Output, group: _Group, rows: Sequence[Map[str, str]]) -> _Made:
        made = _Made(group.sheet.title, group.rows[0].number)
        table = TABLES.get(output.table)
        for name, expression in output.columns.items():
            found = self._evaluator.values(expression, rows)
            if name.startswith(_ATTRIBUTE):
                if found:
                    made.attributes[name.removeprefix(_ATTRIBUTE)] = _SEVERAL.join(found)
                continue
            column = table.column(name) if table else Column(name, required=name == "id")
            value, left = self._convert(column, expression, found)
            told, reason = self._unclear, _not_understood(column.type)
            if value is not None and self._is_shared(column, expression, group):
                value, left = None, found[0]
                told, reason = self._shared, "stands in a cell merged over several rows; nothing says what is whose"
            if left is not None:
                made.attributes[f"{name}_given"] = left
                if column.required:
                    made.problem = made.problem or (name, left, reason)
                elif left:
                    place = f"{group.sheet.locator(group.rows[0])}: {convert.plain(left)[:30]}"
                    told.setdefault(f"{output.table}.{name}", []).append(place)
            elif value is None and column.required:
                made.problem = made.problem or (name, "", _nothing_from(self.mapping.columns_inside(expression)))
            if value is not None:
                made.values[name] = value
        return made

    def _is_shared(self, column: Column, expression: Expression, group: _Group) -> bool:
        """Tell whether a number stands in a cell merged with rows of others: it is the sum of them all."""
        if column.type not in (ColumnType.AMOUNT, ColumnType.COUNT):
            return False
        own = {row.number for row in group.rows}
        return any(self._evaluator.is_shared(expression, row, own) for row in group.rows)

    def _day_near(self, text: str) -> date | None:
        """Return a day whose year is left out, in the year nearest to the mapping's parameter `as_of`."""
        near = convert.one_day(self.parameters.get("as_of", ""))
        return convert.day_near(text, near) if near is not None else None

    def _convert(self, column: Column, expression: Expression, found: list[str]) -> tuple[Any, str | None]:
        """Return a value of the column's type, and the text that could not be made one."""
        if not found:
            return None, None
        text = _SEVERAL.join(found) if expression.collect else found[0]
        match column.type:
            case ColumnType.DATE:
                days = [day_of(one) or self._day_near(one) for one in (found if expression.collect else found[:1])]
                understood = [day for day in days if day is not None]
                # Of all the days of a group, the last counts.
                return (max(understood), None) if len(understood) == len(days) else (None, text)
            case ColumnType.AMOUNT:
                amount = convert.amount_of(found[0], expression.unit)
                return (amount, None) if amount is not None and amount_text(amount) is not None else (None, text)
            case ColumnType.COUNT:
                amount = convert.amount_of(re.sub(r"[人户家名个次项笔件]+$", "", found[0]), expression.unit)
                whole = amount is not None and amount >= 0 and amount == int(amount)
                return (str(int(amount)), None) if whole and amount is not None else (None, text)
            case ColumnType.FLAG:
                word = convert.plain(found[0]).lower()
                return (word in _YES, None) if word in _YES | _NO else (None, text)
            case ColumnType.LIST:
                return found, None
            case _:
                if column.values and text not in column.values:
                    return None, text
                return text, None

    def _keep_rest(self, output: Output, group: _Group, made: _Made) -> None:
        used = {convert.header_key(name) for name in self.mapping.columns_of_output(output)}
        rest: dict[str, dict[str, None]] = {}
        for row in group.rows:
            for name, text in row.cells.items():
                if convert.header_key(name) not in used and name not in made.attributes:
                    rest.setdefault(name, {})[text] = None
        # A column of the source that is called like one of the table is another: it must not stand in its place.
        own = set(TABLES[output.table].column_names) if output.table in TABLES else set()
        made.attributes |= {
            f"{name}_in_file" if name in own else name: _SEVERAL.join(texts) for name, texts in rest.items()
        }

    def _add(self, table: str, group: _Group, made: _Made) -> None:
        if table in TABLES and "source" in TABLES[table].column_names:
            made.values.setdefault("source", group.sheet.file)
            if "locator" in TABLES[table].column_names:
                made.values.setdefault("locator", group.sheet.locator(group.rows[0]))
        self.made.setdefault(table, []).append(made)

    def _warn_of_unused(self) -> None:
        """Tell of columns that the mapping uses nowhere and keeps nowhere."""
        for name, sheets in self._sheets.items():
            if any(output.source == name and output.keep_rest for output in self.mapping.tables):
                continue
            used = {convert.header_key(one) for one in self.mapping.columns_of(name)}
            for sheet in sheets:
                unused = [column for column in sheet.columns if convert.header_key(column) not in used]
                if unused:
                    self.warnings.append(f"{sheet.file}: the mapping leaves out {', '.join(unused)}")

    def _account_for_rows(self) -> None:
        self._warn_of_unused()
        for sheets in self._sheets.values():
            for sheet in sheets:
                what = f"rows of {sheet.title}"
                used = self._used_rows.get(id(sheet), set()) | self._evaluator.looked_up.get(id(sheet), set())
                self.account.use(what, "case rows", sum(row.number in used for row in sheet.rows))
                self.account.keep(what, "no output takes it", sum(row.number not in used for row in sheet.rows))
        for where, places in sorted(self._unclear.items()):
            self.warnings.append(
                f"{where}: {len(places)} values could not be understood; they are kept as "
                f"{where.split('.')[1]}_given ({_first_few(places, _SEVERAL)})"
            )
        for where, places in sorted(self._shared.items()):
            self.warnings.append(
                f"{where}: {len(places)} rows share a merged cell with others, and nothing says what is whose; "
                f"it is kept as {where.split('.')[1]}_given ({_first_few(places, _SEVERAL)})"
            )

    # Writing

    def write(self, folder: CaseFolder) -> None:
        """Write the case; of rows with the same key the first stays, and differing ones are counted."""
        folder.case(self.case)
        for definition in self._policies():
            folder.policy(definition)
        for table in (name for name in TABLES if name in self.made):
            folder.table(table)
            self._write_table(folder, table)
        folder.account(self.account)

    def _policies(self) -> list[dict[str, Any]]:
        definitions = {str(one.get("id")): self._filled(one) for one in self.mapping.policies}
        for made in self.made.get("policies", []):
            values = made.values
            self.account.read("rows for policies")
            if values["id"] in definitions:
                self.account.keep("rows for policies", "the policy is there already")
                continue
            self.account.use("rows for policies", "policies")
            definitions[values["id"]] = {
                "id": values["id"],
                "title": {"zh": values.get("title_zh"), "en": values.get("title_en")},
                "document": {
                    "number": values.get("document_number"),
                    "issued_on": _iso(values.get("document_issued_on")),
                    "issuer": values.get("document_issuer"),
                },
                "effective": {"from": _iso(values.get("effective_from")), "to": _iso(values.get("effective_to"))},
                **made.attributes,
            }
        return [definitions[key] for key in sorted(definitions)]

    def _write_table(self, folder: CaseFolder, table: str) -> None:
        what = f"rows for {table}"
        key = TABLES[table].key
        seen: dict[tuple[Any, ...], _Made] = {}
        for made in self.made[table]:
            self.account.read(what)
            identity = tuple(made.values.get(name) for name in key) or tuple(
                sorted((one, str(two)) for one, two in made.values.items())
            )
            if identity in seen:
                differing = _differing(seen[identity], made)
                if not differing:
                    self.account.keep(what, "the same row again")
                else:
                    named = ", ".join(str(one) for one in identity)
                    reason = f"is there already, with another {', '.join(differing[:4])}; the first row counts"
                    self.account.reject(what, made.file, made.number, named, reason)
                continue
            seen[identity] = made
            folder.add(table, {**made.values, **made.attributes})
            self.account.use(what, table)


def _is_called(path: Path, pattern: str) -> bool:
    return fnmatch.fnmatch(path.name.lower(), pattern.lower())


def _differing(first: _Made, second: _Made) -> list[str]:
    """Return the columns in which two rows with the same key differ, apart from where they stand."""
    names = {*first.values, *second.values} - {"source", "locator"}
    return sorted(name for name in names if first.values.get(name) != second.values.get(name))


def _first_few(texts: Sequence[str], between: str) -> str:
    return between.join([*texts[:_NAMED], *(["…"] if len(texts) > _NAMED else [])])


def _nothing_from(columns: Collection[str]) -> str:
    """Say that a required value is missing, and which columns would give it."""
    told = f" ({', '.join(sorted(columns))})" if columns else ""
    return f"is required, but the row gives nothing for it{told}"


def _not_understood(kind: ColumnType) -> str:
    match kind:
        case ColumnType.DATE:
            return "is no date that can be understood"
        case ColumnType.AMOUNT | ColumnType.COUNT | ColumnType.NUMBER:
            return "is no number that can be understood"
        case _:
            return "is none of the values that the column may have"


def _iso(value: Any) -> str | None:
    """Return a policy's date in ISO, from text that states one."""
    day = day_of(str(value)) if value else None
    return day.isoformat() if day else None
