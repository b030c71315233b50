"""What goes out: names and shapes as the contract has them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from graphkit.gaps import ChainStep
from graphkit.gaps.diff import Persisting
from graphkit.gaps.trace import Trace
from graphkit.model.case import Case, Policy, Stage
from graphkit.model.gap import Evidence, Gap, Money, Utc
from graphkit.model.tables import TABLES, ColumnType

GAP_EXAMPLE: dict[str, Any] = {
    "id": "gap-0f3d8b2c5e6a7d14",
    "kind": "missing_step",
    "category": "break",
    "severity": "high",
    "root": True,
    "policy": "rent-relief-2020",
    "measure": None,
    "stage": "county-rule",
    "scope": "140105",
    "subject": None,
    "caused_by": [],
    "since": "2020-06-14",
    "days": 17,
    "responsible": ["ndrc-140105"],
    "supporting": [],
    "blocked_steps": 2,
    "beneficiaries": 3400,
    "count": None,
    "amount": {"CNY": "1200000.00"},
    "evidence": [{"document": "doc-1", "locator": "p3", "quote": "…", "id": "e1"}],
    "findings": ["F-7"],
    "explanation": {"zh": "…", "en": "…"},
}


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Out):
    """What is wrong (RFC 9457), with the fields at fault."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = []


class Health(_Out):
    """The server answers."""

    status: Literal["ok"] = "ok"


class Ready(_Out):
    """The facts can be read."""

    status: Literal["ready"] = "ready"


class CaseList(_Out):
    """The cases that the asker may see."""

    versions: dict[str, int] = Field(description="how many loads there are of each", examples=[{"shanxi-2020": 3}])
    cases: list[Case]


class PolicyList(_Out):
    """The policies of a case."""

    case: str
    policies: list[Policy]


class StageLine(_Out):
    """A stage with the policy that it belongs to."""

    policy: str
    stage: Stage


class StageList(_Out):
    """The stages of a case's policies, in the order of the chains."""

    case: str
    stages: list[StageLine]


class Asked(_Out):
    """What an answer is about: the facts version, the case, the day, the time by which facts were known."""

    facts_version: int = Field(description="how many loads of the case the answer rests on", examples=[3])
    case: str = Field(examples=["shanxi-2020"])
    as_of: date = Field(examples=["2020-06-30"])
    known_by: Utc | None = None


class Page(Asked):
    """One page of a list; `next` is the cursor of the next page, null on the last."""

    total: int = Field(description="rows in all pages", examples=[123])
    next: str | None = None


class GapPage(Page):
    """Gaps in their rank order; `counts` are those of the whole list, by kind."""

    thresholds: dict[str, Money]
    rejected_rows: dict[str, int] = Field(
        description="by table, rows that could not be loaded; gaps may only hold for want of them",
        examples=[{"events": 2}],
    )
    counts: dict[str, int] = Field(examples=[{"missing_step": 1}])
    gaps: list[Gap] = Field(examples=[[GAP_EXAMPLE]])


class GapDetail(Asked):
    """One gap with its evidence, the chain around it and its causes."""

    gap: Gap = Field(examples=[GAP_EXAMPLE])
    causes: list[Gap]
    steps: list[ChainStep]
    left_out: int = Field(description="further steps of the chain that are not listed")


class GapList(Asked):
    """Some gaps, all of them."""

    gaps: list[Gap] = Field(examples=[[GAP_EXAMPLE]])


class EvidenceList(Asked):
    """The facts behind a gap."""

    evidence: list[Evidence]


class TraceOut(_Out):
    """A trace of money, as `graphkit trace` tells it."""

    facts_version: int = Field(description="how many loads of the case the answer rests on", examples=[3])
    trace: Trace = Field(description="where the money came from, and where it is")


class Side(_Out):
    """One of two evaluations that are compared."""

    as_of: date
    known_by: Utc | None


class DiffOut(_Out):
    """What changed between two days: gaps that are new, resolved, persisting."""

    facts_version: int
    case: str
    from_: Side = Field(serialization_alias="from")
    to: Side
    new: list[Gap]
    resolved: list[Gap]
    persisting: list[Persisting]


class StepRow(_Out):
    """A step: a stage in one scope, with its state as of the day."""

    policy: str
    stage: str
    scope: str
    region: str | None
    level: str
    measure: str | None
    required: bool
    state: Literal["done", "open", "untouched", "cancelled"]
    done_on: date | None
    due_on: date | None
    ready: bool
    ready_on: date | None
    event_count: int


class StepPage(Page):
    """Steps by policy, depth, stage and scope."""

    steps: list[StepRow]


class RecordOut(_Out):
    """A kept evaluation: its question, the facts that it rests on, hashes of its rules and gaps, counts."""

    name: str
    case: str
    as_of: date
    known_by: Utc | None
    thresholds: dict[str, Money]
    facts_version: int
    rules: str
    gaps: str
    counts: dict[str, int]
    kept_at: datetime


class RecordList(_Out):
    """The evaluations that are kept of a case."""

    case: str
    evaluations: list[RecordOut]


class Network(Asked):
    """What lies around a gap, for drawing: nodes with places, edges, and how many neighbours are left out."""

    gap: str
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    left_out: int


class KindOut(_Out):
    """A kind of gap and what it means."""

    kind: str
    category: str
    severity: str
    title: dict[str, str]
    finds: dict[str, str]
    thresholds: list[str]


class QueryOut(_Out):
    """A query of the library."""

    id: str
    revision: int
    title: dict[str, str]
    answers: dict[str, str]
    parameters: dict[str, Any]
    columns: dict[str, Any]
    cypher: str


class CypherIn(_Out):
    """A read-only Cypher query; limits may be tightened, not widened."""

    cypher: str = Field(
        min_length=1, max_length=100_000, examples=["MATCH (s:Step {state: 'open'}) RETURN s.title LIMIT 5"]
    )
    params: dict[str, Any] = {}
    limit: int | None = Field(None, ge=1)
    timeout_s: float | None = Field(None, gt=0)


class NamedIn(_Out):
    """The parameters of a library query."""

    params: dict[str, Any] = Field({}, examples=[{"case": "shanxi-2020"}])
    limit: int | None = Field(None, ge=1)
    timeout_s: float | None = Field(None, gt=0)


class Rows(_Out):
    """The rows of a query; `notices` say what one must know of them, such as that they were cut off."""

    columns: list[str] = Field(examples=[["s.title"]])
    rows: list[list[Any]] = Field(examples=[[["County rule in 140105"]]])
    notices: list[str]


class SessionIn(_Out):
    """What a session is begun with."""

    token: str = Field(
        max_length=500, description="A token of `graphkit token create`.", examples=["gk_20c64427_rIMzcLrL_FTHZ"]
    )


class SessionOut(_Out):
    """Who is signed in."""

    person: str = Field(description="the name for people", examples=["Li Ming"])
    role: str = Field(description="viewer, analyst, editor or admin", examples=["analyst"])
    csrf: str | None = Field(description="the word for X-CSRF-Token; null for a request that came with a token")


class ReportIn(_Out):
    """A report to be made in the background; `as_of` is the last day of its period."""

    kind: Literal["express", "monthly", "stage", "ledger"] = Field("stage", description="the kind of report")
    format: Literal["docx", "xlsx", "html", "md", "json"] = Field("docx", description="the format of the file")
    as_of: date | None = Field(None, description="only what happened by this day counts", examples=["2020-06-30"])
    known_by: str | None = Field(None, description="only what was recorded by this day or time", max_length=40)
    since: date | None = Field(None, description="the last day of the period before", examples=["2020-05-31"])
    trend: int = Field(5, ge=0, le=24, description="how many earlier month ends the trend shows")
    policy: str | None = Field(None, description="only this policy")
    region: str | None = Field(None, description="only this region and all below it")
    number: str | None = Field(None, max_length=200, description="the report's number (文号)")
    lang: Literal["zh", "en"] = Field("zh", description="the language of the report")


class JobStep(_Out):
    """One thing that a job told of itself."""

    number: int = Field(description="from 1", examples=[1])
    at: datetime = Field(description="when")
    state: Literal["waiting", "running", "done", "failed"] = Field(description="the job's state then")
    message: str = Field(description="what, for people", examples=["unpacked 14 files"])


class JobOut(_Out):
    """Work in the background: how far it is, and what came of it."""

    id: str = Field(description="the job's id", examples=["6f1f0a9e3c5d7b21"])
    kind: str = Field(description="load, ingest or report", examples=["load"])
    case: str | None = Field(description="the case that it is about, once known", examples=["shanxi-2020"])
    state: Literal["waiting", "running", "done", "failed"] = Field(description="how far it is")
    begun_at: datetime = Field(description="when it was asked for")
    steps: list[JobStep] = Field(description="what it told of itself, oldest first")
    result: dict[str, Any] | None = Field(description="what came of it, when it is done; as the command line's JSON")
    problem: str | None = Field(description="why it failed, when it did")
    files: list[str] = Field(description="the files that can be fetched", examples=[["rejects.csv"]])


class JobList(_Out):
    """One's own jobs, the newest first."""

    jobs: list[JobOut] = Field(description="the jobs")


class FindingIn(_Out):
    """A finding to enter: the columns of the table findings, and the gap that it came from."""

    title: str = Field(min_length=1, max_length=500, description="what was found", examples=["Rent not waived"])
    found_on: date = Field(description="the day it was found", examples=["2020-06-30"])
    id: str | None = Field(None, min_length=1, max_length=100, description="none: the next free one")
    category: Literal["blockage", "pain", "difficulty", "break"] | None = Field(None, description="its category")
    kind: str | None = Field(None, max_length=200, description="what findings of its kind are called")
    policy: str | None = Field(None, max_length=200, description="a policy's id")
    stage: str | None = Field(None, max_length=200, description="a stage's id")
    scope: str | None = Field(None, max_length=200, description="a region's code or an agency's id")
    agency: str | None = Field(None, max_length=200, description="the agency at fault")
    amount: Decimal | None = Field(None, max_digits=28, decimal_places=6, description="money that it is about")
    currency: str | None = Field(None, max_length=10, description="of the amount; none: the case's")
    count: int | None = Field(None, ge=0, le=2**62, description="how many it is about")
    severity: Literal["low", "medium", "high"] | None = Field(None, description="its severity")
    source: str | None = Field(None, max_length=500, description="a document's id or file name")
    locator: str | None = Field(None, max_length=200, description="a page, row or span in the source")
    gap: str | None = Field(None, max_length=100, description="the id of the gap that it came from")


class ActionIn(_Out):
    """What was done about a finding: the columns of the table actions."""

    kind: Literal[
        "reported", "instructed", "recommended", "accepted", "rectified", "verified", "rejected", "reopened", "waived"
    ] = Field(description="what was done", examples=["instructed"])
    on: date = Field(description="the day it was done", examples=["2020-06-30"])
    by: str = Field(min_length=1, max_length=200, description="who did it: an agency or a person")
    id: str | None = Field(None, min_length=1, max_length=100, description="none: the next free one")
    to: str | None = Field(None, max_length=200, description="whom it was addressed to")
    due_on: date | None = Field(None, description="by when something is to be done")
    amount: Decimal | None = Field(None, max_digits=28, decimal_places=6, description="money that it is about")
    currency: str | None = Field(None, max_length=10, description="of the amount; none: the case's")
    source: str | None = Field(None, max_length=500, description="a document's id or file name")
    locator: str | None = Field(None, max_length=200, description="a page, row or span in the source")
    note: str | None = Field(None, max_length=2000, description="more, in words")


class EnteredOut(_Out):
    """What was entered."""

    id: str = Field(description="the new row's id", examples=["F-2020-1"])
    finding: str = Field(description="the finding that it is, or is about", examples=["F-2020-1"])
    state: str = Field(description="the finding's state now: found, or its last action", examples=["found"])
    facts_version: int = Field(description="how many loads of the case there are now", examples=[4])
    warnings: list[str] = Field(description="what a load would warn of")


class DecisionIn(_Out):
    """A decision about a candidate fact."""

    verdict: Literal["accept", "correct", "reject", "undo"] = Field(description="what is decided", examples=["accept"])
    changes: dict[str, Any] | None = Field(None, description="the fields that `correct` sets")
    note: str | None = Field(None, max_length=2000, description="why")


class DecisionOut(_Out):
    """A decision about a candidate fact, as it was made."""

    verdict: Literal["accept", "correct", "reject", "undo"] = Field(description="what was decided")
    value: dict[str, Any] | None = Field(description="the corrected value, where it was corrected")
    person: str = Field(description="who decided", examples=["Li Ming (token:1a2b3c4d)"])
    decided_at: str = Field(description="when")
    note: str | None = Field(description="why")


class CandidateOut(_Out):
    """A candidate fact under review."""

    id: str = Field(description="the candidate's id")
    document: str = Field(description="the id of the document that states it")
    document_name: str = Field(description="the document's file name", examples=["notice.txt"])
    kind: str = Field(description="what it is a fact about", examples=["deadline"])
    status: Literal["pending", "accepted", "rejected"] = Field(description="what was decided")
    value: dict[str, Any] = Field(description="the value that counts, corrected or not; its fields depend on the kind")
    quote: str = Field(description="the words of the document")
    locator: str = Field(description="where they stand", examples=["char 10-24"])
    context: str = Field(description="the words around them")
    rule: str = Field(description="what found it")
    confidence: float = Field(description="how sure that was, from 0 to 1", examples=[0.9])
    history: list[DecisionOut] | None = Field(description="every decision about it, oldest first; null in lists")


class CandidatePage(_Out):
    """Candidate facts by document and place."""

    case: str = Field(description="the case")
    total: int = Field(description="how many there are in all", examples=[12])
    next: str | None = Field(description="the cursor of the next page; null on the last")
    candidates: list[CandidateOut] = Field(description="those of this page")


class Cited(_Out):
    """A row that rests on a place of a document."""

    table: str = Field(description="the row's table", examples=["events"])
    id: str | None = Field(description="the row's id, where its table has ids", examples=["e1"])
    locator: str | None = Field(description="the place", examples=["lines 3-5"])
    quote: str | None = Field(description="the passage there, where it can be read")


class DocumentOut(Asked):
    """A document and the rows that cite it."""

    document: dict[str, Any] = Field(description="the row of the table documents")
    cited: list[Cited] = Field(description="the rows that name it as their source, by table and id")


class PassageOut(Asked):
    """A passage of a document."""

    document: str = Field(description="the document's id")
    locator: str = Field(description="the place", examples=["lines 3-5"])
    text: str = Field(description="what stands there")


_PYTHON: dict[ColumnType, Any] = {
    ColumnType.TEXT: str,
    ColumnType.DATE: date,
    ColumnType.DATETIME: Utc,
    ColumnType.AMOUNT: Money,
    ColumnType.COUNT: int,
    ColumnType.NUMBER: float,
    ColumnType.FLAG: bool,
    ColumnType.LIST: list[str],
}


def _row_model(table: str) -> type[BaseModel]:
    fields: dict[str, Any] = {
        column.name: (_PYTHON[column.type] if column.required else _PYTHON[column.type] | None, ...)
        for column in TABLES[table].columns
    }
    fields["attributes"] = (dict[str, Any] | None, Field(None, description="columns that docs/formats.md lacks"))
    name = "".join(part.title() for part in table.split("_")) + "Row"
    return create_model(name, __doc__=f"A row of {table}; columns as in docs/formats.md.", **fields)


def _page_model(path: str, table: str) -> type[Page]:
    row = _row_model(table)
    name = f"{path.title()}Page"
    rows: Any = (list[row], ...)  # type: ignore[valid-type]
    return create_model(name, __base__=Page, __doc__=f"Rows of {table} that count as of the day.", rows=rows)


TABLE_PATHS = {
    "regions": "regions",
    "agencies": "agencies",
    "groups": "beneficiary_groups",
    "documents": "documents",
    "assignments": "assignments",
    "events": "events",
    "transfers": "transfers",
    "findings": "findings",
    "actions": "actions",
    "issued-reports": "reports",
    "coverage": "coverage",
    "supplies": "supplies",
    "beneficiaries": "beneficiaries",
    "deliveries": "deliveries",
}
"""The case tables that are given out, by their place in the address."""

PAGES: dict[str, type[Page]] = {path: _page_model(path, table) for path, table in TABLE_PATHS.items()}


def file_answer(media_types: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """Return how a route that answers with a file is described: as what it may be sent."""
    return {200: {"description": "the file", "content": {one.partition(";")[0]: {} for one in media_types}}}
