"""Checks that a workspace holds what its commits say."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from graphkit.facts.store import Facts, file_hash
from graphkit.model.errors import StoreError


def problems(facts: Facts) -> list[str]:
    """Return one line for each thing that is wrong: lost or changed files, other row counts, missing commits."""
    found: list[str] = []
    commits = facts.commits()
    for expected, commit in enumerate(commits, start=1):
        if commit.number != expected:
            found.append(f"commit {expected} is missing before commit {commit.number}")
            break
    counted: dict[tuple[str, str], int] = {}
    for commit in commits:
        for table, rows in commit.rows.items():
            counted[table, commit.case] = counted.get((table, commit.case), 0) + rows
    written = facts.hashes()
    for (table, case_id), expected in sorted(counted.items()):
        rows = 0
        try:
            for file in facts.files(table, case_id):
                try:
                    known = written.get(Path(file).relative_to(facts.root.absolute()).as_posix())
                    if known is not None and known != file_hash(file):
                        found.append(f"{file}: was changed since it was written")
                    rows += _rows(file)
                except (OSError, pa.ArrowException) as error:
                    found.append(f"{file}: cannot be read: {' '.join(str(error).split())[:200]}")
        except StoreError as error:
            found.append(str(error))
            continue
        if rows != expected:
            found.append(f"{table} of case {case_id}: {rows} rows, the commits say {expected}")
    return found


def _rows(file: str) -> int:
    """Read the whole file, so that damage anywhere in it is seen, and return its rows."""
    return sum(batch.num_rows for batch in pq.ParquetFile(file).iter_batches())
