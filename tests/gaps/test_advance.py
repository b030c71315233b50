"""An evaluation brought up to new events is the one that is made from nothing, in every table that anybody reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.model.errors import InputError
from tests.planted import CASES, Planted
from tests.planted.build import case, completed, day, policy, stage
from tests.reference.case import Case, Row
from tests.reference.generate import Question, questions


def told(evaluation: Evaluation) -> dict[str, Any]:
    """Return every table of an evaluation, its rows sorted, and its gaps as they are listed."""
    run = evaluation._computation.run
    tables = run(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND schema_name = 'main' AND table_name <> 'found'"
    )
    found: dict[str, Any] = {name: sorted(map(repr, run(f"SELECT * FROM {name}"))) for (name,) in tables}
    found["listed"] = [gap.model_dump() for gap in evaluation.gaps(consequences=True)]
    return found


def load(folder: Path, case: Case) -> Facts:
    """Load a case, or what is new of it, into the workspace in `folder`."""
    facts = Facts(folder / "workspace", create=True)
    loaded = load_case(facts, case.write(folder / f"case-{facts.version}"))
    assert [reject.line() for reject in loaded.rejects] == []
    return facts


def advanced(case: Case, batches: list[list[Row]], as_of: date, known_by: date | datetime | None) -> None:
    """Load a case with the events of the first batch, then with one more batch at a time; hold both ways together."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        events: list[Row] = []
        evaluation: Evaluation | None = None
        for batch in batches:
            events = events + batch
            facts = load(folder, replace(case, tables=case.tables | {"events": events}))
            try:
                expected = evaluate(facts, str(case.meta["id"]), as_of, known_by)
            except InputError:  # a due date counts working days that are not known
                if evaluation is not None:
                    with pytest.raises(InputError, match="update chinese-calendar"):
                        evaluation.advance(facts)
                return
            if evaluation is None:
                evaluation = expected
                continue
            assert evaluation.advance(facts)
            assert evaluation.commit == expected.commit
            assert told(evaluation) == told(expected)


@st.composite
def batched(draw: st.DrawFn) -> tuple[Question, list[list[Row]]]:
    """Draw a question, and its events cut into batches in any order; the first has one: no table without."""
    question = draw(questions())
    events = draw(st.permutations(question.case.tables.get("events", [])))
    cuts = sorted(draw(st.lists(st.integers(min(1, len(events)), len(events)), min_size=1, max_size=2)))
    bounds = [0, *cuts, len(events)]
    return question, [list(events[low:high]) for low, high in pairwise(bounds)]


@settings(
    max_examples=6, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(batched())
def test_new_events_give_what_an_evaluation_from_nothing_gives(drawn: tuple[Question, list[list[Row]]]) -> None:
    question, batches = drawn
    advanced(question.case, batches, question.as_of, question.known_by)


MANY = [planted for planted in CASES if len(planted.case.tables.get("events", [])) > 2]


@pytest.mark.parametrize("planted", MANY[::9], ids=lambda planted: planted.name)
def test_the_last_events_of_a_planted_case_can_come_later(planted: Planted) -> None:
    events = planted.case.tables["events"]
    advanced(planted.case, [events[:1], events[1:-1], events[-1:]], planted.as_of, planted.known_by)


def test_who_leads_follows_an_optional_step_that_is_done_later() -> None:
    chain = policy(
        stage("plan", within_days=5),
        stage("pilot", optional=True),
        stage("pay", "county", after=["plan", "pilot"], within_days=5),
        stage("tell", "county", after=["pay"], within_days=5),
    )
    assignments = [
        {"policy": "p", "stage": "plan", "scope": "14", "agency": "prov", "role": "lead"},
        {"policy": "p", "stage": "pilot", "scope": "14", "agency": "city1", "role": "lead"},
    ]
    events = [completed("plan", day(3, 3)), completed("pilot", day(3, 4))]
    whole = case(chain, assignments=assignments, events=events)
    planned, piloted = whole.tables["events"]
    advanced(whole, [[planned], [piloted]], day(5, 1), None)
    with TemporaryDirectory() as name:
        early = replace(whole, tables=whole.tables | {"events": [planned]})
        evaluation = evaluate(load(Path(name), early), "planted", day(5, 1))
        assert {tuple(gap.responsible) for gap in evaluation.gaps(consequences=True)} == {("prov",)}
        assert evaluation.advance(load(Path(name), whole))
        assert {tuple(gap.responsible) for gap in evaluation.gaps(consequences=True)} == {("city1", "prov")}


def test_an_event_is_quoted_from_a_document_that_came_with_it(tmp_path: Path) -> None:
    chain = policy(stage("plan"), stage("pay", "county", after=["plan"], within_days=5))
    planned = completed("plan", day(3, 3), source=None)
    whole = case(chain, events=[planned, completed("pay", day(5, 4), "140105", source="notice", locator="line 2")])
    early = replace(
        whole,
        tables=whole.tables | {"events": whole.tables["events"][:1], "documents": [{"id": "plan", "title": "Plan"}]},
    )
    evaluation = evaluate(load(tmp_path, early), "planted", day(5, 30))
    assert all(one.quote is None for gap in evaluation.gaps() for one in gap.evidence)
    notice = {"id": "notice", "title": "Notice", "file": "notice.txt"}
    folder = replace(whole, tables=whole.tables | {"documents": [{"id": "plan", "title": "Plan"}, notice]}).write(
        tmp_path / "later"
    )
    (folder / "documents").mkdir(exist_ok=True)
    (folder / "documents" / "notice.txt").write_text("Notice\nIt was paid.\n", encoding="utf-8")
    facts = Facts(tmp_path / "workspace")
    assert load_case(facts, folder).rejects == []
    assert evaluation.advance(facts)
    (late,) = evaluation.gaps(kind="late_step")
    assert [one.quote for one in late.evidence if one.document == "notice"] == ["It was paid."]
