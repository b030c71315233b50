"""Kept evaluations: what was found as of a day, from which facts, by which rules; the same again years later."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphkit.facts import Facts
from graphkit.facts.shared import changing
from graphkit.gaps.evaluation import Evaluation, evaluate
from graphkit.model.errors import InputError, StoreError
from graphkit.model.gap import Gap

_NAME = re.compile(r"^[\w.-]{1,100}$")


class Record(BaseModel):
    """One kept evaluation: its question, the versions of its inputs and rules, the hash of its gaps, counts.

    `commit` and `tables` are the facts' commit and the version of each table in it; `revisions` those of the rules by
    kind, `rules` one hash over all their SQL; `gaps` the hash over every gap.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    case: str
    as_of: date
    known_by: datetime | None
    thresholds: dict[str, Decimal]
    commit: int
    tables: dict[str, int] = Field(default_factory=dict)
    revisions: dict[str, int] = Field(default_factory=dict)
    rules: str
    gaps: str
    counts: dict[str, int]
    kept_at: datetime


class Again(BaseModel):
    """What came of running a kept evaluation again: the ids of gaps that are lost, new, or tell something else now.

    `revised` are the kinds whose rule has another revision than when it was kept.
    """

    record: Record
    same: bool
    rules_changed: bool
    revised: list[str]
    lost: list[str]
    new: list[str]
    changed: list[str]


def rules_hash() -> str:
    """Return one hash over every SQL file that an evaluation runs, an analyst's own rules' too."""
    found = hashlib.sha256(resources.files("graphkit.facts").joinpath("expected.sql").read_bytes())
    for folder in ("rules", "views", "collect", "own"):
        files = resources.files("graphkit.gaps").joinpath(folder).iterdir()
        for file in sorted(files, key=lambda file: file.name):
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def keep(evaluation: Evaluation, name: str | None = None) -> Record:
    """Keep an evaluation in its workspace under a name (default: its dates).

    Keeping the same again changes nothing. Raises InputError for a name that cannot be a file's, or that is taken by an
    evaluation with other gaps.
    """
    known = f"-known-{evaluation.known_by:%Y%m%dT%H%M%S}" if evaluation.known_by else ""
    name = name or f"{evaluation.as_of}{known}"
    if not _NAME.match(name) or name.startswith("."):
        raise InputError(f"'{name}' cannot be kept: a name has letters, digits, and . _ - only")
    lines = list(_lines(evaluation.gaps(consequences=True)))
    record = Record(
        name=name,
        case=evaluation.case.id,
        as_of=evaluation.as_of,
        known_by=evaluation.known_by,
        thresholds=evaluation.thresholds,
        commit=evaluation.commit,
        tables=next(one.versions for one in evaluation.facts.commits() if one.number == evaluation.commit),
        revisions={kind: rule.revision for kind, rule in sorted(evaluation.rules.items())},
        rules=rules_hash(),
        gaps=_hash(lines),
        counts=evaluation.counts(consequences=True),
        kept_at=datetime.now(UTC).replace(microsecond=0),
    )
    folder = _folder(evaluation.facts, evaluation.case.id)
    path = folder / f"{name}.json"
    try:
        with changing(evaluation.facts.workspace):
            if path.exists():
                before = _read(path)
                if before.model_dump(exclude={"kept_at"}) == record.model_dump(exclude={"kept_at"}):
                    return before
                raise InputError(
                    f"an evaluation '{name}' is kept already, with other gaps or from other facts; choose another name"
                )
            folder.mkdir(parents=True, exist_ok=True)
            packed = gzip.compress("".join(lines).encode(), mtime=0)
            (folder / f"{name}.gaps.jsonl.gz").write_bytes(packed)
            path.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{folder}: the evaluation cannot be kept: {error.strerror}") from None
    return record


def records(facts: Facts, case_id: str) -> list[Record]:
    """Return a case's kept evaluations, by as-of date and name."""
    folder = _folder(facts, case_id)
    found = [_read(path) for path in sorted(folder.glob("*.json"))] if folder.is_dir() else []
    return sorted(found, key=lambda record: (record.as_of, record.name))


def record(facts: Facts, case_id: str, name: str) -> Record:
    """Return one kept evaluation; InputError when there is none of that name."""
    found = {one.name: one for one in records(facts, case_id)}
    if name not in found:
        raise InputError(f"no evaluation '{name}' of case {case_id} is kept; kept are {', '.join(found) or 'none'}")
    return found[name]


def kept_gaps(facts: Facts, kept: Record) -> list[Gap]:
    """Return the gaps of a kept evaluation as they were written; StoreError when their file does not match its hash."""
    path = _folder(facts, kept.case) / f"{kept.name}.gaps.jsonl.gz"
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
    except (OSError, EOFError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read: {error}") from None
    if _hash(lines) != kept.gaps:
        raise StoreError(f"{path}: is not what was kept; its hash differs")
    return [Gap.model_validate_json(line) for line in lines]


Evaluator = Callable[[Facts, str, date | None, datetime | None, dict[str, Decimal] | None], Evaluation]
"""What evaluates a case as of a day, known by a time, with thresholds."""


def evaluate_again(facts: Facts, kept: Record, run: Evaluator = evaluate) -> Evaluation:
    """Run a kept evaluation again, from the facts as they were then, with `run` (which may know more rules)."""
    then = Facts(facts.workspace, commit=kept.commit)
    known_by = kept.known_by.replace(tzinfo=UTC) if kept.known_by else None
    return run(then, kept.case, kept.as_of, known_by, kept.thresholds)


def verify_record(facts: Facts, kept: Record, run: Evaluator = evaluate) -> Again:
    """Run a kept evaluation again and compare it, gap by gap, with what was kept."""
    before = {gap.id: gap for gap in kept_gaps(facts, kept)}
    again = evaluate_again(facts, kept, run)
    after = {gap.id: gap for gap in again.gaps(consequences=True)}
    changed = [key for key in sorted(before.keys() & after.keys()) if before[key] != after[key]]
    lost, new = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    return Again(
        record=kept,
        same=not (changed or lost or new),
        rules_changed=rules_hash() != kept.rules,
        revised=sorted(
            kind for kind, rule in again.rules.items() if kept.revisions.get(kind, rule.revision) != rule.revision
        ),
        lost=lost,
        new=new,
        changed=changed,
    )


def _folder(facts: Facts, case_id: str) -> Path:
    return facts.workspace / "evaluations" / facts.documents_folder(case_id).name


def _lines(gaps: list[Gap]) -> Iterator[str]:
    for gap in gaps:
        yield json.dumps(gap.model_dump(mode="json"), ensure_ascii=False, sort_keys=True) + "\n"


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read(path: Path) -> Record:
    try:
        return Record.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreError(f"{path}: the kept evaluation cannot be read: {' '.join(str(error).split())[:200]}") from None
