"""Dates and money in English words (rules/english.yaml): 20 February to 31 May 2023, RMB 186 million."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from graphkit.documents.lexicon import any_of, rule_file
from graphkit.documents.model import Qualifier
from graphkit.documents.numbers import shortest

_LONGEST = 40  # characters of the first date of a span, with the words before and after it


@dataclass(frozen=True, slots=True)
class EnglishDate:
    """A day, a month or a span of days, and where it stands."""

    start: int
    end: int
    first: date
    last: date
    precision: Literal["day", "month", "span"]


@dataclass(frozen=True, slots=True)
class EnglishAmount:
    """So much money in whole units of a currency, and where it stands."""

    start: int
    end: int
    amount: Decimal
    upper: Decimal | None
    currency: str
    qualifier: Qualifier


def english_dates(text: str) -> list[EnglishDate]:
    """Return every date that names its year, in order; days that no month has are left out."""
    found: list[EnglishDate] = []
    for one in _told(text):
        if found and one.start < found[-1].end:  # 15 December 2022 is the first day of the span that begins with it
            found.pop()
        found.append(one)
    return found


def _told(text: str) -> Iterator[EnglishDate]:
    point, before = _patterns()
    for match in point.finditer(text):
        year, month = int(match.group("y")), _month(match.group("m") or match.group("m2"))
        days = _days(year, month, match.group("d") or match.group("d2"))
        if days is None:
            continue
        first, last = days
        if match.group("end"):
            yield EnglishDate(*match.span(), last, last, "day")
            continue
        if own := match.group("d1"):  # March 3 to 8, 2023
            begin = _days(year, month, own)
            if begin and begin[0] < last:
                yield EnglishDate(*match.span(), begin[0], last, "span")
            continue
        start = before.search(text, max(0, match.start() - _LONGEST), match.start())
        if start and (start.group("to") != "and" or start.group("between")):
            first_month = _month(start.group("m") or start.group("m2") or match.group("m") or match.group("m2"))
            first_year = int(start.group("y") or (year - 1 if first_month > month else year))
            begin = _days(first_year, first_month, start.group("d") or start.group("d2"))
            if begin and begin[0] < last:
                yield EnglishDate(start.start("first"), match.end(), begin[0], last, "span")
                continue
        yield EnglishDate(*match.span(), first, last, "day" if first == last else "month")


def english_amounts(text: str) -> Iterator[EnglishAmount]:
    """Yield every amount with a currency before or after it, in order."""
    rules: dict[str, Any] = rule_file("english.yaml")
    names: dict[str, Qualifier] = {word: name for name, words in rules["qualifiers"].items() for word in words}
    for match in _amounts().finditer(text):
        scale = rules["scales"].get(match.group("scale") or match.group("scale2"), 1)
        amount = shortest(_number(match.group("n") or match.group("n2")) * scale)
        second = match.group("upper") or match.group("upper2")
        upper = shortest(_number(second) * scale) if second else None
        currency = rules["currencies"][match.group("before") or match.group("after")]
        qualifier: Qualifier = "range" if second else names.get((match.group("how") or "").lower(), "exact")
        yield EnglishAmount(*match.span(), amount, upper, currency, qualifier)


def _number(words: str) -> Decimal:
    return Decimal(words.replace(",", ""))


def _month(name: str) -> int:
    return [one[:3] for one in rule_file("english.yaml")["months"]].index(name[:3]) + 1


def _days(year: int, month: int, day: str | None) -> tuple[date, date] | None:
    """Return a day twice, or the first and last day of a month; None for a day that the month does not have."""
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, length)
    return (date(year, month, int(day)),) * 2 if int(day) <= length else None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what matches a date with its year, and what stands before it where it ends a span."""
    rules = rule_file("english.yaml")
    month = "|".join(rf"{name}|{name[:3]}(?![a-z])\.?" for name in rules["months"])
    nth, year, to = r"(?!\d)(?:st|nd|rd|th)?", rules["year"], rules["to"]
    day = rules["day"]
    point = (
        rf"(?<![A-Za-z\d])(?:(?P<d>{day}){nth} (?:of )?(?P<m>{month}),?|(?P<end>{rules['end']} ?)?(?P<m2>{month})"
        rf"(?: (?:(?P<d1>{day}){nth} ?{to} ?)?(?P<d2>{day}){nth},?)?) (?P<y>{year})(?!\d)"
    )
    before = (
        rf"(?P<between>{rules['between']} )?(?<![A-Za-z\d])(?P<first>(?:(?P<d>{day}){nth}(?: (?P<m>{month}))?"
        rf"|(?P<m2>{month})(?: (?P<d2>{day}){nth})?)(?:,? (?P<y>{year}))?) ?(?P<to>{to}) ?$"
    )
    return re.compile(point), re.compile(before)


@cache
def _amounts() -> re.Pattern[str]:
    rules = rule_file("english.yaml")
    currency = any_of(re.escape(one) for one in rules["currencies"])
    scale = "|".join(rules["scales"])
    how = any_of(one for words in rules["qualifiers"].values() for one in words)
    n, to = rules["number"], " ?(?:to|–|—|-) ?"
    return re.compile(
        rf"(?:(?<![A-Za-z])(?P<how>(?i:{how})) )?"
        rf"(?:(?<![A-Za-z])(?P<before>{currency}) ?(?P<n>{n})(?!\d)(?:{to}(?P<upper>{n})(?!\d))?"
        rf"(?: ?(?P<scale>{scale})(?![a-z]))?(?: (?:yuan|renminbi))?"
        rf"|(?<![\d.,A-Za-z])(?P<n2>{n})(?!\d)(?:{to}(?P<upper2>{n})(?!\d))?(?: (?P<scale2>{scale}))?"
        rf" ?(?P<after>{currency})(?![A-Za-z]))"
    )
