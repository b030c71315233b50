"""The review of candidate facts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from graphkit.documents.model import Kind

from ..access import Role
from ..dependencies import CaseDep, Passages, PrincipalDep, ServerDep
from ..preconditions import IfMatch
from ..responses import CandidateOut, CandidatePage, DecisionIn
from ..reviewing import as_out, candidate, decide, review_of

router = APIRouter(prefix="/cases/{case}", tags=["review"])


@router.get("/candidates", dependencies=[Passages])
def candidates(
    server: ServerDep,
    principal: PrincipalDep,
    case: CaseDep,
    status: Annotated[Literal["pending", "accepted", "rejected"] | None, Query(description="Only these.")] = None,
    kind: Annotated[Kind | None, Query(description="Only of this kind.")] = None,
    document: Annotated[str | None, Query(max_length=200, description="A document's id or name.")] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000, description="How many to pass over.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
) -> CandidatePage:
    """List the candidate facts by document and place."""
    items = review_of(server, principal, case).items(status=status, kind=kind, document=document)
    return CandidatePage(
        case=case, total=len(items), candidates=[as_out(item) for item in items[offset : offset + limit]]
    )


@router.get("/candidates/{key}", dependencies=[Passages])
def one_candidate(
    server: ServerDep, principal: PrincipalDep, case: CaseDep, key: str, response: Response
) -> CandidateOut:
    """Tell a candidate fact with every decision about it; its ETag is for If-Match."""
    found, response.headers["ETag"] = candidate(review_of(server, principal, case), key)
    return found


@router.post("/candidates/{key}/decisions", status_code=201)
def new_decision(
    server: ServerDep,
    principal: PrincipalDep,
    case: CaseDep,
    key: str,
    sent: DecisionIn,
    response: Response,
    if_match: IfMatch = None,
) -> CandidateOut:
    """Accept, correct or reject a candidate fact, or undo the last decision about it."""
    principal.require(Role.EDITOR)
    review = review_of(server, principal, case)
    found, response.headers["ETag"] = decide(review, principal, key, sent.verdict, sent.changes, sent.note, if_match)
    return found
