"""The access log: who read rows about persons, and who wrote what; only added to, each entry holding the one before.

`access/log.jsonl` of the workspace has one JSON object a line. `hash` is the SHA-256 of the entry without it, and
`previous` the hash of the entry before, so that none can be changed, taken out or put in without breaking the chain;
`access/log.head` names the last entry, so that none can be cut off at the end. Whoever can rewrite both files can still
make up another log: keep copies of the head elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from graphkit.model.errors import StoreError

START = "0" * 64
"""What the first entry has in the place of a hash before it."""


class AccessLog:
    """The access log of a workspace; several processes may add to it."""

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / "access" / "log.jsonl"
        self._head = workspace / "access" / "log.head"
        self._lock = threading.Lock()

    def add(self, **content: Any) -> None:
        """Add an entry, on disk when this returns. StoreError when that cannot be done: then nothing may be told."""
        try:
            with self._writing():
                number, previous = self._last()
                at = datetime.now(UTC).isoformat(timespec="milliseconds")
                entry = {"number": number + 1, "at": at, **content, "previous": previous}
                entry["hash"] = entry_hash(entry)
                with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as stream:
                    stream.write(_text(entry) + b"\n")
                    stream.flush()
                    os.fsync(stream.fileno())
                beside = self._head.with_suffix(".new")
                beside.write_bytes(_text({"number": entry["number"], "hash": entry["hash"]}))
                beside.replace(self._head)
        except OSError as error:
            raise StoreError(f"{self._path}: the access log cannot be written: {error.strerror}") from None

    def entries(self) -> Iterator[dict[str, Any]]:
        """Give the entries, oldest first. ValueError at a line that is no entry."""
        if self._path.is_file():
            with self._path.open("rb") as stream:
                for line in stream:
                    entry = json.loads(line)
                    if not isinstance(entry, dict):
                        raise ValueError("no entry")  # noqa: TRY004 - the same for whatever the line holds
                    yield entry

    def problems(self) -> list[str]:
        """Return one line that names the first broken entry; none when the chain is whole."""
        number, previous = 0, START
        try:
            for entry in self.entries():
                number += 1
                if entry.get("number") != number or entry.get("previous") != previous:
                    return [f"{self._path}: entry {number} does not follow the one before it"]
                if entry.get("hash") != entry_hash(entry):
                    return [f"{self._path}: entry {number} was changed"]
                previous = entry["hash"]
        except (OSError, ValueError):
            return [f"{self._path}: entry {number + 1} cannot be read"]
        last, known = self._known_head()
        if last > number:
            return [f"{self._path}: entry {number + 1} is missing; there were {last}"]
        if last == number and number and known != previous:
            return [f"{self._path}: entry {number} is not the one that was written last"]
        return []

    def _known_head(self) -> tuple[int, str]:
        try:
            head = json.loads(self._head.read_bytes())
            return int(head["number"]), str(head["hash"])
        except FileNotFoundError:
            return 0, START
        except (OSError, ValueError, KeyError, TypeError):
            return 0, START

    def _last(self) -> tuple[int, str]:
        """Return number and hash of the last entry; what a killed writer left half written is taken off."""
        if not self._path.is_file():
            return 0, START
        with self._path.open("r+b") as stream:
            size = stream.seek(0, os.SEEK_END)
            tail = b""
            while size and tail.count(b"\n") < 2:
                step = min(4096, size)
                size -= step
                stream.seek(size)
                tail = stream.read(step) + tail
            if tail and not tail.endswith(b"\n"):
                stream.truncate(size + tail.rfind(b"\n") + 1)
                return self._last()
        lines = tail.splitlines()
        if not lines:
            return 0, START
        try:
            entry = json.loads(lines[-1])
            return int(entry["number"]), str(entry["hash"])
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{self._path}: the last entry is damaged; see graphkit verify") from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with FileLock(str(self._path.with_suffix(".lock")), timeout=10):
                yield


def entry_hash(entry: dict[str, Any]) -> str:
    """Return the hash of an entry: of all that it holds but the hash itself."""
    return hashlib.sha256(_text({name: value for name, value in entry.items() if name != "hash"})).hexdigest()


def _text(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
