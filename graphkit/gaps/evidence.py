"""The facts behind listed gaps, each with its document, locator, and the passage that it points at."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from graphkit.gaps.evaluate import Computation
from graphkit.gaps.statements import statements
from graphkit.model.errors import InputError
from graphkit.model.gap import Evidence

_SPAN = re.compile(r"^\s*chars?\s+(\d{1,18})\s*[-–]\s*(\d{1,18})\s*$")
_LINES = re.compile(r"^\s*lines?\s+(\d{1,18})(?:\s*[-–]\s*(\d{1,18}))?\s*$")
_TEXT_LIMIT = 20_000_000


def evidence_of(computation: Computation, quotes: Quotes) -> dict[str, list[Evidence]]:
    """Return the evidence of each gap in the table `listed`; deliveries up to the first 100 by id."""
    found: dict[str, dict[tuple[str | None, ...], Evidence]] = {}

    def add(gap: str, row: str | None, source: str | None, locator: str | None, note: str | None) -> None:
        quote = quotes.quote(source, locator) or note
        of_gap = found.setdefault(gap, {})
        if (key := (source, locator, quote, row)) not in of_gap:
            of_gap[key] = Evidence(document=source, locator=locator, quote=quote, id=row)

    for gap, _, _, row, source, locator, note in computation.run(statements("collect/evidence")):
        add(gap, row, source, locator, note)
    for (kind,) in computation.run("SELECT DISTINCT kind FROM listed WHERE about = 'delivery' ORDER BY 1"):
        for gap, row, source, locator in computation.deliveries_behind(kind):
            add(gap, row, source, locator, None)
    return {gap: list(of_gap.values()) for gap, of_gap in found.items()}


class Quotes:
    """Passages of the case's text documents by locator.

    `chars A-B` counts characters of the original, from 0, the end excluded; `line N` and `lines A-B` count from 1.
    """

    def __init__(self, computation: Computation) -> None:
        self._folder = computation.facts.documents_folder(computation.case.id)
        self._files = dict(computation.run("SELECT id, file FROM documents WHERE file IS NOT NULL ORDER BY id"))

    def quote(self, source: str | None, locator: str | None) -> str | None:
        """Return the passage that a locator points at; None where the document is not a text or has no such place."""
        if not source or not locator:
            return None
        name = self._files.get(source, source).removeprefix("documents/")
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder.resolve()) or not path.name.endswith(".txt"):
            return None
        text = _text(path, _changed_ns(path))
        if text is None:
            return None
        if span := _SPAN.match(locator):
            return text[int(span[1]) : int(span[2])] or None
        if lines := _LINES.match(locator):
            first, last = int(lines[1]), int(lines[2] or lines[1])
            return "\n".join(text.splitlines()[max(first - 1, 0) : last]) or None
        return None


def _changed_ns(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


@lru_cache(maxsize=64)
def _text(path: Path, changed_ns: int | None) -> str | None:
    """Return the text of a file as `graphkit ingest` reads it; `changed_ns` tells one content of it from the next."""
    try:
        if path.stat().st_size > _TEXT_LIMIT:
            return None
        data = path.read_bytes()
        if b"\0" not in data:
            with suppress(UnicodeDecodeError):
                return data.decode("utf-8-sig")
        from graphkit.documents.encoding import decode  # noqa: PLC0415  (0.4 s: all that reads documents comes with it)

        return decode(data, path.name)[0]
    except (OSError, InputError):
        return None
