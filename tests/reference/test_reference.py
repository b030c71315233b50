"""The reference against the planted cases, and what must hold of it on any case."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.planted import CASES, Planted, differences
from tests.reference.case import Case
from tests.reference.evaluate import evaluate
from tests.reference.gap import KINDS


@pytest.mark.parametrize("planted", CASES, ids=lambda planted: planted.name)
def test_finds_all_planted_gaps_and_no_other(planted: Planted) -> None:
    found = evaluate(planted.case, planted.as_of, planted.known_by, planted.thresholds)
    assert differences(planted, found) == []
