"""Row checks of a case table, as one SQL query: text to typed values, and what is wrong with each row."""

from __future__ import annotations

from dataclasses import dataclass

from graphkit.model.case import CURRENCY, CURRENCY_REASON, NO_CURRENCY
from graphkit.model.sql import identifier, listed, literal
from graphkit.model.tables import AMOUNT_PRECISION, AMOUNT_SCALE, Column, ColumnType, Table

_INTEGERS = {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT", "HUGEINT"}
_WHOLE_DIGITS = AMOUNT_PRECISION - AMOUNT_SCALE
_AMOUNT_PATTERN = rf"^[+-]?[0-9]{{1,{_WHOLE_DIGITS}}}(\.[0-9]{{1,{AMOUNT_SCALE}}})?$"
ROW_NAME = "_row"
PROBLEM = "STRUCT(c VARCHAR, v VARCHAR, r VARCHAR)"
"""A column that is wrong, its value, and why."""
_TRUE = ("true", "1", "yes", "y", "t", "是")
_FALSE = ("false", "0", "no", "n", "f", "否")
_MISSING = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "VARCHAR",
    ColumnType.AMOUNT: f"DECIMAL({AMOUNT_PRECISION},{AMOUNT_SCALE})",
    ColumnType.COUNT: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.FLAG: "BOOLEAN",
    ColumnType.LIST: "VARCHAR[]",
}
_YEARS = "BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
_OFFSET = r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
_TIME_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?" + _OFFSET + r"?)?$"


@dataclass(frozen=True, slots=True)
class References:
    """What the checks may refer to: tables of keys by name, each with a column `key`; a missing one is not checked.

    A scope is a region or an agency: without the regions, nobody knows which; a payer is an agency or a group: without
    the agencies, nobody knows either. `only_steps` says to look for an event's step and not for its policy, stage and
    scope one by one: which of them is wrong is asked of the wrong rows alone.
    """

    tables: dict[str, str]
    steps: bool
    only_steps: bool = False


def checked_query(
    table: Table,
    present: dict[str, str],
    timezone: str,
    references: References,
    *,
    source: str = "raw",
    damaged: bool = False,
    every: bool = False,
) -> str:
    """Return the query that gives _row, the table's typed columns, attributes, and the first problem of each row.

    It reads `raw`, or another `source` like it.
    `present` maps the file's columns to their DuckDB types; `damaged` says that its text may have U+FFFD or NUL in it.
    The columns _column, _value and _reason are null in a good row. `every` adds _others: the first problem of each
    other column that is wrong, of those that do not just follow from another's.
    """
    typed: list[str] = []
    problems: list[tuple[str, str, str]] = []
    for column in table.columns:
        if column.name not in present:
            typed.append(f"CAST(NULL AS {_MISSING[column.type]}) AS {identifier(column.name)}")
            continue
        value, conditions = _column(column, present[column.name], timezone)
        typed.append(f"{value} AS {identifier(column.name)}")
        text = _text(column.name)
        if column.required:
            problems.append((column.name, f"{text} IS NULL", "is required but empty"))
        if damaged:
            problems += [
                (column.name, f"contains({text}, chr(65533))", "has damaged text (neither UTF-8 nor GB18030)"),
                (column.name, f"contains({text}, chr(0))", "has a NUL character in it (damaged text)"),
            ]
        problems += [(column.name, f"{text} IS NOT NULL AND {condition}", reason) for condition, reason in conditions]
        if column.values:
            problems.append(
                (column.name, f"{text} NOT IN ({listed(column.values)})", f"must be one of {', '.join(column.values)}")
            )
    problems += [
        (name, f"{_text(name)} IS NOT NULL AND {condition}", reason)
        for name, condition, reason in [
            *_reference_problems(table, present, references, every),
            *_own_problems(present),
        ]
    ]
    inner = ", ".join(
        [ROW_NAME, *typed, f"{_attributes(table, present)} AS attributes", f"{_problem(problems)} AS _first"]
    )
    if every:
        columns = dict.fromkeys(name for name, _, _ in problems)
        firsts = [_problem([one for one in problems if one[0] == name]) for name in columns]
        inner += f", [{', '.join(firsts)}] AS _every"
    recorded = _recorded(table, present, timezone)
    kept_apart = "_first, _every" if every else "_first"
    if recorded is None:
        outer = f"* EXCLUDE ({kept_apart}), _first.c AS _column, _first.v AS _value, _first.r AS _reason"
    else:
        value, problem = recorded
        outer = f"* EXCLUDE ({kept_apart}) REPLACE ({value}), {problem}"
    if every:
        outer += ", list_filter(_every, lambda one: one.c <> _first.c) AS _others"
    return f"SELECT {outer} FROM (SELECT {inner} FROM {source})"


def _text(name: str) -> str:
    return f"CAST({identifier(name)} AS VARCHAR)"


def _column(column: Column, source: str, timezone: str) -> tuple[str, list[tuple[str, str]]]:  # noqa: PLR0912  (one branch a type)
    """Return a column's typed value and its (condition, reason) pairs, from the type that the file gives it."""
    name, text = identifier(column.name), _text(column.name)
    match column.type:
        case ColumnType.TEXT:
            return text, []
        case ColumnType.DATE:
            if source == "DATE":
                return name, [(f"NOT ({name} {_YEARS})", "is not a date of the years 1 to 9999")]
            if source.startswith("TIMESTAMP"):
                local = f"timezone({literal(timezone)}, {name})" if source.endswith("ZONE") else name
                timed = f"CAST({local} AS TIME) <> TIME '00:00:00'"
                return f"CAST({local} AS DATE)", [
                    (f"NOT (CAST({local} AS DATE) {_YEARS})", "is not a date of the years 1 to 9999"),
                    (timed, "has a time of day, where a date like 2020-03-01 is due"),
                ]
            # As fast as no pattern is; DuckDB knows longer dates, too: infinity, 12345-01-01, 0044-03-15 (BC).
            good = f"(len({text}) = 10 AND coalesce(CAST(TRY_CAST({text} AS DATE) AS VARCHAR) = {text}, false))"
            return f"TRY_CAST({text} AS DATE)", [(f"NOT {good}", "is not a date; write it like 2020-03-01")]
        case ColumnType.DATETIME:
            good = f"(regexp_matches({text}, '{_TIME_PATTERN}') AND TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL)"
            return text, [(f"NOT {good}", "is not a date and time like 2020-03-01T09:30:00 (+08:00 may follow)")]
        case ColumnType.AMOUNT:
            kind = f"DECIMAL({AMOUNT_PRECISION},{AMOUNT_SCALE})"
            if source.startswith("DECIMAL") or source in _INTEGERS:
                exact = f"TRY_CAST({name} AS {kind})"
                reason = f"has more than {_WHOLE_DIGITS} digits before or {AMOUNT_SCALE} behind the point"
                return exact, [(f"{name} IS NOT NULL AND ({exact} IS NULL OR {exact} <> {name})", reason)]
            value = f"CASE WHEN regexp_matches({text}, '{_AMOUNT_PATTERN}') THEN TRY_CAST({text} AS {kind}) END"
            reason = f"is not an amount like 1200000.00 (no separators or units; at most {AMOUNT_SCALE} decimals)"
            return value, [(f"NOT regexp_matches({text}, '{_AMOUNT_PATTERN}')", reason)]
        case ColumnType.COUNT:
            if source in _INTEGERS:
                return f"TRY_CAST({name} AS BIGINT)", [
                    (f"{name} < 0 OR {name} > 9223372036854775807", "is not a whole number from 0")
                ]
            return f"TRY_CAST({text} AS BIGINT)", [
                (
                    f"NOT (regexp_matches({text}, '^[0-9]{{1,19}}$') AND TRY_CAST({text} AS BIGINT) IS NOT NULL)",
                    "is not a whole number from 0",
                )
            ]
        case ColumnType.NUMBER:
            value = f"TRY_CAST({text} AS DOUBLE)"
            return value, [(f"{text} IS NOT NULL AND NOT coalesce(isfinite({value}), false)", "is not a number")]
        case ColumnType.FLAG:
            if source == "BOOLEAN":
                return name, []
            value = (
                f"CASE WHEN lower({text}) IN ({listed(_TRUE)}) THEN true "
                f"WHEN lower({text}) IN ({listed(_FALSE)}) THEN false END"
            )
            return value, [(f"lower({text}) NOT IN ({listed(_TRUE + _FALSE)})", "is neither true nor false")]
        case ColumnType.LIST:
            if source == "VARCHAR[]":
                return name, []
            split = f"list_transform(string_split(replace({text}, '；', ';'), ';'), lambda x: trim(x))"
            parts = f"list_filter({split}, lambda x: x <> '')"
            return parts, []


def _reference_problems(
    table: Table, present: dict[str, str], references: References, every: bool
) -> list[tuple[str, str, str]]:
    problems = []
    policy_known = f"{_text('policy')} IN (SELECT key FROM {references.tables['policies']})"
    for column in table.columns:
        if column.name not in present or not column.refers or column.refers == (table.name,):
            continue
        if references.only_steps and column.name in ("policy", "stage", "scope"):
            continue
        text = _text(column.name)
        kinds = [one for one in column.refers if one != "source:"]
        if column.refers == ("stages",):
            if "policy" in present:
                pair = f"({_text('policy')} || chr(31) || {text})"
                problems.append(
                    (
                        column.name,
                        f"{policy_known} AND {pair} NOT IN (SELECT key FROM {references.tables['stages']})",
                        "is no stage of this policy",
                    )
                )
        elif column.refers == ("measures",):
            if "policy" in present:
                pair = f"({_text('policy')} || chr(31) || {text})"
                problems.append(
                    (
                        column.name,
                        f"{pair} NOT IN (SELECT key FROM {references.tables['policy_measures']})"
                        + (f" AND {policy_known}" if every else ""),
                        "is no measure of this policy",
                    )
                )
            else:
                problems.append(
                    (
                        column.name,
                        f"{text} NOT IN (SELECT key FROM {references.tables['measures']})",
                        "is no measure of any policy",
                    )
                )
        elif _mainly(kinds) in references.tables:
            known = " UNION ALL ".join(
                f"SELECT key FROM {references.tables[one]}" for one in kinds if one in references.tables
            )
            other = f" AND NOT starts_with({text}, 'source:')" if "source:" in column.refers else ""
            what = {
                "policies": "policy",
                "agencies": "agency",
                "beneficiary_groups": "beneficiary group",
                "regions": "region",
                "findings": "finding",
            }
            named = " or ".join(what[one] for one in kinds)
            problems.append((column.name, f"{text} NOT IN ({known}){other}", f"is an unknown {named}"))
    if table.name == "events" and references.steps and {"policy", "stage", "scope"} <= set(present):
        pair = f"({_text('policy')} || chr(31) || {_text('stage')})"
        triple = f"({pair} || chr(31) || {_text('scope')})"
        problems.append(
            (
                "scope",
                f"{triple} NOT IN (SELECT key FROM step_keys)"
                + (f" AND {pair} IN (SELECT key FROM {references.tables['stages']})" if every else ""),
                "is no scope in which this stage is expected "
                "(wrong level, outside the jurisdiction or the stage's scopes)",
            )
        )
    return problems


def _mainly(kinds: list[str]) -> str:
    """Return the table without which nobody knows a wrong name: a scope is mainly a region, a payer an agency."""
    return next((one for one in ("regions", "agencies") if one in kinds), kinds[0])


def _own_problems(present: dict[str, str]) -> list[tuple[str, str, str]]:
    """What only the sense of a column shows: a currency's code, an end before its beginning."""
    problems = []
    if "currency" in present:
        code = _text("currency")
        unknown = f"(NOT regexp_full_match({code}, '{CURRENCY}') OR {code} = '{NO_CURRENCY}')"
        problems.append(("currency", unknown, CURRENCY_REASON))
    if {"eligible_from", "eligible_to"} <= set(present):
        days = [f"TRY_CAST({_text(name)} AS DATE)" for name in ("eligible_to", "eligible_from")]
        problems.append(("eligible_to", " < ".join(days), "is before eligible_from"))
    return problems


def _attributes(table: Table, present: dict[str, str]) -> str:
    extra = sorted(set(present) - set(table.column_names))
    if not extra:
        return "CAST(NULL AS VARCHAR)"
    entries = ", ".join(f"{{'k': {literal(name)}, 'v': {_text(name)}}}" for name in extra)
    filled = f"list_filter([{entries}], lambda x: x.v IS NOT NULL)"
    return f"CASE WHEN len({filled}) > 0 THEN CAST(to_json(map_from_entries({filled})) AS VARCHAR) END"


def _problem(problems: list[tuple[str, str, str]]) -> str:
    if not problems:
        return f"CAST(NULL AS {PROBLEM})"
    whens = " ".join(
        f"WHEN {condition} THEN "
        f"{{'c': {literal(name)}, 'v': CAST({identifier(name)} AS VARCHAR), 'r': {literal(reason)}}}"
        for name, condition, reason in problems
    )
    return f"CASE {whens} END"


def _recorded(table: Table, present: dict[str, str], timezone: str) -> tuple[str, str] | None:
    """Return the recorded_at column in UTC (default: 00:00 of the row's own date), and the problem columns with it."""
    if "recorded_at" not in table.column_names:
        return None
    zone = literal(timezone)
    own = ", ".join(identifier(name) for name in table.date)
    first = identifier(table.date[0])
    offset = f"regexp_matches(recorded_at, '[T ].*{_OFFSET}$')"
    given = (
        f"CASE WHEN {offset} THEN TRY_CAST(recorded_at AS TIMESTAMPTZ) "
        f"ELSE timezone({zone}, TRY_CAST(recorded_at AS TIMESTAMP)) END"
    )
    default = f"timezone({zone}, CAST(coalesce({own}) AS TIMESTAMP))"
    early = f"_first IS NULL AND CAST(timezone({zone}, {given}) AS DATE) < {first}"
    reason = literal(f"was recorded before it happened ({table.date[0]} is later)")
    value = f"timezone('UTC', coalesce({given}, {default})) AS recorded_at"
    problem = (
        f"CASE WHEN {early} THEN 'recorded_at' ELSE _first.c END AS _column, "
        f"CASE WHEN {early} THEN recorded_at ELSE _first.v END AS _value, "
        f"CASE WHEN {early} THEN {reason} ELSE _first.r END AS _reason"
    )
    return value, problem
