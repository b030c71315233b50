"""A graph that follows what changed is the graph that is loaded whole."""

from __future__ import annotations

import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.gaps import evaluate
from graphkit.graph.delta import difference, read_delta, write_delta
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.frames import Frames, Kind, node_schema, relationship_schema
from graphkit.graph.projection import project
from graphkit.graph.write import built, change
from tests.graph.stores import content, expected, loaded
from tests.graph.test_stores import small

_TEXT = st.one_of(st.none(), st.sampled_from(["", "减免", 'O\'Neil \\ "x" ${z}']))
_STEPS = st.dictionaries(
    st.sampled_from([f"c/p/s/{number}" for number in range(6)]),
    st.tuples(_TEXT, st.one_of(st.none(), st.dates()), st.one_of(st.none(), st.booleans())),
    max_size=6,
)
_LINKS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["a", "b"]), _TEXT), unique=True, max_size=12
)


def _digest(*parts: object) -> int:
    return zlib.crc32(repr(parts).encode())


def _frames(steps: dict[str, tuple[object, ...]], links: list[tuple[object, ...]]) -> Frames:
    """Steps with properties, documents, and any number of relationships between two of them."""
    common = {"case": "c", "source": "s", "locator": None, "batch": "b1"}
    ids = sorted(steps)
    nodes = [
        {
            **dict.fromkeys(node_schema("Step").names),
            **common,
            "id": id,
            "key": id[2:],
            "title": f"名 {id}",
            "state": state,
            "due_on": due_on,
            "ready": ready,
            "digest": _digest(id, state, due_on, ready),
        }
        for id, (state, due_on, ready) in sorted(steps.items())
    ]
    documents = [
        {
            **dict.fromkeys(node_schema("Document").names),
            **common,
            "id": f"c/{name}",
            "key": name,
            "title": name,
            "digest": 1,
        }
        for name in "ab"
    ]
    backed = [
        {
            **dict.fromkeys(relationship_schema("EVIDENCED_BY").names),
            **common,
            "start_id": ids[start % len(ids)],
            "end_id": f"c/{document}",
            "event": f"e{start}{number}",
            "kind": kind,
            "digest": _digest(ids[start % len(ids)], start, number, document, kind),
        }
        for start, number, document, kind in links
        if ids
    ]
    backed.sort(key=lambda row: (str(row["start_id"]), str(row["end_id"])))
    return Frames(
        [
            ("Step", pa.Table.from_pylist(nodes, node_schema("Step"))),
            ("Document", pa.Table.from_pylist(documents, node_schema("Document"))),
            (
                Kind("EVIDENCED_BY", "Step", "Document"),
                pa.Table.from_pylist(backed, relationship_schema("EVIDENCED_BY")),
            ),
        ],
        ("c",),
    )


def _all(graph: Any) -> tuple[list[str], list[str]]:
    nodes = graph.cypher("MATCH (n) RETURN labels(n) AS label, properties(n) AS of").to_list()
    links = graph.cypher(
        "MATCH (a)-[r]->(b) RETURN a.id AS a, type(r) AS type, b.id AS b, properties(r) AS of"
    ).to_list()
    return sorted(map(_text, nodes)), sorted(map(_text, links))


def _text(row: dict[str, Any]) -> str:
    of = sorted((name, value) for name, value in row.pop("of").items() if value is not None)
    return repr((sorted(row.items()), of))


@settings(max_examples=25, deadline=None)
@given(_STEPS, _LINKS, _STEPS, _LINKS)
def test_a_changed_graph_is_the_graph_that_is_loaded_whole(
    steps: dict[str, Any], links: list[Any], later_steps: dict[str, Any], later_links: list[Any]
) -> None:
    before, after = _frames(steps, links), _frames(later_steps, later_links)
    with TemporaryDirectory() as folder:
        write_delta(difference(before, after), Path(folder) / "change")
        delta = read_delta(Path(folder) / "change")
    whole, _ = built(_frames(later_steps, later_links))
    graph, _ = built(before)
    change(graph, delta)
    assert _all(graph) == _all(whole)
    assert {
        **before.counts(),
        **{of: before.counts()[of] + more for of, more in delta.growth().items()},
    } == after.counts()


def test_a_store_follows_a_change(tmp_path: Path) -> None:
    facts = {done: loaded(tmp_path / str(done), small("c", done=done)) for done in (False, True)}
    before, after = (project([evaluate(facts[done], "c")]) for done in (False, True))
    wanted, delta = expected(after, "c"), difference(before, after)
    writer, reader = EmbeddedStore(tmp_path / "graph"), EmbeddedStore(tmp_path / "graph", workers=1)
    writer.load(before)
    assert content(reader, "c") != wanted
    (worker,) = reader._idle
    held = writer.manifest()
    assert held is not None
    assert writer.change(delta, held)
    assert content(reader, "c") == wanted
    assert reader._idle == [worker]
    assert content(writer, "c") == wanted
    assert writer.held() == EmbeddedStore(tmp_path / "graph").held()
    manifest = writer.manifest()
    assert manifest is not None
    assert manifest.counts == after.counts()
    back = difference(after, project([evaluate(facts[False], "c")]))
    assert not writer.change(back, held)
    assert writer.change(back, manifest)
    assert content(reader, "c") == expected(project([evaluate(facts[False], "c")]), "c")
    writer.load(project([evaluate(facts[True], "c")]))
    assert content(reader, "c") == wanted
    assert not [*(tmp_path / "graph").glob("*change*")]
