"""A gap as it goes out (CONTRACT.md section 4)."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

Severity = Literal["high", "medium", "low"]
Category = Literal["break", "blockage", "difficulty", "pain", "unknown", "consequence"]

CATEGORY_ZH = {
    "break": "断点",
    "blockage": "堵点",
    "difficulty": "难点",
    "pain": "痛点",
    "unknown": "未查",
    "consequence": "后果",
}


def money_text(amount: Decimal) -> str:
    """Write an amount with at least two decimals and no needless zeros behind them: 1200000 → "1200000.00"."""
    text = f"{amount.normalize():f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"


Money = Annotated[Decimal, PlainSerializer(money_text, return_type=str, when_used="json")]


def utc_text(moment: datetime | None) -> str | None:
    """Return a time in UTC without a zone, as facts have it, as JSON has it: with the Z that says so."""
    return None if moment is None else moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


Utc = Annotated[datetime, PlainSerializer(utc_text, return_type=str, when_used="json")]


def gap_id(
    kind: str, policy: str | None, measure: str | None, stage: str | None, scope: str | None, subject: str | None
) -> str:
    """Return the stable id of a gap: the same six values give the same id in every run, store and version.

    `graphkit/gaps/views/gap_ids.sql` computes the same in SQL; a test holds the two together.
    """
    text = "\x1f".join(value or "" for value in (kind, policy, measure, stage, scope, subject))
    return "gap-" + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


class Evidence(BaseModel):
    """Where a fact behind a gap is written down.

    `id` is the row of the case that says so (an event, transfer, delivery …); `quote` is the passage of the
    document that `locator` points at, or the row's own note; null where there is none.
    """

    model_config = ConfigDict(extra="forbid")

    document: str | None = None
    locator: str | None = None
    quote: str | None = None
    id: str | None = None


class Explanation(BaseModel):
    """One sentence, in both languages: the expected link, what was observed, who is responsible, what it holds up."""

    model_config = ConfigDict(extra="forbid")

    zh: str
    en: str


class Gap(BaseModel):
    """One gap of CONTRACT.md section 3, with its causes and impact.

    `amount` maps a currency to a decimal amount in its units; `days` counts by the case's calendar; `since` is the
    first day on which the gap held. `case` is set only where several cases were evaluated together.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    category: Category
    severity: Severity
    root: bool
    policy: str | None
    measure: str | None
    stage: str | None
    scope: str | None
    subject: str | None
    caused_by: list[str]
    since: date | None
    days: int | None
    responsible: list[str]
    supporting: list[str]
    blocked_steps: int
    beneficiaries: int
    count: int | None
    amount: dict[str, Money] | None
    evidence: list[Evidence]
    findings: list[str]
    explanation: Explanation
