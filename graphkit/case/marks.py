"""Marks rows of a table that contradict others of it: in the table `checked`, by its columns _column, _value, _reason.

The rows stand in a DuckDB of the load's own (graphkit.case.load); `earlier` is SQL for the table's rows that were
loaded before, or that another of its files holds.
"""

from __future__ import annotations

import duckdb

from graphkit.model.sql import identifier, literal
from graphkit.model.tables import LEVELS, TABLES, Table


def mark_parents(connection: duckdb.DuckDBPyConnection, table: Table, earlier: str) -> None:
    """Refuse parents that are unknown (and so on downwards), and rows that are their own ancestors."""
    if not any(column.refers == (table.name,) for column in table.columns):
        return
    run = connection.execute
    key = table.key[0]
    run(f"CREATE OR REPLACE TABLE parents AS SELECT {key} AS key, parent FROM {earlier}")
    _mark_orphans(connection, key, "SELECT key FROM parents")
    run(f"INSERT INTO parents SELECT {key}, parent FROM checked WHERE _reason IS NULL")
    while _changed(connection, "DELETE FROM parents WHERE parent IS NULL OR parent NOT IN (SELECT key FROM parents)"):
        pass
    # What is left stands in a circle or below one: only those above somebody are the circle itself.
    while _changed(connection, "DELETE FROM parents WHERE key NOT IN (SELECT parent FROM parents)"):
        pass
    run(
        "UPDATE checked SET _column = 'parent', _value = parent, _reason = 'makes it its own ancestor' "
        f"WHERE _reason IS NULL AND {key} IN (SELECT key FROM parents)"
    )
    _mark_orphans(connection, key, f"SELECT {key} FROM {earlier}")


def mark_levels(connection: duckdb.DuckDBPyConnection, earlier: str) -> list[str]:
    """Refuse regions that lie in one of a lower level, and return a warning for each that lies in one of its own."""
    run = connection.execute
    ranks = ", ".join(f"{literal(level)}: {rank}" for rank, level in enumerate(LEVELS))
    run(
        "CREATE OR REPLACE TABLE level_pairs AS "
        "SELECT own._row, own.code, own.level, own.parent, above.level AS over, "
        f"MAP {{{ranks}}}[own.level] - MAP {{{ranks}}}[above.level] AS below "
        "FROM checked AS own JOIN (SELECT code, level FROM checked WHERE _reason IS NULL UNION ALL "
        f"SELECT code, level FROM {earlier}) AS above ON above.code = own.parent "
        "WHERE own._reason IS NULL"
    )
    run(
        "UPDATE checked SET _column = 'level', _value = checked.level, "
        "_reason = 'cannot lie in ' || pair.parent || ', which is of the level ' || pair.over "
        "FROM level_pairs AS pair WHERE pair._row = checked._row AND pair.below < 0"
    )
    same = run("SELECT code, parent, level FROM level_pairs WHERE below = 0 ORDER BY _row").fetchall()
    _mark_orphans(connection, TABLES["regions"].key[0], f"SELECT code FROM {earlier}")
    return [
        f"tables/regions: {code} lies in {parent}, which is of the same level ({level})" for code, parent, level in same
    ]


def mark_duplicates(connection: duckdb.DuckDBPyConnection, table: Table, earlier: str | None) -> None:
    """Mark rows whose key stands before in the file or in `earlier` (if any): `_again` when the content is the same."""
    run = connection.execute
    run("ALTER TABLE checked ADD COLUMN _again BOOLEAN DEFAULT false")
    content = [identifier(name) for name in (*table.column_names, "attributes")]
    key = [identifier(name) for name in table.key] or content
    by = ", ".join(key)
    same = " AND ".join(f"checked.{one} IS NOT DISTINCT FROM first.{one}" for one in content)
    matched = " AND ".join(f"checked.{one} IS NOT DISTINCT FROM first.{one}" for one in key)
    label = literal(table.key[0]) if table.key else "NULL"
    value = f"CAST(checked.{key[0]} AS VARCHAR)" if table.key else "NULL"
    several = f"FROM checked WHERE _reason IS NULL GROUP BY {by} HAVING count(*) > 1"
    sources = []
    if run(f"SELECT 1 {several} LIMIT 1").fetchall():
        run(
            "CREATE OR REPLACE TABLE twice AS SELECT * FROM checked WHERE _reason IS NULL "
            + (
                f"AND ({by}) IN (SELECT ({by}) {several})"
                if table.key
                else f"QUALIFY count(*) OVER (PARTITION BY {by}) > 1"
            )
        )
        kept = ", ".join(["_row", *content])
        first = f"(SELECT {kept} FROM twice QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY _row) = 1)"
        sources.append(("row ' || first._row || '", first))
    if earlier is not None:
        sources.append(("what was loaded before", f"(SELECT 0 AS _row, {', '.join(content)} FROM {earlier})"))
    for where, source in sources:
        run(
            f"UPDATE checked SET _again = ({same}), "
            f"_column = CASE WHEN {same} THEN NULL ELSE {label} END, "
            f"_value = CASE WHEN {same} THEN NULL ELSE {value} END, "
            f"_reason = CASE WHEN {same} THEN NULL ELSE 'is there already with other content, in {where}' END "
            f"FROM {source} AS first WHERE checked._reason IS NULL AND NOT checked._again "
            f"AND {matched} AND checked._row > first._row"
        )


def _mark_orphans(connection: duckdb.DuckDBPyConnection, key: str, known: str) -> None:
    """Refuse rows whose parent is none of `known` (SQL for keys) and no good row, and so on downwards."""
    while _changed(
        connection,
        "UPDATE checked SET _column = 'parent', _value = parent, _reason = 'is unknown, or was itself left out' "
        "WHERE _reason IS NULL AND parent IS NOT NULL AND parent NOT IN "
        f"(SELECT {key} FROM checked WHERE _reason IS NULL UNION ALL {known})",
    ):
        pass


def _changed(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Run a change and return how many rows it changed."""
    return int(connection.execute(statement).fetchall()[0][0])
