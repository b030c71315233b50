"""The embedded store: snapshots of a kglite graph in the workspace, and processes that answer queries on them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import kglite
import pyarrow as pa
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from graphkit.graph.delta import Delta, write_delta
from graphkit.graph.frames import Frames
from graphkit.graph.guard import Checked, check
from graphkit.graph.limits import Limits
from graphkit.graph.store import Held, held
from graphkit.graph.values import Result
from graphkit.graph.write import built
from graphkit.model.errors import RefusedError, StoreError, UsageError
from graphkit.model.graph import LABELS, RELATIONSHIPS, PropertyType, node_id

_MANIFEST = "manifest.json"
_GRACE_S = 2.0
_START_S = 60.0
_SMALL = 2**20
"""So many bytes of changes are kept beside a snapshot of any size; else a quarter of its own."""


class _Evaluation(BaseModel):
    case: str
    key: str
    batch: str
    projection: str
    loaded_at: datetime
    as_of: date
    known_by: datetime | None
    current: bool


class Manifest(BaseModel):
    """What a snapshot holds, with what changed since: files, evaluations (as their nodes have it), how much of each."""

    model_config = ConfigDict(extra="forbid")

    version: int
    file: str
    changes: list[str] = []
    evaluations: list[_Evaluation]
    counts: dict[str, int]


class EmbeddedStore:
    """The graph in a workspace's `graph` folder.

    `load` builds a snapshot beside the old one and then switches; whoever reads in another process sees the last
    snapshot that was switched to. At most `workers` queries run at once; more wait for their turn.
    """

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        self._folder = folder
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(workers)

    def manifest(self) -> Manifest | None:
        """Return what the present snapshot holds; None before the first load, or when another version wrote it.

        The graph can always be built again from the facts, so a snapshot that cannot be used counts as none.
        """
        path = self._folder / _MANIFEST
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        except OSError as error:
            raise StoreError(f"{path}: cannot be read: {error.strerror}") from None
        return manifest if (self._folder / manifest.file).is_file() else None

    def held(self) -> dict[str, Held]:
        """Return what the present snapshot holds of each case."""
        manifest = self.manifest()
        return held(one.model_dump() for one in manifest.evaluations) if manifest else held([])

    def load(self, frames: Frames) -> None:
        """Build a snapshot of `frames` and switch to it; it holds their cases and no others."""
        with self._writing():
            self._switch(*built(frames), frames.counts())

    def change(self, delta: Delta, before: Manifest) -> bool:
        """Follow a delta of what the store held as `before` says: it is kept beside the snapshot until the next `load`.

        Who has the snapshot open follows it in place before the next query. False, and nothing done, when the store
        holds something else by now, or when so much is kept beside the snapshot that a new one opens sooner.
        """
        with self._writing():
            manifest = self.manifest()
            if manifest is None or manifest != before:
                return False
            beside = sum((self._folder / name).stat().st_size for name in manifest.changes)
            if beside > max(_SMALL, (self._folder / manifest.file).stat().st_size // 4):
                return False
            name = f"{Path(manifest.file).stem}-change-{len(manifest.changes) + 1}.arrows"
            write_delta(delta, self._folder / name)
            self._write(_changed(manifest, name, delta))
            return True

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep others from writing, and tell what goes wrong."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self._folder / ".lock"), timeout=0):
                yield
        except Timeout:
            raise StoreError(
                f"{self._folder}: another graphkit is building the graph; try again when it has ended"
            ) from None
        except (OSError, kglite.KgError) as error:
            raise StoreError(f"{self._folder}: the graph cannot be written: {error}") from None

    def _switch(self, graph: Any, evaluations: list[dict[str, Any]], counts: dict[str, int]) -> None:
        numbers = [int(old.stem.rpartition("-")[2]) for old in self._folder.glob("snapshot-*.kgl")]
        version = max(numbers, default=0) + 1
        manifest = Manifest.model_validate(
            {
                "version": version,
                "file": f"snapshot-{version}.kgl",
                "evaluations": [{name: one[name] for name in _Evaluation.model_fields} for one in evaluations],
                "counts": counts,
            }
        )
        _save(graph, self._folder / manifest.file)
        self._write(manifest)
        for old in self._folder.glob("snapshot-*"):
            if old.name != manifest.file:
                old.unlink(missing_ok=True)

    def _write(self, manifest: Manifest) -> None:
        beside = self._folder / f"{_MANIFEST}.new"
        beside.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(self._folder / _MANIFEST)

    def run(self, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Result:
        """Answer a read-only query in a worker process within `limits`; see GraphStore.run for the errors."""
        checked = check(cypher, "embedded", params)
        with self._worker() as worker:
            return _noticed(worker.run(checked.cypher, checked.params, limits or Limits()), checked)

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Worker]:
        with self._turns:
            try:
                worker = self._up_to_date()
            except StoreError:
                # A new snapshot may have taken the place of this one meanwhile, or an idle worker may have ended.
                worker = self._up_to_date()
            try:
                yield worker
            finally:
                if worker.alive():
                    with self._lock:
                        self._idle.append(worker)

    def _up_to_date(self) -> _Worker:
        """Return a worker, idle or new, that has followed all changes."""
        manifest = self.manifest()
        if manifest is None:
            raise StoreError(f"{self._folder}: there is no graph yet; load a case first: graphkit load CASE")
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is not None and (worker.version != manifest.version or not worker.alive()):
            worker.stop()
            worker = None
        worker = worker or _Worker(self._folder / manifest.file, manifest.version)
        worker.follow([self._folder / name for name in manifest.changes])
        return worker

    def close(self) -> None:
        """End the worker processes."""
        with self._lock:
            while self._idle:
                self._idle.pop().stop()


class _Worker:
    """A worker process that has a snapshot open."""

    def __init__(self, snapshot: Path, version: int) -> None:
        self.version = version
        self._followed = 0
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: what lies in the working directory is no module of ours.
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter, and our own module
                [sys.executable, "-P", "-m", "graphkit.graph.worker", str(theirs.fileno()), str(snapshot)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._connection = Connection(ours.detach())
        if not self._ready():
            self.stop()
            raise StoreError(f"{snapshot}: the graph cannot be opened; load the case again to rebuild it")

    def _ready(self) -> bool:
        try:
            return self._connection.poll(_START_S) and self._connection.recv() == ("ready", None)
        except (EOFError, OSError):
            return False

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def follow(self, changes: list[Path]) -> None:
        """Follow the changes that it has not followed yet."""
        for path in changes[self._followed :]:
            try:
                self._connection.send(str(path))
                followed = self._ready()
            except OSError:
                followed = False
            if not followed:
                self.stop()
                raise StoreError(f"{path}: the graph cannot follow this change; load the case again to rebuild it")
            self._followed += 1

    def run(self, cypher: str, params: dict[str, Any], limits: Limits) -> Result:
        kind, value = self._answer(
            (cypher, params, int(limits.timeout_s * 1000), limits.rows, limits.memory_mb, limits.result_mb), limits
        )
        if kind == "result":
            return cast(Result, value)
        if kind == "syntax":
            raise UsageError(f"this Cypher cannot be run: {value}")
        if kind == "engine":
            raise RefusedError(f"the query was stopped: {value}")
        raise RefusedError(limits.exceeded(kind))

    def _answer(self, request: tuple[Any, ...], limits: Limits) -> tuple[str, Any]:
        """Ask the process; what does not answer in time, or ends, is stopped and never asked again."""
        try:
            self._connection.send(request)
            if self._connection.poll(limits.timeout_s + _GRACE_S):
                return cast(tuple[str, Any], self._connection.recv())
        except (EOFError, ConnectionError):
            self.stop()
            return "memory", ""
        except BaseException:
            self.stop()
            raise
        self.stop()
        return "time", ""


def _save(graph: Any, path: Path) -> None:
    """Save a graph; the engine's warning is left out that lists have no form which it can read in place.

    It has none for any list, also where all of a column are (`values of mixed kinds`), and we know which are lists.
    """
    lists = [
        rf"columns:{label.name}\.{one.name} \(values of mixed kinds have no raw form\)"
        for label in LABELS.values()
        for one in label.properties
        if one.type is PropertyType.TEXTS
    ]
    known = "|".join(lists)
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", rf".* on the heap: (({known})[,;. ]+)+graph_info", kglite.MappedFallbackWarning
        )
        graph.save(str(path))


def _noticed(result: Result, checked: Checked) -> Result:
    """Add what the guard says; leave out the engine's about names of the schema that this graph has no values for."""
    known = {*LABELS, *RELATIONSHIPS}
    known |= {one.name for label in LABELS.values() for one in label.properties}
    known |= {one.name for relationship in RELATIONSHIPS.values() for one in relationship.properties}
    kept = [notice for notice in result.notices if not (named := notice.split("'")[1:2]) or named[0] not in known]
    return Result(result.columns, result.rows, [*checked.notices, *kept], list(checked.advice))


def _changed(manifest: Manifest, name: str, delta: Delta) -> Manifest:
    """Return the manifest of a snapshot with one more change."""
    growth = delta.growth()
    kept = {node_id(one.case, one.key): one for one in manifest.evaluations}
    for removed in _rows(delta.removed_nodes):
        del kept[removed["id"]]
    for written in _rows(delta.changed_nodes) + _rows(delta.new_nodes):
        kept[written["id"]] = _Evaluation.model_validate({name: written[name] for name in _Evaluation.model_fields})
    return manifest.model_copy(
        update={
            "changes": [*manifest.changes, name],
            "evaluations": list(kept.values()),
            "counts": {of: count + growth.get(of, 0) for of, count in manifest.counts.items()},
        }
    )


def _rows(nodes: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    return nodes["Evaluation"].to_pylist() if "Evaluation" in nodes else []
