"""The one writer of a workspace in an object store: a lock object, held by a sign of life every few seconds."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime

from graphkit.facts.bucket import Bucket
from graphkit.model.errors import StoreError

NAME = "writer.lock"
LEASE_S = 30.0
"""Seconds without a sign of life after which a writer counts as dead."""
_RENEW_S = 8.0


class Lease:
    """The writer's lock of a workspace. Age is told by the store's own clock, so that no two clocks need to agree.

    A lease may end while its holder only sleeps. So it keeps writers from working in vain and tells them who holds it;
    what keeps them from overwriting each other is the condition on the manifest (graphkit.facts.shared).
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.id = secrets.token_hex(8)
        self.took_over = False
        self._tag: str | None = None
        self._beats = 0
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def acquire(self) -> None:
        """Take the lock and keep it. StoreError, saying who holds it since when, while another writer does."""
        self._tag = self._bucket.put_if(NAME, self._content(), None) or self._own_tag()
        if self._tag is None:
            self._take_over()
        self._thread.start()

    def release(self) -> None:
        """Give the lock up, if it is still held; a store that cannot be reached is told nothing, the lease runs out."""
        self._ended.set()
        self._thread.join()
        with suppress(StoreError):
            if self._own_tag() is not None:
                self._bucket.delete([NAME])

    def _take_over(self) -> None:
        found = self._bucket.get_tagged(NAME)
        if found is None:
            self._tag = self._bucket.put_if(NAME, self._content(), None)
            if self._tag is None:
                raise StoreError(f"{self._bucket.address}: another graphkit is writing here; try again when it ended")
            return
        holder = _read(found[0])
        silent = self._silent_s()
        if silent > LEASE_S:
            self._tag = self._bucket.put_if(NAME, self._content(), found[1])
            self.took_over = self._tag is not None
        if self._tag is None:
            raise StoreError(
                f"{self._bucket.address}: {holder.get('who', 'another graphkit')} is writing here since "
                f"{holder.get('since', 'a moment ago')}; try again when it has ended (if it was killed: "
                f"{LEASE_S:.0f} s after its last sign of life, which was {silent:.0f} s ago)"
            )

    def _silent_s(self) -> float:
        """Return the seconds since the lock was last written, by the store's clock."""
        last = self._bucket.written_at(NAME)
        self._bucket.put("clock", b"")
        now = self._bucket.written_at("clock")
        return (now - last).total_seconds() if last and now else 0.0

    def _keep(self) -> None:
        while self._tag is not None and not self._ended.wait(_RENEW_S):
            self._beats += 1
            with suppress(StoreError):  # the next sign of life may come through
                self._tag = self._bucket.put_if(NAME, self._content(), self._tag) or self._own_tag()

    def _own_tag(self) -> str | None:
        """Return the lock's ETag if it is this writer's: the store may have taken a write whose answer was lost."""
        found = self._bucket.get_tagged(NAME)
        return found[1] if found is not None and _read(found[0]).get("id") == self.id else None

    def _content(self) -> bytes:
        who = f"{_user()}@{socket.gethostname()} (process {os.getpid()})"
        return json.dumps({"id": self.id, "who": who, "since": self._since, "beats": self._beats}).encode()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a user without a name
        return "somebody"


def _read(content: bytes) -> dict[str, str]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
