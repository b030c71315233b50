"""Runs one query that graphkit did not write, in a process of its own that reaches only the tables it is given.

DuckDB bounds neither the time of a query nor the memory of its strings and lists (`repeat('x', 4000000000)`), so the
process is bounded: its address space is limited, it can write no file, its environment is empty, and it is ended when
its time is up. Inside it, DuckDB may read the files of the given tables and nothing else, and its settings are locked.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from graphkit.model.errors import InputError, RefusedError, StoreError
from graphkit.model.sql import listed

_KEPT_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class SelectLimits:
    """The most that one query may take; what needs more is refused. `memory_mb` comes on top of the process's own."""

    time_s: float = 60.0
    memory_mb: int = 1024
    rows: int = 200_000
    result_mb: int = 64


def run_select(
    query: str, tables: Mapping[str, str], files: Sequence[str] = (), limits: SelectLimits | None = None
) -> pa.Table:
    """Return the rows of one query over `tables`; check the query with `graphkit.engine.select.check_select` before.

    `tables` maps each name to graphkit's own SELECT that makes it, in an order in which each reads only those before
    it; `files` are the files that these read. Raises InputError for SQL that is wrong, RefusedError for what takes
    too much, StoreError when the process cannot be run.
    """
    limits = limits or SelectLimits()
    request = {"query": query, "tables": dict(tables), "files": list(files), "limits": asdict(limits)}
    try:
        # -P: what lies in the working directory (a case of others, it may be) is no module of ours.
        done = subprocess.run(
            [sys.executable, "-P", "-m", "graphkit.engine.sandbox"],
            input=json.dumps(request).encode(),
            env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
            capture_output=True,
            timeout=limits.time_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RefusedError(f"it was stopped after {limits.time_s:g} s; make it read or join less") from None
    kind, _, answer = done.stdout.partition(b"\n")
    match kind:
        case b"rows":
            return pa.ipc.open_stream(answer).read_all()
        case b"wrong":
            raise InputError(answer.decode())
        case b"refused":
            raise RefusedError(answer.decode())
    if done.returncode > 0 and b"MemoryError" not in done.stderr:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise StoreError(f"the process that runs rules could not do its work: {last[:200]}")
    raise RefusedError(_too_much_memory(limits))


def _too_much_memory(limits: SelectLimits) -> str:
    return f"it was stopped: it needs more than {limits.memory_mb} MB; make it read, join or put together less"


def _serve() -> None:
    request = json.load(sys.stdin.buffer)
    limits = SelectLimits(**request["limits"])
    try:
        answer = b"rows\n" + _rows(request["query"], request["tables"], request["files"], limits)
    except RefusedError as error:
        answer = f"refused\n{error}".encode()
    except (MemoryError, duckdb.OutOfMemoryException):
        answer = f"refused\n{_too_much_memory(limits)}".encode()
    except duckdb.Error as error:
        answer = f"wrong\n{' '.join(str(error).split())[:300]}".encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()


def _rows(query: str, tables: Mapping[str, str], files: Sequence[str], limits: SelectLimits) -> bytes:
    config: dict[str, str | bool | int | float | list[str]] = {
        # One thread, so that what depends on the order of rows, such as any_value(), is the same in every run.
        "threads": 1,
        "memory_limit": f"{limits.memory_mb // 2}MB",
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "python_enable_replacements": False,
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET TimeZone = 'UTC'")
    for name, select in tables.items():
        connection.execute(f"CREATE VIEW {name} AS {select}")
    connection.execute(f"SET allowed_paths = [{listed(files)}]")
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    _bound_process(limits)
    found = connection.sql(query).limit(limits.rows + 1).to_arrow_table()
    if found.num_rows > limits.rows:
        raise RefusedError(f"it gives more than {limits.rows:,} rows; narrow it, or give out one row for many")
    if found.nbytes > limits.result_mb * 2**20:
        raise RefusedError(f"its rows take {found.nbytes >> 20} MB and at most {limits.result_mb} MB are taken in")
    return _written(found)


def _written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _bound_process(limits: SelectLimits) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    space = pages * resource.getpagesize() + limits.memory_mb * 2**20
    seconds = int(limits.time_s) + 1
    bounds: tuple[tuple[Any, int], ...] = (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
    )
    for bound, value in bounds:
        resource.setrlimit(bound, (value, value))


if __name__ == "__main__":
    _serve()
