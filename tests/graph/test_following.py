"""A graph that follows an evaluation, batch by batch, is the graph that is projected from nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.graph.change import change_since
from graphkit.graph.delta import Delta
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.frames import END, START, Kind
from graphkit.graph.projection import project
from graphkit.graph.stores import behind, follow, refresh
from graphkit.model.case import Case as Stated
from graphkit.model.errors import InputError
from tests.gaps.test_advance import MANY, batched, load
from tests.graph.stores import content, expected
from tests.planted import Planted
from tests.planted.build import case, completed, day, event, finding, policy, stage
from tests.reference.case import Case, Row
from tests.reference.generate import Question

Graph = dict[tuple[Any, ...], dict[str, Any]]


def _rows(tables: Any) -> Graph:
    """Return rows by what tells them from each other."""
    found: Graph = {}
    for name, table in tables:
        for row in table.to_pylist():
            key = (name, row[START], row[END], row["digest"]) if isinstance(name, Kind) else (name, row["id"])
            assert key not in found
            found[key] = row
    return found


def _whole(evaluation: Evaluation) -> tuple[Graph, dict[str, int]]:
    frames = project([evaluation])
    return _rows(frames.tables()), frames.counts()


def _changed(before: tuple[Graph, dict[str, int]], delta: Delta) -> tuple[Graph, dict[str, int]]:
    """Return a graph and its counts after a change, which must fit: what it removes is there, what is new is not."""
    graph = dict(before[0])
    for gone in (_rows(delta.removed_relationships.items()), _rows(delta.removed_nodes.items())):
        for key in gone:
            del graph[key]
    again = _rows(delta.changed_nodes.items())
    assert again.keys() <= graph.keys()
    new = _rows(delta.new_nodes.items()) | _rows(delta.new_relationships.items())
    assert not new.keys() & graph.keys()
    growth = delta.growth()
    return graph | again | new, {of: count + growth.get(of, 0) for of, count in before[1].items()}


def followed(case: Case, batches: list[list[Row]], as_of: Any, known_by: Any) -> None:
    """Load events a batch at a time; what is projected of the changes leads from every earlier graph to the newest."""
    with TemporaryDirectory() as name:
        events: list[Row] = []
        evaluation: Evaluation | None = None
        graphs: dict[int, tuple[Graph, dict[str, int]]] = {}
        for batch in batches:
            events = events + batch
            facts = load(Path(name), replace(case, tables=case.tables | {"events": events}))
            try:
                whole = evaluate(facts, str(case.meta["id"]), as_of, known_by)
            except InputError:  # a due date counts working days that are not known
                return
            wanted = _whole(whole)
            evaluation = evaluation or whole
            assert evaluation.advance(facts)
            for commit, graph in graphs.items():
                if commit != facts.version:
                    assert evaluation.reaches(commit)
                    delta = change_since(evaluation, commit)
                    assert delta is not None
                    assert _changed(graph, delta) == wanted
            graphs[facts.version] = wanted


@settings(
    max_examples=4, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(batched())
def test_what_events_change_of_the_graph_is_projected_alone(drawn: tuple[Question, list[list[Row]]]) -> None:
    question, batches = drawn
    followed(question.case, batches, question.as_of, question.known_by)


@pytest.mark.parametrize("planted", MANY[::30], ids=lambda planted: planted.name)
def test_the_last_events_of_a_planted_case_change_its_graph(planted: Planted) -> None:
    events = planted.case.tables["events"]
    followed(planted.case, [events[:1], events[1:-1], events[-1:]], planted.as_of, planted.known_by)


ISSUED = completed("issue", day(3, 5), source="号外")
PAID = completed("pay", day(3, 12), scope="140105", source="号外", amount=None)
OPENED = event("reopened", "issue", day(3, 20), source=None)
PAYING = event("started", "pay", day(3, 2), "140205", source=None)
BEGUN = event("started", "issue", day(3, 3), source=None)
TOLD = completed("tell", day(3, 25), scope="140105", source="notice.txt")


def chain(*events: Row, documents: list[Row] | None = None) -> Case:
    """Return a case of one chain with a finding at a step of it and these events."""
    stages = (
        stage("issue", within_days=10),
        stage("pay", "county", after=["issue"], within_days=10),
        stage("tell", "county", after=["pay"], within_days=10),
    )
    found = [finding(day(3, 9), policy="p", stage="pay", scope="140105", title="迟", agency="prov")]
    made = case(policy(*stages), events=list(events), findings=found, as_of=day(4, 30))
    return replace(made, tables=made.tables | ({"documents": documents} if documents else {}))


def at_hand(facts: Facts) -> Evaluation:
    return evaluate(facts, *facts.case_ids())


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([ISSUED, PAID, OPENED, TOLD], id="done, undone and named by what is no document"),
        pytest.param([PAYING, BEGUN, TOLD], id="a gap far before what is new has one less behind it"),
    ],
)
def test_a_store_follows_batch_by_batch(tmp_path: Path, events: list[Row]) -> None:
    facts = load(tmp_path, chain(*events[:1]))
    writer, reader = EmbeddedStore(tmp_path / "graph"), EmbeddedStore(tmp_path / "graph", workers=1)
    evaluation = at_hand(facts)
    assert refresh(facts, writer)
    id = evaluation.case.id
    seen = [content(reader, id)]
    (worker,) = reader._idle
    for number in range(1, len(events)):
        facts = load(tmp_path, chain(*events[: number + 1]))
        assert evaluation.advance(facts)
        assert behind(facts, writer) == [id]
        assert follow(evaluation, writer)
        assert behind(facts, reader) == []
        frames = project([at_hand(facts)])
        seen.append(content(reader, id))
        assert seen[-1] == expected(frames, id)
        assert seen[-1] not in seen[:-1]
        manifest = reader.manifest()
        assert manifest is not None
        assert manifest.counts == frames.counts()
    assert reader._idle == [worker]
    reader.close()


def test_a_writer_that_is_killed_leaves_the_graph_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = load(tmp_path, chain(ISSUED))
    store, evaluation = EmbeddedStore(tmp_path / "graph", workers=1), at_hand(facts)
    refresh(facts, store)
    id = evaluation.case.id
    before = content(store, id)
    facts = load(tmp_path, chain(ISSUED, PAID))
    assert evaluation.advance(facts)
    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedStore, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            follow(evaluation, store)
    assert content(store, id) == before
    assert follow(evaluation, store)
    assert content(store, id) == expected(project([at_hand(facts)]), id)
    store.close()


def test_what_the_evaluation_cannot_tell_of_is_projected_whole(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "graph", workers=1)
    evaluation = at_hand(load(tmp_path, chain(ISSUED)))
    assert not follow(evaluation, store)  # there is no graph yet
    facts = load(tmp_path, chain(ISSUED, PAID))
    refresh(facts, store, [(day(3, 31), None), (None, None)])
    late = at_hand(facts)
    assert evaluation.advance(facts)
    facts = load(tmp_path, chain(ISSUED, PAID, OPENED))
    assert evaluation.advance(facts)
    assert late.advance(facts)
    assert not follow(evaluation, store)  # an earlier evaluation stands beside it
    refresh(facts, store, [(day(4, 1), None)])
    facts = load(tmp_path, chain(ISSUED, PAID, OPENED, TOLD))
    assert late.advance(facts)
    assert not follow(late, store)  # it shows another day
    refresh(facts, store, [(None, None)])
    assert store.held()[evaluation.case.id].evaluations == [(day(4, 30), None)]


def test_a_case_of_today_is_projected_again_on_another_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = chain(ISSUED)
    facts = load(tmp_path, replace(made, meta={name: value for name, value in made.meta.items() if name != "as_of"}))
    store, (id,) = EmbeddedStore(tmp_path / "graph", workers=1), facts.case_ids()
    today = Stated.day
    for days in (0, 1, 2):
        monkeypatch.setattr(Stated, "day", lambda self, days=days: today(self) + timedelta(days=days))
        assert behind(facts, store) == [id]
        (evaluation,) = refresh(facts, store)
        assert store.held()[id].evaluations == [(evaluation.as_of, None)]
        assert behind(facts, store) == []
    store.close()


def test_a_document_that_old_events_have_named_is_projected_whole(tmp_path: Path) -> None:
    own = [{"id": "d", "title": "D"}]
    facts = load(tmp_path, chain(ISSUED, documents=own))
    store, evaluation = EmbeddedStore(tmp_path / "graph", workers=1), at_hand(facts)
    refresh(facts, store)
    facts = load(tmp_path, chain(ISSUED, TOLD, documents=[*own, {"id": "n", "title": "N", "file": "notice.txt"}]))
    assert evaluation.advance(facts)
    assert follow(evaluation, store)
    assert content(store, evaluation.case.id) == expected(project([at_hand(facts)]), evaluation.case.id)
    named = [*own, {"id": "n", "title": "N", "file": "notice.txt"}, {"id": "号外", "title": "号外"}]
    facts = load(tmp_path, chain(ISSUED, TOLD, documents=named))
    assert evaluation.advance(facts)
    assert not follow(evaluation, store)
    store.close()
