"""What both stores promise: they hold exactly the projection, write only what changed, and keep cases apart."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.provisions import provisions_of
from graphkit.graph.embedded import EmbeddedStore
from graphkit.graph.frames import END, START, Frames
from graphkit.graph.projection import project
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import behind, refresh
from graphkit.model.graph import LABELS
from tests.graph.stores import ALL, content, expected, loaded, named, opened, own_id, provisions_at_odds, raw
from tests.planted.build import (
    action,
    assigned,
    case,
    completed,
    day,
    delivery,
    finding,
    group,
    policy,
    stage,
    transfer,
)
from tests.reference.case import Case

HOSTILE = 'O\'Neil \\ "x" `y` ${z} {0} \n\t<b>&amp; %s 减免 𠮷 ́é \u202e -- // /* ; DROP'


def small(id: str, *, done: bool = False) -> Case:
    """A case with steps, money, a group, a finding with an action, a document, and hostile text wherever text goes."""
    made = case(
        policy(
            stage("start", within_days=10, title={"zh": "转发", "en": "Transmit"}),
            stage("pay", "county", after=["start"], within_days=20, measure="m"),
            measures=({"id": "m", "kind": "relief", "cap_per_beneficiary": Decimal("0.1")},),
            title={"zh": "减免租金", "en": HOSTILE},
        ),
        events=[completed("start", day(3, 5)), *([completed("pay", day(3, 20), "140105")] if done else [])],
        transfers=[
            transfer("source:财政", "prov", "1234567890123.45", day(3, 6), measure="m"),
            transfer("prov", "county5", "0.1", day(3, 7), measure="m"),
            transfer("prov", "county5", "0.2", day(3, 8), measure="m"),
        ],
        beneficiary_groups=[group("g", "140105", 10, "99999999.99", affected_by=["停工", "a'b"])],
        findings=[finding(day(3, 9), policy="p", stage="start", scope="14", title=HOSTILE, agency="prov")],
        actions=[action("instructed", day(3, 10), note=HOSTILE, by="办公室", to="prov")],
        title={"zh": "案例", "en": "Case"},
        reports=[{"kind": "express", "period_end": day(3, 10), "issued_on": day(3, 11), "source": "r.txt"}],
    )
    return named(made, id, day(6, 30))


class Prepared:
    """The small case in workspaces and frames that are made once, under this module's ids; tests only read them."""

    def __init__(self, folder: Path) -> None:
        self.cases = [own_id(), own_id()]
        self._folder = folder
        self.facts = cache(self._facts)
        self._projected = cache(self._project)

    def _facts(self, *, done: bool = False) -> Facts:
        if done:
            return self.then(self._folder / "done", small(self.cases[0], done=True))
        return loaded(self._folder / "plain", small(self.cases[0]))

    def then(self, folder: Path, *cases: Case) -> Facts:
        """Return the facts where these cases are loaded after the small one, in a workspace of their own."""
        self.facts()
        shutil.copytree(self._folder / "plain" / "workspace", folder / "workspace")
        return loaded(folder, *cases)

    def _project(self, *, done: bool) -> Frames:
        return project([evaluate(self.facts(done=done), self.cases[0])])

    def frames(self, *, done: bool = False) -> Frames:
        """Return the projection of the small case, for a store to take."""
        found = self._projected(done=done)
        return Frames(found.tables(), found.cases)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def cases(prepared: Prepared) -> list[str]:
    """Two case ids of this module, the first that of the prepared case; removed from the stores after each test."""
    return prepared.cases


def counts(store: GraphStore, case_id: str) -> dict[str, int]:
    found = store.run("MATCH (n) WHERE n.case = $case RETURN labels(n)[0], count(*)", {"case": case_id})
    return dict(found.rows)


def test_store_holds_exactly_the_projection(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    frames = prepared.frames()
    wanted, wanted_relationships = expected(frames, cases[0])
    store.load(frames)
    nodes, relationships = content(store, cases[0])
    assert nodes == wanted
    assert relationships == wanted_relationships
    assert len(nodes) > 30
    assert len(relationships) > 40


def test_rows_given_to_the_engine_in_pieces_are_all_there(
    cases: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepared: Prepared
) -> None:
    monkeypatch.setattr("graphkit.graph.write._ROWS_A_CHUNK", 2)
    frames = prepared.frames()
    wanted = expected(frames, cases[0])
    store = EmbeddedStore(tmp_path / "graph")
    store.load(frames)
    assert content(store, cases[0]) == wanted


def test_relationships_are_in_the_order_of_their_ends(prepared: Prepared) -> None:
    for kind, table in prepared.frames().relationships.items():
        ends = list(zip(table.column(START).to_pylist(), table.column(END).to_pylist(), strict=True))
        assert ends == sorted(ends), kind


def test_frames_that_were_taken_only_say_how_many_there_were(prepared: Prepared) -> None:
    frames = prepared.frames()
    counts = {name: table.num_rows for name, table in frames.take()}
    assert frames.counts()["Step"] == counts["Step"]
    with pytest.raises(RuntimeError, match="taken"):
        next(frames.tables())


def test_relationships_are_told_apart_by_their_digest(prepared: Prepared) -> None:
    for kind, table in prepared.frames().relationships.items():
        digests = table.column("digest").to_pylist()
        assert len(set(digests)) == len(digests), kind


def test_everything_says_where_it_comes_from(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    store.load(prepared.frames())
    nodes, relationships = content(store, cases[0])
    without = [key for key, properties in nodes.items() if not {"source", "batch", "case"} <= properties.keys()]
    without += [one[:3] for one in relationships if not {"source", "batch", "case"} <= {name for name, _ in one[3]}]
    assert without == []


def test_provisions_stand_as_the_command_shows_them(store: GraphStore, cases: list[str], tmp_path: Path) -> None:
    facts = loaded(tmp_path, provisions_at_odds(cases[0]))
    refresh(facts, store)
    found = provisions_of(evaluate(facts, cases[0]))
    properties = (
        "p.title, p.parameter, p.value, p.unit, p.territory, p.groups, p.document, p.effective_from, p.effective_to"
    )
    rows = store.run(
        f"MATCH (q:Policy)<-[:OF]-(p:Provision {{case: $case}}) RETURN {properties}, p.state ORDER BY p.title",
        {"case": cases[0]},
    ).rows
    assert rows == [
        (
            one.id, one.parameter, one.value, one.unit, one.territory, one.groups, one.document, one.from_day, one.to,
            one.state,
        )
        for one in sorted(found.provisions, key=lambda one: one.id)
    ]  # fmt: skip
    between = store.run(
        "MATCH (a:Provision {case: $case})-[r]->(b:Provision) "
        "RETURN type(r), a.title, b.title, r.groups, r.since, r.until, r.falls_short, r.left_out "
        "ORDER BY a.title, b.title",
        {"case": cases[0]},
    ).rows
    shops, since = ["shops", "O'Neil, [x]"], day(3, 1)
    assert between == [
        ("CONTRADICTS", "half", "third", [], day(3, 2), day(9, 1), None, None),
        ("NARROWER_THAN", "old", "nation/3", ["shops"], day(2, 9), day(2, 29), ["value", "groups"], ["O'Neil, [x]"]),
        ("NARROWER_THAN", "two", "nation/3", shops, since, None, ["value"], []),
        ("REPLACES", "two", "old", ["shops"], since, None, None, None),
    ]
    assert len(found.conflicts) == len(between)
    ends = (
        "MATCH (p:Provision {case: $case})-[r:IN_REGION|STATED_IN]->(n) "
        "RETURN type(r), p.title, n.key ORDER BY p.title, n.key"
    )
    assert store.run(ends, {"case": cases[0]}).rows == [
        ("STATED_IN", "half", "d1"), ("IN_REGION", "old", "14"), ("IN_REGION", "two", "14"), ("STATED_IN", "two", "d1"),
    ]  # fmt: skip


def test_values_come_back_as_they_went_in(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    store.load(prepared.frames())

    def one(cypher: str) -> tuple[Any, ...]:
        (row,) = store.run(cypher, {"case": cases[0]}).rows
        return row

    assert one("MATCH (f:Finding {case: $case}) RETURN f.title, f.found_on, f.amount") == (HOSTILE, day(3, 9), None)
    assert one("MATCH (a:Action {case: $case}) RETURN a.note, a.by, a.sequence") == (HOSTILE, "办公室", 1)
    assert one("MATCH (p:Policy {case: $case}) RETURN p.title_en, p.title_zh, p.title") == (
        HOSTILE, "减免租金", "减免租金",
    )  # fmt: skip
    titles = "RETURN n.title, n.title_zh, n.title_en"
    assert one(f"MATCH (n:Step {{case: $case, stage: 'start'}}) {titles}") == (
        "转发 · Province", "转发 · Province", "Transmit · Province",
    )  # fmt: skip
    assert one(f"MATCH (n:Gap {{case: $case, stage: 'start'}}) {titles}") == (
        "批示（建议）未落实：转发 · Province", "批示（建议）未落实：转发 · Province",
        "Instruction not followed: Transmit · Province",
    )  # fmt: skip
    assert one("MATCH (g:BeneficiaryGroup {case: $case}) RETURN g.affected_by, g.eligible_amount_e4") == (
        ["停工", "a'b"], 999_999_999_900,
    )  # fmt: skip
    assert one("MATCH (m:Measure {case: $case}) RETURN m.cap_per_beneficiary, m.one_per_beneficiary") == (0.1, False)
    assert one("MATCH (:Agency {case: $case, key: 'prov'})-[t:TRANSFERRED]->() RETURN sum(t.amount_e4), min(t.on)") == (
        3000,
        day(3, 7),
    )
    assert one("MATCH (:MoneySource {case: $case})-[t:TRANSFERRED]->(a) RETURN t.amount_e4, t.amount, a.key") == (
        12_345_678_901_234_500, 1234567890123.45, "prov",
    )  # fmt: skip
    assert one("MATCH (s:Step {case: $case, stage: 'start'}) RETURN s.ready, s.done_on, s.due_on") == (
        True, day(3, 5), day(3, 11),
    )  # fmt: skip
    assert one("MATCH (e:Evaluation {case: $case}) RETURN e.known_by, e.loaded_at IS NULL") == (None, False)


def test_a_case_without_a_title_has_all_its_properties(store: GraphStore, cases: list[str], tmp_path: Path) -> None:
    made = small(cases[0])
    untitled = Case({name: one for name, one in made.meta.items() if name != "title"}, made.policies, made.tables)
    refresh(loaded(tmp_path, untitled), store)
    question = "MATCH (c:Case {case: $case}) RETURN c, properties(c), keys(c), c.title"
    ((node, properties, keys, title),) = store.run(question, {"case": cases[0]}).rows
    assert title == properties["id"] == cases[0]
    assert properties == node.properties
    assert sorted(keys) == sorted(properties)


def test_what_is_named_and_not_described_has_nodes_too(store: GraphStore, cases: list[str], tmp_path: Path) -> None:
    made = case(
        policy(stage("pay", measure="m"), measures=({"id": "m"},)),
        id=cases[0],
        assignments=[assigned("pay", "fin")],
        transfers=[
            transfer("source:treasury", "fin", "9", day(3, 1)),
            transfer("fin", "bank", "4", day(3, 2)),
        ],
        deliveries=[delivery("b", day(3, 3), "1", group="g", agency="bank", region="140199")],
        findings=[finding(day(3, 4), agency="office", title="迟")],
        agencies=[],
        regions=[],
    )
    tables = {name: rows for name, rows in made.tables.items() if rows}
    refresh(loaded(tmp_path, Case(made.meta, made.policies, tables)), store)
    found = store.run(
        "MATCH (a {case: $case})-[r]->(b) WHERE type(r) IN ['TRANSFERRED', 'DELIVERED', 'FOUND_AT'] "
        "RETURN type(r) AS type, a.key AS key, labels(b)[0], b.key, b.title, b.source ORDER BY type, key",
        {"case": cases[0]},
    )
    assert found.rows == [
        ("DELIVERED", "bank", "BeneficiaryGroup", "g", "g", "graphkit"),
        ("FOUND_AT", "F1", "Agency", "office", "office", "graphkit"),
        ("TRANSFERRED", "fin", "Agency", "bank", "bank", "graphkit"),
        ("TRANSFERRED", "treasury", "Agency", "fin", "fin", "graphkit"),
    ]


def test_hostile_text_is_found_as_a_parameter(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    store.load(prepared.frames())
    found = store.run(
        "MATCH (f:Finding) WHERE f.title = $title AND f.case = $case RETURN f.key",
        {"title": HOSTILE, "case": cases[0]},
    )
    assert found.rows == [("F1",)]


def test_loading_twice_changes_nothing(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    facts = prepared.facts()
    assert refresh(facts, store)
    before = content(store, cases[0])
    assert not refresh(facts, store)
    store.load(prepared.frames())
    assert content(store, cases[0]) == before


def test_a_change_of_the_facts_arrives(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    refresh(prepared.facts(), store)
    facts = prepared.facts(done=True)
    assert behind(facts, store) == [cases[0]]
    assert refresh(facts, store)
    assert behind(facts, store) == []
    assert content(store, cases[0]) == expected(prepared.frames(done=True), cases[0])
    found = store.run("MATCH (s:Step {stage: 'pay', scope: '140105', case: $case}) RETURN s.state", {"case": cases[0]})
    assert found.rows == [("done",)]


def test_a_load_leaves_alone_what_it_does_not_touch(prepared: Prepared) -> None:
    before, after = (prepared.frames(done=done).nodes for done in (False, True))
    changed = {
        (label, row["key"])
        for label in LABELS
        for row in after[label].to_pylist()
        if row["digest"] not in before[label].column("digest").to_pylist()
    }
    gone = {row["key"] for row in before["Gap"].to_pylist()} - {row["key"] for row in after["Gap"].to_pylist()}
    assert len(gone) == 1
    assert changed == {("Step", "p/pay/140105"), ("Evaluation", "2020-06-30")}


def test_cases_are_kept_apart(store: GraphStore, cases: list[str], tmp_path: Path, prepared: Prepared) -> None:
    first, second = cases
    facts = prepared.then(tmp_path, small(second, done=True))
    frames = project([evaluate(facts, one) for one in cases])
    wanted = {one: expected(frames, one) for one in cases}
    store.load(frames)
    for one in cases:
        assert content(store, one) == wanted[one]
    crossing = store.run(
        "MATCH (a)-[r]->(b) WHERE r.case IN $cases AND (a.case <> r.case OR b.case <> r.case) RETURN count(*)",
        {"cases": cases},
    )
    assert crossing.rows == [(0,)]
    assert {first, second} <= store.held().keys()


def test_kept_evaluations_stand_beside_the_current_one(store: GraphStore, cases: list[str], prepared: Prepared) -> None:
    facts = prepared.facts()
    early, known_by = date(2020, 4, 30), datetime(2020, 5, 1, 12, tzinfo=UTC)
    refresh(facts, store, [(early, known_by), (early, None), (None, None)])
    assert store.held()[cases[0]].evaluations == [(early, None), (early, known_by), (date(2020, 6, 30), None)]
    found = store.run(
        "MATCH (g:Gap)-[:IN]->(e:Evaluation {case: $case}) WITH e, collect(g.key) AS gaps "
        "RETURN e.as_of, e.known_by, e.current, gaps ORDER BY e.key",
        {"case": cases[0]},
    )
    for as_of, by, current, gaps in found.rows:
        kept = evaluate(facts, cases[0], as_of, by.replace(tzinfo=UTC) if by else None)
        assert sorted(gaps) == sorted(gap.id for gap in kept.gaps(consequences=True))
        assert current == (as_of == date(2020, 6, 30))
    assert len(found.rows) == 3
    assert refresh(prepared.facts(done=True), store)
    assert len(store.held()[cases[0]].evaluations) == 3


def test_a_case_with_another_day_is_shown_on_that_day(
    store: GraphStore, cases: list[str], tmp_path: Path, prepared: Prepared
) -> None:
    refresh(prepared.facts(), store)
    refresh(prepared.then(tmp_path, named(small(cases[0]), cases[0], date(2020, 7, 31))), store)
    found = store.run("MATCH (c:Case {case: $case}) RETURN c.as_of", {"case": cases[0]})
    assert found.rows == [(date(2020, 7, 31),)]
    assert [as_of for as_of, _ in store.held()[cases[0]].evaluations] == [date(2020, 6, 30), date(2020, 7, 31)]


def test_a_case_that_is_no_more_is_removed_and_no_other(
    store: GraphStore, cases: list[str], tmp_path: Path, prepared: Prepared
) -> None:
    facts = prepared.then(tmp_path, small(cases[1]))
    refresh(facts, store)
    left = project([evaluate(facts, cases[1])])
    store.load(Frames(left.tables(), tuple(cases)))
    assert counts(store, cases[0]) == {}
    assert cases[0] not in store.held()
    assert content(store, cases[1]) == expected(left, cases[1])


@pytest.mark.neo4j
def test_the_same_from_both_stores(cases: list[str], tmp_path: Path, prepared: Prepared) -> None:
    queries = (
        "MATCH (n) WHERE n.case = $case RETURN labels(n), properties(n), keys(n) ORDER BY labels(n)[0], n.id",
        "MATCH (a)-[r]->(b) WHERE r.case = $case RETURN type(r), properties(r), a.id, b.id "
        "ORDER BY type(r), a.id, b.id, r.digest",
        "MATCH path = (:Stage {case: $case, key: 'pay'})-[:AFTER*1..3]->() RETURN path, nodes(path), length(path)",
    )
    found = []
    for name in ("embedded", "neo4j"):
        with opened(name, tmp_path, cases) as opened_store:
            opened_store.load(prepared.frames())
            found.append([_sorted_keys(opened_store.run(query, {"case": cases[0]}).rows) for query in queries])
    for embedded, neo4j in zip(*found, strict=True):
        assert len(embedded) == len(neo4j)
        for one, other in zip(embedded, neo4j, strict=True):
            assert one == other


def _sorted_keys(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """The order of `keys(n)` is free."""
    return [[sorted(v) if isinstance(v, list) and all(isinstance(k, str) for k in v) else v for v in r] for r in rows]


# What only the one or only the other promises


@pytest.mark.neo4j
def test_an_update_writes_only_what_changed(cases: list[str], tmp_path: Path, prepared: Prepared) -> None:
    with opened("neo4j", tmp_path, cases) as store, raw() as session:
        refresh(prepared.facts(), store)
        session.run("MATCH (n {case: $case}) SET n.untouched_since = 1", case=cases[0]).consume()
        session.run("MATCH ()-[r {case: $case}]->() SET r.untouched_since = 1", case=cases[0]).consume()

        facts = prepared.then(tmp_path, small(cases[0]))
        store.load(project([evaluate(facts, cases[0])]))
        assert _written(session, cases[0]) == ({"Evaluation"}, set(), 0)

        before, after = prepared.frames(), prepared.frames(done=True)
        store.load(prepared.frames(done=True))
        labels, keys, relationships = _written(session, cases[0])
        assert keys == _new_ids(before, after) - {f"{cases[0]}/2020-06-30"}
        assert f"{cases[0]}/p/pay/140105" in keys
        assert len(keys) < sum(table.num_rows for table in after.nodes.values()) / 2
        assert "Agency" not in labels
        assert relationships == _new_relationships(before, after)


def _written(session: Any, case_id: str) -> tuple[set[str], set[str], int]:
    """What was written since everything was marked: labels, ids but of the evaluation, and how many relationships."""
    nodes = session.run(
        "MATCH (n {case: $case}) WHERE n.untouched_since IS NULL RETURN labels(n)[0], n.id", case=case_id
    )
    rows = [record.values() for record in nodes]
    relationships = session.run(
        "MATCH ()-[r {case: $case}]->() WHERE r.untouched_since IS NULL RETURN count(r)", case=case_id
    )
    return (
        {label for label, _ in rows},
        {key for label, key in rows if label != "Evaluation"},
        int(relationships.single(strict=True)[0]),
    )


def _new_ids(before: Frames, after: Frames) -> set[str]:
    def rows(frames: Frames) -> set[tuple[str, int]]:
        return {(row["id"], row["digest"]) for table in frames.nodes.values() for row in table.to_pylist()}

    return {key for key, _ in rows(after) - rows(before)}


def _new_relationships(before: Frames, after: Frames) -> int:
    def rows(frames: Frames) -> set[tuple[Any, ...]]:
        return {
            (kind, row[START], row[END], row["digest"])
            for kind, table in frames.relationships.items()
            for row in table.to_pylist()
        }

    return len(rows(after) - rows(before))


@pytest.mark.neo4j
def test_other_data_in_the_database_are_left_alone(cases: list[str], tmp_path: Path, prepared: Prepared) -> None:
    with opened("neo4j", tmp_path, cases) as store, raw() as session:
        session.run("CREATE (:Stranger {case: $case, name: 'x'})-[:KNOWS]->(:Agency {id: $case})", case=cases[1])
        store.load(prepared.frames())
        left = session.run("MATCH (:Stranger {case: $case})-[:KNOWS]->(a:Agency) RETURN count(a)", case=cases[1])
        assert left.single(strict=True)[0] == 1
        session.run("MATCH (a:Agency {id: $case}) DETACH DELETE a", case=cases[1]).consume()


@pytest.mark.neo4j
def test_a_relationship_that_is_there_twice_is_mended(cases: list[str], tmp_path: Path, prepared: Prepared) -> None:
    frames = prepared.frames()
    with opened("neo4j", tmp_path, cases) as store, raw() as session:
        store.load(frames)
        session.run(
            "MATCH (a)-[r:TRANSFERRED {case: $case}]->(b) CREATE (a)-[s:TRANSFERRED]->(b) SET s = properties(r)",
            case=cases[0],
        ).consume()
        store.load(frames)
        assert content(store, cases[0]) == expected(frames, cases[0])


@pytest.mark.neo4j
def test_constraints_and_indexes_are_those_of_the_schema(cases: list[str], tmp_path: Path, prepared: Prepared) -> None:
    with opened("neo4j", tmp_path, cases) as store, raw() as session:
        store.load(prepared.frames())
        unique = session.run("SHOW CONSTRAINTS YIELD labelsOrTypes, properties, type WHERE type = 'UNIQUENESS'")
        assert {tuple(record["labelsOrTypes"]) for record in unique if record["properties"] == ["id"]} >= {
            (label,) for label in LABELS
        }


def test_readers_keep_the_snapshot_that_they_opened(tmp_path: Path, prepared: Prepared) -> None:
    writer, reader = EmbeddedStore(tmp_path / "graph"), EmbeddedStore(tmp_path / "graph")
    question = "MATCH (s:Step {stage: 'pay', scope: '140105'}) RETURN s.state"
    refresh(prepared.facts(), writer)
    with reader._worker() as worker:
        assert reader.run(question).rows == [("untouched",)]
        refresh(prepared.facts(done=True), writer)
        assert worker.run(question, {}, ALL).rows == [("untouched",)]
    assert reader.run(question).rows == [("done",)]
    assert len(list((tmp_path / "graph").glob("snapshot-*.kgl"))) == 1
    reader.close()
    writer.close()
