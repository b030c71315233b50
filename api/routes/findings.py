"""Findings with what was done about them; entering new ones."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from graphkit.case import NewAction, NewFinding
from graphkit.gaps.followup import FindingState, FollowUp, follow_up
from graphkit.gaps.followup import finding as state_of
from graphkit.model.errors import InputError

from ..access import Role
from ..dependencies import CaseDep, CaseSnapshotDep, PrincipalDep, QuestionDep, ServerDep, Unchanged
from ..entering import enter_action, enter_finding, finding_tag
from ..errors import NotFoundError
from ..exact import ExactRoute
from ..preconditions import IfMatch
from ..responses import ActionIn, EnteredOut, FindingIn

router = APIRouter(prefix="/cases/{case}", tags=["findings"], route_class=ExactRoute)


@router.get("/follow-up", dependencies=[Unchanged])
def ledger(
    server: ServerDep,
    question: QuestionDep,
    policy: Annotated[str | None, Query(description="Only of this policy.")] = None,
    region: Annotated[str | None, Query(description="Only in this region and all below it.")] = None,
    agency: Annotated[str | None, Query(description="Only of this agency.")] = None,
    state: Annotated[list[str] | None, Query(description="Only in these states (repeatable).")] = None,
    open: Annotated[bool | None, Query(description="Only open ones, or only closed ones.")] = None,
    overdue: Annotated[bool, Query(description="Only those that something is overdue of.")] = False,
    recurring: Annotated[bool, Query(description="Only those that came back after they were verified.")] = False,
) -> FollowUp:
    """List the findings with where each stands, how old and how overdue they are, as `graphkit findings` does."""
    with server.evaluations.open(question) as evaluation:
        return follow_up(
            evaluation,
            policy=policy,
            region=region,
            agency=agency,
            state=state,
            open=open,
            overdue=overdue,
            recurring=recurring,
        )


@router.get("/findings/{finding:path}")
def one_finding(
    server: ServerDep, question: QuestionDep, snapshot: CaseSnapshotDep, case: CaseDep, finding: str, response: Response
) -> FindingState:
    """Tell a finding with where it stands and what was done about it, by day; its ETag is for If-Match."""
    try:
        with server.evaluations.open(question) as evaluation:
            found = state_of(evaluation, finding)
    except InputError:
        raise NotFoundError(f"no finding '{finding}' as of {question.as_of}") from None
    response.headers["ETag"] = finding_tag(snapshot.facts, case, finding)
    return found


@router.post("/findings", status_code=201)
def new_finding(
    server: ServerDep, principal: PrincipalDep, case: CaseDep, sent: FindingIn, response: Response
) -> EnteredOut:
    """Enter a finding; it counts from its found_on."""
    principal.require(Role.EDITOR)
    entered = enter_finding(server, principal, case, NewFinding(**sent.model_dump()))
    response.headers["Location"] = f"/api/v1/cases/{case}/findings/{quote(entered.id, safe='')}?as_of={sent.found_on}"
    return _out(server, case, entered.id, entered.finding, entered.state, entered.warnings)


@router.post("/findings/{finding:path}/actions", status_code=201)
def new_action(
    server: ServerDep,
    principal: PrincipalDep,
    case: CaseDep,
    finding: str,
    sent: ActionIn,
    response: Response,
    if_match: IfMatch = None,
) -> EnteredOut:
    """Enter what was done about a finding; 412 where it is no longer as the asker saw it."""
    principal.require(Role.EDITOR)
    action = NewAction(finding=finding, **sent.model_dump())
    entered, etag = enter_action(server, principal, case, action, if_match)
    response.headers["ETag"] = etag
    return _out(server, case, entered.id, entered.finding, entered.state, entered.warnings)


def _out(server: ServerDep, case: str, id: str, finding: str, state: str, warnings: list[str]) -> EnteredOut:
    version = server.snapshots.newest().loads(case)
    return EnteredOut(id=id, finding=finding, state=state, facts_version=version, warnings=warnings)
