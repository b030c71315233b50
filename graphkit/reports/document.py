"""A report as a document in one language: sections of paragraphs, tables and lists, the same for every format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from graphkit.reports.text import Lang

Cell = str | int | Decimal | date | None
ColumnKind = Literal["text", "number", "money", "date"]


@dataclass(frozen=True)
class Column:
    """One column of a table; `weight` is its share of the width."""

    title: str
    kind: ColumnKind = "text"
    weight: int = 2


PAPER_ROWS = 200
"""Rows of a table that formats for reading show where it does not say itself; a workbook has them all."""


@dataclass(frozen=True)
class Table:
    """Rows under columns. `name` is short (a sheet's name); `note` says what was left out or how to read it.

    `in_workbook` is false for a table whose rows a workbook has in another sheet already; `paper_rows` is how many of
    its rows formats for reading show.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str | None = None
    in_workbook: bool = True
    paper_rows: int = PAPER_ROWS


def on_paper(table: Table, lang: Lang) -> Table:
    """Return a table as formats for reading show it: its first rows, and a note on how many more there are."""
    left = len(table.rows) - table.paper_rows
    if left <= 0:
        return table
    said = f"其余{left:,}行见 Excel 版。" if lang == "zh" else f"{left:,} more rows are in the Excel report."
    return replace(table, rows=table.rows[: table.paper_rows], note=f"{table.note} {said}" if table.note else said)


@dataclass(frozen=True)
class Matrix:
    """A heat map as a table: each cell has a sign and a tone for the worst state, and how many of how many are done."""

    name: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[MatrixMark | None]]]
    legend: Sequence[tuple[str, str, str]]
    note: str


@dataclass(frozen=True)
class MatrixMark:
    """One cell of a heat map: `text` is what is read, `tone` how it is coloured, `detail` the count of every state."""

    text: str
    tone: str
    detail: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; `tone` warning is shown so that nobody misses it, note is small."""

    text: str
    tone: Literal["plain", "warning", "note"] = "plain"


@dataclass(frozen=True)
class Figure:
    """One number that matters, with what it counts."""

    value: str
    label: str
    tone: str = "plain"
    detail: str = ""


@dataclass(frozen=True)
class Figures:
    """The numbers at the head of a report."""

    items: Sequence[Figure]


def numbered(number: str, text: str, lang: Lang) -> str:
    """Return a text behind its number; Chinese numbers end in a mark of their own and take no space."""
    return number + ("" if lang == "zh" else " ") + text


@dataclass(frozen=True)
class Item:
    """One gap or finding told in full: a heading, one sentence, and facts as label and value."""

    number: str
    heading: str
    badges: Sequence[tuple[str, str]]
    sentence: str
    facts: Sequence[tuple[str, str]]
    anchor: str


@dataclass(frozen=True)
class Items:
    """A list of items."""

    items: Sequence[Item]


@dataclass(frozen=True)
class Bars:
    """A chart of bars: each row is one bar, split into parts; `parts` are name and tone of each part."""

    name: str
    title: str
    parts: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, Sequence[int]]]


@dataclass(frozen=True)
class Link:
    """A band of a flow chart from one column to another, with its amount as text."""

    source: int
    target: int
    amount: Decimal
    label: str


@dataclass(frozen=True)
class Flow:
    """A chart of money that goes from level to level; `kept` is what stays at a level longer than it should.

    `undrawn` is what the chart has no place for, from where to where; as a table it is there.
    """

    name: str
    title: str
    levels: Sequence[str]
    links: Sequence[Link]
    kept: Sequence[Decimal]
    kept_labels: Sequence[str]
    undrawn: Sequence[tuple[str, str, Decimal]] = ()


def chart_table(chart: Bars | Flow, lang: Lang) -> Table:
    """Return a chart's numbers as a table, for formats that hold no pictures."""
    zh = lang == "zh"
    if isinstance(chart, Bars):
        columns = [Column(""), *(Column(name, "number") for name, _ in chart.parts)]
        return Table(chart.name, columns, [(label, *values) for label, values in chart.rows], chart.title)
    kept = [(chart.levels[at], "滞留" if zh else "held up", amount) for at, amount in enumerate(chart.kept) if amount]
    moved = [(chart.levels[one.source], chart.levels[one.target], one.amount) for one in chart.links]
    moved += chart.undrawn
    columns = [
        Column("从" if zh else "From"),
        Column("到" if zh else "To"),
        Column("金额" if zh else "Amount", "money"),
    ]
    return Table(chart.name, columns, [*moved, *kept], chart.title)


Block = Paragraph | Table | Matrix | Figures | Items | Bars | Flow


@dataclass
class Section:
    """A numbered section; `level` 1 is 一、 or 1., level 2 （一） or 1.1."""

    level: int
    number: str
    title: str
    blocks: list[Block] = field(default_factory=list)

    def heading(self, lang: Lang) -> str:
        """Return the number and the title: 一、概况 or 1. Overview."""
        return numbered(self.number, self.title, lang)


@dataclass(frozen=True)
class Document:
    """A whole report in one language.

    `meta` are label and value pairs under the title; `contents` is how deep the table of contents goes.
    """

    lang: Lang
    title: str
    subtitle: str
    meta: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    sections: Sequence[Section]
    signature: Sequence[str]
    contents: int = 2
