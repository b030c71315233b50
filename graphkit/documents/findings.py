"""Findings: what a sentence says went wrong, and whose fault it was (rules/findings.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from graphkit.documents.agencies import Mention
from graphkit.documents.lexicon import rule_file
from graphkit.documents.listing import told_sentences
from graphkit.documents.recognised import Recognised
from graphkit.documents.signs import compile_rule

Category = Literal["blockage", "pain", "difficulty", "break"]
_OPEN_WORD = re.compile(r"“?([堵痛难断])”?点")
_QUOTED_PROBLEM = re.compile("”(?:的|等)?[^，。；]{0,4}问题")
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
class _Type:
    """A type of finding and its signs; `only_listed`: they say something only where findings are listed."""

    name: str
    category: Category | None
    signs: re.Pattern[str]
    only_listed: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    types: list[_Type]
    openers: re.Pattern[str]
    denied: re.Pattern[str]
    undone: re.Pattern[str]
    groups: re.Pattern[str]
    closers: re.Pattern[str]
    supplements: re.Pattern[str]
    audit_work: re.Pattern[str]
    some: re.Pattern[str]
    titles: re.Pattern[str]
    orders: re.Pattern[str]
    cause: re.Pattern[str]
    continues: re.Pattern[str]
    headings: re.Pattern[str]
    conditional: re.Pattern[str]
    revealed: re.Pattern[str]
    numbered: re.Pattern[str]
    numbered_inside: re.Pattern[str]
    leanings: dict[Category, list[str]]
    says_of_it: str


@cache
def _rules() -> _Rules:
    data = rule_file("findings.yaml")
    return _Rules(
        types=[
            _Type(one["type"], one["category"], compile_rule("|".join(one["signs"])), one.get("only_listed", False))
            for one in data["types"]
        ],
        openers=compile_rule(data["openers"]),
        denied=compile_rule("|".join(data["denied"])),
        undone=compile_rule("|".join(data["undone"])),
        groups=compile_rule(data["party_groups"]),
        closers=compile_rule(data["closers"]),
        supplements=compile_rule(data["supplements"]),
        audit_work=compile_rule(data["audit_work"]),
        some=compile_rule(data["some"]),
        titles=compile_rule(data["titles"]),
        orders=compile_rule(data["orders"]),
        cause=compile_rule(data["cause"]),
        continues=compile_rule(data["continues"]),
        headings=compile_rule(data["headings"]),
        conditional=compile_rule(data["conditional"]),
        revealed=compile_rule(data["revealed"]),
        numbered=compile_rule(data["numbered"]),
        numbered_inside=compile_rule(data["numbered"] + "$"),
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
    numbered = _rules().numbered.match(source.signs, start, end)
    begins = not source.text[source.text.rfind("\n", 0, start) + 1 : start].strip()
    alone = (draft.start == (numbered.end() if numbered else start)) and (numbered or begins) and draft.end == end
    return bool(alone and len(body) <= _HEADING and not _SIGNS.search(body) and _GOES_ON.match(source.text, end))


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
    title = _title_end(source.text)
    revealed_to = 0  # where the line ends in which it was said that something was found
    for start, end, told in told_sentences(source):
        if start and source.text[start - 1] == "\n":
            handed_on = None
        sentence = source.signs[start:end]
        skips = rules.titles.search(sentence) or rules.orders.search(sentence)
        if skips or end <= title or _only_heads(source, start, end):
            continue
        previous = found[-1] if found and source.same_line(found[-1].end, start) else None
        reveals = _reveals(source, start, end)
        if reveals is not None:
            revealed_to = source.text.find("\n", end)
        told_from = reveals if reveals is not None else start if told or end <= revealed_to else end
        drafts = list(_drafts(source, start, end, told_from, firm=told or reveals is not None))
        if not drafts and (told or reveals is not None):
            drafts = _item(source, start if reveals is None else reveals, end)
        here = [
            _finding(source, draft, (start, end), _named(source, start, end, draft) or handed_on, previous)
            for draft in drafts
        ]
        points = {match.group(1) for match in _OPEN_WORD.finditer(source.text, start, end)}
        named = _OPEN_END.search(source.text, start, end) if len(points) == 1 else None
        handed_on = _CATEGORIES[named.group(1)] if named and not here else None
        found += [one for one in here if not one.heading or one.category]
    return found


def _reveals(source: Recognised, start: int, end: int) -> int | None:
    """Return where a sentence begins to tell what was found (after 审计发现), or None if it does not say so."""
    found = [match.end() for match in _rules().revealed.finditer(source.signs, start, end)]
    return found[-1] if found else None


def _only_heads(source: Recognised, start: int, end: int) -> bool:
    """Return whether a sentence is a line of its own that only heads what follows: 三、尚未整改的主要原因."""
    return source.text[end : end + 1] in {"", "\n"} and bool(_rules().headings.search(source.signs, start, end))


def _named(source: Recognised, start: int, end: int, draft: _Draft) -> Category | None:
    """Return the category that the sentence itself gives a finding: before, in, or right after it."""
    words = [match for match in _OPEN_WORD.finditer(source.text, start, end) if match.start() < draft.end]
    after = re.compile(f"，{_rules().says_of_it}[^，]*?{_OPEN_WORD.pattern}").match(source.text, draft.end, end)
    categories = {match.group(1) for match in words} or ({after.group(1)} if after else set())
    return _CATEGORIES[categories.pop()] if len(categories) == 1 else None


def _drafts(source: Recognised, start: int, end: int, told_from: int, *, firm: bool) -> Iterator[_Draft]:
    """Join the clauses of a sentence that tell one finding: from its subject to its last sign.

    From `told_from` on the sentence tells what was found. `firm`: it says so itself, or stands in a list of findings;
    then what leads to a sign, or goes on from it, belongs to it.
    """
    rules = _rules()
    draft: _Draft | None = None
    lead: int | None = None
    for begin, stop in _clauses(source.signs, start, end, told_from < end):
        told = stop > told_from
        opener = rules.openers.match(source.signs, begin, stop)
        body = opener.end() if opener else begin
        subject = _subject(source, body, stop)
        spoken = _NAMES_POINT.search(source.text, begin, stop) or _quoted(source.text, begin, stop)
        sign = None if spoken else _sign(source.signs, begin, stop, told)
        adds = rules.supplements.match(source.signs, begin, stop) is not None
        closed = draft and rules.closers.search(source.signs, draft.start, draft.end)
        goes_on = subject is None and rules.continues.match(source.signs, body, stop) is not None
        works = rules.audit_work.search(source.signs, body, stop)
        refused = works or rules.denied.search(source.signs, body, stop)
        if draft and (adds or (sign and (goes_on or (subject != "agency" and sign[1] == draft.category)))):
            draft = _joined(draft, stop, sign)
        elif draft and sign and subject is None and source.text[begin] != "而" and rules.cause.search(source.signs, draft.start, draft.end):
            draft = _Draft(draft.start, stop, *sign)
        elif draft and not refused and _leads(source, draft):
            draft = _Draft(draft.start, stop, *(sign or (draft.type, draft.category)))
        elif draft and not (sign or spoken or refused) and firm and told and subject != "agency" and not closed:
            draft = _Draft(draft.start, stop, draft.type, draft.category)
        elif sign:
            if draft:
                yield draft
            anew = subject == "agency" or (subject and not firm)
            draft = _Draft(body if anew or lead is None else lead, stop, *sign)
            lead = None
        else:
            if draft:
                yield draft
            draft = None
            if spoken:
                lead = None
            elif subject and not works:
                lead = body
            elif firm and begin >= told_from and lead is None and stop - body >= _SUBJECT and not works:
                lead = body
    if draft:
        yield draft


def _quoted(text: str, begin: int, stop: int) -> bool:
    """Return whether a clause is part of what somebody is quoted as saying, in more than this clause."""
    line = text.rfind("\n", 0, begin) + 1
    within = any(text.rfind("“", line, place) > text.rfind("”", line, place) for place in (begin, stop))
    return within and not _QUOTED_PROBLEM.match(text, text.find("”", begin))


def _leads(source: Recognised, draft: _Draft) -> bool:
    """Return whether a draft is only the head of what follows in its sentence: 一是配套资金缺口大，县财政局 …"""
    signs = source.signs
    begins = signs.rfind("\n", 0, draft.start) + 1
    item = _rules().numbered_inside.search(signs, begins, draft.start)
    return bool(item) and draft.end - draft.start <= _HEADING and not _SIGNS.search(signs, draft.start, draft.end)


def _joined(draft: _Draft, stop: int, sign: tuple[str, Category | None] | None) -> _Draft:
    """Return a draft that goes on to `stop`; a sign that says more than its own (未按规定 …，少发 …) decides."""
    weak = draft.type in _WEAK or draft.category is None
    if sign and weak and sign[0] not in _WEAK and sign[1]:
        return _Draft(draft.start, stop, *sign)
    return _Draft(draft.start, stop, draft.type, draft.category)


def _item(source: Recognised, start: int, end: int) -> list[_Draft]:
    """Return a sentence without a sign as a finding, because it stands in a list of findings or after 审计发现."""
    rules = _rules()
    opener = rules.openers.match(source.signs, start, end)
    body = opener.end() if opener else start
    while body < end and source.signs[body] in "，：、":
        body += 1
    words = source.text[body:end]
    about_audit = rules.audit_work.search(source.signs[body:end])
    if len(words) < 6 or about_audit or _OPEN_WORD.search(words) or rules.denied.search(source.signs, body, end):
        return []
    category = _leaning(words)
    sure = rules.numbered.match(source.signs, start, end) is not None and len(words) > 8
    return [_Draft(body, end, "listed", category)] if category or sure else []


def _leaning(words: str) -> Category | None:
    """Return the category whose words a sentence without a sign holds most of, or None."""
    leanings = _rules().leanings
    counts = {category: sum(word in words for word in leaning) for category, leaning in leanings.items()}
    best = max(counts, key=lambda category: counts[category])
    return best if counts[best] else None


def _clauses(signs: str, start: int, end: int, told: bool) -> Iterator[tuple[int, int]]:
    """Split at commas and colons; also at a list mark between two findings, or before an agency after a finding."""
    for match in re.compile(r"(?:[^，：,]|,(?=\d))+").finditer(signs, start, end):
        begin = match.start()
        for mark in _LIST_MARK.finditer(signs, begin, match.end()):
            if _begins_anew(signs, mark.end(), match.end(), told) and _sign(signs, begin, mark.start(), told):
                yield begin, mark.start()
                begin = mark.end()
        yield begin, match.end()


def _begins_anew(signs: str, begin: int, stop: int, told: bool) -> bool:
    """Return whether words after a list mark tell of something else: they start with an agency, or a subject of own."""
    sign = _first_sign(signs, begin, stop, told)
    return bool(_AGENCY.match(signs, begin)) or (sign is not None and sign[0] - begin >= _SUBJECT)


def _sign(signs: str, begin: int, stop: int, told: bool) -> tuple[str, Category | None] | None:
    """Return the type and category of the first sign in a clause."""
    sign = _first_sign(signs, begin, stop, told)
    return sign[1:] if sign else None


def _first_sign(signs: str, begin: int, stop: int, told: bool) -> tuple[int, str, Category | None] | None:
    """Return the place, type and category of the first sign in a clause that is neither denied nor only spoken of."""
    rules = _rules()
    if rules.conditional.search(signs, begin, stop + 1):
        return None
    for one in rules.types:
        match = one.signs.search(signs, begin, stop) if told or not one.only_listed else None
        if match is None:
            continue
        denied = rules.denied.search(signs, begin, stop)
        if (denied is None or denied.start() >= match.end()) and not rules.undone.search(signs[match.end() : stop + 1]):
            return match.start(), one.name, one.category
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
    heading = _heads(source, draft, *sentence)
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
