"""Runs one step of a benchmark in a process of its own: seconds, processor seconds, peak memory, bytes on disk."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_MB = 1 << 20


@dataclass
class Measurement:
    """What a step took.

    `seconds` is what the step itself timed (imports and the start of Python left out), `wall` and `cpu` are of the
    whole process, `peak_mb` is its resident memory at most. `work` is how many units were worked on (`unit` says of
    what). `failure` says why there is no result.
    """

    step: str
    seconds: float | None = None
    wall: float = 0.0
    cpu: float = 0.0
    peak_mb: int = 0
    load_before: float = 0.0
    disk_mb: float | None = None
    work: int | None = None
    unit: str | None = None
    found: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    failure: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the measurement without what is not there."""
        return {key: value for key, value in asdict(self).items() if value not in (None, {}, [])}


def measured(
    step: str, script: Path, arguments: Sequence[object], *, limit_s: float, python: str = sys.executable
) -> Measurement:
    """Run `python script arguments…`, which prints one JSON object as its last line, for at most `limit_s` seconds."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        load = os.getloadavg()[0]
        begin = time.perf_counter()
        child = subprocess.Popen(
            [python, str(script), *map(str, arguments)], stdout=out, stderr=err, start_new_session=True
        )
        status, usage = _wait(child.pid, begin + limit_s)
        child.returncode = 0
        wall = time.perf_counter() - begin
        out.seek(0)
        err.seek(0)
        printed = out.read().decode(errors="replace").strip()
        complaint = err.read().decode(errors="replace").strip()
    cpu = usage.ru_utime + usage.ru_stime
    result = Measurement(step, wall=wall, cpu=cpu, peak_mb=usage.ru_maxrss // 1024, load_before=load)
    if status is None:
        result.failure = f"not done after {limit_s:g} s"
    elif status:
        result.failure = (complaint or printed or f"ended with {status}").splitlines()[-1][:300]
    else:
        for key, value in json.loads(printed.splitlines()[-1]).items():
            setattr(result, key, value)
    return result


def _wait(pid: int, until: float) -> tuple[int | None, Any]:
    """Wait for a process; after `until` end it with all that it started. The status is None then."""
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), usage
        if time.perf_counter() > until:
            os.killpg(pid, signal.SIGKILL)
            _, _, usage = os.wait4(pid, 0)
            return None, usage
        time.sleep(0.01)


def size_mb(path: Path) -> float:
    """Return how many MB the files of a folder take."""
    return round(sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) / _MB, 1)
