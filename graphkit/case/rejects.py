"""What could not be used: one line for a person, and the rejects file for whoever mends it (CONTRACT.md section 1)."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Reject:
    """One thing that could not be used: where it stands, its value, and why; `content` is the whole row as JSON.

    `row` counts as a person does (in YAML it is the line, and `column` the key). Rows that all fail for one reason
    of their file share `told`, which is what a person reads instead of a line for each.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str
    content: str | None = None
    told: str | None = None

    def line(self) -> str:
        """Return the reject as one line for a person."""
        if self.told is not None:
            return self.told
        row, column = ("line", "key") if self.file.endswith((".yaml", ".yml")) else ("row", "column")
        where = self.file + (f", {row} {self.row}" if self.row is not None else "")
        if self.column is None:
            return f"{where}: {self.reason}"
        value = "" if self.value is None else f" = {short(self.value)}"
        return f"{where}, {column} {self.column}{value}: {self.reason}"


def write_rejects(rejects: list[Reject], folder: Path, name: str) -> Path:
    """Write the rejects as CSV, under a name that the same rejects always give."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "row", "column", "value", "reason", "content"])
    for one in rejects:
        cells = [one.file, one.row, one.column, one.value, one.reason, one.content]
        writer.writerow([_harmless(cell) for cell in cells])
    digest = hashlib.sha256(text.getvalue().encode()).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{digest}.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def short(value: str) -> str:
    """Return a value on one line, quoted, cut where it is long."""
    line = " ".join(value.split())
    return repr(line if len(line) <= 80 else f"{line[:77]}…")


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from reading a rejected value as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
