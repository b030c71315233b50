"""From the clauses of a sentence to drafts of findings: where one begins, which sign decides, what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from graphkit.documents.finding_rules import Category, rules
from graphkit.documents.mention import Mention
from graphkit.documents.recognised import Recognised
from graphkit.documents.signs import compile_rule

OPEN_WORD = re.compile(r"“?([堵痛难断])”?点")
NAMES_POINT = re.compile(r"(?:是|成为|成了|构成)[^，]{0,16}“?[堵痛难断]”?点(?:问题)?$")
SIGNS = re.compile("[\ue100-\ue2ff]")
HEADING = 14
_QUOTED_PROBLEM = re.compile("”(?:的|等)?[^，。；]{0,4}问题")
_LIST_MARK = re.compile("、")
_AGENCY = compile_rule("{agency}")
WEAK = frozenset(("not_done", "weakness", "listed"))
_SUBJECT = 3
_LONGEST_CLAUSE = 2000  # a longer one is no sentence of anybody's, and is not looked into mark by mark
_LONGEST_NUMBER = 12
_Sign = tuple[str, Category | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding's span and type, before its party is looked for."""

    start: int
    end: int
    type: str
    category: Category | None


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause as read: `body` is where it begins after words like 审计发现; `adds`: it adds to what stands before it.

    `spoken`: somebody's words, or only names a point; `works`: about the audit itself; `refused`: so, or denied.
    """

    begin: int
    body: int
    stop: int
    subject: Literal["agency", "some"] | None
    sign: _Sign | None
    adds: bool
    spoken: bool
    works: bool
    refused: bool


def drafts(source: Recognised, start: int, end: int, told_from: int, *, firm: bool) -> Iterator[Draft]:
    """Join the clauses of a sentence that tell one finding: from its subject to its last sign.

    From `told_from` on the sentence tells what was found. `firm`: it says so itself, or stands in a list of findings;
    then what leads to a sign, or goes on from it, belongs to it.
    """
    draft: Draft | None = None
    lead: int | None = None
    for begin, stop in _clauses(source.signs, start, end, told_from < end):
        clause = _read(source, begin, stop, told=stop > told_from)
        joined = _goes_on(source, draft, clause, firm=firm and stop > told_from) if draft else None
        if joined is None and draft:
            yield draft
        if joined or not clause.sign:
            draft = joined
            lead = lead if joined else _lead(clause, lead, firm=firm and begin >= told_from)
            continue
        anew = clause.subject == "agency" or (clause.subject and not firm) or lead is None
        draft = Draft(clause.body if anew or lead is None else lead, stop, *clause.sign)
        lead = None
    if draft:
        yield draft


def _read(source: Recognised, begin: int, stop: int, *, told: bool) -> _Clause:
    opener = rules().openers.match(source.signs, begin, stop)
    body = opener.end() if opener else begin
    while body < stop - 1 and source.text[body] in " \t":
        body += 1
    works = rules().audit_work.search(source.signs, body, stop) is not None
    names = NAMES_POINT.search(source.text, begin, stop) or rules().names_points.search(source.signs, begin, stop)
    spoken = bool(names) or _quoted(source.text, begin, stop)
    return _Clause(
        begin=begin,
        body=body,
        stop=stop,
        subject=subject_of(source, body, stop),
        sign=None if spoken else _sign(source.signs, begin, stop, told),
        adds=rules().supplements.match(source.signs, begin, stop) is not None,
        spoken=spoken,
        works=works,
        refused=works or rules().denied.search(source.signs, body, stop) is not None,
    )


def _goes_on(source: Recognised, draft: Draft, clause: _Clause, *, firm: bool) -> Draft | None:
    """Return the draft with a clause that goes on about the same, or None if it tells of something else."""
    signs, sign = source.signs, clause.sign
    more = clause.subject is None and rules().continues.match(signs, clause.body, clause.stop)
    same = sign and clause.subject != "agency" and sign[1] == draft.category
    if sign and clause.subject is None and rules().pretext.search(signs, draft.start, draft.end):
        return Draft(draft.start, clause.stop, *sign)
    contrast = source.text[clause.begin] == "而"
    if sign and clause.subject is None and not contrast and rules().cause.search(signs, draft.start, draft.end):
        return Draft(draft.start, clause.stop, *sign)
    if clause.adds or same or (sign and more):
        return _joined(draft, clause.stop, sign)
    if not clause.refused and _leads(source, draft):
        return Draft(draft.start, clause.stop, *(sign or (draft.type, draft.category)))
    closed = rules().closers.search(signs, draft.start, draft.end)
    if firm and not (sign or clause.spoken or clause.refused or closed or clause.subject == "agency"):
        return Draft(draft.start, clause.stop, draft.type, draft.category)
    return None


def _lead(clause: _Clause, lead: int | None, *, firm: bool) -> int | None:
    """Return where a finding begins whose sign comes in a later clause than this one."""
    if clause.spoken:
        return None
    begins = clause.subject or (firm and lead is None and clause.stop - clause.body >= _SUBJECT)
    return clause.body if begins and not clause.works else lead


def _quoted(text: str, begin: int, stop: int) -> bool:
    """Return whether a clause is part of what somebody is quoted as saying, in more than this clause."""
    line = text.rfind("\n", 0, begin) + 1
    within = any(text.rfind("“", line, place) > text.rfind("”", line, place) for place in (begin, stop))
    return within and not _QUOTED_PROBLEM.match(text, text.find("”", begin))


def _leads(source: Recognised, draft: Draft) -> bool:
    """Return whether a draft is only the head of what follows in its sentence: 一是配套资金缺口大，县财政局 …"""
    signs = source.signs
    begins = max(signs.rfind("\n", 0, draft.start) + 1, draft.start - _LONGEST_NUMBER)
    item = rules().numbered_inside.search(signs, begins, draft.start)
    return bool(item) and draft.end - draft.start <= HEADING and not SIGNS.search(signs, draft.start, draft.end)


def _joined(draft: Draft, stop: int, sign: _Sign | None) -> Draft:
    """Return a draft that goes on to `stop`; a sign that says more than its own (未按规定 …，少发 …) decides."""
    weak = draft.type in WEAK or draft.category is None
    if sign and weak and sign[0] not in WEAK and sign[1]:
        return Draft(draft.start, stop, *sign)
    return Draft(draft.start, stop, draft.type, draft.category)


def item(source: Recognised, start: int, end: int, *, sure: bool) -> list[Draft]:
    """Return a sentence without a sign as a finding, because it stands in a list of findings or after 审计发现.

    `sure`: in a table's column or after a field's name, where there can be nothing else.
    """
    given = rules()
    opener = given.openers.match(source.signs, start, end)
    body = opener.end() if opener else start
    while body < end and source.signs[body] in "，：、 \t":
        body += 1
    words = source.text[body:end].rstrip()
    end = body + len(words)
    about_audit = not sure and given.audit_work.search(source.signs[body:end])
    if (
        len(words) < 6
        or about_audit
        or OPEN_WORD.search(words)
        or given.in_order.search(words)
        or given.denied.search(source.signs, body, end)
    ):
        return []
    wrong = any(word in words for word in given.sounds_wrong)
    numbered = given.numbered.match(source.signs, start, end) is not None and len(words) > 8
    return [Draft(body, end, "listed", None)] if wrong or numbered or sure else []


def _clauses(signs: str, start: int, end: int, told: bool) -> Iterator[tuple[int, int]]:
    """Split at commas and colons; also at a list mark between two findings, or before an agency after a finding."""
    for match in re.compile(r"(?:[^，：,]|,(?=\d))+").finditer(signs, start, end):
        begin = match.start()
        marks = _LIST_MARK.finditer(signs, begin, match.end()) if match.end() - begin <= _LONGEST_CLAUSE else ()
        for mark in marks:
            if _begins_anew(signs, mark.end(), match.end(), told) and _sign(signs, begin, mark.start(), told):
                yield begin, mark.start()
                begin = mark.end()
        yield begin, match.end()


def _begins_anew(signs: str, begin: int, stop: int, told: bool) -> bool:
    """Return whether words after a list mark tell of something else: they start with an agency, or a subject of own."""
    sign = _first_sign(signs, begin, stop, told)
    return bool(_AGENCY.match(signs, begin)) or (sign is not None and sign[0] - begin >= _SUBJECT)


def _sign(signs: str, begin: int, stop: int, told: bool) -> _Sign | None:
    """Return the type and category of the first sign in a clause."""
    sign = _first_sign(signs, begin, stop, told)
    return sign[1:] if sign else None


def sign_of(signs: str, begin: int, stop: int) -> str | None:
    """Return the type of the first sign in a clause, read as one of a list of findings."""
    sign = _first_sign(signs, begin, stop, True)
    return sign[1] if sign else None


def _first_sign(signs: str, begin: int, stop: int, told: bool) -> tuple[int, str, Category | None] | None:
    """Return the place, type and category of the first sign in a clause that is neither denied nor only spoken of."""
    given = rules()
    if given.conditional.search(signs, begin, stop + 1):
        return None
    for one in given.types:
        match = one.signs.search(signs, begin, stop) if told or not one.only_listed else None
        if match is None:
            continue
        denied = given.denied.search(signs, begin, stop)
        if (denied is None or denied.start() >= match.end()) and not given.undone.search(signs[match.end() : stop + 1]):
            return match.start(), one.name, one.category
    return None


def subject_of(source: Recognised, begin: int, stop: int) -> Literal["agency", "some"] | None:
    """Return whom a clause starts with: an agency (not the auditor) or region, or so many; None if with neither."""
    first = source.mention_at(begin)
    if first is not None:
        return None if audits(first) else "agency"
    return "some" if rules().some.match(source.signs, begin, stop) else None


def audits(mention: Mention) -> bool:
    """Return whether a mention is of an audit office: it finds, and is never the party at fault."""
    return bool(mention.id and mention.id.split("-")[0] in {"audit", "nao"}) or "审计" in mention.name
