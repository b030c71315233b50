#!/usr/bin/env python3
"""The steps of graphkit that are measured, each in a process of its own; benchmarks/run calls them.

    python benchmarks/steps.py STEP …

Each prints one JSON object: seconds, work (units), unit, found (what came out), detail (parts of the time).
"""

# Each step pays for the memory of its own imports only.
# ruff: noqa: PLC0415

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from check import check
from measure import size_mb

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.gaps.statements import making

_DAYS = "CAST(date_diff('day', DATE '2000-01-01', {}) AS BIGINT)"


def _evaluated(workspace: str) -> Evaluation:
    facts = Facts(Path(workspace))
    return evaluate(facts, facts.case_ids()[0])


def _count(evaluation: Evaluation, query: str) -> int:
    return int(evaluation.sql(query).column(0)[0].as_py())


def load(case: str, workspace: str) -> dict[str, Any]:
    """Load a case folder into a new workspace."""
    shutil.rmtree(workspace, ignore_errors=True)
    begin = time.perf_counter()
    result = load_case(Facts(Path(workspace), create=True), Path(case))
    seconds = time.perf_counter() - begin
    rows = sum(result.loaded.values())
    return {
        "seconds": seconds,
        "work": rows,
        "unit": "rows",
        "disk_mb": size_mb(Path(workspace)),
        "found": {"rejected": result.rejected},
    }


def scan(workspace: str) -> dict[str, Any]:
    """Read every column of every stored row once in plain DuckDB: what reading the same bytes costs at the least."""
    import duckdb

    files = sorted(str(path) for path in (Path(workspace) / "facts").rglob("*.parquet"))
    begin = time.perf_counter()
    rows = 0
    for file in files:
        if "/definitions/" in file:
            continue
        columns = [row[0] for row in duckdb.execute("DESCRIBE SELECT * FROM read_parquet(?)", [file]).fetchall()]
        sums = ", ".join(f'max(hash("{column}"))' for column in columns)
        rows += duckdb.execute(f"SELECT count(*), {sums} FROM read_parquet(?)", [file]).fetchall()[0][0]
    return {"seconds": time.perf_counter() - begin, "work": rows, "unit": "rows"}


def evaluate_case(workspace: str) -> dict[str, Any]:
    """Evaluate every kind with causes and impact; the time of each part beside it."""
    parts: dict[str, float] = {}
    computation = sys.modules["graphkit.gaps.evaluate"].Computation
    for name in ("_load_definitions", "read_facts", "_run_views", "_find_gaps", "measure_impact", "_find_agencies"):
        if hasattr(computation, name):
            setattr(computation, name, _timed(getattr(computation, name), name.strip("_"), parts))
    begin, cpu = time.perf_counter(), time.process_time()
    evaluation = _evaluated(workspace)
    counts = evaluation.counts(consequences=True)
    seconds = time.perf_counter() - begin
    parts["of_processor"] = round(time.process_time() - cpu, 2)
    steps = _count(evaluation, "SELECT count(*) FROM steps")
    return {"seconds": seconds, "work": steps, "unit": "steps", "found": counts, "detail": parts}


def advance(workspace: str) -> dict[str, Any]:
    """Bring an evaluation up to 10,000 new events of steps all over the case; compare it with one made from nothing."""
    with _copied(workspace) as facts:
        (case_id,) = facts.case_ids()
        begin = time.perf_counter()
        evaluation = evaluate(facts, case_id)
        first = time.perf_counter() - begin
        new = _add_events(facts, evaluation)
        begin, cpu = time.perf_counter(), time.process_time()
        advanced = evaluation.advance(facts)
        seconds, of_processor = time.perf_counter() - begin, time.process_time() - cpu
        begin = time.perf_counter()
        again = evaluate(facts, case_id)
        from_nothing = time.perf_counter() - begin
        different = [table for table in _TOLD if _fingerprint(evaluation, table) != _fingerprint(again, table)]
        return {
            "seconds": seconds,
            "work": new,
            "unit": "events",
            "found": {"taken in": advanced, "tables that differ from an evaluation from nothing": len(different)},
            "detail": {
                "of_processor": round(of_processor, 2),
                "before_s": round(first, 2),
                "from_nothing_s": round(from_nothing, 2),
                "different": different,
            },
        }


def follow(workspace: str) -> dict[str, Any]:
    """Let the embedded graph, and who has it open, follow an evaluation that took 10,000 new events in."""
    from graphkit.graph.embedded import EmbeddedStore
    from graphkit.graph.projection import project
    from graphkit.graph.stores import follow as follow_evaluation

    ask = "MATCH (g:Gap {key: 'none'}) RETURN count(g)"
    with _copied(workspace) as facts:
        evaluation = evaluate(facts, *facts.case_ids())
        store = EmbeddedStore(facts.workspace / "graph", workers=1)
        store.run(ask)
        new = _add_events(facts, evaluation)
        taken = evaluation.advance(facts)
        begin, cpu = time.perf_counter(), time.process_time()
        followed = follow_evaluation(evaluation, store)
        seconds, of_processor = time.perf_counter() - begin, time.process_time() - cpu
        begin = time.perf_counter()
        store.run(ask)
        opened = time.perf_counter() - begin
        store.close()
        manifest = store.manifest()
        counts = project([evaluate(facts, *facts.case_ids())]).counts()
        alike = manifest is not None and manifest.counts == counts
        return {
            "seconds": seconds,
            "work": new,
            "unit": "events",
            "found": {
                "followed": taken and followed,
                "counted as from nothing": alike,
            },
            "detail": {"of_processor": round(of_processor, 2), "who_has_it_open_s": round(opened, 2)},
        }


@contextmanager
def _copied(workspace: str) -> Iterator[Facts]:
    """Open a copy of a workspace that may be changed, and remove it in the end."""
    with tempfile.TemporaryDirectory(dir=Path(workspace).parent) as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(workspace, copy)
        yield Facts(copy)


def _add_events(facts: Facts, evaluation: Evaluation) -> int:
    """Load 10,000 new events of steps all over the case; return how many they are."""
    import pyarrow as pa

    from graphkit.facts.schema import stored_schema

    with facts.transaction(evaluation.case.id) as transaction:
        schema = stored_schema("events")
        rows = evaluation.sql(_NEW_EVENTS).to_pylist()
        rows = [dict.fromkeys(schema.names) | row | {"batch": transaction.batch} for row in rows]
        transaction.append("events", pa.Table.from_pylist(rows, schema=schema), len(rows))
        transaction.commit({})
    return len(rows)


_NEW_EVENTS = """
SELECT
  'new-' || step AS id, policy, stage, scope,
  CASE
    WHEN hash(step + 1) % 10 < 7 THEN 'completed' WHEN hash(step + 1) % 10 < 9 THEN 'started' ELSE 'reopened'
  END AS kind,
  settings.as_of - CAST(hash(step) % 40 AS INTEGER) AS "on",
  CAST(settings.as_of - CAST(hash(step) % 40 AS INTEGER) AS TIMESTAMP) AS recorded_at
FROM steps CROSS JOIN settings
ORDER BY hash(step), step
LIMIT 10000
"""
_TOLD = (
    "gaps", "gap_causes", "gap_agencies", "gap_amounts", "gap_groups", "gap_findings", "step_states", "step_events",
    "completions", "steps_past_due", "reach", "waiting", "fronts", "lead_steps",
)  # fmt: skip


def _fingerprint(evaluation: Evaluation, table: str) -> list[dict[str, Any]]:
    return evaluation.rows(f"SELECT count(*) AS rows, sum(CAST(hash(told) AS HUGEINT)) AS hashes FROM {table} AS told")


def _timed(method: Callable[..., Any], name: str, parts: dict[str, float]) -> Callable[..., Any]:
    def timed(*arguments: Any) -> Any:
        begin = time.perf_counter()
        try:
            return method(*arguments)
        finally:
            parts[name] = round(parts.get(name, 0) + time.perf_counter() - begin, 3)

    return timed


def compare(case: str, workspace: str) -> dict[str, Any]:
    """Compare the evaluation with the known answer."""
    evaluation = _evaluated(workspace)
    begin = time.perf_counter()
    lines = check(Path(case), evaluation)
    return {
        "seconds": time.perf_counter() - begin,
        "work": _count(evaluation, "SELECT count(*) FROM gaps"),
        "unit": "gaps",
        "found": {"differences": len(lines)},
        "detail": {"first": lines[:5]},
    }


_PEERS_KINDS = ("missing_step", "unobserved_step", "overdue_step", "blocked_step", "late_step", "out_of_order")
"""The kinds that pm4py and pySHACL look for too: steps that are not done, done late, or done out of order."""


def find_kinds(workspace: str) -> dict[str, Any]:
    """Find the kinds that the peers find from what the peers are handed: finished steps and their predecessors.

    What is past due and covered is told apart in this time; no causes, impact, names or ids, which peers do not give.
    """
    evaluation = _evaluated(workspace)
    connection = evaluation._computation.connection
    found: dict[str, int] = {}
    begin, cpu = time.perf_counter(), time.process_time()
    connection.execute(making("views/evidence", "steps_past_due"))
    for kind in _PEERS_KINDS:
        connection.execute(f"CREATE OR REPLACE TABLE same_kind AS {evaluation.rules[kind].sql}")
        found[kind] = connection.execute("SELECT count(*) FROM same_kind").fetchall()[0][0]
    seconds, of_processor = time.perf_counter() - begin, time.process_time() - cpu
    steps = _count(evaluation, "SELECT count(*) FROM steps")
    return {
        "seconds": seconds,
        "work": steps,
        "unit": "steps",
        "found": found,
        "detail": {"of_processor": round(of_processor, 2)},
    }


def list_gaps(workspace: str) -> dict[str, Any]:
    """Make the first hundred gaps, then all but the consequences, with evidence and explanations in both languages."""
    evaluation = _evaluated(workspace)
    begin = time.perf_counter()
    evaluation.gaps(limit=100)
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    gaps = evaluation.gaps()
    return {
        "seconds": time.perf_counter() - begin,
        "work": len(gaps),
        "unit": "gaps",
        "detail": {"first_hundred": round(first, 3)},
    }


def projection(workspace: str) -> dict[str, Any]:
    """Project facts and gaps into the embedded graph and save its snapshot."""
    from graphkit.graph.embedded import EmbeddedStore
    from graphkit.graph.projection import project

    evaluation = _evaluated(workspace)
    folder = Path(workspace) / "graph"
    shutil.rmtree(folder, ignore_errors=True)
    begin = time.perf_counter()
    frames = project([evaluation])
    EmbeddedStore(folder).load(frames)
    counts = frames.counts()
    return {
        "seconds": time.perf_counter() - begin,
        "work": sum(counts.values()),
        "unit": "nodes and relationships",
        "disk_mb": size_mb(folder),
    }


def cypher(workspace: str) -> dict[str, Any]:
    """Run every query of the library that needs no parameter on the projected graph."""
    from graphkit.graph.embedded import EmbeddedStore
    from graphkit.graph.library import library
    from graphkit.graph.store import Limits

    store = EmbeddedStore(Path(workspace) / "graph")
    limits = Limits(timeout_s=120, memory_mb=8192)
    took: dict[str, float] = {}
    failed: dict[str, str] = {}
    begin = time.perf_counter()
    for query in library().values():
        if any(parameter.required for parameter in query.parameters.values()):
            continue
        start = time.perf_counter()
        try:
            store.run(query.cypher, query.bind({}), limits)
            took[query.id] = round(time.perf_counter() - start, 3)
        except Exception as error:
            failed[query.id] = str(error)[:100]
    seconds = time.perf_counter() - begin
    store.close()
    slowest = dict(sorted(took.items(), key=lambda item: -item[1])[:8])
    return {"seconds": seconds, "work": len(took), "unit": "queries", "found": {"failed": failed}, "detail": slowest}


def neo4j(workspace: str) -> dict[str, Any]:
    """Load the same graph into a real Neo4j (GRAPHKIT_TEST_NEO4J_URI), run the same Cypher there, compare the rows."""
    import os

    from graphkit.graph.bolt import BoltStore
    from graphkit.graph.embedded import EmbeddedStore
    from graphkit.graph.library import library
    from graphkit.graph.projection import project
    from graphkit.graph.store import Limits

    frames = project([_evaluated(workspace)])
    embedded, server = EmbeddedStore(Path(workspace) / "graph"), BoltStore(os.environ["GRAPHKIT_TEST_NEO4J_URI"])
    begin = time.perf_counter()
    server.load(frames)
    loaded = time.perf_counter() - begin
    limits = Limits(timeout_s=60)
    took = {"neo4j": 0.0, "embedded": 0.0}
    different: list[str] = []
    failed: dict[str, str] = {}
    queries = 0
    for query in library().values():
        if any(parameter.required for parameter in query.parameters.values()):
            continue
        rows = []
        times = []
        try:
            for store in (server, embedded):
                start = time.perf_counter()
                rows.append(store.run(query.cypher, query.bind({}), limits).rows)
                times.append(time.perf_counter() - start)
        except Exception as error:
            failed[query.id] = str(error)[:100]
            continue
        queries += 1
        took["neo4j"] += times[0]
        took["embedded"] += times[1]
        if repr(rows[0]) != repr(rows[1]):
            different.append(query.id)
    server.close()
    embedded.close()
    return {
        "seconds": took["neo4j"],
        "work": queries,
        "unit": "queries",
        "found": {"failed": failed, "different": different},
        "detail": {"load_s": round(loaded, 2), "the_same_queries_embedded_s": round(took["embedded"], 3)},
    }


def report(workspace: str) -> dict[str, Any]:
    """Build the stage report and write it as a web page and as Markdown."""
    from graphkit.reports.build import build_report
    from graphkit.reports.html import report_html
    from graphkit.reports.markdown import report_markdown

    evaluation = _evaluated(workspace)
    begin = time.perf_counter()
    built = build_report(evaluation)
    model = time.perf_counter() - begin
    length = len(report_html(built, "zh")) + len(report_markdown(built, "zh"))
    return {
        "seconds": time.perf_counter() - begin,
        "work": length,
        "unit": "characters",
        "detail": {"model": round(model, 3)},
    }


def serve(workspace: str, phase: str, clients: str, seconds: str) -> dict[str, Any]:
    """Load the API server with clients that ask for one kind of answer; memory and processor time are the server's."""
    from serve_load import measure

    found = measure(Path(workspace), int(clients), float(seconds), [phase])[phase]
    figures = ("clients", "p50_ms", "p95_ms", "server_cpu_ms_per_request", "memory_before_mb", "memory_after_mb")
    return {
        "seconds": found["seconds"],
        "work": found["requests"],
        "unit": "requests",
        "found": {"errors": found["errors"], "first_errors": found["first_errors"]},
        "detail": {name: found[name] for name in figures},
    }


def export(workspace: str, folder: str) -> dict[str, Any]:
    """Write what the peers read: the events as they are, and for those that need it the finished steps."""
    import pyarrow.parquet as pq

    evaluation = _evaluated(workspace)
    out = Path(folder)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    start = _DAYS.format("coalesce(p.effective_from, DATE '2000-01-01')")
    queries = {
        "events": 'SELECT id, policy, stage, scope, kind, "on", recorded_at FROM events',
        "regions": "SELECT code, level, parent FROM regions",
        "stages": f"SELECT s.policy, s.id, s.level, NOT s.optional AS required, s.within_days, "
        f"{_DAYS.format('s.due_on')} AS due_on, s.depth, {start} AS start "
        "FROM stages AS s JOIN policies AS p ON p.id = s.policy",
        "stage_after": "SELECT policy, stage, after FROM stage_after",
        "steps": "SELECT step, policy, stage, scope, level, required, state, done_on, due_on, ready FROM steps",
        "step_after": "SELECT step, predecessor FROM step_after",
        "gaps": "SELECT kind, step, blocked_steps FROM gaps WHERE step IS NOT NULL",
    }
    for name, query in queries.items():
        pq.write_table(evaluation.sql(query), out / f"{name}.parquet")
    (out / "case.json").write_text(json.dumps({"as_of": evaluation.as_of.isoformat()}), encoding="utf-8")
    return {"seconds": 0.0, "work": _count(evaluation, "SELECT count(*) FROM steps"), "unit": "steps"}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "load": load,
    "scan": scan,
    "evaluate": evaluate_case,
    "advance": advance,
    "kinds": find_kinds,
    "check": compare,
    "gaps": list_gaps,
    "projection": projection,
    "follow": follow,
    "cypher": cypher,
    "neo4j": neo4j,
    "report": report,
    "serve": serve,
    "export": export,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
