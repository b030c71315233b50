"""Beside a running server another process loads: the server sees it within seconds, and nobody sees half of it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from fastapi.testclient import TestClient
from graphkit_api.app import create_app
from graphkit_api.settings import Settings

from graphkit.facts import Facts
from tests.reports.small import load_small

from .conftest import BASE, SMALL

MORE = {"events": 3000, "findings": 700, "transfers": 500}
"""Rows that one load appends to each table: a client sees all of them, or none."""

LOAD = "import sys; from pathlib import Path; from graphkit.case import load_case; from graphkit.facts import Facts\n"
LOAD += (
    "result = load_case(Facts(Path(sys.argv[1])), Path(sys.argv[2])); assert result.rejected == 0, result.rejects[:3]"
)


def _more(folder: Path) -> Path:
    """The small case with many rows more in three of its tables."""
    for table, rows in {
        "events": [f"x{n},rent,waive,140106,started,2020-03-02,," for n in range(MORE["events"])],
        "findings": [f"X-{n},More,,,fin-1,2020-02-20,," for n in range(MORE["findings"])],
        "transfers": [f"y{n},rent,waiver,source:treasury,fin-1,1,2020-03-02" for n in range(MORE["transfers"])],
    }.items():
        with (folder / "tables" / f"{table}.csv").open("a", encoding="utf-8", newline="") as stream:
            stream.write("".join(f"{row}\r\n" for row in rows))
    return folder


def test_a_load_beside_a_server_is_seen_whole_and_soon(tmp_path: Path) -> None:
    load_small(tmp_path)
    workspace = tmp_path / "workspace"
    (case,) = [path.parent for path in tmp_path.rglob("case.yaml") if workspace not in path.parents]
    seen: set[tuple[str, int, int]] = set()
    lines: set[int] = set()
    ended = threading.Event()
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as client:

        def total(table: str) -> tuple[str, int, int]:
            page = client.get(f"{SMALL}/{table}", params={"limit": 1}).json()
            after = client.get(f"{SMALL}/{table}", params={"limit": 1, "cursor": page["next"]}).json()
            # A further page is cut from the facts of the first, whatever was loaded in between.
            assert (after["facts_version"], after["total"]) == (page["facts_version"], page["total"])
            return table, page["facts_version"], page["total"]

        def read() -> None:
            while not ended.is_set():
                seen.update(total(table) for table in MORE)
                lines.add(client.get(f"{SMALL}/exports/events.ndjson").text.count("\n"))

        before = {table: total(table)[2] for table in MORE}
        readers = [threading.Thread(target=read) for _ in range(2)]
        for one in readers:
            one.start()
        try:
            loading = subprocess.run([sys.executable, "-c", LOAD, str(workspace), str(_more(case))], check=False)
            until = time.monotonic() + 60
            while total("events")[1] == 1:
                assert time.monotonic() < until
                time.sleep(0.1)
        finally:
            ended.set()
            for one in readers:
                one.join()
        assert loading.returncode == 0
        seen.update(total(table) for table in MORE)
    states = {(table, 1, before[table]) for table in MORE} | {(table, 2, before[table] + MORE[table]) for table in MORE}
    assert seen <= states
    assert {one for one in states if one[1] == 2} <= seen
    assert lines <= {before["events"], before["events"] + MORE["events"]}
    assert Facts(workspace).version == 2
