"""The SQL rules held against the plain-Python reference: two ways to the same answer."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from tests.reference.case import Case
from tests.reference.evaluate import evaluate as reference
from tests.reference.generate import Question, questions

FIELDS = (
    "id", "kind", "category", "severity", "root", "policy", "measure", "stage", "scope", "subject", "since", "days",
    "responsible", "supporting", "blocked_steps", "beneficiaries", "count", "amount", "findings",
)  # fmt: skip


def found_by_sql(case: Case, as_of: date, known_by: date | datetime | None = None) -> list[dict[str, Any]]:
    """Load the case into a new workspace and return its gaps as plain values, ranked."""
    with TemporaryDirectory() as folder:
        facts = Facts(Path(folder, "workspace"), create=True)
        loaded = load_case(facts, case.write(Path(folder, "case")))
        assert [reject.line() for reject in loaded.rejects] == []
        gaps = evaluate(facts, str(case.meta["id"]), as_of, known_by).gaps(consequences=True)
        return [{**gap.model_dump(), "caused_by_ids": gap.caused_by} for gap in gaps]


def expected_by_reference(question: Question) -> list[dict[str, Any]]:
    """Return the reference's gaps, ranked."""
    return reference(question.case, question.as_of, question.known_by)


@settings(
    max_examples=30, derandomize=True, database=None, deadline=None, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(questions())
def test_sql_and_reference_agree_on_any_case(question: Question) -> None:
    found = found_by_sql(question.case, question.as_of, question.known_by)
    expected = expected_by_reference(question)
    assert [plain(gap) for gap in found] == [plain(gap) for gap in expected]


@settings(max_examples=6, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions(), st.integers(0, 9))
def test_order_of_rows_changes_no_byte(question: Question, seed: int) -> None:
    found = found_by_sql(question.case, question.as_of, question.known_by)
    assert found_by_sql(question.case.shuffled(seed), question.as_of, question.known_by) == found


@settings(max_examples=4, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_a_row_recorded_later_changes_nothing_known_before(question: Question) -> None:
    case, until = question.case, date(2030, 12, 31)
    later = {
        name: [*rows, *({**row, "id": f"later-{row['id']}", "recorded_at": "2031-01-01T00:00:00"} for row in rows)]
        for name, rows in case.tables.items()
        if name in ("events", "transfers", "deliveries", "findings", "actions")
    }
    longer = Case(case.meta, case.policies, case.tables | later)
    assert found_by_sql(longer, question.as_of, until) == found_by_sql(case, question.as_of, until)


def plain(gap: dict[str, Any]) -> dict[str, Any]:
    return {name: gap[name] for name in FIELDS} | {"caused_by": sorted(gap["caused_by_ids"])}
