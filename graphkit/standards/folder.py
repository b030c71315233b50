"""Writes a case folder (CONTRACT.md section 1): definitions as YAML, tables as CSV, source files as documents."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import yaml

from graphkit.model.errors import InputError, UsageError
from graphkit.model.spreadsheet import harmless
from graphkit.model.tables import TABLES
from graphkit.standards.account import Account
from graphkit.standards.values import amount_text

_UNSAFE = re.compile(r"[^\w.\-]+")
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NAME_LENGTH = 80


class CaseFolder:
    """A case folder in the making: it appears at `out` when the block ends well, and not at all otherwise.

    Rows are written as they come; `columns` names the attribute columns of each table, beside those of the contract.
    Raises UsageError when `out` holds something already, InputError when it cannot be written.
    """

    def __init__(self, out: Path, columns: Mapping[str, tuple[str, ...]]) -> None:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UsageError(f"{out}: is not an empty folder; name another one with --out")
        self._out = out
        self._columns = columns
        self._writers: dict[str, csv.DictWriter[str]] = {}
        self._streams: list[TextIO] = []
        self._policies: set[str] = set()
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            self._scratch = Path(tempfile.mkdtemp(prefix=".graphkit-", dir=out.parent))
        except OSError as error:
            raise InputError(f"{out}: cannot be made: {error.strerror}") from None
        for name in ("policies", "tables", "documents"):
            (self._scratch / name).mkdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in self._streams:
            stream.close()
        if kind is not None:
            shutil.rmtree(self._scratch)
            return
        if self._out.exists():
            self._out.rmdir()
        self._scratch.chmod(0o755)
        self._scratch.rename(self._out)

    def case(self, definition: Mapping[str, Any]) -> None:
        """Write case.yaml."""
        _write_yaml(self._scratch / "case.yaml", definition)

    def policy(self, definition: Mapping[str, Any]) -> None:
        """Write one policy; its file is named after its id. A policy id given twice is a mistake of the caller's."""
        identifier = str(definition["id"])
        if identifier in self._policies:
            raise ValueError(f"policy {identifier} is written twice")
        self._policies.add(identifier)
        _write_yaml(self._scratch / "policies" / f"{file_name(identifier)}.yaml", definition)

    def table(self, name: str) -> None:
        """Make the table exist, even if no row is ever added."""
        if name in self._writers:
            return
        columns = [*TABLES[name].column_names, *self._columns.get(name, ())]
        stream = (self._scratch / "tables" / f"{name}.csv").open("w", encoding="utf-8", newline="")
        self._streams.append(stream)
        self._writers[name] = csv.DictWriter(stream, columns, extrasaction="raise", lineterminator="\n")
        self._writers[name].writeheader()

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Add a row; values that are None or empty are left out, lists are joined by semicolons."""
        self.table(table)
        self._writers[table].writerow({key: _cell(value) for key, value in row.items() if value is not None})

    def document(self, source: Path) -> str:
        """Copy a source file into documents/ and return its name there."""
        target = self._scratch / "documents" / source.name
        if target.exists() and target.read_bytes() != source.read_bytes():
            digest = hashlib.sha256(str(source.parent).encode()).hexdigest()[:8]
            target = target.with_name(f"{source.stem}-{digest}{source.suffix}")
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            raise InputError(f"{source}: cannot be copied: {error.strerror}") from None
        return target.name

    def account(self, account: Account) -> None:
        """Write the account of the import beside the case: account.json and, if there are any, rejects.csv."""
        text = json.dumps(account.as_json(), ensure_ascii=False, indent=2)
        (self._scratch / "account.json").write_text(text + "\n", encoding="utf-8")
        if not account.rejects:
            return
        with (self._scratch / "rejects.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "line", "what", "value", "reason"])
            for one in account.rejects:
                writer.writerow([harmless(cell) for cell in (one.file, one.line, one.what, one.value, one.reason)])


def file_name(identifier: str) -> str:
    """Return a file name for an id: readable, safe, and different for different ids."""
    safe = _UNSAFE.sub("_", identifier).strip("._")[:_NAME_LENGTH]
    if safe == identifier and safe == safe.lower():
        return safe
    return f"{safe}-{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"


def compact_json(value: Any) -> str | None:
    """Write what is kept as an attribute as JSON, amounts exactly; None when there is nothing to keep."""
    return json.dumps(value, ensure_ascii=False, default=str) if value else None


def _write_yaml(path: Path, definition: Mapping[str, Any]) -> None:
    text = yaml.dump(_plain(definition), Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=120)
    path.write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    """Return the value as YAML scalars, lists and maps, without keys that hold nothing."""
    match value:
        case Mapping():
            plain = {key: _plain(one) for key, one in value.items()}
            return {key: one for key, one in plain.items() if one is not None and one not in ({}, [])}
        case list() | tuple():
            return [_plain(one) for one in value]
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return value


def _cell(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return amount_text(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return ";".join(str(one).replace(";", ",") for one in value)
        case str():
            return value.replace("\x00", "")
        case _:
            return value
