"""Where a page begins and ends; further pages are cut from the facts version of the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .evaluations import Question
from .paging import Cursor, digest, read_cursor
from .server import Server


def start(
    server: Server, question: Question, cursor: str | None, limit: int, what: str, asked: Any
) -> tuple[Question, int, int]:
    """Return the question as of the cursor's facts version, the position of the page, and its size."""
    size = min(limit, server.settings.page_limit_rows)
    if cursor is None:
        return question, 0, size
    found = read_cursor(cursor, _digest(question, what, asked), question.version)
    return (
        replace(question, snapshot=server.snapshots.at(question.snapshot.commit_of(question.case, found.version))),
        found.position,
        size,
    )


def next_cursor(question: Question, position: int, total: int, what: str, asked: Any) -> str | None:
    """Return the cursor of the page that begins at a position; None when there is none."""
    if position >= total:
        return None
    return Cursor(position, question.version, _digest(question, what, asked)).text()


def _digest(question: Question, what: str, asked: Any) -> str:
    return digest(what, question.key[1:], asked)
