"""Cursors: where a list goes on, bound to the question and to the facts version that its first page was cut from."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from .errors import FieldError


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
        raw = json.dumps([self.position, self.version, self.question]).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: str, question: str, newest: int) -> Cursor:
    """Read a cursor; FieldError when it is none, or was given out for another question."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        position, version, own = json.loads(raw)
        cursor = Cursor(int(position), int(version), str(own))
    except (ValueError, TypeError, binascii.Error):
        raise FieldError("cursor", "not a cursor; take the `next` of the page before") from None
    if cursor.question != question or cursor.position < 0 or not 1 <= cursor.version <= newest:
        raise FieldError("cursor", "belongs to another question; begin again without a cursor")
    return cursor
