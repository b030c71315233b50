"""Gaps: lists, one with its chain, causes, consequences and evidence, and what changed between two days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query

from graphkit.gaps import Evaluation, chain_of, rules
from graphkit.gaps.diff import diff
from graphkit.gaps.trace import trace
from graphkit.model.errors import InputError
from graphkit.model.tables import TABLES
from graphkit.reports.gaps_json import rejected_rows
from graphkit.views.data import PageData
from graphkit.views.neighbourhood import neighbourhood

from ..dependencies import (
    CursorText,
    Evidence,
    FiltersDep,
    KnownBy,
    Lang,
    PageSize,
    Personal,
    PrincipalDep,
    QuestionDep,
    ServerDep,
    Unchanged,
    moment,
)
from ..errors import FieldError, NotFoundError
from ..pages import next_cursor, start
from ..responses import (
    PAGES,
    DiffOut,
    EvidenceList,
    GapDetail,
    GapList,
    GapPage,
    KindOut,
    Network,
    Page,
    Side,
    TraceOut,
)
from ..rows import with_attributes

router = APIRouter(prefix="/cases/{case}", tags=["gaps"])
kinds_router = APIRouter(tags=["gaps"])

_T = TypeVar("_T")
NODE_LIMIT = 300
DELIVERIES = PAGES["deliveries"]


@kinds_router.get("/kinds")
def kinds(principal: PrincipalDep) -> list[KindOut]:
    """List the kinds of gaps and what each means."""
    return [
        KindOut(
            kind=rule.id,
            category=rule.category,
            severity=rule.severity,
            title=rule.title.model_dump(),
            finds=rule.finds.model_dump(),
            thresholds=rule.thresholds,
        )
        for rule in rules().values()
    ]


@router.get("/gaps", dependencies=[Evidence, Unchanged])
def gaps(
    server: ServerDep, question: QuestionDep, filters: FiltersDep, limit: PageSize = 100, cursor: CursorText = None
) -> GapPage:
    """List the gaps, the gravest first; `counts` and `total` are of the whole list."""
    question, position, size = start(server, question, cursor, limit, "gaps", asdict(filters))
    listed = server.evaluations.listed(question, filters)
    page = listed.gaps[position : position + size]
    with server.evaluations.open(question) as evaluation:
        about = question.about(evaluation)
        thresholds = evaluation.thresholds
        rejected = rejected_rows([evaluation])
    return GapPage(
        **about,
        thresholds=thresholds,
        rejected_rows=rejected,
        total=len(listed.gaps),
        next=next_cursor(question, position + len(page), len(listed.gaps), "gaps", asdict(filters)),
        counts=listed.counts,
        gaps=page,
    )


@router.get("/gaps/{gap}", dependencies=[Evidence, Unchanged])
def one_gap(server: ServerDep, question: QuestionDep, gap: str) -> GapDetail:
    """Tell one gap with its evidence, causes, and the chain around it: steps with state, dates, agencies, evidence."""
    with server.evaluations.open(question) as evaluation:
        chain = _known(chain_of, evaluation, gap)
        return GapDetail(
            **question.about(evaluation),
            gap=chain.gap,
            causes=chain.causes,
            steps=chain.steps,
            left_out=chain.left_out,
        )


@router.get("/gaps/{gap}/evidence", dependencies=[Evidence, Unchanged])
def evidence(server: ServerDep, question: QuestionDep, gap: str) -> EvidenceList:
    """List the facts behind a gap, each with its document, locator and passage."""
    with server.evaluations.open(question) as evaluation:
        found = _known(Evaluation.gap, evaluation, gap)
        return EvidenceList(**question.about(evaluation), evidence=found.evidence)


@router.get("/gaps/{gap}/causes", dependencies=[Evidence, Unchanged])
def causes(server: ServerDep, question: QuestionDep, gap: str) -> GapList:
    """List the root gaps that explain a gap; none when it is a root itself."""
    with server.evaluations.open(question) as evaluation:
        found = _known(Evaluation.gap, evaluation, gap)
        return GapList(**question.about(evaluation), gaps=evaluation.gaps_of(found.caused_by))


@router.get("/gaps/{gap}/consequences", dependencies=[Evidence, Unchanged])
def consequences(
    server: ServerDep,
    question: QuestionDep,
    gap: str,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
) -> GapList:
    """List the gaps that a root gap explains, by id."""
    with server.evaluations.open(question) as evaluation:
        _known(Evaluation.gap, evaluation, gap)
        ids = evaluation.rows("SELECT gap FROM gap_causes WHERE cause = ? ORDER BY gap LIMIT ?", [gap, limit])
        return GapList(**question.about(evaluation), gaps=evaluation.gaps_of(row["gap"] for row in ids))


@router.get("/gaps/{gap}/deliveries", response_model=DELIVERIES, dependencies=[Personal, Unchanged])
def gap_deliveries(
    server: ServerDep,
    question: QuestionDep,
    gap: str,
    limit: PageSize = 100,
    cursor: CursorText = None,
) -> Page:
    """List the deliveries behind an aggregated delivery gap, by id."""
    question, position, size = start(server, question, cursor, limit, "gap deliveries", gap)
    with server.evaluations.open(question) as evaluation:
        _known(Evaluation.gap, evaluation, gap)
        rows = evaluation.delivery_rows(gap)
        columns = [*TABLES["deliveries"].column_names, "attributes"]
        found = rows.slice(position, size).select(columns).to_pylist()
        values: dict[str, Any] = {
            "total": rows.num_rows,
            "next": next_cursor(question, position + len(found), rows.num_rows, "gap deliveries", gap),
            "rows": [with_attributes(row) for row in found],
        }
        return DELIVERIES(**values, **question.about(evaluation))


@router.get("/gaps/{gap}/subgraph", dependencies=[Evidence, Unchanged])
def subgraph(
    server: ServerDep,
    question: QuestionDep,
    gap: str,
    limit: Annotated[int, Query(ge=10, le=2000, description="At most so many nodes.")] = NODE_LIMIT,
    lang: Lang = "zh",
) -> Network:
    """Give what lies around a gap for drawing: steps, agencies, groups, findings, documents, money."""
    with server.evaluations.open(question) as evaluation:
        found = _known(Evaluation.gap, evaluation, gap)
        drawn = neighbourhood(PageData(evaluation, found.policy), found, lang, limit)
        return Network(**question.about(evaluation), gap=gap, **drawn)


@router.get("/diff", dependencies=[Evidence, Unchanged])
def compare(
    server: ServerDep,
    principal: PrincipalDep,
    case: str,
    from_: Annotated[date, Query(alias="from", description="The earlier day.")],
    to: Annotated[date, Query(description="The later day.")],
    known_by: KnownBy = None,
    from_known_by: Annotated[str | None, Query(description="For the earlier day; default: as known_by.")] = None,
    consequences: Annotated[bool, Query(description="Compare blocked steps too.")] = False,
) -> DiffOut:
    """Tell which gaps are new, resolved and persisting between two days."""
    last = moment(known_by, "known_by")
    first = last if from_known_by is None else moment(from_known_by, "from_known_by")
    sides = server.question(principal, case, from_, first), server.question(principal, case, to, last)
    with server.evaluations.open_two(*sides) as (before, after):
        found = diff(before, after, consequences=consequences)
    return DiffOut(
        facts_version=sides[1].version,
        case=case,
        from_=Side(as_of=found.from_, known_by=found.from_known_by),
        to=Side(as_of=found.to, known_by=found.to_known_by),
        new=found.new,
        resolved=found.resolved,
        persisting=found.persisting,
    )


@router.get("/trace", dependencies=[Unchanged])
def trace_money(
    server: ServerDep,
    principal: PrincipalDep,
    question: QuestionDep,
    start: Annotated[
        str, Query(min_length=1, max_length=200, description="A transfer, an agency, a group or `source:NAME`.")
    ],
    policy: Annotated[str | None, Query(max_length=200, description="Only under this policy.")] = None,
    measure: Annotated[str | None, Query(max_length=200, description="Only under this measure.")] = None,
) -> TraceOut:
    """Trace money up to where it entered and down to where it is. Refused to a token limited to a region.

    First in, first out needs every payment of an account, and accounts pay into other regions too.
    """
    principal.require_whole_cases("trace money, which comes from elsewhere")
    with server.evaluations.open(question) as evaluation:
        try:
            found = trace(evaluation, start, policy=policy, measure=measure)
        except InputError as error:
            raise FieldError("start", str(error)) from None
    return TraceOut(facts_version=question.version, trace=found)


def _known(what: Callable[[Evaluation, str], _T], evaluation: Evaluation, gap: str) -> _T:
    """Return what is told of a gap. NotFoundError when there is none of that id."""
    try:
        return what(evaluation, gap)
    except InputError as error:
        raise NotFoundError(f"no gap '{gap}' as of {evaluation.as_of}") from error
