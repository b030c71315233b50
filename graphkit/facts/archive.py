"""A workspace in one file: everything that cannot be rebuilt (facts, documents, reviews, rejects), and back."""

from __future__ import annotations

import errno
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path

from graphkit.facts.mirror import Mirror, kept_files
from graphkit.facts.shared import mirror_of, writing
from graphkit.facts.store import Facts, make_workspace
from graphkit.facts.verify import problems
from graphkit.model.errors import InputError, StoreError


def backup(workspace: Path, archive: Path) -> int:
    """Write a workspace to a .tar.gz file while nobody writes to it; return the number of files in it.

    Raises StoreError when the workspace is being written to, is damaged, or the file cannot be written.
    """
    facts = Facts(workspace)
    if found := problems(facts):
        raise StoreError(f"{facts.name}: is damaged and is not backed up: {found[0]}")
    unfinished = archive.with_name(f".{archive.name}.part")
    try:
        # It holds rows about persons and the access log: its owner's alone.
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        with writing(workspace), tarfile.open(unfinished, "w:gz") as tar:
            files = list(kept_files(workspace))
            for path in files:
                tar.add(path, arcname=path.relative_to(workspace).as_posix(), recursive=False)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreError(f"{archive}: cannot be written: {error.strerror}") from None
    unfinished.replace(archive)
    return len(files)


def restore(archive: Path, workspace: Path) -> int:
    """Unpack a backup into a new or empty folder and verify it; return the number of commits in it.

    Raises InputError when the file is no backup or does not verify, StoreError when the folder holds something.
    """
    if (mirror := mirror_of(workspace)) is not None:
        return _restore_shared(archive, mirror)
    if workspace.exists() and (not workspace.is_dir() or any(workspace.iterdir())):
        raise StoreError(f"{workspace}: is not empty; restore into a new folder")
    try:
        with tarfile.open(archive, "r:gz") as tar:
            _make(workspace)
            tar.extractall(workspace, filter="data")
        if (access := workspace / "access").is_dir():
            access.chmod(0o700)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(f"{workspace}: cannot be written: {error.strerror}") from None
        raise InputError(f"{archive}: is no graphkit backup that can be read: {' '.join(str(error).split())}") from None
    facts = Facts(workspace)
    if found := problems(facts):
        raise InputError(f"{archive}: was restored to {workspace}, but does not verify: {found[0]}")
    return facts.version


def _make(workspace: Path) -> None:
    try:
        make_workspace(workspace)
    except OSError as error:
        raise StoreError(f"{workspace}: the workspace cannot be made: {error.strerror}") from None


def _restore_shared(archive: Path, mirror: Mirror) -> int:
    """Restore beside the mirror of an empty workspace in an object store, and publish it when it has been verified."""
    workspace = mirror.folder
    with writing(workspace), tempfile.TemporaryDirectory(dir=workspace, prefix=".restore-") as scratch:
        if any(kept_files(workspace)) or mirror.bucket.names("access/"):
            raise StoreError(f"{mirror.address}: is not empty; restore under a new prefix")
        commits = restore(archive, Path(scratch) / "workspace")
        shutil.copytree(Path(scratch) / "workspace", workspace, dirs_exist_ok=True)
    return commits
