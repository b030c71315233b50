"""The server's graph follows new events by what they change, from the evaluation that is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphkit_api.evaluations import Evaluations, Filters
from graphkit_api.graph import Graph
from graphkit_api.settings import Settings

from graphkit.gaps import Evaluation, evaluate
from graphkit.graph import stores
from graphkit.graph.frames import Frames
from graphkit.graph.limits import Limits
from graphkit.graph.projection import project
from tests.api.test_evaluations import ISSUED, PAID, load, question
from tests.graph.stores import content, expected
from tests.planted.build import completed, day

LATER = completed("pay", day(3, 14), scope="140106", source=None)
SEEN = {"coverage": [{"policy": "p", "stage": "pay", "scope": "14", "until": day(3, 20)}]}


@pytest.fixture
def projected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The facts versions that were projected whole."""
    seen: list[int] = []

    def counted(evaluations: list[Evaluation]) -> Frames:
        seen.append(evaluations[-1].commit)
        return project(evaluations)

    monkeypatch.setattr(stores, "project", counted)
    return seen


def test_the_graph_follows_new_events(tmp_path: Path, projected: list[int]) -> None:
    evaluations = Evaluations(4, 1000)
    graph, other = (Graph(Settings(tmp_path / "workspace"), one) for one in (evaluations, Evaluations(4, 1000)))
    shown: list[Any] = []

    def ask() -> None:
        now = question(snapshots)
        found = graph.run(now.snapshot, "MATCH (s:Step {stage: 'pay', state: 'done'}) RETURN count(s)", {}, Limits())
        shown.append(found.rows[0][0])
        assert graph._store is not None
        wanted = expected(project([evaluate(now.snapshot.facts, now.case)]), now.case)
        assert content(graph._store, now.case) == wanted

    snapshots = load(tmp_path, [ISSUED])
    ask()
    snapshots = load(tmp_path, [ISSUED, PAID])
    evaluations.listed(question(snapshots), Filters())  # it is advanced before the graph is asked
    snapshots = load(tmp_path, [ISSUED, PAID, LATER])
    ask()
    assert projected == [1]
    snapshots = load(tmp_path, [ISSUED, PAID, LATER], **SEEN)
    ask()
    assert projected == [1, 4]
    assert other.run(snapshots.newest(), "MATCH (g:Gap) RETURN g.key", {}, Limits()).rows
    assert projected == [1, 4]
    assert shown == [0, 2, 2]
    graph.close()
    other.close()


def test_the_graph_never_goes_back(tmp_path: Path, projected: list[int]) -> None:
    """A request that began before a load and comes after one of that load is answered from the newer graph."""
    graph = Graph(Settings(tmp_path / "workspace"), Evaluations(4, 1000))
    older = load(tmp_path, [ISSUED]).newest()
    newer = load(tmp_path, [ISSUED, PAID]).newest()
    asked = "MATCH (s:Step {stage: 'pay', state: 'done'}) RETURN count(s)"
    assert [graph.run(one, asked, {}, Limits()).rows[0][0] for one in (newer, older, newer)] == [1, 1, 1]
    assert projected == [2]
    graph.close()
