"""Sessions of the pages, what protects them, and how often one may ask."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.logs import configure_logs
from graphkit_api.rates import Rates
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens
from starlette.websockets import WebSocketDisconnect

from .conftest import BASE, SMALL

CYPHER = {"cypher": "RETURN 1 AS one"}


@pytest.fixture
def own(workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(workspace, tmp_path / "workspace"))


@pytest.fixture
def token(own: Path) -> str:
    return Tokens(own).create("Li", Role.ANALYST, None, 1)[1]


@pytest.fixture
def client(own: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(own, authenticated=True, hosts=None)), base_url=BASE) as one:
        yield one


def test_a_session_begins_with_a_token_and_ends(client: TestClient, token: str) -> None:
    assert client.post("/auth/session", json={"token": "gk_no_no"}).status_code == 401
    begun = client.post("/auth/session", json={"token": token})
    assert (begun.status_code, begun.json()["person"], begun.json()["role"]) == (201, "Li", "analyst")
    cookie = begun.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert token not in cookie
    assert client.get(f"{SMALL}/gaps").status_code == 200
    assert client.get("/auth/session").json()["csrf"] == begun.json()["csrf"]
    assert client.post("/api/v1/cypher", json=CYPHER).status_code == 403
    assert client.post("/api/v1/cypher", json=CYPHER, headers={"X-CSRF-Token": "x"}).status_code == 403
    own = {"X-CSRF-Token": begun.json()["csrf"]}
    assert client.post("/api/v1/cypher", json=CYPHER, headers=own).status_code == 200
    assert client.delete("/auth/session", headers=own).status_code == 204
    assert client.get(f"{SMALL}/gaps").status_code == 401


def test_a_session_ends_with_its_token(client: TestClient, own: Path, token: str) -> None:
    client.post("/auth/session", json={"token": token})
    Tokens(own).revoke(token.split("_")[1])
    assert client.get(f"{SMALL}/gaps").status_code == 401


def test_off_loopback_the_cookie_is_kept_to_tls(own: Path, token: str) -> None:
    settings = Settings(own, authenticated=True, hosts=None, secure=True)
    with TestClient(create_app(settings), base_url="https://audit.example") as client:
        cookie = client.post("/auth/session", json={"token": token}).headers["Set-Cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "max-age=" in client.get("/health").headers["Strict-Transport-Security"]


def test_pages_elsewhere_can_change_nothing(workspace: Path, client: TestClient, token: str) -> None:
    own = {"Authorization": f"Bearer {token}"}
    for origin, status in (("http://evil.example", 403), ("null", 403), (BASE, 200)):
        answer = client.post("/api/v1/cypher", json=CYPHER, headers={**own, "Origin": origin})
        assert answer.status_code == status, origin
        assert "Access-Control-Allow-Origin" not in answer.headers
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as local:
        assert local.post("/api/v1/cypher", json=CYPHER, headers={"Origin": "http://evil.example"}).status_code == 403
        preflight = local.options("/api/v1/cypher", headers={"Origin": "http://evil.example"})
        assert "Access-Control-Allow-Origin" not in preflight.headers
        with pytest.raises(WebSocketDisconnect), local.websocket_connect("/ws", headers={"Origin": "http://evil.x"}):
            pass
        with pytest.raises(WebSocketDisconnect), local.websocket_connect("/ws", headers={"Host": "evil.example"}):
            pass


def test_who_asks_too_often_is_told_when_to_come_back(own: Path, token: str) -> None:
    settings = Settings(own, authenticated=True, hosts=None, rate_per_s=0.5, rate_burst=3)
    other = Tokens(own).create("Wang", Role.VIEWER, None, 1)[1]
    with TestClient(create_app(settings), base_url=BASE) as client:
        mine = {"Authorization": f"Bearer {token}"}
        assert [client.get("/api/v1/kinds", headers=mine).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = client.get("/api/v1/kinds", headers=mine)
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert 1 <= int(refused.headers["Retry-After"]) <= 2
        assert client.get("/api/v1/kinds", headers={"Authorization": f"Bearer {other}"}).status_code == 200
        wrong = {"Authorization": "Bearer gk_00000000_x"}
        assert [client.get("/api/v1/kinds", headers=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    rates = Rates(2, 2)
    assert [rates.take("a"), rates.take("a"), rates.take("a"), rates.take("b")] == [None, None, 1, None]
    now = 0.5
    assert [rates.take("a"), rates.take("a")] == [None, 1]


def test_logs_are_json_and_hold_no_secret(client: TestClient, token: str, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logs()
        headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "mine-7"}
        client.get(f"{SMALL}/gaps", headers=headers)
        client.get(f"{SMALL}/gaps?token={token}", headers=headers)
        client.post("/auth/session", json={"token": token})
        logging.getLogger("graphkit_api").warning("sent Bearer %s by mistake, and %s", token, {"token": token})
        try:
            raise ValueError(token)  # noqa: TRY301 - to be logged
        except ValueError:
            logging.getLogger("graphkit_api").exception("failed")
    finally:
        root.handlers[:], root.level = before
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    assert token not in text
    assert token.split("_")[2] not in text
    (first, *_) = [line for line in lines if line.get("request") == "mine-7"]
    assert (first["route"], first["status"], first["method"]) == ("/api/v1/cases/{case}/gaps", 200, "GET")
    assert first["who"].startswith("token:")
    assert any("ValueError" in line.get("exception", "") for line in lines)


def test_metrics_count_by_route(workspace: Path) -> None:
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as client:
        client.get(f"{SMALL}/gaps")
        client.get("/nowhere-secret")
        text = client.get("/metrics").text
    line = 'graphkit_requests_total{method="GET",route="/api/v1/cases/{case}/gaps",status="200"} 1.0'
    assert line in text
    assert "secret" not in text
    assert "graphkit_request_seconds_bucket" in text
