#!/usr/bin/env python3
"""Compare graphkit's gaps of a generated case with the case's known answer.

    python benchmarks/check.py CASE WORKSPACE      # the case is loaded into the workspace if that is not there yet

Exit status 0 when every count, root, blocked count, amount, cause and fingerprint agrees; else 1 and the differences.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from casegen.answer import fingerprint

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate

_IDENTITY = "concat_ws('|', {})".format(
    ", ".join(f"coalesce(g.{one}, '')" for one in ("policy", "measure", "stage", "scope", "subject"))
)
_LINES = {
    "identities": f"SELECT g.kind, {_IDENTITY} AS line FROM gaps AS g",
    "impacts": f"SELECT g.kind, concat_ws('|', {_IDENTITY}, g.root, coalesce(CAST(g.days AS VARCHAR), ''), "
    "g.blocked_steps, g.beneficiaries) AS line FROM gaps AS g",
    "sums": f"SELECT g.kind, concat_ws('|', {_IDENTITY}, g.root, coalesce(CAST(g.count AS VARCHAR), ''), "
    "CAST(CAST(coalesce(a.amount, 0) * 100 AS BIGINT) AS VARCHAR)) AS line "
    "FROM gaps AS g LEFT JOIN gap_amounts AS a ON a.gap = g.id",
}
_CAUSES = (
    f"SELECT concat_ws('|', g.kind, {_IDENTITY}, cause.kind, {_IDENTITY.replace('g.', 'cause.')}) AS line "
    "FROM gap_causes JOIN gaps AS g ON g.id = gap_causes.gap JOIN gaps AS cause ON cause.id = gap_causes.cause"
)


_SHOWN = 20


def found(evaluation: Evaluation, answer: dict[str, Any]) -> dict[str, Any]:
    """Return what graphkit found, in the form of answer.json."""
    totals = evaluation.sql(
        "SELECT kind, count(*) AS counts, count(*) FILTER (root) AS roots, "
        "CAST(sum(blocked_steps) AS BIGINT) AS blocked_steps FROM gaps GROUP BY kind ORDER BY kind"
    ).to_pylist()
    amounts = evaluation.sql(
        "SELECT kind, CAST(sum(amount) * 100 AS BIGINT) AS cents "
        "FROM gap_amounts JOIN gaps ON gaps.id = gap_amounts.gap GROUP BY kind"
    ).to_pylist()
    cents = {row["kind"]: row["cents"] for row in amounts}
    prints: dict[str, Any] = {}
    for name, query in _LINES.items():
        prints[name] = {}
        for kind in answer["fingerprints"][name]:
            lines = evaluation.sql(f"SELECT line FROM ({query}) WHERE kind = '{kind}'").column("line")
            prints[name][kind] = fingerprint(lines)
    causes = evaluation.sql(_CAUSES).column("line")
    prints["causes"] = fingerprint(causes if len(causes) else pa.chunked_array([], pa.string()))
    return {
        "counts": {row["kind"]: row["counts"] for row in totals},
        "roots": {row["kind"]: row["roots"] for row in totals},
        "blocked_steps": {
            row["kind"]: row["blocked_steps"] for row in totals if row["kind"] in answer["blocked_steps"]
        },
        "amount_cents": {kind: cents.get(kind, 0) for kind in answer["amount_cents"]},
        "causes": len(causes),
        "fingerprints": prints,
    }


def differences(expected: Any, actual: Any, place: str = "") -> list[str]:
    """Return one line for each value that differs."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [
            line
            for key in sorted(set(expected) | set(actual))
            for line in differences(expected.get(key), actual.get(key), f"{place}{key}: ")
        ]
    return [] if expected == actual else [f"{place}expected {expected}, found {actual}"]


def check(case: Path, evaluation: Evaluation) -> list[str]:
    """Return the differences between an evaluation and the known answer of the case."""
    answer = json.loads((case / "answer.json").read_text(encoding="utf-8"))
    actual = found(evaluation, answer)
    return differences({name: answer[name] for name in actual}, actual)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", type=Path)
    parser.add_argument("workspace", type=Path)
    given = parser.parse_args(arguments)
    if not given.workspace.exists():
        loaded = load_case(Facts(given.workspace, create=True), given.case)
        for warning in loaded.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if loaded.rejected:
            print(f"{loaded.rejected} rows were rejected: {loaded.rejects_file}", file=sys.stderr)
            return 1
    facts = Facts(given.workspace)
    lines = check(given.case, evaluate(facts, facts.case_ids()[0]))
    for line in lines[:_SHOWN]:
        print(line)
    print(f"{len(lines)} differences")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
