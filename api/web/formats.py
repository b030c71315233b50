"""Amounts as a page shows them: short in headlines, exact and comparable in columns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from graphkit.reports.text import Lang, number_text, shown

_CENT = Decimal("0.01")
_UNITS: dict[Lang, tuple[tuple[Decimal, str], ...]] = {
    "zh": ((Decimal(100_000_000), "亿"), (Decimal(10_000), "万")),
    "en": ((Decimal(1_000_000_000), " bn"), (Decimal(1_000_000), " m")),
}


def short_money(amounts: Mapping[str, Decimal], lang: Lang) -> str:
    """Write amounts rounded to two decimals of a large unit: 526.69万元, CNY 5.27 m; the empty text for none."""
    return ("；" if lang == "zh" else "; ").join(
        _short(currency, amounts[currency], lang) for currency in sorted(amounts)
    )


def _short(currency: str, amount: Decimal, lang: Lang) -> str:
    unit, word = next(((unit, word) for unit, word in _UNITS[lang] if abs(amount) >= unit), (Decimal(1), ""))
    number = number_text((amount / unit).quantize(_CENT, ROUND_HALF_EVEN)) + word
    if lang == "zh" and currency == "CNY":
        return f"{number}元"
    return f"{shown(currency, 12)} {number}"


def column_money(amount: Decimal | None) -> str:
    """Write an amount with two decimals and thousands separated, so that a column of them can be compared."""
    return "" if amount is None else f"{amount.quantize(_CENT, ROUND_HALF_EVEN):,f}"
