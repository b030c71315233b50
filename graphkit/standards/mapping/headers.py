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
from graphkit.standards.mapping.values import day_of

Kind = Literal["ledger", "payments", "benefits"]

_UNIT = re.compile(r"[(（]\s*(?:金额)?(?:单位[:：])?\s*([^()（）]+?)\s*[)）]")
_UNIT_AT_END = re.compile(r"(?:[:：/_\s]|(?<=金额)|(?<=资金))((?:[百千]?万|千|亿)?元)$")
_UNIT_OF_SHEET = re.compile(r"单位\s*(?:[:：]|均?[为是])\s*(?:人民币)?\s*([^\s()（）,，;；、/]+)")
_TICKED = ("已整改", "已完成", "已完成整改", "已整改到位", "整改到位", "已销号")
_TICKS = {"√", "✓", "✔", "☑", "是"}
_STATUS_LENGTH = 12
_AHEAD = re.compile(r"预计|预期|计划|拟|目标|承诺|要求|应(?:完成|整改)|expected|planned|estimated|target")
_COUNTED = ("amount", "amount_done", "paid", "count")
_GRAVE = re.compile(r"(?:特别|较为|比较)?(?:重大|严重|重要|突出|较[重大轻]|一般|轻微)(?:性?问题)?")
_DATES = ("found_on", "notified_on", "instructed_on", "done_on", "verified_on", "closed_on", "paid_on")


@cache
def _synonyms() -> dict[str, list[str]]:
    text = resources.files("graphkit.standards.mapping").joinpath("synonyms.yaml").read_text(encoding="utf-8")
    return {role: [_key(str(word)) for word in words] for role, words in yaml.safe_load(text).items()}


def _key(header: str) -> str:
    """Return what headers of one meaning have in common: 日期 and 时间 are one."""
    return convert.header_key(header).replace("日期", "时间")


def role_of(header: str) -> str | None:
    """Return what a header means: the word that it is, else ends with, else holds; then the longest word decides."""
    bare = _UNIT.sub("", header).strip()
    key = _key(_UNIT_AT_END.sub("", bare) or bare or header)
    best: tuple[int, int, str] | None = None
    for role, words in _synonyms().items():
        for word in words:
            fit = _fit(key, word)
            if fit and (best is None or (fit, len(word)) > best[:2]):
                best = (fit, len(word), role)
    found = best[2] if best else None
    # What is only planned to be done then is due then: 预计完成时间, 拟整改完成日期.
    return "due" if found == "done_on" and _AHEAD.search(key) else found


def _fit(key: str, word: str) -> int:
    if key == word:
        return 3
    # Chinese headers are put together with the meaning at the end; a single character in a longer one says too little.
    is_han = any("\u3400" <= one <= "\u9fff" for one in word)
    if is_han and len(word) >= 2 and word in key:
        return 2 if key.endswith(word) else 1
    return 1 if not is_han and len(word) >= 6 and word in key else 0


def unit_of(header: str) -> str | None:
    """Return the unit that a header states in brackets or at its end: 涉及金额(万元) and 金额/万元 give 万元."""
    for found in _UNIT.finditer(header):
        for part in (found[1], *found[1].split()):
            if convert.unit_factor(part) is not None:
                return convert.plain(part)
    at_end = _UNIT_AT_END.search(header)
    return at_end[1] if at_end else None


def unit_above(texts: list[str]) -> str | None:
    """Return the unit that the texts above a header state for the whole sheet: 金额单位：万元, 明细表(万元)."""
    stated = unit_in(texts)
    return stated or next((unit for text in texts if "(" in convert.plain(text) and (unit := unit_of(text))), None)


def unit_in(texts: list[str]) -> str | None:
    """Return the unit that a sentence states for amounts: 金额单位：万元, 单位均为万元。"""
    for text in texts:
        for found in _UNIT_OF_SHEET.finditer(text):
            unit = found[1].rstrip("。.")
            if convert.unit_factor(unit) is not None:
                return convert.plain(unit)
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
        self.said: list[str] = []
        self.roles: dict[str, str] = {}
        for column in sheet.columns:
            role = role_of(column) or role_of(sheet.headings.get(column, column).replace("/", ""))
            if role is not None and (role in _COUNTED or unit_of(column) is None):
                self.roles.setdefault(role, column)
        self._tell_severity_from_category()
        self._tell_status_from_prose()
        self._find_ticked_status()

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

    def continues(self, other: Reading) -> bool:
        """Tell whether the rows of this sheet are more of the other's: it has columns of the other, and other rows.

        So are a workbook's sheets of one office or month each; a sheet that repeats rows of the other is none.
        """
        if self.kind is None or self.kind != other.kind or not self.roles.items() <= other.roles.items():
            return False
        if any(self.unit(role) != other.unit(role) for role in ("amount", "amount_done", "paid") if role in self.roles):
            return False
        columns = [self.roles[role] for role in ("problem", "project") if role in self.roles]
        columns = columns or sorted(self.roles.values())
        own, others = (
            {tuple(row.cells.get(one) for one in columns) for row in which.sheet.rows} for which in (self, other)
        )
        return not own & others

    def values(self, role: str) -> list[str]:
        """Return the filled cells of the column that has a meaning."""
        column = self.roles.get(role)
        return [row.cells[column] for row in self.sheet.rows if column in row.cells] if column else []

    def unit(self, role: str) -> str | None:
        """Return the unit of the column that has a meaning, as its header or else what stands above says."""
        column = self.roles[role]
        stated = unit_of(self.sheet.headings.get(column, column)) or unit_above(self.sheet.above)
        return stated or unit_in([*self.sheet.notes, *self.said])

    def days(self) -> list[date]:
        """Return every day in the columns that say when something happened; if there is none, those when it is due."""
        happened = [day for role in _DATES for value in self.values(role) for day in _days(value)]
        return happened or [day for value in self.values("due") for day in _days(value)]

    def _tell_severity_from_category(self) -> None:
        """A column called 问题性质 holds how grave a problem is in some ledgers, and what it is about in others."""
        values = self.values("category")
        if values and "severity" not in self.roles and all(map(_GRAVE.fullmatch, values)):
            self.roles["severity"] = self.roles.pop("category")

    def _tell_status_from_prose(self) -> None:
        """A column called 整改情况 holds a status word in some ledgers, and a report in others."""
        if "progress" in self.roles and "done" not in self.roles:
            texts = self.values("progress")
            if texts and sum(len(one) for one in texts) <= _STATUS_LENGTH * len(texts):
                self.roles["done"] = self.roles.pop("progress")

    def _find_ticked_status(self) -> None:
        """A status may have a column for each of its values (已整改, 正在整改, 未整改), of which one is ticked."""
        if "done" in self.roles:
            return
        for column in self.sheet.columns:
            values = {row.cells[column] for row in self.sheet.rows if column in row.cells}
            if convert.header_key(column) in _TICKED and values and values <= _TICKS:
                self.roles["done"] = column
                return


def _days(text: str) -> list[date]:
    return convert.days_in(text) or [day for day in (day_of(text),) if day is not None]
