"""Findings: what a sentence says went wrong, and whose fault it was (rules/findings.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from graphkit.documents.agencies import Mention
from graphkit.documents.lexicon import rule_file
from graphkit.documents.recognised import Recognised
from graphkit.documents.signs import compile_rule

Category = Literal["blockage", "pain", "difficulty", "break"]
_OPEN_WORD = re.compile(r"“?([堵痛难断])”?点")
_LIST_MARK = re.compile("、")
_SUBJECT = 3
_HEADING = 14
_SIGNS = re.compile("[\ue100-\ue2ff]")
_GOES_ON = re.compile(r"。[ \t]*[^\s。]")
_TITLE_LINE = re.compile(r"\s*(?![（(]?[一二三四五六七八九十\d]+[）)、.．])[^。；，\n]{4,60}(?=\n\s*\S)")
_AGENCY = compile_rule("{agency}")
_WEAK = frozenset(("not_done", "weakness", "listed"))
_NAMES_POINT = re.compile(r"(?:是|成为|成了|构成)[^，]{0,16}“?[堵痛难断]”?点(?:问题)?$")
_OPEN_END = re.compile(r"“?([堵痛难断])”?点(?:问题)?$")
_CATEGORIES: dict[str, Category] = {"堵": "blockage", "痛": "pain", "难": "difficulty", "断": "break"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in the cleaned text; its party at fault is an agency's mention, or words that stand for many.

    `heading`: it only heads what follows in its line (（一）政策传导不畅。) and names neither party nor figure.
    """

    start: int
    end: int
    type: str
    category: Category | None
    party: Mention | None
    party_words: str | None
    rule: str
    confidence: float
    heading: bool = False


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
    list_begins: re.Pattern[str]
    list_ends: re.Pattern[str]
    leanings: dict[Category, list[str]]
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
        list_begins=compile_rule(data["list_begins"]),
        list_ends=compile_rule(data["list_ends"]),
        leanings=data["leanings"],
        says_of_it=data["says_of_it"],
    )


def _title_end(text: str) -> int:
    """Return where a document's title ends: its first line, if that is no sentence and more lines follow; else 0."""
    first = _TITLE_LINE.match(text)
    return first.end() if first else 0


def _heads(source: Recognised, draft: _Draft, start: int, end: int) -> bool:
    """Return whether a draft is all of a short numbered sentence that the rest of its line goes on about."""
    body = source.signs[draft.start : draft.end]
    alone = start < draft.start and draft.end == end and len(body) <= _HEADING and not _SIGNS.search(body)
    return alone and bool(_GOES_ON.match(source.text, end))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A finding's span and type, before its party is looked for."""

    start: int
    end: int
    type: str
    category: Category | None


def find_findings(source: Recognised) -> list[Finding]:
    """Return the findings of a text, in order."""
    rules = _rules()
    found: list[Finding] = []
    handed_on: Category | None = None
    listed = False
    title = _title_end(source.text)
    for start, end in source.sentences():
        if start and source.text[start - 1] == "\n":
            handed_on = None
        sentence = source.signs[start:end]
        begins = rules.list_begins.search(sentence)
        listed = bool(begins) or (listed and not rules.list_ends.search(sentence.strip()))
        if rules.titles.search(sentence) or end <= title:
            continue
        previous = found[-1] if found and source.same_line(found[-1].end, start) else None
        here = [
            _finding(source, draft, (start, end), _named(source, start, end, draft) or handed_on, previous)
            for draft in list(_drafts(source, start, end)) or _item(source, start, end, listed and not begins)
        ]
        named = _OPEN_END.search(source.text, start, end)
        handed_on = _CATEGORIES[named.group(1)] if named and not here else None
        found += here
    return found


def _named(source: Recognised, start: int, end: int, draft: _Draft) -> Category | None:
    """Return the category that the sentence itself gives a finding: before, in, or right after it."""
    words = [match for match in _OPEN_WORD.finditer(source.text, start, end) if match.start() < draft.end]
    after = re.compile(f"，{_rules().says_of_it}[^，]*?{_OPEN_WORD.pattern}").match(source.text, draft.end, end)
    categories = {match.group(1) for match in words} or ({after.group(1)} if after else set())
    return _CATEGORIES[categories.pop()] if len(categories) == 1 else None


def _drafts(source: Recognised, start: int, end: int) -> Iterator[_Draft]:
    """Join the clauses of a sentence that tell one finding: from its subject to its last sign."""
    rules = _rules()
    draft: _Draft | None = None
    lead: int | None = None
    for begin, stop in _clauses(source.signs, start, end):
        opener = rules.openers.match(source.signs, begin, stop)
        body = opener.end() if opener else begin
        subject = _subject(source, body, stop)
        sign = None if _NAMES_POINT.search(source.text, begin, stop) else _sign(source.signs, begin, stop, rules)
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


def _item(source: Recognised, start: int, end: int, listed: bool) -> list[_Draft]:
    """Return a sentence without a sign as a finding where it stands in a list of findings."""
    rules = _rules()
    opener = rules.openers.match(source.signs, start, end)
    body = opener.end() if opener else start
    words = source.text[body:end]
    about_audit = rules.audit_work.search(source.signs[body:end])
    if not listed or len(words) < 10 or about_audit or rules.denied.search(source.signs, body, end):
        return []
    counts = {category: sum(word in words for word in leaning) for category, leaning in rules.leanings.items()}
    best = max(counts, key=lambda category: counts[category])
    return [_Draft(body, end, "listed", best if counts[best] else None)] if counts[best] else []


def _clauses(signs: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split at commas and colons; also at a list mark between two findings, or before an agency after a finding."""
    for match in re.compile(r"(?:[^，：,]|,(?=\d))+").finditer(signs, start, end):
        begin = match.start()
        for mark in _LIST_MARK.finditer(signs, begin, match.end()):
            if _begins_anew(signs, mark.end(), match.end()) and _sign(signs, begin, mark.start(), _rules()):
                yield begin, mark.start()
                begin = mark.end()
        yield begin, match.end()


def _begins_anew(signs: str, begin: int, stop: int) -> bool:
    """Return whether words after a list mark tell of something else: they start with an agency, or a subject of own."""
    sign = _first_sign(signs, begin, stop, _rules())
    return bool(_AGENCY.match(signs, begin)) or (sign is not None and sign[0] - begin >= _SUBJECT)


def _sign(signs: str, begin: int, stop: int, rules: _Rules) -> tuple[str, Category | None] | None:
    """Return the type and category of the first sign in a clause."""
    sign = _first_sign(signs, begin, stop, rules)
    return sign[1:] if sign else None


def _first_sign(signs: str, begin: int, stop: int, rules: _Rules) -> tuple[int, str, Category | None] | None:
    """Return the place, type and category of the first sign in a clause that is neither denied nor only spoken of."""
    for kind, category, pattern in rules.types:
        match = pattern.search(signs, begin, stop)
        if match is None:
            continue
        denied = rules.denied.search(signs, begin, stop)
        if (denied is None or denied.start() >= match.end()) and not rules.undone.search(signs[match.end() : stop + 1]):
            return match.start(), kind, category
    return None


def _subject(source: Recognised, begin: int, stop: int) -> Literal["agency", "some"] | None:
    """Return whom a clause starts with: an agency (not the auditor) or region, or so many; None if with neither."""
    first = source.mention_at(begin)
    if first is not None:
        return None if _audits(first) else "agency"
    return "some" if _rules().some.match(source.signs, begin, stop) else None


def _finding(
    source: Recognised, draft: _Draft, sentence: tuple[int, int], named: Category | None, previous: Finding | None
) -> Finding:
    closer = _rules().closers.search(source.signs[draft.start : draft.end])
    end = draft.start + closer.start() if closer and closer.start() > 4 else draft.end
    party, words = _party(source, draft.start, end, sentence[0], previous)
    rule = f"finding_{draft.type}" + ("_named" if named else "")
    category = named or draft.category
    sure = 0.9 if category and draft.type not in _WEAK else 0.7
    heading = category is not None and _heads(source, draft, *sentence)
    return Finding(draft.start, end, draft.type, category, party, words, rule, sure, heading)


def _party(
    source: Recognised, start: int, end: int, sentence: int, previous: Finding | None
) -> tuple[Mention | None, str | None]:
    """Return the party at fault: the agency in the finding, words that stand for many, or who was spoken of before."""
    blamed = [one for one in source.mentions_in(sentence, end) if not _audits(one)]
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
