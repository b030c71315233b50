"""Candidate facts between a document and the facts: kept, decided by a named person, and undone if need be.

Everything is kept in `review/review.sqlite` of the workspace. Decisions are only ever added: an undo is a decision too,
so that who decided what, when and why can always be told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from graphkit.documents.model import Candidate, Document, Value
from graphkit.facts.shared import changing, named, refresh
from graphkit.facts.store import make_workspace
from graphkit.model.errors import InputError, StoreError, UsageError

Status = Literal["pending", "accepted", "rejected"]
Verdict = Literal["accept", "correct", "reject", "undo"]
STATUSES: tuple[str, ...] = get_args(Status)
_VALUE: TypeAdapter[Value] = TypeAdapter(Value)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    case_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, added_at TEXT NOT NULL,
    PRIMARY KEY (case_id, id));
CREATE TABLE IF NOT EXISTS candidates (
    case_id TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL, position INTEGER NOT NULL, candidate TEXT NOT NULL,
    PRIMARY KEY (case_id, id));
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, case_id TEXT NOT NULL, candidate TEXT NOT NULL, verdict TEXT NOT NULL,
    value TEXT, person TEXT NOT NULL, decided_at TEXT NOT NULL, note TEXT);
CREATE INDEX IF NOT EXISTS decisions_of ON decisions (case_id, candidate, number);
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a candidate, as it was made; `value` is the corrected one."""

    verdict: Verdict
    value: Value | None
    person: str
    decided_at: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """A candidate under review: its status, the value that counts (corrected or not), and the decision behind it."""

    candidate: Candidate
    document_name: str
    context: str
    status: Status
    value: Value
    decision: Decision | None


def _now() -> datetime:
    return datetime.now(UTC)


class Review:
    """The review of one case's candidates; `case_id` is empty for documents that belong to no case.

    Raises StoreError when the workspace cannot be written or the store is damaged.
    """

    def __init__(
        self, workspace: Path, case_id: str = "", *, create: bool = False, clock: Callable[[], datetime] = _now
    ):
        self._workspace = workspace
        self._path = workspace / "review" / "review.sqlite"
        self._case_id = case_id
        self._clock = clock
        refresh(workspace, at_most_every_s=2)
        if not create and not self._path.is_file():
            raise StoreError(
                f"{named(workspace)}: nothing to review here; read documents first: "
                f"graphkit ingest FILE -w {named(workspace)}"
            )
        try:
            make_workspace(workspace)
            self._path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{named(workspace)}: the review cannot be kept there: {error.strerror}") from None
        with self._connection() as connection:
            connection.executescript(_SCHEMA)

    def add(self, document: Document, candidates: Iterable[Candidate]) -> int:
        """Keep a document's candidates; those that are there already stay as they are. Return how many are new."""
        with changing(self._workspace), self._connection() as connection:
            before = connection.total_changes
            connection.executemany(
                "INSERT OR IGNORE INTO candidates VALUES (?, ?, ?, ?, ?)",
                [(self._case_id, one.id, one.document, one.start, one.model_dump_json()) for one in candidates],
            )
            added = connection.total_changes - before
            row = (self._case_id, document.id, document.name, document.text.raw, self._clock().isoformat())
            connection.execute("INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?, ?)", row)
        return added

    def items(
        self,
        *,
        status: str | None = None,
        kind: str | None = None,
        document: str | None = None,
        limit: int | None = None,
    ) -> list[Item]:
        """Return the candidates by document and place; `document` is an id or a name."""
        wanted = [
            item
            for item in self._items()
            if (status is None or item.status == status)
            and (kind is None or item.candidate.kind == kind)
            and (document is None or document in {item.candidate.document, item.document_name})
        ]
        return wanted[:limit]

    def documents(self) -> dict[str, str]:
        """Return the names of the documents that were read, by id, sorted by name."""
        with self._connection() as connection:
            found = connection.execute(
                "SELECT id, name FROM documents WHERE case_id = ? ORDER BY name, id", (self._case_id,)
            ).fetchall()
        return dict(found)

    def text(self, document: str) -> str | None:
        """Return the original text of a document that was read, by its id; None when there is none."""
        with self._connection() as connection:
            found = connection.execute(
                "SELECT text FROM documents WHERE case_id = ? AND id = ?", (self._case_id, document)
            ).fetchone()
        return None if found is None else str(found[0])

    def item(self, identity: str) -> Item:
        """Return the candidate with an id, or the only one whose id begins so. UsageError when there is no such one."""
        return _one(list(self._items()), identity)

    def history(self, identity: str) -> list[Decision]:
        """Return every decision about a candidate, the oldest first."""
        candidate = self.item(identity).candidate.id
        with self._connection() as connection:
            return [decision for about, decision in self._decisions(connection) if about == candidate]

    def decide(
        self,
        identity: str,
        verdict: Verdict,
        person: str,
        *,
        changes: Mapping[str, Any] | None = None,
        note: str | None = None,
    ) -> Item:
        """Record a person's decision. `changes`: the fields that `correct` sets. Return the candidate as it is now.

        UsageError without a person's name, for an unknown candidate or field, and when there is nothing to undo.
        """
        return self.decide_all([(identity, verdict, changes, note)], person)[0]

    def decide_all(
        self, decisions: Iterable[tuple[str, Verdict, Mapping[str, Any] | None, str | None]], person: str
    ) -> list[Item]:
        """Record several decisions (id, verdict, changes, note) of one person: all of them, or none."""
        if not person.strip():
            raise UsageError("who decides? give a person's name")
        with changing(self._workspace):
            items = list(self._items())
            rows = []
            for identity, verdict, changes, note in decisions:
                item = _one(items, identity)
                value = corrected(item.value, changes or {}) if verdict == "correct" else None
                if verdict == "undo" and item.decision is None:
                    raise UsageError(f"{identity}: nothing to undo; no decision about it counts")
                written = value.model_dump_json() if value else None
                when = self._clock().isoformat()
                rows.append((self._case_id, item.candidate.id, verdict, written, person.strip(), when, note))
            with self._connection() as connection:
                connection.executemany(
                    "INSERT INTO decisions (case_id, candidate, verdict, value, person, decided_at, note)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )
        changed = {row[1] for row in rows}
        return [item for item in self._items() if item.candidate.id in changed]

    def _items(self) -> Iterator[Item]:
        with self._connection() as connection:
            history: dict[str, list[Decision]] = {}
            for about, one in self._decisions(connection):
                history.setdefault(about, []).append(one)
            rows = connection.execute(
                "SELECT c.candidate, d.name, d.text FROM candidates c"
                " JOIN documents d ON d.case_id = c.case_id AND d.id = c.document"
                " WHERE c.case_id = ? ORDER BY d.name, c.document, c.position, c.rowid",
                (self._case_id,),
            ).fetchall()
        for text, name, raw in rows:
            candidate = Candidate.model_validate_json(text)
            decision = _counting(history.get(candidate.id, []))
            status: Status = "pending"
            if decision:
                status = "rejected" if decision.verdict == "reject" else "accepted"
            value = decision.value if decision and decision.value else candidate.value
            yield Item(candidate, name, _context(raw, candidate), status, value, decision)

    def _decisions(self, connection: sqlite3.Connection) -> Iterator[tuple[str, Decision]]:
        rows = connection.execute(
            "SELECT candidate, verdict, value, person, decided_at, note FROM decisions"
            " WHERE case_id = ? ORDER BY number",
            (self._case_id,),
        )
        for candidate, verdict, value, person, decided_at, note in rows:
            yield candidate, Decision(verdict, _VALUE.validate_json(value) if value else None, person, decided_at, note)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self._path, timeout=10)
            try:
                with connection:
                    yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from None


def _one(items: list[Item], identity: str) -> Item:
    found = [item for item in items if item.candidate.id.startswith(identity)]
    exact = [item for item in found if item.candidate.id == identity]
    if len(exact or found) != 1 or not identity:
        what = "there is no candidate" if not found else f"{len(found)} candidates begin so"
        raise UsageError(f"{identity}: {what}; the list of candidates shows them")
    return (exact or found)[0]


def corrected(value: Value, changes: Mapping[str, Any]) -> Value:
    """Return a value with some fields set. UsageError for a field that it does not have or cannot hold."""
    if not changes:
        raise UsageError("nothing to correct; give FIELD=VALUE")
    fields = set(type(value).model_fields) - {"kind"}
    unknown = sorted(set(changes) - fields)
    if unknown:
        raise UsageError(f"{unknown[0]}: a fact of the kind {value.kind} has the fields {', '.join(sorted(fields))}")
    try:
        return _VALUE.validate_python({**value.model_dump(), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{first['loc'][-1]}: {first['msg']}") from None


def parse_changes(text: str) -> dict[str, Any]:
    """Read `field=value; field=value` or a JSON object; an empty value clears the field. InputError otherwise."""
    stripped = text.strip()
    if stripped.startswith("{"):
        try:
            changes = json.loads(stripped)
        except ValueError as error:
            raise InputError(f"not JSON: {error}") from None
        return dict(changes)
    found: dict[str, Any] = {}
    for part in stripped.split(";"):
        name, mark, value = part.partition("=")
        if not mark:
            raise InputError(f"'{part.strip()}' is not FIELD=VALUE")
        found[name.strip()] = value.strip() or None
    return found


def _counting(history: list[Decision]) -> Decision | None:
    """Return the decision that counts: the last one that no undo took back."""
    kept: list[Decision] = []
    for decision in history:
        if decision.verdict == "undo":
            del kept[-1:]
        else:
            kept.append(decision)
    return kept[-1] if kept else None


def _context(raw: str, candidate: Candidate, around: int = 60) -> str:
    """Return the words around a candidate in the original, in one line."""
    begin, end = max(0, candidate.start - around), min(len(raw), candidate.end + around)
    words = f"{raw[begin : candidate.start]}【{candidate.quote}】{raw[candidate.end : end]}"
    return " ".join(words.split())


def as_fields(value: BaseModel) -> dict[str, str]:
    """Return the fields of a value that are set, as text."""
    dumped = value.model_dump(mode="json", exclude={"kind", "explanation"}, exclude_none=True)
    return {name: one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for name, one in dumped.items()}
