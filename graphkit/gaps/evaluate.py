"""Evaluates a case: every gap that holds as of a day, known by a time, with its causes and impact (CONTRACT.md section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from graphkit.engine.duckdb import connect
from graphkit.facts import Facts
from graphkit.facts.expected import EXPECTED_SQL, definition_tables
from graphkit.facts.schema import stored_schema
from graphkit.gaps.periods import known_years, no_workdays, period_ends, workdays
from graphkit.gaps.rules import Rule, rules
from graphkit.model.case import THRESHOLDS, Case, Policy
from graphkit.model.errors import InputError, UsageError
from graphkit.model.tables import TABLES, Table

_GAP_ID = (
    "'gap-' || substr(md5(concat_ws(chr(31), {kind}, coalesce({policy}, ''), coalesce({measure}, ''), "
    "coalesce({stage}, ''), coalesce({scope}, ''), coalesce({subject}, ''))), 1, 16)"
)
_OPTIONAL = {"severity": "VARCHAR", "count": "BIGINT", "amount": "DECIMAL(28,6)", "currency": "VARCHAR",
             "due_on": "DATE", "happened_on": "DATE", "detail": "VARCHAR"}  # fmt: skip


@cache
def _view(name: str) -> str:
    return resources.files("graphkit.gaps").joinpath("views", f"{name}.sql").read_text(encoding="utf-8")


def end_of(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """Return `moment` in UTC without a zone: a plain date means the end of that day; a naive time is in `zone`."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.max)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).replace(tzinfo=None)


class Computation:
    """The tables of one evaluation, in a DuckDB of its own; `graphkit.gaps.evaluation.Evaluation` reads them."""

    def __init__(
        self,
        facts: Facts,
        case_id: str,
        as_of: date | None,
        known_by: date | datetime | None,
        thresholds: Mapping[str, Decimal] | None,
    ) -> None:
        self.facts = facts
        self.case: Case = facts.case(case_id)
        self.policies: list[Policy] = facts.policies(case_id)
        zone = ZoneInfo(self.case.timezone)
        self.as_of = as_of or self.case.as_of or datetime.now(zone).date()
        self.known_by = None if known_by is None else end_of(known_by, zone)
        self.thresholds = {**THRESHOLDS, **self.case.thresholds, **_checked(thresholds or {})}
        self.connection = connect()
        self._load_definitions()
        self._load_facts()
        self._run_views()
        self._find_gaps()
        self._walk()
        self._measure_impact()

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        return self.connection.execute(statement).fetchall()

    def _register(self, name: str, table: pa.Table) -> None:
        self.connection.register("_registered", table)
        self.run(f"CREATE TABLE {name} AS SELECT * FROM _registered")
        self.connection.unregister("_registered")

    def _load_definitions(self) -> None:
        for name, table in definition_tables(self.case, self.policies).items():
            self._register(name, table)
        present = self.facts.tables_present(self.case.id)
        settings: dict[str, Any] = {
            "as_of": pa.array([self.as_of], pa.date32()),
            "known_by": pa.array([self.known_by], pa.timestamp("us")),
            "case_currency": [self.case.currency],
            "calendar": [self.case.calendar],
            "has_coverage": ["coverage" in present],
            "has_beneficiaries": ["beneficiaries" in present],
        }
        for name, value in self.thresholds.items():
            settings[name] = pa.array([value], pa.decimal128(28, 6))
        self._register("settings", pa.table(settings))
        if self.case.calendar == "cn-workdays":
            first, last = known_years()
            if not first <= self.as_of.year <= last:
                raise InputError(
                    f"case.yaml, calendar cn-workdays: the working days of {self.as_of.year} are not known "
                    f"({first} to {last} are); choose another --as-of, or update chinese-calendar"
                )
            self._register("workdays", workdays())
        else:
            self._register("workdays", no_workdays())
        periods = [
            (cadence.kind, end) for cadence in self.case.report_cadence for end in period_ends(cadence, self.as_of)
        ]
        kinds, ends = zip(*periods, strict=True) if periods else ([], [])
        self._register("report_periods", pa.table({"kind": pa.array(kinds, pa.string()), "period_end": pa.array(ends, pa.date32())}))

    def _load_facts(self) -> None:
        """Make a view of each table's rows that count: on or before the as-of date, recorded by the known-by time."""
        for table in TABLES.values():
            files = self.facts.files(table.name, self.case.id)
            if files:
                listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
                stored = f"read_parquet([{listed}], hive_partitioning = false)"
            else:
                self._register(f"no_{table.name}", stored_schema(table.name).empty_table())
                stored = f"no_{table.name}"
            self.run(f"CREATE VIEW {table.name} AS {_counted(table, stored)}")

    def _run_views(self) -> None:
        for statements in (EXPECTED_SQL, *map(_view, ("steps", "evidence", "money", "findings", "deliveries", "measure_steps"))):
            self.connection.execute(statements)
        if self.case.calendar == "cn-workdays":
            self._refuse_unknown_years()

    def _refuse_unknown_years(self) -> None:
        lost = self.run(
            "SELECT steps.policy, steps.stage, steps.scope, steps.ready_on FROM steps "
            "JOIN stages ON stages.policy = steps.policy AND stages.id = steps.stage "
            "WHERE steps.ready AND stages.within_days IS NOT NULL AND steps.ready_on IS NOT NULL "
            "AND steps.due_on IS NOT DISTINCT FROM stages.due_on AND NOT EXISTS ("
            "SELECT 1 FROM workdays AS first_day JOIN workdays AS last_workday ON last_workday.is_workday "
            "AND last_workday.number = first_day.number + stages.within_days WHERE first_day.day = steps.ready_on) "
            "AND stages.within_days > 0 ORDER BY ALL LIMIT 1"
        )
        if lost:
            policy, stage, scope, day = lost[0]
            first, last = known_years()
            raise InputError(
                f"policy {policy}, stage {stage}, scope {scope}: its due date counts working days from {day}, "
                f"and only those of {first} to {last} are known; update chinese-calendar or use calendar: days"
            )

    def _find_gaps(self) -> None:
        self.run(
            "CREATE TABLE gap_rows (id VARCHAR, about VARCHAR, kind VARCHAR, category VARCHAR, severity VARCHAR, "
            "step BIGINT, policy VARCHAR, measure VARCHAR, stage VARCHAR, scope VARCHAR, region VARCHAR, "
            "subject VARCHAR, since DATE, due_on DATE, happened_on DATE, detail VARCHAR, count BIGINT)"
        )
        self.run("CREATE TABLE gap_amounts (gap VARCHAR, currency VARCHAR, amount DECIMAL(38,6))")
        ordered = sorted(rules().values(), key=lambda rule: rule.after is not None)
        for rule in ordered:
            self._apply(rule)

    def _apply(self, rule: Rule) -> None:
        query = f"({rule.sql})"
        columns = {name for name, *_ in self.run(f"DESCRIBE {query}")}
        optional = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in _OPTIONAL.items() if name not in columns)
        found = f"(SELECT *{', ' + optional if optional else ''} FROM {query})"
        in_force = "(policy IS NULL OR policy IN (SELECT id FROM policies_in_force))"
        if rule.about == "step":
            graded = rule.id in ("missing_step", "overdue_step", "unassigned_step")
            severity = f"coalesce(steps.severity, '{rule.severity}')" if graded else f"'{rule.severity}'"
            rows = (
                f"SELECT {severity} AS severity, found.step, steps.policy, steps.measure, steps.stage, steps.scope, steps.region, "
                "CAST(NULL AS VARCHAR) AS subject, found.since, found.due_on, found.happened_on, found.detail, found.count "
                f"FROM {found} AS found JOIN steps ON steps.step = found.step "
                "WHERE steps.policy IN (SELECT id FROM policies_in_force)"
            )
        elif rule.about == "delivery":
            counted = "sum(counted)" if "counted" in columns else "count(*)"
            self.run(
                f"CREATE OR REPLACE TABLE found AS SELECT policy, measure, region, currency, min(since) AS since, "
                f"CAST({counted} AS BIGINT) AS count, sum(amount) AS amount "
                f"FROM {found} AS found WHERE {in_force} GROUP BY ALL"
            )
            rows = (
                f"SELECT '{rule.severity}' AS severity, CAST(NULL AS BIGINT) AS step, policy, measure, CAST(NULL AS VARCHAR) AS stage, "
                "region AS scope, region, CAST(NULL AS VARCHAR) AS subject, min(since) AS since, CAST(NULL AS DATE) AS due_on, "
                "CAST(NULL AS DATE) AS happened_on, CAST(NULL AS VARCHAR) AS detail, CAST(sum(count) AS BIGINT) AS count "
                "FROM found GROUP BY policy, measure, region"
            )
        else:
            self.run(f"CREATE OR REPLACE TABLE found AS SELECT * FROM {found} AS found WHERE {in_force}")
            rows = (
                f"SELECT coalesce(min(severity), '{rule.severity}') AS severity, CAST(NULL AS BIGINT) AS step, policy, measure, stage, scope, "
                "min(region) AS region, subject, min(since) AS since, min(due_on) AS due_on, min(happened_on) AS happened_on, "
                "min(detail) AS detail, max(count) AS count FROM found GROUP BY policy, measure, stage, scope, subject"
            )
        identity = _GAP_ID.format(kind=f"'{rule.id}'", policy="policy", measure="measure", stage="stage", scope="scope", subject="subject")
        self.run(
            f"INSERT INTO gap_rows SELECT {identity}, '{rule.about}', '{rule.id}', '{rule.category}', severity, step, policy, measure, "
            f"stage, scope, region, subject, since, due_on, happened_on, detail, count FROM ({rows})"
        )
        if rule.about != "step":
            scope = "region" if rule.about == "delivery" else "scope"
            stage, subject = ("NULL", "NULL") if rule.about == "delivery" else ("stage", "subject")
            identity = _GAP_ID.format(
                kind=f"'{rule.id}'", policy="policy", measure="measure", stage=stage, scope=scope, subject=subject
            )
            self.run(
                f"INSERT INTO gap_amounts SELECT {identity}, coalesce(currency, case_currency), sum(amount) "
                f"FROM found, settings WHERE amount IS NOT NULL GROUP BY ALL"
            )

    def _walk(self) -> None:
        """Walk down from the fronts, one depth of the policies' chains after the other (CONTRACT.md section 3, impact)."""
        self.connection.execute(_view("reach"))
        for (depth,) in self.run("SELECT DISTINCT depth FROM waiting ORDER BY depth"):
            self.run(
                "INSERT INTO reach SELECT DISTINCT front, step FROM ("
                f"SELECT fronts.step AS front, waiting.step FROM waiting JOIN fronts ON fronts.step = waiting.predecessor WHERE depth = {depth} "
                f"UNION ALL SELECT reach.front, waiting.step FROM waiting JOIN reach ON reach.step = waiting.predecessor WHERE depth = {depth})"
            )

    def _measure_impact(self) -> None:
        self.connection.execute(_view("impact"))
        self._find_leads()
        self.connection.execute(_view("agencies"))

    def _find_leads(self) -> None:
        """For each step, the steps whose lead agencies answer for it: its own, or the nearest predecessors that have one."""
        self.run(
            "CREATE TABLE step_agencies AS SELECT DISTINCT steps.step, assignments.agency, coalesce(assignments.role, 'lead') AS role "
            "FROM assignments JOIN steps ON steps.policy = assignments.policy AND steps.stage = assignments.stage AND steps.scope = assignments.scope"
        )
        self.run("CREATE TABLE lead_steps AS SELECT DISTINCT step, step AS lead_step, 0 AS distance FROM step_agencies WHERE role = 'lead'")
        if not self.run("SELECT 1 FROM lead_steps LIMIT 1"):
            return
        for (depth,) in self.run("SELECT DISTINCT depth FROM steps WHERE depth > 0 ORDER BY depth"):
            self.run(
                "INSERT INTO lead_steps SELECT step, lead_step, distance FROM ("
                "SELECT DISTINCT steps.step, before.lead_step, before.distance + 1 AS distance, "
                "min(before.distance) OVER (PARTITION BY steps.step) + 1 AS nearest "
                "FROM steps ANTI JOIN lead_steps AS own ON own.step = steps.step "
                "JOIN step_after ON step_after.step = steps.step JOIN lead_steps AS before ON before.step = step_after.predecessor "
                "JOIN steps AS counted ON counted.step = step_after.predecessor AND counted.counts "
                f"WHERE steps.depth = {depth}) WHERE distance = nearest"
            )


def _counted(table: Table, stored: str) -> str:
    columns = "stored.*"
    conditions = []
    if table.name == "deliveries":
        columns = 'stored.* REPLACE (CASE WHEN stored."on" <= settings.as_of THEN stored."on" END AS "on")'
    else:
        conditions += [f'(stored."{name}" IS NULL OR stored."{name}" <= settings.as_of)' for name in table.date]
    if "recorded_at" in table.column_names:
        conditions.append("(settings.known_by IS NULL OR stored.recorded_at IS NULL OR stored.recorded_at <= settings.known_by)")
    if not conditions and columns == "stored.*":
        return f"SELECT * FROM {stored}"
    return f"SELECT {columns} FROM {stored} AS stored, settings WHERE {' AND '.join(conditions) or 'TRUE'}"


def _checked(thresholds: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    unknown = sorted(set(thresholds) - set(THRESHOLDS))
    if unknown:
        raise UsageError(f"unknown threshold {', '.join(unknown)}; known are {', '.join(sorted(THRESHOLDS))}")
    return thresholds

