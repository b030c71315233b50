"""A real app over the small case of the reports, and over a second case beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from graphkit_api.app import create_app
from graphkit_api.settings import Settings

from graphkit.case import load_case
from graphkit.facts import Facts
from tests.planted.build import case, completed, day, policy, stage
from tests.reports.small import load_small

BASE = "http://localhost"
SMALL = "/api/v1/cases/small"


def write_other(folder: Path, case_id: str = "other") -> Path:
    """Write a case of one policy with one missing step."""
    other = case(
        policy(stage("issue", within_days=10), stage("pay", "county", after=["issue"], within_days=10)),
        events=[completed("issue", day(3, 5), source=None)],
        as_of=day(4, 30),
    )
    other.write(folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("id:")]
    (folder / "case.yaml").write_text("\n".join([f"id: {case_id}", *lines]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the cases small and other."""
    folder = tmp_path_factory.mktemp("api")
    load_small(folder)
    result = load_case(Facts(folder / "workspace"), write_other(folder / "other"))
    assert result.rejected == 0
    return folder / "workspace"


@pytest.fixture(scope="session")
def client(workspace: Path) -> Iterator[TestClient]:
    """A client of a server with no configuration."""
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as one:
        yield one
