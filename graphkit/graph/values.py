"""What a query returns, alike from every store: plain Python values, and nodes, relationships and paths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

Value = Any
"""None, bool, int, float, str, date, datetime, time, list, dict, Node, Relationship or Path; a duration is ISO text."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node: `id` is its `id` property, unique within its label."""

    label: str
    id: str
    properties: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship; its ends are given by label and id."""

    type: str
    start: tuple[str, str]
    end: tuple[str, str]
    properties: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Path:
    """A path: its nodes in order and the relationships between them."""

    nodes: tuple[Node, ...]
    relationships: tuple[Relationship, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a query; `notices` says what a reader must know of them, such as that they were cut off.

    `advice` says where the other engine would answer differently.
    """

    columns: list[str]
    rows: list[tuple[Value, ...]]
    notices: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """Return all that is told with the rows to whoever asked."""
        return [*self.notices, *self.advice]


def plain(value: Value) -> Any:
    """Return a value as JSON has it: dates as ISO text, a node, relationship or path as an object with its parts."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, Node):
        return {"label": value.label, "id": value.id, "properties": plain(value.properties)}
    if isinstance(value, Relationship):
        start, end = ({"label": label, "id": key} for label, key in (value.start, value.end))
        return {"type": value.type, "start": start, "end": end, "properties": plain(value.properties)}
    if isinstance(value, Path):
        return {"nodes": plain(value.nodes), "relationships": plain(value.relationships)}
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    return str(value)


def duration_text(months: int, days: int, seconds: int, nanoseconds: int = 0) -> str:
    """Return a duration as ISO 8601 text, such as P1M3DT5S; P0D for none."""
    fraction = f".{abs(nanoseconds):09d}".rstrip("0") if nanoseconds else ""
    parts = [f"{months}M" if months else "", f"{days}D" if days else ""]
    clock = f"T{seconds}{fraction}S" if seconds or fraction else ""
    return f"P{''.join(parts)}{clock}" if any(parts) or clock else "P0D"
