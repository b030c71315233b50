"""What a token that is limited to a region can tell: its region whole, and of everything else nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from tests.reports.small import write_case

from .conftest import BASE, SMALL
from .matrix import CELLS, address

ELSEWHERE = {
    "regions": "140208,SECRET county,county,1402",
    "agencies": "SECRET-8,SECRET office,140208",
    "beneficiary_groups": "SECRET-g,SECRET tenants,waiver,140208,77",
    "assignments": "rent,register,140208,SECRET-8",
    "events": "SECRET-e1,rent,register,140208,completed,2020-05-18,SECRET-doc,\n"
    "SECRET-e2,rent,waive,140208,started,2020-06-01,doc-1,",
    "transfers": "SECRET-t1,rent,waiver,source:SECRET,SECRET-8,7777,2020-03-01\n"
    "SECRET-t2,rent,waiver,SECRET-8,SECRET-g,9999,2020-03-05",
    "deliveries": "\n".join(f"SECRET-d{n},rent,waiver,b1,140208,SECRET-g,77,2020-03-06" for n in range(9)),
    "findings": "SECRET-F,SECRET finding,pain,rent,SECRET-8,2020-02-25,SECRET-doc,",
    "actions": "SECRET-a,SECRET-F,instructed,Governor,2020-03-01,2020-03-20",
    "documents": "SECRET-doc,SECRET article,SECRET,SECRET-8,secret.txt",
    "coverage": "rent,,140208",
}
"""Rows of a county in the other city, by table, in the columns of the small case; each tells its secret."""


def write_workspace(folder: Path, *, elsewhere: bool) -> Path:
    """Load the small case, with or without rows elsewhere and a line about them in a document that is cited here."""
    case = write_case(folder / "case")
    if elsewhere:
        (case / "documents" / "secret.txt").write_text("SECRET passage", encoding="utf-8")
        with (case / "documents" / "doc-1.txt").open("a", encoding="utf-8") as stream:
            stream.write("\nSECRET line about the other city\n")
        for table, rows in ELSEWHERE.items():
            with (case / "tables" / f"{table}.csv").open("a", encoding="utf-8", newline="") as stream:
                stream.write("".join(f"{row}\r\n" for row in rows.splitlines()))
    result = load_case(Facts(folder / "workspace", create=True), case)
    assert result.rejected == 0
    return folder / "workspace"


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("without"), elsewhere=False)


@pytest.fixture(scope="module")
def with_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("with"), elsewhere=True)


@contextmanager
def _client(workspace: Path, region: str | None, role: Role = Role.ADMIN) -> Iterator[TestClient]:
    token = Tokens(workspace).create("t", role, None, 1, region)[1]
    app = create_app(Settings(workspace, authenticated=True, hosts=None))
    with TestClient(app, base_url=BASE, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def _addresses(gap: str) -> list[str]:
    found = []
    more = {"/diff": "?from=2020-05-31&to=2020-06-30", "/passages": "?locator=chars%200-6", "/trace": "?start=fin-1"}
    for (method, path), _ in CELLS.items():
        if method == "GET" and path.startswith("/api/"):
            place = address(path, gap)
            found.append(place + next((asked for end, asked in more.items() if place.endswith(end)), ""))
    found += [f"{SMALL}/{place}" for place in ("findings/SECRET-F", "documents/SECRET-doc", "trace?start=SECRET-8")]
    found += [f"{SMALL}/documents/SECRET-doc/passages?locator=chars%200-6", f"{SMALL}/follow-up?open=true"]
    found += [f"{SMALL}/exports/{table}.ndjson" for table in ("deliveries", "beneficiaries", "actions", "events")]
    tables = ("agencies", "documents", "events", "findings", "groups", "regions", "transfers", "gaps")
    found += [f"{SMALL}/exports/{table}.csv" for table in tables]
    found += [f"{SMALL}/report?kind={kind}&format={form}" for kind in ("express", "ledger") for form in ("md", "json")]
    found += [f"{SMALL}/gaps?consequences=true", f"{SMALL}/gaps/{gap}?lang=en", f"{SMALL}/view?gap={gap}"]
    found += [f"{SMALL}/gaps?{name}={value}" for name, value in (("region", "140208"), ("agency", "SECRET-8"))]
    return found


@pytest.mark.parametrize("region", ["140105", "1401"])
def test_rows_elsewhere_make_no_difference_to_anything(without: Path, with_secrets: Path, region: str) -> None:
    gap = evaluate(Facts(without), "small", region=region).gaps()[0].id

    def told(workspace: Path) -> dict[str, tuple[int, str, Any]]:
        with _client(workspace, region) as client:
            answers = {place: client.get(place) for place in _addresses(gap)}
        kept = ("etag", "content-length", "content-disposition")
        return {
            place: (one.status_code, one.text, {name: one.headers.get(name) for name in kept})
            for place, one in answers.items()
        }

    before, after = told(without), told(with_secrets)
    assert len(before) > 40
    for place, answer in after.items():
        known = re.sub(r"'SECRET-\w+'", "''", answer[1]) if "SECRET" in place else answer[1]
        assert "SECRET" not in known, place
        assert "140208" not in known or "region=140208" in place, place
        assert answer[:2] == before[place][:2], place


def test_a_report_and_a_page_say_that_they_are_about_the_region(with_secrets: Path) -> None:
    with _client(with_secrets, "1401") as client:
        assert client.get(f"{SMALL}/report?format=json").json()["only_region"] == {"id": "1401", "name": "City One"}
        assert "City One" in client.get(f"{SMALL}/report?format=md&lang=en").text.split("Facts as of")[1][:200]
        told = json.loads(re.findall(r"<script[^>]*>(.*?)</script>", client.get(f"{SMALL}/view").text, re.DOTALL)[0])
        assert told["regions"][told["top"]]["code"] == "1401"


def test_the_secrets_are_there_for_those_who_may_see_them(with_secrets: Path) -> None:
    with _client(with_secrets, None) as client:
        gap = evaluate(Facts(with_secrets), "small").gaps()[0].id
        telling = [one for one in _addresses(gap) if "SECRET" in client.get(one).text]
    assert len(telling) > 20


@pytest.mark.parametrize("region", ["14", "1401", "140105", "140106", "140207", "140208"])
def test_the_gaps_are_those_of_the_whole_case_there(with_secrets: Path, region: str) -> None:
    facts = Facts(with_secrets)
    whole = evaluate(facts, "small")
    there = {gap.id: gap for gap in whole.gaps(consequences=True, region=region)}
    limited = evaluate(facts, "small", region=region)
    found = {gap.id: gap for gap in limited.gaps(consequences=True)}
    assert set(found) == set(there)
    same = ("kind", "severity", "root", "policy", "stage", "scope", "subject", "since", "days", "count", "responsible")
    for key, gap in found.items():
        assert {name: getattr(gap, name) for name in same} == {name: getattr(there[key], name) for name in same}
        assert set(gap.caused_by) <= set(found)
        assert "“”" not in gap.explanation.zh
        assert '""' not in gap.explanation.en
        assert gap.blocked_steps <= there[key].blocked_steps
        assert gap.beneficiaries <= there[key].beneficiaries


def test_a_region_that_the_case_does_not_have_makes_it_absent(with_secrets: Path) -> None:
    with _client(with_secrets, "99") as client:
        assert client.get("/api/v1/cases").json()["cases"] == []
        answer = client.get(SMALL)
        assert answer.status_code == 404
        assert answer.text == client.get("/api/v1/cases/nowhere").text.replace("nowhere", "small")


def test_the_graph_is_refused(with_secrets: Path) -> None:
    with _client(with_secrets, "1401") as client:
        assert client.post("/api/v1/cypher", json={"cypher": "MATCH (n) RETURN n"}).status_code == 403
        assert client.post("/api/v1/queries/bottleneck-agencies", json={}).status_code == 403
