"""What the columns of a sheet mean, from their headers (`synonyms.yaml`) and a look at their values."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from graphkit.standards.mapping import convert
from graphkit.standards.mapping.sheets import Sheet

Kind = Literal["ledger", "payments", "benefits"]

_UNIT = re.compile(r"[(（]\s*(?:单位[:：])?\s*([^()（）]+?)\s*[)）]")
_STATUS_LENGTH = 12
_DATES = ("found_on", "notified_on", "instructed_on", "done_on", "verified_on", "closed_on", "paid_on")


@cache
def _synonyms() -> dict[str, list[str]]:
    text = resources.files("graphkit.standards.mapping").joinpath("synonyms.yaml").read_text(encoding="utf-8")
    return {role: [convert.header_key(str(word)) for word in words] for role, words in yaml.safe_load(text).items()}


def role_of(header: str) -> str | None:
    """Return what a header means: the word that it is, else ends with, else holds; then the longest word decides."""
    key = convert.header_key(_UNIT.sub("", header).strip() or header)
    best: tuple[int, int, str] | None = None
    for role, words in _synonyms().items():
        for word in words:
            fit = _fit(key, word)
            if fit and (best is None or (fit, len(word)) > best[:2]):
                best = (fit, len(word), role)
    return best[2] if best else None


def _fit(key: str, word: str) -> int:
    if key == word:
        return 3
    # Chinese headers are put together with the meaning at the end; a single character in a longer one says too little.
    is_han = any("\u3400" <= one <= "\u9fff" for one in word)
    if is_han and len(word) >= 2 and word in key:
        return 2 if key.endswith(word) else 1
    return 1 if not is_han and len(word) >= 6 and word in key else 0


def unit_of(header: str) -> str | None:
    """Return the unit that a header states in brackets: 涉及金额(万元) gives 万元."""
    for found in _UNIT.finditer(header):
        if convert.unit_factor(found[1]) is not None:
            return convert.plain(found[1])
    return None


def header_score(texts: list[str]) -> float:
    """Score a row as a header: how many different meanings its cells have."""
    roles = {role for text in texts if text and (role := role_of(text)) is not None}
    return len(roles) + sum(bool(one) for one in texts) / 1000


class Reading:
    """A sheet with what its columns mean: `roles` maps each meaning to its column, the best header first."""

    def __init__(self, name: str, sheet: Sheet) -> None:
        self.name = name
        self.sheet = sheet
        self.roles: dict[str, str] = {}
        for column in sheet.columns:
            role = role_of(column)
            if role is not None:
                self.roles.setdefault(role, column)
        self._tell_status_from_prose()

    @property
    def kind(self) -> Kind | None:
        """What the sheet is, as far as its columns tell."""
        roles = set(self.roles)
        if roles & {"payer"} and roles & {"payee"} and roles & {"paid", "amount"}:
            return "payments"
        if roles & {"problem"} or (roles & {"project"} and roles & {"due", "responsible", "progress", "done"}):
            return "ledger"
        if roles & {"beneficiary", "beneficiary_id"} and roles & {"paid", "amount"}:
            return "benefits"
        return None

    def joining_column(self, other: Reading) -> tuple[str, str] | None:
        """Return the columns by which the rows of two sheets belong together: this one's and the other's."""
        for role in ("finding_id", "number"):
            if role in self.roles and role in other.roles:
                return self.roles[role], other.roles[role]
        return None

    def values(self, role: str) -> list[str]:
        """Return the filled cells of the column that has a meaning."""
        column = self.roles.get(role)
        return [row.cells[column] for row in self.sheet.rows if column in row.cells] if column else []

    def days(self) -> list[date]:
        """Return every day in the columns that say when something happened; if there is none, those when it is due."""
        happened = [day for role in _DATES for value in self.values(role) for day in convert.days_in(value)]
        return happened or [day for value in self.values("due") for day in convert.days_in(value)]

    def _tell_status_from_prose(self) -> None:
        """A column called 整改情况 holds a status word in some ledgers, and a report in others."""
        if "progress" in self.roles and "done" not in self.roles and "done_on" not in self.roles:
            texts = self.values("progress")
            if texts and sum(len(one) for one in texts) <= _STATUS_LENGTH * len(texts):
                self.roles["done"] = self.roles.pop("progress")
