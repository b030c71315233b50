"""A case and its policies as YAML states them (CONTRACT.md section 1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from graphkit.model.gap import Severity
from graphkit.model.tables import AMOUNT_SCALE, is_amount

Level = Literal["central", "province", "city", "county", "township"]

THRESHOLDS: dict[str, Decimal] = {
    "retention_days": Decimal(30),
    "retention_min": Decimal(0),
    "coverage_min": Decimal("0.9"),
    "unaddressed_days": Decimal(30),
    "instruction_days": Decimal(30),
    "verify_days": Decimal(30),
}
"""Every threshold of CONTRACT.md section 3 with its default."""

_MOST_DAYS = 36500

_LONGEST_ID = 240
"""How long a case's id may be as the facts write it, in a folder's name: a Chinese character makes nine of these."""


def threshold_problem(name: str, value: Decimal) -> str | None:
    """Return why a value cannot be that threshold, or None: days are whole, coverage_min is a share, the rest money."""
    if name not in THRESHOLDS:
        return f"unknown threshold {name}; known are {', '.join(sorted(THRESHOLDS))}"
    if not value.is_finite():
        return f"{name} is {value}; it must be a number"
    if name.endswith("_days"):
        good, rule = 0 <= value <= _MOST_DAYS and value == int(value), f"a whole number of days from 0 to {_MOST_DAYS}"
    elif name == "coverage_min":
        good, rule = 0 <= value <= 1, "a share from 0 to 1, such as 0.9"
    else:
        good, rule = value >= 0 and is_amount(value), f"an amount from 0 with at most {AMOUNT_SCALE} decimals"
    return None if good else f"{name} is {value}; it must be {rule}"


class Wrong(NamedTuple):
    """Something wrong in a definition: the keys that lead to it, its value if that is what is wrong, and why it is."""

    loc: tuple[int | str, ...]
    value: str | None
    reason: str


class DefinitionError(ValueError):
    """All that is wrong with a part of a definition; `loc` begins at that part."""

    def __init__(self, found: list[Wrong]) -> None:
        super().__init__("; ".join(one.reason for one in found))
        self.found = found


CURRENCY = "[A-Z]{3}"
NO_CURRENCY = "RMB"
CURRENCY_REASON = "is no currency code of ISO 4217 such as CNY (RMB is none), in capital letters"


def _iso_date(value: Any) -> Any:
    """Take only the contract's way to write a date; pydantic alone would also take seconds since 1970."""
    if isinstance(value, str):
        try:
            if len(value) == len("2020-03-01"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValueError("is not a date; write it like 2020-03-01")
    return value


Day = Annotated[date, BeforeValidator(_iso_date)]


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


class _Model(BaseModel):
    """YAML scalars come as text (region codes keep their zeros); keys that the contract does not name are kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _blank_values_are_missing(cls, data: Any) -> Any:
        """Take a key without a value as one that is not there, where it may be missing; else as one of no value."""
        if not isinstance(data, dict):
            return data
        optional = {field.alias or name for name, field in cls.model_fields.items() if not field.is_required()}
        return {
            key: None if _is_blank(value) else value
            for key, value in data.items()
            if not (key in optional and _is_blank(value))
        }

    def unnamed_keys(self) -> list[str]:
        """Return the keys that the contract does not name, with those of the parts, as dotted paths."""
        found = sorted(self.__pydantic_extra__ or {})
        for name in type(self).model_fields:
            value = getattr(self, name)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, _Model):
                    found += [f"{name}.{key}" for key in part.unnamed_keys()]
        return list(dict.fromkeys(found))


class Title(BaseModel):
    """A title by language; each language stands in for the other where only one is given."""

    model_config = ConfigDict(extra="forbid")

    zh: str | None = None
    en: str | None = None

    def text(self, lang: str, default: str = "") -> str:
        """Return the title in `lang` (zh or en), or in the other language, or `default`."""
        own, other = (self.zh, self.en) if lang == "zh" else (self.en, self.zh)
        return own or other or default


def _title(value: Any) -> Any:
    if isinstance(value, str):
        han = any("\u3400" <= character <= "\u9fff" for character in value)
        return {"zh": value} if han else {"en": value}
    return value


TitleField = Annotated[Title, BeforeValidator(_title)]


CADENCE_KINDS = ("express", "monthly", "stage")


class Cadence(_Model):
    """How often a kind of report is due: every `every_days` days, or every calendar month."""

    kind: str
    every_days: int | None = Field(None, gt=0)
    every: Literal["month"] | None = None
    start: Day
    end: Day | None = None

    @model_validator(mode="after")
    def _one_period(self) -> Self:
        if (self.every_days is None) == (self.every is None):
            raise ValueError("give either every_days: N or every: month")
        if self.end is not None and self.end < self.start:
            raise ValueError("ends before it begins")
        return self


class Case(_Model):
    """case.yaml: what this case is."""

    id: str = Field(min_length=1, max_length=200)
    title: TitleField = Title()
    jurisdiction: str | None = None
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    as_of: Day | None = None
    calendar: Literal["days", "cn-workdays"] = "days"
    thresholds: dict[str, Decimal] = Field(default_factory=dict)
    report_cadence: list[Cadence] = Field(default_factory=list)

    @field_validator("id")
    @classmethod
    def _a_folder_of_its_own(cls, value: str) -> str:
        if len(quote(value, safe="")) > _LONGEST_ID:
            raise ValueError("is too long; an id has at most 200 letters, or 26 Chinese characters")
        return value

    @field_validator("thresholds")
    @classmethod
    def _usable_thresholds(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        problems = [Wrong((name,), None, why) for name, one in value.items() if (why := threshold_problem(name, one))]
        if problems:
            raise DefinitionError(problems)
        return value

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if not re.fullmatch(CURRENCY, value) or value == NO_CURRENCY:
            raise ValueError(CURRENCY_REASON)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("not an IANA time zone such as Asia/Shanghai") from None
        return value

    def day(self) -> date:
        """The day as of which it is evaluated where no other is asked for: its `as_of`, else today in its time zone."""
        return self.as_of or datetime.now(ZoneInfo(self.timezone)).date()


class PolicyDocument(_Model):
    """The document that announces a policy."""

    id: str | None = None
    number: str | None = None
    issued_on: Day | None = None
    issuer: str | None = None
    title: TitleField = Title()
    url: str | None = None


class Period(_Model):
    """The days on which a policy is in force; both included."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError("ends before it begins")
        return self


class Measure(_Model):
    """What a policy gives: `cap_per_beneficiary` is an amount in the case's currency."""

    id: str = Field(min_length=1)
    title: TitleField = Title()
    kind: str | None = None
    cap_per_beneficiary: Decimal | None = Field(None, ge=0)
    one_per_beneficiary: bool = False

    @field_validator("cap_per_beneficiary")
    @classmethod
    def _an_amount(cls, value: Decimal | None) -> Decimal | None:
        if value is not None and not is_amount(value):
            raise ValueError(f"is no amount with at most {AMOUNT_SCALE} decimals")
        return value


class Stage(_Model):
    """One stage of a policy's chain; a step is a stage in one scope."""

    id: str = Field(min_length=1)
    title: TitleField = Title()
    level: Level
    after: list[str] = Field(default_factory=list)
    may_precede: list[str] = Field(default_factory=list)
    scopes: list[str] | None = None
    within_days: int | None = Field(None, ge=0, le=36500)
    due_on: Day | None = None
    evidence: Literal["document", "payment", "record"] | None = None
    optional: bool = False
    measure: str | None = None
    severity: Severity | None = None
    basis: str | None = Field(
        None, description="what the time limit rests on: stated, derived or proposed, with its source"
    )


class Provision(_Model):
    """What one document fixes about a policy: `parameter` is `value` for some groups in a territory, for a time.

    Versions of a policy are provisions about the same parameter. One that `replaces` others ends them the day before it
    begins. `better` says which of two numbers gives more to those whom the policy is for. No groups: all of them.
    """

    id: str = Field(min_length=1)
    title: TitleField = Title()
    parameter: str = Field(min_length=1)
    value: str
    unit: str | None = None
    better: Literal["more", "less"] = "more"
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    territory: str | None = None
    groups: list[str] = Field(default_factory=list)
    document: str | None = None
    replaces: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"provision {self.id}: ends before it begins")
        return self

    @property
    def number(self) -> Decimal | None:
        """The value as a number, or None where it is words."""
        try:
            return Decimal(self.value)
        except InvalidOperation:
            return None


class Policy(_Model):
    """A policy with the chain that it is expected to follow; its stages form a DAG."""

    id: str = Field(min_length=1, max_length=200)
    title: TitleField = Title()
    document: PolicyDocument = PolicyDocument()
    effective: Period = Field(default_factory=lambda: Period.model_validate({}))
    measures: list[Measure] = Field(default_factory=list)
    stages: list[Stage] = Field(default_factory=list)
    provisions: list[Provision] = Field(default_factory=list)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = [*_twice("measures", self.measures), *_twice("stages", self.stages), *self._wrong_names()]
        problems += [*_twice("provisions", self.provisions), *self._wrong_versions()]
        if not problems:
            problems = [*_circle("stages", self.depths), *_circle("provisions", self._newest_last)]
        if problems:
            raise DefinitionError(problems)
        return self

    def _wrong_names(self) -> Iterator[Wrong]:
        """Yield what stages name that is not there."""
        stages = {stage.id for stage in self.stages}
        measures = {measure.id for measure in self.measures}
        for place, stage in enumerate(self.stages):
            for one in stage.after:
                if one not in stages:
                    yield Wrong(("stages", place, "after"), one, "is no stage of this policy")
            for one in stage.may_precede:
                if one not in stage.after:
                    yield Wrong(("stages", place, "may_precede"), one, "is not in the stage's after")
            if stage.measure is not None and stage.measure not in measures:
                yield Wrong(("stages", place, "measure"), stage.measure, "is no measure of this policy")

    def _wrong_versions(self) -> Iterator[Wrong]:
        """Yield what provisions replace that is not there or is about another parameter."""
        known = {one.id: one for one in self.provisions}
        for place, one in enumerate(self.provisions):
            at = ("provisions", place, "replaces")
            if one.replaces and one.from_ is None:
                yield Wrong(at, None, "replaces another; say since when (from)")
            for old in one.replaces:
                if old not in known:
                    yield Wrong(at, old, "is no provision of this policy")
                elif known[old].parameter != one.parameter:
                    yield Wrong(at, old, "is about another parameter")

    def _newest_last(self) -> None:
        """ValueError where provisions replace each other in a circle."""
        try:
            TopologicalSorter({one.id: one.replaces for one in self.provisions}).prepare()
        except CycleError as error:
            circle = sorted(set(error.args[1]))
            raise ValueError(f"provisions {', '.join(circle)} replace each other in a circle") from None

    def depths(self) -> dict[str, int]:
        """Return each stage's depth: the length of the longest chain of predecessors. ValueError names a circle."""
        before = {stage.id: stage.after for stage in self.stages}
        try:
            order = list(TopologicalSorter(before).static_order())
        except CycleError as error:
            circle = error.args[1][:-1]
            start = circle.index(min(circle))
            circle = circle[start:] + circle[:start]
            raise ValueError(f"its stages run in a circle: {' → '.join([*circle, circle[0]])}") from None
        depths: dict[str, int] = {}
        for stage in order:
            depths[stage] = max((depths[one] + 1 for one in before[stage]), default=0)
        return depths


def _circle(key: str, order: Callable[[], object]) -> Iterator[Wrong]:
    """Yield the circle in which the parts of a list run, if they do."""
    try:
        order()
    except ValueError as error:
        yield Wrong((key,), None, str(error))


def _twice(key: str, parts: Sequence[Measure | Stage | Provision]) -> Iterator[Wrong]:
    """Yield each part of a list that has the id of one before it."""
    seen: set[str] = set()
    for place, part in enumerate(parts):
        if part.id in seen:
            yield Wrong((key, place, "id"), part.id, "is an id that an earlier one has")
        seen.add(part.id)
