"""Work that takes longer than a request: one after the other, with progress, a result, and files to fetch.

Each job has a folder `jobs/<id>` in the workspace, with what it told of itself in job.json and the files that it made:
what ended is there after the server has ended, and what a server was doing when it died is told as failed.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from graphkit.model.errors import GraphkitError, RefusedError, StoreError

from .access import Principal, Role
from .errors import BusyError, NotFoundError
from .life import Life
from .observe import Metrics

State = Literal["waiting", "running", "done", "failed"]
_KEPT = 200
_WAITING = 50
_INTERRUPTED = "interrupted: the server ended before this was done; ask for it again"
_RECORD = "job.json"
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
    server: str
    state: State = "waiting"
    steps: list[Step] = field(default_factory=list)
    result: dict[str, Any] | None = None
    problem: str | None = None
    files: dict[str, JobFile] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return bool(self.steps) and self.steps[-1].state in ("done", "failed")

    @property
    def work_folder(self) -> Path:
        """A folder for what is needed only until the job ends."""
        return self.folder / "work"

    def tell(self, message: str) -> None:
        """Add a step, and write down how the job stands. StoreError when that cannot be done."""
        self.steps.append(Step(len(self.steps) + 1, datetime.now(UTC), self.state, message))
        beside = self.folder / "job.new"
        try:
            beside.write_text(_text(self), encoding="utf-8")
            beside.replace(self.folder / _RECORD)
        except OSError as error:
            raise StoreError(f"{self.folder}: the job cannot be kept: {error.strerror}") from None

    def fail(self, problem: str) -> None:
        """End, with what was wrong."""
        shutil.rmtree(self.work_folder, ignore_errors=True)
        self.state, self.problem = "failed", problem
        self.tell(problem)


Work = Callable[[Job], dict[str, Any]]


class Jobs:
    """Runs jobs one at a time, since there is one writer; the last of a workspace are kept."""

    def __init__(self, workspace: Path, life: Life, metrics: Metrics) -> None:
        self._folder = workspace / "jobs"
        self._life = life
        self._metrics = metrics
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._pool = ThreadPoolExecutor(1, "job")

    def start(self, kind: str, case: str | None, principal: Principal, work: Work, message: str) -> Job:
        """Begin a job, or let it wait for those before it. BusyError when too many wait."""
        job_id = secrets.token_hex(8)
        job = Job(job_id, kind, case, principal, datetime.now(UTC), self._folder / job_id, self._life.name())
        with self._lock:
            if sum(one.state == "waiting" for one in self._jobs.values()) >= _WAITING:
                raise BusyError("too many jobs wait; try again when some of them are done")
            try:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                job.folder.mkdir()
            except OSError as error:
                raise StoreError(f"{self._folder}: cannot be written: {error.strerror}") from None
            job.tell(message)
            self._jobs[job_id] = job
            for old in [one for one in self._all() if one.ended][_KEPT:]:
                self._jobs.pop(old.id, None)
                shutil.rmtree(old.folder, ignore_errors=True)
        self._pool.submit(self._run, job, work)
        return job

    def listed(self, principal: Principal) -> list[Job]:
        """Return a principal's own jobs, the newest first; an unlimited admin's list has everyone's."""
        with self._lock:
            return [job for job in self._all() if _may_see(principal, job)]

    def find(self, principal: Principal, job_id: str) -> Job:
        """Return a job. NotFoundError when there is none of that id, or it is another's."""
        with self._lock:
            job = self._jobs.get(job_id) or next((one for one in self._all() if one.id == job_id), None)
        if job is None or not _may_see(principal, job):
            raise NotFoundError(f"no job '{job_id}'")
        return job

    def close(self) -> None:
        """Let the running job end, and drop those that wait."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for job in self._jobs.values():
            if not job.ended:
                job.fail(_INTERRUPTED)

    def _all(self) -> list[Job]:
        """Return the workspace's jobs, the newest first: this server's, and what others wrote down of theirs."""
        found = dict(self._jobs)
        for record in self._folder.glob(f"*/{_RECORD}"):
            if record.parent.name not in found and (job := _read(record)) is not None:
                if not job.ended and not self._life.lives(job.server):
                    job.fail(_INTERRUPTED)
                if job.ended:
                    self._jobs[job.id] = job
                found[job.id] = job
        return sorted(found.values(), key=lambda job: (job.begun_at, job.id), reverse=True)

    def _run(self, job: Job, work: Work) -> None:
        try:
            job.state = "running"
            job.tell("begun")
            job.result = work(job)
            shutil.rmtree(job.work_folder, ignore_errors=True)
            job.state = "done"
            job.tell("done")
        except Exception as error:
            job.result = None
            try:
                job.fail(self._problem(job, error))
            except StoreError as unwritten:
                _log.warning("%s", unwritten)
        self._metrics.jobs.labels(job.kind, job.state).inc()

    def _problem(self, job: Job, error: Exception) -> str:
        if isinstance(error, RefusedError):
            return f"not allowed: {error}"
        if isinstance(error, GraphkitError):
            return str(error)
        _log.error("job failed", extra={"job": job.id, "kind": job.kind}, exc_info=error)
        return "this should not have happened; the server's log says more under the job's id"


def _may_see(principal: Principal, job: Job) -> bool:
    """Whether a job is a principal's own, under the limits that it began with."""
    return principal == job.principal or (principal.role.name == "ADMIN" and not principal.limited)


def _text(job: Job) -> str:
    who = job.principal
    content = {
        "id": job.id,
        "kind": job.kind,
        "case": job.case,
        "server": job.server,
        "begun_at": job.begun_at.isoformat(),
        "state": job.state,
        "steps": [[one.number, one.at.isoformat(), one.state, one.message] for one in job.steps],
        "result": job.result,
        "problem": job.problem,
        "files": {name: [str(one.path), one.media_type] for name, one in job.files.items()},
        "principal": {
            "name": who.name,
            "role": who.role.name,
            "cases": None if who.cases is None else sorted(who.cases),
            "region": who.region,
            "person": who.person,
        },
    }
    return json.dumps(content, ensure_ascii=False)


def _read(record: Path) -> Job | None:
    """Return the job that was written down; None where there is none, such as one that was taken away meanwhile."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        who = found["principal"]
        cases = None if who["cases"] is None else frozenset(who["cases"])
        return Job(
            found["id"],
            found["kind"],
            found["case"],
            Principal(who["name"], Role[who["role"]], cases, who["region"], who["person"]),
            datetime.fromisoformat(found["begun_at"]),
            record.parent,
            found["server"],
            found["state"],
            [Step(number, datetime.fromisoformat(at), state, said) for number, at, state, said in found["steps"]],
            found["result"],
            found["problem"],
            {name: JobFile(Path(path), media_type) for name, (path, media_type) in found["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
