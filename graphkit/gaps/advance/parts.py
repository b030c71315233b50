"""What advances of an evaluation touched: as it was before them, and as it is now, for who projects only that."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from graphkit.gaps.statements import making, statements

if TYPE_CHECKING:
    from graphkit.gaps.evaluate import Computation

TABLES = (
    "step_states", "steps", "events", "sourced_events", "documents",
    "gaps", "gap_causes", "gap_amounts", "gap_agencies", "gap_findings",
)  # fmt: skip
"""The tables of which a part holds only what was touched; all others stay as they are.

Of documents it has all, and in sourced_events each source that events name, with the first batch that did.
"""

_KNOWN = {"events": "touched_events", "sourced_events": "first_sources", "documents": "main.documents"}

OF_GAPS = {"gaps": "id", "gap_causes": "gap", "gap_amounts": "gap", "gap_agencies": "gap", "gap_findings": "gap"}
"""Of these tables, those that tell of gaps, each with the column that says which."""

_MOST_ADVANCES = 8
_SCHEMA = "part"


class Kept:
    """The rows that the newest advances replaced, each with `until`, the commit that an advance brought it up to."""

    def __init__(self, computation: Computation) -> None:
        self._run = computation.connection.execute
        self._commits = [newest_load(computation)]

    def reaches(self, commit: int) -> bool:
        """Whether what the evaluation was at a commit is known."""
        return commit in self._commits

    def begin(self, commit: int) -> None:
        """Begin with an advance up to a commit."""
        self._commits = [*self._commits, commit][-1 - _MOST_ADVANCES :]
        self._run(
            "CREATE SCHEMA IF NOT EXISTS before; CREATE TABLE IF NOT EXISTS before.found (id VARCHAR, until BIGINT)"
        )
        for table in ("step_states", *OF_GAPS):
            self._run(
                f"CREATE TABLE IF NOT EXISTS before.{table} AS "
                f"SELECT *, CAST(NULL AS BIGINT) AS until FROM main.{table} LIMIT 0"
            )
        for table in ("found", "step_states", *OF_GAPS):
            self._run(f"DELETE FROM before.{table} WHERE until <= {self._commits[0]}")

    def keep_steps(self, chosen: str) -> None:
        """Keep the states of the steps that a query names, which are about to change."""
        self._keep("step_states", "step", chosen)

    def keep_gaps(self, chosen: str) -> None:
        """Keep the gaps that a query names, which are about to change or to go; of new ones, that there was none."""
        self._run(f"INSERT INTO before.found SELECT DISTINCT id, {self._commits[-1]} FROM ({chosen}) AS chosen (id)")
        for table, key in OF_GAPS.items():
            self._keep(table, key, chosen)

    def _keep(self, table: str, key: str, chosen: str) -> None:
        self._run(
            f"INSERT INTO before.{table} SELECT *, {self._commits[-1]} FROM main.{table} WHERE {key} IN ({chosen})"
        )


def newest_load(computation: Computation) -> int:
    """Return the number of the newest commit of the case that a computation rests on."""
    return max(one.number for one in computation.facts.commits() if one.case == computation.case.id)


def parts(computation: Computation, since: int) -> Generator[bool, None, None]:
    """Let TABLES hold only what advances since a commit touched: first as it was then (False), then as it is (True).

    Those are the steps and gaps that may be otherwise, and the steps that these gaps are at.
    """
    run = computation.connection.execute
    run(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE; CREATE SCHEMA {_SCHEMA}; SET search_path = '{_SCHEMA},main'")
    try:
        run(statements("advance/touched").format(since=since))
        for now in (False, True):
            for touched, tables in (("touched_steps", {"step_states": "step"}), ("touched_gaps", OF_GAPS)):
                for table, key in tables.items():
                    # What no advance has kept is as it was.
                    joined = f"JOIN {touched} AS touched ON touched.key = kept.{key}"
                    then = f"FROM before.{table} AS kept {joined} AND touched.until = kept.until"
                    still = f"FROM main.{table} AS kept {joined}" + ("" if now else " AND touched.until IS NULL")
                    run(
                        f"CREATE OR REPLACE TABLE {table} AS SELECT kept.* {still}"
                        + ("" if now else f" UNION ALL SELECT kept.* EXCLUDE (until) {then}")
                    )
            run(making("views/steps", "steps"))
            known = "TRUE" if now else f"CAST(substr(batch, 2) AS BIGINT) <= {since}"
            for table, source in _KNOWN.items():
                run(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM {source} WHERE {known}")
            yield now
    finally:
        run(f"SET search_path = 'main'; DROP SCHEMA {_SCHEMA} CASCADE")
