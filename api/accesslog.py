"""The access log: who read rows about persons, and who wrote what; only added to, each entry holding the one before.

`access/log.jsonl` of the workspace has one JSON object a line. `hash` is the SHA-256 of the entry without it, and
`previous` the hash of the entry before, so that none can be changed, taken out or put in without breaking the chain;
`access/log.head` names the last entry, so that none can be cut off at the end. Whoever can rewrite both files can still
make up another log: keep copies of the head elsewhere.

Of a workspace in an object store each entry is an object `access/log/NUMBER` there, written on the condition that there
is none of that number, so that several servers keep one chain; the two files are this machine's copy of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from graphkit.facts.bucket import Bucket
from graphkit.facts.shared import mirror_of
from graphkit.model.errors import StoreError

START = "0" * 64
"""What the first entry has in the place of a hash before it."""
_OBJECTS = "access/log/"
_HEAD = "access/head"
_AT_ONCE = 8


class AccessLog:
    """The access log of a workspace; several processes may add to it."""

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / "access" / "log.jsonl"
        self._head = workspace / "access" / "log.head"
        self._lock = threading.Lock()
        mirror = mirror_of(workspace)
        self._bucket = mirror.bucket if mirror else None

    def add(self, **content: Any) -> None:
        """Add an entry, on disk when this returns. StoreError when that cannot be done: then nothing may be told."""
        try:
            with self._writing():
                at = datetime.now(UTC).isoformat(timespec="milliseconds")
                while True:
                    if self._bucket is not None:
                        self._fetch(self._bucket)
                    number, previous = self._last()
                    entry = {"number": number + 1, "at": at, **content, "previous": previous}
                    entry["hash"] = entry_hash(entry)
                    if self._bucket is None or self._send(self._bucket, entry):
                        break  # else another server has added one meanwhile
                self._append([_text(entry)])
        except OSError as error:
            raise StoreError(f"{self._path}: the access log cannot be written: {error.strerror}") from None

    def sync(self) -> None:
        """Make the log in an object store and its copy here the same: after a restore, and before a backup."""
        if self._bucket is None:
            return
        with self._writing():
            self._fetch(self._bucket)
            there = len(self._bucket.names(_OBJECTS))
            for entry in self._copied():
                if entry["number"] > there and not self._send(self._bucket, entry):
                    raise StoreError(f"{self._bucket.address}: another server writes the access log; do it again")

    def entries(self) -> Iterator[dict[str, Any]]:
        """Give the entries, oldest first. ValueError at a line that is no entry."""
        if self._bucket is not None:
            with self._writing():
                self._fetch(self._bucket)
        yield from self._copied()

    def _copied(self) -> Iterator[dict[str, Any]]:
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
        except OSError as error:
            return [f"{self._path}: cannot be read: {error.strerror}"]
        except ValueError:
            return [f"{self._path}: entry {number + 1} cannot be read"]
        last, known = self._known_head()
        if last > number:
            return [f"{self._path}: entry {number + 1} is missing; there were {last}"]
        if last == number and number and known != previous:
            return [f"{self._path}: entry {number} is not the one that was written last"]
        return []

    def _known_head(self) -> tuple[int, str]:
        """Return number and hash of the last entry that was written, as far as that is known."""
        heads = [(0, START)]
        with suppress(OSError, ValueError, KeyError, TypeError):
            heads.append(_head(self._head.read_bytes()))
        if self._bucket is not None:
            with suppress(ValueError, KeyError, TypeError):
                heads.append(_head(self._bucket.get(_HEAD) or b""))
        return max(heads, key=lambda head: head[0])

    def _fetch(self, bucket: Bucket) -> None:
        """Add to the copy what the object store has beyond it."""
        number, _ = self._last()
        names = bucket.names(_OBJECTS, after=_object(number))
        if names:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                self._append([line for line in pool.map(bucket.get, names) if line is not None])

    def _send(self, bucket: Bucket, entry: dict[str, Any]) -> bool:
        """Write an entry to the object store; False when it has another one of that number."""
        name, text = _object(entry["number"]), _text(entry)
        # The store may have taken a write whose answer was lost: then the one there is this one.
        if bucket.put_if(name, text, None) is None and bucket.get(name) != text:
            return False
        bucket.put(_HEAD, _head_of(text))
        return True

    def _append(self, lines: list[bytes]) -> None:
        """Add entries to the file and flush them to disk; then the head names the last of them."""
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as stream:
            stream.write(b"".join(line + b"\n" for line in lines))
            stream.flush()
            os.fsync(stream.fileno())
        beside = self._head.with_suffix(".new")
        beside.write_bytes(_head_of(lines[-1]))
        beside.replace(self._head)

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


def _object(number: int) -> str:
    return f"{_OBJECTS}{number:012}"


def _head_of(line: bytes) -> bytes:
    try:
        entry = json.loads(line)
        return _text({"number": entry["number"], "hash": entry["hash"]})
    except (ValueError, KeyError, TypeError):
        raise StoreError("an entry of the access log is damaged; see graphkit verify") from None


def _head(content: bytes) -> tuple[int, str]:
    head = json.loads(content)
    return int(head["number"]), str(head["hash"])


def entry_hash(entry: dict[str, Any]) -> str:
    """Return the hash of an entry: of all that it holds but the hash itself."""
    return hashlib.sha256(_text({name: value for name, value in entry.items() if name != "hash"})).hexdigest()


def _text(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
