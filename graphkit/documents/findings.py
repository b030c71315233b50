"""Findings: what a sentence says went wrong, and whose fault it was (rules/findings.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from graphkit.documents.clauses import HEADING, OPEN_WORD, SIGNS, WEAK, Draft, audits, drafts, item, subject_of
from graphkit.documents.finding_rules import Category, rules
from graphkit.documents.leaning import leaning
from graphkit.documents.listing import told_sentences
from graphkit.documents.mention import Mention
from graphkit.documents.recognised import Recognised
from graphkit.documents.spotting import spot

_SURE = 0.8
_PLAIN = 0.9
_FEW = 3
_LINE = re.compile(r"[^\n]+")
# No office, date or amount: what a head names holds for all below it.
_HEAD = re.compile("[^。；：\ue101-\ue105\ue108]{4,22}")
_GOES_ON = re.compile(r"。[ \t]*[^\s。]")
_TITLE_LINE = re.compile(r"\s*(?![（(]?[一二三四五六七八九十\d]+[）)、.．])[^。；，\n]{4,60}(?=\n\s*\S)")
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


def _title_end(text: str) -> int:
    """Return where a document's title ends: its first line, if that is no sentence and more lines follow; else 0."""
    first = _TITLE_LINE.match(text)
    return first.end() if first else 0


def _heads(source: Recognised, draft: Draft, start: int, end: int) -> bool:
    """Return whether a draft is all of a short numbered sentence that the rest of its line goes on about."""
    body = source.signs[draft.start : draft.end]
    numbered = rules().numbered.match(source.signs, start, end)
    begins = not source.text[source.text.rfind("\n", 0, start) + 1 : start].strip()
    alone = (draft.start == (numbered.end() if numbered else start)) and (numbered or begins) and draft.end == end
    return bool(alone and len(body) <= HEADING and not SIGNS.search(body) and _GOES_ON.match(source.text, end))


def find_findings(source: Recognised) -> list[Finding]:
    """Return the findings of a text, in order.

    Where they stand, and their category, is learned (spotting.py, leaning.py); type and party the rules say. What only
    the rules find counts where it heads others, or is called a point (堵点 …) in the text, and in a text of few
    sentences, which has no place to learn from, where it has a plain sign.
    """
    by_rules = _by_rules(source)
    kept = [one for one in by_rules if one.heading or one.rule.endswith("_named")]
    told = [
        _spotted(source, start, end, by_rules)
        for start, end in spot(source)
        if not any(_overlap(start, end, one) for one in kept)
    ]
    if sum(1 for _ in source.sentences()) <= _FEW:
        plain = [one for one in by_rules if one.confidence >= _PLAIN and one not in kept]
        kept += [one for one in plain if not any(_overlap(one.start, one.end, other) for other in told)]
    return _with_heads(source, sorted([*kept, *told], key=lambda one: (one.start, one.end)))


def _with_heads(source: Recognised, found: list[Finding]) -> list[Finding]:
    """Add the short heads of lines that findings follow: they name the problem that those tell of, in any words.

    A head that was read as a finding is none; its category is that of most findings below it.
    """
    heads: list[Finding] = []
    for head, begin, end in _line_heads(source):
        below = [one.category for one in found if begin <= one.start < end and one.category and not one.heading]
        category = max(below, key=below.count, default=None)
        if category:
            known = next((one for one in found if one.heading and _overlap(*head, one)), None)
            plain = Finding(*head, "head", category, None, None, "finding_head", 0.8, heading=True)
            heads.append(replace(known, category=category) if known else plain)
    left = [one for one in found if not any(_overlap(one.start, one.end, head) for head in heads)]
    return sorted([*left, *heads], key=lambda one: (one.start, one.end))


def _line_heads(source: Recognised) -> list[tuple[tuple[int, int], int, int]]:
    """Return each short head of a line that may name a problem, with where what it heads begins and ends."""
    text = source.text
    found: list[tuple[tuple[int, int], int, int]] = []
    start = _title_end(text)
    for match in _LINE.finditer(text, start):
        numbered = rules().numbered.match(source.signs, *match.span())
        begin = numbered.end() if numbered else match.start()
        stop = text.find("。", begin, match.end())
        alone = stop < 0 or not text[stop + 1 : match.end()].strip()
        head = (begin, match.end() if stop < 0 else stop)
        head = (begin, begin + len(text[begin : head[1]].rstrip()))
        words = source.signs[slice(*head)]
        if (numbered or (alone and stop < 0)) and _HEAD.fullmatch(words) and not rules().no_heads.search(words):
            after = text.find("\n", match.end() + 1) if alone else match.end()
            after = len(text) if after < 0 else after
            items = alone and rules().numbered.match(source.signs, match.end() + 1, after)
            if not items or (text[items.start()] != text[match.start()] and not text[items.start()].isdigit()):
                found.append((head, head[1], after))
    return found


def _spotted(source: Recognised, start: int, end: int, by_rules: list[Finding]) -> Finding:
    """Return the finding at a place that was spotted, with what the rule says of it that fits best, if one does."""
    closer = rules().closers.search(source.signs[start:end])
    end = start + len(source.text[start : start + closer.start() if closer and closer.start() > 4 else end].rstrip())
    best = max(by_rules, key=lambda one: _overlap(start, end, one), default=None)
    if best is not None and _overlap(start, end, best):
        return replace(best, start=start, end=end, category=leaning(source, start, end)[0])
    line = source.text.rfind("\n", 0, start) + 1
    sentence = max(line, max(source.text.rfind(mark, 0, start) for mark in "。；") + 1)
    party, words = _party(source, start, end, sentence, None)
    return Finding(start, end, "spotted", leaning(source, start, end)[0], party, words, "finding_spotted", 0.7)


def _overlap(start: int, end: int, one: Finding) -> float:
    """Return the common part of a span and a finding over both together."""
    return max(0, min(end, one.end) - max(start, one.start)) / (max(end, one.end) - min(start, one.start))


def _by_rules(source: Recognised) -> list[Finding]:
    found: list[Finding] = []
    handed_on: Category | None = None
    title = _title_end(source.text)
    revealed_to = goes_on_to = 0  # where the line and the full sentence end that say that something was found
    for start, end, told in told_sentences(source):
        if start and source.text[start - 1] == "\n":
            handed_on = None
        sentence = source.signs[start:end]
        skips = rules().titles.search(sentence) or rules().orders.search(sentence)
        if skips or end <= title or _only_heads(source, start, end):
            continue
        previous = found[-1] if found and source.same_line(found[-1].end, start) else None
        reveals = _reveals(source, start, end)
        if reveals is not None:
            revealed_to = source.text.find("\n", end)
        told_from = reveals if reveals is not None else start if told != "no" or end <= revealed_to else end
        firm = told != "no" or reveals is not None or end <= goes_on_to
        tells = list(drafts(source, start, end, told_from, firm=firm))
        if told == "cell" and len(tells) > 1:
            tells = [Draft(tells[0].start, tells[-1].end, tells[0].type, tells[0].category)]
        if firm and not tells:
            body = start if reveals is None else reveals
            spoken_of = told == "no" and subject_of(source, body, end) is not None
            sure = told == "cell" or spoken_of or rules().field.search(sentence) is not None
            tells = item(source, body, end, sure=sure)
        if reveals is not None and tells:
            goes_on_to = _full_stop(source.text, end)
        here = [
            _finding(source, draft, (start, end), _named(source, start, end, draft) or handed_on, previous)
            for draft in tells
        ]
        points = {match.group(1) for match in OPEN_WORD.finditer(source.text, start, end)}
        named = _OPEN_END.search(source.text, start, end) if len(points) == 1 else None
        handed_on = _CATEGORIES[named.group(1)] if named and not here else None
        found += [one for one in here if not one.heading or one.category]
    return found


def _reveals(source: Recognised, start: int, end: int) -> int | None:
    """Return where a sentence begins to tell what was found (after 审计发现), or None if it does not say so."""
    found = [start + match.end() for match in rules().revealed.finditer(source.signs[start:end])]
    return found[-1] if found else None


def _full_stop(text: str, start: int) -> int:
    """Return where a sentence ends that goes on after a semicolon."""
    end = re.compile(r"[。！？\n]").search(text, start)
    return end.start() if end else len(text)


def _only_heads(source: Recognised, start: int, end: int) -> bool:
    """Return whether a sentence is a line of its own that only heads what follows: 三、尚未整改的主要原因."""
    return source.text[end : end + 1] in {"", "\n"} and bool(rules().headings.search(source.signs, start, end))


def _named(source: Recognised, start: int, end: int, draft: Draft) -> Category | None:
    """Return the category that the sentence itself gives a finding: before, in, or right after it."""
    words = [match for match in OPEN_WORD.finditer(source.text, start, end) if match.start() < draft.end]
    after = re.compile(f"，{rules().says_of_it}[^，]*?{OPEN_WORD.pattern}").match(source.text, draft.end, end)
    categories = {match.group(1) for match in words} or ({after.group(1)} if after else set())
    return _CATEGORIES[categories.pop()] if len(categories) == 1 else None


def _finding(
    source: Recognised, draft: Draft, sentence: tuple[int, int], named: Category | None, previous: Finding | None
) -> Finding:
    closer = rules().closers.search(source.signs[draft.start : draft.end])
    end = draft.start + closer.start() if closer and closer.start() > 4 else draft.end
    party, words = _party(source, draft.start, end, sentence[0], previous)
    rule = f"finding_{draft.type}" + ("_named" if named else "")
    end = draft.start + len(source.text[draft.start : end].rstrip())
    heading = _heads(source, draft, *sentence)
    category = named or draft.category or (None if heading else _leaning(source, draft))
    sure = 0.9 if category and draft.type not in WEAK else 0.7
    return Finding(draft.start, end, draft.type, category, party, words, rule, sure, heading)


def _leaning(source: Recognised, draft: Draft) -> Category | None:
    """Return the category that the words lean to where no sign gives one; a general breach of a rule has none."""
    words = source.text[draft.start : draft.end]
    category, sure = leaning(source, draft.start, draft.end)
    breach = draft.type == "violation" and not rules().leans.search(words)
    return category if sure >= _SURE and not breach else None


def _party(
    source: Recognised, start: int, end: int, sentence: int, previous: Finding | None
) -> tuple[Mention | None, str | None]:
    """Return the party at fault: the agency in the finding, words that stand for many, or who was spoken of before."""
    blamed = [one for one in source.mentions_in(sentence, end) if not audits(one)]
    inside = next((one for one in blamed if one.start >= start and one.kind == "agency"), None)
    if inside:
        return inside, None
    group = rules().groups.match(source.signs, start, end)
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
