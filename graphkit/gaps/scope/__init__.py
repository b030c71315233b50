"""An evaluation cut down to a region and what lies below it: the one place that decides what a limited asker can see.

The whole case is evaluated first, for a county's steps wait for its province's; then every table is cut down, and what
is counted over gaps is counted again among those that are left. Whatever reads the evaluation afterwards (lists,
chains, evidence, reports, pages, exports, traces) can tell nothing else, because nothing else is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.gaps.statements import statements
from graphkit.model.tables import TABLES

if TYPE_CHECKING:
    from graphkit.gaps.evaluate import Computation


def restrict(computation: Computation, region: str) -> None:
    """Cut a finished computation down to a region; nothing is left of it where the case has no such region."""
    connection = computation.connection
    connection.execute("CREATE TABLE asker AS SELECT ? AS region", [region])
    connection.execute(statements("scope/rows"))
    views = {name for (name,) in computation.run("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    for name in TABLES:
        connection.execute(f"DROP {'VIEW' if name in views else 'TABLE'} {name}")
    for name in TABLES:
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM own_{name}")
    connection.execute(statements("scope/found"))
    connection.execute(statements("views/gap_ids"))
    computation.measure_impact()
    connection.execute(statements("scope/after"))
    for name in TABLES:
        connection.execute(f"DROP TABLE own_{name}")
    computation.problems.clear()
    computation.region = region
