"""The gaps of analysts' rules: each query is run in the sandbox, its rows are held against the case, then collected.

A rule that cannot be run, or names what the case does not have, is left out with one line that says why; the others
stand. Rules in Cypher need the graph, so `graphkit.graph.own_rules` runs those and hands over their rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from graphkit.engine.rule_rows import rule_rows
from graphkit.engine.sandbox import SelectLimits, run_select
from graphkit.gaps.statements import statements
from graphkit.model.errors import GraphkitError, InputError
from graphkit.model.rule import OwnRule
from graphkit.model.rule_columns import RULE_TABLES, columns_of
from graphkit.model.sql import literal
from graphkit.model.tables import TABLES

if TYPE_CHECKING:
    from graphkit.gaps.evaluate import Computation

LIMITS = SelectLimits(time_s=30.0)
"""What one rule may take."""


def collect_sql_rules(computation: Computation) -> None:
    """Run the case's rules in SQL and add their gaps to those found; what is wrong with a rule becomes a problem."""
    chosen = [rule for rule in computation.facts.rules(computation.case.id) if rule.language == "sql"]
    if not chosen:
        return
    with tempfile.TemporaryDirectory(prefix="graphkit-rules-") as folder:
        tables = _Tables(computation, Path(folder))
        # All of them are run before any is collected: no rule sees the gaps of another.
        found = [(rule, _run(rule, tables, computation)) for rule in chosen]
    collect(computation, [(rule, rows) for rule, rows in found if rows is not None])


def collect(computation: Computation, found: Iterable[tuple[OwnRule, pa.Table]]) -> None:
    """Add the rows that rules found to the gaps of an evaluation; a rule whose rows are wrong becomes a problem."""
    for rule, rows in found:
        try:
            _collect(computation, rule, rule_rows(rule.about, rows))
        except GraphkitError as error:
            computation.problems.append(f"{rule.file}: {error}")


def _run(rule: OwnRule, tables: _Tables, computation: Computation) -> pa.Table | None:
    from graphkit.engine.select import check_select  # noqa: PLC0415 - its parser takes a while to import

    try:
        read = check_select(rule.query, RULE_TABLES)
        return run_select(rule.query, *tables.handed(read), LIMITS)
    except GraphkitError as error:
        computation.problems.append(f"{rule.file}: {error}")
        return None


def _collect(computation: Computation, rule: OwnRule, rows: pa.Table) -> None:
    number = len(computation.rules)
    connection = computation.connection
    connection.register("_given", rows)
    connection.execute("CREATE OR REPLACE TEMP TABLE own_given AS SELECT row_number() OVER () AS number, * FROM _given")
    connection.unregister("_given")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE own_found AS {statements(f'own/{rule.about}')}")
    columns = columns_of(rule.about)
    identity = ", ".join(f"own_given.{name}" for one in columns.one_of for name in one)
    wrong = computation.run(statements("own/wrong").format(about=rule.about, identity=identity))
    if wrong:
        what, value, count = wrong[0]
        shown = f"'{value if len(value) <= 80 else value[:79] + '…'}'"
        known = "is not one that this case has" if what in ("case", rule.about) else "is not what the case says of it"
        known = "must be high, medium or low" if what == "severity" else known
        more = f" ({count - 1} more rows are wrong)" if count > 1 else ""
        raise InputError(f"it gives the {what} {shown}, which {known}{more}")
    connection.execute(
        statements("own/collect").format(
            about=rule.about,
            kind=rule.kind,
            category=rule.category,
            severity=rule.severity,
            rows=f"own_rows_{number}",
        )
    )
    computation.rules[rule.kind] = rule.as_rule(f"SELECT * FROM own_rows_{number}")


class _Tables:
    """The tables of an evaluation as the sandbox is given them: views as they are written, tables as Parquet files."""

    def __init__(self, computation: Computation, folder: Path) -> None:
        self._computation = computation
        self._folder = folder
        self._views = dict(computation.run("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal"))
        self._selects: dict[str, tuple[dict[str, str], list[str]]] = {}

    def handed(self, names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
        """Return the SELECT that makes each table, those that it reads before it, and the files that they read."""
        tables: dict[str, str] = {}
        files: dict[str, None] = {}
        for name in sorted(names):
            if name not in self._selects:
                self._selects[name] = self._made(name)
            tables.update(self._selects[name][0])
            files.update(dict.fromkeys(self._selects[name][1]))
        return tables, list(files)

    def _made(self, name: str) -> tuple[dict[str, str], list[str]]:
        from graphkit.engine.select import tables_read  # noqa: PLC0415 - its parser takes a while to import

        if name not in self._views:
            return self._copied(name)
        select = self._views[name].partition(" AS ")[2].rstrip().rstrip(";")
        tables, files = self.handed(tables_read(select))
        stored = name.removeprefix("stored_")
        own = self._computation.facts.files(stored, self._computation.case.id) if stored in TABLES else []
        return {**tables, name: select}, [*files, *own]

    def _copied(self, name: str) -> tuple[dict[str, str], list[str]]:
        path = str(self._folder / f"{name}.parquet")
        self._computation.connection.execute(f"COPY (SELECT * FROM {name}) TO {literal(path)} (FORMAT parquet)")
        return {name: f"SELECT * FROM read_parquet([{literal(path)}])"}, [path]
