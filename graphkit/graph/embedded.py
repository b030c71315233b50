"""The embedded store: snapshots of a kglite graph in the workspace, and worker processes that answer queries on them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import kglite
import pyarrow as pa
from filelock import FileLock, Timeout

from graphkit.graph.frames import END, START, Frames
from graphkit.graph.store import Limits
from graphkit.graph.values import Result
from graphkit.model.errors import RefusedError, StoreError, UsageError
from graphkit.model.graph import LABELS, RELATIONSHIPS, Property, PropertyType

_MANIFEST = "manifest.json"
_GRACE_S = 2.0
_START_S = 60.0
_COLUMN_TYPES = {PropertyType.DATE: "datetime", PropertyType.DATETIME: "timestamp", PropertyType.TEXTS: "list"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds: its number, its file, and of each case the newest load that it was built from."""

    version: int
    file: str
    batches: dict[str, str]
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
        """Return what the present snapshot holds; None before the first load. StoreError when it cannot be read."""
        path = self._folder / _MANIFEST
        try:
            return Manifest(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(f"{path}: cannot be read ({error}); delete the folder and load the case again") from None

    def load(self, frames: Frames) -> None:
        """Build a snapshot of `frames` and switch to it; it holds their cases and no others."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self._folder / ".lock"), timeout=0):
                self._switch(_built(frames), frames)
        except Timeout:
            raise StoreError(
                f"{self._folder}: another graphkit is building the graph; try again when it has ended"
            ) from None
        except (OSError, kglite.KgError) as error:
            raise StoreError(f"{self._folder}: the graph cannot be written: {error}") from None

    def _switch(self, graph: Any, frames: Frames) -> None:
        before = self.manifest()
        version = before.version + 1 if before else 1
        manifest = Manifest(version, f"snapshot-{version}.kgl", frames.batches, frames.counts())
        graph.save(str(self._folder / manifest.file))
        beside = self._folder / f"{_MANIFEST}.new"
        beside.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(self._folder / _MANIFEST)
        for old in self._folder.glob("snapshot-*.kgl"):
            if old.name != manifest.file:
                old.unlink(missing_ok=True)

    def run(self, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Result:
        """Answer a query that graphkit's guard has passed, in a worker process within `limits`."""
        with self._worker() as worker:
            return worker.run(cypher, dict(params or {}), limits or Limits())

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Worker]:
        with self._turns:
            manifest = self.manifest()
            if manifest is None:
                raise StoreError(f"{self._folder}: there is no graph yet; load a case first: graphkit load CASE")
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is not None and (worker.version != manifest.version or not worker.alive()):
                worker.stop()
                worker = None
            worker = worker or _Worker(self._folder / manifest.file, manifest.version)
            try:
                yield worker
            finally:
                if worker.alive():
                    with self._lock:
                        self._idle.append(worker)

    def close(self) -> None:
        """End the worker processes."""
        with self._lock:
            while self._idle:
                self._idle.pop().stop()


class _Worker:
    """A worker process that has a snapshot open."""

    def __init__(self, snapshot: Path, version: int) -> None:
        self.version = version
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "graphkit.graph.worker", str(theirs.fileno()), str(snapshot)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._connection = Connection(ours.detach())
        try:
            if not self._connection.poll(_START_S) or self._connection.recv()[0] != "ready":
                raise EOFError
        except (EOFError, OSError):
            self.stop()
            raise StoreError(f"{snapshot}: the graph cannot be opened; load the case again to rebuild it") from None

    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def run(self, cypher: str, params: dict[str, Any], limits: Limits) -> Result:
        request = (cypher, params, int(limits.timeout_s * 1000), limits.rows, limits.memory_mb, limits.result_mb)
        try:
            self._connection.send(request)
            if not self._connection.poll(limits.timeout_s + _GRACE_S):
                self.stop()
                raise RefusedError(_too_much("time", "", limits))
            kind, value = self._connection.recv()
        except (EOFError, ConnectionError):
            self.stop()
            raise RefusedError(_too_much("memory", "", limits)) from None
        except BaseException:
            self.stop()
            raise
        if kind == "result":
            return _noticed(value)
        if kind == "syntax":
            raise UsageError(f"this Cypher cannot be run: {value}")
        if kind == "engine":
            raise RefusedError(f"the query was stopped: {value}")
        raise RefusedError(_too_much(kind, value, limits))


def _too_much(kind: str, value: str, limits: Limits) -> str:
    return {
        "time": f"the query was stopped after {limits.timeout_s:g} s; narrow it, bound its paths, or raise --timeout",
        "memory": f"the query was stopped: it needs more than {limits.memory_mb} MB; narrow it, bound its paths, or add LIMIT",
        "size": f"the result has {value} MB and at most {limits.result_mb} MB are given out; return less, or add LIMIT",
    }[kind]


def _noticed(result: Result) -> Result:
    """Leave out the engine's notices about names that the schema has and this graph has no values for."""
    known = {*LABELS, *RELATIONSHIPS}
    known |= {one.name for label in (*LABELS.values(), *RELATIONSHIPS.values()) for one in label.properties}
    kept = [notice for notice in result.notices if not (named := notice.split("'")[1:2]) or named[0] not in known]
    return Result(result.columns, result.rows, kept)


def _built(frames: Frames) -> Any:
    graph = kglite.KnowledgeGraph()
    for label, table in frames.nodes.items():
        if table.num_rows:
            graph.add_nodes(
                _pandas(table), label, "id", "title", column_types=_types(LABELS[label].properties), on_invalid="error"
            )
    for kind, table in frames.relationships.items():
        if table.num_rows:
            report = graph.add_relationships(
                _pandas(table),
                kind.name,
                kind.start,
                START,
                kind.end,
                END,
                column_types=_types(RELATIONSHIPS[kind.name].properties),
            )
            if report.get("stubs_vivified"):
                raise StoreError(
                    f"{kind.name}: {report['stubs_vivified']} of its ends are in no table; the projection is wrong"
                )
    return graph


def _pandas(table: pa.Table) -> Any:
    filled = [name for name in table.column_names if table.column(name).null_count < table.num_rows]
    return table.select(filled).to_pandas(date_as_object=False, integer_object_nulls=True)


def _types(properties: tuple[Property, ...]) -> dict[str, str]:
    return {one.name: _COLUMN_TYPES[one.type] for one in properties if one.type in _COLUMN_TYPES}
