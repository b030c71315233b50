"""The analysts' library on both stores: the gaps that the SQL finds, and the same rows in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate, rules
from graphkit.graph import library as library_module
from graphkit.graph.frames import Frames
from graphkit.graph.library import IDENTITY, LibraryQuery, library, parse_query
from graphkit.graph.projection import project
from graphkit.graph.store import GraphStore
from graphkit.model.errors import InputError
from tests.graph.stores import ALL, STORES, loaded, named, opened, own_id, provisions_at_odds
from tests.planted import CASES, Planted
from tests.planted.merged import merged

QUERIES = list(library().values())
FINDS = [query for query in QUERIES if query.finds]
NOT_IN_A_GRAPH = {
    "ineligible_delivery", "duplicate_delivery", "over_cap_delivery", "late_delivery", "reported_pain",
}  # fmt: skip
"""Kinds about single deliveries, which are no nodes, and the kind that is said of the absence of all others."""

A_KIND = 1  # each costs about a second of both stores' time


def selected() -> list[Planted]:
    """The planted cases that show the most of each kind: some of every kind that a graph can show, and some without."""
    wanted = {query.finds for query in FINDS}
    chosen: dict[str, Planted] = {}
    seen: Counter[str] = Counter()
    for planted in sorted(CASES, key=lambda one: (-len({gap["kind"] for gap in one.expected}), one.name)):
        kinds = {gap["kind"] for gap in planted.expected} & wanted
        if any(seen[kind] < A_KIND for kind in kinds):
            seen.update(kinds)
            chosen[planted.name] = planted
    whole = [planted for planted in CASES if not planted.expected][::40]
    whole += [planted for planted in CASES if planted.name == "overdue-03-11"]  # its step is due on that very day
    return [*chosen.values(), *whole]


class World:
    """The bundled case and planted ones put together, under ids of this run's own, evaluated and in both stores."""

    def __init__(self, folder: Path, opened_stores: ExitStack) -> None:
        self.folder = folder
        self.cases: list[str] = []
        self.evaluations: dict[str, tuple[str, Evaluation]] = {}
        for planted in merged(selected()):
            one = own_id()
            facts = loaded(folder / one, named(planted.case, one))
            evaluation = evaluate(facts, one, planted.as_of, planted.known_by, planted.thresholds)
            self.evaluations[one] = (planted.name, evaluation)
        self.bundled = own_id()
        facts = Facts(folder / "bundled", create=True)
        load_case(facts, _bundled(folder / "case", self.bundled))
        self.evaluations[self.bundled] = ("bundled", evaluate(facts, self.bundled))
        at_odds = own_id()
        self.evaluations[at_odds] = (
            "at odds",
            evaluate(loaded(folder / at_odds, provisions_at_odds(at_odds)), at_odds),
        )
        self.cases += self.evaluations
        self.gaps = {case: evaluation.gaps(consequences=True) for case, (_, evaluation) in self.evaluations.items()}
        day = self.evaluations[self.bundled][1].as_of
        earlier = evaluate(facts, self.bundled, day.replace(month=day.month - 2, day=1))
        self.frames = project([earlier, *(evaluation for _, evaluation in self.evaluations.values())])
        self.stores: dict[str, GraphStore] = {}
        self._opened = opened_stores

    def store(self, name: str) -> GraphStore:
        """The store with everything in it; opened and filled when it is first asked for."""
        if name not in self.stores:
            store = self._opened.enter_context(opened(name, self.folder, self.cases))
            store.load(Frames(self.frames.tables(), self.frames.cases))
            self.stores[name] = store
        return self.stores[name]

    def rows(self, name: str, query: LibraryQuery) -> tuple[list[str], list[tuple[Any, ...]]]:
        """What a query answers of this run's cases; in Neo4j there may be others."""
        given = {key: one.example for key, one in query.parameters.items() if one.required}
        if "top" in query.parameters:
            given["case"] = self.bundled
        result = self.store(name).run(query.cypher, query.bind(given), ALL)
        assert result.told() == []
        at = result.columns.index("case")
        return result.columns, [row for row in result.rows if row[at] in self.evaluations]


def _bundled(folder: Path, id: str) -> Path:
    """Copy the bundled case under another id."""
    with resources.as_file(resources.files("graphkit").joinpath("data", "cases", "shanxi-2020")) as source:
        for file in source.rglob("*"):
            if file.is_file():
                target = folder / file.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    (folder / "case.yaml").write_text(text.replace("id: shanxi-2020\n", f"id: {id}\n", 1), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as opened_stores:
        yield World(tmp_path_factory.mktemp("library"), opened_stores)


def test_the_selection_shows_every_kind() -> None:
    shown = {gap["kind"] for planted in selected() for gap in planted.expected}
    assert {query.finds for query in FINDS} <= shown
    assert any(not planted.expected for planted in selected())


@pytest.mark.parametrize("name", STORES)
@pytest.mark.parametrize("query", FINDS, ids=lambda query: query.id)
def test_the_graph_finds_the_gaps_that_the_sql_finds(query: LibraryQuery, name: str, world: World) -> None:
    columns, rows = world.rows(name, query)
    found = {case: set() for case in world.cases}
    since = {case: {} for case in world.cases}
    for row in rows:
        values = dict(zip(columns, row, strict=True))
        key = tuple(values[column] for column in IDENTITY[1:])
        found[values["case"]].add(key)
        if "since" in values:
            since[values["case"]][key] = min(values["since"], since[values["case"]].get(key, values["since"]))
    for case, (planted, _) in world.evaluations.items():
        gaps = {
            (gap.policy, gap.measure, gap.stage, gap.scope, gap.subject): gap.since
            for gap in world.gaps[case]
            if gap.kind == query.finds
        }
        assert found[case] == set(gaps), planted
        if "since" in columns:
            assert since[case] == gaps, planted


@pytest.mark.neo4j
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_both_stores_answer_alike(query: LibraryQuery, world: World) -> None:
    columns, rows = world.rows("embedded", query)
    assert list(query.columns) == columns
    assert world.rows("neo4j", query) == (columns, rows)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_every_query_has_something_to_show(query: LibraryQuery, world: World) -> None:
    columns, rows = world.rows("embedded", query)
    assert list(query.columns) == columns
    assert rows


@pytest.mark.parametrize("name", STORES)
def test_the_gravest_gaps_come_in_the_ranking_of_the_contract(name: str, world: World) -> None:
    for one, gaps in world.gaps.items():
        found = world.store(name).run(library()["worst-gaps"].cypher, {"case": one, "top": 10_000}, ALL)
        assert [row[found.columns.index("gap")] for row in found.rows] == [gap.id for gap in gaps if gap.root]


def test_every_kind_that_a_graph_can_show_has_its_query() -> None:
    kinds = [query.finds for query in FINDS]
    assert sorted(kinds) == sorted({*rules()} - NOT_IN_A_GRAPH)
    assert len(FINDS) >= 15
    assert len(QUERIES) - len(FINDS) >= 25


@pytest.mark.parametrize(
    "topic",
    [
        "chain-in-region", "where-chains-stop", "who-answers-for-breaks", "finding-to-policy", "money-trail",
        "what-a-group-waits-for", "instructions-and-outcome", "findings-that-came-back", "evidence-behind-a-gap",
        "changes-between-evaluations", "bottleneck-agencies", "knock-on-suppliers", "documents-never-followed",
    ],
)  # fmt: skip
def test_the_topics_of_issue_4_are_there(topic: str) -> None:
    assert library()[topic].folder == "explore"


HEADER = """// id: a-query
// revision: 1
// title: {zh: 标题, en: Title}
// answers: {zh: 问什么？, en: "Which?"}
// parameters:
//   case: {type: text, default: null, zh: 案例, en: case}
// columns:
//   case: {zh: 案例, en: case}
MATCH (c:Case) RETURN c.key AS case
"""


def test_a_whole_header_is_taken() -> None:
    assert parse_query(HEADER, "a-query.cypher", "explore").title.zh == "标题"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("// id: a-query\n", ""),
        ("id: a-query", "id: another"),
        ("id: a-query", "id: A Query"),
        ("revision: 1", "revision: 0"),
        ("// revision: 1\n", ""),
        ("en: Title", 'en: ""'),
        ("zh: 标题, ", ""),
        ("zh: 问什么？", 'zh: ""'),
        ('en: "Which?"', 'en: "  "'),
        ("type: text", "type: wishes"),
        ("zh: 案例, en: case}\n// columns", "zh: 案例}\n// columns"),
        ("//   case: {zh: 案例, en: case}\nMATCH", "MATCH"),
        ("// columns:\n//   case: {zh: 案例, en: case}\n", ""),
        ("//   case: {zh: 案例, en: case}\nMATCH", '//   case: {zh: 案例, en: ""}\nMATCH'),
        ("MATCH (c:Case) RETURN c.key AS case\n", ""),
        ("// revision: 1", "// revision: 1\n// platforms: all"),
        ("// revision: 1", "// revision: 1\n// finds: missing_step"),
        ("// revision: 1", "// revision: ["),
        ("default: null", "required: true"),
        ("default: null", "example: 1"),
    ],
)
def test_a_wrong_header_is_refused(old: str, new: str) -> None:
    assert old in HEADER
    with pytest.raises(InputError, match=r"a-query\.cypher"):
        parse_query(HEADER.replace(old, new, 1), "a-query.cypher", "explore")


def test_an_id_that_occurs_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a-query.cypher").write_text(HEADER, encoding="utf-8")
    monkeypatch.setattr(library_module, "_files", lambda folder: iter(tmp_path.glob("*.cypher")))
    monkeypatch.setattr(library_module, "FOLDERS", ("explore", "explore"))
    with pytest.raises(InputError, match="a-query is taken"):
        library.__wrapped__()
