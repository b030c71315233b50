"""DuckDB as graphkit uses it."""

from __future__ import annotations

import subprocess
import sys

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


def test_nothing_is_drawn_into_what_a_session_of_python_prints() -> None:
    asked = "SELECT current_setting('enable_progress_bar')"
    code = f"from graphkit.engine.duckdb import connect; print(connect().execute({asked!r}).fetchall())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[(False,)]\n"
