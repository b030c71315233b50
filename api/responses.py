"""What goes out: names and shapes as CONTRACT.md has them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, create_model

from graphkit.gaps import ChainStep
from graphkit.gaps.diff import Persisting
from graphkit.model.case import Case, Policy, Stage
from graphkit.model.gap import Evidence, Gap, Money
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


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


Utc = Annotated[datetime, PlainSerializer(_utc, return_type=str, when_used="json")]


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
    fields["attributes"] = (dict[str, Any] | None, Field(None, description="columns that the contract does not name"))
    name = "".join(part.title() for part in table.split("_")) + "Row"
    return create_model(name, __doc__=f"A row of {table}; columns as in CONTRACT.md.", **fields)


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
}
"""The case tables that are given out, by their place in the address; those of persons are not among them."""

PAGES: dict[str, type[Page]] = {path: _page_model(path, table) for path, table in TABLE_PATHS.items()}
