"""The folder that mirrors a workspace in an object store, and how what is written in it is published.

In the store, `manifest.json` names every file of the workspace with its hash and size, and `objects/HASH` is its
content. A writer holds the lease, works in its mirror, uploads what is new, and last of all replaces the manifest, on
the condition that it is still the one that it began from. So a reader sees all of a change or nothing of it, and a
writer whose lease ran out cannot publish: who took the lease over has replaced the manifest before anything else.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from graphkit.facts.bucket import Bucket, UnchangedError
from graphkit.facts.lease import Lease
from graphkit.model.errors import StoreError

FORMAT = 1
"""The form of a manifest; a change that an older graphkit cannot read makes it one higher."""
OWN_FOLDERS = ("graph", "jobs")
"""Folders that are made from the facts, or are one server's alone, and so kept in no backup and no object store."""
_OWN = ("access/log.", "access/answers.", "access/running/")
"""How the paths of files begin that are not shared: the copy of the access log, one server's answers and its life."""
_PASSING = (".tmp", ".new", ".lock", ".sqlite-journal")
"""How the names of files end that are only there while something is written."""
_MANIFEST = "manifest.json"
_AT_ONCE = 8
_TRIES = 5

Publish = Callable[[Mapping[Path, Path]], None]
"""Makes what was written visible to all; takes the files that are to appear under a name (key) once it is."""


_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the manifest, as it stands in the mirror: SHA-256, bytes, and when it was changed (0: is not there)."""

    sha256: str
    size: int
    changed_ns: int = 0


@dataclass(slots=True)
class _State:
    """A manifest: how often it was replaced, and its files by path. `tag` is its ETag; None while there is none."""

    tag: str | None = None
    generation: int = 0
    files: dict[str, _File] = field(default_factory=dict)


def kept_files(workspace: Path) -> Iterator[Path]:
    """Give the files of a workspace that cannot be made again, sorted."""
    for path in sorted(workspace.rglob("*")):
        top = path.relative_to(workspace).parts[0]
        passing = top != "documents" and path.name.endswith(_PASSING)
        hidden = top.startswith(".") or path.name.startswith(".")
        if top not in OWN_FOLDERS and not passing and not hidden and path.is_file():
            yield path


class Mirror:
    """A folder that mirrors the workspace in a bucket. Its methods raise StoreError as those of Bucket do."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        self.folder = folder
        self.bucket = bucket
        self.address = bucket.address
        self._refreshed_at = float("-inf")
        self._looked_through = False

    def refresh(self, at_most_every_s: float = 0.0) -> None:
        """Bring the folder up to the store, unless that was done so short a time ago."""
        if time.monotonic() - self._refreshed_at >= at_most_every_s:
            with self.locked():
                self._refresh()

    @contextmanager
    def writing(self) -> Iterator[Publish]:
        """Be the one writer; see graphkit.facts.shared.writing."""
        lease = Lease(self.bucket)
        lease.acquire()
        try:
            if lease.took_over:
                self._shut_out_predecessor(lease)
            with self.locked():
                begun = self._refresh()
                self._drop_unpublished_facts(begun)
            writer = _Writer(self, begun, lease.id)
            try:
                yield writer.publish
                writer.publish({})
            except BaseException:
                writer.take_back()
                raise
        finally:
            lease.release()

    def damaged(self) -> list[str]:
        """Read every object; return a line for each that is lost or changed, and put right what the folder has."""
        with self.locked():
            state = self._refresh()

            def look(item: tuple[str, _File]) -> str | None:
                path, file = item
                content = self.bucket.get(f"objects/{file.sha256}")
                if content is None:
                    return f"{self.address}: {path}: its object {file.sha256} is missing"
                if hashlib.sha256(content).hexdigest() != file.sha256:
                    return f"{self.address}: {path}: its object {file.sha256} is not what was written"
                if not (self.folder / path).is_file() or _sha256(self.folder / path) != file.sha256:
                    self._place(path, content)
                return None

            return [line for line in _at_once(look, sorted(state.files.items())) if line is not None]

    # The mirror

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process, and one thread of it, at a time brings the mirror up to the store."""
        try:
            with FileLock(str(self.folder / ".shared" / "mirror.lock")):
                yield
        except OSError as error:
            raise StoreError(f"{self.folder}: the mirror of {self.address} cannot be written: {error}") from None

    def _refresh(self) -> _State:
        before = self._read_state()
        for _ in range(_TRIES):
            try:
                now = self._manifest(before.tag)
            except UnchangedError:
                now = _State(before.tag, before.generation, dict(before.files))
            wanted = [
                path
                for path, file in now.files.items()
                if path not in before.files or before.files[path].sha256 != file.sha256 or self._lost(path, file)
            ]
            if self._fetch(now, wanted, before):
                break
            before = _State(None, 0, before.files)  # an object is gone, so the manifest was replaced meanwhile
        else:
            raise StoreError(f"{self.address}: lacks a file that its manifest names; restore it from a backup")
        for path in before.files.keys() - now.files.keys():
            (self.folder / path).unlink(missing_ok=True)
        for path, file in before.files.items():
            if path in now.files and not now.files[path].changed_ns:
                now.files[path] = file
        if now != before:
            self.write_state(now)
        self._refreshed_at, self._looked_through = time.monotonic(), True
        return now

    def _lost(self, path: str, file: _File) -> bool:
        """Whether the mirror lacks a file, looked up once a process; facts never change, so their size tells, too."""
        if self._looked_through:
            return False
        try:
            size = (self.folder / path).stat().st_size
        except FileNotFoundError:
            return True
        return path.startswith("facts/") and size != file.size

    def _fetch(self, state: _State, paths: list[str], before: _State) -> bool:
        """Download files, those last that make others visible; False when one is gone from the store."""

        def fetch(path: str) -> bool:
            content = self.bucket.get(f"objects/{state.files[path].sha256}")
            if content is None:
                return False
            if hashlib.sha256(content).hexdigest() != state.files[path].sha256:
                raise StoreError(f"{self.address}: {path} is damaged; restore it from a backup")
            state.files[path] = self._place(path, content)
            return True

        commits = sorted(path for path in paths if path.startswith("facts/commits/"))
        logs = [path for path in paths if "/_delta_log/" in path]
        rest = [path for path in paths if path not in {*commits, *logs}]
        return all(all(_at_once(fetch, group)) for group in (rest, logs, *[[one] for one in commits]))

    def _place(self, path: str, content: bytes) -> _File:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = self.folder / ".shared" / f"{os.getpid()}-{threading.get_ident()}.part"
        mode = 0o600 if path.startswith("access/") else 0o666
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
            stream.write(content)
        beside.replace(target)
        return _File(hashlib.sha256(content).hexdigest(), len(content), target.stat().st_mtime_ns)

    def _drop_unpublished_facts(self, state: _State) -> None:
        """Remove what a writer in this mirror left that was killed, or could not publish."""
        for path in sorted((self.folder / "facts").rglob("*")):
            if path.is_file() and path.relative_to(self.folder).as_posix() not in state.files:
                path.unlink()

    # The manifest

    def _manifest(self, unless: str | None = None) -> _State:
        found = self.bucket.get_tagged(_MANIFEST, unless)
        if found is None and unless is not None:
            raise StoreError(
                f"{self.address}: {_MANIFEST} is gone; restore it from a backup (if it was meant to go, remove the "
                f"mirror {self.folder} too)"
            )
        if found is None:
            return _State()
        try:
            read = json.loads(found[0])
            if read["format"] > FORMAT:
                raise StoreError(
                    f"{self.address}: written by a newer graphkit (format {read['format']}; this one knows {FORMAT}); "
                    "use that one, or update this one"
                )
            files = {path: _File(*entry) for path, entry in read["files"].items()}
            return _State(found[1], read["generation"], files)
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{self.address}: {_MANIFEST} cannot be read; restore it from a backup") from None

    def replace_manifest(self, state: _State, tag: str | None, writer: str) -> str:
        """Write a manifest in the place of the one with an ETag; return the new ETag. StoreError when it is not there.

        A store may have taken a write whose answer was lost: then the manifest there is this one.
        """
        if tag is None:
            self.bucket.require_conditions()
        content = json.dumps(
            {
                "format": FORMAT,
                "generation": state.generation,
                "writer": writer,
                "files": {path: [file.sha256, file.size] for path, file in sorted(state.files.items())},
            },
            ensure_ascii=False,
        ).encode()
        new = self.bucket.put_if(_MANIFEST, content, tag)
        if new is None:
            found = self.bucket.get_tagged(_MANIFEST)
            if found is None or found[0] != content:
                raise StoreError(
                    f"{self.address}: nothing was changed: another writer took over, since this one gave no sign of "
                    "life for too long; do it again"
                )
            new = found[1]
        return new

    def _shut_out_predecessor(self, lease: Lease) -> None:
        """Replace the manifest, so that a writer whose lease ran out cannot, and delete what it left."""
        for attempt in range(_TRIES):
            state = self._manifest()
            state.generation += 1
            try:
                self.replace_manifest(state, state.tag, lease.id)
                break
            except StoreError:
                if attempt == _TRIES - 1:
                    raise
        named_ = {f"objects/{file.sha256}" for file in state.files.values()}
        self.bucket.delete([name for name in self.bucket.names("objects/") if name not in named_])

    # What this mirror has

    def _read_state(self) -> _State:
        try:
            read = json.loads((self.folder / ".shared" / "state.json").read_text(encoding="utf-8"))
            files = {path: _File(*entry) for path, entry in read["files"].items()}
            return _State(read["tag"], read["generation"], files)
        except (OSError, ValueError, KeyError, TypeError):
            return _State()  # a new mirror, or one whose state was lost: everything is fetched

    def write_state(self, state: _State) -> None:
        """Keep what the mirror holds now."""
        beside = self.folder / ".shared" / "state.new"
        files = {path: [file.sha256, file.size, file.changed_ns] for path, file in state.files.items()}
        beside.write_text(json.dumps({"tag": state.tag, "generation": state.generation, "files": files}))
        beside.replace(self.folder / ".shared" / "state.json")


class _Writer:
    """What one writer has changed since the manifest that it began from."""

    def __init__(self, mirror: Mirror, begun: _State, writer: str) -> None:
        self._mirror = mirror
        self._state = begun
        self._writer = writer

    def publish(self, placed: Mapping[Path, Path]) -> None:
        """Upload what is new and replace the manifest; `placed` are files (value) that will get a name (key)."""
        mirror, files = self._mirror, dict(self._state.files)
        new: dict[str, Path] = {}
        for path, source in self._changed(placed):
            stat = source.stat()
            sha256 = _sha256(source)
            if path not in files or files[path].sha256 != sha256:
                new[path] = source
            files[path] = _File(sha256, stat.st_size, stat.st_mtime_ns)
        if not new:
            return
        known = {file.sha256 for file in self._state.files.values()}
        uploads = {files[path].sha256: source for path, source in new.items() if files[path].sha256 not in known}
        _at_once(lambda one: mirror.bucket.put(f"objects/{one[0]}", one[1]), uploads.items())
        state = _State(None, self._state.generation + 1, files)
        state.tag = mirror.replace_manifest(state, self._state.tag, self._writer)
        gone = known - {file.sha256 for file in files.values()}
        self._state = state
        with mirror.locked():
            mirror.write_state(state)
        if gone:
            mirror.bucket.delete([f"objects/{sha256}" for sha256 in sorted(gone)])

    def take_back(self) -> None:
        """Take what was written and not published out of the mirror; what the store has is fetched again."""
        for path, source in self._changed({}):
            source.unlink(missing_ok=True)
            self._state.files.pop(path, None)
        with self._mirror.locked():
            self._mirror.write_state(_State(None, 0, self._state.files))

    def _changed(self, placed: Mapping[Path, Path]) -> Iterator[tuple[str, Path]]:
        folder = self._mirror.folder
        for source in kept_files(folder):
            path = source.relative_to(folder).as_posix()
            stat, known = source.stat(), self._state.files.get(path)
            same = known is not None and (known.size, known.changed_ns) == (stat.st_size, stat.st_mtime_ns)
            if not same and not path.startswith(_OWN):
                yield path, source
        for target, source in placed.items():
            yield target.relative_to(folder).as_posix(), source


def _at_once(run: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
    """Run a function on several items at a time; the results are in the order of the items."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(run, items))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
