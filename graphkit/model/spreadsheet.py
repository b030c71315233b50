"""What a spreadsheet makes of the cells of a CSV file."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def one_cell(value: Any) -> Any:
    """Return a value as one cell: a list joined by `;`, amounts by currency as `CNY 1200.00;USD 3.00`."""
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, dict):
        return ";".join(f"{key} {one}" for key, one in sorted(value.items()))
    return value


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet reads as a formula: such a text behind an apostrophe. Numbers stay numbers."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
