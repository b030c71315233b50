"""A server that cannot answer is told of in one line, in time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from graphkit.graph.bolt import BoltStore, credentials
from graphkit.graph.limits import Limits
from graphkit.model.errors import RefusedError, StoreError, UsageError


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHKIT_NEO4J_PASSWORD", "secret")


def test_a_server_that_takes_the_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = BoltStore(f"bolt://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(RefusedError, match=r"did not answer within 5\.2 s"):
            store.run("RETURN 1 AS one", {}, Limits(timeout_s=0.2))


def test_a_server_that_is_down_is_told_of() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(StoreError, match="does not answer") as told:
        BoltStore(f"bolt://127.0.0.1:{port}").run("RETURN 1 AS one")
    assert "\n" not in str(told.value)


def test_a_password_is_not_taken_from_the_uri_nor_from_a_file_that_others_may_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no user or password in the URI"):
        BoltStore("bolt://neo4j:pw@127.0.0.1")
    file = tmp_path / "password"
    file.write_text("pw\n", encoding="utf-8")
    file.chmod(0o640)
    given = {"GRAPHKIT_NEO4J_PASSWORD_FILE": str(file)}
    with pytest.raises(StoreError, match="others may read"):
        credentials(given)
    file.chmod(0o600)
    assert credentials(given) == ("neo4j", "pw")
