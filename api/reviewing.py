"""The review of candidate facts as the API gives it, over graphkit.documents.review."""

from __future__ import annotations

import threading
from typing import Any

from graphkit.documents.review import Item, Review, Verdict
from graphkit.model.errors import UsageError

from .access import Principal
from .errors import NotFoundError
from .paging import digest
from .preconditions import check_match
from .responses import CandidateOut, DecisionOut
from .server import Server

_DECIDING = threading.Lock()


def review_of(server: Server, principal: Principal, case: str) -> Review:
    """Return a case's review. RefusedError for a principal limited to a region: a document may tell of any place."""
    principal.require_whole_cases("see candidate facts, which may be about any place")
    return Review(server.settings.workspace, case, create=True)


def candidate(review: Review, key: str) -> tuple[CandidateOut, str]:
    """Return a candidate with its history, and its ETag. NotFoundError when there is none of that id."""
    try:
        item = review.item(key)
    except UsageError:
        item = None
    if item is None or item.candidate.id != key:
        raise NotFoundError(f"no candidate '{key}'")
    history = [
        DecisionOut(
            verdict=one.verdict,
            value=one.value.model_dump(mode="json") if one.value else None,
            person=one.person,
            decided_at=one.decided_at,
            note=one.note,
        )
        for one in review.history(key)
    ]
    return as_out(item, history), f'"{digest(key, [one.model_dump() for one in history])}"'


def decide(
    review: Review,
    principal: Principal,
    key: str,
    verdict: Verdict,
    changes: dict[str, Any] | None,
    note: str | None,
    if_match: str | None,
) -> tuple[CandidateOut, str]:
    """Record a decision about a candidate whose state the asker has seen; return it as it is now, and its ETag."""
    with _DECIDING:
        check_match(if_match, candidate(review, key)[1])
        review.decide(key, verdict, f"{principal.person} ({principal.name})", changes=changes, note=note)
        return candidate(review, key)


def as_out(item: Item, history: list[DecisionOut] | None = None) -> CandidateOut:
    """Return a candidate as it goes out."""
    one = item.candidate
    return CandidateOut(
        id=one.id,
        document=one.document,
        document_name=item.document_name,
        kind=one.kind,
        status=item.status,
        value=item.value.model_dump(mode="json"),
        quote=one.quote,
        locator=one.locator,
        context=item.context,
        rule=one.rule,
        confidence=one.confidence,
        history=history,
    )
