"""Cases, what they expect, and the rows of their tables."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from graphkit.gaps.followup import check_filters
from graphkit.gaps.record import records
from graphkit.model.case import Case, Policy

from ..dependencies import (
    CaseDep,
    CaseSnapshotDep,
    CursorText,
    PageSize,
    Personal,
    PrincipalDep,
    QuestionDep,
    ServerDep,
    SnapshotDep,
    Unchanged,
)
from ..errors import FieldError, NotFoundError
from ..pages import next_cursor, start
from ..responses import (
    PAGES,
    TABLE_PATHS,
    CaseList,
    Page,
    PolicyList,
    RecordList,
    RecordOut,
    StageLine,
    StageList,
    StepPage,
    StepRow,
)
from ..rows import table_page
from ..snapshots import PERSONAL

router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("", dependencies=[Unchanged])
def cases(server: ServerDep, snapshot: SnapshotDep, principal: PrincipalDep) -> CaseList:
    """List the cases."""
    listed = [snapshot.case(case) for case in server.cases(principal)]
    return CaseList(versions={one.id: snapshot.loads(one.id) for one in listed}, cases=listed)


@router.get("/{case}", dependencies=[Unchanged])
def one_case(case: CaseDep, snapshot: CaseSnapshotDep) -> Case:
    """Tell what a case is."""
    return snapshot.case(case)


@router.get("/{case}/policies", dependencies=[Unchanged])
def policies(case: CaseDep, snapshot: CaseSnapshotDep) -> PolicyList:
    """List the policies with their measures and stages."""
    return PolicyList(case=case, policies=snapshot.policies(case))


@router.get("/{case}/policies/{policy}", dependencies=[Unchanged])
def one_policy(case: CaseDep, policy: str, snapshot: CaseSnapshotDep) -> Policy:
    """Tell what a policy expects."""
    for one in snapshot.policies(case):
        if one.id == policy:
            return one
    raise NotFoundError(f"case {case} has no policy '{policy}'")


@router.get("/{case}/stages", dependencies=[Unchanged])
def stages(
    case: CaseDep,
    snapshot: CaseSnapshotDep,
    policy: Annotated[str | None, Query(description="Only this policy's.")] = None,
) -> StageList:
    """List the stages in the order of the chains."""
    known = snapshot.policies(case)
    if policy is not None and policy not in [one.id for one in known]:
        raise FieldError("policy", f"case {case} has no policy '{policy}'")
    lines = [
        StageLine(policy=one.id, stage=stage)
        for one in known
        if policy in (None, one.id)
        for depths in [one.depths()]
        for stage in sorted(one.stages, key=lambda stage, depths=depths: depths[stage.id])  # type: ignore[misc]
    ]
    return StageList(case=case, stages=lines)


@router.get("/{case}/steps", dependencies=[Unchanged])
def steps(
    server: ServerDep,
    question: QuestionDep,
    policy: Annotated[str | None, Query(description="Only this policy's.")] = None,
    stage: Annotated[str | None, Query(description="Only of this stage.")] = None,
    region: Annotated[str | None, Query(description="Only in this region and all below it.")] = None,
    state: Annotated[Literal["done", "open", "untouched", "cancelled"] | None, Query(description="Only these.")] = None,
    limit: PageSize = 100,
    cursor: CursorText = None,
) -> StepPage:
    """List the steps with their states, by policy, depth, stage and scope."""
    asked = (policy, stage, region, state)
    question, position, size = start(server, question, cursor, limit, "steps", asked)
    conditions = {
        "policy = ?": policy,
        "stage = ?": stage,
        "region IN (SELECT code FROM region_above WHERE ancestor = ?)": region,
        "state = ?": state,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    where = " AND ".join(given) or "TRUE"
    columns = ", ".join(StepRow.model_fields)
    with server.evaluations.open(question) as evaluation:
        check_filters(evaluation, policy, region)
        if stage is not None and stage not in {one.id for plan in evaluation.policies for one in plan.stages}:
            raise FieldError("stage", f"no policy of case {question.case} has a stage '{stage}'")
        total = evaluation.rows(f"SELECT count(*) AS total FROM steps WHERE {where}", [*given.values()])[0]["total"]
        rows = evaluation.rows(
            f"SELECT {columns} FROM steps WHERE {where} ORDER BY policy, depth, stage, scope LIMIT ? OFFSET ?",
            [*given.values(), size, position],
        )
        known_by = evaluation.known_by
    return StepPage(
        facts_version=question.version,
        case=question.case,
        as_of=question.as_of,
        known_by=known_by,
        total=total,
        next=next_cursor(question, position + len(rows), total, "steps", asked),
        steps=[StepRow(**row) for row in rows],
    )


@router.get("/{case}/evaluations")
def evaluations(case: CaseDep, snapshot: CaseSnapshotDep, principal: PrincipalDep) -> RecordList:
    """List the kept evaluations. They are of the whole case: a token limited to a region is told of none."""
    if principal.region is not None:
        return RecordList(case=case, evaluations=[])
    kept = [
        RecordOut(**one.model_dump(exclude={"commit"}), facts_version=snapshot.loads_until(case, one.commit))
        for one in records(snapshot.facts, case)
    ]
    return RecordList(case=case, evaluations=kept)


def _add_table(path: str, table: str) -> None:
    def rows(server: ServerDep, question: QuestionDep, limit: PageSize = 100, cursor: CursorText = None) -> Page:
        question, position, size = start(server, question, cursor, limit, path, ())
        with server.evaluations.open(question) as evaluation:
            found, total = table_page(evaluation, table, position, size)
            known_by = evaluation.known_by
        values: dict[str, Any] = {
            "facts_version": question.version,
            "case": question.case,
            "as_of": question.as_of,
            "known_by": known_by,
            "total": total,
            "next": next_cursor(question, position + len(found), total, path, ()),
            "rows": found,
        }
        return PAGES[path](**values)

    router.add_api_route(
        f"/{{case}}/{path}",
        rows,
        name=path,
        response_model=PAGES[path],
        dependencies=[*([Personal] if table in PERSONAL else []), Unchanged],
        description=f"List the rows of {table} that count, in the order of their keys.",
    )


for _path, _table in TABLE_PATHS.items():
    _add_table(_path, _table)
