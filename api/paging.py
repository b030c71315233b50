"""Cursors: where a list goes on, bound to its question.

A list that the facts decide goes on at a position, in the facts version that its first page was cut from (`Cursor`). A
list that people change meanwhile goes on behind the sort key of the last row that was given out (`key_cursor`).
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .errors import FieldError

Key = tuple[str, str, int, str]
"""A sort key of candidate facts: name and id of the document, the place in it, and the candidate's id."""

_NO_CURSOR = "not a cursor; take the `next` of the page before"
_OTHER = "belongs to another question; begin again without a cursor"


def digest(*parts: Any) -> str:
    """Return what changes whenever a question does."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position behind the last row given out, the facts version, and the digest of the question."""

    position: int
    version: int
    question: str

    def text(self) -> str:
        """Write the cursor as one opaque word."""
        return _word([self.position, self.version, self.question])


def read_cursor(text: str, question: str, newest: int) -> Cursor:
    """Read a cursor; FieldError when it is none, or was given out for another question."""
    try:
        position, version, own = _parts(text)
        cursor = Cursor(int(position), int(version), str(own))
    except (ValueError, TypeError):
        raise FieldError("cursor", _NO_CURSOR) from None
    if cursor.question != question or cursor.position < 0 or not 1 <= cursor.version <= newest:
        raise FieldError("cursor", _OTHER)
    return cursor


def key_cursor(key: Key, question: str) -> str:
    """Return the cursor of what comes behind the row with a sort key."""
    return _word([*key, question])


def read_key_cursor(text: str, question: str) -> Key:
    """Read the sort key behind which a list goes on; FieldError when it is none, or of another question."""
    try:
        name, document, place, identity, own = _parts(text)
        key: Key = (str(name), str(document), int(place), str(identity))
    except (ValueError, TypeError):
        raise FieldError("cursor", _NO_CURSOR) from None
    if own != question:
        raise FieldError("cursor", _OTHER)
    return key


def _word(parts: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


def _parts(text: str) -> list[Any]:
    """Take a cursor apart; ValueError when it is none."""
    found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if not isinstance(found, list):
        raise ValueError("no cursor")  # noqa: TRY004 - the same for whatever it holds
    return found
