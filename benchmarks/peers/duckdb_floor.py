#!/usr/bin/env python3
"""The floor: a bare DuckDB prototype of step states, readiness, step gaps and the blocked walk, with nothing around it.

    python benchmarks/peers/duckdb_floor.py INPUT

INPUT has events.parquet (policy, stage, scope, kind, on, recorded_at, id), stages.parquet, stage_after.parquet and
regions.parquet, as `steps.py export` writes them. It knows only cases like the generated ones: every stage applies to
every region of its level, due dates are calendar days, everything counts. No provenance, no coverage, no assignments,
no evidence, no text, no amounts, no ids of gaps: what any evaluation in DuckDB has to do at the least.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

_STATEMENTS = """
CREATE TABLE region AS SELECT row_number() OVER (ORDER BY code) AS r, code, level, parent FROM '{0}/regions.parquet';
CREATE TABLE above AS
WITH RECURSIVE up AS (
  SELECT r, r AS a, code, parent FROM region
  UNION ALL SELECT up.r, region.r, region.code, region.parent FROM up JOIN region ON region.code = up.parent
) SELECT r, a FROM up;
CREATE TABLE stage AS SELECT row_number() OVER (ORDER BY depth, policy, id) AS s, * FROM '{0}/stages.parquet';
CREATE TABLE pair AS
SELECT own.s, before.s AS b, own.level = before.level AS same FROM '{0}/stage_after.parquet' AS x
JOIN stage AS own ON own.policy = x.policy AND own.id = x.stage
JOIN stage AS before ON before.policy = x.policy AND before.id = x.after;
CREATE TABLE event AS
SELECT stage.s * 1048576 + region.r AS step,
  max(CASE kind WHEN 'completed' THEN 0 WHEN 'cancelled' THEN 1 ELSE 2 END
      + 4 * (epoch_us(recorded_at) % 86400000000) + 400000000000 * ("on" - DATE '2000-01-01')) AS last
FROM '{0}/events.parquet' AS e
JOIN stage ON stage.policy = e.policy AND stage.id = e.stage
JOIN region ON region.code = e.scope
WHERE e."on" <= '{1}' GROUP BY 1;
CREATE TABLE step AS
SELECT s * 1048576 + r AS step, s, r, depth, required, within_days, due_on, start,
  CASE WHEN last IS NULL THEN 3 ELSE last % 4 END AS state,
  CASE WHEN last % 4 = 0 THEN last // 400000000000 END AS done
FROM stage JOIN region USING (level) LEFT JOIN event ON event.step = s * 1048576 + r;
CREATE TABLE edge AS
SELECT step.step, pair.b * 1048576 + step.r AS before FROM step JOIN pair USING (s) WHERE pair.same
UNION ALL
SELECT step.step, b.step FROM pair JOIN step ON step.s = pair.s JOIN above ON above.r = step.r
JOIN step AS b ON b.s = pair.b AND b.r = above.a WHERE NOT pair.same
UNION ALL
SELECT step.step, b.step FROM pair JOIN step ON step.s = pair.s JOIN above ON above.a = step.r AND above.r <> step.r
JOIN step AS b ON b.s = pair.b AND b.r = above.r WHERE NOT pair.same;
CREATE TABLE ready AS
SELECT edge.step, bool_and(b.state <= 1 OR NOT b.required) AS ready, max(b.done) AS last_done
FROM edge JOIN step AS b ON b.step = edge.before GROUP BY 1;
CREATE TABLE known AS
SELECT step.*, coalesce(ready.ready, true) AS ready, ready.last_done,
  coalesce(ready.last_done, start) + within_days AS due
FROM step LEFT JOIN ready USING (step);
CREATE TABLE front AS
SELECT step FROM known
WHERE required AND state >= 2 AND ready AND coalesce(least(due, due_on), due_on) < DATE '{1}' - DATE '2000-01-01';
CREATE TABLE late AS
SELECT step FROM known WHERE state = 0 AND ready AND done > coalesce(least(due, due_on), due_on);
CREATE TABLE disorder AS SELECT step FROM known WHERE state = 0 AND (NOT ready OR done < last_done);
CREATE TABLE blocked AS SELECT step FROM known WHERE required AND state >= 2 AND NOT ready;
CREATE TABLE waiting AS
SELECT edge.before, edge.step, own.depth FROM edge
JOIN known AS own ON own.step = edge.step JOIN known AS b ON b.step = edge.before
WHERE own.required AND own.state >= 2 AND b.required AND b.state >= 2;
CREATE TABLE reach AS SELECT step AS front, step FROM front;
"""


def main(folder: Path, as_of: str) -> dict[str, object]:
    """Run the prototype over an exported case; return seconds and counts."""
    begin = time.perf_counter()
    connection = duckdb.connect(config={"preserve_insertion_order": False})
    connection.execute(_STATEMENTS.format(folder, as_of))
    for (depth,) in connection.execute("SELECT DISTINCT depth FROM waiting ORDER BY 1").fetchall():
        connection.execute(
            "INSERT INTO reach SELECT DISTINCT front, waiting.step FROM waiting "
            f"JOIN reach ON reach.step = waiting.before WHERE depth = {depth}"
        )
    counted = {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
        for name in ("front", "late", "disorder", "blocked")
    }
    counted["blocked_steps"] = connection.execute("SELECT count(*) FROM reach").fetchall()[0][0] - counted["front"]
    steps = connection.execute("SELECT count(*) FROM step").fetchall()[0][0]
    return {"seconds": time.perf_counter() - begin, "work": steps, "found": counted}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(json.dumps(main(folder, json.loads((folder / "case.json").read_text())["as_of"])))
