"""What the server keeps between requests follows the facts: a new batch of events does not cost a whole evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphkit_api import evaluations as module
from graphkit_api.evaluations import Evaluations, Filters, Question
from graphkit_api.snapshots import Snapshots

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from tests.planted.build import case, completed, day, policy, stage
from tests.reference.case import Row


def load(folder: Path, events: list[Row], **more: list[Row]) -> Snapshots:
    """Load a case of one chain with these events, or what is new of it; return the snapshots of its workspace."""
    chain = policy(stage("issue", within_days=10), stage("pay", "county", after=["issue"], within_days=10))
    written = case(chain, events=events, as_of=day(4, 30), **more).write(folder / f"case-{len(events)}-{len(more)}")
    result = load_case(Facts(folder / "workspace", create=True), written)
    assert result.rejected == 0
    return Snapshots(folder / "workspace")


def question(snapshots: Snapshots) -> Question:
    snapshot = snapshots.newest()
    (case_id,) = snapshot.case_ids
    return Question(snapshot, case_id, day(4, 30))


@pytest.fixture
def from_nothing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The facts versions that were evaluated from nothing."""
    seen: list[int] = []
    whole = module.evaluate_case

    def evaluate_case(facts: Facts, *asked: object) -> object:
        seen.append(facts.version)
        return whole(facts, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "evaluate_case", evaluate_case)
    return seen


ISSUED = completed("issue", day(3, 5), source=None)
PAID = completed("pay", day(3, 12), scope="140105", source=None)


def test_new_events_are_taken_in(tmp_path: Path, from_nothing: list[int]) -> None:
    evaluations = Evaluations(4, 1000)
    before = question(load(tmp_path, [ISSUED]))
    first = evaluations.listed(before, Filters()).gaps
    after = question(load(tmp_path, [ISSUED, PAID]))
    second = evaluations.listed(after, Filters()).gaps
    assert second == evaluate(after.snapshot.facts, after.case, after.as_of).gaps()
    assert len(second) == len(first) - 1
    assert from_nothing == [before.snapshot.version]


def test_one_that_is_being_read_is_left_alone(tmp_path: Path, from_nothing: list[int]) -> None:
    evaluations = Evaluations(4, 1000)
    before = question(load(tmp_path, [ISSUED]))
    with evaluations.open(before) as old:
        first = old.gaps()
        after = question(load(tmp_path, [ISSUED, PAID]))
        assert len(evaluations.listed(after, Filters()).gaps) == len(first) - 1
        assert old.gaps() == first
    assert from_nothing == [before.snapshot.version, after.snapshot.version]


def test_anything_else_is_evaluated_from_nothing(tmp_path: Path, from_nothing: list[int]) -> None:
    evaluations = Evaluations(4, 1000)
    before = question(load(tmp_path, [ISSUED]))
    evaluations.listed(before, Filters())
    seen = [{"policy": "p", "stage": "pay", "scope": "14", "until": day(3, 20)}]
    after = question(load(tmp_path, [ISSUED, PAID], coverage=seen))
    kinds = {gap.kind for gap in evaluations.listed(after, Filters()).gaps}
    assert "missing_step" in kinds
    assert from_nothing == [before.snapshot.version, after.snapshot.version]
    assert len(evaluations.listed(before, Filters()).gaps) == 3
