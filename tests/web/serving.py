"""`graphkit serve` in a process of its own, for tests and for the pictures of the documentation."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
"""The system's own Chromium; Playwright downloads none."""

_START_S = 90


@contextmanager
def serving(workspace: Path, log: Path) -> Iterator[str]:
    """Serve a workspace and give the server's address; what the server says goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from graphkit.cli import main; main()", "serve", "-w", str(workspace)]
    with log.open("w") as file, subprocess.Popen([*command, "--port", str(port)], stdout=file, stderr=file) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(address, process)
            assert f"{address}/docs" in log.read_text("utf-8")
            yield address
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not start")
