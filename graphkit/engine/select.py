"""Decides which SQL of an analyst may run: one query that reads known tables with known functions, and nothing else.

A query is read twice, by DuckDB's own parser and by sqlglot, and both must find only what is on the lists below. What
is not listed is refused: reading files, settings and other databases, the clock and chance (a gap must be found again
in the same way), and writing anywhere. Behind this stands `graphkit.engine.sandbox`, where none of it can succeed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from graphkit.model.errors import InputError, RefusedError

MAX_LENGTH = 100_000

_FUNCTIONS = """
abs add age any_value arg_max arg_min argmax argmin array_agg array_length array_to_string avg bit_and bit_or bool_and
bool_or ceil ceiling century char_length character_length chr coalesce concat concat_ws contains corr count count_if
count_star countif covar_pop covar_samp cume_dist date_add date_diff date_part date_sub date_trunc datediff datepart
datesub datetrunc day dayname dayofmonth dayofweek dayofyear decade dense_rank ends_with epoch exp fdiv first
first_value flatten floor fmod format generate_series geomean greatest group_concat grouping grouping_id hash if ifnull
instr isfinite isnan isodow isoyear json_array_length json_extract json_extract_path json_extract_path_text
json_extract_string json_keys json_type json_valid json_value kahan_sum kurtosis lag last last_day last_value lcase
lead least left len length levenshtein list list_aggregate list_append list_contains list_count list_distinct
list_extract list_filter list_has list_has_all list_has_any list_max list_min list_position list_reduce
list_reverse_sort list_slice list_sort list_sum list_transform list_unique list_value listagg ln log log10 log2 lower
lpad ltrim mad make_date make_timestamp map map_contains map_entries map_extract map_from_entries map_keys map_values
max max_by md5 mean median min min_by minute mod mode month monthname nth_value ntile nullif percent_rank position pow
power prefix product quantile quantile_cont quantile_disc quarter range rank regexp_extract regexp_extract_all
regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right round round_even row
row_number rpad rtrim sem sign skewness split split_part sqrt starts_with stddev stddev_pop stddev_samp str_split
strftime string_agg string_split string_to_array strip_accents strlen strpos strptime struct_extract struct_pack substr
substring suffix sum time_bucket timezone to_days to_hours to_json to_months to_weeks to_years translate trim trunc
try_strptime typeof ucase unicode unnest upper var_pop var_samp variance week weekday weekofyear year yearweek
"""

FUNCTIONS = frozenset(_FUNCTIONS.split())
"""The functions that may be called, in small letters. None of them reads anything but its arguments."""

_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
_QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_CLOCK = frozenset(
    {
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_localtime",
        "current_localtimestamp", "get_current_time", "get_current_timestamp", "now", "today", "transaction_timestamp",
    }
)  # fmt: skip
_PEOPLE = frozenset({"current_user", "user", "session_user", "current_role", "current_catalog", "current_schema",
                     "current_database"})  # fmt: skip

_WRITING = (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Copy, exp.Attach, exp.Detach, exp.Pragma, exp.Set)


def check_select(query: str, tables: Collection[str]) -> list[str]:
    """Return which of `tables` a query reads, sorted.

    Raises InputError for what is no SQL, RefusedError for what is not one query over `tables` with allowed functions.
    """
    if len(query) > MAX_LENGTH:
        raise RefusedError(f"the query has more than {MAX_LENGTH:,} characters")
    _check_by_duckdb(query, {table.lower() for table in tables})
    return _check_by_sqlglot(query, {table.lower(): table for table in tables})


def _check_by_duckdb(query: str, tables: Collection[str]) -> None:
    connection = duckdb.connect(":memory:")
    try:
        statements = connection.extract_statements(query)
        if len(statements) != 1:
            raise RefusedError(f"there are {len(statements)} statements; write one query")
        if statements[0].type != duckdb.StatementType.SELECT:
            raise RefusedError(f"{statements[0].type.name} is not allowed; write one query that selects")
        written = connection.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [query]).fetchall()[0][0]
        tree = json.loads(written)
    except duckdb.Error as error:
        raise InputError(f"this SQL cannot be read: {_one_line(error)}") from None
    except RecursionError:
        raise RefusedError("the query is nested too deeply") from None
    finally:
        connection.close()
    if tree.get("error"):
        raise RefusedError(f"write one query that selects: {_one_line(tree.get('error_message'))}")
    nodes = list(_nodes(tree))
    named = {one["key"].lower() for node in nodes for one in _ctes(node)}
    for node in nodes:
        _check_node(node, tables, named)


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a syntax tree; the nesting is as deep as the analyst likes, so nothing recurses."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _ctes(node: dict[str, Any]) -> list[dict[str, Any]]:
    part = node.get("cte_map")
    return part.get("map", []) if isinstance(part, dict) else []


def _check_node(node: dict[str, Any], tables: Collection[str], named: Collection[str]) -> None:
    kind = str(node.get("type", ""))
    if kind.endswith("_NODE") and kind not in _QUERIES:
        raise RefusedError(
            f"{kind.removesuffix('_QUERY_NODE').removesuffix('_NODE')} is not allowed: a rule only reads"
        )
    if kind.endswith("_REF") and kind != "COLUMN_REF":
        raise RefusedError("SHOW, DESCRIBE and SUMMARIZE are not allowed; docs/rules.md lists the tables")
    if "sample" in node and node["sample"] is not None:
        raise RefusedError("a sample differs from run to run and is not allowed")
    if kind == "BASE_TABLE":
        name = str(node["table_name"]).lower()
        if node["schema_name"] or node["catalog_name"] or node.get("at_clause"):
            raise RefusedError(f"{name[:80]}: write the table's name alone, without a schema, a database or a version")
        if name not in tables and name not in named:
            raise RefusedError(f"there is no table '{name[:80]}' to read; there are {', '.join(sorted(tables))}")
    if kind == "TABLE_FUNCTION" and _function(node["function"]) not in _TABLE_FUNCTIONS:
        raise RefusedError(f"{_function(node['function'])}() as a table is not allowed: a rule reads its case's tables")
    if node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1:
        _check_function(str(node["column_names"][0]).lower(), bare=True)
    if node.get("class") in ("FUNCTION", "WINDOW") and not node.get("is_operator"):
        if node.get("schema") or node.get("catalog"):
            raise RefusedError(f"{node['function_name']}: write the function's name alone")
        _check_function(_function(node))


def _function(node: dict[str, Any]) -> str:
    return str(node.get("function_name", "")).lower()


def _check_function(name: str, *, bare: bool = False) -> None:
    if name in _CLOCK:
        raise RefusedError(f"{name} differs from run to run and is not allowed; write settings.as_of")
    if bare and name not in _PEOPLE:
        return
    if name not in FUNCTIONS:
        raise RefusedError(f"the function {name[:80]} is not allowed; docs/rules.md lists those that are")


def _check_by_sqlglot(query: str, tables: dict[str, str]) -> list[str]:
    try:
        parsed = sqlglot.parse(query, dialect="duckdb")
        nodes = [node for one in parsed if one is not None for node in one.walk()]
    except sqlglot.errors.SqlglotError as error:
        raise InputError(f"this SQL cannot be read: {_one_line(error)}") from None
    except RecursionError:
        raise RefusedError("the query is nested too deeply") from None
    if len([one for one in parsed if one is not None]) != 1 or not isinstance(parsed[0], exp.Query):
        raise RefusedError("write one query that selects")
    for node in nodes:
        if isinstance(node, _WRITING) and not isinstance(node, exp.Query):
            raise RefusedError(f"{node.key.upper()} is not allowed: a rule only reads")
    named = {node.alias.lower() for node in nodes if isinstance(node, exp.CTE)}
    read: set[str] = set()
    for node in nodes:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            continue
        name = node.name.lower()
        if node.db or node.catalog or (name not in tables and name not in named):
            raise RefusedError(f"there is no table '{name[:80]}' to read; there are {', '.join(sorted(tables))}")
        if name in tables:
            read.add(tables[name])
    return sorted(read)


def tables_read(query: str) -> set[str]:
    """Return the names of the tables and views that a query of graphkit's own reads."""
    found = sqlglot.parse_one(query, dialect="duckdb").find_all(exp.Table)
    return {node.name for node in found if isinstance(node.this, exp.Identifier)}


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
