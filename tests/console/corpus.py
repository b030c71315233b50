"""The attack corpus of attacks.yaml as Python values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("attacks.yaml")


@dataclass(frozen=True)
class Attack:
    """One query; `answer` is what a harmless one gives, `only` the one store that can read it."""

    kind: str
    query: str
    params: dict[str, Any] = field(default_factory=dict)
    answer: Any = None
    only: str | None = None

    @property
    def name(self) -> str:
        """What the test is called."""
        return f"{self.kind}: {self.query[:60]!r}"


def attacks(part: str) -> list[Attack]:
    """Return the attacks of a part of the corpus: refused, bounded or data."""
    found = yaml.safe_load(_FILE.read_text(encoding="utf-8"))[part]
    groups = found.items() if isinstance(found, dict) else [(part, found)]
    return [_attack(kind, one) for kind, listed in groups for one in listed]


def _attack(kind: str, given: str | dict[str, Any]) -> Attack:
    if isinstance(given, str):
        return Attack(kind, given)
    values = dict(given)
    query = values.pop("query")
    if nested := values.pop("nested", None):
        opening, closing, times = nested
        query = query.replace("{nested}", opening * times + "1" + closing * times)
    return Attack(kind, query, **values)
