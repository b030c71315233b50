"""Read-only Cypher and the analysts' library."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from graphkit.graph.library import library
from graphkit.graph.limits import Limits
from graphkit.graph.values import plain

from ..access import Role
from ..dependencies import PrincipalDep, ServerDep, SnapshotDep
from ..errors import FieldError, NotFoundError
from ..responses import CypherIn, NamedIn, QueryOut, Rows
from ..server import Server
from ..snapshots import Snapshot

router = APIRouter(tags=["queries"])


@router.get("/queries")
def queries(principal: PrincipalDep) -> list[QueryOut]:
    """List the library of named queries."""
    return [QueryOut(**one.model_dump(include=set(QueryOut.model_fields))) for one in library().values()]


@router.post("/queries/{query}")
def run_named(server: ServerDep, principal: PrincipalDep, snapshot: SnapshotDep, query: str, asked: NamedIn) -> Rows:
    """Run a query of the library."""
    principal.require_unlimited("query the graph, which holds everything")
    if query not in library():
        raise NotFoundError(f"no query '{query}' in the library; GET queries lists them")
    found = library()[query]
    return _run(server, snapshot, found.cypher, found.bind(asked.params), _limits(server, asked))


@router.post("/cypher")
def run_cypher(server: ServerDep, principal: PrincipalDep, snapshot: SnapshotDep, asked: CypherIn) -> Rows:
    """Run a read-only Cypher query; nothing can be changed by it."""
    principal.require(Role.ANALYST)
    principal.require_unlimited("query the graph, which holds everything")
    return _run(server, snapshot, asked.cypher, asked.params, _limits(server, asked))


def _limits(server: Server, asked: CypherIn | NamedIn) -> Limits:
    """Return the request's limits; FieldError when they are wider than the server's."""
    settings = server.settings
    if asked.limit is not None and asked.limit > settings.query_row_limit:
        raise FieldError("limit", f"the most is {settings.query_row_limit} rows")
    if asked.timeout_s is not None and asked.timeout_s > settings.query_time_limit_s:
        raise FieldError("timeout_s", f"the most is {settings.query_time_limit_s:g} s")
    return Limits(
        timeout_s=asked.timeout_s or settings.query_time_limit_s, rows=asked.limit or settings.query_row_limit
    )


def _run(server: Server, snapshot: Snapshot, cypher: str, params: dict[str, Any], limits: Limits) -> Rows:
    result = server.graph.run(snapshot, cypher, params, limits)
    rows = [[plain(value) for value in row] for row in result.rows]
    return Rows(columns=result.columns, rows=rows, notices=result.told())
