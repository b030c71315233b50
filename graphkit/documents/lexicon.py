"""Finding known names in a text: the longest name that starts at a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

import yaml

T = TypeVar("T")


class NameIndex(Generic[T]):
    """Names of two characters and more, each with what it stands for; one look-up per place in a text."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        found: dict[str, dict[str, list[T]]] = defaultdict(dict)
        for name, meaning in entries:
            meanings = found[name[:2]].setdefault(name, [])
            if meaning not in meanings:
                meanings.append(meaning)
        self._names: dict[str, list[tuple[str, list[T]]]] = {
            head: sorted(names.items(), key=lambda entry: (-len(entry[0]), entry[0])) for head, names in found.items()
        }

    def at(self, text: str, position: int) -> tuple[str, list[T]] | None:
        """Return the longest name that starts at `position` and what it may stand for, or None."""
        for name, meanings in self._names.get(text[position : position + 2], ()):
            if text.startswith(name, position):
                return name, meanings
        return None

    def all_at(self, text: str, position: int) -> list[tuple[str, list[T]]]:
        """Return every name that starts at `position`, the longest first."""
        return [
            (name, meanings)
            for name, meanings in self._names.get(text[position : position + 2], ())
            if text.startswith(name, position)
        ]

    def exact(self, name: str) -> list[T]:
        """Return what `name` as a whole may stand for."""
        return next((meanings for known, meanings in self._names.get(name[:2], ()) if known == name), [])


@cache
def rule_file(name: str) -> Any:
    """Return a file of `graphkit/documents/rules` as YAML reads it; do not change what comes back."""
    return yaml.safe_load((files("graphkit.documents") / "rules" / name).read_text(encoding="utf-8"))


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of some patterns, the longest first, so that none hides one that begins like it."""
    return "|".join(sorted(words, key=len, reverse=True))
