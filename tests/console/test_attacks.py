"""The console is safe to give away: each attack is refused or bounded, and the graph is the same after them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graphkit.facts import Facts
from graphkit.graph.guard import DIFFERENT, FUNCTIONS, NOT_EMBEDDED, Difference, check
from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.graph.stores import open_store, refresh
from graphkit.model.chinese import in_chinese
from graphkit.model.errors import RefusedError, UsageError
from tests.console.conftest import CASE
from tests.console.corpus import Attack, attacks

_TIGHT = Limits(timeout_s=2, rows=50, memory_mb=256, result_mb=4)
_SHORT = replace(_TIGHT, timeout_s=0.3)
_SAME = """
MATCH (n) WHERE n.case = $case
WITH count(n) AS nodes, sum(n.digest % 1000003) AS node_digests
MATCH ()-[r]->() WHERE r.case = $case
RETURN nodes, node_digests, count(r) AS relationships, sum(r.digest % 1000003) AS digests
"""


def _state(store: GraphStore) -> tuple[object, ...]:
    return store.run(_SAME, {"case": CASE}).rows[0]


@pytest.fixture(scope="module")
def before(store: GraphStore) -> tuple[object, ...]:
    """What the store holds before any attack."""
    found = _state(store)
    assert found[0]
    assert found[2]
    return found


@pytest.fixture
def unchanged(store: GraphStore, before: tuple[object, ...]) -> Iterator[None]:
    """Compare the store with what it held before; this also shows that it still answers."""
    yield
    assert _state(store) == before


@pytest.fixture(scope="module")
def unchanged_by_all(store: GraphStore, before: tuple[object, ...]) -> Iterator[None]:
    """Compare the store with what it held before, once all that it answers or refuses at once is through."""
    yield
    assert _state(store) == before


def test_the_corpus_is_large_enough() -> None:
    every = [attack.query for part in ("refused", "bounded", "data") for attack in attacks(part)]
    assert len(set(every)) >= 200


@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
@pytest.mark.parametrize("attack", attacks("refused"), ids=lambda attack: attack.name)
def test_what_is_not_reading_is_refused_before_a_store_sees_it(attack: Attack, engine: str) -> None:
    with pytest.raises((RefusedError, UsageError)):
        check(attack.query, engine, attack.params)  # type: ignore[arg-type]


@pytest.mark.usefixtures("unchanged_by_all")
@pytest.mark.parametrize("attack", attacks("refused"), ids=lambda attack: attack.name)
def test_a_store_refuses_it_too(store: GraphStore, attack: Attack) -> None:
    with pytest.raises((RefusedError, UsageError)):
        store.run(attack.query, attack.params, _TIGHT)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attack", attacks("bounded"), ids=lambda attack: attack.name)
def test_what_would_never_end_is_bounded(store: GraphStore, store_name: str, attack: Attack) -> None:
    if attack.only not in (None, store_name):
        with pytest.raises(UsageError, match="embedded graph does not know"):
            store.run(attack.query, attack.params, _SHORT)
        return
    try:
        result = store.run(attack.query, attack.params, _SHORT)
    except (RefusedError, UsageError) as error:
        assert "\n" not in str(error)  # noqa: PT017 - a result is as good
    else:
        assert len(result.rows) <= _SHORT.rows


@pytest.mark.usefixtures("unchanged_by_all")
@pytest.mark.parametrize("attack", attacks("data"), ids=lambda attack: attack.name)
def test_text_stays_text(store: GraphStore, attack: Attack) -> None:
    assert store.run(attack.query, attack.params, _TIGHT).rows == [(attack.answer,)]


@pytest.mark.parametrize("difference", DIFFERENT, ids=lambda one: one.expression)
def test_the_page_tells_where_the_engines_answer_differently(
    store: GraphStore, store_name: str, difference: Difference
) -> None:
    said = difference.embedded if store_name == "embedded" else difference.neo4j
    if isinstance(said, type):
        with pytest.raises(UsageError):
            store.run(f"RETURN {difference.expression}")
    else:
        assert store.run(f"RETURN {difference.expression}").rows == [(said,)]


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (s:Step) WHERE date('2020-03-01') <= s.due_on <= date('2020-03-31') RETURN count(s)",
        "MATCH (n:Step&Stage) RETURN count(n)",
        "RETURN isEmpty([])",
        "RETURN nullIf(1, 1)",
        "UNWIND [1, 2] AS x RETURN percentileDisc(x, 0.5)",
        "RETURN toIntegerOrNull('1')",
    ],
)
def test_what_the_embedded_engine_does_not_know_is_told_with_what_to_write(query: str) -> None:
    with pytest.raises(UsageError, match=r"graph does not know .*: (for the median write|write|compare|use) "):
        check(query, "embedded")
    check(query, "neo4j")


def test_every_function_that_may_be_called_is_known_to_the_engine_or_told_of(workspace: Path) -> None:
    told = {what.removesuffix("()").lower() for what in NOT_EMBEDDED if what.endswith("()")}
    lost = []
    with open_store(workspace) as embedded:
        refresh(Facts(workspace), embedded)
        for name in sorted(FUNCTIONS - told):
            for arguments in ("", "1", "'a'", "[1]", "1, 2", "'a', 'b'"):
                try:
                    embedded.run(f"RETURN {name}({arguments}) AS y")
                except (RefusedError, UsageError) as error:
                    if "Unknown function" in str(error):
                        lost.append(name)
    assert not lost


@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
@pytest.mark.parametrize(
    ("condition", "params"),
    [
        ("s.due_on < '2020-03-01'", {}),
        ("'2020-03-01' = s.done_on", {}),
        ("s.due_on IN ['2020-03-01', '2020-03-02']", {}),
        ("s.due_on >= $day", {"day": "2020-03-01"}),
        ("s.due_on IN $days", {"days": ["2020-03-01"]}),
    ],
)
def test_a_date_that_is_compared_with_a_text_is_told_of(engine: str, condition: str, params: dict[str, object]) -> None:
    query = f"MATCH (s:Step) WHERE {condition} RETURN count(s)"
    (notice,) = check(query, engine, params).advice  # type: ignore[arg-type]
    assert "is a date and is compared with a text" in notice
    assert in_chinese(notice)


@pytest.mark.parametrize(
    "condition", ["s.due_on < date('2020-03-01')", "toString(s.due_on) = '2020-03-01'", "s.state = 'open'"]
)
def test_other_comparisons_say_nothing(condition: str) -> None:
    assert check(f"MATCH (s:Step) WHERE {condition} RETURN count(s)", "neo4j").advice == ()
