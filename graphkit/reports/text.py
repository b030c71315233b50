"""Text of a case made safe to show, and numbers, money and dates as readers of each language expect them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

Lang = str
"""The language of a reader: zh or en."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIGITS = "零一二三四五六七八九"
_NOT_AS_IS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_BREAKS = frozenset("\r\n\t\u2028\u2029")
_WAN, _YI = Decimal(10_000), Decimal(100_000_000)


def shown(text: object, limit: int | None = None) -> str:
    """Return text of a case so that what is seen is what is there, on one line.

    Control characters, half surrogates and marks that turn the direction of what follows are written out as
    ⟨U+202E⟩; line ends and tabs become a space. Longer than `limit` characters, it is cut and ends in ….
    """
    raw = str(text)
    cut = limit is not None and len(raw) > limit
    return _NOT_AS_IS.sub(_written_out, raw[:limit] if cut else raw) + ("…" if cut else "")


def _written_out(found: re.Match[str]) -> str:
    character = found.group()
    return " " if character in _BREAKS else f"⟨U+{ord(character):04X}⟩"


def cells(text: str) -> int:
    """Return how wide a text is, in Latin letters: a Chinese character is two of them wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def fitted(text: str, most: float) -> str:
    """Return a text cut to `most` cells, with the … that it then ends in; no emoji is cut in two."""
    if cells(text) <= most:
        return text
    while text and cells(text) + 1 > most:
        text = text[:-1]
    return text.removesuffix("\u200d") + "…"


def number_text(value: Decimal | int) -> str:
    """Write a number with thousands separated, as exactly as it is: 1234567.50 → "1,234,567.5"."""
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money_text(amounts: Mapping[str, Decimal] | None, lang: Lang) -> str:
    """Write amounts by currency, exactly; Chinese writes CNY in 亿元 or 万元 where two decimals are enough for that."""
    return ("；" if lang == "zh" else "; ").join(
        _one_amount(currency, amount, lang) for currency, amount in sorted((amounts or {}).items())
    )


def _one_amount(currency: str, amount: Decimal, lang: Lang) -> str:
    if lang == "zh" and currency == "CNY":
        for unit, name in ((_YI, "亿元"), (_WAN, "万元")):
            if abs(amount) >= unit and (amount / unit) == round(amount / unit, 2):
                return number_text(amount / unit) + name
        return number_text(amount) + "元"
    return f"{shown(currency, 12)} {number_text(amount)}"


def date_text(day: date | None, lang: Lang) -> str:
    """Write a day as running text has it: 2020年7月31日, 31 July 2020; an empty text for no day."""
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def percent_text(part: int, whole: int) -> str:
    """Write a share with one decimal, never rounding a part up to the whole or down to nothing; – of nothing."""
    if whole == 0:
        return "–"
    tenths = Decimal(part * 1000) / whole
    rounded = min(max(int(tenths.to_integral_value()), 1 if part else 0), 1000 if part >= whole else 999)
    return f"{rounded // 10}.{rounded % 10}%"


def chinese_number(value: int) -> str:
    """Write 1 to 99 in Chinese numerals, for headings: 1 → 一, 12 → 十二, 30 → 三十."""
    tens, ones = divmod(value, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")
