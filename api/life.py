"""Which server processes live: each holds a lock that the system lets go when the process ends, however it ends."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from graphkit.model.errors import StoreError


class Life:
    """The life of one server on a workspace, in `access/running`; others see by its name whether it still runs."""

    def __init__(self, workspace: Path) -> None:
        self._folder = workspace / "access" / "running"
        self._name = secrets.token_hex(8)
        self._lock = FileLock(str(self._path(self._name)), thread_local=False)
        self._once = threading.Lock()

    def name(self) -> str:
        """Return what this server is called, from now on seen to live. StoreError when that cannot be written."""
        with self._once:
            if not self._lock.is_locked:
                try:
                    self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    self._lock.acquire(timeout=0)
                except OSError as error:
                    raise StoreError(f"{self._folder}: cannot be written: {error.strerror}") from None
        return self._name

    def lives(self, name: str) -> bool:
        """Whether the server of that name still runs."""
        if name == self._name:
            return True
        if not self._path(name).is_file():
            return False
        try:
            with FileLock(str(self._path(name)), timeout=0):
                self._path(name).unlink(missing_ok=True)
        except Timeout:
            return True
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be read: {error.strerror}") from None
        return False

    def end(self) -> None:
        """Let go, as the end of the process would."""
        if self._lock.is_locked:
            self._path(self._name).unlink(missing_ok=True)
            self._lock.release()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"
