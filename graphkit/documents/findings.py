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
_NEXT_AGENCY = compile_rule("、(?={agency})")
_OPEN_END = re.compile(r"“?([堵痛难断])”?点(?:问题)?$")
_CATEGORIES: dict[str, Category] = {"堵": "blockage", "痛": "pain", "难": "difficulty", "断": "break"}


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
    supplements: re.Pattern[str]
    audit_work: re.Pattern[str]
    some: re.Pattern[str]
    titles: re.Pattern[str]
    says_of_it: str


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
        supplements=compile_rule(data["supplements"]),
        audit_work=compile_rule(data["audit_work"]),
        some=compile_rule(data["some"]),
        titles=compile_rule(data["titles"]),
        says_of_it=data["says_of_it"],
    )


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans between full stops, semicolons, and line ends."""
    for match in re.finditer(r"[^。；！？\n]+", text):
        yield match.start(), match.end()


@dataclass(frozen=True, slots=True)
class _Source:
    """A cleaned text, the same with signs, and its agencies and regions."""

    text: str
    signs: str
    mentions: Sequence[Mention]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A finding's span and type, before its party is looked for."""

    start: int
    end: int
    type: str
    category: Category | None


def find_findings(text: str, signs: str, mentions: Sequence[Mention]) -> list[Finding]:
    """Return the findings of a cleaned text; `signs` is the text with signs, `mentions` its agencies and regions."""
    source = _Source(text, signs, mentions)
    found: list[Finding] = []
    handed_on: Category | None = None
    for start, end in sentences(text):
        if start and text[start - 1] == "\n":
            handed_on = None
        if _rules().titles.search(signs, start, end):
            continue
        previous = found[-1] if found and "\n" not in text[found[-1].end : start] else None
        here = [
            _finding(source, draft, start, _named(source, start, end, draft) or handed_on, previous)
            for draft in _drafts(source, start, end)
        ]
        named = _OPEN_END.search(text, start, end)
        handed_on = _CATEGORIES[named.group(1)] if named and not here else None
        found += here
    return found


def _named(source: _Source, start: int, end: int, draft: _Draft) -> Category | None:
    """Return the category that the sentence itself gives a finding: before it, in it, or in a clause that speaks of it."""
    words = [match for match in _OPEN_WORD.finditer(source.text, start, end) if match.start() < draft.end]
    after = re.compile(f"，{_rules().says_of_it}[^，]*?{_OPEN_WORD.pattern}").match(source.text, draft.end, end)
    categories = {match.group(1) for match in words} or ({after.group(1)} if after else set())
    return _CATEGORIES[categories.pop()] if len(categories) == 1 else None


def _drafts(source: _Source, start: int, end: int) -> Iterator[_Draft]:
    """Join the clauses of a sentence that tell one finding: from its subject to its last sign."""
    rules = _rules()
    draft: _Draft | None = None
    lead: int | None = None
    for begin, stop in _clauses(source.signs, start, end):
        opener = rules.openers.match(source.signs, begin, stop)
        body = opener.end() if opener else begin
        subject = _subject(source, body, stop)
        sign = _sign(source.signs, begin, stop, rules)
        adds = rules.supplements.match(source.signs, begin, stop) is not None
        if draft and (adds or (sign and subject != "agency" and sign[1] == draft.category)):
            draft = _Draft(draft.start, stop, draft.type, draft.category)
        elif sign:
            if draft:
                yield draft
            draft = _Draft(body if subject or lead is None else lead, stop, *sign)
            lead = None
        else:
            if draft:
                yield draft
            draft = None
            lead = body if subject and not rules.audit_work.search(source.signs, body, stop) else lead
    if draft:
        yield draft


def _clauses(signs: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split at commas and colons; also at a list mark before an agency, where what stands before it is a finding."""
    for match in re.compile(r"[^，：]+").finditer(signs, start, end):
        begin = match.start()
        for mark in _NEXT_AGENCY.finditer(signs, begin, match.end()):
            if _sign(signs, begin, mark.start(), _rules()):
                yield begin, mark.start()
                begin = mark.end()
        yield begin, match.end()


def _sign(signs: str, begin: int, stop: int, rules: _Rules) -> tuple[str, Category | None] | None:
    """Return the type and category of the first sign in a clause that is neither denied nor only spoken of."""
    for kind, category, pattern in rules.types:
        match = pattern.search(signs, begin, stop)
        if match is None:
            continue
        denied = rules.denied.search(signs, begin, stop)
        if (denied is None or denied.start() >= match.end()) and not rules.undone.search(signs[match.end() : stop + 1]):
            return kind, category
    return None


def _subject(source: _Source, begin: int, stop: int) -> Literal["agency", "some"] | None:
    """Return whom a clause starts with: an agency (not the auditor) or region, or so many; None if with neither."""
    first = next((one for one in source.mentions if one.start == begin), None)
    if first is not None:
        return None if _audits(first) else "agency"
    return "some" if _rules().some.match(source.signs, begin, stop) else None


def _finding(
    source: _Source, draft: _Draft, sentence: int, named: Category | None, previous: Finding | None
) -> Finding:
    closer = _rules().closers.search(source.signs[draft.start : draft.end])
    end = draft.start + closer.start() if closer and closer.start() > 4 else draft.end
    party, words = _party(source, draft.start, end, sentence, previous)
    rule = f"finding_{draft.type}" + ("_named" if named else "")
    category = named or draft.category
    return Finding(draft.start, end, draft.type, category, party, words, rule, 0.9 if category else 0.7)


def _party(
    source: _Source, start: int, end: int, sentence: int, previous: Finding | None
) -> tuple[Mention | None, str | None]:
    """Return the party at fault: the agency in the finding, words that stand for many, or who was spoken of before."""
    blamed = [one for one in source.mentions if not _audits(one) and sentence <= one.start < end]
    inside = next((one for one in blamed if one.start >= start and one.kind == "agency"), None)
    if inside:
        return inside, None
    group = _rules().groups.match(source.signs, start, end)
    if group and group.end() > group.start():
        return None, source.text[group.start() : group.end()]
    before = [one for one in blamed if one.start < start and one.kind == "agency"]
    if before:
        return before[-1], None
    region = next((one for one in blamed if one.start >= start), None)
    if region:
        return None, region.name
    if previous and previous.party and source.text.startswith(("该", "其"), start):
        return previous.party, None
    return None, None


def _audits(mention: Mention) -> bool:
    return bool(mention.id and mention.id.split("-")[0] in {"audit", "nao"}) or "审计" in mention.name
