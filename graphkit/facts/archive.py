"""A workspace in one file: everything that cannot be rebuilt (facts, documents, reviews, rejects), and back."""

from __future__ import annotations

import tarfile
from pathlib import Path

from filelock import FileLock, Timeout

from graphkit.facts.store import Facts
from graphkit.facts.verify import problems
from graphkit.model.errors import InputError, StoreError

REBUILT = ("graph", "jobs")
"""What is made from the facts, and so not kept in a backup."""


def backup(workspace: Path, archive: Path) -> int:
    """Write a workspace to a .tar.gz file while nobody writes to it; return the number of files in it.

    Raises StoreError when the workspace is being written to, is damaged, or the file cannot be written.
    """
    facts = Facts(workspace)
    if found := problems(facts):
        raise StoreError(f"{workspace}: is damaged and is not backed up: {found[0]}")
    files = [
        path
        for path in sorted(workspace.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.relative_to(workspace).parts[0] not in REBUILT
    ]
    unfinished = archive.with_name(f".{archive.name}.part")
    try:
        with FileLock(str(workspace / ".writer.lock")).acquire(timeout=0), tarfile.open(unfinished, "w:gz") as tar:
            for path in files:
                tar.add(path, arcname=path.relative_to(workspace).as_posix(), recursive=False)
    except Timeout:
        raise StoreError(f"{workspace}: another graphkit is writing here; try again when it has ended") from None
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(f"{archive}: cannot be written: {error.strerror}") from None
    unfinished.replace(archive)
    return len(files)


def restore(archive: Path, workspace: Path) -> int:
    """Unpack a backup into a new or empty folder and verify it; return the number of commits in it.

    Raises InputError when the file is no backup or does not verify, StoreError when the folder holds something.
    """
    if workspace.exists() and (not workspace.is_dir() or any(workspace.iterdir())):
        raise StoreError(f"{workspace}: is not empty; restore into a new folder")
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(workspace, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"{archive}: is no graphkit backup that can be read: {' '.join(str(error).split())}") from None
    facts = Facts(workspace)
    if found := problems(facts):
        raise InputError(f"{archive}: was restored to {workspace}, but does not verify: {found[0]}")
    return facts.version
