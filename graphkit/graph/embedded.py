"""The embedded store: snapshots of a kglite graph in the workspace, and processes that answer queries on them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import kglite
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from graphkit.graph.frames import END, START, Frames, Kind
from graphkit.graph.guard import check
from graphkit.graph.limits import Limits
from graphkit.graph.store import Held, held
from graphkit.graph.values import Result
from graphkit.model.errors import RefusedError, StoreError, UsageError
from graphkit.model.graph import LABELS, RELATIONSHIPS, Property, PropertyType

_MANIFEST = "manifest.json"
_GRACE_S = 2.0
_START_S = 60.0
_TABLES_AHEAD = 16
_ROWS_A_CHUNK = 50_000
_COLUMN_TYPES = {PropertyType.DATE: "datetime", PropertyType.DATETIME: "timestamp", PropertyType.TEXTS: "list"}


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
    """What a snapshot holds: its number, its file, its evaluations (as their nodes have it), and how much of each."""

    model_config = ConfigDict(extra="forbid")

    version: int
    file: str
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
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(str(self._folder / ".lock"), timeout=0):
                self._switch(*_built(frames), frames.counts())
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
                "evaluations": evaluations,
                "counts": counts,
            }
        )
        graph.save(str(self._folder / manifest.file))
        beside = self._folder / f"{_MANIFEST}.new"
        beside.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(self._folder / _MANIFEST)
        for old in self._folder.glob("snapshot-*.kgl"):
            if old.name != manifest.file:
                old.unlink(missing_ok=True)

    def run(self, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Result:
        """Answer a read-only query in a worker process within `limits`; see GraphStore.run for the errors."""
        checked = check(cypher, "embedded", params)
        with self._worker() as worker:
            return _noticed(worker.run(checked.cypher, checked.params, limits or Limits()), checked.notices)

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
            self._process = subprocess.Popen(  # noqa: S603 - this very interpreter, and our own module
                [sys.executable, "-m", "graphkit.graph.worker", str(theirs.fileno()), str(snapshot)],
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


def _noticed(result: Result, notices: tuple[str, ...]) -> Result:
    """Add the guard's notices; leave out the engine's about names of the schema that this graph has no values for."""
    known = {*LABELS, *RELATIONSHIPS}
    known |= {one.name for label in LABELS.values() for one in label.properties}
    known |= {one.name for relationship in RELATIONSHIPS.values() for one in relationship.properties}
    kept = [notice for notice in result.notices if not (named := notice.split("'")[1:2]) or named[0] not in known]
    return Result(result.columns, result.rows, [*notices, *kept])


def _built(frames: Frames) -> tuple[Any, list[dict[str, Any]]]:
    """Build the graph of the frames; return it and the evaluations that it holds."""
    graph = kglite.KnowledgeGraph()
    evaluations: list[dict[str, Any]] = []
    begun: set[tuple[str, str]] = set()
    for name, table in _ahead(frames.take()):
        if not table.num_rows:
            continue
        if not isinstance(name, Kind):
            if name == "Evaluation":
                evaluations += table.select(list(_Evaluation.model_fields)).to_pylist()
            types = _types(LABELS[name].properties)
            for rows in _chunks(table):
                graph.add_nodes(_pandas(rows), name, "id", "title", column_types=types, on_invalid="error")
            continue
        created = _add(graph, name, table, first=(name.name, name.start) not in begun)
        if created != table.num_rows:
            raise StoreError(f"{name}: {created} of {table.num_rows} were written; the projection is wrong")
        begun.add((name.name, name.start))
    return graph, evaluations


def _chunks(table: pa.Table) -> Iterator[pa.Table]:
    """Yield the rows some at a time: the engine makes Python objects of all that it is given at once."""
    for start in range(0, table.num_rows, _ROWS_A_CHUNK):
        yield table.slice(start, _ROWS_A_CHUNK)


def _ahead(tables: Iterator[tuple[str | Kind, pa.Table]]) -> Iterator[tuple[str | Kind, pa.Table]]:
    """Yield the tables while another thread makes the next ones: SQL needs a core of its own, the engine has one."""
    maker = ThreadPoolExecutor(1)
    coming = deque(maker.submit(next, tables, None) for _ in range(_TABLES_AHEAD))
    try:
        while (made := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, tables, None))
            yield made
    finally:
        maker.shutdown(cancel_futures=True)


def _add(graph: Any, kind: Kind, table: pa.Table, *, first: bool) -> int:
    """Write all relationships of a kind, the `first` with its type and start or not; return how many were written.

    The engine writes a row each only the first time that a type leaves a label; after that it merges relationships
    between the same two nodes, and money would be lost. So those that are not alone between their nodes come first.
    """
    together = _together(table)
    created = 0
    if pc.any(together).as_py():
        created += (_add_all if first else _add_each)(graph, kind, table.filter(together))
        table = table.filter(pc.invert(together))
    return created + sum(_add_all(graph, kind, rows) for rows in _chunks(table))


def _together(table: pa.Table) -> pa.Array:
    """Return for each relationship whether another is between the same two nodes; such are neighbours in a table."""
    starts, ends = (table.column(name).combine_chunks() for name in (START, END))
    same = pc.and_(*(pc.equal(column.slice(1), column.slice(0, len(column) - 1)) for column in (starts, ends)))
    edge = pa.array([False])
    return pc.or_(pa.concat_arrays([same, edge]), pa.concat_arrays([edge, same]))


def _add_all(graph: Any, kind: Kind, table: pa.Table) -> int:
    types = _types(RELATIONSHIPS[kind.name].properties)
    report = graph.add_relationships(_pandas(table), kind.name, kind.start, START, kind.end, END, column_types=types)
    if report.get("stubs_vivified"):
        raise StoreError(
            f"{kind.name}: {report['stubs_vivified']} of its ends are in no table; the projection is wrong"
        )
    return int(report["connections_created"])


def _add_each(graph: Any, kind: Kind, table: pa.Table) -> int:
    given = ", ".join(f"`{name}`: row.`{name}`" for name in table.column_names if name not in (START, END))
    done = graph.cypher(
        f"UNWIND $rows AS row MATCH (a:`{kind.start}` {{id: row.{START}}}) MATCH (b:`{kind.end}` {{id: row.{END}}}) "
        f"CREATE (a)-[r:`{kind.name}` {{{given}}}]->(b) RETURN count(r) AS created",
        params={"rows": table.to_pylist()},
    )
    return int(done.to_list()[0]["created"])


def _pandas(table: pa.Table) -> Any:
    # The engine takes `datetime.date` objects in half the time of a datetime64 column.
    filled = [name for name in table.column_names if table.column(name).null_count < table.num_rows]
    return table.select(filled).to_pandas(date_as_object=True, integer_object_nulls=True)


def _types(properties: tuple[Property, ...]) -> dict[str, str]:
    return {one.name: _COLUMN_TYPES[one.type] for one in properties if one.type in _COLUMN_TYPES}
