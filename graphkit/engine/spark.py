"""Spark as an engine: what reads rows runs on its cluster, what reads what came of them in the DuckDB of this process.

The statements are those written for DuckDB, turned into Spark's SQL by sqlglot. Rows (deliveries, beneficiaries,
events) never leave the cluster's workers, which read the same Parquet files; the tables made from them (what was
delivered to each group, the events of each step …) come back here, and are given to Spark again where a later statement
needs them beside rows. A worker that is lost costs time only: its part is read again. docs/scaling.md lists what runs
where.

Where Spark runs is its own configuration: `local[*]` if nothing is said, else what spark-defaults.conf
(SPARK_CONF_DIR), the variable MASTER, or PYSPARK_SUBMIT_ARGS say (spark://…, yarn, k8s://…).
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlglot
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema
from sqlglot import exp

from graphkit.engine.duckdb import DuckDBEngine
from graphkit.model.errors import StoreError

ON_CLUSTER = frozenset(f"stored_{name}" for name in ("deliveries", "beneficiaries", "events"))
"""The stored tables whose rows Spark reads: those that grow with people and steps.

Transfers are not among them: an account's days are made of them and of all that was delivered, which is here already.
"""

_SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}
"""What the meaning of the statements rests on; everything else is the cluster's."""


class SparkEngine:
    """`graphkit.engine.engine.Engine` on a session of Spark and the DuckDB that readers look at afterwards.

    Raises StoreError when Spark cannot be started or a query fails on it.
    """

    def __init__(self, own: DuckDBEngine) -> None:
        self._own = own
        self._session = _started().newSession()
        for name, value in _SESSION.items():
            self._session.conf.set(name, value)
        self._on_cluster: set[str] = set()
        self._lent: set[str] = set()

    def register(self, name: str, table: pa.Table) -> None:
        """Make a table of rows that are at hand."""
        self._own.register(name, table)

    def stored(self, name: str, files: Sequence[str], schema: pa.Schema) -> str:
        """Make `name` the rows of some Parquet files; every worker has to reach those of rows by the same paths."""
        self._own.execute(f"CREATE VIEW {name} AS SELECT * FROM {self._own.stored(f'{name}_files', files, schema)}")
        if name in ON_CLUSTER and files:
            plain = ["".join(f"\\{one}" if one in "{}[]*?\\" else one for one in file) for file in files]
            kinds = from_arrow_schema(schema, prefer_timestamp_ntz=True)
            self._session.read.schema(kinds).parquet(*plain).createOrReplaceTempView(name)
            self._on_cluster.add(name)
        return name

    def execute(self, script: str) -> None:
        """Run statements that make, fill or drop tables and views, each where its rows are."""
        if not self._on_cluster and not self._lent:
            # Nothing is there to be read by it: a case without such rows is evaluated as without Spark.
            self._own.execute(script)
            return
        for statement in _statements(script):
            self._lent.discard(statement.name)
            if not self._on_cluster & statement.reads:
                self._on_cluster.discard(statement.name)
                self._own.execute(statement.written)
            elif statement.action == "view":
                self._own.execute(statement.written)
                self._query(statement.query, statement.reads).createOrReplaceTempView(statement.name)
                self._on_cluster.add(statement.name)
            else:
                self._own.take(statement.name, self._rows(statement.query, statement.reads), statement.action)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        if self._on_cluster:
            text, reads = _select(query)
            if self._on_cluster & reads:
                columns = [column.to_pylist() for column in self._rows(text, reads).columns]
                return list(zip(*columns, strict=True))
        return self._own.rows(query)

    def columns(self, query: str) -> list[str]:
        """Return the names of the columns that a query gives."""
        return self._own.columns(query)

    def _query(self, text: str, reads: frozenset[str]) -> DataFrame:
        for name in sorted(reads - self._on_cluster - self._lent):
            frame = self._session.createDataFrame(self._own.table(name))
            frame.createOrReplaceTempView(name)
            self._lent.add(name)
        return self._session.sql(text)

    def _rows(self, text: str, reads: frozenset[str]) -> pa.Table:
        try:
            return self._query(text, reads).toArrow()
        except PySparkException as error:
            raise StoreError(f"Spark: a query failed: {_one_line(error)}") from None


def _started() -> SparkSession:
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    # PySpark speaks of pandas, which takes no part in this.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    quiet = Path(__file__).with_name("log4j2.properties")
    os.environ.setdefault("SPARK_SUBMIT_OPTS", f"-Dlog4j2.configurationFile={quiet}")
    try:
        # What runs is not configured anew: reading and setting each property is a round trip to the JVM.
        if running := SparkSession.getActiveSession():
            return running
        # Asking for a property starts the JVM, which reads Spark's configuration: before that SparkConf would be empty.
        SparkContext.getSystemProperty("spark.master")
        conf = SparkConf().setAppName("graphkit")
        conf.setIfMissing("spark.ui.enabled", "false")
        conf.set("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        if conf.get("spark.master", "").startswith("local"):
            conf.setIfMissing("spark.driver.host", "127.0.0.1").setIfMissing("spark.driver.bindAddress", "127.0.0.1")
        return SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, Py4JError, RuntimeError, OSError) as error:
        raise StoreError(f"Spark cannot be started (it needs Java 17 and its cluster): {_one_line(error)}") from None


@dataclass(frozen=True, slots=True)
class _Statement:
    """One statement: what it does (view, table, insert, drop), to which name, by which query of Spark reading what."""

    action: str
    name: str
    query: str
    reads: frozenset[str]
    written: str


@cache
def _statements(script: str) -> list[_Statement]:
    found = []
    for statement in sqlglot.parse(script, dialect="duckdb"):
        if statement is None:
            continue
        written = statement.sql("duckdb", comments=False)
        action = str(statement.args["kind"]).lower() if isinstance(statement, exp.Create) else statement.key
        target, query = statement.find(exp.Table), statement.args.get("expression")
        text, reads = _spelt(query) if isinstance(query, exp.Query) else ("", frozenset())
        found.append(_Statement(action, target.name if target else "", text, reads, written))
    return found


@cache
def _select(query: str) -> tuple[str, frozenset[str]]:
    return _spelt(sqlglot.parse_one(query, dialect="duckdb"))


def _spelt(query: exp.Expr) -> tuple[str, frozenset[str]]:
    """Return a query in Spark's SQL, and the names of the tables that it reads."""
    named = {one.alias for one in query.find_all(exp.CTE)}
    reads = frozenset({table.name for table in query.find_all(exp.Table)} - named)
    return query.transform(_respelt).sql("spark", comments=False), reads


def _respelt(node: exp.Expr) -> exp.Expr:
    """Spell for Spark what sqlglot leaves as it is."""
    if isinstance(node, exp.Anonymous) and node.name.upper() == "ROW":
        return exp.Anonymous(this="STRUCT", expressions=node.expressions)
    return node


def _one_line(error: Exception) -> str:
    """Return what an error says; of one from the JVM, what its innermost cause says, without the trace."""
    said = str(error).rpartition("Caused by: ")[2].partition("\n\tat ")[0].partition("JVM stacktrace:")[0]
    return " ".join(said.split())[:300]
