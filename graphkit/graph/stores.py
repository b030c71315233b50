"""Opens the graph that a user means, and keeps it up to date with the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graphkit.facts import Facts
from graphkit.gaps import Evaluation
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.evaluate import evaluate_case
from graphkit.graph.projection import project, projection_version
from graphkit.graph.store import Dates, GraphStore


@contextmanager
def open_store(workspace: Path, uri: str | None = None) -> Iterator[GraphStore]:
    """Open the embedded graph of a workspace, or the Neo4j that a bolt or neo4j URI names, and close it afterwards.

    Raises UsageError for another URI, StoreError when the store cannot be reached.
    """
    store = _store(workspace, uri)
    try:
        yield store
    finally:
        store.close()


def _store(workspace: Path, uri: str | None) -> GraphStore:
    if uri is None:
        return EmbeddedStore(workspace / "graph")
    from graphkit.graph.bolt import BoltStore  # noqa: PLC0415 - the driver takes half a second to import

    return BoltStore(uri)


def refresh(facts: Facts, store: GraphStore, kept: Sequence[Dates] | None = None) -> bool:
    """Bring the store up to the facts, unless it is; return whether it was behind.

    `kept` are the evaluations that it is to hold of each case, the current one last; None keeps those that it holds,
    or the one of the case's own day when it holds none.
    """
    held = store.held()
    newest = {commit.case: commit.batch for commit in facts.commits()}
    if kept is None and held.batches == newest and held.projections == {projection_version()}:
        return False
    evaluations: list[Evaluation] = []
    for case in facts.case_ids():
        for as_of, known_by in kept or held.evaluations.get(case) or [(None, None)]:
            evaluations.append(evaluate_case(facts, case, as_of, known_by))
    store.load(project(evaluations))
    return True
