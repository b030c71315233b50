"""Passages of a case's documents: where a locator points, with the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from graphkit.documents import read_document
from graphkit.gaps import Evaluation
from graphkit.model.errors import GraphkitError
from graphkit.reports.queries import query, rows

_SPAN = re.compile(r"\bchars?\s+(\d{1,18})\s*[-–]\s*(\d{1,18})\s*$")
_AROUND = 160


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with the text before and after it; `start` and `end` are characters of the document's original."""

    before: str
    quote: str
    after: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the documents table, and its file where the workspace keeps one."""

    id: str
    title: str | None
    number: str | None
    issuer: str | None
    file: Path | None


def sources(evaluation: Evaluation) -> dict[str, Source]:
    """Return the documents that count, by every name by which rows may cite them."""
    folder = evaluation.facts.documents_folder(evaluation.case.id)
    return {
        row["name"]: Source(row["id"], row["title"], row["number"], row["issuer"], file_in(folder, row["file"]))
        for row in rows(evaluation, query("named_documents"))
    }


def file_in(folder: Path, name: str | None) -> Path | None:
    """Return a file that lies in the folder of a case's documents; None when there is none of that name."""
    if not name:
        return None
    path = folder / name.removeprefix("documents/")
    inside = path.resolve().is_relative_to(folder.resolve())
    return path if inside and path.is_file() else None


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: `id` tells it from every other content, `text` is the original."""

    id: str
    text: str


def content_of(path: Path) -> Content | None:
    """Return a document as it was read; None when it cannot be read."""
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=32)
def _read(path: Path, changed_ns: int) -> Content | None:
    try:
        document = read_document(path)
    except (GraphkitError, OSError):
        return None
    return Content(document.id, document.text.raw)


def passage(text: str, locator: str | None, quote: str | None) -> Passage | None:
    """Return the passage that a locator or else a quote points at; None when the text has no such place."""
    start, end = -1, -1
    if locator and (span := _SPAN.search(locator)):
        start, end = int(span[1]), int(span[2])
    elif quote and (found := text.find(quote)) >= 0:
        start, end = found, found + len(quote)
    if not 0 <= start < end <= len(text):
        return None
    return Passage(text[max(start - _AROUND, 0) : start], text[start:end], text[end : end + _AROUND], start, end)
