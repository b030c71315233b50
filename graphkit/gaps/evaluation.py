"""An evaluation as its readers see it: ranked gaps with causes, impact, evidence and one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa

from graphkit.engine.engine import EngineName
from graphkit.facts import Facts
from graphkit.gaps.advance import advance
from graphkit.gaps.advance.parts import parts
from graphkit.gaps.evaluate import Computation
from graphkit.gaps.evidence import Quotes, evidence_of
from graphkit.gaps.explain import Explainer
from graphkit.gaps.scope import restrict
from graphkit.gaps.statements import statements
from graphkit.model.case import Case, Policy
from graphkit.model.errors import InputError, RefusedError, UsageError
from graphkit.model.gap import CATEGORY_ZH, Gap
from graphkit.model.rule import OWN, OwnRule, Rule

_BATCH_ROWS = 10_000

_RANK = (
    "CASE gaps.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, gaps.beneficiaries DESC, "
    "coalesce(own_amount.amount, 0) DESC, coalesce(gaps.days, 0) DESC, gaps.id"
)
_RANKED = (
    "FROM gaps CROSS JOIN settings LEFT JOIN gap_amounts AS own_amount "
    "ON own_amount.gap = gaps.id AND own_amount.currency = settings.case_currency"
)


def evaluate(
    facts: Facts,
    case_id: str,
    as_of: date | None = None,
    known_by: date | datetime | None = None,
    thresholds: Mapping[str, Decimal] | None = None,
    region: str | None = None,
    engine: EngineName = "duckdb",
    kinds: Iterable[str] | None = None,
) -> Evaluation:
    """Evaluate a case as of a day (default: its as_of, else today), known by a time (default: all that is known).

    `known_by` as a date means the end of that day in the case's time zone. `thresholds` override the case's own.
    `region` is for an asker who may see that region and what lies below it: the evaluation then holds nothing else.
    `engine` says what runs the SQL: DuckDB here, or Spark on the cluster that its configuration names.
    `kinds` says that only gaps of these kinds will be asked for: no others are looked for, but those that explain them.
    Raises InputError for an unknown case or a day that its calendar does not know, UsageError for an unknown threshold,
    or for a day that is none: a text, or a pandas Timestamp, which Python takes for a date.
    """
    if as_of is not None and type(as_of) is not date:
        raise UsageError(f"as_of is {as_of!r}; it must be a datetime.date, such as date(2020, 6, 30)", "as_of")
    if known_by is not None and not isinstance(known_by, date):
        raise UsageError(f"known_by is {known_by!r}; it must be a datetime.date or datetime.datetime", "known_by")
    if region is None:
        return Evaluation(Computation(facts, case_id, as_of, known_by, thresholds, engine, kinds))
    try:
        computation = Computation(facts, case_id, as_of, known_by, thresholds, engine, kinds)
    except InputError as error:
        raise InputError(f"case {case_id} cannot be evaluated as of this day") from error
    restrict(computation, region)
    return Evaluation(computation)


class Evaluation:
    """The gaps of one case as of one day; the tables behind them can be read with `sql`."""

    def __init__(self, computation: Computation) -> None:
        self._computation = computation
        self._is_ranked = False
        self._names: dict[str, frozenset[str]] = {}

    @cached_property
    def _quotes(self) -> Quotes:
        return Quotes(self._computation)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self._computation)

    @property
    def case(self) -> Case:
        """The case that was evaluated."""
        return self._computation.case

    @property
    def region(self) -> str | None:
        """The region that the evaluation is cut down to, for an asker who may see no more; None: the whole case."""
        return self._computation.region

    @property
    def policies(self) -> list[Policy]:
        """The policies of the case, sorted by id."""
        return self._computation.policies

    @property
    def as_of(self) -> date:
        """The day as of which the gaps hold."""
        return self._computation.as_of

    @property
    def known_by(self) -> datetime | None:
        """The time (UTC, without a zone) by which the facts had been recorded; None for all that is known."""
        return self._computation.known_by

    @property
    def thresholds(self) -> dict[str, Decimal]:
        """The thresholds in force."""
        return dict(self._computation.thresholds)

    @property
    def rules(self) -> dict[str, Rule]:
        """Every kind of gap that was looked for, with its rule: the contract's, then the case's own."""
        return dict(self._computation.rules)

    @property
    def problems(self) -> list[str]:
        """One line for each of the case's own rules that could not be run: its file, and what is wrong with it."""
        return list(self._computation.problems)

    def advance(self, facts: Facts) -> bool:
        """Bring the evaluation up to newer facts of its workspace; False, and nothing changed, where that needs more.

        It needs more where anything but events and documents was added to the case, or for one that is cut down to a
        region or has rules of its own: then evaluate anew. Raises InputError as `evaluate` does; the
        evaluation is of no more use then.
        """
        if not advance(self._computation, facts):
            return False
        self._is_ranked = False
        vars(self).pop("_quotes", None)  # there may be new documents to quote
        return True

    def reaches(self, commit: int) -> bool:
        """Whether `parts` can tell what the evaluation was at a commit of the case: one that it was advanced from."""
        return self._computation.kept.reaches(commit)

    def parts(self, since: int) -> AbstractContextManager[Iterator[bool]]:
        """Let `sql` see of graphkit.gaps.advance.parts.TABLES only what advances since a commit touched.

        That is first as it was at that commit, which the evaluation must reach (False), then as it is now (True).
        """
        return closing(parts(self._computation, since))

    def add_gaps(self, found: Iterable[tuple[OwnRule, pa.Table]], problems: Iterable[str] = ()) -> None:
        """Add gaps of the case's own rules that need more than SQL, such as the graph; each rule with its rows.

        `problems` has one line for each of them that could not be run.
        RefusedError for an evaluation that is cut down to a region: the rows may tell of others.
        """
        if self.region is not None:
            raise RefusedError("rules over the whole graph are not run for an asker limited to a region")
        self._is_ranked = False
        self._computation.problems += problems
        self._computation.add_gaps(found)

    @property
    def facts(self) -> Facts:
        """The facts that were evaluated."""
        return self._computation.facts

    @property
    def commit(self) -> int:
        """The number of the facts' commit that was evaluated, whatever was loaded since."""
        return self._computation.commit

    def sql(self, query: str) -> pa.Table:
        """Return the rows of a query over the evaluation's tables (trusted SQL of graphkit's own; not a console)."""
        return self._computation.connection.sql(query).to_arrow_table()

    def rows(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query with `?` for each of `values`, as dicts."""
        connection = self._computation.connection
        return connection.sql(query, params=values or []).to_arrow_table().to_pylist()  # type: ignore[no-any-return]

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """Return the rows of a query some at a time, with no more of them in memory than DuckDB needs to sort them.

        The query has a connection of its own, so that others may read the evaluation meanwhile. Trusted SQL, as for
        `sql`.
        """
        return _read(self._computation.connection.cursor(), query)

    def counts(self, *, consequences: bool = False) -> dict[str, int]:
        """Return how many gaps there are of each kind that occurs: the contract's in its order, then the own ones."""
        found = dict(self._computation.run("SELECT kind, count(*) FROM gaps GROUP BY kind"))
        return {kind: found[kind] for kind in self.rules if kind in found and (consequences or kind != "blocked_step")}

    def gaps(
        self,
        *,
        policy: str | None = None,
        region: str | None = None,
        agency: str | None = None,
        kind: Iterable[str] | str | None = None,
        category: Iterable[str] | str | None = None,
        consequences: bool = False,
        limit: int | None = None,
    ) -> list[Gap]:
        """Return the gaps in their rank order; `region` takes all below it, `agency` those responsible or supporting.

        Raises UsageError for a kind, category, policy, region or agency that there is not.
        """
        where, values = self._chosen(policy, region, agency, kind, category, consequences)
        bound = f"LIMIT {int(limit)}" if limit is not None else ""
        return self._gaps(f"SELECT gaps.* {_RANKED} {where} ORDER BY {_RANK} {bound}", values)

    def gap_ids(
        self,
        *,
        policy: str | None = None,
        region: str | None = None,
        agency: str | None = None,
        kind: Iterable[str] | str | None = None,
        category: Iterable[str] | str | None = None,
        consequences: bool = False,
    ) -> list[str]:
        """Return the ids of the gaps that `gaps` would return, in the same order, and at much less cost."""
        where, values = self._chosen(policy, region, agency, kind, category, consequences)
        connection = self._computation.connection
        if not self._is_ranked:  # once, for lists are asked for with one filter after the other
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE ranked AS SELECT gaps.id, gaps.kind, gaps.category, gaps.policy, "
                f"gaps.region, row_number() OVER (ORDER BY {_RANK}) AS place {_RANKED}"
            )
            self._is_ranked = True
        found = connection.execute(f"SELECT gaps.id FROM ranked AS gaps {where} ORDER BY gaps.place", values)
        return [key for (key,) in found.fetchall()]

    def _chosen(
        self,
        policy: str | None,
        region: str | None,
        agency: str | None,
        kind: Iterable[str] | str | None,
        category: Iterable[str] | str | None,
        consequences: bool,
    ) -> tuple[str, list[Any]]:
        """Return the WHERE of a list of gaps and its values; UsageError as `gaps`."""
        conditions: list[str] = []
        values: list[Any] = []
        kinds = self._known("kind", kind, tuple(self.rules))
        categories = self._known("category", category, tuple(CATEGORY_ZH))
        if not consequences and "blocked_step" not in kinds:
            conditions.append("gaps.kind <> 'blocked_step'")
        for column, chosen in (("kind", kinds), ("category", categories)):
            if chosen:
                conditions.append(f"gaps.{column} IN ({', '.join('?' * len(chosen))})")
                values += chosen
        if policy is not None:
            self._known("policy", policy, tuple(one.id for one in self.policies))
            conditions.append("gaps.policy = ?")
            values.append(policy)
        if region is not None:
            self._one("region", region, "SELECT code FROM regions")
            conditions.append("gaps.region IN (SELECT code FROM region_above WHERE ancestor = ?)")
            values.append(region)
        if agency is not None:
            self._one("agency", agency, "SELECT id FROM holders")
            conditions.append("gaps.id IN (SELECT gap FROM gap_agencies WHERE agency = ?)")
            values.append(agency)
        return f"WHERE {' AND '.join(conditions)}" if conditions else "", values

    def gap(self, gap_id: str) -> Gap:
        """Return one gap by its id; InputError when the evaluation has none of that id."""
        return self.gaps_of([gap_id])[0]

    def gaps_of(self, ids: Iterable[str]) -> list[Gap]:
        """Return gaps by their ids, in that order; InputError when the evaluation has none of an id."""
        wanted = list(ids)
        rows = self._gaps("SELECT * FROM gaps WHERE id IN (SELECT unnest(?))", [wanted]) if wanted else []
        found = {one.id: one for one in rows}
        for one in wanted:
            if one not in found:
                raise InputError(f"no gap '{one}' as of {self.as_of}; the list of gaps with consequences has them all")
        return [found[one] for one in wanted]

    def quote(self, source: str | None, locator: str | None) -> str | None:
        """Return the passage of a document at a locator; None where it is no text, or has no such place."""
        return self._quotes.quote(source, locator)

    def delivery_rows(self, gap_id: str) -> pa.Table:
        """Return every delivery behind an aggregated delivery gap: id, since, amount, currency, sorted by id."""
        gap = self.gap(gap_id)
        rule = self.rules[gap.kind]
        if not rule.rows:
            raise UsageError(f"{gap_id} is a {gap.kind}; only gaps over deliveries have rows")
        connection = self._computation.connection
        return connection.sql(
            f"SELECT deliveries.* FROM ({rule.sql}) AS found JOIN deliveries ON deliveries.id = found.id WHERE "
            "found.policy = ? AND found.measure = ? AND found.region IS NOT DISTINCT FROM ? ORDER BY deliveries.id",
            params=[gap.policy, gap.measure, gap.scope],
        ).to_arrow_table()

    def _gaps(self, query: str, values: list[Any]) -> list[Gap]:
        computation = self._computation
        connection = computation.connection
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE listed AS SELECT row_number() OVER () AS place, * FROM ({query})", values
        )
        rows = connection.sql("SELECT * FROM listed ORDER BY place").to_arrow_table().to_pylist()
        many = {
            name: _grouped(
                connection.execute(
                    f"SELECT {columns} FROM {table} JOIN listed ON listed.id = {table}.gap ORDER BY ALL"
                ).fetchall()
            )
            for name, table, columns in (
                ("causes", "gap_causes", "gap, cause"),
                ("agencies", "gap_agencies", "gap, gap_agencies.agency, gap_agencies.role"),
                ("findings", "gap_findings", "gap, finding"),
                ("amounts", "gap_amounts", "gap, gap_amounts.currency, gap_amounts.amount"),
            )
        }
        evidence = evidence_of(computation, self._quotes)
        has_blocked = any(row["kind"] == "blocked_step" for row in rows)
        awaited = dict(connection.execute(statements("collect/awaited")).fetchall()) if has_blocked else {}
        gaps = []
        for row in rows:
            key = row["id"]
            agencies = many["agencies"].get(key, [])
            amounts: dict[str, Decimal] = dict(many["amounts"].get(key, []))
            responsible = [agency for agency, role in agencies if role == "lead"]
            gaps.append(
                Gap(
                    id=key,
                    kind=row["kind"],
                    category=row["category"],
                    severity=row["severity"],
                    root=row["root"],
                    policy=row["policy"],
                    measure=row["measure"],
                    stage=row["stage"],
                    scope=row["scope"],
                    subject=row["subject"],
                    caused_by=[cause for (cause,) in many["causes"].get(key, [])],
                    since=row["since"],
                    days=row["days"],
                    responsible=responsible,
                    supporting=[agency for agency, role in agencies if role == "support"],
                    blocked_steps=row["blocked_steps"],
                    beneficiaries=row["beneficiaries"],
                    count=row["count"],
                    amount=amounts or None,
                    evidence=evidence.get(key, []),
                    findings=[finding for (finding,) in many["findings"].get(key, [])],
                    explanation=self._explainer.explain(
                        {**row, "detail": awaited.get(key, row["detail"])}, responsible, amounts
                    ),
                )
            )
        return gaps

    def _known(self, what: str, chosen: Iterable[str] | str | None, known: tuple[str, ...]) -> list[str]:
        names = [chosen] if isinstance(chosen, str) else list(chosen or [])
        for name in names:
            # An own kind may be another case's, where several are asked the same.
            if name not in known and not (what == "kind" and name.startswith(OWN)):
                raise UsageError(f"unknown {what} '{name}'; known are {', '.join(known) or 'none'}", what)
        return names

    def _one(self, what: str, value: str, query: str) -> None:
        """Raise UsageError unless a value is among those that a query gives, which is run once."""
        if query not in self._names:
            self._names[query] = frozenset(name for (name,) in self._computation.run(query))
        if value not in self._names[query]:
            raise UsageError(f"unknown {what} '{value}' in case {self.case.id}", what)


def _grouped(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for key, *rest in rows:
        grouped.setdefault(key, []).append(tuple(rest))
    return grouped


def _read(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.RecordBatch]:
    with connection:
        yield from connection.sql(query).to_arrow_reader(_BATCH_ROWS)
