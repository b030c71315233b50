"""The one report model: what every report says, in both languages, before any format (JSON Schema in docs/).

Text of the case is kept as it is; each writer makes it safe for its own format.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from graphkit.model.followup import State
from graphkit.model.gap import Category, Gap, Money
from graphkit.reports.text import Lang

ReportName = Literal["express", "monthly", "stage", "ledger"]


class _Part(BaseModel):
    # Most commands name these models and make none: what validates them is built with the first.
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Text(_Part):
    """The same words in both languages."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the words in one language."""
        return self.zh if lang == "zh" else self.en


class Ref(_Part):
    """Something of the case that is named: its id and its name (the id again where it has none)."""

    id: str
    name: str


class Threshold(_Part):
    """A threshold in force, with the default of CONTRACT.md section 3 that it replaces or keeps."""

    name: str
    value: Money
    default: Money


class Looked(_Part):
    """How much was looked at; `coverage_known` is false when the case has no coverage table and so counts as whole."""

    coverage_known: bool
    policies: int
    stages: int
    regions: int
    agencies: int
    steps: int
    required: int = Field(description="steps of stages that are not optional, without the cancelled ones")
    done: int = Field(description="how many of the required steps are done, late or doubtful ones included")
    by_status: dict[str, int] = Field(
        description="steps by the state in which they are shown (graphkit/reports/step_status.sql)"
    )
    rows: dict[str, int] = Field(description="rows of the case that count, by table")
    groups: int = Field(description="beneficiary groups whose number of people is known: without any, nobody can wait")
    holders: int = Field(description="holders through whom money went: without any, none can be held up or untraced")
    deliveries_known: bool = Field(
        description="the case has a table of deliveries: without, nobody can tell who was reached"
    )


class KindCount(_Part):
    """How many gaps of one kind hold; consequences are counted apart."""

    kind: str
    name: Text
    category: Category
    gaps: int
    root: int


class Change(_Part):
    """What is different from the report before: ids of gaps, root and not, without consequences."""

    since: date
    known_by: datetime | None
    new: list[str]
    resolved: list[str]
    new_roots: list[Entry] = Field(description="the gravest root gaps among the new ones, numbered on their own")
    new_roots_total: int
    resolved_roots: list[Entry] = Field(description="the gravest root gaps among the resolved ones, as they were")
    resolved_roots_total: int
    persisting: int
    worsened: list[str] = Field(description="persisting gaps that now hold up more steps or people, or more money")
    eased: list[str]


class Entry(_Part):
    """One gap with the names of what it is about. `evidence` are numbers in the report's evidence list."""

    number: int
    gap: Gap
    kind: Text
    policy: Text | None
    stage: Text | None
    place: list[Ref] = Field(description="the regions that it lies in, widest first")
    subject: Ref | None
    responsible: list[Ref]
    supporting: list[Ref]
    evidence: list[int]
    synthetic: bool = Field(description="a row that it rests on has the source 'synthetic'")


class PolicyLine(_Part):
    """One policy: how far it is, what breaks it, and the stage where it stops first most often."""

    policy: str
    title: Text
    document_number: str | None
    required: int
    done: int
    by_status: dict[str, int]
    root_by_category: dict[str, int] = Field(description="root gaps; as unknown, every step that nobody looked at")
    stops_at: Text | None
    stopped_places: int
    blocked_steps: int


class RegionLine(_Part):
    """One region with everything below it."""

    region: Ref
    level: str
    required: int
    done: int
    by_status: dict[str, int]
    root_by_category: dict[str, int] = Field(description="root gaps; as unknown, every step that nobody looked at")
    blocked_steps: int


class MatrixCell(_Part):
    """The steps of one policy in one region and below: how many are in each state."""

    region: str
    policy: str
    required: int
    done: int
    by_status: dict[str, int]


class MoneyLine(_Part):
    """Money that a holder keeps (or passed on without having received it), from a gap."""

    gap: str
    kind: str
    holder: Ref
    level: str | None = Field(description="the holder's level; beneficiaries for a group, null where it is not known")
    region: Ref | None
    policy_id: str | None
    policy: Text | None
    measure: str | None
    amount: dict[str, Money]
    since: date | None
    days: int | None


class FlowLine(_Part):
    """Money of one policy that went from one level to another: source, central … township, beneficiaries.

    To a source it is `returned`; whoever lies in no known region is `unplaced`.
    """

    policy: str
    title: Text
    currency: str
    from_level: str
    to_level: str
    amount: Money


class AgeLine(_Part):
    """Open findings by the days since they were found, `days_to` included (null: no end): overdue ones and others."""

    days_from: int
    days_to: int | None
    overdue: int
    not_overdue: int


class TrendPoint(_Part):
    """How many root gaps of each category held as of a day."""

    day: date
    by_category: dict[str, int]


class WaitingLine(_Part):
    """Beneficiaries of a measure in one region whose step is broken or held up: eligible, reached, still waiting.

    `reached` and `waiting` are null where the case has no table of deliveries.
    """

    policy: str
    title: Text
    measure: str
    measure_title: Text
    region: Ref
    groups: int
    eligible: int
    reached: int | None
    waiting: int | None


class AgeingLine(_Part):
    """Open findings of one agency or level (both null: none named) by age, as in `ageing`; `oldest` in days."""

    agency: Ref | None
    level: str | None
    open: int
    overdue: int
    by_age: list[int]
    oldest: int


class FindingOrigin(_Part):
    """The gap that a finding was entered from, and whether it still holds."""

    gap: str
    holds: bool


class FindingLine(_Part):
    """One finding in the follow-up ledger (graphkit.gaps.followup): `since` is the day of its state."""

    finding: str
    title: str
    category: Category | None
    policy: Text | None
    region: Ref | None
    agency: Ref | None
    found_on: date
    amount: dict[str, Money]
    count: int | None
    open: bool
    state: State
    since: date
    due_on: date | None = Field(description="by when what it waits for should happen; the first day missed, if overdue")
    overdue_days: int | None
    problems: list[str] = Field(description="kinds of gap about the finding itself")
    gaps: list[str] = Field(description="ids of those, and of the gaps at the step or holder that it is about")
    repeats: list[str] = Field(description="verified findings of the same kind at the same agency before it")
    origin: FindingOrigin | None
    wrong: list[str] = Field(description="what is wrong with the order of its actions, in one line each")
    source: str | None


class EvidenceLine(_Part):
    """A numbered piece of evidence: where it is written down and what it says there."""

    number: int
    document: str | None
    title: str | None
    document_number: str | None
    issuer: str | None
    issued_on: date | None
    locator: str | None
    quote: str | None
    row: str | None
    synthetic: bool


class WeakRows(_Part):
    """How many of a table's rows that count are weak: made up, or naming no source."""

    table: str
    weak: int
    rows: int


class ProvisionLine(_Part):
    """Two provisions of a policy that do not agree (docs/provisions.md): the lower or first one, and the other."""

    policy: str
    title: Text
    relation: Literal["narrower", "contradicting"]
    one: str
    other: str
    says: Text
    since: date | None
    until: date | None = Field(description="the last day on which both are in force; null while nothing ends them")


class Quality(_Part):
    """What is weak in the data. `rejected` is null where the loads do not say."""

    rejected: int | None
    rejected_rows: dict[str, int] = Field(description="by table, rows that could not be loaded and are still missing")
    synthetic: list[WeakRows] = Field(description="rows whose source is 'synthetic'")
    without_source: list[WeakRows]
    unsupported: int = Field(description="steps said to be done without the evidence that their stage asks for")
    conflicting: int
    unobserved: int


class Report(_Part):
    """A report on one evaluation. Nothing in it depends on when or where it was written."""

    schema_version: Literal[1] = 1
    kind: ReportName
    number: str | None
    title: Text
    case: str
    case_title: Text
    jurisdiction: Ref | None
    currency: str
    period_start: date | None
    period_end: date
    as_of: date
    known_by: datetime | None
    only_policy: str | None
    only_region: Ref | None
    looked: Looked
    thresholds: list[Threshold]
    counts: list[KindCount]
    change: Change | None
    roots: list[Entry] = Field(
        description="root gaps, ranked, without what nobody looked at; `roots_total` says how many there are"
    )
    roots_told: int = Field(description="how many of them a report tells one by one; it lists the others")
    roots_total: int
    unobserved: list[Entry] = Field(
        description="steps that nobody looked at, ranked and numbered on their own: never counted as breaks"
    )
    unobserved_total: int
    policies: list[PolicyLine]
    regions: list[RegionLine]
    matrix: list[MatrixCell]
    provisions: list[ProvisionLine] = Field(description="provisions that contradict, or fall short of, one another")
    money: list[MoneyLine]
    flows: list[FlowLine]
    waiting: list[WaitingLine]
    follow_up: list[FindingLine]
    ageing: list[AgeLine]
    ageing_by_agency: list[AgeingLine]
    ageing_by_level: list[AgeingLine]
    trend: list[TrendPoint]
    quality: Quality
    evidence: list[EvidenceLine]

    @property
    def is_synthetic(self) -> bool:
        """True when any row that counts is made up."""
        return bool(self.quality.synthetic)
