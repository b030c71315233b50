"""Loads one more table into the small case of a test."""

from __future__ import annotations

import shutil
from pathlib import Path

from graphkit.case import load_case
from graphkit.facts import Facts


def load_more(facts: Facts, folder: Path, table: str, text: str) -> None:
    """Load a table, written as CSV, into the case that lies in `folder`/case; every row must load."""
    more = folder / "more"
    (more / "tables").mkdir(parents=True)
    shutil.copy(folder / "case" / "case.yaml", more)
    (more / "tables" / f"{table}.csv").write_text(text, encoding="utf-8")
    assert load_case(facts, more).rejected == 0
