#!/usr/bin/env python3
"""Load a running API on loopback with many clients, and print what came of it as JSON.

    python benchmarks/serve_load.py WORKSPACE [--clients 50] [--seconds 20] [--only cached,uncached]

Starts `graphkit serve` on the workspace in a process of its own, warms it up with one list, then lets the clients ask
over kept connections, each for its next answer as soon as it has one. `cached`: a few gap lists and details again and
again, each answer sent whole; `uncached`: every list filtered in a way that was not asked for before. Reported are the
requests a second, the 50th and 95th percentile of the time that an answer took, errors (any status but 200), the
processor time of the server a request, which other work on the machine does not change, and the server's memory before
and after.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

_READY_S = 60


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> tuple[int, int]:
    """Ask for one answer; return its status and how long its body is."""
    writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    _, mark, rest = head.partition("content-length: ")
    if mark:
        size = int(rest.split("\r\n", 1)[0])
        await reader.readexactly(size)
        return status, size
    total = 0
    while size := int(await reader.readline(), 16):
        total += len(await reader.readexactly(size + 2)) - 2
    await reader.readline()
    return status, total


async def _client(port: int, targets: Iterator[str], until: float, took: list[float], wrong: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    while time.perf_counter() < until:
        target = next(targets)
        begun = time.perf_counter()
        status, _ = await _answer(reader, writer, target)
        took.append(time.perf_counter() - begun)
        if status != 200:
            wrong.append(f"{status} {target}")
    writer.close()


async def _load(port: int, clients: int, targets: Iterator[str], seconds: float) -> tuple[list[float], list[str]]:
    took: list[float] = []
    wrong: list[str] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_client(port, targets, until, took, wrong) for _ in range(clients)))
    return took, wrong


def _get(port: int, target: str) -> Any:
    with urllib.request.urlopen(f"http://localhost:{port}{target}", timeout=300) as answer:
        return json.load(answer)


def _phases(port: int) -> dict[str, Iterator[str]]:
    """Return the addresses that each phase asks for."""
    case = _get(port, "/api/v1/cases")["cases"][0]["id"]
    base = f"/api/v1/cases/{case}"
    gaps = _get(port, f"{base}/gaps?limit=50")["gaps"]
    policies = [one["id"] for one in _get(port, f"{base}/policies")["policies"]]
    regions = [row["code"] for row in _get(port, f"{base}/regions?limit=1000")["rows"]]
    lists = [f"{base}/gaps?limit=20", *(f"{base}/gaps?limit=20&policy={policy}" for policy in policies[:4])]
    details = [f"{base}/gaps/{gap['id']}" for gap in gaps[:20]]
    filtered = (
        f"{base}/gaps?{urlencode({'limit': 20, 'region': region, 'policy': policy, 'sort': sort})}"
        for sort, policy, region in itertools.product(("rank", "-days", "since"), policies, regions)
    )
    return {"cached": itertools.cycle([*lists, *details]), "uncached": filtered}


def measure(workspace: Path, clients: int, seconds: float, only: Sequence[str]) -> dict[str, Any]:
    """Serve a workspace, load it, and return what was measured by phase."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from graphkit.cli import main; main()",
        "serve",
        "-w",
        str(workspace),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            server = psutil.Process(process.pid)
            _wait(port)
            phases = _phases(port)
            return {name: _phase(server, port, clients, phases[name], seconds) for name in only}
        finally:
            process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + _READY_S
    while True:
        try:
            _get(port, "/ready")
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def _phase(server: psutil.Process, port: int, clients: int, targets: Iterator[str], seconds: float) -> dict[str, Any]:
    asyncio.run(_load(port, clients, targets, min(3.0, seconds)))  # what is cached is cached after this
    before, memory = server.cpu_times(), server.memory_info().rss
    begun = time.perf_counter()
    took, wrong = asyncio.run(_load(port, clients, targets, seconds))
    lasted = time.perf_counter() - begun
    after = server.cpu_times()
    spent = after.user + after.system - before.user - before.system
    took.sort()
    return {
        "clients": clients,
        "seconds": round(lasted, 2),
        "requests": len(took),
        "requests_per_s": round(len(took) / lasted, 1),
        "p50_ms": round(took[len(took) // 2] * 1000, 1),
        "p95_ms": round(took[int(len(took) * 0.95)] * 1000, 1),
        "errors": len(wrong),
        "first_errors": wrong[:3],
        "server_cpu_ms_per_request": round(spent * 1000 / len(took), 2),
        "memory_before_mb": memory // 2**20,
        "memory_after_mb": server.memory_info().rss // 2**20,
        "processors": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measure a workspace."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", default="cached,uncached", help="phases, with commas between")
    given = parser.parse_args()
    print(json.dumps(measure(given.workspace, given.clients, given.seconds, given.only.split(",")), indent=2))


if __name__ == "__main__":
    main()
