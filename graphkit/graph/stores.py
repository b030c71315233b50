"""Opens the graph that a user means, and keeps it up to date with the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from graphkit.facts import Facts
from graphkit.gaps import Evaluation
from graphkit.graph.change import change_since
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.evaluate import evaluate_case
from graphkit.graph.projection import project, projection_version
from graphkit.graph.store import Dates, GraphStore, Held
from graphkit.model.case import Case


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


def behind(facts: Facts, store: GraphStore) -> list[str]:
    """Return the cases of the facts that the store lacks, or of which it shows another load, projection or today."""
    held = store.held()
    wanted = {commit.case: (commit.batch, commit.loaded_at, projection_version()) for commit in facts.commits()}
    there = {case: (one.batch, one.loaded_at, one.projection) for case, one in held.items()}
    return [
        case
        for case, state in sorted(wanted.items())
        if there.get(case) != state or _is_of_another_day(facts.case(case), held[case])
    ]


def _is_of_another_day(case: Case, held: Held) -> bool:
    """Whether a case is evaluated as of the day on which it is asked, and the store shows it as of another."""
    return case.as_of is None and held.evaluations[-1] != (case.day(), None)


def follow(evaluation: Evaluation, store: EmbeddedStore) -> bool:
    """Bring the graph of a case up to an evaluation that was advanced; False where it has to be projected whole.

    That is where the graph shows what the evaluation does not reach, another day, or other evaluations beside it.
    """
    case, manifest = evaluation.case.id, store.manifest()
    held = store.held().get(case)
    if manifest is None or held is None or held.projection != projection_version():
        return False
    shown = [
        one.number
        for one in evaluation.facts.commits()
        if (one.case, one.batch, one.loaded_at) == (case, held.batch, held.loaded_at)
    ]
    if held.evaluations != [(evaluation.as_of, evaluation.known_by)] or not shown or not evaluation.reaches(shown[0]):
        return False
    delta = change_since(evaluation, shown[0])
    return delta is not None and store.change(delta, manifest)


def refresh(facts: Facts, store: GraphStore, kept: Sequence[Dates] | None = None) -> list[Evaluation]:
    """Bring the store up to the facts, unless it is; return the evaluations that were made for it, the current ones.

    `kept` are the evaluations that it is to hold of each case, the current one last; None keeps those that it holds,
    and makes the one of the case's own day, with all that is known, the current one. That of a case without an own
    day, which was made as of the day on which it was asked, is not kept.
    """
    if kept is None and not behind(facts, store):
        return []
    held = store.held()
    evaluations: list[Evaluation] = []
    currents: list[Evaluation] = []
    for case in facts.case_ids():
        there = held[case].evaluations if case in held else []
        *earlier, current = kept or [*(there if facts.case(case).as_of else there[:-1]), (None, None)]
        last = evaluate_case(facts, case, *current)
        evaluations += [evaluate_case(facts, case, *dates) for dates in earlier if dates != (last.as_of, last.known_by)]
        evaluations.append(last)
        currents.append(last)
    store.load(project(evaluations))
    return currents
