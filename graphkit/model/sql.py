"""Names and texts as SQL has them."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """Quote a name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | list[str] | None) -> str:
    """Write a text, a list of texts or nothing (of a text's type)."""
    if value is None:
        return "CAST(NULL AS VARCHAR)"
    if isinstance(value, list):
        return f"CAST([{listed(value)}] AS VARCHAR[])"
    return "'" + value.replace("'", "''") + "'"


def listed(values: Iterable[str]) -> str:
    """Write texts one after the other, as stands in IN (…) or [ … ]."""
    return ", ".join(map(literal, values))
