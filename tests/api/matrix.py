"""Every route of the server, with who may use it: the one table that the tests of access are made from.

A route that is not here makes test_matrix fail, and so does one whose answers differ from what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphkit_api.access import Role

SMALL_CASE = "/api/v1/cases/{case}"


@dataclass(frozen=True)
class Cell:
    """Who may use a route: the least role (None: even strangers), and whom the limits of a token shut out.

    `regions` False: refused to a token limited to a region. `limits` False: to any limited token. `request` is what to
    send, `status` what comes of it for those who may.
    """

    role: Role | None
    regions: bool = True
    limits: bool = True
    status: int = 200
    request: dict[str, Any] = field(default_factory=dict)


_V, _A, _E, _X = Role.VIEWER, Role.ANALYST, Role.EDITOR, Role.ADMIN
_DAYS = {"params": {"from": "2020-05-31", "to": "2020-06-30"}}

OPEN = {"/docs", "/openapi.json", "/static-offline-docs"}
"""What the documentation is made of: open, and not about any case."""

CELLS: dict[tuple[str, str], Cell] = {
    ("GET", "/health"): Cell(None),
    ("GET", "/ready"): Cell(None),
    ("GET", "/metrics"): Cell(_X, limits=False),
    ("POST", "/auth/session"): Cell(None, status=401, request={"json": {"token": "gk_0_0"}}),
    ("GET", "/auth/session"): Cell(_V),
    ("GET", "/auth/login"): Cell(None, status=404),
    ("GET", "/auth/callback"): Cell(None, status=404),
    ("DELETE", "/auth/session"): Cell(None, status=204),
    ("GET", "/api/v1/kinds"): Cell(_V),
    ("GET", "/api/v1/queries"): Cell(_V),
    ("POST", "/api/v1/queries/{query}"): Cell(_V, limits=False, request={"json": {}}),
    ("POST", "/api/v1/cypher"): Cell(_A, limits=False, request={"json": {"cypher": "MATCH (c:Case) RETURN c.id"}}),
    ("GET", "/api/v1/jobs"): Cell(_V),
    ("GET", "/api/v1/jobs/{job}"): Cell(_V, status=404),
    ("GET", "/api/v1/jobs/{job}/events"): Cell(_V, status=404),
    ("GET", "/api/v1/jobs/{job}/files/{file}"): Cell(_V, status=404),
    ("POST", "/api/v1/uploads"): Cell(_E, regions=False, status=202, request={"content": b"no zip"}),
    ("GET", "/api/v1/cases"): Cell(_V),
    **{
        ("GET", f"{SMALL_CASE}{path}"): Cell(_V)
        for path in (
            "",
            "/policies",
            "/policies/{policy}",
            "/stages",
            "/steps",
            "/evaluations",
            "/regions",
            "/agencies",
            "/groups",
            "/documents",
            "/assignments",
            "/events",
            "/transfers",
            "/findings",
            "/actions",
            "/issued-reports",
            "/coverage",
            "/supplies",
            "/documents/{document}",
            "/gaps",
            "/gaps/{gap}",
            "/follow-up",
            "/gaps/{gap}/evidence",
            "/gaps/{gap}/causes",
            "/gaps/{gap}/consequences",
            "/gaps/{gap}/subgraph",
            "/view",
            "/exports/gaps.{format}",
        )
    },
    ("GET", f"{SMALL_CASE}/documents/{{document}}/passages"): Cell(_V, request={"params": {"locator": "chars 0-6"}}),
    ("GET", f"{SMALL_CASE}/exports/{{table}}.{{format}}"): Cell(_V),
    ("GET", f"{SMALL_CASE}/deliveries"): Cell(_A),
    ("GET", f"{SMALL_CASE}/beneficiaries"): Cell(_A),
    ("GET", f"{SMALL_CASE}/gaps/{{gap}}/deliveries"): Cell(_A, status=422),
    ("GET", f"{SMALL_CASE}/diff"): Cell(_V, request=_DAYS),
    ("GET", f"{SMALL_CASE}/trace"): Cell(_V, regions=False, request={"params": {"start": "fin-1"}}),
    ("GET", f"{SMALL_CASE}/report"): Cell(_V, request={"params": {"kind": "express"}}),
    ("POST", f"{SMALL_CASE}/reports"): Cell(_V, status=202, request={"json": {"kind": "express", "format": "json"}}),
    ("POST", f"{SMALL_CASE}/documents"): Cell(
        _E, regions=False, status=202, request={"params": {"name": "a.txt"}, "content": "药店仍在售药".encode()}
    ),
    ("GET", f"{SMALL_CASE}/findings/{{finding}}"): Cell(_V),
    ("POST", f"{SMALL_CASE}/findings"): Cell(
        _E, status=422, request={"json": {"title": "x", "found_on": "2999-01-01"}}
    ),
    ("POST", f"{SMALL_CASE}/findings/{{finding}}/actions"): Cell(
        _E, status=428, request={"json": {"kind": "reported", "on": "2020-07-01", "by": "Li"}}
    ),
    ("GET", f"{SMALL_CASE}/candidates"): Cell(_V, regions=False),
    ("GET", f"{SMALL_CASE}/candidates/{{key}}"): Cell(_V, regions=False, status=404),
    ("POST", f"{SMALL_CASE}/candidates/{{key}}/decisions"): Cell(
        _E, regions=False, status=404, request={"json": {"verdict": "accept"}, "headers": {"If-Match": "*"}}
    ),
}


def address(path: str, gap: str) -> str:
    """Fill in the address of a route for the case small."""
    values = {
        "case": "small", "policy": "rent", "gap": gap, "table": "events", "format": "csv", "document": "doc-1",
        "query": "bottleneck-agencies", "job": "none", "file": "none", "key": "none", "finding": "F-1",
    }  # fmt: skip
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return path
