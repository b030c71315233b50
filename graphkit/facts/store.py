"""The workspace's facts: Delta tables that are only appended to, and commits that say which versions belong together.

A load touches several tables. Each table's own write is atomic; the load as a whole becomes visible when its commit
file is put in place. Readers take the newest commit and read the table versions that it names, so that nobody sees
half a load; what a broken load left behind is taken back when the next one begins.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError

from graphkit.facts.mirror import Publish
from graphkit.facts.schema import DEFINITIONS, stored_schema
from graphkit.facts.shared import named, refresh, writing
from graphkit.model.case import Case, Policy
from graphkit.model.errors import InputError, StoreError
from graphkit.model.rule import OwnRule

FORMAT = 1
"""The form that a workspace's files have; a change that an older graphkit cannot read makes it one higher."""

_FILES = WriterProperties(compression="SNAPPY", max_row_group_size=262_144)
"""How the tables' files are written: in row groups so small that the processors share one file evenly among them."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One load that was completed: its number, batch, case, rows by table, and the version of each table after it."""

    number: int
    batch: str
    case: str
    rows: dict[str, int]
    versions: dict[str, int]
    committed_at: str
    summary: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def loaded_at(self) -> datetime:
        """When it was completed (UTC)."""
        return datetime.fromisoformat(self.committed_at)


class Facts:
    """The facts of one workspace folder, as of its newest commit (or the one numbered `commit`).

    A workspace in an object store is given as its mirror (graphkit.facts.workspace_folder), which is brought up first.
    Raises StoreError when the workspace holds no facts and `create` is false, or when it cannot be read.
    """

    def __init__(self, workspace: Path, *, create: bool = False, commit: int | None = None) -> None:
        self.workspace = workspace
        self.name = named(workspace)
        refresh(workspace)
        self.root = workspace / "facts"
        try:
            if create:
                make_workspace(workspace)
                (self.root / "commits").mkdir(parents=True, exist_ok=True)
            elif not (self.root / "commits").is_dir():
                raise StoreError(
                    f"{self.name}: no graphkit workspace here; load a case first: graphkit load CASE -w {self.name}"
                )
        except OSError as error:
            done = "made" if create else "read"
            raise StoreError(f"{self.name}: the workspace cannot be {done}: {error.strerror}") from None
        self._cases: dict[tuple[str, int], Case] = {}
        self._files: dict[tuple[str, int, str], list[str]] = {}
        self._defined: dict[str, list[dict[str, str]]] = {}
        self._commits = self._read_commits()
        if commit is not None:
            self._commits = [one for one in self._commits if one.number <= commit]

    def commits(self) -> list[Commit]:
        """Return every commit, oldest first."""
        return list(self._commits)

    @property
    def version(self) -> int:
        """The number of the newest commit that is seen; 0 in an empty workspace."""
        return self._commits[-1].number if self._commits else 0

    def case_ids(self) -> list[str]:
        """Return the ids of the cases in the workspace, sorted."""
        return sorted({commit.case for commit in self._commits})

    def case(self, case_id: str) -> Case:
        """Return the newest definition of a case, which is read once; InputError if there is none of that id."""
        if (kept := self._cases.get((case_id, self.version))) is not None:
            return kept
        for row in self._definitions(case_id, "case").values():
            return self._cases.setdefault((case_id, self.version), Case.model_validate_json(row))
        known = ", ".join(self.case_ids()) or "none"
        raise InputError(f"no case '{case_id}' in {self.name}; cases there: {known}")

    def policies(self, case_id: str) -> list[Policy]:
        """Return the newest definition of each policy of a case, sorted by id."""
        return [Policy.model_validate_json(row) for row in self._definitions(case_id, "policy").values()]

    def rejected_rows(self, case_id: str) -> dict[str, int]:
        """Return how many rows of a case's tables are not there because they were rejected; none of a table without.

        Of each table the newest load that had a file of it counts: what was put right is rejected no longer.
        """
        newest: dict[str, int] = {}
        for commit in self._commits:
            if commit.case == case_id:
                newest |= commit.summary.get("rejected_rows", {})
        return {table: rows for table, rows in sorted(newest.items()) if rows}

    def rows(self, case_id: str) -> int:
        """Return how many rows of all its tables a case has."""
        return sum(sum(commit.rows.values()) for commit in self._commits if commit.case == case_id)

    def tables_present(self, case_id: str) -> set[str]:
        """Return the names of the tables that the case has, even those without rows."""
        return set(self._definitions(case_id, "table"))

    def rules(self, case_id: str) -> list[OwnRule]:
        """Return the newest definition of each rule that analysts added to a case and did not withdraw, by id."""
        rules = [OwnRule.model_validate_json(row) for row in self._definitions(case_id, "rule").values()]
        return [rule for rule in rules if not rule.withdrawn]

    def definitions(self, case_id: str) -> dict[tuple[str, str], str]:
        """Return the newest definition (JSON) by kind (case, policy, rule, table) and id."""
        return {
            (kind, key): row
            for kind in ("case", "policy", "rule", "table")
            for key, row in self._definitions(case_id, kind).items()
        }

    def files(self, table: str, case_id: str) -> list[str]:
        """Return the Parquet files that hold a case's rows of a table, in a fixed order; a version's are read once."""
        version = self._commits[-1].versions.get(table) if self._commits else None
        if version is None:
            return []
        key = (table, version, case_id)
        if key not in self._files:
            try:
                self._files[key] = _data_files(self.root / table, version, case_id)
            except (DeltaError, OSError) as error:
                raise StoreError(f"{self.root / table}: the table cannot be read: {_one_line(error)}") from None
        return list(self._files[key])

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each data file by its path below `root`, as it was when its load wrote it.

        A workspace of a graphkit that did not write them down has none for what it loaded.
        """
        return {name: one for commit in self._commits for name, one in commit.summary.get("sha256", {}).items()}

    def documents_folder(self, case_id: str) -> Path:
        """Return the folder that keeps a case's source documents."""
        return self.workspace / "documents" / _folder_name(case_id)

    @contextmanager
    def transaction(self, case_id: str) -> Iterator[Transaction]:
        """Open the workspace for one load; nothing is seen by others before `commit()`.

        Raises StoreError while another process writes, or when the disk refuses.
        """
        with writing(self.workspace) as publish:
            try:
                self._commits = self._read_commits()
                self._take_back_unfinished()
                yield Transaction(self, case_id, publish)
            except (DeltaError, OSError) as error:
                raise StoreError(f"{self.root}: writing failed, nothing was changed: {_one_line(error)}") from None

    def _read_commits(self) -> list[Commit]:
        folder = self.root / "commits"
        commits = []
        for path in sorted(folder.glob("*.json")) if folder.is_dir() else []:
            try:
                written = json.loads(path.read_text(encoding="utf-8"))
                if written.get("format", FORMAT) > FORMAT:
                    raise StoreError(
                        f"{self.name}: written by a newer graphkit (format {written['format']}; this one knows "
                        f"{FORMAT}); use that one, or update this one"
                    )
                commits.append(Commit(**written))
            except (OSError, ValueError, TypeError, AttributeError) as error:
                raise StoreError(
                    f"{path}: the commit cannot be read ({_one_line(error)}); restore it from a backup"
                ) from None
        return commits

    def _take_back_unfinished(self) -> None:
        versions = self._commits[-1].versions if self._commits else {}
        for path in sorted(self.root.iterdir()):
            if path.name == "commits":
                continue
            if path.name not in versions:
                shutil.rmtree(path)
            elif (delta := DeltaTable(str(path))).version() > versions[path.name]:
                delta.restore(versions[path.name])

    def _definitions(self, case_id: str, kind: str) -> dict[str, str]:
        newest: dict[str, tuple[int, str]] = {}
        for file in self.files(DEFINITIONS, case_id):
            if file not in self._defined:
                self._defined[file] = pq.ParquetFile(file).read().to_pylist()
            for row in self._defined[file]:
                number = int(row["batch"].removeprefix("b"))
                if row["kind"] == kind and newest.get(row["id"], (0, ""))[0] <= number:
                    newest[row["id"]] = (number, row["definition"])
        return {key: newest[key][1] for key in sorted(newest)}


class Transaction:
    """One load in the making; its `batch` names it in every row."""

    def __init__(self, facts: Facts, case_id: str, publish: Publish) -> None:
        self._facts = facts
        self._publish = publish
        self._case_id = case_id
        self._number = facts.version + 1
        self.batch = f"b{self._number}"
        self._rows: dict[str, int] = {}

    def append(self, table: str, rows: pa.RecordBatchReader | pa.Table, count: int) -> None:
        """Append `count` rows (columns of `graphkit.facts.schema.stored_schema`) to a table."""
        if not count:
            return
        schema = stored_schema(table)
        case_id = self._case_id

        def batches() -> Iterator[pa.RecordBatch]:
            source = rows.to_batches() if isinstance(rows, pa.Table) else rows
            for batch in source:
                columns = [batch.column(name).cast(schema.field(name).type) for name in schema.names]
                columns.append(pa.repeat(pa.scalar(case_id, pa.string()), batch.num_rows))
                yield pa.record_batch(columns, schema=schema.append(pa.field("case_id", pa.string())))

        stream = pa.RecordBatchReader.from_batches(schema.append(pa.field("case_id", pa.string())), batches())
        path = str(self._facts.root / table)
        write_deltalake(path, stream, mode="append", partition_by=["case_id"], writer_properties=_FILES)
        self._rows[table] = self._rows.get(table, 0) + count

    def commit(self, summary: dict[str, Any], *, even_without_rows: bool = False) -> Commit | None:
        """Make everything appended visible at once; None, and no commit, when nothing was appended, unless asked to."""
        if not self._rows and not even_without_rows:
            return None
        facts = self._facts
        previous = facts.commits()[-1].versions if facts.version else {}
        changed = {table: DeltaTable(str(facts.root / table)).version() for table in self._rows}
        restored = {table: DeltaTable(str(facts.root / table)).version() for table in previous if table not in changed}
        commit = Commit(
            number=self._number,
            batch=self.batch,
            case=self._case_id,
            rows=dict(sorted(self._rows.items())),
            versions=dict(sorted((previous | restored | changed).items())),
            committed_at=datetime.now(UTC).isoformat(timespec="seconds"),
            summary=summary | {"sha256": self._hashes(previous, changed)},
        )
        path = facts.root / "commits" / f"{self._number:08}.json"
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("w", encoding="utf-8") as stream:
            json.dump(asdict(commit), stream, ensure_ascii=False, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        self._publish({path: unfinished})
        unfinished.replace(path)
        facts._commits.append(commit)
        return commit

    def _hashes(self, before: dict[str, int], after: dict[str, int]) -> dict[str, str]:
        """Return the SHA-256 of each data file that this load wrote, by its path below the facts."""
        found = {}
        for table, version in sorted(after.items()):
            folder = self._facts.root / table
            old = set(_data_files(folder, before[table], self._case_id)) if table in before else set()
            for file in _data_files(folder, version, self._case_id):
                if file not in old:
                    found[Path(file).relative_to(self._facts.root.absolute()).as_posix()] = file_hash(file)
        return found


def make_workspace(folder: Path) -> None:
    """Make a workspace's folder: for it holds rows about persons, a new one is its owner's alone.

    One that is there keeps its permissions. Raises OSError when it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def file_hash(file: str) -> str:
    """Return the SHA-256 of a file."""
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _data_files(folder: Path, version: int, case_id: str) -> list[str]:
    """Return the Parquet files that hold a case's rows of a table, in a fixed order."""
    delta = DeltaTable(str(folder.absolute()), version=version)
    found = delta.file_uris(file_pruning_predicate=[("case_id", "=", case_id)])
    # A URI has blanks and Chinese of the workspace's own path as %20 and the like; the case's folder and the file
    # are called on the disk as they are in it.
    return sorted(str(folder.absolute().joinpath(*uri.rsplit("/", 2)[1:])) for uri in found)


def _folder_name(case_id: str) -> str:
    """Return a folder name for a case id that may hold any character."""
    plain = "".join(character if character.isalnum() or character in "-_." else "_" for character in case_id)
    if plain == case_id and not plain.startswith("."):
        return plain
    return f"{plain.lstrip('.')}-{hashlib.sha256(case_id.encode()).hexdigest()[:16]}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
