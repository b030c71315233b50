"""The console is safe to give away: each attack is refused or bounded, and the graph is the same after each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphkit.graph.guard import check
from graphkit.graph.limits import Limits
from graphkit.graph.store import GraphStore
from graphkit.model.errors import RefusedError, UsageError
from tests.console.conftest import CASE
from tests.console.corpus import Attack, attacks

_TIGHT = Limits(timeout_s=2, rows=50, memory_mb=256, result_mb=4)
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


def test_the_corpus_is_large_enough() -> None:
    every = [attack.query for part in ("refused", "bounded", "data") for attack in attacks(part)]
    assert len(set(every)) >= 200


@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
@pytest.mark.parametrize("attack", attacks("refused"), ids=lambda attack: attack.name)
def test_what_is_not_reading_is_refused_before_a_store_sees_it(attack: Attack, engine: str) -> None:
    with pytest.raises((RefusedError, UsageError)):
        check(attack.query, engine, attack.params)  # type: ignore[arg-type]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attack", attacks("refused"), ids=lambda attack: attack.name)
def test_a_store_refuses_it_too(store: GraphStore, attack: Attack) -> None:
    with pytest.raises((RefusedError, UsageError)):
        store.run(attack.query, attack.params, _TIGHT)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attack", attacks("bounded"), ids=lambda attack: attack.name)
def test_what_would_never_end_is_bounded(store: GraphStore, store_name: str, attack: Attack) -> None:
    if attack.only not in (None, store_name):
        with pytest.raises(UsageError, match="embedded graph does not know"):
            store.run(attack.query, attack.params, _TIGHT)
        return
    try:
        result = store.run(attack.query, attack.params, _TIGHT)
    except (RefusedError, UsageError) as error:
        assert "\n" not in str(error)  # noqa: PT017 - a result is as good
    else:
        assert len(result.rows) <= _TIGHT.rows


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attack", attacks("data"), ids=lambda attack: attack.name)
def test_text_stays_text(store: GraphStore, attack: Attack) -> None:
    assert store.run(attack.query, attack.params, _TIGHT).rows == [(attack.answer,)]
