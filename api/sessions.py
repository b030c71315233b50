"""Sessions of people who use the pages: a cookie names one, everything else of it stays in this process."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass

from .access import Principal

SESSION_S = 8 * 3600
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, until when (seconds of the clock), and the word that unsafe requests must repeat.

    `token` is the id of the token that the session was begun with: it ends when that is revoked.
    """

    principal: Principal
    csrf: str
    expires: float
    token: str | None


class Sessions:
    """The sessions of one server process; only hashes of their names are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, Session] = {}

    def begin(
        self, principal: Principal, expires: float | None = None, token: str | None = None
    ) -> tuple[str, Session]:
        """Begin a session; return its secret name, for the cookie, and the session."""
        name = secrets.token_urlsafe(32)
        latest = time.time() + SESSION_S
        session = Session(principal, secrets.token_urlsafe(32), min(latest, expires or latest), token)
        with self._lock:
            now = time.time()
            self._held = {key: one for key, one in self._held.items() if one.expires > now}
            while len(self._held) >= _MOST:
                del self._held[next(iter(self._held))]
            self._held[_hash(name)] = session
        return name, session

    def find(self, name: str) -> Session | None:
        """Return the session of that name; None when there is none, or when it is over."""
        with self._lock:
            session = self._held.get(_hash(name))
        return session if session is not None and session.expires > time.time() else None

    def end(self, name: str) -> None:
        """End a session; ending it again changes nothing."""
        with self._lock:
            self._held.pop(_hash(name), None)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
