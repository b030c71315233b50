"""Facts that rules/facts.yaml builds on what was recognised: policies, measures, deadlines, assignments, problems …"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from graphkit.documents import values
from graphkit.documents.lexicon import rule_file
from graphkit.documents.mention import Mention
from graphkit.documents.model import (
    AgencyValue,
    DocumentNumberValue,
    Kind,
    MeasureValue,
    PolicyValue,
    ProblemValue,
    RegionValue,
    Value,
)
from graphkit.documents.recognised import Found, Recognised
from graphkit.documents.signs import compile_rule

OWN = "_own"  # ends the rule of a number that stands on a line of its own: it is the document's


def find_facts(source: Recognised) -> Iterator[Found]:
    """Yield what was recognised, and the facts that the rules build on it; findings and actions are told elsewhere."""
    for number in source.numbers:
        value = DocumentNumberValue(number=number.number)
        rule = number.rule + (OWN if source.alone_in_line(number.start, number.end) else "")
        yield Found(number.start, number.end, "document_number", value, rule, number.confidence)
    for date in source.dates:
        yield Found(date.start, date.end, "date", date.value, date.rule, date.confidence)
    for one in source.quantities:
        yield Found(one.start, one.end, one.value.kind, one.value, one.rule, one.confidence)
    for mention in source.mentions:
        if mention.kind == "agency" or not source.in_title(mention.start):  # a title's region is part of its name
            yield _mention(mention)
    yield from _policies(source)
    yield from _measures(source)
    dates = {one.start: one.value for one in source.dates}
    yield from _ruled(source, "deadline", values.deadline(source.text, dates))
    yield from _ruled(source, "cadence", values.cadence(source.text))
    yield from _party_rules(source, "assignment", values.assignment(source.text))
    yield from _party_rules(source, "issuer", values.issuer)
    yield from _title_issuers(source)
    yield from _problems(source)


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


def _policies(source: Recognised) -> Iterator[Found]:
    ends = tuple(rule_file("facts.yaml")["policy"]["ends"])
    numbers = {one.start: one for one in source.numbers}
    for start, end in source.titles:
        title = source.text[start + 1 : end - 1]
        if title.rstrip("〉》").endswith(ends):
            after = numbers.get(end) or (numbers.get(end + 1) if source.text[end : end + 1] in {"（", "("} else None)
            ties: list[tuple[str, Kind, int, int]] = (
                [("number", "document_number", after.start, after.end)] if after else []
            )
            yield Found(start, end, "policy", PolicyValue(title=title), "policy_title", 0.95, tuple(ties))


def _title_issuers(source: Recognised) -> Iterator[Found]:
    """《财政部关于…的通知》: the agency that a title begins with issued it."""
    for start, _ in source.titles:
        first = source.mention_at(start + 1)
        if first and first.kind == "agency" and _may_issue(first):
            tie: tuple[str, Kind, int, int] = ("agency", "agency", first.start, first.end)
            yield Found(first.start, first.end, "issuer", values.issuer(None, first), "issuer_in_title", 0.9, (tie,))


def _may_issue(mention: Mention) -> bool:
    """Return whether a body issues documents itself; a newspaper tells of those of others, and 有关部门 is nobody."""
    return mention.rule != "group" and not mention.name.endswith(tuple(rule_file("facts.yaml")["not_issuers"]))


def _measures(source: Recognised) -> Iterator[Found]:
    rules = rule_file("facts.yaml")
    leads = sorted(rules["measure_lead"], key=len, reverse=True)
    taken = bytearray(len(source.text))
    for rule in rules["measure"]:
        for match in compile_rule(rule["core"]).finditer(source.signs):
            start = _name_start(source, match.start(), rule["before"], leads)
            end = match.end()
            if not any(taken[start:end]) and end - start >= rule.get("named", 0) + len(match.group()):
                taken[start:end] = b"\1" * (end - start)
                value = MeasureValue(title=source.text[start:end], measure=rule["measure"])
                yield Found(start, end, "measure", value, f"measure_{rule['measure']}", 0.8)


def _name_start(source: Recognised, core: int, before: int, leads: Sequence[str]) -> int:
    """Return where a measure's name begins: after the last word before its core that does not belong to it."""
    start = core
    while start > max(0, core - before) and "\u4e00" <= source.signs[start - 1] <= "\u9fff":
        start -= 1
    for lead in leads:
        at = source.text.rfind(lead, max(0, start - 3), core)
        start = max(start, at + len(lead)) if at >= 0 else start
    return start


def _ruled(source: Recognised, kind: Kind, build: Callable[[re.Match[str]], Value | None]) -> Iterator[Found]:
    taken = bytearray(len(source.text))
    for rule in rule_file("facts.yaml")[kind]:
        for match in compile_rule(rule["pattern"]).finditer(source.signs):
            start, end = match.span("fact")
            if any(taken[start:end]):
                continue
            value = build(match)
            if value is None:
                continue
            taken[start:end] = b"\1" * (end - start)
            yield Found(start, end, kind, value, rule["name"], 0.92)


def _party_rules(source: Recognised, kind: Kind, build: Callable[[re.Match[str], Mention], Value]) -> Iterator[Found]:
    """Facts about agencies: one for each agency that the rule's list names."""
    seen: set[int] = set()
    for rule in rule_file("facts.yaml")[kind]:
        for match in compile_rule(rule["pattern"]).finditer(source.signs):
            first, last = match.span("agencies")
            for mention in source.mentions_in(first, last):
                if mention.kind != "agency" or mention.end > last or mention.start in seen:
                    continue
                if kind == "issuer" and not _may_issue(mention):
                    continue
                seen.add(mention.start)
                value = build(match, mention)
                if kind == "assignment":
                    value = value.model_copy(update={"role": rule["role"]})
                span = (mention.start, mention.end) if kind == "issuer" else (first, match.end())
                tie: tuple[str, Kind, int, int] = ("agency", "agency", mention.start, mention.end)
                yield Found(*span, kind, value, rule["name"], 0.9, (tie,))


def _problems(source: Recognised) -> Iterator[Found]:
    rules = rule_file("facts.yaml")["problem"]
    taken = bytearray(len(source.text))
    for rule in rules["about"]:
        for match in compile_rule(rule["pattern"]).finditer(source.signs):
            start = min(match.start("about"), match.start("c"))
            end = match.end("fact_end") if "fact_end" in match.re.groupindex else match.end()
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            about = source.text[match.start("about") : match.end("about")].strip("，、： ")
            value = ProblemValue(category=rules["categories"][match.group("c")], about=about, found_on=source.own_day)
            yield Found(start, end, "problem", value, rule["name"], 0.9)
