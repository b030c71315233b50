"""What SQL of an analyst may run: the guard refuses the rest, and the sandbox stands where the guard is not asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from graphkit.engine.sandbox import SelectLimits, run_select
from graphkit.engine.select import FUNCTIONS, MAX_LENGTH, check_select
from graphkit.gaps import rules
from graphkit.model.errors import GraphkitError, InputError, RefusedError

TABLES = ["steps", "gaps", "settings", "events"]
LIMITS = SelectLimits(time_s=20, memory_mb=512, rows=1000, result_mb=4)
STEPS = {"steps": "SELECT range AS step, 'open' AS state FROM range(2000)"}

READS = {
    "select step from steps": ["steps"],
    "with late as (select * from steps) select * from late join settings on true": ["settings", "steps"],
    "from STEPS select step where step in (select step from gaps)": ["gaps", "steps"],
    "select s.step, u.v from steps as s, unnest([1, 2]) as u(v)": ["steps"],
    "select row_number() over (partition by state order by step), sum(step) filter (where step > 1) from steps": [
        "steps"
    ],
    "select '从' || state || 'drop table steps; copy', step::varchar from steps -- a comment; with ; in it": ["steps"],
    'select "on" + interval 3 day, date_trunc(\'month\', "on"), extract(year from "on") from events': ["events"],
    "select list_filter([1, 2], lambda x: x > 1), {'a': 1}.a, [1, 2][1], case when true then 1 end": [],
    "select 1 union all select step from steps order by 1 limit 3": ["steps"],
    "with recursive r as (select 1 as n union all select n + 1 from r where n < 9) select n from r": [],
}

REFUSED = [
    "select * from read_csv('/etc/passwd')", "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/*')",
    "select * from read_parquet('x.parquet')", "select * from read_json_auto('http://example.org')",
    "select * from '/etc/passwd'", "from 'x.csv'", "select * from glob('/**')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from parquet_metadata('x')", "select * from steps join read_csv('/etc/passwd') as f on true",
    "select (select content from read_text('/etc/passwd'))", "select * from read_duckdb('x.db')",
    "copy steps to '/tmp/x.csv'", "copy (select 1) to program 'sh'", "export database '/tmp/x'", "attach '/tmp/x.db'",
    "attach 'https://example.org/x.db' as x", "detach main", "use other", "install httpfs", "load httpfs",
    "force install httpfs from 'http://example.org'", "pragma database_list", "pragma enable_logging",
    "set enable_external_access = true", "reset lock_configuration", "create table x as select 1",
    "create macro f() as 1", "create secret (type s3)", "insert into steps values (1)", "update steps set step = 1",
    "delete from steps", "drop view steps", "truncate steps", "alter table steps add column x int", "vacuum",
    "checkpoint", "call pragma_version()", "explain select 1", "explain analyze select 1", "prepare x as select 1",
    "execute x", "begin", "show tables", "describe steps", "summarize steps", "select * from (show tables)",
    "select * from (describe steps)", "pivot steps on state", "values (1)",
    "with x as (insert into steps values (1) returning *) select * from x",
    "with x as (delete from steps returning *) select * from x",
    "select 1; select 2", "select 1; drop view steps", ";", "",
    "select current_setting('secret_directory')", "select getenv('HOME')", "select getvariable('x')",
    "select * from duckdb_secrets()", "select * from duckdb_settings()", "select * from duckdb_databases()",
    "select * from pragma_database_list()", "select * from which_secret('x', 's3')",
    "select * from information_schema.tables", "select * from pg_catalog.pg_tables", "select * from main.steps",
    "select * from memory.main.steps", "select * from system.main.steps", "select * from sqlite_master",
    "select * from steps at (version => 1)", "select * from query('select 1')", "select * from query_table('steps')",
    "select * from json_execute_serialized_sql('{}')", "select json_serialize_plan('select 1')",
    "select write_log('x')", "select nextval('x')", "select setseed(0.5)", "select sleep_ms(100000)",
    "select pg_sleep(9)",
    "select random()", "select uuid()", "select gen_random_uuid()", "select now()", "select today()",
    "select current_date", "select current_timestamp", "select CURRENT_TIMESTAMP", "select get_current_timestamp()",
    "select txid_current()", "select current_user", "select user", "select session_user", "select current_query()",
    "select version()", "select * from steps using sample 10", "select * from steps tablesample 10%",
    "select main.random()", "select system.main.now()", "select * from nowhere", "select * from repeat('x', 9)",
    "select * from test_all_types()", "select error('x')", "select stats(step) from steps",
    "select '" + "x" * MAX_LENGTH + "'", "select " + "(" * 5000 + "1" + ")" * 5000, "select " + "not " * 900 + "true",
]  # fmt: skip


@pytest.mark.parametrize("query", READS)
def test_a_query_over_the_tables_passes(query: str) -> None:
    assert check_select(query, TABLES) == READS[query]


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:60])
def test_everything_else_is_refused_in_one_line(query: str) -> None:
    with pytest.raises(GraphkitError) as error:
        check_select(query, TABLES)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("query", ["select", "selct 1", "select 1 from", "select 'open", "select * from steps where"])
def test_what_is_no_sql_is_wrong_input(query: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        check_select(query, TABLES)


def test_the_contracts_own_rules_would_pass() -> None:
    tables = {name for rule in rules().values() for name in tables_of(rule.sql)}
    for rule in rules().values():
        assert set(check_select(rule.sql, tables)) == tables_of(rule.sql)


def tables_of(query: str) -> set[str]:
    return set(duckdb.get_table_names(query))


def test_no_allowed_function_reads_anything_but_its_arguments() -> None:
    """DuckDB says of each function whether its result depends on more than its arguments."""
    connection = duckdb.connect()
    rows = connection.execute(
        "SELECT function_name FROM duckdb_functions() GROUP BY function_name HAVING bool_or(stability = 'VOLATILE')"
    ).fetchall()
    assert FUNCTIONS & {name for (name,) in rows} == set()
    known = {name for (name,) in connection.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()}
    made_by_the_parser = {"coalesce", "grouping", "grouping_id", "ifnull"}
    assert FUNCTIONS - known <= made_by_the_parser


ATTACKS = {
    "read a file": "select * from read_csv('/etc/passwd')",
    "read a text": "select * from read_text('/etc/passwd')",
    "list files": "select * from glob('/etc/*')",
    "read the network": "select * from read_csv('http://127.0.0.1:9/x.csv')",
    "write a file": "copy (select 1) to '{folder}/written.csv'",
    "write parquet": "copy (select 1) to '{folder}/written.parquet' (format parquet)",
    "open a database": "attach '{folder}/other.db' as other",
    "export": "export database '{folder}/export'",
    "install": "install httpfs",
    "load": "load httpfs",
    "unlock": "set lock_configuration = false",
    "allow": "set enable_external_access = true",
    "allow a path": "set allowed_paths = ['/etc/passwd']",
    "spill": "set temp_directory = '{folder}'",
    "more memory": "set memory_limit = '100GB'",
    "read python": "select * from request",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_sandbox_alone_stops_what_the_guard_would(attack: str, tmp_path: Path) -> None:
    with pytest.raises(GraphkitError):
        run_select(ATTACKS[attack].format(folder=tmp_path), STEPS, limits=LIMITS)
    assert list(tmp_path.iterdir()) == []


def test_the_sandbox_reads_its_own_files_only(tmp_path: Path) -> None:
    given, other = tmp_path / "given.parquet", tmp_path / "other.parquet"
    for path in (given, other):
        duckdb.sql(f"COPY (SELECT 7 AS x) TO '{path}' (FORMAT parquet)")
    tables = {"given": f"SELECT * FROM read_parquet(['{given}'])"}
    assert run_select("select x from given", tables, [str(given)], LIMITS).to_pylist() == [{"x": 7}]
    with pytest.raises(InputError, match="Permission"):
        run_select(f"select * from read_parquet('{other}')", tables, [str(given)], LIMITS)


def test_what_lies_in_the_working_directory_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resource.py").write_text("open('was-run', 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run_select("select count(*) from steps", STEPS, limits=LIMITS).to_pylist() == [{"count_star()": 2000}]
    assert not (tmp_path / "was-run").exists()


def test_the_environment_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHKIT_SECRET", "hunter2")
    with pytest.raises(GraphkitError):
        run_select("select getenv('GRAPHKIT_SECRET')", {}, limits=LIMITS)


HUNGRY = {
    "a huge string": "select length(repeat('x', 4000000000))",
    "many long strings": "select max(length(repeat('xyz', 1000000) || range)) from range(100000)",
    "a huge list": "select list_sum(range(1000000000))",
    "a list of lists": "select max(len([range(10000000), range(10000000), range(10000000)])) from steps",
    "a doubling string": "with recursive r as (select 'x' as a union all select a || a from r) "
    "select max(length(a)) from r",
    "a wide aggregate": "select length(string_agg(repeat(state, 1000000), '')) from steps",
    "a large sort": "select * from (select a.step, b.step, md5((a.step * b.step * c.range)::varchar) as h "
    "from steps as a, steps as b, range(100) as c) order by h",
}


@pytest.mark.parametrize("query", HUNGRY)
def test_memory_is_bounded(query: str) -> None:
    with pytest.raises(RefusedError, match=r"more than 512 MB|stopped after"):
        run_select(HUNGRY[query], STEPS, limits=replace(LIMITS, time_s=8))


ENDLESS = {
    "recursion": "with recursive r as (select 1 as a union all select a + 1 from r) select max(a) from r",
    "cross joins": "select count(*) from steps a, steps b, steps c, steps d "
    "where md5((a.step * b.step * c.step * d.step)::varchar) = ''",
}


@pytest.mark.parametrize("query", ENDLESS)
def test_time_is_bounded(query: str) -> None:
    limits = SelectLimits(time_s=3, memory_mb=512)
    with pytest.raises(RefusedError, match="stopped after 3 s"):
        run_select(ENDLESS[query], STEPS, limits=limits)


def test_rows_and_size_are_bounded() -> None:
    with pytest.raises(RefusedError, match="more than 1,000 rows"):
        run_select("select step from steps", STEPS, limits=LIMITS)
    with pytest.raises(RefusedError, match="at most 4 MB"):
        run_select("select repeat('x', 10000) from steps limit 1000", STEPS, limits=LIMITS)
    assert run_select("select step from steps limit 1000", STEPS, limits=LIMITS).num_rows == 1000


def test_a_result_is_the_same_in_every_run() -> None:
    chosen = "any_value(step) as a, first(step) as f, list(step)[1] as l, avg(step / 7) as m"
    query = f"select {chosen} from steps group by step % 3"
    found = [run_select(query, STEPS, limits=LIMITS).to_pylist() for _ in range(3)]
    assert found[0] == found[1] == found[2]


def test_wrong_sql_says_what_is_wrong() -> None:
    with pytest.raises(InputError, match='"nope" not found'):
        run_select("select nope from steps", STEPS, limits=LIMITS)
