"""A contracting process: what holds at the end of its releases, when each part was last stated, and who takes part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from graphkit.standards.ocds.merge import merged
from graphkit.standards.ocds.read import Statement
from graphkit.standards.values import iso_day, number, squeeze


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as one object names it; `key` identifies it, and is empty where nothing usable is given."""

    key: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or self.key


@dataclass(slots=True)
class Process:
    """One process. `stated` maps planning, tender, awards and contracts to the day on which each was last stated."""

    ocid: str
    data: dict[str, Any]
    last_day: date | None
    stated: dict[str, date]
    tagged: dict[str, date]
    files: list[str]
    parties: dict[str, Party] = field(default_factory=dict)

    def part(self, name: str) -> dict[str, Any]:
        """Return a section that is an object; empty when there is none."""
        value = self.data.get(name)
        return value if isinstance(value, dict) else {}

    def parts(self, name: str) -> list[dict[str, Any]]:
        """Return a section that is a list of objects."""
        return objects(self.data.get(name))

    def name_of(self, section: str, part: dict[str, Any]) -> str:
        """Return what tells a part of a list from the others: its id; of those without one, unnamed, unnamed~2 …"""
        if given := text(part.get("id")):
            return given
        unnamed = [one for one in self.parts(section) if not text(one.get("id"))]
        turn = next(turn for turn, one in enumerate(unnamed, start=1) if one is part)
        return "unnamed" if turn == 1 else f"unnamed~{turn}"

    def looked_until(self, section: str) -> date | None:
        """Return the last day on which the section was stated."""
        return self.stated.get(section)

    def party(self, value: Any) -> Party:
        """Return the organisation that an object names, or refers to among the parties."""
        one = _party(value)
        known = self.parties.get(one.key)
        return Party(one.key, known.name or one.name) if known else one


def process_of(ocid: str, statements: Sequence[Statement]) -> Process:
    """Put a process together: its last compiled release, or all its releases merged."""
    compiled = [one for one in statements if one.compiled]
    releases = [one for one in statements if not one.compiled]
    data = compiled[-1].data if compiled else merged(one.data for one in releases)
    stated: dict[str, date] = {}
    tagged: dict[str, date] = {}
    days: list[date] = []
    for one in statements:
        published = iso_day(one.published)
        if published is None:
            continue
        days.append(published)
        for section in ("planning", "tender", "awards", "contracts"):
            # A compiled release repeats what older releases said; with those at hand, they tell when.
            if one.data.get(section) and not (one.compiled and releases):
                stated[section] = max(published, stated.get(section, published))
        for tag in one.data.get("tag") or []:
            if isinstance(tag, str):
                tagged[tag] = min(published, tagged.get(tag, published))
    process = Process(ocid, data, max(days, default=None), stated, tagged, sorted({one.file for one in statements}))
    process.parties = {one.key: one for one in map(_party, process.parts("parties")) if one.key}
    return process


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; anything else counts as none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return a scalar as text, squeezed."""
    if isinstance(value, str):
        return squeeze(value)
    return "" if value is None or isinstance(value, dict | list) else str(value)


_STATUSES = {
    one.lower(): one
    for one in (
        "planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn", "pending", "terminated",
        "scheduled", "met", "notMet", "partiallyMet",
    )
} | {"canceled": "cancelled"}  # fmt: skip


def status_of(part: Mapping[str, Any]) -> str:
    """Return the status of a tender, award, contract or milestone as the codelists write it: Not Met is notMet."""
    given = text(part.get("status"))
    return _STATUSES.get("".join(one for one in given.lower() if one.isalpha()), given)


def day(value: Any) -> date | None:
    """Return the day of a date-time, as it was written (no time zone is applied)."""
    return iso_day(value) if isinstance(value, str) else None


def amount(value: Any) -> tuple[Decimal | None, str | None]:
    """Return an OCDS value's amount and currency."""
    if not isinstance(value, Mapping):
        return None, None
    return number(text(value.get("amount"))), text(value.get("currency")).upper() or None


def period_day(value: Any, name: str) -> date | None:
    """Return the start or end day of a period."""
    return day(value.get(name)) if isinstance(value, Mapping) else None


def items_with(process: Process, name: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield the objects of every list `name` (milestones, documents) with where it stands and what it belongs to."""
    for section in ("planning", "tender"):
        owner = process.part(section)
        for one in objects(owner.get(name)):
            yield section, owner, one
    for section in ("awards", "contracts"):
        for owner in process.parts(section):
            implementation = owner.get("implementation")
            inner = implementation.get(name) if isinstance(implementation, dict) else None
            for one in (*objects(owner.get(name)), *objects(inner)):
                yield section, owner, one


def _party(value: Any) -> Party:
    if isinstance(value, str):
        return Party(squeeze(value), squeeze(value))
    if not isinstance(value, Mapping):
        return Party()
    identifier = value.get("identifier")
    inner = identifier if isinstance(identifier, Mapping) else {}
    scheme, code = text(inner.get("scheme")), text(inner.get("id"))
    name = text(value.get("name")) or text(value.get("legalName")) or text(inner.get("legalName"))
    key = text(value.get("id")) or (f"{scheme}-{code}" if scheme and code else code) or name
    return Party(key, name)
