"""What an upload does: the same library calls as `graphkit load` and `graphkit ingest`, told step by step."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from graphkit.case import LoadResult, load_case
from graphkit.case.yaml_file import read_yaml
from graphkit.documents import extract, read_documents
from graphkit.documents.archive import members
from graphkit.documents.known import gazetteer_of
from graphkit.documents.review import Review
from graphkit.facts import Facts
from graphkit.model.errors import InputError, RefusedError, StoreError

from .access import Principal
from .jobs import Job, JobFile, Work

WRITER_WAIT_S = 60
_NAME_BYTES = 255
"""The longest name that a file may have on common systems."""

_NAME = re.compile(r"^[^/\\\x00-\x1f<>:\"|?*]{1,150}\.(txt|html?|docx|pdf|zip)$", re.I)


def case_upload(workspace: Path, principal: Principal, archive: Path) -> Work:
    """Return the work of loading the zip of a case folder, which may lie in a folder of its own in it."""

    def work(job: Job) -> dict[str, Any]:
        folder, count = _unpacked(archive, job.work_folder)
        job.tell(f"unpacked {count} files")
        case_id = read_yaml(folder / "case.yaml", "case.yaml").get("id")
        if not isinstance(case_id, str) or not principal.may_see(case_id):
            raise RefusedError("this token may not write to the case that case.yaml names")
        result = _loaded(workspace, folder, job)
        job.case = result.case
        if result.rejects_file is not None:
            job.files["rejects.csv"] = JobFile(result.rejects_file, "text/csv; charset=utf-8")
        return {
            "case": result.case,
            "loaded": result.loaded,
            "rejected": result.rejected,
            "rejects_file": "rejects.csv" if result.rejects_file else None,
            "warnings": result.warnings,
        }

    return work


def document_upload(workspace: Path, case: str, file: Path) -> Work:
    """Return the work of reading a document and keeping its candidate facts for review."""

    def work(job: Job) -> dict[str, Any]:
        gazetteer = gazetteer_of(Facts(workspace), case)
        review = Review(workspace, case, create=True)
        read = []
        problems: list[str] = []
        for document in read_documents(file, problems):
            candidates = extract(document, gazetteer)
            review.add(document, candidates)
            job.tell(f"{document.name}: {len(candidates)} candidate facts")
            read.append(
                {
                    "id": document.id,
                    "name": document.name,
                    "candidates": len(candidates),
                    "warnings": list(document.warnings),
                }
            )
        for problem in problems:
            job.tell(problem)
        return {"case": case, "documents": read, "problems": problems}

    return work


def checked_name(name: str) -> str:
    """Return a document's file name. InputError when it is none, or of a kind that is not read."""
    if not _NAME.match(name) or name.startswith("."):
        raise InputError("name: a file name that ends in .txt, .html, .docx, .pdf or .zip")
    if len(name.encode()) > _NAME_BYTES:
        raise InputError(f"name: too long; a file's name has at most {_NAME_BYTES} bytes of UTF-8")
    return name


def _unpacked(archive: Path, folder: Path) -> tuple[Path, int]:
    """Unpack a zip into a folder; return the folder with the case.yaml, and how many files there were."""
    count = 0
    for name, content in members(archive.read_bytes(), "upload"):
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or "\\" in name or ":" in name:
            raise InputError(f"upload: '{name[:100]}' would lie outside the case folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        count += 1
    found = [folder, *sorted(one for one in folder.iterdir() if one.is_dir())]
    for one in found:
        if (one / "case.yaml").is_file():
            return one, count
    raise InputError("upload: there is no case.yaml in the archive, nor in a folder at its top")


def _loaded(workspace: Path, folder: Path, job: Job) -> LoadResult:
    """Load a case folder; while another process writes, wait for it."""
    until = time.monotonic() + WRITER_WAIT_S
    while True:
        try:
            job.tell("loading")
            return load_case(Facts(workspace), folder)
        except StoreError:
            if time.monotonic() > until:
                raise
            job.tell("another graphkit is writing; waiting")
            time.sleep(2)
