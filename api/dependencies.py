"""What routes ask for: the server's parts, who asks, the facts of this request, and the question that is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer

from graphkit import __version__
from graphkit.model.case import threshold_problem

from .access import Principal, Role
from .errors import FieldError, KnownAnswerError, NotModifiedError
from .evaluations import Filters, Question, Sort
from .identity import principal_of
from .paging import digest
from .server import Server
from .snapshots import Snapshot


async def _server(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


ServerDep = Annotated[Server, Depends(_server)]

_bearer = HTTPBearer(auto_error=False, description="A token of `graphkit token create`, or of the identity provider.")


async def _principal(request: Request, documented: Annotated[object, Depends(_bearer)]) -> Principal:
    return principal_of(request)


PrincipalDep = Annotated[Principal, Depends(_principal)]


def personal(request: Request, principal: PrincipalDep) -> None:
    """Let analysts read rows about persons, and have the read recorded (graphkit_api.recorder)."""
    principal.require(Role.ANALYST)
    request.state.personal = True


def _snapshot(server: ServerDep, principal: PrincipalDep) -> Snapshot:
    return server.snapshots.newest()


SnapshotDep = Annotated[Snapshot, Depends(_snapshot)]


def _unchanged(request: Request, server: ServerDep, principal: PrincipalDep) -> None:
    """Find the ETag of an answer that the facts and the day decide; NotModifiedError when the client has it.

    graphkit_api.kept sends it: a route that returns a file of its own has no say in what its dependencies found.
    """
    quarter = int(time.time() // 900)  # a case without a day of its own is told as of today, which begins on a quarter
    case = request.path_params.get("case")
    snapshot = server.snapshots.newest()
    versions = [(one, snapshot.loads(one)) for one in server.cases(principal) if case in (None, one)]
    known = digest(__version__, versions, quarter, request.url.path, request.url.query, principal)
    etag = f'W/"{known}"'
    asked = {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}
    if etag in asked:
        raise NotModifiedError(etag)
    if (answer := server.kept.find(etag)) is not None:
        raise KnownAnswerError(etag, answer)
    request.state.etag = etag


Unchanged = Depends(_unchanged)
"""For routes whose answer changes only with the facts or the day."""

_CasePath = Annotated[str, Path(description="The case's id.", examples=["shanxi-2020"])]


def _case_snapshot(server: ServerDep, principal: PrincipalDep, case: _CasePath) -> Snapshot:
    return server.snapshot(principal, case)


CaseSnapshotDep = Annotated[Snapshot, Depends(_case_snapshot)]


def _case(case: _CasePath, snapshot: CaseSnapshotDep) -> str:
    return case


CaseDep = Annotated[str, Depends(_case)]


def _personal(request: Request, principal: PrincipalDep, case: CaseDep) -> None:
    personal(request, principal)


Personal = Depends(_personal)
"""For routes that give rows about persons of a case."""


def _evidence(request: Request, case: CaseDep, snapshot: CaseSnapshotDep) -> None:
    if snapshot.has_persons(case):
        request.state.personal = True


Evidence = Depends(_evidence)
"""For routes that give gaps with their evidence: the read is recorded where that may be rows about persons."""


def _passages(request: Request, principal: PrincipalDep) -> None:
    request.state.personal = True


Passages = Depends(_passages)
"""For routes that give what documents say, or files with it: that may name persons, and the read is recorded."""


def known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have: a mistyped `as_of` would tell of another day."""
    if request.method != "GET":
        return
    known = set(_asked_for(request.scope["route"].dependant))
    unknown = next((name for name in request.query_params if name not in known), None)
    if unknown is not None:
        listed = ", ".join(sorted(known)) or "none"
        raise FieldError(unknown, f"there is no query parameter '{unknown}' here; there are: {listed}")


def _asked_for(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for below in dependant.dependencies:
        yield from _asked_for(below)


AsOf = Annotated[
    date | None,
    Query(
        description="Only what happened on or before this day counts; default: the case's own.", examples=["2020-06-30"]
    ),
]
KnownBy = Annotated[
    str | None,
    Query(
        description="Only what had been recorded by this day (its end) or time counts.",
        examples=["2020-07-01", "2020-07-01T09:00"],
    ),
]
Thresholds = Annotated[
    list[str] | None,
    Query(
        alias="threshold",
        description="Override a threshold: NAME=NUMBER (repeatable).",
        examples=[["retention_days=45"]],
    ),
]
Lang = Annotated[Literal["zh", "en"], Query(description="The language of texts.")]


def moment(text: str | None, field: str) -> date | datetime | None:
    """Read an ISO date or date-time; FieldError when it is neither."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text) if len(text) == len("2020-06-30") else datetime.fromisoformat(text)
    except ValueError:
        raise FieldError(field, f"{text}: neither a date like 2020-06-30 nor a time like 2020-06-30T09:00") from None


def _thresholds(given: list[str]) -> tuple[tuple[str, Decimal], ...]:
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name] = Decimal(value)
        except InvalidOperation:
            raise FieldError("threshold", f"{text}: must be NAME=NUMBER, such as retention_days=45") from None
        if (problem := threshold_problem(name, found[name])) is not None:
            raise FieldError("threshold", problem)
    return tuple(sorted(found.items()))


def _question(
    server: ServerDep,
    principal: PrincipalDep,
    case: _CasePath,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    thresholds: Thresholds = None,
) -> Question:
    return server.question(principal, case, as_of, moment(known_by, "known_by"), _thresholds(thresholds or []))


QuestionDep = Annotated[Question, Depends(_question)]


async def _filters(
    policy: Annotated[str | None, Query(description="Only this policy's gaps.", examples=["rent-relief-2020"])] = None,
    region: Annotated[
        str | None, Query(description="Only gaps in this region and all below it.", examples=["140100"])
    ] = None,
    agency: Annotated[
        str | None, Query(description="Only gaps that this agency answers for or supports.", examples=["ndrc-140105"])
    ] = None,
    kind: Annotated[
        list[str] | None, Query(description="Only these kinds (repeatable).", examples=[["missing_step"]])
    ] = None,
    category: Annotated[
        list[str] | None,
        Query(
            description="Only these categories (repeatable): break, blockage, difficulty, pain, unknown, consequence."
        ),
    ] = None,
    consequences: Annotated[bool, Query(description="List blocked steps too.")] = False,
    sort: Annotated[
        Sort, Query(description="By what; `rank` is the contract's order, `-` puts the greatest first.")
    ] = "rank",
) -> Filters:
    return Filters(policy, region, agency, tuple(kind or ()), tuple(category or ()), consequences, sort)


FiltersDep = Annotated[Filters, Depends(_filters)]

PageSize = Annotated[int, Query(ge=1, description="At most so many rows on a page; the server may give fewer.")]
CursorText = Annotated[
    str | None,
    Query(alias="cursor", max_length=500, description="The `next` of the page before; none: the first page."),
]
