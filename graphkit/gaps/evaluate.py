"""Finds every gap of a case as of a day, known by a time, with causes and impact (CONTRACT.md section 3).

The SQL lies beside this module: rules/ (one file a kind), views/ (what the rules and their readers look at),
collect/ (how a rule's rows become gaps, and the two walks along the chains, one depth after the other) and own/ (how
the rows of an analyst's rule become gaps).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from graphkit.engine.arrow import table_of
from graphkit.engine.duckdb import DuckDBEngine, connect, share
from graphkit.engine.engine import Engine, EngineName
from graphkit.facts import Facts
from graphkit.facts.expected import EXPECTED_SQL, definition_tables
from graphkit.facts.schema import stored_schema
from graphkit.gaps.advance.parts import Kept
from graphkit.gaps.own_rules import collect, collect_sql_rules
from graphkit.gaps.periods import known_years, no_workdays, period_ends, workdays
from graphkit.gaps.rules import rules, rules_for
from graphkit.gaps.statements import statements
from graphkit.model.case import THRESHOLDS, Case, Policy, threshold_problem
from graphkit.model.errors import InputError, UsageError
from graphkit.model.rule import OwnRule, Rule
from graphkit.model.tables import TABLES, Table

_GRADED = ("missing_step", "overdue_step", "unassigned_step")
"""The kinds whose severity a stage may set (CONTRACT.md section 3)."""

MAX_DELIVERIES = 100
"""How many deliveries are the evidence of one gap (CONTRACT.md section 3)."""

_FORMS = {"step": "step", "delivery": "rows"}
"""The file in collect/ for what a rule is about; for all else it is `identity`."""

_ROWS_OF: dict[str, tuple[str, ...]] = {
    "holder": ("transfers", "deliveries"),
    "group": ("beneficiary_groups",),
    "delivery": ("deliveries",),
    "finding": ("findings",),
}
"""The tables that tell of what a rule may be about: where none of them has rows, there is nothing that it can find."""

_STEP_COLUMNS = {
    "step": "BIGINT",
    "since": "DATE",
    "due_on": "DATE",
    "happened_on": "DATE",
    "detail": "VARCHAR",
    "count": "BIGINT",
}
_ROW_COLUMNS = {"amount": "DECIMAL(38,6)", "currency": "VARCHAR"}
_IDENTITY_COLUMNS = {
    "policy": "VARCHAR",
    "measure": "VARCHAR",
    "stage": "VARCHAR",
    "scope": "VARCHAR",
    "subject": "VARCHAR",
    "region": "VARCHAR",
    **{name: kind for name, kind in _STEP_COLUMNS.items() if name != "step"},
    "severity": "VARCHAR",
    **_ROW_COLUMNS,
}
"""What the rules of each form give; a rule may leave out what it has nothing to say of."""

_COLUMNS_OF: dict[str, frozenset[str]] = {}
"""The columns of each of the rules in rules/ that has run, by its id: also where it is asked for some steps only."""


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
        engine: EngineName = "duckdb",
        kinds: Iterable[str] | None = None,
    ) -> None:
        self.facts = facts
        self.commit = facts.version
        self.case: Case = facts.case(case_id)
        self.policies: list[Policy] = facts.policies(case_id)
        zone = ZoneInfo(self.case.timezone)
        self.as_of = as_of or self.case.day()
        self.known_by = None if known_by is None else end_of(known_by, zone)
        self.thresholds = {**THRESHOLDS, **self.case.thresholds, **_checked(thresholds or {})}
        self.rules: dict[str, Rule] = dict(rules())
        # A case's own rules may read what any rule has found.
        self.looked_for = rules() if kinds is None or facts.rules(case_id) else rules_for(kinds)
        self.problems: list[str] = []
        self.region: str | None = None
        self.connection = connect()
        own = DuckDBEngine(self.connection)
        self._engine: Engine = own if engine == "duckdb" else _spark(own)
        self.files: dict[str, frozenset[str]] = {}
        self._load_definitions()
        self.read_facts(facts, TABLES)
        self._run_views()
        self._find_gaps()
        self._measure()
        self.kept = Kept(self)

    @property
    def is_local(self) -> bool:
        """Whether the SQL runs here, in DuckDB."""
        return isinstance(self._engine, DuckDBEngine)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement on what was computed and return its rows."""
        return self.connection.execute(statement).fetchall()

    def deliveries_behind(self, kind: str) -> list[tuple[Any, ...]]:
        """Return the first deliveries behind the gaps of a kind in the table listed: gap, id, source, locator."""
        query = statements("collect/evidence_rows").format(query=self.rules[kind].sql, kind=kind, limit=MAX_DELIVERIES)
        return self._engine.rows(query)

    def _load_definitions(self) -> None:
        for name, table in definition_tables(self.case, self.policies).items():
            self._engine.register(name, table)
        present = self.facts.tables_present(self.case.id)
        settings = {
            "as_of": (pa.date32(), self.as_of),
            "known_by": (pa.timestamp("us"), self.known_by),
            "case_currency": (pa.string(), self.case.currency),
            "calendar": (pa.string(), self.case.calendar),
            "has_coverage": (pa.bool_(), "coverage" in present),
            "has_beneficiaries": (pa.bool_(), "beneficiaries" in present),
            **{name: (pa.decimal128(28, 6), value) for name, value in self.thresholds.items()},
        }
        kinds = pa.schema([(name, kind) for name, (kind, _) in settings.items()])
        self._engine.register("settings", table_of(kinds, [[value for _, value in settings.values()]]))
        self._engine.register("workdays", self._workdays())
        periods = [
            (cadence.kind, end) for cadence in self.case.report_cadence for end in period_ends(cadence, self.as_of)
        ]
        columns = pa.schema([("kind", pa.string()), ("period_end", pa.date32())])
        self._engine.register("report_periods", table_of(columns, periods))

    def _workdays(self) -> pa.Table:
        if self.case.calendar == "days":
            return no_workdays()
        first, last = known_years()
        if not first <= self.as_of.year <= last:
            raise InputError(
                f"case.yaml, calendar cn-workdays: the working days of {self.as_of.year} are not known "
                f"({first} to {last} are); choose another as-of date, or update chinese-calendar"
            )
        return workdays()

    def read_facts(self, facts: Facts, names: Iterable[str]) -> None:
        """Let the tables of these names hold what `facts` says: make a view of the rows of each that count."""
        share(self.connection, facts.rows(self.case.id))
        for name in names:
            files = facts.files(name, self.case.id)
            self._engine.execute(f"CREATE OR REPLACE VIEW {name} AS {self.counted(name, files)}")
            self.files = {**self.files, name: frozenset(files)}
        self.facts, self.commit = facts, facts.version

    def counted(self, name: str, files: Sequence[str]) -> str:
        """Return the query for the rows of a table that count: up to the as-of date, recorded by the known-by time."""
        schema = stored_schema(name)
        return _counted(TABLES[name], self._engine.stored(f"stored_{name}", files, schema), schema.names)

    def _run_views(self) -> None:
        self._engine.execute(EXPECTED_SQL)
        for name in ("steps", "evidence", "findings", "deliveries", "money", "measure_steps", "documents", "found"):
            self._engine.execute(statements(f"views/{name}"))
        self.check_days()

    def check_days(self) -> None:
        """Raise InputError for a due date that counts working days of years that are not known."""
        if self.case.calendar == "cn-workdays" and (lost := self._engine.rows(statements("views/unknown_days"))):
            policy, stage, scope, day = lost[0]
            first, last = known_years()
            raise InputError(
                f"policy {policy}, stage {stage}, scope {scope}: its due date counts working days from {day}, "
                f"and only those of {first} to {last} are known; update chinese-calendar or use calendar: days"
            )

    def _find_gaps(self) -> None:
        self.collect(self.looked_for.values())
        collect_sql_rules(self)

    def add_gaps(self, found: Iterable[tuple[OwnRule, pa.Table]]) -> None:
        """Add the gaps that rules found elsewhere, each with its rows, and measure all of them again."""
        collect(self, found)
        self._measure()

    def _measure(self) -> None:
        self._engine.execute(statements("views/gap_ids"))
        self.measure_impact()
        self._find_agencies()

    def collect(self, found_by: Iterable[Rule]) -> None:
        """Add the gaps that rules find to found_gaps and found_amounts; those that look at the others' gaps come last.

        Rules about steps are one statement, and those about whatever else has a name another: that is planned once.
        """
        chosen = [rule for rule in found_by if self._has_rows(rule.about)]
        for last in (False, True):
            forms: dict[str, list[Rule]] = {}
            for rule in chosen:
                if (rule.after is not None) is last:
                    forms.setdefault(_FORMS.get(rule.about, "identity"), []).append(rule)
            for form, alike in forms.items():
                if form == "rows":
                    for rule in alike:
                        self._collect_rows(rule)
                else:
                    query = "\nUNION ALL\n".join(self._query(rule, form) for rule in alike)
                    self._engine.execute(statements(f"collect/{form}").format(query=query))

    def _has_rows(self, about: str) -> bool:
        return about not in _ROWS_OF or any(self.files[table] for table in _ROWS_OF[about])

    def _query(self, rule: Rule, form: str) -> str:
        """Return the query for what a rule finds, with the columns that all rules of the form have."""
        given = self._columns(rule)
        names = _STEP_COLUMNS if form == "step" else _IDENTITY_COLUMNS
        columns = [f"CAST({name if name in given else 'NULL'} AS {kind}) AS {name}" for name, kind in names.items()]
        return (
            f"SELECT '{rule.about}' AS about, '{rule.id}' AS kind, '{rule.category}' AS category, "
            f"'{rule.severity}' AS rule_severity, {rule.id in _GRADED} AS is_graded, {', '.join(columns)} "
            f"FROM ({rule.sql}) AS found"
        )

    def _collect_rows(self, rule: Rule) -> None:
        given = self._columns(rule)
        missing = [f"CAST(NULL AS {kind}) AS {name}" for name, kind in _ROW_COLUMNS.items() if name not in given]
        self._engine.execute(
            statements("collect/rows").format(
                about=rule.about,
                kind=rule.id,
                category=rule.category,
                severity=rule.severity,
                counted="counted" if "counted" in given else "1",
                query=f"SELECT {', '.join(['*', *missing])} FROM ({rule.sql})",
            )
        )

    def _columns(self, rule: Rule) -> frozenset[str]:
        if rule.id not in _COLUMNS_OF:
            _COLUMNS_OF[rule.id] = frozenset(self._engine.columns(rule.sql))
        return _COLUMNS_OF[rule.id]

    def measure_impact(self) -> None:
        """Find causes and impact of the gaps in gap_rows, and make the table gaps."""
        self._engine.execute(statements("views/reach"))
        self.walk_reach()
        self._engine.execute(statements("views/impact"))

    def walk_reach(self) -> None:
        """Follow those who wait down from the fronts, one depth of the chains after the other."""
        for (depth,) in self._engine.rows("SELECT DISTINCT depth FROM waiting ORDER BY depth"):
            self._engine.execute(statements("collect/reach").format(depth=depth))

    def _find_agencies(self) -> None:
        """Find who answers for each gap, who supports, and which findings say the same."""
        self._engine.execute(statements("views/leads"))
        self.walk_leads()
        self._engine.execute(statements("views/agencies"))

    def walk_leads(self) -> None:
        """Follow the leads down to the steps that have none of their own, one depth after the other."""
        for (depth,) in self._engine.rows("SELECT DISTINCT depth FROM led_before ORDER BY depth"):
            self._engine.execute(statements("collect/leads").format(depth=depth))


def _spark(own: DuckDBEngine) -> Engine:
    try:
        from graphkit.engine.spark import SparkEngine  # noqa: PLC0415  (an extra)
    except ModuleNotFoundError:
        raise UsageError("the engine spark needs the extra [spark]: pip install 'graphkit[spark]'") from None
    return SparkEngine(own)


def _counted(table: Table, stored: str, names: Iterable[str]) -> str:
    columns = [f'stored."{name}"' for name in names]
    conditions = []
    if table.name == "deliveries":
        # What is delivered later than the as-of date is, as of that date, still due.
        columns[columns.index('stored."on"')] = 'CASE WHEN stored."on" <= settings.as_of THEN stored."on" END AS "on"'
    else:
        conditions += [f'(stored."{name}" IS NULL OR stored."{name}" <= settings.as_of)' for name in table.date]
    if "recorded_at" in table.column_names:
        known = "settings.known_by IS NULL OR stored.recorded_at IS NULL OR stored.recorded_at <= settings.known_by"
        conditions.append(f"({known})")
    return f"SELECT {', '.join(columns)} FROM {stored} AS stored, settings WHERE {' AND '.join(conditions) or 'TRUE'}"


def _checked(thresholds: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    for name, value in thresholds.items():
        if (problem := threshold_problem(name, value)) is not None:
            raise UsageError(problem, "threshold")
    return thresholds
