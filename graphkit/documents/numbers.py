"""Chinese and Arabic numerals to exact decimals."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

_DIGITS = {
    character: value
    for value, characters in enumerate(
        ("〇零○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for character in characters
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}


def parse_number(text: str) -> Decimal | None:
    """Return the value of a numeral (`1,234.5`, `三千零五十`, `1亿3000万`, `二〇二〇`), or None if it is none."""
    words = text.replace(",", "").replace("，", "").strip()
    value = _parse(words)
    return None if value is None else shortest(value)


def shortest(value: Decimal) -> Decimal:
    """Return a number without zeros that end its decimals: 1.2 million is 1200000, not 1200000.0."""
    return Decimal(f"{value:f}".rstrip("0").rstrip(".")) if "." in f"{value:f}" else value


def _parse(words: str) -> Decimal | None:
    if not words:
        return None
    for large in ("亿", "億", "万", "萬"):
        if large in words:
            head, _, tail = words.rpartition(large)
            upper = _parse(head) if head else None
            lower = _tail(tail, _LARGE[large])
            return None if upper is None or lower is None else upper * _LARGE[large] + lower
    return _below_ten_thousand(words)


def _tail(words: str, unit: int) -> Decimal | None:
    """Read what follows a unit: 两万三 is 23,000, 两万零三 is 20,003."""
    if not words:
        return Decimal(0)
    if len(words) == 1 and words in _DIGITS and words not in "〇零○":
        return Decimal(_DIGITS[words] * unit // 10)
    return _parse(words.lstrip("零〇"))


def _below_ten_thousand(words: str) -> Decimal | None:
    try:
        return Decimal(words) if words.isascii() else _han(words)
    except InvalidOperation:
        return None


def _han(words: str) -> Decimal | None:
    if "点" in words:
        whole, _, rest = words.partition("点")
        upper = _parse(whole)
        decimals = "".join(str(_DIGITS[one]) for one in rest if one in _DIGITS)
        return upper + Decimal(f"0.{decimals}") if upper is not None and len(decimals) == len(rest) > 0 else None
    if len(words) > 1 and all(one in _DIGITS for one in words):
        return Decimal("".join(str(_DIGITS[one]) for one in words))
    total = Decimal(0)
    current: Decimal | None = None
    number = ""
    last_unit = 0
    for one in words:
        if one.isascii() and (one.isdigit() or one == "."):
            number += one
            current = Decimal(number)
        elif one in _DIGITS:
            current = Decimal(_DIGITS[one])
            if _DIGITS[one] == 0:
                last_unit = 0
        elif one in _SMALL:
            total += (Decimal(1) if current is None else current) * _SMALL[one]
            current, number, last_unit = None, "", _SMALL[one]
        else:
            return None
    if current is not None:
        shortened = last_unit >= 100 and words[-1] in _DIGITS and len(words) > 1 and words[-2] in _SMALL
        total += current * last_unit / 10 if shortened else current
    return total
