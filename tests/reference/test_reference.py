"""The reference against the planted cases, and what must hold of it on any case."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.planted import CASES, Planted, differences
from tests.reference.case import Case
from tests.reference.evaluate import evaluate
from tests.reference.gap import KINDS, gap_id
from tests.reference.generate import Question, questions

same_every_time = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("planted", CASES, ids=lambda planted: planted.name)
def test_finds_all_planted_gaps_and_no_other(planted: Planted) -> None:
    found = evaluate(planted.case, planted.as_of, planted.known_by, planted.thresholds)
    assert differences(planted, found) == []


def test_every_kind_is_planted_and_every_name_once() -> None:
    planted = {gap["kind"] for case in CASES for gap in case.expected}
    assert planted == set(KINDS)
    assert max(Counter(case.name for case in CASES).values()) == 1


@pytest.mark.parametrize("field", ["since", "beneficiaries", "amount", "caused_by", "responsible", "severity"])
def test_differences_notices_a_wrong_field(field: str) -> None:
    planted = next(case for case in CASES if any(field in gap for gap in case.expected))
    found = evaluate(planted.case, planted.as_of, planted.known_by, planted.thresholds)
    for gap in found:
        gap[field] = "wrong"
    assert differences(planted, found)


@settings(same_every_time, max_examples=30)
@given(questions(), st.integers(0, 9))
def test_order_of_rows_changes_nothing(question: Question, seed: int) -> None:
    shuffled = question.case.shuffled(seed)
    assert evaluate(shuffled, question.as_of, question.known_by) == evaluate(
        question.case, question.as_of, question.known_by
    )


@settings(same_every_time, max_examples=30)
@given(questions())
def test_what_was_recorded_later_changes_nothing_known_before(question: Question) -> None:
    known_by = datetime(2020, 4, 20, 12, tzinfo=UTC)
    late = {"recorded_at": "2020-04-20T12:00:01Z"}
    tables = {
        name: [*rows, *({**row, "id": f"late-{row['id']}"} | late for row in rows)]
        for name, rows in question.case.tables.items()
        if name in ("events", "transfers", "deliveries", "findings", "actions")
    }
    more = Case(question.case.meta, question.case.policies, question.case.tables | tables)
    assert evaluate(more, question.as_of, known_by) == evaluate(question.case, question.as_of, known_by)


@settings(same_every_time, max_examples=30)
@given(questions())
def test_a_written_case_reads_back_the_same(question: Question) -> None:
    with TemporaryDirectory() as folder:
        back = Case.read(question.case.write(Path(folder)))
    assert evaluate(back, question.as_of, question.known_by) == evaluate(
        question.case, question.as_of, question.known_by
    )
    assert {name: back.rows(name) for name in back.tables} == {
        name: question.case.rows(name) for name in question.case.tables
    }


@settings(same_every_time, max_examples=50)
@given(questions())
def test_gaps_of_any_case_hang_together(question: Question) -> None:
    gaps = evaluate(question.case, question.as_of, question.known_by)
    by_id = {gap["id"]: gap for gap in gaps}
    assert len(by_id) == len(gaps)
    for gap in gaps:
        assert gap["root"] == (not gap["caused_by"] and gap["kind"] != "blocked_step")
        assert gap["caused_by_ids"] == sorted(map(gap_id, gap["caused_by"]))
        assert all(by_id[cause]["root"] for cause in gap["caused_by_ids"])
        assert (gap["since"] is None) == (gap["kind"] == "blocked_step") == (gap["days"] is None)
        assert gap["since"] is None or gap["since"] <= question.as_of
    blocked = Counter(cause for gap in gaps if gap["kind"] == "blocked_step" for cause in gap["caused_by_ids"])
    assert blocked == Counter({id_: gap["blocked_steps"] for id_, gap in by_id.items() if gap["root"]})


class _AllWereFoundError(Exception):
    """No more cases are needed."""


def test_generated_cases_have_gaps_of_every_kind() -> None:
    found: set[str] = set()

    @settings(same_every_time, max_examples=300, phases=[Phase.generate], report_multiple_bugs=False)
    @given(questions())
    def collect(question: Question) -> None:
        found.update(gap["kind"] for gap in evaluate(question.case, question.as_of, question.known_by))
        if found == set(KINDS):
            raise _AllWereFoundError

    with suppress(_AllWereFoundError):
        collect()
    assert found == set(KINDS)
