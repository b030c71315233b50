"""Text of a sheet to days and amounts, as offices write them: 2020年6月底, June 30, 2023, 1,234.5万元.

What is not understood gives None: the caller keeps the original text.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

_NOTHING = {
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "暂无",
    "空",
    "n/a",
    "na",
    "none",
    "null",
    "nan",
    "不涉及",
    "不适用",
}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_HAN_DIGITS = {
    "〇": 0,
    "零": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# A third of a month ends on a day; its beginning (6月初) and middle do not.
_PART = r"(?:(?P<third>[上中下])旬|底|末|内|(?![初中](?:$|[前以,。;、)完])))"
_YEAR = r"(?P<y>(?:19|20)[0-9]{2})(?![0-9])"
_PATTERNS = (
    # Full days first, so that a month is not taken out of one of them.
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})\s*年\s*(?P<m>[0-9]{1,2})\s*月\s*(?P<d>[0-9]{1,2})\s*[日号]?"),
    re.compile(r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<y>(?:19|20)[0-9]{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-3][0-9])(?![0-9])"),
    re.compile(rf"\b(?P<b>{_MONTH})\s+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?<![0-9])(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?\s+(?P<b>{_MONTH}),?\s+{_YEAR}", re.IGNORECASE),
    re.compile(r"(?<![0-9/])(?P<one>[0-9]{1,2})/(?P<two>[0-9]{1,2})/(?P<y>(?:19|20)[0-9]{2})(?![0-9])"),
    re.compile(rf"(?P<y>(?:19|20)[0-9]{{2}})\s*年\s*(?P<m>[0-9]{{1,2}})\s*月(?:份)?{_PART}(?!\s*[0-9])"),
    re.compile(r"(?<![0-9./-])(?P<y>(?:19|20)[0-9]{2})[-/.](?P<m>[0-9]{1,2})(?![-/.]?[0-9])"),
    re.compile(rf"\b(?P<b>{_MONTH}),?\s+(?P<y>(?:19|20)[0-9]{{2}})(?![0-9])", re.IGNORECASE),
    re.compile(r"(?P<y>(?:19|20)[0-9]{2})\s*年(?:底|末|内|度)"),
)  # fmt: skip
_TO = re.compile(r"\s*(?:至|到|[-—–~])+\s*")
_UNTIL = re.compile(
    rf"{_TO.pattern}(?:(?P<m>[0-9]{{1,2}})\s*月(?:\s*(?P<d>[0-9]{{1,2}})\s*[日号]|(?P<third>[上中下])旬|底|末)?|(?P<only>[0-9]{{1,2}})\s*[日号])"
)
_NO_YEAR = re.compile(
    rf"(?<![0-9])(?P<m>1[0-2]|0?[1-9])\s*月(?:份)?(?:\s*(?P<d>3[01]|[12][0-9]|0?[1-9])\s*[日号]?|{_PART})(?![0-9])|年[底末内]"
)
_MORE_DAYS = re.compile(r"[、和及]\s*[0-9]{1,2}\s*日(?!内)")
_UNITS = {
    "元": 1, "圆": 1, "千元": 1000, "千": 1000, "万元": 10_000, "万": 10_000, "万圆": 10_000,
    "百万元": 1_000_000, "百万": 1_000_000,
    "千万元": 10_000_000, "千万": 10_000_000, "亿元": 100_000_000, "亿": 100_000_000, "万亿元": 10**12, "万亿": 10**12,
    "thousand": 1000, "k": 1000, "million": 1_000_000, "mn": 1_000_000, "m": 1_000_000, "billion": 10**9, "bn": 10**9,
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<sign>[-−]?)\s*(?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)\s*"
    r"(?P<unit>万亿元?|亿元?|千万元?|百万元?|万[元圆]?|千元?|[元圆]|thousand|million|billion|mn|bn|k)?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[¥$€£]?\s*\(\s*[¥$€£]?\s*[0-9.,]+\s*\)")
_AMOUNT_WORDS = re.compile(
    r"人民币|rmb|cny|usd|eur|gbp|us\$|[¥￥$€£]|约|近|余|多|共计|合计|计|known|approximately|about|元整|整|[()（）]",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return the text in ordinary widths, white space squeezed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is nothing: empty, a dash, 无, N/A …"""
    return plain(text).lower() in _NOTHING


@lru_cache(maxsize=10_000)
def header_key(name: str) -> str:
    """Return what two spellings of one column name have in common: no white space, ordinary widths, lower case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


def days_in(text: str) -> list[date]:
    """Return every date in a text, in the order of its words; of a month or year without day, its last day."""
    return [day for _, _, day in _found_days(_readable(text))]


def _readable(text: str) -> str:
    return _without_quarters(_without_han_digits(unicodedata.normalize("NFKC", text)))


def _found_days(readable: str) -> list[tuple[int, int, date]]:
    """Return the dates of a text with their spans; 2020年3月至6月 holds two."""
    found: list[tuple[int, int, date]] = []
    for pattern in _PATTERNS:
        for one in pattern.finditer(readable):
            if any(one.start() < end and start < one.end() for start, end, _ in found):
                continue
            day = _day(one.groupdict())
            if day is not None:
                found.append((one.start(), one.end(), day))
    for _, end, day in list(found):
        more = _UNTIL.match(readable, end)
        if more and not any(start < more.end() and more.start() < stop for start, stop, _ in found):
            month, stated = more["m"] or str(day.month), more["d"] or more["only"]
            until = _day({"y": str(day.year), "m": month, "d": stated, "third": more["third"]})
            if until is not None:
                found.append((more.start(), more.end(), until))
    return sorted(found)


def one_day(text: str) -> date | None:
    """Return the date of a cell that states exactly one; of a span its last day, of 上旬 and 中旬 the 10th and 20th."""
    readable = _readable(text)
    found = _found_days(readable)
    if found and _has_more_days(readable, found):
        return None
    if len(found) == 2:
        between = readable[found[0][1] : found[1][0]]
        if not between or _TO.fullmatch(between):
            return found[1][2]
    days = {day for _, _, day in found}
    return days.pop() if len(days) == 1 else None


def _has_more_days(readable: str, found: list[tuple[int, int, date]]) -> bool:
    """Tell whether a text has other days beside those found, whose year it leaves out: 2020年6月、8月."""
    known = {day for _, _, day in found}
    for one in _NO_YEAR.finditer(readable):
        if one["m"] and not any(start < one.end() and one.start() < end for start, end, _ in found):
            years = {day.year for day in known}
            if not known & {_day({**one.groupdict(), "y": str(year)}) for year in years}:
                return True
    return _MORE_DAYS.search(readable) is not None


def day_near(text: str, near: date) -> date | None:
    """Return the one day of a cell that leaves out the year (6月30日前, 8月底, 年底), in the year that puts it nearest.

    None when the cell states a year, or no day.
    """
    readable = _readable(text)
    found = {tuple(match.groupdict().items()) for match in _NO_YEAR.finditer(readable)}
    if len(found) != 1 or _found_days(readable) or re.search(r"[0-9]\s*年", readable):
        return None
    stated = dict(found.pop())
    years = (str(near.year + shift) for shift in (-1, 0, 1))
    days = [one for year in years if (one := _day({**stated, "y": year})) is not None]
    return min(days, key=lambda one: (abs((one - near).days), one), default=None)


def add_months(day: date, months: int) -> date:
    """Return the day so many months later; the last day of a month stays the last day."""
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def add_days(day: date, days: int) -> date:
    """Return the day so many days later."""
    return day + timedelta(days=days)


def unit_factor(unit: str) -> int | None:
    """Return what one of the unit is in units of currency (万元 is 10000), or None for an unknown unit."""
    return _UNITS.get(plain(unit).lower())


def amount_of(text: str, unit: str | None) -> Decimal | None:
    """Return the amount of a cell in units of currency; a unit in the cell goes before the column's own.

    None when there is no number, or more than one.
    """
    readable = unicodedata.normalize("NFKC", text).strip().replace("，", ",")
    found = list(_AMOUNT.finditer(readable))
    if len(found) != 1:
        return None
    (one,) = found
    left = _AMOUNT_WORDS.sub("", readable[: one.start()] + readable[one.end() :]).strip(" .,:：;；+")
    if left:
        return None
    factor = unit_factor(one["unit"]) if one["unit"] else unit_factor(unit) if unit else 1
    if factor is None:
        return None
    value = Decimal(one["number"].replace(",", "")) * factor
    # Bookkeepers put a loss in brackets; （100万元） is a remark.
    return -value if one["sign"] or _BRACKETED.fullmatch(readable) else value


def serial_day(value: float) -> date | None:
    """Return the day that Excel counts by a number (1900 system); None out of the years 1954 to 2119."""
    return date(1899, 12, 30) + timedelta(days=int(value)) if 20_000 <= value < 80_000 else None


def _day(parts: dict[str, str | None]) -> date | None:
    year = int(parts["y"] or 0)
    month: int | None = None
    text_day = parts.get("d")
    if parts.get("b"):
        month = _MONTHS.index(str(parts["b"])[:3].lower()) + 1
    elif parts.get("m"):
        month = int(str(parts["m"]))
    elif parts.get("one"):
        first, second = int(str(parts["one"])), int(str(parts["two"]))
        # Month first, as US files write; a first number above twelve can only be a day.
        month, text_day = (second, str(first)) if first > 12 else (first, str(second))
    if month is None:
        return date(year, 12, 31)
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    if text_day is None:
        return date(year, month, {"上": 10, "中": 20}.get(str(parts.get("third")), last))
    return date(year, month, int(text_day)) if 1 <= int(text_day) <= last else None


def _without_han_digits(text: str) -> str:
    """Write the Chinese numerals of dates in digits: 二〇二〇年六月三十日 becomes 2020年6月30日."""

    def digits(found: re.Match[str]) -> str:
        return "".join(str(_HAN_DIGITS[one]) for one in found[1]) + "年"

    def small(found: re.Match[str]) -> str:
        return str(_han_number(found[1])) + found[2]

    text = re.sub(rf"([{''.join(_HAN_DIGITS)}]{{4}})年", digits, text)
    return re.sub(r"([一二三四五六七八九十]{1,3})([月日号])", small, text)


def _without_quarters(text: str) -> str:
    """Write a quarter or half of a year as its last month: 2020年第三季度 becomes 2020年9月."""

    def month(found: re.Match[str]) -> str:
        return f"年{3 * int(_HAN_DIGITS.get(found[1], found[1]))}月"

    text = re.sub(r"年\s*第?([一二三四1-4])季度", month, text)
    return re.sub(r"年\s*([上下])半年", lambda found: "年6月" if found[1] == "上" else "年12月", text)


def _han_number(text: str) -> int:
    tens, found, ones = text.rpartition("十")
    if not found:
        return _HAN_DIGITS[text] if len(text) == 1 else 0
    return (_HAN_DIGITS.get(tens, 1) if tens else 1) * 10 + (_HAN_DIGITS.get(ones, 0) if ones else 0)


def parts(text: str, separator: str) -> Iterator[str]:
    """Yield the filled parts of a text cut at a regular expression."""
    for part in re.split(separator, text):
        if part and part.strip():
            yield part.strip()
