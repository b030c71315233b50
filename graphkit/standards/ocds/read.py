"""OCDS files, one release or record at a time: packages, single documents, lists and JSON lines, of any size.

What is read is put in order by contracting process in a scratch database on disk, for a process's releases may lie far
apart; memory holds one process at a time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from graphkit.model.errors import InputError
from graphkit.standards.account import Account
from graphkit.standards.values import short, squeeze

MAX_DEPTH = 100
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Statement:
    """One release (or compiled release) of a process: its file, when it was published, and what it says."""

    file: str
    published: str
    compiled: bool
    data: dict[str, Any]


class Processes:
    """All releases and records of some files, by process. Amounts are kept as the text that was written."""

    def __init__(self, scratch: Path, account: Account) -> None:
        self._account = account
        self._awards = False
        self._database = sqlite3.connect(scratch / "ocds.sqlite", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE statements (ocid, published, compiled INTEGER, file, digest, data, UNIQUE (ocid, digest))"
        )
        self._database.execute("BEGIN")

    def add(self, path: Path, name: str) -> None:
        """Read a file. InputError when it is not JSON, or holds neither releases nor records."""
        found = False
        for item in _items(path):
            found = self._add_item(item, name) or found
        if not found:
            raise InputError(f"{path}: holds neither releases nor records; is it an OCDS file?")

    def each(self) -> Iterator[tuple[str, list[Statement]]]:
        """Yield each process with its statements, the earliest first; processes in the order of their ids."""
        self._database.execute("COMMIT")
        cursor = self._database.execute(
            "SELECT ocid, published, compiled, file, data FROM statements ORDER BY 1, 2, 3, digest"
        )
        current, statements = None, list[Statement]()
        for ocid, published, compiled, file, data in cursor:
            if ocid != current and statements:
                yield str(current), statements
                statements = []
            current = ocid
            statements.append(Statement(file, published, bool(compiled), json.loads(data)))
        if statements:
            yield str(current), statements

    @property
    def records_awards(self) -> bool:
        """Whether any process of the files has an award: if none has, awards were not looked at."""
        return self._awards

    def close(self) -> None:
        """Close the scratch database."""
        self._database.close()

    def _add_item(self, item: Any, name: str) -> bool:
        if not isinstance(item, dict):
            return self._unusable(name, str(item), "is no release or record")
        if isinstance(item.get("releases"), list) and "ocid" not in item:
            return self._add_items(item["releases"], name)
        if isinstance(item.get("records"), list):
            return self._add_items(item["records"], name)
        if not _text(item.get("ocid")):
            return self._unusable(name, _text(item.get("id")), "has no ocid")
        if any(key in item for key in ("compiledRelease", "versionedRelease")) or "releases" in item:
            self._add_record(item, name)
        else:
            self._add_release(item, name, compiled="compiled" in (item.get("tag") or []))
        return True

    def _add_items(self, items: list[Any], name: str) -> bool:
        added = [self._add_item(one, name) for one in items]
        return any(added)

    def _unusable(self, name: str, value: str, reason: str) -> bool:
        self._account.read("releases")
        self._account.reject("releases", name, None, short(value, 80), reason)
        return False

    def _add_record(self, record: dict[str, Any], name: str) -> None:
        self._account.read("records")
        compiled = record.get("compiledRelease")
        used = False
        if isinstance(compiled, dict):
            used = True
            self._add_release({"ocid": record["ocid"], **compiled}, name, compiled=True)
        for release in record.get("releases") or []:
            if isinstance(release, dict) and "url" in release and "ocid" not in release and "tag" in release:
                self._account.read("linked releases")
                self._account.keep("linked releases", "only an address is given; nothing is fetched")
            elif isinstance(release, dict):
                used = True
                self._add_release({"ocid": record["ocid"], **release}, name, compiled=False)
        versioned = record.get("versionedRelease")
        if not used and isinstance(versioned, dict):
            used = True
            self._add_release({"ocid": record["ocid"], **_latest(versioned)}, name, compiled=True)
        if used:
            self._account.use("records", "processes")
        else:
            self._account.reject("records", name, None, str(record["ocid"]), "holds no release that can be read")

    def _add_release(self, release: dict[str, Any], name: str, *, compiled: bool) -> None:
        what = "compiled releases" if compiled else "releases"
        self._account.read(what)
        self._awards = self._awards or bool(release.get("awards"))
        text = json.dumps(release, ensure_ascii=False, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        row = (_text(release["ocid"]), _text(release.get("date")), int(compiled), name, digest, text)
        inserted = self._database.execute("INSERT OR IGNORE INTO statements VALUES (?, ?, ?, ?, ?, ?)", row).rowcount
        if inserted:
            self._account.use(what, "processes")
        else:
            self._account.keep(what, "stands twice, word for word")


def _latest(versioned: dict[str, Any]) -> dict[str, Any]:
    """Return what holds at the end of a versioned release, in which every value is a list of its versions.

    https://standard.open-contracting.org/1.1/en/schema/records_reference/#versioned-release
    """
    days: list[str] = []

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, list) and value and all(map(_is_version, value)):
            days.extend(_text(one.get("releaseDate")) for one in value)
            return max(value, key=lambda one: _text(one.get("releaseDate"))).get("value")
        return [plain(one) for one in value] if isinstance(value, list) else value

    found = plain(versioned)
    return {"date": max(days, default=None), **found}


def _is_version(value: Any) -> bool:
    return isinstance(value, dict) and "releaseDate" in value and "value" in value


def _text(value: Any) -> str:
    return squeeze(value) if isinstance(value, str) else "" if value is None else str(value)


def _items(path: Path) -> Iterator[Any]:
    """Yield what may be a release or record: the members of packages and lists, or each document of the file."""
    try:
        with path.open("rb") as stream:
            _refuse_deep(_start(stream), path)
            prefix = _prefix(_start(stream))
            yield from ijson.items(_start(stream), prefix, multiple_values=True)
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not well-formed JSON: {squeeze(str(error))[:200]}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def _start(stream: BinaryIO) -> BinaryIO:
    stream.seek(0)
    if stream.read(len(_BOM)) != _BOM:
        stream.seek(0)
    return stream


def _refuse_deep(stream: BinaryIO, path: Path) -> None:
    """Refuse what is nested deeper than any release: the parser's memory grows with the square of the depth."""
    depth = 0
    for event, _ in ijson.basic_parse(stream, multiple_values=True):
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(f"{path}: is nested deeper than {MAX_DEPTH} levels; refused")
        elif event in ("end_map", "end_array"):
            depth -= 1


def _prefix(stream: BinaryIO) -> str:
    """Return where the releases or records stand in the first document of a file, in the notation of ijson."""
    for prefix, event, value in ijson.parse(stream, multiple_values=True):
        if event == "start_array" and not prefix:
            return "item"
        if event == "map_key" and not prefix:
            if value in ("releases", "records"):
                return f"{value}.item"
            if value == "ocid":
                return ""
    return ""
