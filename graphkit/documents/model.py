"""What a document is once it has been read, and what a candidate fact is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from graphkit.documents.text import Text

Kind = Literal[
    "policy", "measure", "document_number", "issuer", "agency", "region", "assignment", "deadline", "cadence",
    "amount", "rate", "count", "date", "problem", "finding", "action",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
RateUnit = Literal["percent", "permille", "percentage_point", "basis_point"]
Qualifier = Literal["exact", "about", "nearly", "at_least", "more_than", "at_most", "less_than", "range", "vague"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document that a person can find again: its `locator` (`p3`, `paragraph 12`) and span."""

    locator: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: `text` (original and cleaned), where its parts are, and what could not be read.

    `id` depends on the bytes alone. Every offset is a character offset in `text.raw`: the decoded file for plain text,
    the extracted text for HTML, docx and PDF.
    """

    id: str
    name: str
    format: Literal["txt", "html", "docx", "pdf"]
    encoding: str | None
    text: Text
    parts: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()

    def locator(self, start: int, end: int) -> str:
        """Return where a span is, for people and for the `locator` column: the part, then the characters."""
        characters = f"char {start}-{end}"
        part = next((part for part in self.parts if part.start <= start < part.end), None)
        return f"{part.locator}, {characters}" if part else characters


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AmountValue(_Value):
    """Money: `amount` (and `upper` of a range) in whole units of `currency`; `per` such as 户, 人, 月."""

    kind: Literal["amount"] = "amount"
    amount: Decimal | None
    upper: Decimal | None = None
    qualifier: Qualifier = "exact"
    currency: str = "CNY"
    per: str | None = None


class RateValue(_Value):
    """A rate: `rate` in `unit`; a fraction of one is rate/100 for percent and points, rate/10000 for basis points."""

    kind: Literal["rate"] = "rate"
    rate: Decimal
    upper: Decimal | None = None
    qualifier: Qualifier = "exact"
    unit: RateUnit


class CountValue(_Value):
    """So many of something: `count` (and `upper` of a range) times `unit` (户, 家, 人, 个 …) of `noun`."""

    kind: Literal["count"] = "count"
    count: Decimal | None
    upper: Decimal | None = None
    qualifier: Qualifier = "exact"
    unit: str
    noun: str | None = None


class DateValue(_Value):
    """A day or a period: its first and last day (ISO). `inferred` says what was not in the words themselves."""

    kind: Literal["date"] = "date"
    start: str | None
    end: str | None
    precision: Literal["day", "month", "quarter", "half", "year", "span", "part"]
    inferred: str | None = None


class DeadlineValue(_Value):
    """By when: a date (ISO, the last day included) or a number of days after something."""

    kind: Literal["deadline"] = "deadline"
    due_on: str | None = None
    within: int | None = None
    unit: Literal["day", "workday", "week", "month", "year", "hour"] | None = None
    after: str | None = None
    task: str | None = None


class CadenceValue(_Value):
    """How often: every `every` `unit`; `task` is what is due."""

    kind: Literal["cadence"] = "cadence"
    every: int
    unit: Literal["day", "workday", "week", "month", "quarter", "half", "year"]
    task: str | None = None


class DocumentNumberValue(_Value):
    """A document's number with the brackets 〔〕 whatever the source wrote."""

    kind: Literal["document_number"] = "document_number"
    number: str


class RegionValue(_Value):
    """A region; `candidates` are the codes that it may be where `code` is left open."""

    kind: Literal["region"] = "region"
    code: str | None
    name: str
    level: str | None
    candidates: tuple[str, ...] = ()
    explanation: str


class AgencyValue(_Value):
    """An agency; `name` is the full form, `id` the gazetteer's (None: not known, or left to a person)."""

    kind: Literal["agency"] = "agency"
    name: str
    id: str | None = None
    level: str | None = None
    region: str | None = None
    generic: bool = False
    candidates: tuple[str, ...] = ()
    explanation: str


class PolicyValue(_Value):
    """A policy document by its title, or a policy that the text names."""

    kind: Literal["policy"] = "policy"
    title: str


class MeasureValue(_Value):
    """Something that a policy gives; `measure` is a kind such as rent_relief."""

    kind: Literal["measure"] = "measure"
    title: str
    measure: str


class IssuerValue(_Value):
    """Who issued a document."""

    kind: Literal["issuer"] = "issuer"
    name: str
    id: str | None = None


class AssignmentValue(_Value):
    """Who is to do what in which role; policy, stage and scope are for a person to say."""

    kind: Literal["assignment"] = "assignment"
    agency: str
    id: str | None = None
    role: Literal["lead", "support"]
    task: str | None = None
    policy: str | None = None
    stage: str | None = None
    scope: str | None = None


class ProblemValue(_Value):
    """A point where implementation hurts, as the text itself names it."""

    kind: Literal["problem"] = "problem"
    category: Literal["blockage", "pain", "difficulty", "break"]
    about: str
    found_on: str | None = None
    policy: str | None = None
    stage: str | None = None
    scope: str | None = None


class FindingValue(_Value):
    """What was found, and the party at fault where it is named; policy, stage, scope are for a person to say."""

    kind: Literal["finding"] = "finding"
    title: str
    category: Literal["blockage", "pain", "difficulty", "break"] | None
    type: str
    party: str | None = None
    party_id: str | None = None
    found_on: str | None = None
    policy: str | None = None
    stage: str | None = None
    scope: str | None = None
    severity: Literal["high", "medium", "low"] | None = None


class ActionValue(_Value):
    """What was done about something. `action` is the text's own kind, `case_kind` its kind in the actions table."""

    kind: Literal["action"] = "action"
    action: str
    case_kind: str | None
    by: str | None = None
    to: str | None = None
    on: str | None = None
    due_on: str | None = None
    followed_by: str | None = None


Value = Annotated[
    AmountValue | RateValue | CountValue | DateValue | DeadlineValue | CadenceValue | DocumentNumberValue | RegionValue
    | AgencyValue | PolicyValue | MeasureValue | IssuerValue | AssignmentValue | ProblemValue | FindingValue
    | ActionValue,
    Field(discriminator="kind"),
]  # fmt: skip


class Link(BaseModel):
    """A candidate's tie to another one: `role` such as at_fault, lead, amount, due, number, followed_by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    target: str


class Candidate(BaseModel):
    """A fact that a document seems to state; a person decides. `start`, `end` and `quote` are those of the original."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    document: str
    kind: Kind
    value: Value
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str
    locator: str
    rule: str
    confidence: float = Field(ge=0, le=1)
    links: tuple[Link, ...] = ()
    note: str | None = None
