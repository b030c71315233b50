"""Both graph stores for the tests: the embedded one in a folder, and a real Neo4j that all tests share.

The tests that run at once share one database, so that each uses case ids of its own and removes them afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from neo4j import GraphDatabase, Session

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.graph.bolt import BoltStore
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.frames import Frames
from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.graph.values import Node, Relationship
from tests.planted import build
from tests.planted.build import day
from tests.reference.case import Case

STORES = ["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)]
ALL = Limits(rows=200_000, timeout_s=120)


def neo4j_uri() -> str:
    """Return where the tests' Neo4j is; the test is skipped where there is none."""
    uri = os.environ.get("GRAPHKIT_TEST_NEO4J_URI")
    if uri is None:
        pytest.skip('needs Neo4j: eval "$(scripts/neo4j-local start)"')
    return uri


@contextmanager
def opened(name: str, folder: Path, cases: Sequence[str]) -> Iterator[GraphStore]:
    """Open the store called `name`; `cases` are removed from it in the end (the list may still grow)."""
    if name == "embedded":
        store: GraphStore = EmbeddedStore(folder / "graph")
        try:
            yield store
        finally:
            store.close()
        return
    store = BoltStore(neo4j_uri())
    try:
        yield store
    finally:
        store.close()
        with raw() as session:
            session.run("MATCH (n) WHERE n.case IN $cases DETACH DELETE n", cases=list(cases)).consume()


@contextmanager
def raw() -> Iterator[Session]:
    """Open a session with the tests' Neo4j past graphkit."""
    auth = (os.environ["GRAPHKIT_NEO4J_USER"], os.environ["GRAPHKIT_NEO4J_PASSWORD"])
    with GraphDatabase.driver(neo4j_uri(), auth=auth) as driver, driver.session() as session:
        yield session


def own_id() -> str:
    """Return a case id that no other test has."""
    return f"t{uuid4().hex[:12]}"


def named(case: Case, id: str, as_of: date | None = None) -> Case:
    """Return the case under another id, with this day to be evaluated on."""
    meta = deepcopy(case.meta) | {"id": id}
    return Case(meta | ({"as_of": as_of} if as_of else {}), case.policies, case.tables)


def provisions_at_odds(id: str) -> Case:
    """Return a case whose documents replace each other, fall short of each other and contradict each other."""
    rent = {"parameter": "months", "unit": "month"}
    provisions = [
        {**rent, "id": "nation/3", "value": "3", "from": day(2, 9), "groups": ["shops", "O'Neil, [x]"]},
        {**rent, "id": "old", "value": "1", "from": day(2, 1), "territory": "14", "groups": ["shops"]},
        {
            **rent,
            "id": "two",
            "value": "2",
            "from": day(3, 1),
            "territory": "14",
            "replaces": ["old"],
            "document": "d1",
        },
        {"id": "half", "parameter": "share", "value": "half", "from": day(3, 1), "document": "d1"},
        {"id": "third", "parameter": "share", "value": "third", "from": day(3, 2), "to": day(9, 1), "document": "gone"},
        {"id": "later", "parameter": "share", "value": "all", "from": day(7, 1), "territory": "nowhere"},
    ]
    made = build.case(build.policy(build.stage("start", within_days=10), provisions=provisions))
    made.tables["documents"] = [{"id": "d1", "title": "通知"}]
    return named(made, id, day(6, 30))


def loaded(folder: Path, *cases: Case) -> Facts:
    """Load cases into the workspace in `folder`; nothing of them may be rejected."""
    facts = Facts(folder / "workspace", create=True)
    for case in cases:
        written = case.write(folder / f"case-{own_id()}")
        assert [reject.line() for reject in load_case(facts, written).rejects] == []
    return facts


Content = tuple[dict[tuple[str, str], dict[str, Any]], list[tuple[Any, ...]]]


def content(store: GraphStore, case: str) -> Content:
    """Return all that the store has of a case: its nodes by label and id, and its relationships, sorted."""
    found = store.run("MATCH (n) WHERE n.case = $case RETURN n", {"case": case}, ALL)
    nodes = [row[0] for row in found.rows]
    assert all(isinstance(node, Node) for node in nodes)
    found = store.run("MATCH (a)-[r]->(b) WHERE r.case = $case RETURN r", {"case": case}, ALL)
    relationships = [row[0] for row in found.rows]
    assert all(isinstance(one, Relationship) for one in relationships)
    return (
        {(node.label, node.id): node.properties for node in nodes},
        sorted(((one.type, one.start, one.end, sorted(one.properties.items())) for one in relationships), key=repr),
    )


def expected(frames: Frames, case: str) -> Content:
    """Return the same of a projection: what a store has to have."""
    nodes = {
        (label, row["id"]): _given(row)
        for label, table in frames.nodes.items()
        for row in table.to_pylist()
        if row["case"] == case
    }
    relationships = []
    for kind, table in frames.relationships.items():
        for row in table.to_pylist():
            if row["case"] == case:
                ends = (kind.start, row.pop("start_id")), (kind.end, row.pop("end_id"))
                relationships.append((kind.name, *ends, sorted(_given(row).items())))
    return nodes, sorted(relationships, key=repr)


def _given(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
