"""What a spreadsheet makes of the cells of a CSV file."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet reads as a formula: such a text behind an apostrophe. Numbers stay numbers."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
