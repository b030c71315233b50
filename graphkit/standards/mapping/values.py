"""What the expressions of a mapping give for the rows of a sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from graphkit.standards.mapping import convert
from graphkit.standards.mapping.model import FIELD, Branch, Condition, Expression
from graphkit.standards.mapping.sheets import Row, Sheet

Cells = Mapping[str, str]


class Evaluator:
    """Evaluates expressions over rows, with the parameters, value maps and other sources of a mapping.

    `looked_up` gathers the rows that lookups have taken, by the identity of their sheet.
    """

    def __init__(
        self,
        maps: Mapping[str, Mapping[str, str | None]],
        cases: Mapping[str, Sequence[Branch]],
        sheets: Mapping[str, Sequence[Sheet]],
        parameters: Mapping[str, str],
    ) -> None:
        self._maps = maps
        self._cases = cases
        self._sheets = sheets
        self._parameters = parameters
        self._indexes: dict[tuple[str, str], dict[str, tuple[Sheet, Row]]] = {}
        self.looked_up: dict[int, set[int]] = {}

    def value(self, expression: Expression, cells: Cells) -> str | None:
        """Return the first value of an expression for one row; None when it gives none."""
        values = self.values(expression, [cells])
        return values[0] if values else None

    def values(self, expression: Expression, rows: Sequence[Cells]) -> list[str]:
        """Return the distinct values of an expression over some rows, in their order; empty ones are none."""
        found: dict[str, None] = {}
        for cells in rows:
            origin = self._origin(expression, cells)
            for value in self._changed(expression, origin, cells):
                found[value] = None
        if not found and expression.otherwise is not None:
            found[FIELD.sub(lambda one: self._parameters.get(one[1], one[0]), expression.otherwise)] = None
        return list(found)

    def _origin(self, expression: Expression, cells: Cells) -> str | None:
        if expression.column is not None:
            return next((cells[key] for name in expression.column if (key := find(cells, name)) is not None), None)
        if expression.constant is not None:
            return expression.constant
        if expression.parameter is not None:
            return self._parameters.get(expression.parameter)
        if expression.template is not None:
            return self._template(expression.template, cells)
        if expression.lookup is not None:
            wanted = self.value(expression.lookup.equals, cells)
            hit = self._index(expression.lookup.source, expression.lookup.where).get(wanted or "")
            if hit is None:
                return None
            sheet, row = hit
            self.looked_up.setdefault(id(sheet), set()).add(row.number)
            return self.value(expression.lookup.take, row.cells)
        return next((value for one in expression.first_of or [] if (value := self.value(one, cells)) is not None), None)

    def _template(self, template: str, cells: Cells) -> str | None:
        """Return a template filled in; None when every place in it is empty."""
        filled: list[bool] = []

        def fill(found: re.Match[str]) -> str:
            key = find(cells, found[1])
            value = cells[key] if key is not None else self._parameters.get(found[1], "")
            filled.append(bool(value))
            return value

        text = FIELD.sub(fill, template)
        return text.strip() if any(filled) or not filled else None

    def _changed(self, expression: Expression, text: str | None, cells: Cells) -> list[str]:
        """Return what the keys of an expression make of a value, in their order."""
        if text is None or convert.is_nothing(text):
            return []
        if expression.extract is not None:
            found = re.search(expression.extract, text)
            text = next((one for one in (found.groups() or (found[0],)) if one), "") if found else ""
        if expression.cases is not None:
            branches = self._cases[expression.cases] if isinstance(expression.cases, str) else expression.cases
            text = next((one.value or "" for one in branches if re.search(one.matches, text)), None)
            if text is None:
                return []
        parts = list(convert.parts(text, expression.split)) if expression.split else [text.strip()]
        if expression.take is not None:
            parts = parts[:1] if expression.take == "first" else parts[-1:]
        if expression.map is not None:
            table = self._maps[expression.map] if isinstance(expression.map, str) else expression.map
            parts = [_mapped(table, one) for one in parts]
        if expression.dates is not None:
            parts = [_date_in(one, expression.dates) for one in parts]
        if expression.add_months is not None or expression.add_days is not None:
            parts = [_later(one, expression.add_months or 0, expression.add_days or 0) for one in parts]
        if expression.not_before is not None:
            earliest = day_of(self.value(expression.not_before, cells) or "")
            parts = [one for one in parts if earliest is None or (day := day_of(one)) is None or day >= earliest]
        parts = [one for one in parts if one]
        if expression.prefix is not None or expression.suffix is not None:
            parts = [f"{expression.prefix or ''}{one}{expression.suffix or ''}" for one in parts]
        return [one for one in parts if one and not convert.is_nothing(one)]

    def is_shared(self, expression: Expression, row: Row, own: Collection[int]) -> bool:
        """Tell whether the cell that gives a value is merged with cells of other rows than the own ones."""
        if expression.first_of is not None:
            given = next((one for one in expression.first_of if self.value(one, row.cells) is not None), None)
            return given is not None and self.is_shared(given, row, own)
        if expression.lookup is not None:
            where, wanted = expression.lookup.where, self.value(expression.lookup.equals, row.cells) or ""
            hit = self._index(expression.lookup.source, where).get(wanted)
            if hit is None:
                return False
            sheet, other = hit
            if not other.merged and expression.lookup.take.column is not None:
                return False
            alike = {one.number for one in sheet.rows if self._key(where, one.cells) == wanted}
            return self.is_shared(expression.lookup.take, other, alike)
        column = next((key for name in expression.column or [] if (key := find(row.cells, name)) is not None), None)
        return any(number not in own for number in row.merged.get(column or "", ()))

    def _index(self, source: str, where: str) -> dict[str, tuple[Sheet, Row]]:
        """Return the first row of a source for each value of a column, or of a template of columns."""
        if (source, where) not in self._indexes:
            index: dict[str, tuple[Sheet, Row]] = {}
            for sheet in self._sheets[source]:
                for row in sheet.rows:
                    key = self._key(where, row.cells)
                    if key is not None:
                        index.setdefault(key, (sheet, row))
            self._indexes[source, where] = index
        return self._indexes[source, where]

    def _key(self, where: str, cells: Cells) -> str | None:
        if FIELD.search(where):
            return self._template(where, cells)
        key = find(cells, where)
        return cells[key] if key is not None else None

    def holds(self, conditions: Iterable[Condition], cells: Cells) -> bool:
        """Tell whether a row meets all conditions."""
        return all(self._meets(one, cells) for one in conditions)

    def _meets(self, condition: Condition, cells: Cells) -> bool:
        value = self.value(condition.value, cells)
        checks = (
            condition.filled is None or (value is not None) == condition.filled,
            condition.is_in is None or value in condition.is_in,
            condition.not_in is None or value not in condition.not_in,
            condition.matches is None or (value is not None and re.search(condition.matches, value) is not None),
            condition.not_matches is None or value is None or re.search(condition.not_matches, value) is None,
        )
        return all(checks)


def day_of(text: str) -> date | None:
    """Return the one day that a cell states, as a date or as the number that Excel counts it by."""
    day = convert.one_day(text)
    if day is None and re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", text.strip()):
        return convert.serial_day(float(text))
    return day


def find(cells: Cells, name: str) -> str | None:
    """Return the key of the cell in a column, however its name is spaced; None when the cell is empty."""
    if name in cells:
        return name
    wanted = convert.header_key(name)
    return next((key for key in cells if convert.header_key(key) == wanted), None)


def _mapped(table: Mapping[str, str | None], text: str) -> str:
    plain = convert.plain(text)
    if text in table:
        return table[text] or ""
    if plain in table:
        return table[plain] or ""
    return table["*"] or "" if "*" in table else text


def _date_in(text: str, which: str) -> str:
    days = convert.days_in(text)
    if not days:
        return ""
    return (days[0] if which == "first" else max(days)).isoformat()


def _later(text: str, months: int, days: int) -> str:
    day = day_of(text)
    return convert.add_days(convert.add_months(day, months), days).isoformat() if day is not None else ""
