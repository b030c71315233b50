"""What an analyst's rule may read and has to give: the tables of its SQL and the columns of its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graphkit.model.case import THRESHOLDS
from graphkit.model.rule import About
from graphkit.model.tables import TABLES, ColumnType

ColumnKind = Literal["text", "date", "whole", "amount"]


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The columns that an analyst's query gives: `one_of` lists the identities, of which it gives one whole."""

    one_of: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]

    def missing(self, given: set[str]) -> str | None:
        """Return what is missing in the columns given, in words; None when an identity is there whole."""
        if any(set(one) <= given for one in self.one_of):
            return None
        return " (or ".join(", ".join(one) for one in self.one_of) + ")" * (len(self.one_of) - 1)

    def names(self) -> list[str]:
        """Return every column that may be given."""
        return list(dict.fromkeys([*(name for one in self.one_of for name in one), *IDENTITY, *self.optional]))


IDENTITY = ("case", "policy", "measure", "stage", "scope", "subject")
"""What tells one gap of a kind from another; any may be given beside what the rule is about, and must then agree."""

COLUMN_KINDS: dict[str, ColumnKind] = {
    **dict.fromkeys((*IDENTITY, "id", "severity", "currency", "detail"), "text"),
    **dict.fromkeys(("since", "due_on", "happened_on"), "date"),
    **dict.fromkeys(("step", "count"), "whole"),
    "amount": "amount",
}

_SAYS = ("since", "due_on", "happened_on", "severity", "amount", "currency", "count", "detail")
_COLUMNS: dict[About, ResultColumns] = {
    "step": ResultColumns((("policy", "stage", "scope"), ("step",)), _SAYS),
    "holder": ResultColumns((("policy", "subject"),), _SAYS),
    "group": ResultColumns((("subject",),), _SAYS),
    "delivery": ResultColumns((("id",),), ("since", "amount", "currency")),
    "finding": ResultColumns((("subject",),), _SAYS),
    "report": ResultColumns((("subject",),), _SAYS),
}


def columns_of(about: About) -> ResultColumns:
    """Return the columns that an analyst's query about such things gives."""
    return _COLUMNS[about]


_SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.AMOUNT: "DECIMAL(28,6)",
    ColumnType.COUNT: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.FLAG: "BOOLEAN",
    ColumnType.LIST: "VARCHAR[]",
}

_EVALUATED = {
    "settings": "as_of DATE, known_by TIMESTAMP, case_currency VARCHAR, calendar VARCHAR, has_coverage BOOLEAN, "
    "has_beneficiaries BOOLEAN, " + ", ".join(f"{name} DECIMAL(28,6)" for name in THRESHOLDS),
    "policies": "id VARCHAR, title_zh VARCHAR, title_en VARCHAR, document_number VARCHAR, document_issued_on DATE, "
    "document_issuer VARCHAR, effective_from DATE, effective_to DATE",
    "measures": "id VARCHAR, policy VARCHAR, title_zh VARCHAR, title_en VARCHAR, kind VARCHAR, "
    "cap_per_beneficiary DECIMAL(28,6), one_per_beneficiary BOOLEAN",
    "stages": "policy VARCHAR, id VARCHAR, title_zh VARCHAR, title_en VARCHAR, level VARCHAR, measure VARCHAR, "
    "optional BOOLEAN, evidence VARCHAR, severity VARCHAR, within_days BIGINT, due_on DATE, depth BIGINT",
    "stage_after": "policy VARCHAR, stage VARCHAR, after VARCHAR, may_precede BOOLEAN",
    "region_above": "code VARCHAR, ancestor VARCHAR, distance INTEGER",
    "steps": "step BIGINT, policy VARCHAR, stage VARCHAR, scope VARCHAR, region VARCHAR, level VARCHAR, "
    "measure VARCHAR, required BOOLEAN, state VARCHAR, done_on DATE, due_on DATE, ready BOOLEAN, ready_on DATE, "
    "event_count BIGINT, evidence VARCHAR, severity VARCHAR, depth BIGINT",
    "step_after": "step BIGINT, predecessor BIGINT",
    "finding_states": "id VARCHAR, title VARCHAR, category VARCHAR, kind VARCHAR, policy VARCHAR, stage VARCHAR, "
    "scope VARCHAR, agency VARCHAR, found_on DATE, severity VARCHAR, amount DECIMAL(28,6), currency VARCHAR, "
    "count BIGINT, region VARCHAR, action_count BIGINT, is_open BOOLEAN",
    "holders": "id VARCHAR, is_agency BOOLEAN, region VARCHAR",
    "account_days": "holder VARCHAR, policy VARCHAR, measure VARCHAR, currency VARCHAR, day DATE, "
    "received DECIMAL(38,6), sent DECIMAL(38,6)",
    "delivery_rows": "id VARCHAR, policy VARCHAR, measure VARCHAR, beneficiary VARCHAR, agency VARCHAR, "
    '"group" VARCHAR, region VARCHAR, amount DECIMAL(28,6), currency VARCHAR, "on" DATE, due_on DATE, '
    "is_known BOOLEAN, eligible BOOLEAN, eligible_from DATE, eligible_to DATE",
    "group_reached": '"group" VARCHAR, beneficiaries BIGINT',
    "report_periods": "kind VARCHAR, period_end DATE",
    "found_gaps": "about VARCHAR, kind VARCHAR, category VARCHAR, severity VARCHAR, step BIGINT, policy VARCHAR, "
    "measure VARCHAR, stage VARCHAR, scope VARCHAR, subject VARCHAR, region VARCHAR, since DATE, count BIGINT",
}


def _case_tables() -> dict[str, str]:
    kept = "attributes VARCHAR, source_file VARCHAR, source_row BIGINT"
    return {
        table.name: ", ".join(f'"{column.name}" {_SQL_TYPES[column.type]}' for column in table.columns) + f", {kept}"
        for table in TABLES.values()
    }


RULE_TABLES: dict[str, str] = {**_case_tables(), **_EVALUATED}
"""The tables that an analyst's SQL may read, with their columns as DuckDB declares them.

First the case's own tables, of which only the rows that count are seen (as of the day, known by the time), then what
an evaluation makes of them; `found_gaps` are the gaps of graphkit's own kinds, before their causes and impact.
"""
