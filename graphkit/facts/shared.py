"""A workspace is a folder, or stands in an object store (`s3://BUCKET/PREFIX`).

In the second case all that reads and writes works on a folder that mirrors it (graphkit.facts.mirror); what is here
tells the two apart, so that nothing else need. The mirror is a cache: it may be deleted whenever no graphkit runs. What
can be made again (the graph), and what belongs to one server (answers under an idempotency key), stays in it; the
access log is kept entry by entry (graphkit_api.accesslog).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from graphkit.facts.bucket import Bucket, endpoint
from graphkit.facts.mirror import Mirror, Publish
from graphkit.model.errors import StoreError

_mirrors: dict[Path, Mirror] = {}


def workspace_folder(text: str | Path) -> Path:
    """Return the folder of a workspace: the folder itself, or the up-to-date mirror of one in an object store.

    UsageError for an address that names none; StoreError when the store cannot be reached.
    """
    address = str(text)
    if "://" not in address:
        return Path(text)
    bucket = Bucket(address)
    base = os.environ.get("GRAPHKIT_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    digest = hashlib.sha256(f"{endpoint()} {bucket.address}".encode()).hexdigest()[:16]
    folder = Path(base) / "graphkit" / "s3" / digest
    try:
        (folder / ".shared").mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / ".shared" / "address").write_text(bucket.address, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder}: the mirror of {address} cannot be made: {error.strerror}") from None
    mirror = Mirror(folder, bucket)
    mirror.refresh()
    _mirrors[folder] = mirror
    return folder


def mirror_of(workspace: Path) -> Mirror | None:
    """Return the mirror that a folder is; None for one that is the workspace itself."""
    address = workspace / ".shared" / "address"
    if workspace not in _mirrors and address.is_file():
        _mirrors[workspace] = Mirror(workspace, Bucket(address.read_text(encoding="utf-8")))
    return _mirrors.get(workspace)


def named(workspace: Path) -> str:
    """Return what people call a workspace: its folder, or its address in the object store."""
    mirror = mirror_of(workspace)
    return mirror.address if mirror else str(workspace)


def refresh(workspace: Path, at_most_every_s: float = 0.0) -> None:
    """Bring a mirror up to its object store; nothing is asked when it was brought up so short a time ago.

    StoreError when the store cannot be reached, or lacks what its manifest names.
    """
    if (mirror := mirror_of(workspace)) is not None:
        mirror.refresh(at_most_every_s)


@contextmanager
def writing(workspace: Path) -> Iterator[Publish]:
    """Be the one writer of a workspace; what was written is visible to all when this ends, or at `publish` before.

    In an object store nothing is visible when this ends with an error. StoreError while another process writes.
    """
    lock = FileLock(str(workspace / ".writer.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(f"{named(workspace)}: another graphkit is writing here; try again when it has ended") from None
    except OSError as error:
        raise StoreError(f"{named(workspace)}: cannot be locked for writing: {error.strerror}") from None
    try:
        if (mirror := mirror_of(workspace)) is None:
            yield lambda placed: None
        else:
            with mirror.writing() as publish:
                yield publish
    finally:
        lock.release()


@contextmanager
def changing(workspace: Path) -> Iterator[None]:
    """As `writing`, for what keeps its own order in a folder (a review, the tokens): there, nobody needs to wait."""
    if mirror_of(workspace) is not None:
        with writing(workspace):
            yield
    else:
        yield


def damaged(workspace: Path) -> list[str]:
    """Return a line for each file that the object store has lost or changed; a mirror that differs is put right."""
    mirror = mirror_of(workspace)
    return mirror.damaged() if mirror else []
