"""Money, rates and counts in a cleaned text (rules/quantities.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from graphkit.documents.english import english_amounts
from graphkit.documents.lexicon import rule_file
from graphkit.documents.model import AmountValue, CountValue, Qualifier, RateUnit, RateValue
from graphkit.documents.numbers import parse_number


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity and where it stands in the cleaned text."""

    start: int
    end: int
    value: AmountValue | RateValue | CountValue
    rule: str
    confidence: float


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class _Patterns:
    amount: re.Pattern[str]
    rate: re.Pattern[str]
    share: re.Pattern[str]
    count: re.Pattern[str]
    order: re.Pattern[str]
    before: dict[str, Qualifier]
    after: dict[str, Qualifier]
    rules: dict[str, Any]


@cache
def _patterns() -> _Patterns:
    rules = rule_file("quantities.yaml")
    before: dict[str, Qualifier] = {word: name for name, words in rules["before"].items() for word in words}
    after: dict[str, Qualifier] = {word: name for name, words in rules["after"].items() for word in words}
    n, scale, to, vague = rules["number"], rules["scale"], rules["to"], rules["vague"]
    number = rf"{n}(?:{scale}(?:{n}{scale})?(?:{n}(?=元))?)?"
    lead = rf"(?P<before>{_either(list(before))})?(?:人民币|￥|¥)?"
    words = [word for word in after if len(word) > 1]
    tail = rf"(?P<after>{_either(words)})?"
    currency = (
        rf"(?P<currency>{_either([word for word in rules['currencies'] if word != '人民币'])})(?!件|素|旦|首|气|宵|月)"
    )
    per = rf"(?:(?:/|每)(?P<per>{_either(rules['per_words'])})(?:[·/](?P<per2>月|年|天|日))?)?"
    amount = re.compile(
        lead
        + rf"(?P<first>{number})(?P<vague>{vague})?(?P<scale>{scale})?"
        + rf"(?:(?:元|美元|欧元)?{to}(?P<second>{number})(?P<scale2>{scale})?)?"
        + rf"(?P<vague2>{vague})?{currency}{tail}{per}"
    )
    units = "|".join(f"(?:{one['pattern']})" for one in rules["rates"])
    rate = re.compile(
        rf"(?P<before>{_either(list(before))})?(?P<first>{n})(?P<vague>{vague})?(?:(?:{units})?{to}(?P<second>{n}))?(?P<unit>{units}){tail}"
    )
    share = re.compile(
        rf"(?P<before>{_either(list(before))})?{rules['rate_words']}(?P<first>{n})(?:{to}(?:百分之|千分之)?(?P<second>{n}))?{tail}"
    )
    kinds = "|".join(
        re.escape(unit)
        + (f"(?![{rules['not_unit'][unit]}])" if rules["not_unit"].get(unit) else "")
        + (f"(?!{'|'.join(rules['not_unit_words'][unit])})" if unit in rules["not_unit_words"] else "")
        for unit in sorted(rules["units"], key=len, reverse=True)
    )
    count = re.compile(
        lead
        + rf"(?P<first>{n}(?:{scale})?)(?P<vague>{vague})?(?P<scale>{scale})?"
        + rf"(?:{to}(?P<second>{n}(?:{scale})?))?(?P<unit>{kinds}){tail}"
    )
    order = re.compile(rf"(?:{rules['order']}){currency}")
    return _Patterns(amount, rate, share, count, order, before, after, rules)


def find_quantities(text: str) -> list[Quantity]:
    """Return amounts, rates and counts in order; of overlapping ones the first kind in this order."""
    taken = bytearray(len(text))
    found: list[Quantity] = []
    for quantities in (_amounts(text), _english(text), _bare_amounts(text), _rates(text), _tenths(text), _counts(text)):
        for quantity in quantities:
            if not any(taken[quantity.start : quantity.end]):
                taken[quantity.start : quantity.end] = b"\1" * (quantity.end - quantity.start)
                found.append(quantity)
    return sorted(found, key=lambda one: one.start)


_SHARES: dict[str, RateUnit] = {"百分之": "percent", "千分之": "permille", "万分之": "basis_point"}
_ENUMERATOR = re.compile(r"\d{1,2}\.")


def _inside_number(text: str, start: int) -> bool:
    return start > 0 and (
        text[start - 1].isdigit() or (text[start - 1] in ".,/" and text[start - 2 : start - 1].isdigit())
    )


def _qualifier(match: re.Match[str], patterns: _Patterns) -> Qualifier:
    groups = match.groupdict()
    if groups.get("second"):
        return "range"
    if groups.get("before"):
        return patterns.before[groups["before"]]
    if groups.get("vague") in {"多", "余"} or groups.get("vague2") in {"多", "余"}:
        return "more_than"
    if groups.get("vague") or groups.get("vague2"):
        return "about"
    return patterns.after[groups["after"]] if groups.get("after") else "exact"


def _scaled(number: str, scale: str | None) -> Decimal | None:
    return parse_number(number + (scale or "")) if scale is None or not _has_scale(number) else _times(number, scale)


def _has_scale(number: str) -> bool:
    return number[-1] in "万亿"


def _times(number: str, scale: str) -> Decimal | None:
    value, factor = parse_number(number), parse_number("1" + scale)
    return None if value is None or factor is None else value * factor


def _pair(match: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    """Return the value and the upper end of a range; a scale that only the second number has is both's."""
    groups = match.groupdict()
    first, scale = groups["first"], groups.get("scale")
    second, scale2 = groups.get("second"), groups.get("scale2")
    upper = _scaled(second, scale2) if second else None
    if second and not scale and not _has_scale(first):
        common = scale2 or (second[-2:] if second.endswith("万亿") else second[-1] if _has_scale(second) else None)
        scale = common
    return _scaled(first, scale), upper


def _amounts(text: str) -> Iterator[Quantity]:
    patterns = _patterns()
    for match in patterns.amount.finditer(text):
        if _inside_number(text, match.start("first")) and not match.group("before"):
            continue
        value, upper = _pair(match)
        if value is None:
            continue
        start = match.start()
        before = text[max(0, start - 3) : start]
        per = match.group("per")
        each = re.search(r"每([^\d，。；]{1,2})$|人均$|户均$", before)
        if per is None and each:
            per = each.group(1) or each.group()[0]
        order = patterns.order.match(text, start - 1 if before.endswith(("数", "几")) else start)
        if order and order.end() == match.end() and match.group("second") is None:
            vague = AmountValue(amount=None, qualifier="vague", currency=_currency(match))
            yield Quantity(order.start(), match.end(), vague, "amount_order", 0.7)
            continue
        yield Quantity(
            start,
            match.end(),
            AmountValue(
                amount=value, upper=upper, qualifier=_qualifier(match, patterns), currency=_currency(match), per=per
            ),
            "amount",
            0.97,
        )


def _english(text: str) -> Iterator[Quantity]:
    for one in english_amounts(text):
        value = AmountValue(amount=one.amount, upper=one.upper, qualifier=one.qualifier, currency=one.currency)
        yield Quantity(one.start, one.end, value, "amount_english", 0.95)


def _bare_amounts(text: str) -> Iterator[Quantity]:
    """Yield amounts that leave 元 out, where the words around them speak of money: 安排资金3200万，"""
    rules = _patterns().rules
    for match in re.finditer(rules["amount_without_unit"].replace("{n}", rules["number"]), text):
        value = parse_number(match.group("first"))
        if value is not None:
            yield Quantity(*match.span("first"), AmountValue(amount=value), "amount_without_unit", 0.75)


def _currency(match: re.Match[str]) -> str:
    return str(_patterns().rules["currencies"][match.group("currency")])


def _rates(text: str) -> Iterator[Quantity]:
    patterns = _patterns()
    for match in patterns.rate.finditer(text):
        if _inside_number(text, match.start("first")) and not match.group("before"):
            continue
        value, upper = parse_number(match.group("first")), parse_number(match.group("second") or "")
        kinds = patterns.rules["rates"]
        unit: RateUnit = next(one["unit"] for one in kinds if re.fullmatch(one["pattern"], match.group("unit")))
        if value is not None:
            rate = RateValue(rate=value, upper=upper, qualifier=_qualifier(match, patterns), unit=unit)
            yield Quantity(match.start(), match.end(), rate, "rate", 0.97)
    for match in patterns.share.finditer(text):
        value, upper = parse_number(match.group("first")), parse_number(match.group("second") or "")
        share = _SHARES[match.group("share")]
        if value is not None:
            rate = RateValue(rate=value, upper=upper, qualifier=_qualifier(match, patterns), unit=share)
            yield Quantity(match.start(), match.end(), rate, "rate_words", 0.95)


def _tenths(text: str) -> Iterator[Quantity]:
    patterns = _patterns()
    lead = re.compile(rf"(?P<before>{_either(list(patterns.before))})?{patterns.rules['tenths']}")
    for match in lead.finditer(text):
        value = parse_number(match.group("first"))
        if value is not None and not _inside_number(text, match.start("first")):
            rate = value * 10 + (5 if match.group("half") else 0)
            found = RateValue(rate=rate, qualifier=_qualifier(match, patterns), unit="percent")
            yield Quantity(match.start(), match.end(), found, "rate_tenths", 0.85)


def _rounded(match: re.Match[str]) -> bool:
    """Return whether a bare 百 or 千 is a number: 近百家, 百余户, 上千人."""
    return bool(match.group("before") or match.group("vague"))


def _counts(text: str) -> Iterator[Quantity]:
    patterns = _patterns()
    rules = patterns.rules
    stops = rules["noun_stops"]
    for match in patterns.count.finditer(text):
        first, unit = match.group("first"), match.group("unit")
        before = text[match.start() - 1 : match.start()]
        counted = before == "“" and first.isascii()  # “三个一批” is a slogan, “9家机构超标准收费” counts
        if _inside_number(text, match.start("first")) or (before and before in rules["not_before"] and not counted):
            continue
        if first == "一" and unit in rules["no_count_of_one"]:
            continue
        value, upper = _pair(match)
        if value is None or (first[0] in "百千" and len(first) == 1 and not _rounded(match)):
            continue
        start, end = match.start(), match.end()
        if value % 1 and unit in rules["whole_units"] and (head := _ENUMERATOR.match(first)):
            value, start = parse_number(first[head.end() :]), match.start("first") + head.end()
        noun = ""
        if unit not in {"人", "人次", "户次"}:
            while end + len(noun) < len(text) and len(noun) < 8:
                letter = text[end + len(noun)]
                if letter in stops or not "\u4e00" <= letter <= "\u9fff":
                    break
                noun += letter
        value_model = CountValue(
            count=value, upper=upper, qualifier=_qualifier(match, patterns), unit=unit, noun=noun or None
        )
        yield Quantity(start, match.end(), value_model, "count", 0.9 if first.isascii() else 0.8)
