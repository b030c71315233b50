"""From a document to candidate facts: each recogniser in turn, then the rules that build on what it found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphkit.documents import values
from graphkit.documents.agencies import AgencyFinder, Mention
from graphkit.documents.dates import find_dates
from graphkit.documents.findings import Finding, find_findings, sentences
from graphkit.documents.gazetteer import Gazetteer
from graphkit.documents.lexicon import rule_file
from graphkit.documents.model import (
    ActionValue,
    AgencyValue,
    Candidate,
    Document,
    DocumentNumberValue,
    FindingValue,
    Kind,
    Link,
    MeasureValue,
    PolicyValue,
    ProblemValue,
    RegionValue,
    Value,
)
from graphkit.documents.numbering import find_document_numbers
from graphkit.documents.quantities import find_quantities
from graphkit.documents.signs import compile_rule, with_signs

_ORDER = (
    "policy", "document_number", "issuer", "agency", "region", "measure", "assignment", "deadline", "cadence", "date",
    "amount", "rate", "count", "problem", "finding", "action",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in the cleaned text, before it becomes a candidate. `ties`: role and span of what it is linked with."""

    start: int
    end: int
    kind: Kind
    value: Value
    rule: str
    confidence: float
    ties: tuple[tuple[str, Kind, int, int], ...] = ()
    note: str | None = None


def extract(document: Document, gazetteer: Gazetteer) -> list[Candidate]:
    """Return the candidate facts of a document, by place and kind; the same document gives the same list."""
    text = document.text.clean
    hurt = _hurt(document)
    found = list(_recognise(text, hurt, gazetteer))
    return _candidates(document, found)


def _hurt(document: Document) -> bytearray:
    marks = bytearray(len(document.text.clean))
    for damage in document.text.damages:
        start, end = document.text.to_clean(damage.start, damage.end)
        marks[start:end] = b"\1" * (end - start)
    return marks


def _recognise(text: str, hurt: bytearray, gazetteer: Gazetteer) -> Iterator[Found]:
    numbers = find_document_numbers(text)
    titles = [
        (match.start(), match.end()) for match in re.finditer(r"《[^《》\n]{2,120}(?:〈[^〉\n]*〉[^《》\n]*)?》", text)
    ]
    without_numbers = _masked(text, [(one.start, one.end) for one in numbers])
    dates = find_dates(without_numbers)
    without_dates = _masked(without_numbers, [(one.start, one.end) for one in dates])
    quantities = find_quantities(without_dates)
    mentions = AgencyFinder(gazetteer).find(without_numbers, hurt)
    inner = [(start, end) for start, end in titles]
    outer_mentions = [one for one in mentions if not _within(one.start, one.end, inner)]

    pieces: list[tuple[int, int, str]] = []
    pieces += [(one.start, one.end, "date") for one in dates]
    pieces += [(one.start, one.end, one.value.kind) for one in quantities]
    pieces += [(one.start, one.end, one.kind) for one in outer_mentions]
    pieces += [(start, end, "title") for start, end in titles]
    pieces += [(one.start, one.end, "number") for one in numbers]
    signs = with_signs(text, pieces, hurt)

    for number in numbers:
        yield Found(
            number.start,
            number.end,
            "document_number",
            DocumentNumberValue(number=number.number),
            number.rule,
            number.confidence,
        )
    for date in dates:
        yield Found(date.start, date.end, "date", date.value, date.rule, date.confidence)
    for quantity in quantities:
        yield Found(
            quantity.start, quantity.end, quantity.value.kind, quantity.value, quantity.rule, quantity.confidence
        )
    for mention in mentions:
        yield _mention(mention)
    yield from _policies(text, titles, numbers)
    yield from _measures(text, signs)
    by_place = {one.start: one for one in mentions}
    yield from _ruled(text, signs, "deadline", values.deadline(text, {one.start: one.value for one in dates}))
    yield from _ruled(text, signs, "cadence", values.cadence(text))
    yield from _party_rules(text, signs, "assignment", by_place, values.assignment(text))
    yield from _party_rules(text, signs, "issuer", by_place, values.issuer)
    yield from _title_issuers(titles, mentions, numbers)
    yield from _problems(text, signs)
    findings = find_findings(text, signs, outer_mentions)
    yield from _findings(text, findings, quantities)
    yield from _actions(text, signs, outer_mentions, findings)


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "\ue0fe" * (end - start)
    return "".join(characters)


def _within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _mention(mention: Mention) -> Found:
    value: Value
    if mention.kind == "agency":
        value = AgencyValue(
            name=mention.name,
            id=mention.id,
            level=mention.level,
            region=mention.region,
            generic=mention.generic,
            candidates=mention.candidates,
            explanation=mention.explanation,
        )
    else:
        value = RegionValue(
            code=mention.id,
            name=mention.name,
            level=mention.level,
            candidates=mention.candidates,
            explanation=mention.explanation,
        )
    return Found(mention.start, mention.end, mention.kind, value, mention.rule, mention.confidence)


def _policies(text: str, titles: Sequence[tuple[int, int]], numbers: Sequence[Any]) -> Iterator[Found]:
    ends = tuple(rule_file("facts.yaml")["policy"]["ends"])
    for start, end in titles:
        title = text[start + 1 : end - 1]
        if not title.rstrip("〉》").endswith(ends):
            continue
        after = next(
            (one for one in numbers if 0 <= one.start - end <= 1 and (one.start == end or text[end] in "（(")), None
        )
        ties: tuple[tuple[str, Kind, int, int], ...] = (
            (("number", "document_number", after.start, after.end),) if after else ()
        )
        yield Found(start, end, "policy", PolicyValue(title=title), "policy_title", 0.95, ties)


def _title_issuers(
    titles: Sequence[tuple[int, int]], mentions: Sequence[Mention], numbers: Sequence[Any]
) -> Iterator[Found]:
    """《财政部关于…的通知》: the agency that a title begins with issued it."""
    for start, _ in titles:
        first = next((one for one in mentions if one.start == start + 1 and one.kind == "agency"), None)
        if first:
            value = values.issuer(re.match("", ""), first)
            yield Found(
                first.start,
                first.end,
                "issuer",
                value,
                "issuer_in_title",
                0.9,
                (("agency", "agency", first.start, first.end),),
            )


def _measures(text: str, signs: str) -> Iterator[Found]:
    rules = rule_file("facts.yaml")
    leads = sorted(rules["measure_lead"], key=len, reverse=True)
    taken = bytearray(len(text))
    for rule in rules["measure"]:
        for match in compile_rule(rule["core"]).finditer(signs):
            start = _name_start(text, signs, match.start(), rule["before"], leads)
            end = match.end()
            if not any(taken[start:end]) and end - start >= rule.get("named", 0) + len(match.group()):
                taken[start:end] = b"\1" * (end - start)
                value = MeasureValue(title=text[start:end], measure=rule["measure"])
                yield Found(start, end, "measure", value, f"measure_{rule['measure']}", 0.8)


def _name_start(text: str, signs: str, core: int, before: int, leads: Sequence[str]) -> int:
    """Return where a measure's name begins: after the last word before its core that does not belong to it."""
    start = core
    while start > max(0, core - before) and "\u4e00" <= signs[start - 1] <= "\u9fff":
        start -= 1
    for lead in leads:
        at = text.rfind(lead, max(0, start - 3), core)
        start = max(start, at + len(lead)) if at >= 0 else start
    return start


def _ruled(text: str, signs: str, kind: Kind, build: Callable[[re.Match[str]], Value | None]) -> Iterator[Found]:
    taken = bytearray(len(text))
    for rule in rule_file("facts.yaml")[kind]:
        for match in compile_rule(rule["pattern"]).finditer(signs):
            start, end = match.span("fact")
            if any(taken[start:end]):
                continue
            value = build(match)
            if value is None:
                continue
            taken[start:end] = b"\1" * (end - start)
            yield Found(start, end, kind, value, rule["name"], 0.92)


def _party_rules(
    text: str,
    signs: str,
    kind: Kind,
    mentions: dict[int, Mention],
    build: Callable[[re.Match[str], Mention], Value],
) -> Iterator[Found]:
    """Facts about agencies: one for each agency that the rule's list names."""
    seen: set[int] = set()
    for rule in rule_file("facts.yaml")[kind]:
        for match in compile_rule(rule["pattern"]).finditer(signs):
            first, last = match.span("agencies")
            for place in range(first, last):
                mention = mentions.get(place)
                if mention is None or mention.kind != "agency" or mention.end > last or place in seen:
                    continue
                seen.add(place)
                value = build(match, mention)
                if kind == "assignment":
                    value = value.model_copy(update={"role": rule["role"]})
                start = mention.start if kind == "issuer" else match.start("agencies")
                end = mention.end if kind == "issuer" else match.end()
                yield Found(
                    start, end, kind, value, rule["name"], 0.9, (("agency", "agency", mention.start, mention.end),)
                )


def _problems(text: str, signs: str) -> Iterator[Found]:
    rules = rule_file("facts.yaml")["problem"]
    taken = bytearray(len(text))
    for rule in rules["about"]:
        for match in compile_rule(rule["pattern"]).finditer(signs):
            start = min(match.start("about"), match.start("c"))
            end = match.end("fact_end") if "fact_end" in match.re.groupindex else match.end()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            about = text[match.start("about") : match.end("about")].strip("，、： ")
            value = ProblemValue(category=rules["categories"][match.group("c")], about=about)
            yield Found(start, end, "problem", value, rule["name"], 0.9)


def _findings(text: str, findings: Sequence[Finding], quantities: Sequence[Any]) -> Iterator[Found]:
    for one in findings:
        ties: list[tuple[str, Kind, int, int]] = []
        if one.party:
            ties.append(("at_fault", "agency", one.party.start, one.party.end))
        ties += [
            (quantity.value.kind, quantity.value.kind, quantity.start, quantity.end)
            for quantity in quantities
            if one.start <= quantity.start and quantity.end <= one.end and quantity.value.kind in {"amount", "count"}
        ]
        value = FindingValue(
            title=text[one.start : one.end],
            category=one.category,
            type=one.type,
            party=one.party.name if one.party else one.party_words,
            party_id=one.party.id if one.party else None,
        )
        yield Found(one.start, one.end, "finding", value, one.rule, one.confidence, tuple(ties))


def _actions(text: str, signs: str, mentions: Sequence[Mention], findings: Sequence[Finding]) -> Iterator[Found]:
    actions: list[Found] = []
    rules = rule_file("facts.yaml")
    clause_denied = compile_rule(rules["action_denied"]["clause"])
    sentence_denied = compile_rule(rules["action_denied"]["sentence"])
    for start, end in sentences(text):
        ordered = sentence_denied.search(signs[start:end])
        for first, last in ((m.start(), m.end()) for m in re.compile(r"[^，]+").finditer(signs, start, end)):
            taken: list[tuple[int, int]] = []
            for rule in rules["action"]:
                match = compile_rule(rule["pattern"]).search(signs, first, last)
                if match is None or any(match.start() < stop and begin < match.end() for begin, stop in taken):
                    continue
                if ordered or clause_denied.search(signs[first : match.end()]):
                    continue
                taken.append(match.span())
                actions.append(_action(text, match, rule, mentions, start, last))
    actions.sort(key=lambda one: (one.start, one.end))
    for index, action in enumerate(actions):
        follower = actions[index + 1] if index + 1 < len(actions) else None
        ties = list(action.ties)
        cause = next(
            (one for one in reversed(findings) if one.end <= action.start and "\n" not in text[one.end : action.start]),
            None,
        )
        if cause:
            ties.append(("about", "finding", cause.start, cause.end))
        if follower and "\n" not in text[action.end : follower.start] and follower.start - action.end < 60:
            ties.append(("followed_by", "action", follower.start, follower.end))
        yield replace(action, ties=tuple(ties))


def _action(
    text: str, match: re.Match[str], rule: dict[str, Any], mentions: Sequence[Mention], sentence: int, clause_end: int
) -> Found:
    to = None
    if "to" in match.re.groupindex and match.group("to"):
        to = next((one for one in mentions if one.start == match.start("to")), None)
    if to is None:
        asked = re.compile(r"向$|给$|至$|责成$|责令$|要求$|督促$|推动$|与$|约谈$")
        near = [one for one in mentions if match.start() <= one.start < clause_end and one.kind == "agency"]
        to = next((one for one in near if asked.search(text[sentence : one.start])), None)
    by = next(
        (
            one
            for one in reversed(mentions)
            if sentence <= one.start < match.start()
            and one.kind == "agency"
            and one is not to
            and not text[: one.start].endswith(("向", "给", "通过"))
        ),
        None,
    )
    who = text[match.start("who") : match.end("who")] if "who" in match.re.groupindex and match.group("who") else None
    rest = re.compile(r"，([^。；！？\n]{4,80})").match(text, clause_end)
    ties: list[tuple[str, Kind, int, int]] = []
    if by and not who:
        ties.append(("by", "agency", by.start, by.end))
    if to:
        ties.append(("to", "agency", to.start, to.end))
    value = ActionValue(
        action=rule["action"],
        case_kind=rule["case_kind"],
        by=who or (by.name if by else None),
        to=to.name if to else None,
        followed_by=rest.group(1) if rest else None,
    )
    return Found(match.start(), match.end(), "action", value, f"action_{rule['action']}", 0.85, tuple(ties))


def _candidates(document: Document, found: Sequence[Found]) -> list[Candidate]:
    ordered = sorted(
        found, key=lambda one: (one.start, one.end, _ORDER.index(one.kind), one.rule, one.value.model_dump_json())
    )
    spans = [document.text.to_raw(one.start, one.end) for one in ordered]
    ids: list[str] = []
    for one, (start, end) in zip(ordered, spans, strict=True):
        identity = f"{document.id}|{one.kind}|{start}|{end}|{one.value.model_dump_json()}"
        ids.append(f"c-{hashlib.sha256(identity.encode()).hexdigest()[:12]}")
    by_place: dict[tuple[Kind, int, int], str] = {}
    for one, identity in zip(ordered, ids, strict=True):
        by_place.setdefault((one.kind, one.start, one.end), identity)
    candidates: dict[str, Candidate] = {}
    for one, identity, (start, end) in zip(ordered, ids, spans, strict=True):
        links = tuple(
            Link(role=role, target=by_place[kind, first, last])
            for role, kind, first, last in one.ties
            if (kind, first, last) in by_place
        )
        damage = document.text.damage_at(start, end)
        candidates[identity] = Candidate(
            id=identity,
            document=document.id,
            kind=one.kind,
            value=one.value,
            start=start,
            end=end,
            quote=document.text.raw[start:end],
            locator=document.locator(start, end),
            rule=one.rule,
            confidence=min(one.confidence, 0.4) if damage else one.confidence,
            links=links,
            note=f"touches a damaged place: {damage.note}" if damage else one.note,
        )
    return list(candidates.values())
