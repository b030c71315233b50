"""Work that takes longer than a request: one after the other, with progress, a result, and files to fetch."""

from __future__ import annotations

import itertools
import logging
import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from graphkit.model.errors import GraphkitError, RefusedError

from .access import Principal
from .errors import BusyError, NotFoundError
from .observe import Metrics

State = Literal["waiting", "running", "done", "failed"]
_KEPT = 200
_WAITING = 50
_log = logging.getLogger("graphkit_api.jobs")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a job told of itself: its number from 1, when, and what."""

    number: int
    at: datetime
    state: State
    message: str


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a job made."""

    path: Path
    media_type: str


@dataclass(slots=True)
class Job:
    """A piece of work; `folder` is its own, and goes with it."""

    id: str
    kind: str
    case: str | None
    principal: Principal
    begun_at: datetime
    folder: Path
    state: State = "waiting"
    steps: list[Step] = field(default_factory=list)
    result: dict[str, Any] | None = None
    problem: str | None = None
    files: dict[str, JobFile] = field(default_factory=dict)

    def tell(self, message: str) -> None:
        """Add a step."""
        self.steps.append(Step(len(self.steps) + 1, datetime.now(UTC), self.state, message))


Work = Callable[[Job], dict[str, Any]]


class Jobs:
    """Runs jobs one at a time, since there is one writer; the last of them are kept until the server ends."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._folder: Path | None = None
        self._pool = ThreadPoolExecutor(1, "job")
        self._names = itertools.count(1)

    def start(self, kind: str, case: str | None, principal: Principal, work: Work, message: str) -> Job:
        """Begin a job, or let it wait for those before it. BusyError when too many wait."""
        job_id = secrets.token_hex(8)
        with self._lock:
            if sum(one.state == "waiting" for one in self._jobs.values()) >= _WAITING:
                raise BusyError("too many jobs wait; try again when some of them are done")
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="graphkit-jobs-"))
            folder = self._folder / str(next(self._names))
            folder.mkdir()
            job = Job(job_id, kind, case, principal, datetime.now(UTC), folder)
            job.tell(message)
            self._jobs[job_id] = job
            ended = [key for key, one in self._jobs.items() if one.state in ("done", "failed")]
            for key in ended[: max(0, len(self._jobs) - _KEPT)]:
                shutil.rmtree(self._jobs.pop(key).folder, ignore_errors=True)
        self._pool.submit(self._run, job, work)
        return job

    def listed(self, principal: Principal) -> list[Job]:
        """Return a principal's own jobs, the newest first; an unlimited admin's list has everyone's."""
        with self._lock:
            return [job for job in reversed(self._jobs.values()) if _may_see(principal, job)]

    def find(self, principal: Principal, job_id: str) -> Job:
        """Return a job. NotFoundError when there is none of that id, or it is another's."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None or not _may_see(principal, job):
            raise NotFoundError(f"no job '{job_id}'")
        return job

    def close(self) -> None:
        """Let the running job end, drop those that wait, and take the files away."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, job: Job, work: Work) -> None:
        job.state = "running"
        job.tell("begun")
        try:
            result = work(job)
        except GraphkitError as error:
            job.problem = str(error) if not isinstance(error, RefusedError) else f"not allowed: {error}"
        except Exception:
            _log.exception("job failed", extra={"job": job.id, "kind": job.kind})
            job.problem = "this should not have happened; the server's log says more under the job's id"
        else:
            job.result = result
        job.state = "failed" if job.problem else "done"
        job.tell(job.problem or "done")
        self._metrics.jobs.labels(job.kind, job.state).inc()


def _may_see(principal: Principal, job: Job) -> bool:
    """Whether a job is a principal's own, under the limits that it began with."""
    return principal == job.principal or (principal.role.name == "ADMIN" and not principal.limited)
