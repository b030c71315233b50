"""What the scripts that start a server on this machine share (neo4j-local, s3-local, spark-local)."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path


def cache() -> Path:
    """Return the folder for what is installed once, and for what is known of a running server."""
    base = os.environ.get("GRAPHKIT_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "graphkit"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def runs(pid: int, home: Path) -> bool:
    """Return whether the process is there and is one that was started for `home`, not another of the same number."""
    try:
        return str(home).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def end(pid: int, home: Path, seconds: float = 30) -> None:
    """Ask a process that was started for `home` to end; end it when it has not after so many seconds."""
    if not runs(pid, home):
        return
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while runs(pid, home) and time.monotonic() < until:
        time.sleep(0.1)
    if runs(pid, home):
        os.kill(pid, signal.SIGKILL)
