"""A mention of an agency or a region in running text, and what has been read before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from graphkit.documents.places import Said


@dataclass(frozen=True, slots=True)
class Mention:
    """An agency or a region as the cleaned text names it. `id` None: not known, or doubtful (then `candidates`)."""

    start: int
    end: int
    kind: Literal["agency", "region"]
    name: str
    id: str | None
    level: str | None
    region: str | None
    explanation: str
    confidence: float
    rule: str
    generic: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading(Said):
    """What the text has said so far, with the last agency and the short names that it has brought in."""

    last: Mention | None = None
    last_place: Mention | None = None
    corps: bool = False
    head_bank: str | None = None
    banks: set[str] = field(default_factory=set)
    banks_to: int = 0
    other_banks: bool = False
    called: dict[str, dict[str, Mention]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Where:
    """The territory of an agency and why it is that one."""

    code: str | None
    level: str | None
    why: str
    confidence: float
    rule: str
    candidates: tuple[str, ...] = ()
