"""Both stores with the bundled case in them, under an id of its own: others may use the same Neo4j at the same time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import open_store, refresh

CASE = "console-attacks"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the bundled case: thousands of nodes, enough for a product of three to have no end."""
    folder = tmp_path_factory.mktemp("console")
    with resources.as_file(resources.files("graphkit") / "data/cases/shanxi-2020") as bundled:
        shutil.copytree(bundled, folder / "case")
    definition = folder / "case" / "case.yaml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace("id: shanxi-2020", f"id: {CASE}", 1), encoding="utf-8")
    facts = Facts(folder / "workspace", create=True)
    assert load_case(facts, folder / "case").rejected == 0
    return folder / "workspace"


@pytest.fixture(scope="session", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store_name(request: pytest.FixtureRequest) -> str:
    """Which store a test runs on."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def store(store_name: str, workspace: Path) -> Iterator[GraphStore]:
    """The embedded store, and a real Neo4j."""
    uri = os.environ.get("GRAPHKIT_TEST_NEO4J_URI") if store_name == "neo4j" else None
    if store_name == "neo4j" and uri is None:
        pytest.skip('no Neo4j here: eval "$(scripts/neo4j-local start)"')
    with open_store(workspace, uri) as opened:
        refresh(Facts(workspace), opened)
        yield opened
