"""Findings: what a sentence says went wrong, and whose fault it was (rules/findings.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from graphkit.documents.agencies import Mention
from graphkit.documents.lexicon import rule_file
from graphkit.documents.signs import compile_rule

Category = Literal["blockage", "pain", "difficulty", "break"]
_OPEN_WORD = re.compile(r"“?([堵痛难断])”?点")


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in the cleaned text; its party at fault is an agency's mention, or words that stand for many."""

    start: int
    end: int
    type: str
    category: Category | None
    party: Mention | None
    party_words: str | None
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Rules:
    types: list[tuple[str, Category | None, re.Pattern[str]]]
    openers: re.Pattern[str]
    denied: re.Pattern[str]
    undone: re.Pattern[str]
    groups: re.Pattern[str]
    closers: re.Pattern[str]


@cache
def _rules() -> _Rules:
    data = rule_file("findings.yaml")
    return _Rules(
        types=[(one["type"], one["category"], compile_rule("|".join(one["signs"]))) for one in data["types"]],
        openers=compile_rule(data["openers"]),
        denied=compile_rule("|".join(data["denied"])),
        undone=compile_rule("|".join(data["undone"])),
        groups=compile_rule(data["party_groups"]),
        closers=compile_rule(data["closers"]),
    )


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between full stops, semicolons, and line ends."""
    for match in re.finditer(r"[^。；！？\n]+", text):
        yield match.start(), match.end()


def find_findings(text: str, signs: str, mentions: Sequence[Mention]) -> list[Finding]:
    """Return the findings of a cleaned text; `signs` is the text with signs, `mentions` its agencies and regions."""
    found: list[Finding] = []
    category: Category | None = None
    line = -1
    for start, end in sentences(text):
        here = text.count("\n", 0, start)
        if here != line:
            category, line = None, here
        category = _open_category(text[start:end]) or category
        previous = found[-1] if found and text.count("\n", found[-1].end, start) == 0 else None
        found += _in_sentence(text, signs, start, end, mentions, _open_category(text[start:end]) or category, previous)
    return found


def _open_category(sentence: str) -> Category | None:
    """Return the category that a sentence itself names, if it names exactly one."""
    words = set(_OPEN_WORD.findall(sentence))
    categories: dict[str, Category] = {"堵": "blockage", "痛": "pain", "难": "difficulty", "断": "break"}
    return categories[words.pop()] if len(words) == 1 else None


def _in_sentence(
    text: str,
    signs: str,
    start: int,
    end: int,
    mentions: Sequence[Mention],
    named: Category | None,
    previous: Finding | None,
) -> Iterator[Finding]:
    rules = _rules()
    pending: tuple[int, int, str, Category | None] | None = None
    context = start
    for begin, stop in _clauses(signs, start, end):
        sign = _sign(signs, begin, stop, rules)
        opener = rules.openers.match(signs, begin, stop)
        body = opener.end() if opener else begin
        if sign is None:
            if pending is None and not opener and _subject(signs, begin, mentions):
                context = begin
            continue
        kind, category, last = sign
        fresh = pending is None or _subject(signs, body, mentions)
        if pending is not None and fresh:
            yield _made(text, signs, pending, mentions, start, named, previous)
            pending = None
        if pending is None:
            first = context if context > start and not _subject(signs, body, mentions) else body
            pending = (first, stop, kind, category)
        else:
            pending = (pending[0], stop, pending[2], pending[3])
        context = start
        del last
    if pending is not None:
        yield _made(text, signs, pending, mentions, start, named, previous)


def _clauses(signs: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(r"[^，：]+").finditer(signs, start, end):
        yield match.start(), match.end()


def _sign(signs: str, begin: int, stop: int, rules: _Rules) -> tuple[str, Category | None, int] | None:
    for kind, category, pattern in rules.types:
        match = pattern.search(signs, begin, stop)
        if match is None:
            continue
        denied = rules.denied.search(signs, begin, stop)
        if denied and denied.start() < match.end():
            continue
        if rules.undone.search(signs[match.end() : stop + 1]):
            continue
        return kind, category, match.end()
    return None


def _subject(signs: str, begin: int, mentions: Sequence[Mention]) -> Mention | None:
    """Return the agency that a clause starts with."""
    return next((one for one in mentions if one.start == begin and one.kind == "agency"), None)


def _made(
    text: str,
    signs: str,
    pending: tuple[int, int, str, Category | None],
    mentions: Sequence[Mention],
    sentence: int,
    named: Category | None,
    previous: Finding | None,
) -> Finding:
    start, end, kind, category = pending
    rules = _rules()
    closer = rules.closers.search(signs[start:end])
    end = start + closer.start() if closer and closer.start() > 4 else end
    party = next(
        (one for one in mentions if start <= one.start < end and one.kind == "agency" and not _audits(one)), None
    )
    before = [one for one in mentions if sentence <= one.start < start and one.kind == "agency" and not _audits(one)]
    words = None
    if party is None:
        group = rules.groups.match(signs, start, end)
        region = next((one for one in mentions if start <= one.start < end and one.kind == "region"), None)
        if group and group.end() > group.start():
            words = text[group.start() : group.end()]
        elif before:
            party = before[-1]
        elif region:
            words = region.name
        elif re.match(r"该|其", text[start:end]) and previous and previous.party:
            party = previous.party
    return Finding(
        start,
        end,
        kind,
        named or category,
        party,
        words,
        f"finding_{kind}" + ("_named" if named else ""),
        0.9 if named or category else 0.7,
    )


def _audits(mention: Mention) -> bool:
    return bool(mention.id and mention.id.split("-")[0] in {"audit", "nao"}) or "审计" in mention.name
