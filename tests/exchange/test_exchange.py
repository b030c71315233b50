"""What is exported can be read back, and is the same: by graphkit, by networkx, and by a real Neo4j."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow as pa
import pytest

import graphkit
from graphkit.gaps import evaluate
from graphkit.graph.exchange import FORMATS, read_graph, write_graph
from graphkit.graph.exchange.script import literal, script
from graphkit.graph.frames import Frames
from graphkit.graph.projection import project
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import open_store, refresh
from graphkit.model.errors import InputError, StoreError
from tests.reports.small import HOSTILE, load_small

READABLE = [name for name, one in FORMATS.items() if one.read]


@pytest.fixture(scope="module", params=["plain", "hostile"])
def frames(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """The graph of a small case, with plain names and with hostile ones."""
    names = HOSTILE if request.param == "hostile" else {}
    facts = load_small(tmp_path_factory.mktemp("exchange"), names=names)
    return project([evaluate(facts, *facts.case_ids())])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """The embedded store with the small case, to ask."""
    folder = tmp_path_factory.mktemp("asked")
    facts = load_small(folder)
    with open_store(folder / "workspace") as opened:
        refresh(facts, opened)
        yield opened


def _rows(frames: Frames, *, as_xml: bool = False) -> dict[Any, list[dict[str, Any]]]:
    """Every row of every frame, in one order; `as_xml` with U+FFFD for the control characters of the hostile names."""
    tables: dict[Any, pa.Table] = {**frames.nodes, **frames.relationships}
    rows = {name: sorted(table.to_pylist(), key=str) for name, table in tables.items()}
    for row in (row for listed in rows.values() for row in listed if as_xml):
        row.update({name: re.sub("[\x07\x1b]", "\ufffd", one) for name, one in row.items() if isinstance(one, str)})
    return rows


@pytest.mark.parametrize("name", READABLE)
def test_what_is_read_back_is_what_was_written(frames: Frames, tmp_path: Path, name: str) -> None:
    write_graph(frames, name, tmp_path / "graph")
    found = read_graph(name, tmp_path / "graph")
    assert found.cases == frames.cases
    assert _rows(found) == _rows(frames, as_xml=name in ("graphml", "gexf"))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_graph_gives_the_same_bytes(frames: Frames, tmp_path: Path, name: str) -> None:
    written = []
    for folder in ("one", "two"):
        write_graph(frames, name, tmp_path / folder)
        files = sorted((tmp_path / folder).rglob("*")) if FORMATS[name].is_folder else [tmp_path / folder]
        written.append([file.read_bytes() for file in files if file.is_file()])
    assert written[0] == written[1]


@pytest.mark.parametrize("name", READABLE)
def test_what_is_no_graph_is_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / "graph"
    if FORMATS[name].is_folder:
        path.mkdir()
    else:
        path.write_text("<a>no graph</b>", encoding="utf-8")
    with pytest.raises(InputError, match="graph"):
        read_graph(name, path)


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if one.is_folder])
def test_a_folder_that_is_in_use_is_left_alone(frames: Frames, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="not empty"):
        write_graph(frames, name, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_keys_of_graphml_are_declared_once(frames: Frames, tmp_path: Path) -> None:
    write_graph(frames, "graphml", tmp_path / "graph.graphml")
    text = (tmp_path / "graph.graphml").read_text(encoding="utf-8")
    keys = re.findall('<key id="([^"]+)"', text)
    assert len(keys) == len(set(keys)) > 20  # the schema of GraphML asks for it, also where nodes and edges share names


def test_networkx_has_every_node_and_relationship(frames: Frames) -> None:
    graph = graphkit.to_networkx(frames)
    counts = frames.counts()
    assert graph.number_of_nodes() == sum(table.num_rows for table in frames.nodes.values())
    assert graph.number_of_edges() == sum(table.num_rows for table in frames.relationships.values())
    labels = [values["label"] for _, values in graph.nodes(data=True)]
    assert labels.count("Step") == counts["Step"]


def test_networkx_takes_what_a_query_returns(store: GraphStore) -> None:
    result = store.run("MATCH p = (s:Step)-[r:AFTER]->(t:Step) RETURN p, [s, r] AS pair, {t: t} AS map")
    alone = store.run("MATCH (:Step)-[r:AFTER]->(:Step) RETURN r")
    graph, of_relationships = graphkit.to_networkx(result), graphkit.to_networkx(alone)
    assert graph.number_of_edges() == len(result.rows) == of_relationships.number_of_edges()
    assert set(graph) == set(of_relationships)
    assert all(values["relationship"] == "AFTER" for *_, values in graph.edges(data=True))
    assert nx.is_directed_acyclic_graph(graph)


@pytest.mark.parametrize(
    "text",
    ["it's", "a\\", "\\u0041", "\\'", "'; MATCH (n) DETACH DELETE n; //", "`", "\n\r\t", "\u2028", "堵点😀", "$x"],
)
def test_text_in_a_script_is_only_text(text: str, store: GraphStore) -> None:
    assert store.run(f"RETURN {literal(text)} AS x").rows == [(text,)]


@pytest.mark.neo4j
@pytest.mark.parametrize("frames", ["hostile"], indirect=True)
def test_neo4j_runs_the_script(frames: Frames) -> None:
    neo4j, uri = pytest.importorskip("neo4j"), os.environ.get("GRAPHKIT_TEST_NEO4J_URI")
    if uri is None:
        pytest.skip("no Neo4j here")
    case = {"case": f"exchange-{os.getpid()}"}
    moved = _renamed(frames, case["case"])
    auth = (os.environ["GRAPHKIT_NEO4J_USER"], os.environ["GRAPHKIT_NEO4J_PASSWORD"])
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver, driver.session() as session:
        try:
            for statement in script(moved):
                session.run(statement).consume()
            assert _digests(session, case) == _written(moved)
        finally:
            session.run("MATCH (n) WHERE n.case = $case DETACH DELETE n", case).consume()


def _renamed(frames: Frames, case: str) -> Frames:
    """The same graph as that of another case: others use the same database."""
    (old,) = frames.cases

    def moved(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        for row in rows:
            for name in ("id", "start_id", "end_id", "case"):
                if name in row:
                    row[name] = case + row[name].removeprefix(old)
        return pa.Table.from_pylist(rows, schema=table.schema)

    return Frames([(name, moved(table)) for name, table in frames.tables()], (case,))


def _written(frames: Frames) -> tuple[list[Any], list[Any]]:
    nodes = [(row["id"], row["title"]) for table in frames.nodes.values() for row in table.to_pylist()]
    edges = [
        (row["start_id"], kind.name, row["end_id"], row["digest"])
        for kind, table in frames.relationships.items()
        for row in table.to_pylist()
    ]
    return sorted(nodes, key=str), sorted(edges)


def _digests(session: Any, case: dict[str, str]) -> tuple[list[Any], list[Any]]:
    nodes = session.run("MATCH (n) WHERE n.case = $case RETURN n.id, n.title", case).values()
    edges = session.run("MATCH (a)-[r]->(b) WHERE r.case = $case RETURN a.id, type(r), b.id, r.digest", case).values()
    return sorted(map(tuple, nodes), key=str), sorted(map(tuple, edges))


@pytest.mark.neo4j
@pytest.mark.parametrize("frames", ["hostile"], indirect=True)
def test_neo4j_admin_imports_the_folder(frames: Frames, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    if os.environ.get("GRAPHKIT_TEST_NEO4J_URI") is None:
        pytest.skip("no Neo4j here")
    where = subprocess.run(
        [sys.executable, root / "scripts/neo4j-local", "jars"], capture_output=True, text=True, check=True
    )
    write_graph(frames, "neo4j-admin", tmp_path / "import")
    home = tmp_path / "home"
    (home / "conf").mkdir(parents=True)
    (home / "conf" / "neo4j.conf").touch()
    done = subprocess.run(
        [shutil.which("java") or "java", "-cp", f"{where.stdout.strip()}/*", "org.neo4j.cli.AdminTool",
         "database", "import", "full", "neo4j", "@arguments.txt"],
        cwd=tmp_path / "import", capture_output=True, text=True, check=False,
        env={**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    told = {
        name: int(number.replace(",", ""))
        for number, name in re.findall(r"([\d,]+) (nodes|relationships)", done.stdout)
    }
    assert told["nodes"] == sum(table.num_rows for table in frames.nodes.values())
    assert told["relationships"] == sum(table.num_rows for table in frames.relationships.values())
