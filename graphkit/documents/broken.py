"""Names of offices and regions with a blank or the end of a line in them (市审 计局): where that blank stands."""

from __future__ import annotations

import re
from collections.abc import Iterable

from graphkit.documents.lexicon import NameIndex

_BREAK = re.compile(r"(?<=[\u3400-\u9fff])(?:[ \t]{1,2}|[ \t]?\n[ \t]{0,2})(?=[\u3400-\u9fff])")
_LONGEST = 16
_SHORTEST = 3
_LINE = 4  # a line that goes on in the next one has so many characters at least


class BrokenNames:
    """Finds the blanks that stand inside one of the names it was given."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = NameIndex((name, name) for name in names if _SHORTEST <= len(name) <= _LONGEST)

    def breaks(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of the blanks that stand inside a name, in order."""
        return [one.span() for one in _BREAK.finditer(text) if self._inside(text, *one.span())]

    def _inside(self, text: str, start: int, end: int) -> bool:
        line = text.rfind("\n", 0, start) + 1
        if "\n" in text[start:end] and start - line < _LINE:
            return False
        first = max(line, start - _LONGEST)
        joined = text[first:start] + text[end : end + _LONGEST]
        cut = start - first
        return any(at + len(name) > cut for at in range(cut) for name, _ in self._names.all_at(joined, at))


def without(text: str, breaks: Iterable[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return the text without some spans, and where each of its characters stood."""
    gone = {place for start, end in breaks for place in range(start, end)}
    places = [place for place in range(len(text)) if place not in gone]
    return "".join(text[place] for place in places), places
