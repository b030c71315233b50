"""The rows that an analyst's rule gives: its columns known and complete, its dates dates, its amounts decimal."""

from __future__ import annotations

import pyarrow as pa

from graphkit.model.errors import InputError
from graphkit.model.rule import About
from graphkit.model.rule_columns import COLUMN_KINDS, ColumnKind, columns_of

_ARROW: dict[ColumnKind, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "whole": pa.int64(),
    "amount": pa.decimal128(28, 6),
}
_SAID: dict[ColumnKind, str] = {
    "text": "text",
    "date": "a date",
    "whole": "a whole number",
    "amount": "decimal with at most 22 digits before and 6 behind the point (CAST it AS DECIMAL(28,6))",
}


def rule_rows(about: About, found: pa.Table) -> pa.Table:
    """Return the rows with every column that a rule of any sort may give, null where this one did not.

    Raises InputError when a column is missing, unknown, given twice, or of another type.
    """
    columns = columns_of(about)
    given = [name.lower() for name in found.column_names]
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise InputError(f"it gives the column {twice[0]} twice")
    if missing := columns.missing(set(given)):
        raise InputError(f"a rule about a {about} has to give the column {missing}")
    known = columns.names()
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(f"it gives a column {unknown[0]}; a rule about a {about} may give {', '.join(known)}")
    parts = {
        name: _typed(name, found.column(given.index(name)) if name in given else None, found) for name in COLUMN_KINDS
    }
    return pa.table(parts)


def _typed(name: str, column: pa.ChunkedArray | None, found: pa.Table) -> pa.ChunkedArray:
    kind = COLUMN_KINDS[name]
    target = _ARROW[kind]
    if column is None or (column.null_count == len(column) and _may_be(kind, column.type, nothing=True)):
        return pa.chunked_array([pa.nulls(found.num_rows, target)])
    try:
        if _may_be(kind, column.type):
            return column.cast(target)
    except pa.ArrowInvalid:
        pass
    raise InputError(f"its column {name} must be {_SAID[kind]}, and is {column.type}")


def _may_be(kind: ColumnKind, given: pa.DataType, *, nothing: bool = False) -> bool:
    """Say whether a column of a type can hold such values; `nothing`: it holds nulls only, as SQL types a bare NULL."""
    types = pa.types
    if types.is_null(given) or (nothing and types.is_int32(given)):
        return True
    match kind:
        case "text":
            return bool(types.is_string(given) or types.is_large_string(given) or types.is_string_view(given))
        case "date":
            return bool(types.is_date(given))
        case "whole":
            return bool(types.is_integer(given))
        case "amount":
            return bool(types.is_decimal(given) or types.is_integer(given))
