"""The review of candidate facts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from graphkit.documents.model import Kind
from graphkit.documents.review import Item

from ..access import Role
from ..dependencies import CaseDep, PageSize, Passages, PrincipalDep, ServerDep
from ..exact import ExactRoute
from ..paging import Key, digest, key_cursor, read_key_cursor
from ..preconditions import IfMatch
from ..responses import CandidateOut, CandidatePage, DecisionIn
from ..reviewing import as_out, candidate, decide, review_of

router = APIRouter(prefix="/cases/{case}", tags=["review"], route_class=ExactRoute)


@router.get("/candidates", dependencies=[Passages])
def candidates(
    server: ServerDep,
    principal: PrincipalDep,
    case: CaseDep,
    status: Annotated[Literal["pending", "accepted", "rejected"] | None, Query(description="Only these.")] = None,
    kind: Annotated[Kind | None, Query(description="Only of this kind.")] = None,
    document: Annotated[str | None, Query(max_length=200, description="A document's id or name.")] = None,
    limit: PageSize = 100,
    cursor: Annotated[
        str | None,
        Query(max_length=2000, description="The `next` of the page before; none: the first page."),
    ] = None,
) -> CandidatePage:
    """List the candidate facts by document and place.

    A page goes on behind the last candidate of the one before, whatever was decided or read in meanwhile.
    """
    question = digest("candidates", case, status, kind, document)
    behind = None if cursor is None else read_key_cursor(cursor, question)
    items = review_of(server, principal, case).items(status=status, kind=kind, document=document)
    ordered = sorted(items, key=_key)
    following = ordered if behind is None else [item for item in ordered if _key(item) > behind]
    page = following[: min(limit, server.settings.page_limit_rows)]
    return CandidatePage(
        case=case,
        total=len(items),
        next=key_cursor(_key(page[-1]), question) if len(page) < len(following) else None,
        candidates=[as_out(item) for item in page],
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


def _key(item: Item) -> Key:
    one = item.candidate
    return item.document_name, one.document, one.start, one.id
