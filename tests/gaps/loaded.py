"""Loads a case of the tests into a workspace and evaluates it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from tests.reference.case import Case


def evaluated(case: Case, folder: Path, as_of: date, known_by: date | datetime | None = None) -> Evaluation:
    """Load the case into `folder`, where nothing may be rejected, and evaluate it."""
    facts = Facts(folder / "workspace", create=True)
    loaded = load_case(facts, case.write(folder / "case"))
    assert [reject.line() for reject in loaded.rejects] == []
    return evaluate(facts, str(case.meta["id"]), as_of, known_by)
