"""A server that is killed in the middle of a request and of a job, and started again on the same workspace."""

from __future__ import annotations

import io
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from tests.reports.small import write_case

COMMAND = "from graphkit.cli import main; main()"
KEY = {"Idempotency-Key": "finding-1"}
FINDING = {"title": "Paid twice", "category": "difficulty", "found_on": "2020-02-20", "agency": "fin-1"}
UNTIL_S = 60


@contextmanager
def _server(workspace: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", COMMAND, "serve", "-w", str(workspace), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _until(lambda: _ask(port, "GET", "/ready")[0] == 200)
            yield port, process
        finally:
            process.kill()


def _ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
    except OSError:
        return 0, {}


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + UNTIL_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def _taken(workspace: Path) -> int:
    """How many keys a server has taken; its table is made with the first."""
    with closing(sqlite3.connect(workspace / "access" / "answers.sqlite", timeout=10)) as connection:
        made = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'answered'").fetchone()[0]
        return int(connection.execute("SELECT count(*) FROM answered").fetchone()[0]) if made else 0


def _zip(case: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in case.rglob("*"):
            archive.write(path, path.relative_to(case))
    return packed.getvalue()


def test_a_killed_servers_jobs_are_told_and_its_keys_are_free(workspace: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(workspace, tmp_path / "workspace", ignore=shutil.ignore_patterns("access", "jobs")))
    case, finding = _zip(write_case(tmp_path / "small")), json.dumps(FINDING).encode()
    json_type = {"Content-Type": "application/json"}
    with _server(own) as (port, process):
        done = _ask(port, "POST", "/api/v1/cases/small/reports", b'{"kind": "express", "format": "md"}', **json_type)[1]
        _until(lambda: _ask(port, "GET", f"/api/v1/jobs/{done['id']}")[1]["state"] == "done")
        with FileLock(str(own / ".writer.lock")):  # another graphkit writes: the load waits for it
            loading = _ask(port, "POST", "/api/v1/uploads", case)[1]
            waiting = _ask(port, "POST", "/api/v1/uploads", case)[1]
            _until(lambda: len(_ask(port, "GET", f"/api/v1/jobs/{loading['id']}")[1]["steps"]) > 3)
            path = "/api/v1/cases/small/findings"
            with socket.create_connection(("127.0.0.1", port)) as half:
                half.sendall(
                    b"POST /api/v1/cases/small/findings HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: finding-1\r\n"
                    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(finding) + finding[:10]
                )
                _until(lambda: _taken(own) == 1)
                assert _ask(port, "POST", path, finding, **json_type, **KEY)[0] == 409
                process.send_signal(signal.SIGKILL)
                process.wait()
    assert not list((own / "jobs").glob("*/job.new"))
    with _server(own) as (port, _):
        jobs = {one["id"]: one for one in _ask(port, "GET", "/api/v1/jobs")[1]["jobs"]}
        assert {key: one["state"] for key, one in jobs.items()} == {
            done["id"]: "done",
            loading["id"]: "failed",
            waiting["id"]: "failed",
        }
        assert "interrupted" in jobs[loading["id"]]["problem"]
        assert not (own / "jobs" / loading["id"] / "work").exists()
        (file,) = jobs[done["id"]]["files"]
        report = f"http://127.0.0.1:{port}/api/v1/jobs/{done['id']}/files/{file}"
        with urllib.request.urlopen(report, timeout=30) as answer:
            assert answer.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/jobs/{loading['id']}/events") as answer:
            assert answer.read().decode().rstrip().splitlines()[-2] == "event: failed"
        status, entered = _ask(port, "POST", path, finding, **json_type, **KEY)
        assert (status, entered.get("state")) == (201, "found")
        assert _ask(port, "POST", path, finding, **json_type, **KEY) == (201, entered)
        again = _ask(port, "POST", "/api/v1/uploads", case)[1]
        _until(lambda: _ask(port, "GET", f"/api/v1/jobs/{again['id']}")[1]["state"] == "done")
