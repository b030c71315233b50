"""Text to values, as open-data files write them: days, amounts, names. What is not understood gives None, no guess."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

_ISO_DAY = re.compile(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_NUMBER = re.compile(
    r"^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)$"
)
AMOUNT_DECIMALS = 6
_WHOLE_DIGITS = 22


def squeeze(text: str | None) -> str:
    """Return the text with every run of white space (and of byte-order marks) as one blank."""
    return " ".join((text or "").replace("\ufeff", " ").split())


def iso_day(text: str | None) -> date | None:
    """Return the day that an ISO date or date-time begins with, as written (no time zone is applied)."""
    found = _ISO_DAY.match((text or "").strip())
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def number(text: str | None) -> Decimal | None:
    """Return a decimal number, thousands separated by commas or not, or as programs write it (1.5E7); else None."""
    compact = (text or "").strip().replace("\u00a0", "").replace(" ", "")
    if not _NUMBER.match(compact):
        return None
    try:
        return Decimal(compact.replace(",", ""))
    except InvalidOperation:
        return None


def amount_text(amount: Decimal) -> str | None:
    """Write an amount as the case tables take it, at most six decimals; None when it has too many digits."""
    rounded = (
        amount.quantize(Decimal(1).scaleb(-AMOUNT_DECIMALS), rounding=ROUND_HALF_EVEN) if _is_long(amount) else amount
    )
    text = f"{rounded:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return None if len(text.lstrip("-").partition(".")[0]) > _WHOLE_DIGITS else text


def is_exact(amount: Decimal) -> bool:
    """Tell whether `amount_text` keeps the amount as it is."""
    return not _is_long(amount) or amount == amount.quantize(Decimal(1).scaleb(-AMOUNT_DECIMALS))


def _is_long(amount: Decimal) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent < -AMOUNT_DECIMALS


def short(text: str, length: int) -> str:
    """Return the text, cut with an ellipsis when it is longer than `length`."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
