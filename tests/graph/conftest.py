"""Every test of the graph runs on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graphkit.graph.store import GraphStore
from tests.graph.stores import STORES, opened, own_id


@pytest.fixture
def cases() -> list[str]:
    """Two case ids of the test's own; what is loaded under them is removed after the test."""
    return [own_id(), own_id()]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, cases: list[str]) -> Iterator[GraphStore]:
    with opened(request.param, tmp_path, cases) as opened_store:
        yield opened_store
