#!/usr/bin/env python3
"""Time every SQL statement of one evaluation, the slowest first.

    python benchmarks/statements.py WORKSPACE [--top 25]

Scripts of several statements are run one statement at a time, so the sum may be a little above the usual run.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from graphkit.engine.duckdb import connect
from graphkit.facts import Facts
from graphkit.gaps import evaluate

Timing = tuple[float, float, int, str]


def _said(statement: str) -> str:
    lines = (line.strip() for line in statement.splitlines())
    return " ".join(" ".join(line for line in lines if not line.startswith("--")).split())


class Watched:
    """A DuckDB connection that notes each statement's seconds, processor seconds and peak memory (MB)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, timings: list[Timing]) -> None:
        self._connection = connection
        self._timings = timings

    def execute(self, query: str, *values: Any, **named: Any) -> Any:
        """Run the statements of a script one by one; with values there is only one."""
        result: Any = None
        for statement in [query] if values or named else self._connection.extract_statements(query):
            begin, cpu = time.perf_counter(), time.process_time()
            result = self._connection.execute(statement, *values, **named)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            text = statement if isinstance(statement, str) else statement.query
            took = (time.perf_counter() - begin, time.process_time() - cpu)
            self._timings.append((*took, peak, _said(text)))
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def timings_of(workspace: Path) -> tuple[float, list[Timing]]:
    """Evaluate the first case of a workspace; return the seconds and the timing of every statement."""
    timings: list[Timing] = []

    def watched(*values: Any) -> Watched:
        return Watched(connect(*values), timings)

    sys.modules["graphkit.gaps.evaluate"].connect = watched  # type: ignore[attr-defined]
    facts = Facts(workspace)
    begin = time.perf_counter()
    evaluate(facts, facts.case_ids()[0])
    return time.perf_counter() - begin, timings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--top", type=int, default=25)
    given = parser.parse_args(arguments)
    seconds, timings = timings_of(given.workspace)
    wall, cpu = (sum(one[place] for one in timings) for place in (0, 1))
    print(f"{seconds:.2f} s, of which {wall:.2f} s ({cpu:.2f} s of processor) in {len(timings)} statements")
    for took, cpu, peak, text in sorted(timings, key=lambda one: -one[1])[: given.top]:
        print(f"{took:7.3f} s  cpu {cpu:7.3f} s  peak {peak:5} MB  {text[:150]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
