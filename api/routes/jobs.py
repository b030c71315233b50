"""Uploads, reports made in the background, and the jobs that do this: their progress, results and files."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from graphkit.model.errors import GraphkitError

from ..access import Principal, Role
from ..dependencies import CaseDep, Passages, PrincipalDep, ServerDep, moment
from ..errors import FieldError, NotFoundError
from ..exports import MEDIA_TYPES
from ..jobs import Job, JobFile, Step, Work
from ..reporting import MEDIA, report_request
from ..reporting import report as make_report
from ..responses import JobList, JobOut, JobStep, ReportIn, file_answer
from ..server import Server
from ..uploads import case_upload, checked_name, document_upload

router = APIRouter(tags=["jobs"])

_EVERY_S = 0.2
_BINARY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/uploads", status_code=202, openapi_extra=_BINARY)
async def upload_case(server: ServerDep, principal: PrincipalDep, request: Request, response: Response) -> JobOut:
    """Load a case folder that is sent as a zip; the job's file rejects.csv says what could not be used, and why."""
    principal.require(Role.EDITOR)
    principal.require_whole_cases("load a case")
    file = await _received(request, "case.zip")
    work = case_upload(server.settings.workspace, principal, file)
    return _started(response, _begun(server, "load", None, principal, work, file))


@router.post("/cases/{case}/documents", status_code=202, openapi_extra=_BINARY)
async def upload_document(
    server: ServerDep,
    principal: PrincipalDep,
    case: CaseDep,
    request: Request,
    response: Response,
    name: Annotated[str, Query(max_length=160, description="The document's file name.", examples=["notice.docx"])],
) -> JobOut:
    """Read a document that is sent as it is; the candidate facts found in it wait for review."""
    principal.require(Role.EDITOR)
    principal.require_whole_cases("read a document into the review")
    file = await _received(request, checked_name(name))
    work = document_upload(server.settings.workspace, case, file)
    return _started(response, _begun(server, "ingest", case, principal, work, file))


@router.post("/cases/{case}/reports", status_code=202)
def start_report(
    server: ServerDep, principal: PrincipalDep, case: CaseDep, asked: ReportIn, response: Response
) -> JobOut:
    """Make a report in the background; the file is fetched from the job when it is done."""
    question = server.question(principal, case, asked.as_of, moment(asked.known_by, "known_by"))
    if asked.since is not None and asked.since >= question.as_of:
        raise FieldError("since", f"{asked.since}: must lie before the end of the period, {question.as_of}")
    name = f"{asked.kind}-{question.as_of}.{asked.format}"

    def work(job: Job) -> dict[str, object]:
        request = report_request(asked.kind, asked.format, asked.number, asked.since, asked.policy, asked.region)
        content = make_report(server.evaluations, question, request, f".{asked.format}", asked.trend, asked.lang)
        path = job.folder / name
        path.write_bytes(content)
        job.files[name] = JobFile(path, MEDIA[asked.format])
        return {"file": name, "bytes": len(content)}

    return _started(response, server.jobs.start("report", case, principal, work, "asked for"))


@router.get("/jobs")
def jobs(server: ServerDep, principal: PrincipalDep) -> JobList:
    """List one's own jobs, the newest first."""
    return JobList(jobs=[_out(job) for job in server.jobs.listed(principal)])


@router.get("/jobs/{job}")
def one_job(server: ServerDep, principal: PrincipalDep, job: str) -> JobOut:
    """Tell how far a job is, and what came of it."""
    return _out(server.jobs.find(principal, job))


@router.get(
    "/jobs/{job}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "one event a step, until the job ends"}},
)
async def job_events(
    server: ServerDep,
    principal: PrincipalDep,
    job: str,
    last: Annotated[int, Header(alias="Last-Event-ID", ge=0, description="The last event that was seen.")] = 0,
) -> StreamingResponse:
    """Follow a job as server-sent events: `event` is its state, `data` a JobStep; an ended one ends the stream."""
    await run_in_threadpool(server.jobs.find, principal, job)
    return StreamingResponse(
        _events(server, principal, job, last), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.get(
    "/jobs/{job}/files/{file}",
    response_class=FileResponse,
    dependencies=[Passages],
    responses=file_answer([*MEDIA.values(), MEDIA_TYPES["csv"]]),
)
def job_file(server: ServerDep, principal: PrincipalDep, job: str, file: str) -> FileResponse:
    """Fetch a file that a job made: its report, or rejects.csv."""
    found = server.jobs.find(principal, job)
    if file not in found.files or not found.files[file].path.is_file():
        raise NotFoundError(f"job {job} has no file '{file}'")
    one = found.files[file]
    return FileResponse(one.path, media_type=one.media_type, filename=file)


async def _received(request: Request, name: str) -> Path:
    """Write a body to a file as it comes in."""
    path = Path(tempfile.mkdtemp(prefix="graphkit-upload-")) / name
    try:
        with path.open("wb") as stream:
            async for part in request.stream():
                stream.write(part)
    except BaseException:  # also where the client breaks off
        shutil.rmtree(path.parent)
        raise
    if not path.stat().st_size:
        shutil.rmtree(path.parent)
        raise FieldError("body", "nothing was sent")
    return path


def _begun(server: Server, kind: str, case: str | None, principal: Principal, work: Work, file: Path) -> Job:
    """Begin a job with an upload, which is gone when the job ends, or does not begin."""

    def whole(job: Job) -> dict[str, object]:
        try:
            return work(job)
        finally:
            shutil.rmtree(file.parent, ignore_errors=True)

    try:
        return server.jobs.start(kind, case, principal, whole, "received")
    except GraphkitError:
        shutil.rmtree(file.parent, ignore_errors=True)
        raise


def _started(response: Response, job: Job) -> JobOut:
    response.headers["Location"] = f"/api/v1/jobs/{job.id}"
    return _out(job)


async def _events(server: Server, principal: Principal, job_id: str, last: int) -> AsyncIterator[str]:
    while True:
        # Looked for each time: another server of this workspace may run it, and end.
        job = await run_in_threadpool(server.jobs.find, principal, job_id)
        ended = job.ended
        for step in job.steps[last:]:
            last = step.number
            data = json.dumps(_step(step).model_dump(mode="json"), ensure_ascii=False)
            yield f"id: {step.number}\nevent: {step.state}\ndata: {data}\n\n"
        if ended:
            return
        await asyncio.sleep(_EVERY_S)


def _step(step: Step) -> JobStep:
    return JobStep(number=step.number, at=step.at, state=step.state, message=step.message)


def _out(job: Job) -> JobOut:
    return JobOut(
        id=job.id,
        kind=job.kind,
        case=job.case,
        state=job.state,
        begun_at=job.begun_at,
        steps=[_step(one) for one in list(job.steps)],
        result=job.result,
        problem=job.problem,
        files=sorted(job.files),
    )
