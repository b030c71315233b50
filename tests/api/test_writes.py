"""Writes: uploads and background reports with progress, review, idempotency keys, If-Match, the one writer."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from filelock import FileLock
from graphkit_api import uploads
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.errors import BusyError
from graphkit_api.jobs import Jobs
from graphkit_api.routes import jobs
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens
from starlette.requests import ClientDisconnect, Request

from graphkit.facts import Facts
from tests.reports.small import load_small

from .conftest import BASE, SMALL, write_other

UPLOADS = "/api/v1/uploads"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    load_small(tmp_path)
    return tmp_path / "workspace"


@pytest.fixture
def client(own: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(own)), base_url=BASE) as one:
        yield one


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test of it changes: what is written there is refused."""
    load_small(folder := tmp_path_factory.mktemp("unchanged"))
    return folder / "workspace"


@pytest.fixture(scope="module")
def refusing(unchanged: Path) -> Iterator[TestClient]:
    """A client of the server of `unchanged`."""
    with TestClient(create_app(Settings(unchanged)), base_url=BASE) as one:
        yield one


def zipped(folder: Path, inside: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, inside + path.relative_to(folder).as_posix())
    return content.getvalue()


def ended(client: TestClient, started: dict[str, Any]) -> dict[str, Any]:
    for _ in range(600):
        job = client.get(f"/api/v1/jobs/{started['id']}").json()
        if job["state"] in ("done", "failed"):
            return dict(job)
        time.sleep(0.1)
    raise AssertionError(job)


def events(client: TestClient, job: str, last: int = 0) -> list[tuple[int, str, dict[str, Any]]]:
    answer = client.get(f"/api/v1/jobs/{job}/events", headers={"Last-Event-ID": str(last)})
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    found = []
    for block in answer.text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
    return found


def test_a_case_is_uploaded_with_progress_and_rejects(client: TestClient, tmp_path: Path) -> None:
    case = write_other(tmp_path / "other")
    with (case / "tables" / "events.csv").open("a", encoding="utf-8") as stream:
        header = (case / "tables" / "events.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        row = {"id": "wrong", "policy": "p", "stage": "issue", "scope": "14", "kind": "completed", "on": "June"}
        stream.write(",".join(row.get(name, "") for name in header) + "\n")
    answer = client.post(UPLOADS, content=zipped(case, "folder/"))
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json()['id']}"
    told = events(client, answer.json()["id"])
    assert [one[0] for one in told] == list(range(1, len(told) + 1))
    assert told[-1][1] == "done"
    assert any("unpacked" in one[2]["message"] for one in told)
    assert events(client, answer.json()["id"], last=told[-2][0]) == told[-1:]
    job = ended(client, answer.json())
    assert (job["case"], job["result"]["rejected"], job["files"]) == ("other", 1, ["rejects.csv"])
    assert "June" in client.get(f"/api/v1/jobs/{job['id']}/files/rejects.csv").text
    assert client.get("/api/v1/cases/other").status_code == 200
    again = ended(client, client.post(UPLOADS, content=zipped(case)).json())
    assert sum(again["result"]["loaded"].values()) == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no zip", "damaged"),
        ({"readme.txt": "x"}, "no case.yaml"),
        ({"../case.yaml": "id: x"}, "outside"),
        ({"case.yaml": "title: x"}, "not allowed"),
        ({"case.yaml": "id: ["}, "case.yaml"),
    ],
)
def test_what_is_no_case_is_said(
    refusing: TestClient, unchanged: Path, content: bytes | dict[str, str], why: str
) -> None:
    if isinstance(content, dict):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            for name, text in content.items():
                file.writestr(name, text)
        content = archive.getvalue()
    before = Facts(unchanged).version
    job = ended(refusing, refusing.post(UPLOADS, content=content).json())
    assert job["state"] == "failed"
    assert why in job["problem"]
    assert Facts(unchanged).version == before


def test_empty_and_large_uploads_are_refused(own: Path) -> None:
    with TestClient(create_app(Settings(own, upload_limit_bytes=10)), base_url=BASE) as client:
        assert client.post(UPLOADS, content=b"").status_code == 422
        assert client.post(UPLOADS, content=b"x" * 11).status_code == 413


@pytest.mark.parametrize("name", ["说" * 90 + ".docx", "a" * 151 + ".txt", "../x.txt", ".txt"])
def test_a_name_that_no_file_can_have_is_refused(refusing: TestClient, name: str) -> None:
    answer = refusing.post(f"{SMALL}/documents", params={"name": name}, content=b"text")
    assert answer.status_code == 422
    assert "name" in answer.json()["detail"]


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sent = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(sent)

    def upload() -> None:
        asyncio.run(jobs._received(Request({"type": "http", "method": "POST", "headers": []}, receive), "case.zip"))

    # In a thread of its own: where a test of pages ran before, this one has an event loop already.
    with ThreadPoolExecutor(1) as pool, pytest.raises(ClientDisconnect):
        pool.submit(upload).result()
    assert list(tmp_path.iterdir()) == []


def test_an_upload_for_which_there_is_no_room_leaves_nothing(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def busy(*_: object) -> None:
        raise BusyError("too many jobs wait")

    monkeypatch.setattr(Jobs, "start", busy)
    assert client.post(UPLOADS, content=b"PK").status_code == 429
    assert list((tmp_path / "temporary").iterdir()) == []


def _is_given_page_by_page(client: TestClient, ids: list[str]) -> None:
    """Pages go on behind the last candidate, though it was decided upon meanwhile and has left the list."""
    assert len(ids) > 2
    pending, seen, cursor = {"status": "pending", "limit": 1}, [], None
    while cursor is not None or not seen:
        page = client.get(f"{SMALL}/candidates", params=pending | ({"cursor": cursor} if cursor else {})).json()
        assert page["total"] == len(ids) - len(seen)
        seen += [one["id"] for one in page["candidates"]]
        cursor = page["next"]
        _decide(client, seen[-1], "reject")
    assert seen == ids
    for identity in ids:
        _decide(client, identity, "undo")
    first = client.get(f"{SMALL}/candidates", params=pending).json()
    for wrong in ({**pending, "status": "accepted"}, {**pending, "kind": "amount"}):
        answer = client.get(f"{SMALL}/candidates", params={**wrong, "cursor": first["next"]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")
    assert client.get(f"{SMALL}/candidates", params={"cursor": "WzFd"}).status_code == 422


def _decide(client: TestClient, identity: str, verdict: str) -> None:
    address = f"{SMALL}/candidates/{identity}"
    headers = {"If-Match": client.get(address).headers["ETag"]}
    assert client.post(f"{address}/decisions", json={"verdict": verdict}, headers=headers).status_code == 201


def test_a_document_is_read_and_its_candidates_reviewed(client: TestClient) -> None:
    text = "各市发展改革委应于2020年6月30日前报送落实情况。".encode()
    address = f"{SMALL}/documents"
    job = ended(client, client.post(address, params={"name": "通知.txt"}, content=text).json())
    assert job["state"] == "done", job
    listed = client.get(f"{SMALL}/candidates").json()
    assert listed["total"] == job["result"]["documents"][0]["candidates"] > 0
    _is_given_page_by_page(client, [one["id"] for one in listed["candidates"]])
    one = f"{SMALL}/candidates/{listed['candidates'][0]['id']}"
    seen = client.get(one)
    decision = {"verdict": "accept", "note": "right"}
    assert client.post(f"{one}/decisions", json=decision).status_code == 428
    answer = client.post(f"{one}/decisions", json=decision, headers={"If-Match": seen.headers["ETag"]})
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert answer.json()["history"][0]["person"] == "local user (local)"
    assert answer.headers["ETag"] != seen.headers["ETag"]
    stale = client.post(f"{one}/decisions", json=decision, headers={"If-Match": seen.headers["ETag"]})
    assert stale.status_code == 412
    assert client.get(f"{SMALL}/candidates", params={"status": "accepted"}).json()["total"] == 1
    for name in ("../a.txt", "a.exe", ".txt", "a/b.txt"):
        assert client.post(address, params={"name": name}, content=text).status_code == 422, name


def test_a_report_is_made_in_the_background(client: TestClient) -> None:
    asked = {"kind": "monthly", "format": "md", "lang": "en", "as_of": "2020-06-30", "trend": 1}
    job = ended(client, client.post(f"{SMALL}/reports", json=asked).json())
    assert job["files"] == ["monthly-2020-06-30.md"]
    now = {**asked, "kind": "monthly"}
    report = client.get(f"/api/v1/jobs/{job['id']}/files/{job['files'][0]}")
    assert report.content == client.get(f"{SMALL}/report", params=now).content
    wrong = client.post(f"{SMALL}/reports", json={**asked, "since": "2020-07-01"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "since")


def test_a_key_makes_a_write_happen_once(client: TestClient, tmp_path: Path) -> None:
    content = zipped(write_other(tmp_path / "other"))
    key = {"Idempotency-Key": "upload-1"}
    first = client.post(UPLOADS, content=content, headers=key)
    again = client.post(UPLOADS, content=content, headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.content, again.headers["Location"]) == (
        first.status_code, first.content, first.headers["Location"],
    )  # fmt: skip
    assert len(client.get("/api/v1/jobs").json()["jobs"]) == 1
    assert client.post(UPLOADS, content=content + b"x", headers=key).status_code == 422
    assert client.post(UPLOADS, content=content, headers={"Idempotency-Key": "a b"}).status_code == 422
    assert client.post(UPLOADS, content=b"", headers={"Idempotency-Key": "2"}).status_code == 422
    assert client.post(UPLOADS, content=content, headers={"Idempotency-Key": "2"}).status_code == 202
    ended(client, first.json())


def test_an_upload_waits_for_another_writer(
    client: TestClient, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped(write_other(tmp_path / "other"))
    with FileLock(str(own / ".writer.lock")):
        started = client.post(UPLOADS, content=content).json()
        for _ in range(100):
            steps = client.get(f"/api/v1/jobs/{started['id']}").json()["steps"]
            if any("waiting" in one["message"] for one in steps):
                break
            time.sleep(0.1)
        else:
            raise AssertionError(steps)
    assert ended(client, started)["state"] == "done"
    monkeypatch.setattr(uploads, "WRITER_WAIT_S", 0)
    shutil.rmtree(tmp_path / "other")
    with FileLock(str(own / ".writer.lock")):
        job = ended(client, client.post(UPLOADS, content=zipped(write_other(tmp_path / "other", "third"))).json())
    assert (job["state"], "another graphkit" in job["problem"]) == ("failed", True)


FINDING = {"title": "Rent not waived", "found_on": "2020-06-20", "policy": "rent", "scope": "140105", "agency": "fin-5"}
INSTRUCTED = {"kind": "instructed", "on": "2020-06-21", "by": "Governor", "due_on": "2020-07-21"}


def test_a_finding_is_entered_and_followed_up(client: TestClient, own: Path) -> None:
    before = Facts(own).version
    answer = client.post(f"{SMALL}/findings", json=FINDING, headers={"Idempotency-Key": "f1"})
    assert (answer.status_code, answer.json()["state"], answer.json()["facts_version"]) == (201, "found", before + 1)
    again = client.post(f"{SMALL}/findings", json=FINDING, headers={"Idempotency-Key": "f1"})
    assert (again.json(), Facts(own).version) == (answer.json(), before + 1)
    found = client.get(answer.headers["Location"])
    one = f"{SMALL}/findings/{answer.json()['id']}"
    assert found.status_code == 200
    assert found.json()["entered_by"] == "local user (local)"
    assert (found.json()["open"], found.json()["actions"]) == (True, [])
    assert client.post(f"{one}/actions", json=INSTRUCTED).status_code == 428
    assert client.post(f"{one}/actions", json=INSTRUCTED, headers={"If-Match": '"x"'}).status_code == 412
    match = {"If-Match": found.headers["ETag"]}
    entered = client.post(f"{one}/actions", json=INSTRUCTED, headers=match)
    assert (entered.status_code, entered.json()["state"]) == (201, "instructed")
    assert client.post(f"{one}/actions", json=INSTRUCTED, headers=match).status_code == 412
    now = {"If-Match": entered.headers["ETag"]}
    wrong = client.post(f"{one}/actions", json={**INSTRUCTED, "kind": "verified"}, headers=now)
    assert wrong.status_code == 422
    told = client.get(one, params={"as_of": "2020-06-30"})
    assert [action["kind"] for action in told.json()["actions"]] == ["instructed"]
    assert told.headers["ETag"] == entered.headers["ETag"]
    assert client.get(one, params={"as_of": "2020-06-19"}).status_code == 404


def test_a_finding_whose_id_has_a_slash_is_reached(client: TestClient, own: Path) -> None:
    answer = client.post(f"{SMALL}/findings", json={**FINDING, "id": "审/2020/1"})
    assert answer.status_code == 201
    found = client.get(answer.headers["Location"])
    assert (found.status_code, found.json()["finding"]) == (200, "审/2020/1")
    place = answer.headers["Location"].partition("?")[0]
    entered = client.post(f"{place}/actions", json=INSTRUCTED, headers={"If-Match": found.headers["ETag"]})
    assert entered.status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"found_on": "2999-01-01"}, None),
        ({"scope": "none"}, None),
        ({"policy": "none"}, None),
        ({"gap": "gap-none"}, "gap"),
        ({"id": "F-1"}, None),
        ({"amount": "NaN"}, "amount"),
        ({"secret": 1}, "secret"),
    ],
)
def test_a_wrong_finding_is_refused(
    refusing: TestClient, unchanged: Path, change: dict[str, Any], field: str | None
) -> None:
    before = Facts(unchanged).version
    answer = refusing.post(f"{SMALL}/findings", json={**FINDING, **change})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])
    assert Facts(unchanged).version == before


def test_an_amount_sent_as_a_number_stays_as_it_was_written(client: TestClient) -> None:
    amounts = ["12345678901234567.12", "100000000000000000000.01", "0.1"]
    for amount in amounts:
        body = json.dumps(FINDING | {"id": f"F-{amount}", "amount": 0.5}).replace("0.5", amount)
        answer = client.post(f"{SMALL}/findings", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 201
    rows = client.get(f"{SMALL}/findings", params={"as_of": FINDING["found_on"]}).json()["rows"]
    kept = {one["id"]: Decimal(one["amount"]) for one in rows if one["id"].removeprefix("F-") in amounts}
    assert kept == {f"F-{amount}": Decimal(amount) for amount in amounts}


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        ('{"title": ', "application/json", "body: is no JSON, from character 10 on: Expecting value"),
        ("{}", "text/plain", "body: must be a JSON object, sent with Content-Type: application/json"),
    ],
)
def test_a_body_that_is_no_json_is_told_where(refusing: TestClient, body: str, content_type: str, said: str) -> None:
    answer = refusing.post(f"{SMALL}/findings", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["detail"]) == (422, said)


def test_while_another_writes_one_is_told_to_come_back(client: TestClient, own: Path) -> None:
    with FileLock(str(own / ".writer.lock")):
        answer = client.post(f"{SMALL}/findings", json=FINDING)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert client.post(f"{SMALL}/findings", json=FINDING).status_code == 201


def test_one_limited_to_a_region_enters_only_what_lies_there(own: Path) -> None:
    token = Tokens(own).create("Li", Role.EDITOR, None, 1, "140105")[1]
    app = create_app(Settings(own, authenticated=True, hosts=None))
    with TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {token}"}) as client:
        answer = client.post(f"{SMALL}/findings", json=FINDING)
        assert answer.status_code == 201
        one = f"{SMALL}/findings/{answer.json()['id']}"
        assert not answer.json()["id"].startswith("F-2020")
        etag = client.get(answer.headers["Location"]).headers["ETag"]
        assert client.post(f"{one}/actions", json=INSTRUCTED, headers={"If-Match": etag}).status_code == 201
        for change, field in (
            ({"scope": "140106"}, "scope"),
            ({"scope": "nowhere"}, "scope"),
            ({"agency": "fin-1"}, "agency"),
            ({"scope": None, "agency": None}, "scope"),
            ({"id": "F-1"}, "id"),
        ):
            refused = client.post(f"{SMALL}/findings", json={**FINDING, **change})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
        hidden = client.post(f"{SMALL}/findings/F-1/actions", json=INSTRUCTED, headers={"If-Match": "*"})
        absent = client.post(f"{SMALL}/findings/F-0/actions", json=INSTRUCTED, headers={"If-Match": "*"})
        assert hidden.status_code == absent.status_code == 404
        assert hidden.text == absent.text.replace("F-0", "F-1")
