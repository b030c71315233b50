#!/usr/bin/env python3
"""Plain networkx on finished steps: readiness, step gaps, and what each front blocks, over a directed graph.

    python benchmarks/peers/networkx_walk.py INPUT

States, days and due days come ready-made from steps.parquet; what is counted is making the graph of steps, finding the
gaps by looking at each step's predecessors, and walking down from each front through steps that are not done.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import networkx as nx
import pandas as pd


def main(folder: Path) -> dict[str, object]:
    """Evaluate the exported case; return seconds and counts."""
    as_of = pd.Timestamp(json.loads((folder / "case.json").read_text())["as_of"]).toordinal()
    steps = pd.read_parquet(folder / "steps.parquet")
    after = pd.read_parquet(folder / "step_after.parquet")
    rows = [
        (step, {"required": required, "state": state, "done": done, "due": due})
        for step, required, state, done, due in zip(
            steps.step,
            steps.required,
            steps.state,
            [None if pd.isna(day) else day.toordinal() for day in steps.done_on],
            [None if pd.isna(day) else day.toordinal() for day in steps.due_on],
            strict=True,
        )
    ]
    edges = list(zip(after.predecessor, after.step, strict=True))

    begin = time.perf_counter()
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(rows)
    graph.add_edges_from(edges)
    found = {"front": 0, "late": 0, "disorder": 0, "blocked": 0, "blocked_steps": 0}
    waiting, fronts = set(), []
    for step, data in graph.nodes(data=True):
        before = [graph.nodes[one] for one in graph.predecessors(step)]
        pending = any(one["state"] in ("open", "untouched") and one["required"] for one in before)
        if data["state"] == "done":
            found["late"] += data["due"] is not None and data["done"] > data["due"]
            later = any(one["state"] == "done" and one["done"] > data["done"] for one in before)
            found["disorder"] += pending or later
        elif data["state"] != "cancelled" and data["required"]:
            waiting.add(step)
            if pending:
                found["blocked"] += 1
            elif data["due"] is not None and data["due"] < as_of:
                fronts.append(step)
    found["front"] = len(fronts)
    held = graph.subgraph(waiting).copy()
    found["blocked_steps"] = sum(len(nx.descendants(held, step)) for step in fronts)
    return {"seconds": time.perf_counter() - begin, "work": len(steps), "unit": "steps", "found": found}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
