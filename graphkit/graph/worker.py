"""The process that answers the embedded store's queries, so that no query can take more memory than it is allowed.

The engine bounds time and rows by itself but not memory: `reduce(s = 'a', i IN range(1, 40) | s + s)` takes gigabytes
before any limit of its own is looked at, and an allocation that fails ends the process. So it ends this one, whose
address space is limited for each query, and the caller starts another.
"""

from __future__ import annotations

import gc
import pickle
import re
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path as FilePath
from typing import Any

import kglite

from graphkit.graph.limits import Limits
from graphkit.graph.values import Node, Path, Relationship, Result, duration_text

_NODE, _RELATIONSHIP, _PATH = (
    {"id", "labels", "properties"},
    {"id", "start", "end", "type", "properties"},
    {"nodes", "relationships"},
)
_OWN_NOTICES = ("Variable-length pattern", "Result truncated", "row_limit")
"""How warnings of the engine begin that graphkit gives in its own words."""
_DURATION = {"months", "days", "seconds"}
_OF_A_NODE = {"id", "key", "case", "source", "batch", "digest"}
"""Properties that every node has; the engine leaves `title` out of `properties(n)` and `keys(n)` where it is the id."""

_STOPPED = re.compile("limit|exceed|budget", re.IGNORECASE)
_QUOTED = re.compile("'[^']*'")
"""What an error repeats of the query: those are the asker's words, not the engine's."""


def serve(connection: Connection, snapshot: str) -> None:
    """Answer requests (query, parameters, timeout_ms, rows, memory_mb, result_mb) until the connection ends.

    A request that is a path names a change to follow (graphkit/graph/delta.py); the answer to it is "ready".

    Each answer is a kind and a value: "result" with a Result, or "syntax", "time", "memory", "size" or "engine" with
    what to say.
    """
    kglite.set_query_warning_policy("silent")
    graph = kglite.load(snapshot)
    graph.read_only(True)
    connection.send(("ready", None))
    while True:
        try:
            request = connection.recv()
        except EOFError:
            return
        if isinstance(request, str):
            _follow(graph, FilePath(request))
            connection.send(("ready", None))
            continue
        connection.send_bytes(_answer(graph, *request))
        gc.collect()


def _follow(graph: Any, change_file: FilePath) -> None:
    from graphkit.graph.delta import read_delta  # noqa: PLC0415 - most processes follow nothing, and start sooner
    from graphkit.graph.write import change  # noqa: PLC0415

    graph.read_only(False)
    change(graph, read_delta(change_file))
    graph.read_only(True)


def _answer(
    graph: Any, query: str, params: dict[str, Any], timeout_ms: int, rows: int, memory_mb: int, result_mb: int
) -> bytes:
    try:
        _limit_memory(memory_mb)
        view = graph.cypher(query, params=params, timeout_ms=timeout_ms, row_limit=rows, hide_structural_keys=True)
        result = _result(graph, view)
        if (view.diagnostics or {}).get("total_rows") is not None:
            result.notices.append(Limits(rows=rows).cut_off())
        answer = pickle.dumps(("result", result), protocol=pickle.HIGHEST_PROTOCOL)
        if len(answer) > result_mb * 2**20:
            return pickle.dumps(("size", ""))
    except MemoryError:
        return pickle.dumps(("memory", ""))
    except kglite.CypherTimeoutError:
        return pickle.dumps(("time", ""))
    except (kglite.CypherSyntaxError, kglite.SchemaError, kglite.CypherTypeMismatchError) as error:
        return pickle.dumps(("syntax", _one_line(error)))
    except kglite.CypherExecutionError as error:
        # A division by zero is the query's own mistake; a collection beyond the engine's limit was stopped.
        return pickle.dumps(("engine" if _STOPPED.search(_QUOTED.sub("", str(error))) else "syntax", _one_line(error)))
    except (kglite.KgError, ValueError, TypeError, OverflowError, RecursionError) as error:
        return pickle.dumps(("engine", _one_line(error)))
    else:
        return answer
    finally:
        _limit_memory(None)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500]


def _limit_memory(memory_mb: int | None) -> None:
    limit = resource.RLIM_INFINITY
    if memory_mb is not None:
        pages = int(FilePath("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * resource.getpagesize() + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def _result(graph: Any, view: Any) -> Result:
    columns = list(view.columns)
    raw = view.to_list()
    ends: dict[int, tuple[str, str]] = {}
    wanted: set[int] = set()
    _collect(raw, ends, wanted)
    missing = sorted(wanted - ends.keys())
    if missing:
        found = graph.cypher(
            "MATCH (n) WHERE elementId(n) IN $ids RETURN elementId(n) AS element, labels(n)[0] AS label, n.id AS id",
            params={"ids": [str(one) for one in missing]},
        )
        ends.update({int(row["element"]): (row["label"], row["id"]) for row in found.to_list()})
    rows = [tuple(_clean(row[column], ends) for column in columns) for row in raw]
    return Result(columns, rows, [warning for warning in view.warnings if not warning.startswith(_OWN_NOTICES)])


def _collect(value: Any, ends: dict[int, tuple[str, str]], wanted: set[int]) -> None:
    """Find the nodes that a result holds, by the engine's number, and the numbers that its relationships name."""
    if isinstance(value, list):
        for one in value:
            _collect(one, ends, wanted)
    elif isinstance(value, dict):
        if value.keys() == _NODE:
            ends[value["id"]] = (value["labels"][0], value["properties"]["id"])
        elif value.keys() == _RELATIONSHIP:
            wanted.update((value["start"], value["end"]))
        else:
            for one in value.values():
                _collect(one, ends, wanted)


def _clean(value: Any, ends: dict[int, tuple[str, str]]) -> Any:
    if isinstance(value, list):
        names = {one for one in value if isinstance(one, str)}
        return [_clean(one, ends) for one in value] + (
            ["title"] if names >= _OF_A_NODE and "title" not in names else []
        )
    if not isinstance(value, dict):
        return value
    if value.keys() >= _OF_A_NODE and "title" not in value:
        value = {**value, "title": value["id"]}
    if value.keys() == _NODE:
        properties = {name: one for name, one in sorted(value["properties"].items()) if name != "type"}
        return Node(value["labels"][0], properties["id"], properties)
    if value.keys() == _RELATIONSHIP:
        properties = dict(sorted(value["properties"].items()))
        return Relationship(value["type"], ends[value["start"]], ends[value["end"]], properties)
    if value.keys() == _PATH:
        nodes, relationships = (tuple(_clean(one, ends) for one in value[part]) for part in ("nodes", "relationships"))
        return Path(nodes, relationships)
    if value.keys() in (_DURATION, _DURATION | {"nanoseconds"}):
        return duration_text(**value)
    return {name: _clean(one, ends) for name, one in sorted(value.items())}


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), sys.argv[2])
