"""The access log: every read of rows about persons and every write, in a chain that shows where it was broken."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.accesslog import AccessLog
from graphkit_api.app import create_app
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens
from typer.testing import CliRunner

from graphkit.cli.app import app as command
from graphkit.model.errors import StoreError

from .conftest import BASE, SMALL


@pytest.fixture
def own(workspace: Path, tmp_path: Path) -> Path:
    """The workspace of all tests here, without the log that their reads have written by now."""
    return Path(shutil.copytree(workspace, tmp_path / "workspace", ignore=shutil.ignore_patterns("access")))


@pytest.fixture
def client(own: Path) -> Iterator[TestClient]:
    token = Tokens(own).create("Li", Role.EDITOR, None, 1)[1]
    app = create_app(Settings(own, authenticated=True, hosts=None))
    with TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {token}"}) as one:
        yield one


def _seen(own: Path) -> list[tuple[str, str, str]]:
    return [(one["method"], one["path"], one["outcome"]) for one in AccessLog(own).entries()]


def test_reads_of_persons_and_writes_are_recorded_and_nothing_else(client: TestClient, own: Path) -> None:
    for path in ("/steps", "/agencies", "/exports/events.csv", "/findings"):
        assert client.get(f"{SMALL}{path}").status_code == 200
    assert _seen(own) == []
    assert client.get(f"{SMALL}/deliveries?limit=1").status_code == 200
    client.get(f"{SMALL}/exports/deliveries.csv")
    client.get(f"{SMALL}/exports/beneficiaries.parquet")
    client.post("/api/v1/cypher", json={"cypher": "RETURN 1"}, headers={"X-Request-ID": "mine"})
    assert _seen(own) == [
        ("GET", f"{SMALL}/deliveries", "200"),
        ("GET", f"{SMALL}/exports/deliveries.csv", "200"),
        ("GET", f"{SMALL}/exports/beneficiaries.parquet", "200"),
        ("POST", "/api/v1/cypher", "begun"),
        ("POST", "/api/v1/cypher", "200"),
    ]
    first, *_, last = AccessLog(own).entries()
    assert first["query"] == "limit=1"
    assert first["who"].startswith("token:")
    assert last["request"] == "mine"
    assert AccessLog(own).problems() == []


def test_what_may_quote_or_name_persons_is_recorded(client: TestClient, own: Path) -> None:
    listed = client.get(f"{SMALL}/gaps").json()["gaps"]
    reads = [
        *(f"/gaps/{listed[0]['id']}{part}" for part in ("", "/evidence", "/causes", "/consequences", "/subgraph")),
        "/diff?from=2020-01-01&to=2020-03-01",
        "/exports/gaps.ndjson",
        "/report?format=md",
        "/view",
        "/documents/doc-1",
        "/candidates",
    ]
    for path in reads:
        assert client.get(f"{SMALL}{path}").status_code == 200, path
    assert client.get(f"{SMALL}/gaps").status_code == 200  # known by now: it is recorded all the same
    paths = ["/gaps", *(path.partition("?")[0] for path in reads), "/gaps"]
    assert _seen(own) == [("GET", f"{SMALL}{path}", "200") for path in paths]


def test_evidence_of_a_case_without_persons_is_not_recorded(client: TestClient, own: Path) -> None:
    for path in ("/gaps", "/exports/gaps.ndjson", "/report?format=md"):
        assert client.get(f"/api/v1/cases/other{path}").status_code == 200
    assert _seen(own) == []


def test_what_cannot_be_recorded_is_not_told(
    client: TestClient, own: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: AccessLog, **content: object) -> None:
        raise StoreError("no space left")

    monkeypatch.setattr(AccessLog, "add", full)
    for answer in (
        client.get(f"{SMALL}/deliveries"),
        client.get(f"{SMALL}/exports/deliveries.csv"),
        client.post("/api/v1/uploads", content=b"x"),
    ):
        assert answer.status_code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert caplog.text.count(": no space left") == 3
    assert client.get("/api/v1/jobs").json()["jobs"] == []
    assert client.get(f"{SMALL}/steps").status_code == 200


@pytest.mark.parametrize(
    ("broken", "entry"),
    [
        (lambda lines: [lines[0], lines[1].replace("n1", "n9"), *lines[2:]], 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: lines[:-1], 5),
        (lambda lines: [], 1),
        (lambda lines: ["x", *lines[1:]], 1),
        (lambda lines: [*lines[:3], "[]", *lines[4:]], 4),
        (lambda lines: lines[1:], 1),
    ],
)
def test_verify_names_the_first_broken_entry(own: Path, broken: object, entry: int) -> None:
    log = AccessLog(own)
    for number in range(5):
        log.add(who=f"n{number}")
    file = own / "access" / "log.jsonl"
    assert file.stat().st_mode & 0o077 == 0
    result = CliRunner().invoke(command, ["verify", "-w", str(own)])
    assert result.exit_code == 0, result.output
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{line}\n" for line in broken(lines)), encoding="utf-8")  # type: ignore[operator]
    (problem,) = log.problems()
    assert f"entry {entry} " in problem
    result = CliRunner().invoke(command, ["verify", "-w", str(own)])
    assert result.exit_code == 1
    assert f"entry {entry} " in result.output


def test_a_whole_log_made_up_anew_up_to_an_entry_is_seen_at_its_end(own: Path) -> None:
    log = AccessLog(own)
    for number in range(3):
        log.add(who=f"n{number}")
    head = (own / "access" / "log.head").read_bytes()
    (own / "access" / "log.jsonl").unlink()
    for number in range(3):
        log.add(who=f"other{number}")
    (own / "access" / "log.head").write_bytes(head)
    assert "entry 3 is not the one" in log.problems()[0]


def test_a_log_that_may_not_be_read_is_not_called_broken(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: AccessLog) -> Iterator[dict[str, object]]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(AccessLog, "entries", forbidden)
    assert AccessLog(own).problems() == [f"{own / 'access' / 'log.jsonl'}: cannot be read: Permission denied"]


def test_a_line_that_a_killed_writer_left_half_is_taken_off(own: Path) -> None:
    log = AccessLog(own)
    log.add(who="first")
    with (own / "access" / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"number": 2, "who": "ha')
    log.add(who="second" * 2000)
    log.add(who="third")
    assert [one["number"] for one in log.entries()] == [1, 2, 3]
    assert log.problems() == []


def test_several_processes_keep_one_chain(own: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from graphkit_api.accesslog import AccessLog\n"
        "for n in range(20): AccessLog(Path(sys.argv[1])).add(who=sys.argv[2])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(own), name]) for name in ("a", "b")]
    assert [one.wait() for one in writers] == [0, 0]
    assert len(list(AccessLog(own).entries())) == 40
    assert AccessLog(own).problems() == []
    assert json.loads((own / "access" / "log.head").read_text(encoding="utf-8"))["number"] == 40
