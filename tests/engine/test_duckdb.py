"""DuckDB as graphkit uses it."""

from __future__ import annotations

from graphkit.engine.duckdb import FEW_ROWS, connect, share


def test_few_rows_are_left_to_one_thread() -> None:
    with connect() as connection:

        def threads() -> int:
            return int(connection.execute("SELECT current_setting('threads')").fetchall()[0][0])

        usual = threads()
        share(connection, FEW_ROWS)
        assert threads() == 1
        share(connection, FEW_ROWS + 1)
        assert threads() == usual
