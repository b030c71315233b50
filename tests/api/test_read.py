"""The reading routes say what the library says, in the shapes of CONTRACT.md."""

from __future__ import annotations

import csv
import io
import json
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from graphkit_api.app import create_app
from graphkit_api.responses import TABLE_PATHS
from graphkit_api.settings import Settings

from graphkit.case import load_case
from graphkit.cli.gaps import print_gaps
from graphkit.facts import Facts
from graphkit.gaps import chain_of, evaluate
from graphkit.gaps.diff import diff
from graphkit.reports.gaps_json import gap_dicts, gaps_document
from graphkit.reports.write import FORMATS

from .conftest import BASE, SMALL, write_other


def test_cases_and_what_they_expect(client: TestClient) -> None:
    assert [one["id"] for one in client.get("/api/v1/cases").json()["cases"]] == ["other", "small"]
    assert client.get(SMALL).json()["as_of"] == "2020-06-30"
    policy = client.get(f"{SMALL}/policies/rent").json()
    assert client.get(f"{SMALL}/policies").json()["policies"] == [policy]
    assert policy["effective"] == {"from": "2020-02-01", "to": "2020-12-31"}
    stages = client.get(f"{SMALL}/stages", params={"policy": "rent"}).json()["stages"]
    assert [one["stage"]["id"] for one in stages] == ["transmit", "register", "waive", "pass", "sum"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"consequences": True},
        {"policy": "rent", "region": "1401"},
        {"agency": "fin-1"},
        {"kind": ["missing_step", "funds_retained"]},
        {"category": ["pain", "break"]},
        {"as_of": "2020-03-15"},
        {"known_by": "2020-03-01"},
        {"known_by": "2020-03-01T09:00"},
        {"threshold": ["retention_min=2000000"]},
    ],
    ids=str,
)
def test_gaps_are_those_of_the_command_line(client: TestClient, workspace: Path, asked: dict[str, object]) -> None:
    document = client.get(f"{SMALL}/gaps", params=asked).json()  # type: ignore[arg-type]
    from graphkit_api.dependencies import _thresholds, moment  # noqa: PLC0415

    as_of = moment(str(asked["as_of"]), "as_of") if "as_of" in asked else None
    known_by = moment(str(asked["known_by"]), "known_by") if "known_by" in asked else None
    evaluation = evaluate(Facts(workspace), "small", as_of, known_by, dict(_thresholds(asked.get("threshold", []))))  # type: ignore[arg-type]
    names = ("policy", "region", "agency", "kind", "category", "consequences")
    gaps = evaluation.gaps(**{name: value for name, value in asked.items() if name in names})  # type: ignore[arg-type]
    expected = gaps_document([(evaluation, gaps)])
    for name in ("as_of", "known_by", "case", "counts", "rejected_rows", "gaps"):
        assert document[name] == expected[name]
    assert document["total"] == len(gaps) > 0
    assert document["next"] is None


def test_rows_that_could_not_be_loaded_are_told_with_the_gaps(tmp_path: Path) -> None:
    folder = write_other(tmp_path / "other")
    with (folder / "tables" / "events.csv").open("a", encoding="utf-8", newline="") as stream:
        stream.write("of no column\r\n")
    workspace = tmp_path / "workspace"
    assert load_case(Facts(workspace, create=True), folder).rejected == 1
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as client:
        assert client.get("/api/v1/cases/other/gaps").json()["rejected_rows"] == {"events": 1}


def test_pages_make_up_the_list(client: TestClient) -> None:
    for path, rows in (("gaps", "gaps"), ("steps", "steps"), ("events", "rows")):
        whole = client.get(f"{SMALL}/{path}").json()
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = client.get(f"{SMALL}/{path}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
            assert page["total"] == whole["total"]
            found += page[rows]
            cursor = page["next"]
            pages += 1
        assert pages == -(-whole["total"] // 2) > 1
        assert found == whole[rows]


def test_a_cursor_belongs_to_its_question(client: TestClient) -> None:
    cursor = client.get(f"{SMALL}/gaps", params={"limit": 1}).json()["next"]
    for path, asked in (("gaps", {"policy": "rent"}), ("gaps", {"as_of": "2020-05-01"}), ("steps", {})):
        answer = client.get(f"{SMALL}/{path}", params={**asked, "cursor": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")
    assert client.get(f"{SMALL}/gaps", params={"cursor": "x"}).status_code == 422


def test_a_gap_with_its_chain(client: TestClient, workspace: Path) -> None:
    evaluation = evaluate(Facts(workspace), "small")
    for gap in {one.kind: one for one in evaluation.gaps(consequences=True)}.values():
        chain = chain_of(evaluation, gap.id).model_dump(mode="json")
        found = client.get(f"{SMALL}/gaps/{gap.id}").json()
        assert {name: found[name] for name in chain} == chain
        assert client.get(f"{SMALL}/gaps/{gap.id}/evidence").json()["evidence"] == chain["gap"]["evidence"]
        assert client.get(f"{SMALL}/gaps/{gap.id}/causes").json()["gaps"] == chain["causes"]
        for cause in chain["causes"]:
            consequences = client.get(f"{SMALL}/gaps/{cause['id']}/consequences").json()["gaps"]
            assert gap.id in [one["id"] for one in consequences]
        network = client.get(f"{SMALL}/gaps/{gap.id}/subgraph", params={"lang": "en"}).json()
        assert network["nodes"][0]["id"] == "gap"


def test_diff(client: TestClient, workspace: Path) -> None:
    asked = {"from": "2020-03-15", "to": "2020-06-30"}
    found = client.get(f"{SMALL}/diff", params=asked).json()
    days = [evaluate(Facts(workspace), "small", date.fromisoformat(one)) for one in asked.values()]
    expected = diff(days[0], days[1]).model_dump(mode="json")
    assert {name: found[name] for name in ("new", "resolved", "persisting")} == {
        name: expected[name] for name in ("new", "resolved", "persisting")
    }
    assert found["from"] == {"as_of": "2020-03-15", "known_by": None}
    assert found["new"]


@pytest.mark.parametrize("path", TABLE_PATHS)
def test_rows_of_tables(client: TestClient, path: str) -> None:
    page = client.get(f"{SMALL}/{path}").json()
    lines = client.get(f"{SMALL}/exports/{path}.ndjson").text.splitlines()
    table = list(csv.DictReader(io.StringIO(client.get(f"{SMALL}/exports/{path}.csv").text)))
    assert [json.loads(line) for line in lines] == page["rows"]
    assert len(table) == page["total"] == len(page["rows"])


def test_rows_have_the_contract_s_names(client: TestClient) -> None:
    first = client.get(f"{SMALL}/transfers").json()["rows"][0]
    assert (first["from"], first["to"], first["amount"], first["on"]) == (
        "source:treasury", "fin-1", "1000000.10", "2020-03-01",
    )  # fmt: skip


def test_gaps_exported(client: TestClient, workspace: Path) -> None:
    evaluation = evaluate(Facts(workspace), "small")
    expected = gap_dicts([(evaluation, evaluation.gaps())])
    lines = client.get(f"{SMALL}/exports/gaps.ndjson").text.splitlines()
    sheet = client.get(f"{SMALL}/exports/gaps.csv").content
    assert sheet.startswith(b"\xef\xbb\xbfid,"), "Excel reads UTF-8 by its byte-order mark"
    table = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    assert [json.loads(line) for line in lines] == expected
    assert [row["id"] for row in table] == [gap["id"] for gap in expected]
    text = io.StringIO()
    with redirect_stdout(text):
        print_gaps([(evaluation, evaluation.gaps())], "csv", "en")
    assert table == list(csv.DictReader(io.StringIO(text.getvalue()))), "the file says what it is of, as the command's"


@pytest.mark.parametrize("ending", FORMATS)
def test_a_report_in_each_format(client: TestClient, ending: str) -> None:
    asked = {
        "format": ending[1:],
        "kind": "monthly",
        "since": "2020-05-31",
        "lang": "en",
        "trend": int(ending == ".md"),
    }
    answer = client.get(f"{SMALL}/report", params=asked)
    assert (answer.status_code, len(answer.content) > 5000) == (200, True)


def test_pages_to_look_at(client: TestClient) -> None:
    gap = client.get(f"{SMALL}/gaps").json()["gaps"][0]["id"]
    for asked in ({}, {"policy": "rent"}, {"gap": gap}):
        answer = client.get(f"{SMALL}/view", params=asked)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_queries(client: TestClient) -> None:
    listed = {one["id"]: one for one in client.get("/api/v1/queries").json()}
    assert "bottleneck-agencies" in listed
    assert client.post("/api/v1/queries/bottleneck-agencies", json={}).json()["columns"] == list(
        listed["bottleneck-agencies"]["columns"]
    )
    asked = {"cypher": "MATCH (c:Case) RETURN c.title AS title ORDER BY title", "limit": 1}
    answer = client.post("/api/v1/cypher", json=asked).json()
    assert (answer["columns"], len(answer["rows"]), len(answer["notices"])) == (["title"], 1, 1)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"cypher": "CREATE (n:Case {id: 'x'})"}, 403),
        ({"cypher": "LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l"}, 403),
        ({"cypher": "MATCH"}, 422),
        ({"cypher": "RETURN 1/0"}, 422),
        ({"cypher": "MATCH (n) RETRN n"}, 422),
        ({"cypher": "RETURN 1", "limit": 10_000_000}, 422),
        ({"cypher": "RETURN 1", "timeout_s": 1e6}, 422),
        ({}, 422),
    ],
)
def test_cypher_that_is_not_run(client: TestClient, body: dict[str, object], status: int) -> None:
    answer = client.post("/api/v1/cypher", json=body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_parameter_that_a_query_lacks_is_named(client: TestClient) -> None:
    told = client.post("/api/v1/cypher", json={"cypher": "MATCH (n) WHERE n.id = $key RETURN n"}).json()
    assert told["detail"] == "the query asks for $key; give the parameter key a value"
    assert told["errors"] == [{"field": "key", "message": told["detail"]}]


def test_a_newer_commit_is_seen_and_a_begun_list_goes_on(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    folder = write_other(tmp_path / "case")
    load_case(Facts(workspace, create=True), folder)
    with TestClient(create_app(Settings(workspace)), base_url=BASE) as client:
        address = "/api/v1/cases/other/steps"
        before = client.get(address, params={"limit": 1})
        second = {"limit": 1, "cursor": before.json()["next"]}
        rest = client.get(address, params=second).json()
        events = folder / "tables" / "events.csv"
        text = events.read_text(encoding="utf-8")
        events.write_text(text.replace("2020-03-05", "2020-03-06").replace("e1", "e2"), encoding="utf-8")
        (folder / "tables" / "documents.csv").write_text("id,title\nnew,New\n", encoding="utf-8")
        load_case(Facts(workspace), folder)
        after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
        assert (before.json()["facts_version"], after.json()["facts_version"]) == (1, 2)
        assert client.get(address, params=second).json() == rest
        assert client.get("/api/v1/cases/other/documents").json()["total"] == 1
