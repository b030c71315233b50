"""Habits of every route: problems, ids, headers, limits, what a client already has, pages with no network."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from graphkit_api.app import create_app
from graphkit_api.evaluations import Evaluations, Filters, Question
from graphkit_api.settings import Settings
from graphkit_api.snapshots import Snapshots

from graphkit.model.errors import StoreError

from .conftest import BASE, SMALL


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/api/v1/cases/none", 404, None),
        ("/api/v1/cases/none/gaps", 404, None),
        (f"{SMALL}/gaps/gap-0", 404, None),
        (f"{SMALL}/policies/none", 404, None),
        (f"{SMALL}/exports/secrets.csv", 404, None),
        (f"{SMALL}/documents/none", 404, None),
        (f"{SMALL}/documents/doc-1/passages?locator=lines%209-10", 404, None),
        (f"{SMALL}/candidates/none", 404, None),
        (f"{SMALL}/trace?start=none", 422, "start"),
        (f"{SMALL}/gaps?sort=size", 422, "sort"),
        ("/api/v1/jobs/none", 404, None),
        (f"{SMALL}/gaps?policy=none", 422, "policy"),
        (f"{SMALL}/gaps?region=none", 422, "region"),
        (f"{SMALL}/gaps?agency=none", 422, "agency"),
        (f"{SMALL}/gaps?kind=none", 422, "kind"),
        (f"{SMALL}/gaps?category=none", 422, "category"),
        (f"{SMALL}/gaps?as_of=June", 422, "as_of"),
        (f"{SMALL}/gaps?known_by=June", 422, "known_by"),
        (f"{SMALL}/gaps?threshold=none", 422, "threshold"),
        (f"{SMALL}/gaps?threshold=none=1", 422, "threshold"),
        (f"{SMALL}/gaps?threshold=retention_min=NaN", 422, "threshold"),
        (f"{SMALL}/gaps?limit=0", 422, "limit"),
        (f"{SMALL}/stages?policy=none", 422, "policy"),
        (f"{SMALL}/report?since=2021-01-01", 422, "since"),
        (f"{SMALL}/report?region=none", 422, "region"),
        (f"{SMALL}/diff?from=2020-01-01", 422, "to"),
        (f"{SMALL}/steps?policy=none", 422, "policy"),
        (f"{SMALL}/steps?region=none", 422, "region"),
        (f"{SMALL}/steps?stage=none", 422, "stage"),
        (f"{SMALL}/gaps?asof=2020-03-01", 422, "asof"),
        (f"{SMALL}/exports/gaps.csv?kinds=missing_step", 422, "kinds"),
        ("/nowhere", 404, None),
    ],
)
def test_a_problem_names_the_field(client: TestClient, path: str, status: int, field: str | None) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert [one["field"] for one in problem.get("errors", [])] == ([field] if field else [])


def test_every_answer_has_an_id_and_headers(client: TestClient) -> None:
    for path in ("/health", "/nowhere", f"{SMALL}/gaps"):
        answer = client.get(path, headers={"X-Request-ID": "mine-1"})
        assert answer.headers["X-Request-ID"] == "mine-1"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert re.fullmatch("[0-9a-f]{16}", client.get("/health", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"])


def test_what_a_client_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get(f"{SMALL}/gaps")
    again = client.get(f"{SMALL}/gaps", headers={"If-None-Match": f'"x", {first.headers["ETag"]}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(f"{SMALL}/steps", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("path", ["report?format=md", "view", "exports/gaps.csv", "exports/regions.ndjson"])
def test_a_file_that_a_client_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(f"{SMALL}/{path}")
    again = client.get(f"{SMALL}/{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("path", ["/health", f"{SMALL}/gaps", f"{SMALL}/exports/gaps.csv", f"{SMALL}/gaps/none"])
def test_a_head_is_that_of_the_answer(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("Content-Type", "ETag", "Content-Disposition"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_the_description_tells_of_headers_and_of_what_may_happen(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    gaps, entered = paths["/api/v1/cases/{case}/gaps"]["get"], paths["/api/v1/cases/{case}/findings"]["post"]
    assert "If-None-Match" in [one["name"] for one in gaps["parameters"]]
    assert {"304", "429"} <= set(gaps["responses"])
    assert not {"400", "409", "412", "428"} & set(gaps["responses"])
    assert "Idempotency-Key" in [one["name"] for one in entered["parameters"]]
    assert {"400", "409"} <= set(entered["responses"])
    assert "application/problem+json" in entered["responses"]["422"]["content"]
    names = [one["operationId"] for methods in paths.values() for one in methods.values()]
    assert gaps["operationId"] == "gaps"
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)


def test_large_answers_are_packed(client: TestClient) -> None:
    answer = client.get(f"{SMALL}/gaps")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert {"accept-encoding", "authorization"} <= {one.strip().lower() for one in answer.headers["Vary"].split(",")}


def test_other_names_and_large_bodies_are_refused(client: TestClient) -> None:
    assert client.get("/health", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/health", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/health", headers={"Host": "[::1]:8000"}).status_code == 200
    large = client.post("/api/v1/cypher", content=b" " * 1_000_001)
    unsaid = client.post("/api/v1/cypher", content=iter([b"{}"]))
    assert (large.status_code, unsaid.status_code) == (413, 413)


def test_a_slow_request_is_told_so(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(Snapshots, "newest", lambda self: go_on.wait(30) and self.at(1))
    go_on.set()
    with TestClient(create_app(Settings(workspace, request_time_limit_s=0.05)), base_url=BASE) as client:
        go_on.clear()
        answer = client.get("/ready")
        go_on.set()
        assert (answer.status_code, "X-Request-ID" in answer.headers) == (503, True)


def test_the_unexpected_is_told_without_its_reasons(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as client:
        monkeypatch.setattr(Snapshots, "newest", lambda self: 1 / 0)
        answer = client.get("/ready")
        assert (answer.status_code, "division" in answer.text, "X-Request-ID" in answer.headers) == (500, False, True)


def test_a_store_that_cannot_answer_is_told_without_its_place(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Snapshots) -> None:
        raise StoreError("/srv/secret: cannot be read")

    with TestClient(create_app(Settings(workspace)), base_url=BASE) as client:
        monkeypatch.setattr(Snapshots, "newest", fail)
        answer = client.get("/ready")
        assert (answer.status_code, answer.headers["Retry-After"], "secret" in answer.text) == (503, "2", False)


def test_no_workspace_no_server(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no graphkit workspace here"):
        create_app(Settings(tmp_path))


def test_docs_need_no_network(client: TestClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert links
    for link in links:
        assert link.startswith("/")
        assert client.get(link).status_code == 200
    assert client.get("/openapi.json").json()["paths"][f"{SMALL.replace('small', '{case}')}/gaps"]


def test_every_route_is_described(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, told in methods.items():
            assert told.get("description"), f"{method} {path}"
            for parameter in told.get("parameters", []):
                assert parameter["in"] == "path" or parameter.get("description"), f"{path} {parameter['name']}"


def test_what_is_kept_is_bounded(workspace: Path) -> None:
    evaluations = Evaluations(2, 5)
    snapshot = Snapshots(workspace).newest()
    for number in range(1, 5):
        question = Question(snapshot, "small", snapshot.day("small", None).replace(month=number + 2))
        evaluations.listed(question, Filters())
    assert len(evaluations._held) == 2
    assert len(evaluations._lists) == 1
