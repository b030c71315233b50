#!/usr/bin/env python3
"""Plain pandas on the same events: step states, readiness, due days, step gaps, and the blocked walk by merges.

    python benchmarks/peers/pandas_merge.py INPUT

From the events as they are, in one thread. What it leaves out is what duckdb_floor.py leaves out (no coverage,
assignments, evidence, money, text, provenance); predecessors are taken ready-made from step_after.parquet. Reading the
files is counted, as it is for graphkit.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd


def main(folder: Path) -> dict[str, object]:
    """Evaluate the exported case; return seconds and counts."""
    begin = time.perf_counter()
    as_of = pd.Timestamp(json.loads((folder / "case.json").read_text())["as_of"])
    events = pd.read_parquet(folder / "events.parquet")
    events["on"] = pd.to_datetime(events["on"])
    last = (
        events[events["on"] <= as_of]
        .sort_values(["on", "recorded_at", "id"])
        .drop_duplicates(["policy", "stage", "scope"], keep="last")[["policy", "stage", "scope", "kind", "on"]]
    )
    stages = pd.read_parquet(folder / "stages.parquet").rename(columns={"id": "stage"})
    regions = pd.read_parquet(folder / "regions.parquet").rename(columns={"code": "scope"})
    keys = pd.read_parquet(folder / "steps.parquet", columns=["step", "policy", "stage", "scope"])
    after = pd.read_parquet(folder / "step_after.parquet")
    steps = stages.merge(regions[["scope", "level"]], on="level").merge(keys, on=["policy", "stage", "scope"])
    steps = steps.merge(last, on=["policy", "stage", "scope"], how="left").set_index("step")
    steps["done"] = steps["on"].where(steps.kind == "completed")
    steps["undone"] = ~steps.kind.isin(["completed", "cancelled"])
    before = after.join(steps[["undone", "required", "done"]], on="predecessor")
    before["waits"] = before.undone & before.required
    grouped = before.groupby("step").agg(waits=("waits", "any"), last_done=("done", "max"))
    steps = steps.join(grouped)
    steps["ready"] = ~steps.waits.fillna(False).astype(bool)
    base = steps.last_done.fillna(pd.Timestamp("2000-01-01") + pd.to_timedelta(steps.start, unit="D"))
    due = (base + pd.to_timedelta(steps.within_days, unit="D")).where(steps.ready)
    fixed = pd.Timestamp("2000-01-01") + pd.to_timedelta(steps.due_on, unit="D")
    steps["due"] = due.where(fixed.isna() | (due < fixed), fixed)
    undone = steps.required & steps.undone
    front = steps.index[undone & steps.ready & (steps.due < as_of)]
    late = (steps.done > steps.due).sum()
    disorder = (steps.done.notna() & (~steps.ready | (steps.done < steps.last_done))).sum()
    waiting = steps.index[undone]
    edges = after[after.step.isin(waiting) & after.predecessor.isin(waiting)]
    reach = pd.DataFrame({"front": front, "at": front})
    level, pieces = reach, [reach]
    while len(level):
        level = level.merge(edges, left_on="at", right_on="predecessor")[["front", "step"]].drop_duplicates()
        level = level.rename(columns={"step": "at"})
        pieces.append(level)
    blocked = len(pd.concat(pieces).drop_duplicates()) - len(front)
    seconds = time.perf_counter() - begin
    found = {
        "front": len(front),
        "late": int(late),
        "disorder": int(disorder),
        "blocked": int((undone & ~steps.ready).sum()),
        "blocked_steps": blocked,
    }
    return {"seconds": seconds, "work": len(steps), "unit": "steps", "found": found}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
