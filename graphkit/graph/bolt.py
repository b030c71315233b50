"""Neo4j over Bolt: the same graph as the embedded one, in a server that a team shares."""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Any, TypeVar
from urllib.parse import urlsplit

import neo4j
import pyarrow as pa
from neo4j import GraphDatabase, ManagedTransaction, Session, Transaction
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)
from neo4j.graph import Node as BoltNode
from neo4j.graph import Path as BoltPath
from neo4j.graph import Relationship as BoltRelationship
from neo4j.time import Date, DateTime, Duration, Time

from graphkit.graph.frames import Frames, Kind
from graphkit.graph.guard import Checked, check
from graphkit.graph.limits import Limits
from graphkit.graph.schema import statements
from graphkit.graph.store import Held, held
from graphkit.graph.values import Node, Path, Relationship, Result, Value, duration_text
from graphkit.model.errors import GraphkitError, RefusedError, StoreError, UsageError

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
"""URI schemes: neo4j routes in a cluster, bolt talks to one server; +s is TLS with a certificate that is checked."""

_POOL = 10
_CONNECT_S = 10.0
_RETRY_S = 15.0
_GRACE_S = 5.0
_ROWS_A_WRITE = 5_000
_ROWS_A_FETCH = 2_000
_LOADING = "loading"
_TIMED_OUT = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "Terminated", "LockClientStopped")
_NO_MEMORY = ("MemoryPoolOutOfMemoryError", "OutOfMemoryError", "StackOverFlowError", "TransactionMemoryLimit")

T = TypeVar("T")

logging.getLogger("neo4j").addHandler(logging.NullHandler())
logging.getLogger("neo4j").propagate = False  # what it logs is raised, too, and told in one line


def credentials(environment: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Return user and password from GRAPHKIT_NEO4J_USER and GRAPHKIT_NEO4J_PASSWORD or GRAPHKIT_NEO4J_PASSWORD_FILE.

    Raises StoreError when there is no password, or when others may read the file.
    """
    user = environment.get("GRAPHKIT_NEO4J_USER", "neo4j")
    password = environment.get("GRAPHKIT_NEO4J_PASSWORD")
    if password:
        return user, password
    named = environment.get("GRAPHKIT_NEO4J_PASSWORD_FILE")
    if not named:
        raise StoreError(
            "Neo4j needs a password: set GRAPHKIT_NEO4J_PASSWORD, or GRAPHKIT_NEO4J_PASSWORD_FILE to a file"
        )
    try:
        if FilePath(named).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StoreError(f"{named}: others may read the password; chmod 600 {named}")
        return user, FilePath(named).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise StoreError(f"{named}: the password cannot be read: {error.strerror}") from None


class BoltStore:
    """The graph in a Neo4j server: cases are kept apart in it, and other data in it are left alone.

    `uri` has one of SCHEMES; user and password come from `credentials`, the database from GRAPHKIT_NEO4J_DATABASE
    (default: the server's own). Raises UsageError for another URI, StoreError when there are no credentials.
    """

    def __init__(self, uri: str) -> None:
        parts = urlsplit(uri)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise UsageError(f"graph {parts.scheme}://…: must be {', '.join(SCHEMES)}:// and a host")
        if parts.username or parts.password:
            raise UsageError(
                "graph: no user or password in the URI; set GRAPHKIT_NEO4J_USER and GRAPHKIT_NEO4J_PASSWORD"
            )
        self._uri = uri
        self._database = os.environ.get("GRAPHKIT_NEO4J_DATABASE")
        self._bookmarks = GraphDatabase.bookmark_manager()
        try:
            self._driver = GraphDatabase.driver(
                uri,
                auth=credentials(),
                max_connection_pool_size=_POOL,
                connection_timeout=_CONNECT_S,
                connection_acquisition_timeout=_CONNECT_S * 2,
                max_transaction_retry_time=_RETRY_S,
                notifications_min_severity="OFF",
            )
        except (ConfigurationError, ValueError) as error:
            raise UsageError(f"graph {uri}: {error}") from None

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        mode = neo4j.WRITE_ACCESS if writes else neo4j.READ_ACCESS
        with (
            self._told(),
            self._driver.session(
                database=self._database,
                default_access_mode=mode,
                bookmark_manager=self._bookmarks,
                fetch_size=_ROWS_A_FETCH,
            ) as session,
        ):
            yield session

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the driver raises into graphkit's errors."""
        try:
            yield
        except AuthError:
            raise StoreError(
                f"{self._uri}: Neo4j refuses the user or the password (GRAPHKIT_NEO4J_USER, …_PASSWORD)"
            ) from None
        except (ServiceUnavailable, SessionExpired, OSError) as error:
            raise StoreError(f"{self._uri}: Neo4j does not answer ({_one_line(error)}); is it running there?") from None
        except (Neo4jError, DriverError) as error:
            raise StoreError(f"{self._uri}: Neo4j failed: {_one_line(error)}") from None

    # Reading

    def held(self) -> dict[str, Held]:
        """Return what the database holds of each case."""
        with self._session(writes=False) as session:
            return held(
                session.execute_read(
                    lambda transaction: [
                        {
                            **properties,
                            "as_of": _clean(properties.get("as_of")),
                            "known_by": _clean(properties.get("known_by")),
                            "loaded_at": _clean(properties.get("loaded_at")),
                        }
                        for (properties,) in transaction.run("MATCH (e:Evaluation) RETURN properties(e)")
                        if {"case", "key", "batch", "projection", "current", "loaded_at"} <= properties.keys()
                    ]
                )
            )

    def run(self, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits | None = None) -> Result:
        """Answer a read-only query in a read transaction that the server ends after the time limit.

        Should the server neither end it nor answer, it is given up a little later, and its thread is left behind.
        """
        checked = check(cypher, "neo4j", params)
        limits = limits or Limits()
        answer: Future[Result] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._answer(checked, limits))
            except BaseException as error:
                answer.set_exception(error)

        threading.Thread(target=ask, daemon=True).start()
        within = limits.timeout_s + _GRACE_S
        try:
            return answer.result(within)
        except TimeoutError:
            raise RefusedError(
                f"{self._uri}: Neo4j did not answer within {within:g} s and may still be at work on the query; narrow "
                "it, or give it more time"
            ) from None

    def _answer(self, checked: Checked, limits: Limits) -> Result:
        attempts = 3
        while True:
            attempts -= 1
            try:
                with (
                    self._driver.session(
                        database=self._database,
                        default_access_mode=neo4j.READ_ACCESS,
                        bookmark_manager=self._bookmarks,
                        fetch_size=min(_ROWS_A_FETCH, limits.rows + 1),
                    ) as session,
                    session.begin_transaction(timeout=limits.timeout_s) as transaction,
                ):
                    columns, rows, cut = _fetch(transaction, checked.cypher, checked.params, limits)
                notices = [*checked.notices, *([limits.cut_off()] if cut else [])]
                return Result(columns, rows, notices, list(checked.advice))
            except (ServiceUnavailable, SessionExpired):
                if not attempts:
                    with self._told():
                        raise
                time.sleep(0.5)
            except Neo4jError as error:
                raise self._query_error(error, limits) from None
            except DriverError:
                with self._told():
                    raise

    def _query_error(self, error: Neo4jError, limits: Limits) -> GraphkitError:
        code = (error.code or "").rpartition(".")[2]
        if code in _TIMED_OUT:
            return RefusedError(limits.exceeded("time"))
        if code in _NO_MEMORY:
            return RefusedError(limits.exceeded("memory"))
        if isinstance(error, AuthError):
            return StoreError(f"{self._uri}: Neo4j refuses the user or the password (GRAPHKIT_NEO4J_USER, …_PASSWORD)")
        if isinstance(error, ClientError) and ".Statement." in (error.code or ""):
            if code in ("AccessMode", "RuntimeUnsupportedError"):
                return RefusedError(f"Neo4j refuses the query: {_one_line(error)}")
            return UsageError(f"this Cypher cannot be run: {_one_line(error)}")
        return StoreError(f"{self._uri}: Neo4j failed: {_one_line(error)}")

    # Writing

    def load(self, frames: Frames) -> None:
        """Make the database hold exactly `frames` of their cases; only what differs from them is written.

        What is there no more is removed last, after everything else was written. A load that was broken off leaves the
        case marked as loading, and the next one mends it.
        """
        with self._session(writes=True) as session:
            _prepare(session)
            cases = list(frames.cases)
            _write(
                session,
                "MATCH (e:Evaluation) WHERE e.case IN $cases SET e.batch = $loading, e.digest = 0",
                cases=cases,
                loading=_LOADING,
            )
            stale_nodes = {label: _write_nodes(session, label, table, cases) for label, table in frames.nodes.items()}
            by_type: dict[str, dict[Kind, pa.Table]] = {}
            for kind, table in frames.relationships.items():
                by_type.setdefault(kind.name, {})[kind] = table
            stale = [_write_relationships(session, name, tables, cases) for name, tables in by_type.items()]
            for found in stale:
                for kind, digests in found.items():
                    _in_batches(session, _REMOVE_RELATIONSHIPS.format_map(kind._asdict()), digests)
            for label, ids in stale_nodes.items():
                _in_batches(session, f"UNWIND $rows AS id MATCH (n:{label} {{id: id}}) DETACH DELETE n", ids)
            _in_batches(
                session,
                "UNWIND $rows AS row MATCH (e:Evaluation {id: row.id}) SET e = row",
                _rows(frames.nodes["Evaluation"]),
            )


_CREATE_RELATIONSHIPS = """
UNWIND $rows AS row
MATCH (a:{start} {{id: row.start_id}}) USING INDEX a:{start}(id)
MATCH (b:{end} {{id: row.end_id}}) USING INDEX b:{end}(id)
CREATE (a)-[r:`{name}`]->(b) SET r = row, r.start_id = null, r.end_id = null
"""
# MERGE would walk through all relationships of a busy region for each row. What was there was read before; and the
# driver never repeats a transaction that may have been committed. Should two loads run at once, the next one mends it.

_REMOVE_RELATIONSHIPS = "UNWIND $rows AS digest MATCH (:{start})-[r:`{name}` {{digest: digest}}]->(:{end}) DELETE r"


def _prepare(session: Session) -> None:
    """Make the constraints and indexes that are missing, in one transaction: a new database lacks a hundred."""
    known = {record[0] for record in session.run("SHOW INDEXES YIELD name")}
    missing = [statement for statement in statements() if statement.split(" ", 3)[2] not in known]

    def make(transaction: ManagedTransaction) -> None:
        for statement in missing:
            transaction.run(statement).consume()

    if missing:
        session.execute_write(make)
        session.run("CALL db.awaitIndexes(300)").consume()


def _write_nodes(session: Session, label: str, table: pa.Table, cases: list[str]) -> list[Any]:
    """Write the nodes that are new or differ; return the ids of those that are there no more."""
    found = _read(session, f"MATCH (n:{label}) WHERE n.case IN $cases RETURN n.id, n.digest", cases)
    known = dict(found)
    ids, digests = table.column("id").to_pylist(), table.column("digest").to_pylist()
    changed = [
        index for index, (key, digest) in enumerate(zip(ids, digests, strict=True)) if known.pop(key, None) != digest
    ]
    rows = _rows(table.take(pa.array(changed, pa.int64())), batch=_LOADING if label == "Evaluation" else None)
    _in_batches(session, f"UNWIND $rows AS row MERGE (n:{label} {{id: row.id}}) SET n = row", rows)
    return list(known)


def _write_relationships(
    session: Session, name: str, tables: Mapping[Kind, pa.Table], cases: list[str]
) -> dict[Kind, list[Any]]:
    """Write the relationships that are new or differ; return by kind the digests of those that are there no more.

    A relationship that is there more than once is removed first, and written again once.
    """
    known: dict[Kind, Counter[int]] = {}
    for start, end, digest in _read(
        session,
        f"MATCH (a)-[r:`{name}`]->(b) WHERE r.case IN $cases RETURN labels(a)[0], labels(b)[0], r.digest",
        cases,
    ):
        known.setdefault(Kind(name, start, end), Counter())[digest] += 1
    for kind, table in tables.items():
        there = known.setdefault(kind, Counter())
        doubled = [digest for digest, count in there.items() if count > 1]
        _in_batches(session, _REMOVE_RELATIONSHIPS.format_map(kind._asdict()), doubled)
        for digest in doubled:
            del there[digest]
        digests = table.column("digest").to_pylist()
        new = [index for index, digest in enumerate(digests) if there.pop(digest, 0) == 0]
        statement = _CREATE_RELATIONSHIPS.format_map(kind._asdict())
        _in_batches(session, statement, _rows(table.take(pa.array(new, pa.int64()))))
    return {kind: list(there) for kind, there in known.items() if there}


def _one_line(error: BaseException) -> str:
    return " ".join((getattr(error, "message", None) or str(error)).split())[:400]


def _write(session: Session, cypher: str, **params: Any) -> None:
    session.execute_write(lambda transaction: transaction.run(cypher, params).consume() and None)


def _in_batches(session: Session, cypher: str, rows: list[Any]) -> None:
    for first in range(0, len(rows), _ROWS_A_WRITE):
        _write(session, cypher, rows=rows[first : first + _ROWS_A_WRITE])


def _read(session: Session, cypher: str, cases: list[str]) -> list[list[Any]]:
    def rows(transaction: ManagedTransaction) -> list[list[Any]]:
        return [record.values() for record in transaction.run(cypher, cases=cases)]

    return session.execute_read(rows)


def _rows(table: pa.Table, batch: str | None = None) -> list[dict[str, Any]]:
    """Return rows without their nulls, as the driver takes them."""
    return [
        {name: value for name, value in ({**row, "batch": batch} if batch else row).items() if value is not None}
        for row in table.to_pylist()
    ]


def _fetch(
    transaction: Transaction, cypher: str, params: dict[str, Any], limits: Limits
) -> tuple[list[str], list[tuple[Value, ...]], bool]:
    answer = transaction.run(cypher, params)
    columns = list(answer.keys())
    raw: list[tuple[Any, ...]] = []
    size = 0
    cut = False
    for record in answer:
        if len(raw) == limits.rows:
            cut = True
            break
        raw.append(tuple(record.values()))
        size += _size(raw[-1])
        if size > limits.result_mb * 2**20:
            raise RefusedError(limits.exceeded("size"))
    if not cut:
        answer.consume()
    ends = _ends(transaction, raw)
    return columns, [tuple(_clean(value, ends) for value in row) for row in raw], cut


def _size(value: Any) -> int:
    """About how many bytes a value takes."""
    if isinstance(value, (list, tuple)):
        return 56 + sum(map(_size, value))
    if isinstance(value, Mapping):
        return 64 + sum(_size(key) + _size(one) for key, one in value.items())
    if isinstance(value, (BoltNode, BoltRelationship)):
        return 64 + sum(_size(key) + _size(one) for key, one in value.items())
    if isinstance(value, BoltPath):
        return sum(map(_size, value.nodes)) + sum(map(_size, value.relationships))
    return sys.getsizeof(value)


def _ends(transaction: Transaction, raw: list[tuple[Any, ...]]) -> dict[str, tuple[str, str]]:
    """Return label and id of the nodes that relationships of a result begin and end at, by the driver's element id."""
    ends: dict[str, tuple[str, str]] = {}
    wanted: set[str] = set()
    _collect(raw, ends, wanted)
    missing = sorted(wanted - ends.keys())
    if missing:
        found = transaction.run(
            "MATCH (n) WHERE elementId(n) IN $ids RETURN elementId(n), labels(n), n.id", ids=missing
        )
        ends.update({element: (labels[0] if labels else "", str(key)) for element, labels, key in found})
    return ends


def _collect(value: Any, ends: dict[str, tuple[str, str]], wanted: set[str]) -> None:
    if isinstance(value, (list, tuple)):
        for one in value:
            _collect(one, ends, wanted)
    elif isinstance(value, dict):
        _collect(list(value.values()), ends, wanted)
    elif isinstance(value, BoltNode):
        ends[value.element_id] = _identity(value)
    elif isinstance(value, BoltRelationship):
        wanted.update(node.element_id for node in value.nodes if node is not None)
    elif isinstance(value, BoltPath):
        _collect(list(value.nodes), ends, wanted)


def _identity(node: BoltNode) -> tuple[str, str]:
    return next(iter(sorted(node.labels)), ""), str(node.get("id", node.element_id))


def _clean(value: Any, ends: Mapping[str, tuple[str, str]] = {}) -> Value:
    if isinstance(value, (Date, DateTime, Time)):
        return value.to_native()
    if isinstance(value, Duration):
        return duration_text(value.months, value.days, value.seconds, value.nanoseconds)
    if isinstance(value, BoltNode):
        label, key = _identity(value)
        return Node(label, key, {name: _clean(one, ends) for name, one in sorted(value.items())})
    if isinstance(value, BoltRelationship):
        start, end = (ends[node.element_id] for node in value.nodes if node is not None)
        return Relationship(value.type, start, end, {name: _clean(one, ends) for name, one in sorted(value.items())})
    if isinstance(value, BoltPath):
        nodes = tuple(_clean(node, ends) for node in value.nodes)
        return Path(nodes, tuple(_clean(one, ends) for one in value.relationships))
    if isinstance(value, list):
        return [_clean(one, ends) for one in value]
    if isinstance(value, dict):
        return {name: _clean(one, ends) for name, one in sorted(value.items())}
    return value
