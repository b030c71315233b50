"""Every role and scope on every route, each cell asserted; and a hidden case is as one that is not there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.identity import SIGN_IN
from graphkit_api.settings import Settings
from graphkit_api.tokens import Tokens

from graphkit.facts import Facts
from graphkit.gaps import evaluate

from .conftest import BASE
from .matrix import CELLS, OPEN, Cell, address

SCOPES: dict[str, tuple[list[str] | None, str | None]] = {
    "all": (None, None),
    "case": (["small"], None),
    "other case": (["other"], None),
    "region": (None, "1401"),
    "case and region": (["small"], "1401"),
    "other region": (None, "99"),
}
"""The limits of the tokens: cases and region. Region 1401 is one of the case small; 99 is one of no case."""

HIDDEN = ("other case", "other region")


@pytest.fixture(scope="module")
def own(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(workspace, tmp_path_factory.mktemp("matrix") / "workspace"))


@pytest.fixture(scope="module")
def app(own: Path) -> FastAPI:
    return create_app(Settings(own, authenticated=True, hosts=None, rate_burst=100_000))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, follow_redirects=False) as one:
        yield one


@pytest.fixture(scope="module")
def sent(own: Path) -> dict[tuple[Role, str], dict[str, str]]:
    tokens = Tokens(own)
    return {
        (role, scope): {"Authorization": f"Bearer {tokens.create('t', role, cases, 1, region)[1]}"}
        for role in Role
        for scope, (cases, region) in SCOPES.items()
    }


@pytest.fixture(scope="module")
def gap(own: Path) -> str:
    return evaluate(Facts(own), "small", region="1401").gaps()[0].id


def test_every_route_has_its_cell_and_every_page_is_closed(app: FastAPI, client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    found = {(method.upper(), path) for path, methods in described.items() for method in methods}
    pages = set()
    for route in app.routes:
        path, methods = getattr(route, "path", ""), getattr(route, "methods", None) or set()
        if path.startswith(("/api", "/auth", "/metrics", "/health", "/ready")):
            found |= {(method, path) for method in methods - {"HEAD"}}
        elif path not in OPEN and "GET" in methods:
            pages.add(path)
    assert found == set(CELLS)
    for page in pages:
        if not page.startswith(("/_nicegui", SIGN_IN)):
            assert client.get(page).status_code == 303, page


def _expected(cell: Cell, path: str, role: Role | None, scope: str) -> int:
    if cell.role is None:
        return cell.status
    if role is None:
        return 401
    region = SCOPES[scope][1]
    if "{case}" in path and scope in HIDDEN:
        return 404
    if role < cell.role or (not cell.limits and scope != "all") or (not cell.regions and region is not None):
        return 403
    return cell.status


@pytest.mark.parametrize(("method", "path"), CELLS, ids=lambda one: one)
def test_every_role_and_scope(
    client: TestClient, sent: dict[tuple[Role, str], dict[str, str]], gap: str, method: str, path: str
) -> None:
    cell = CELLS[method, path]
    asked = {name: value for name, value in cell.request.items() if name != "headers"}
    own = cell.request.get("headers", {})

    def status(headers: dict[str, str]) -> int:
        return client.request(method, address(path, gap), headers={**own, **headers}, **asked).status_code

    assert status({}) == _expected(cell, path, None, "all")
    got = {(role.name, scope): status(headers) for (role, scope), headers in sent.items()}
    assert got == {(role.name, scope): _expected(cell, path, role, scope) for role, scope in sent}


def test_a_hidden_case_is_as_one_that_is_not(
    client: TestClient, sent: dict[tuple[Role, str], dict[str, str]], gap: str
) -> None:
    for scope in HIDDEN:
        headers = sent[Role.ADMIN, scope]
        for (method, path), cell in CELLS.items():
            if "{case}" not in path:
                continue
            own = {**cell.request.get("headers", {}), **headers}
            asked = {name: value for name, value in cell.request.items() if name != "headers"}
            place = address(path, gap)
            hidden = client.request(method, place, headers=own, **asked)
            absent = client.request(method, place.replace("small", "nowhere"), headers=own, **asked)
            assert hidden.status_code == absent.status_code == 404
            assert hidden.text == absent.text.replace("nowhere", "small")
            names = set(hidden.headers) - {"x-request-id", "content-length"}
            assert {name: hidden.headers[name] for name in names} == {name: absent.headers[name] for name in names}


def test_strangers_in_a_browser_are_shown_the_way_in(client: TestClient) -> None:
    answer = client.get("/somewhere")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/somewhere")


@pytest.mark.parametrize("table", ["deliveries", "beneficiaries"])
@pytest.mark.parametrize("ending", ["csv", "ndjson", "parquet"])
def test_exports_of_persons_are_for_analysts(
    client: TestClient, sent: dict[tuple[Role, str], dict[str, str]], table: str, ending: str
) -> None:
    for (role, scope), headers in sent.items():
        status = client.get(f"/api/v1/cases/small/exports/{table}.{ending}", headers=headers).status_code
        expected = 404 if scope in HIDDEN else 200 if role >= Role.ANALYST else 403
        assert status == expected, (role, scope)
