"""The review as an Excel sheet: out for those who review there, and their decisions back in."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils.exceptions import InvalidFileException

from graphkit.documents import archive
from graphkit.documents.review import Item, Review, Verdict, as_fields, corrected, parse_changes
from graphkit.documents.summary import kind_name, summary
from graphkit.model.errors import GraphkitError, InputError

COLUMNS = (
    "id", "document", "kind", "text", "value", "fields", "confidence", "rule", "locator", "context", "status",
    "decided_by", "decided_at", "remark", "reason", "decision", "correction", "note",
)  # fmt: skip
_TITLES = {
    "zh": (
        "编号", "文件", "类别", "原文", "取值", "字段", "可信度", "规则", "位置", "上下文", "状态", "审核人",
        "审核时间", "抽取说明", "审核意见", "决定(accept/correct/reject/undo)", "更正(字段=值; 字段=值)", "备注",
    ),
    "en": (
        "id", "document", "kind", "text", "value", "fields", "confidence", "rule", "place", "context", "status",
        "decided by", "decided at", "remark of the extraction", "reason of the decision",
        "decision (accept/correct/reject/undo)",
        "correction (field=value; field=value)", "note",
    ),
}  # fmt: skip
_VERDICTS: dict[str, Verdict] = {
    "accept": "accept", "correct": "correct", "reject": "reject", "undo": "undo",
    "接受": "accept", "更正": "correct", "拒绝": "reject", "撤销": "undo",
}  # fmt: skip
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
_MAX_BYTES = 50_000_000


def workbook(items: list[Item], lang: str) -> bytes:
    """Return an Excel workbook of candidates; the columns decision, correction and note are to be filled in."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "review"
    for column, title in enumerate(_TITLES[lang], start=1):
        _write(sheet.cell(1, column), title).font = Font(bold=True)
    for row, item in enumerate(items, start=2):
        for column, text in enumerate(_cells(item, lang), start=1):
            cell = _write(sheet.cell(row, column), text)
            cell.alignment = Alignment(
                vertical="top", wrap_text=COLUMNS[column - 1] in {"text", "value", "fields", "context"}
            )
    for letter, width in zip(
        "ABCDEFGHIJKLMNOPQR", (16, 18, 10, 30, 30, 40, 8, 16, 16, 60, 10, 12, 20, 24, 24, 16, 24, 24), strict=True
    ):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cells(item: Item, lang: str) -> list[str]:
    candidate, decision = item.candidate, item.decision
    fields = "; ".join(f"{name}={value}" for name, value in as_fields(item.value).items())
    return [
        candidate.id,
        item.document_name,
        kind_name(candidate.kind, lang),
        candidate.quote,
        summary(item.value, lang),
        fields,
        f"{candidate.confidence:.2f}",
        candidate.rule,
        candidate.locator,
        item.context,
        item.status,
        decision.person if decision else "",
        decision.decided_at if decision else "",
        candidate.note or "",
        (decision.note if decision else None) or "",
        # Whoever decides fills in the rest; what others wrote is not theirs.
        "",
        "",
        "",
    ]


def _write(cell: Cell, text: str) -> Cell:
    """Write text as text, whatever it begins with: nothing from a document may become a formula."""
    cell.value = _ILLEGAL.sub("\ufffd", text)[:_LONGEST]
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@", "\t", "\r"))
    return cell


def import_decisions(review: Review, path: Path, person: str) -> dict[str, int]:
    """Record the decisions that a workbook holds: all of them, or none. Return how many of each verdict.

    InputError naming the row for a workbook that cannot be read, an unknown candidate, decision or field.
    """
    decisions = []
    counts: dict[str, int] = dict.fromkeys(("accept", "correct", "reject", "undo"), 0)
    known = {item.candidate.id: item for item in review.items()}
    for row, cells in _rows(path):
        word = cells["decision"].strip().lower()
        if not word:
            continue
        verdict = _VERDICTS.get(word)
        try:
            if verdict is None:
                raise InputError(f"'{word}' is no decision; there are accept, correct, reject, undo")
            if cells["id"] not in known:
                raise InputError(f"there is no candidate '{cells['id']}' in this review")
            changes = parse_changes(cells["correction"]) if verdict == "correct" else None
            if changes is not None:
                corrected(known[cells["id"]].value, changes)
        except GraphkitError as error:
            raise InputError(f"{path.name}: row {row}: {error}") from None
        decisions.append((cells["id"], verdict, changes, cells["note"].strip() or None))
        counts[verdict] += 1
    review.decide_all(decisions, person)
    return counts


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_BYTES:
        raise InputError(f"{path.name}: more than {_MAX_BYTES:,} bytes are not read")
    archive.check(data, path.name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    except (InvalidFileException, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path.name}: not an Excel workbook: {' '.join(str(error).split())[:200]}") from None
    lines = book.worksheets[0].iter_rows(values_only=True)
    header = [str(cell or "") for cell in next(lines, ())]
    places = _places(header, path.name)
    rows = [
        (number, {name: _text(line, place) for name, place in places.items()})
        for number, line in enumerate(lines, start=2)
    ]
    book.close()
    return rows


def _places(header: list[str], name: str) -> dict[str, int]:
    places = {}
    for column in ("id", "decision", "correction", "note"):
        index = COLUMNS.index(column)
        titles = {column, _TITLES["zh"][index], _TITLES["en"][index]}
        found = [place for place, title in enumerate(header) if title.strip() in titles]
        if len(found) != 1:
            raise InputError(f"{name}: row 1: there must be one column '{column}'; export the sheet again")
        places[column] = found[0]
    return places


def _text(line: tuple[Any, ...], place: int) -> str:
    cell = line[place] if place < len(line) else None
    return "" if cell is None else str(cell)
