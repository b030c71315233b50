"""Tokens, and the refusal to serve without them; loads of other cases leave no trace. See test_matrix.py too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens
from typer.testing import CliRunner

from graphkit.case import load_case
from graphkit.cli.serve import serve
from graphkit.cli.token import token as token_command
from graphkit.facts import Facts
from graphkit.model.errors import InputError, RefusedError, StoreError, UsageError

from .conftest import BASE, write_other


@pytest.fixture(scope="module")
def own(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workspace, for tokens."""
    return Path(shutil.copytree(workspace, tmp_path_factory.mktemp("access") / "workspace"))


@pytest.fixture(scope="module")
def client(own: Path) -> Iterator[TestClient]:
    """A client of a server that asks for tokens."""
    with TestClient(create_app(Settings(own, authenticated=True, hosts=None)), base_url=BASE) as one:
        yield one


def test_loads_of_other_cases_leave_no_trace(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    load_case(Facts(workspace, create=True), write_other(tmp_path / "mine", "mine"))
    headers = {"Authorization": f"Bearer {Tokens(workspace).create('t', Role.VIEWER, ['mine'], 1)[1]}"}
    addresses = ["", "/mine", "/mine/steps?limit=1", "/mine/gaps", "/mine/gaps?as_of=2020-05-01", "/mine/evaluations"]
    with TestClient(create_app(Settings(workspace, authenticated=True)), base_url=BASE) as client:

        def seen() -> list[tuple[str, str | None]]:
            answers = [client.get(f"/api/v1/cases{address}", headers=headers) for address in addresses]
            assert {one.status_code for one in answers} == {200}
            return [(one.text, one.headers.get("ETag")) for one in answers]

        before = seen()
        load_case(Facts(workspace), write_other(tmp_path / "hidden", "hidden"))
        assert Facts(workspace).version == 2
        assert seen() == before


def test_a_token_is_refused_once_revoked_or_expired_or_changed(own: Path, client: TestClient) -> None:
    tokens = Tokens(own)
    token, text = tokens.create("t", Role.VIEWER, None, 1)

    def status(sent: str, scheme: str = "Bearer") -> int:
        return client.get("/api/v1/cases", headers={"Authorization": f"{scheme} {sent}"}).status_code

    assert status(text) == 200
    wrong = [text[:-1], f"{text}x", text.replace(token.id, "00000000"), "", "gk", "gk__", token.hash]
    assert {status(one) for one in wrong} == {401}
    assert status(text, "Basic") == 401
    tokens.revoke(token.id)
    assert status(text) == 401
    assert client.get("/api/v1/cases").headers["WWW-Authenticate"] == "Bearer"
    old, text = tokens.create("t", Role.VIEWER, None, -1)
    assert (old.state(datetime.now(UTC)), status(text)) == ("expired", 401)
    with pytest.raises(InputError, match="no token 'none'"):
        tokens.revoke("none")


def test_secrets_are_not_kept(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    _, text = tokens.create("t", Role.VIEWER, None, 1)
    file = tmp_path / "access" / "tokens.json"
    secret = text.split("_", 2)[2]
    assert len(secret) >= 43
    assert secret not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="restore the file from a backup"):
        tokens.listed()
    file.unlink()
    file.mkdir()  # as a file that belongs to somebody else: there, and not to be read
    with pytest.raises(StoreError, match="cannot be read: Is a directory"):
        tokens.listed()


def test_the_command(workspace: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(workspace, tmp_path / "workspace"))

    def run(*words: str) -> str:
        result = CliRunner().invoke(token_command, [*words, "-w", str(own)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output.strip()

    text = run("create", "--name", "Li", "--role", "analyst", "--case", "small", "--days", "7")
    (listed,) = json.loads(run("list", "--format", "json"))
    assert (listed["name"], listed["role"], listed["cases"], listed["state"]) == ("Li", "analyst", ["small"], "valid")
    days = datetime.fromisoformat(listed["expires_at"]) - datetime.fromisoformat(listed["created_at"])
    assert days == timedelta(days=7)
    assert "hash" not in listed
    assert text.split("_", 2)[2] not in run("list")
    principal = Tokens(own).principal(text)
    assert principal is not None
    assert (principal.role, principal.cases) == (Role.ANALYST, {"small"})
    assert "revoked" in run("revoke", listed["id"])
    assert Tokens(own).principal(text) is None
    with pytest.raises(UsageError, match="--case none"):
        run("create", "--name", "Li", "--case", "none")
    with pytest.raises(UsageError, match="--role king"):
        run("create", "--name", "Li", "--role", "king")


def test_elsewhere_than_on_loopback_a_valid_token_must_be_there(workspace: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(workspace, tmp_path / "workspace"))
    tokens = Tokens(own)
    for _ in range(2):
        with pytest.raises(RefusedError, match=r"--host 0\.0\.0\.0"):
            serve(own, host="0.0.0.0")
        tokens.revoke(tokens.create("t", Role.VIEWER, None, 1)[0].id)
