"""Document numbers such as 发改投资规〔2020〕734号, whatever brackets the source uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphkit.documents.gazetteer import default_gazetteer
from graphkit.documents.lexicon import rule_file
from graphkit.documents.numbers import parse_number


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A document number, normalised, and where it stands in the cleaned text."""

    start: int
    end: int
    number: str
    rule: str
    confidence: float


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], list[re.Pattern[str]]]:
    rules: dict[str, Any] = rule_file("facts.yaml")["document_number"]
    opening, closing = rules["brackets"]["open"], rules["brackets"]["close"]
    year = (
        rf"{opening}\s*(?P<year>(?:19|20)\d\d|[一二][〇零○一二三四五六七八九]{{3}})\s*年?\s*{closing}"
        r"\s*(?:第\s*)?(?P<n>\d{1,5}(?:-\d+)?|[一二三四五六七八九十百]+)(?P<also>(?:\s*[/、,，和]\s*\d{1,5})*)\s*号"
    )
    coded = re.compile(rf"(?P<code>[\u4e00-\u9fff]{{1,16}}(?:[（(][\u4e00-\u9fff]{{1,4}}[）)])?)?\s?{year}")
    bare = re.compile(
        rf"(?P<code>[\u4e00-\u9fff]{{1,14}}(?:{'|'.join(rules['code_ends'])}))[ \t]?"
        rf"(?:{opening}?(?P<year>(?:19|20)\d\d)\s*年?\s*{closing}?)\s*(?:第\s*)?(?P<n>\d{{1,5}})\s*号"
    )
    further = re.compile(rf"(?:[、，和及与]|以及)(?:{year}|(?P<m>\d{{1,5}})号)")
    figure = r"(?:19|20)\d\d"
    other = [re.compile(pattern.replace("{year}", figure)) for pattern in rules["other"]]
    return coded, bare, further, other


def find_document_numbers(text: str) -> list[FoundNumber]:
    """Return every document number in order. In 财金〔2020〕3号、5号 the second takes the first's code and year."""
    coded, bare, further, other = _patterns()
    found: list[FoundNumber] = []
    position = 0
    while match := coded.search(text, position):
        position = match.end()
        code = _code(match.group("code") or "")
        year = _year(match.group("year"))
        if len(code) < 1:
            continue
        start = match.start("year") - 1 - (len(text[match.end("code") : match.start("year") - 1])) - len(code)
        end = match.end("n") if match.group("also") else match.end()
        found.append(FoundNumber(start, end, f"{code}〔{year}〕{_figure(match.group('n'))}号", "number_brackets", 0.98))
        for also in re.compile(r"\d+").finditer(text, match.end("n"), match.end()):
            number = f"{code}〔{year}〕{also.group()}号"
            found.append(FoundNumber(*also.span(), number, "number_in_list", 0.9))
        while more := further.match(text, position):
            number, own_year = more.group("m") or more.group("n"), more.group("year")
            begin = more.start("m") if more.group("m") else more.start("year") - 1
            value = f"{code}〔{_year(own_year) if own_year else year}〕{_figure(number)}号"
            found.append(FoundNumber(begin, more.end(), value, "number_in_list", 0.9))
            position = more.end()
    for match in bare.finditer(text):
        code = _code(match.group("code"))
        begin = match.end("code") - len(code)
        known = any(one.start < match.end() and begin < one.end for one in found)
        if len(code) > 1 and not known and code not in rule_file("facts.yaml")["document_number"]["stops"]:
            number = f"{code}〔{match.group('year')}〕{match.group('n')}号"
            found.append(FoundNumber(begin, match.end(), number, "number_no_brackets", 0.8))
    for pattern in other:
        for match in pattern.finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found.append(
                    FoundNumber(
                        match.start(),
                        match.end(),
                        match.group().replace("(", "（").replace(")", "）"),
                        "number_words",
                        0.9,
                    )
                )
    return sorted(found, key=lambda one: one.start)


def _figure(words: str) -> str:
    value = None if words[0].isdigit() else parse_number(words)
    return words if value is None else f"{value:f}"


def _year(words: str) -> str:
    return (
        words
        if words.isascii()
        else "".join(str("〇一二三四五六七八九".index(one.replace("零", "〇").replace("○", "〇"))) for one in words)
    )


def _code(words: str) -> str:
    """Cut off the words before the code: 根据财政部财金 is 财金."""
    for stop in rule_file("facts.yaml")["document_number"]["stops"]:
        at = words.rfind(stop)
        if at >= 0 and at + len(stop) < len(words):
            words = words[at + len(stop) :]
    names = default_gazetteer().names
    weak = rule_file("agencies.yaml")["weak"]  # 国办 of 国办发明电 belongs to the code
    while (found := names.at(words, 0)) and found[0] not in weak and len(words) - len(found[0]) >= 2:
        words = words[len(found[0]) :]
    return words
