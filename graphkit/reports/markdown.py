"""A report as Markdown (CommonMark with tables). Text of a case can never become markup, a link or a table border."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from graphkit.reports.document import (
    Bars,
    Block,
    Cell,
    Document,
    Figures,
    Flow,
    Items,
    Matrix,
    Paragraph,
    Table,
    chart_table,
    on_paper,
)
from graphkit.reports.model import Report
from graphkit.reports.outline import outline
from graphkit.reports.text import Lang, number_text, shown

_ESCAPED = {ord(character): "\\" + character for character in "\\`*_[]<>|~$"} | {ord("&"): "&amp;", ord("@"): "&#64;"}
_BEGINS_A_BLOCK = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))|^(?=[-+#=:])")
_BEGINS_A_LINK = re.compile(r"(?i)(?<=\bwww)(?=\.)|(?=:/)|(?<=\bmailto)(?=:)|(?<=\bxmpp)(?=:)")
_CELL_LIMIT = 2000


def escape(text: object, limit: int | None = _CELL_LIMIT) -> str:
    """Write a text so that Markdown shows it as it is: every character that could begin markup or a link is escaped."""
    escaped = shown(text, limit).strip().translate(_ESCAPED)
    return _BEGINS_A_BLOCK.sub(r"\1\\", _BEGINS_A_LINK.sub(r"\\", escaped))


def report_markdown(report: Report, lang: Lang) -> str:
    """Return the report as Markdown in one language."""
    document = outline(report, lang)
    lines = [f"# {escape(document.title)}", "", f"**{escape(document.subtitle)}**", ""]
    lines += [f"> ⚠ {escape(warning)}\n>" for warning in document.warnings]
    lines += ["", *(f"- {escape(label)}{_colon(lang)}{escape(value)}" for label, value in document.meta), ""]
    for section in document.sections:
        lines += [f"{'#' * (section.level + 1)} {escape(section.heading(lang))}", ""]
        for block in section.blocks:
            lines += [*_block(block, document), ""]
    lines += ["---", "", *(f"{escape(line)} \\_\\_\\_\\_\\_\\_\\_\\_\n" for line in document.signature)]
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Block, document: Document) -> list[str]:
    lang = document.lang
    match block:
        case Paragraph():
            text = escape(block.text, None)
            return [f"> ⚠ {text}" if block.tone == "warning" else f"*{text}*" if block.tone == "note" else text]
        case Figures():
            return [
                f"- **{escape(item.value)}** {escape(item.label)}"
                + (f" ({escape(item.detail)})" if item.detail else "")
                for item in block.items
            ]
        case Table():
            table = on_paper(block, lang)
            lines = _table(
                [column.title for column in table.columns], [[cell_text(cell) for cell in row] for row in table.rows]
            )
            return lines + ([f"\n*{escape(table.note)}*"] if table.note else [])
        case Matrix():
            rows = [[name, *(mark.text if mark else "" for mark in marks)] for name, marks in block.rows]
            legend = " · ".join(f"{sign} {name}" for sign, _, name in block.legend)
            return [*_table(["", *block.columns], rows), "", escape(legend), "", f"*{escape(block.note)}*"]
        case Bars() | Flow():
            return _block(chart_table(block, lang), document)
        case Items():
            lines = []
            for item in block.items:
                badges = " · ".join(text for text, _ in item.badges)
                lines += [
                    f"**{escape(item.number)} {escape(item.heading)}** \\[{escape(badges)}\\]",
                    "",
                    escape(item.sentence),
                    "",
                ]
                lines += [f"- {escape(label)}{_colon(lang)}{escape(value)}" for label, value in item.facts]
                lines.append("")
            return lines


def cell_text(cell: Cell) -> str:
    """Write a table cell as text: dates in ISO form, numbers with thousands separated, nothing for no value."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return number_text(cell) if isinstance(cell, int | Decimal) else cell


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(escape(cell) for cell in head) + " |",
        "|" + " --- |" * len(head),
        *("| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows),
    ]


def _colon(lang: Lang) -> str:
    return "：" if lang == "zh" else ": "
