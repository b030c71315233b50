"""What could not be used: one line for a person, and the rejects file for whoever mends it (CONTRACT.md section 1)."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graphkit.model.chinese import said
from graphkit.model.spreadsheet import harmless


@dataclass(frozen=True, slots=True)
class Reject:
    """One thing that could not be used: where it stands, its value, and why; `content` is the whole row as JSON.

    `row` counts as a person does (in YAML it is the line, and `column` the key). Rows that all fail for one reason
    of their file share `told`, which is what a person reads instead of a line for each. `others` are what else is wrong
    with the same row, which is rejected once. `reason` is English, and is translated where it is shown.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str
    content: str | None = None
    told: Reject | None = None
    others: tuple[Reject, ...] = ()

    def named(self) -> str:
        """Return the column with its value."""
        return f"{self.column}" + ("" if self.value is None else f" = {short(self.value)}")

    def line(self, lang: str = "en") -> str:
        """Return the reject as one line for a person, in Chinese (zh) or English."""
        if self.told is not None:
            return self.told.line(lang)
        if lang == "zh":
            where = self.file + (f"，第 {self.row} 行" if self.row is not None else "")
            return f"{where}{f'，{self.named()}' if self.column else ''}：{said(self.reason, lang)}"
        row, column = ("line", "key") if self.file.endswith((".yaml", ".yml")) else ("row", "column")
        where = self.file + (f", {row} {self.row}" if self.row is not None else "")
        return f"{where}{f', {column} {self.named()}' if self.column else ''}: {self.reason}"


def things_wrong(rejects: Iterable[Reject]) -> list[Reject]:
    """Return all that is wrong with each row, in order, once where rows share it; nothing is translated for it."""
    return list({one.line(): one for reject in rejects for one in (reject, *reject.others)}.values())


def write_rejects(rejects: list[Reject], folder: Path, name: str, lang: str) -> Path:
    """Write the rejects as CSV, a row each, the reasons in `lang`, under a name that the same rejects always give.

    Of a row with several wrong values the columns name the first; its reason goes on with the others.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "row", "column", "value", "reason", "content"])
    for one in rejects:
        others = [f"{other.named()}{'：' if lang == 'zh' else ': '}{said(other.reason, lang)}" for other in one.others]
        reason = ("；" if lang == "zh" else "; ").join([said(one.reason, lang), *others])
        cells = [one.file, one.row, one.column, one.value, reason, one.content]
        writer.writerow([harmless(cell) for cell in cells])
    digest = hashlib.sha256(text.getvalue().encode()).hexdigest()[:12]
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{digest}.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def short(value: str) -> str:
    """Return a value on one line, quoted, cut where it is long."""
    line = " ".join(value.split())
    return repr(line if len(line) <= 80 else f"{line[:77]}…")
