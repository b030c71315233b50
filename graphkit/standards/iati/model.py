"""An IATI activity as the import works with it: what is understood by name, the rest as it stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as one element names it; `ref` and `name` are empty where nothing usable is given."""

    ref: str = ""
    name: str = ""
    type: str = ""
    activity: str = ""

    @property
    def key(self) -> str:
        """What identifies it: its reference, or else its name; empty for an organisation that is not named at all."""
        return self.ref or self.name

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or self.ref


@dataclass(frozen=True, slots=True)
class Money:
    """A value with its currency, as the element or the activity says; `text` is what was written."""

    amount: Decimal | None
    currency: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Movement:
    """A transaction; `code` is its type as written, `day` its date (or its value's, where it has none)."""

    line: int
    code: str
    day: date | None
    value: Money
    provider: Organisation
    receiver: Organisation
    description: str
    ref: str
    rest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A budget or planned disbursement: an amount for a period."""

    line: int
    kind: str
    start: date | None
    end: date | None
    value: Money
    provider: Organisation
    receiver: Organisation
    rest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A target or actual: its value as written, and for whom and where (empty: the total)."""

    value: str
    about: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class IndicatorPeriod:
    """One period of one indicator of one result; `ascending` is None where the file does not say."""

    line: int
    result: str
    indicator: str
    measure: str
    ascending: bool | None
    baseline: str
    start: date | None
    end: date | None
    targets: tuple[Reading, ...]
    actuals: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A document that the activity links to."""

    title: str
    url: str
    issued_on: date | None
    rest: dict[str, Any]


@dataclass(slots=True)
class Activity:
    """One iati-activity. `rest` is every element that has no row of its own, by name, as plain data.

    `told_until` is the day up to which the record tells: its last update, or where the file dates nothing, the day of
    its last transaction, for it was made on that day or later.
    """

    identifier: str
    line: int
    digest: str
    updated: date | None
    told_until: date | None
    reporter: Organisation
    titles: dict[str, str]
    status: str
    dates: dict[str, date]
    places: list[tuple[str, str]]
    participants: list[tuple[str, Organisation]]
    movements: list[Movement]
    plans: list[Plan]
    periods: list[IndicatorPeriod]
    empty_indicators: int
    links: list[Link]
    related: list[tuple[str, str]]
    url: str
    rest: dict[str, Any] = field(default_factory=dict)
    rest_count: int = 0

    @property
    def key(self) -> str:
        """What tells it from the others of the files: its identifier, or where it has none its content."""
        return self.identifier or self.digest
