"""What lies in a case folder: which of its files are read, which are not and why; its documents are kept."""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from graphkit.case.read import SUFFIXES
from graphkit.case.rejects import Reject
from graphkit.model.tables import TABLES


@dataclass(slots=True)
class TableFiles:
    """The files of each table, and what was said of the others in `tables`."""

    files: dict[str, list[Path]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def strange(path: Path, folder: Path) -> str | None:
    """Return why a file is not read: nothing outside of the case folder is, and nothing that is no file."""
    if named(path.name) != path.name:
        return "has a name that is no text in UTF-8; give it another"
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links that run in a circle, until Python 3.12 a RuntimeError
        return "is a link that leads nowhere"
    if not inside:
        return "is a link out of the case folder; put the file itself there"
    if not path.is_file():
        return "is no file"
    return None if os.access(path, os.R_OK) else "may not be read; change its permissions"


def named(name: str) -> str:
    """Return a file's name as it can be said: bytes that are no UTF-8 are written out, like \\xb1."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def table_files(folder: Path) -> TableFiles:
    """Find the files of the tables in a case folder, sorted by name."""
    found = TableFiles()
    tables = folder / "tables"
    for path in sorted(tables.iterdir()) if tables.is_dir() else []:
        if path.name.startswith((".", "~$")):
            continue
        name, table, suffix = f"tables/{named(path.name)}", path.stem.lower(), path.suffix.lower()
        if table not in TABLES:
            near = difflib.get_close_matches(table, TABLES, n=1)
            known = f"is it meant to be {near[0]}?" if near else f"tables are {', '.join(TABLES)}"
            found.warnings.append(f"{name}: is not read; {known}")
        elif suffix not in SUFFIXES:
            reason = f"cannot be read; save it as one of {', '.join(SUFFIXES)}"
            found.rejects.append(Reject(name, None, None, None, reason))
        elif (why := strange(path, folder)) is not None:
            found.rejects.append(Reject(name, None, None, None, why))
        else:
            found.files.setdefault(table, []).append(path)
    return found


def document_files(folder: Path) -> list[Path]:
    """Return the files in a case folder's `documents` that are kept, in order."""
    return [path for path in _in_documents(folder) if path.is_file() and strange(path, folder) is None]


def keep_documents(folder: Path, target: Path) -> tuple[list[Reject], list[str]]:
    """Copy a case folder's documents to `target`, where one that differs keeps its place beside; say what was odd."""
    rejects = [
        Reject(f"documents/{named(str(path.relative_to(folder / 'documents')))}", None, None, None, why)
        for path in _in_documents(folder)
        if not path.is_dir() and (why := strange(path, folder)) is not None
    ]
    warnings = []
    for path in document_files(folder):
        copy = target / path.relative_to(folder / "documents")
        if copy.exists():
            if copy.read_bytes() == path.read_bytes():
                continue
            digest = hashlib.sha256(copy.read_bytes()).hexdigest()[:12]
            copy.rename(copy.with_name(f"{copy.name}.{digest}"))
            warnings.append(
                f"documents/{path.name}: differs from the one kept before, which stays as {copy.name}.{digest}"
            )
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return rejects, warnings


def _in_documents(folder: Path) -> list[Path]:
    documents = folder / "documents"
    return sorted(documents.rglob("*")) if documents.is_dir() else []
