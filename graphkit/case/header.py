"""The header of a table file: its cells as the names of columns, however they are written."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from graphkit.model.tables import Table

INTERNAL = ("_row", "_column", "_value", "_reason", "_again", "_first")
"""Names that the checks use themselves; a file's column of such a name is kept under another one."""

_UNSEEN = ("Cc", "Cf")


def plain(cell: str) -> str:
    """Return a header cell without what the eye does not see: width, outer space, control and format characters."""
    words = unicodedata.normalize("NFKC", cell).split()
    return " ".join("".join(one for one in word if unicodedata.category(one) not in _UNSEEN) for word in words).strip()


def known_columns(cells: Sequence[str], table: Table) -> int:
    """Count how many of the table's columns the cells name."""
    return len({plain(cell).casefold() for cell in cells} & {name.casefold() for name in table.column_names})


def column_names(cells: Sequence[str], table: Table) -> list[str]:
    """Return a name for each cell, no two alike (DuckDB does not tell ID from id): CONTRACT.md's where it is meant.

    A cell without text gives `column 4`; what is there a second time gets (2) behind it.
    """
    known = {name.casefold(): name for name in table.column_names}
    seen = {name.casefold() for name in INTERNAL}
    names = []
    for number, cell in enumerate(cells, start=1):
        base = name = known.get(plain(cell).casefold(), plain(cell)) or unnamed(number)
        count = 1
        while name.casefold() in seen:
            count += 1
            name = f"{base} ({count})"
        seen.add(name.casefold())
        names.append(name)
    return names


def unnamed(number: int) -> str:
    """Return the name of a column whose header cell is empty."""
    return f"column {number}"


def header_problem(names: Sequence[str], table: Table) -> tuple[str, str] | None:
    """Return what makes a header useless, as the column and the reason; None where every row can be read."""
    twice = [name for name in table.column_names if f"{name} (2)" in names]
    if twice:
        return twice[0], "is there twice; keep one of them"
    required = [column.name for column in table.columns if column.required]
    missing = [name for name in required if name not in names]
    if missing and len(missing) == len(required):
        return missing[0], f"is missing, as are all the others that are needed ({', '.join(required)}); no header?"
    if missing:
        more = f" (and so is {', '.join(missing[1:])})" if missing[1:] else ""
        return missing[0], f"is missing{more}"
    return None
