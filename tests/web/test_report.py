"""The address of a report that is read in the browser: what it tells when there can be none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("nicegui")

from fastapi.testclient import TestClient
from graphkit_api.accesslog import AccessLog
from graphkit_api.app import create_app
from graphkit_api.settings import Settings

from graphkit.model.errors import StoreError
from tests.reports.small import load_small


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    load_small(folder := tmp_path_factory.mktemp("report"))
    with TestClient(create_app(Settings(folder / "workspace")), base_url="http://localhost") as one:
        yield one


@pytest.mark.parametrize(
    ("asked", "status", "state"),
    [
        ({"since": "2020-06-30"}, 422, "wrong"),
        ({"since": "2020-02-31"}, 422, "wrong"),
        ({"kind": "daily"}, 422, "wrong"),
        ({"policy": "<none>"}, 422, "wrong"),
        ({"as_of": "never"}, 422, "wrong"),
        ({"case": "nowhere"}, 404, "not_found"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_wrong_is_told(client: TestClient, asked: dict[str, str], status: int, state: str, lang: str) -> None:
    answer = client.get("/web/report", params={"case": "small", "lang": lang, **asked})
    assert answer.status_code == status
    assert f'class="state state-{state}"' in answer.text
    assert f'<html lang="{lang}">' in answer.text
    assert "<none>" not in answer.text


def test_a_report_that_cannot_be_recorded_is_not_shown(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("no room")

    monkeypatch.setattr(AccessLog, "add", full)
    answer = client.get("/web/report", params={"case": "small"})
    assert answer.status_code == 503
    assert "state-store" in answer.text


def test_a_report_is_read(client: TestClient) -> None:
    answer = client.get("/web/report", params={"case": "small", "kind": "express", "lang": "en"})
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["Content-Security-Policy"]
