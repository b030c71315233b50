"""From a document to candidate facts: the recognisers, then the rules that build on what they found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from graphkit.documents.actions import find_actions
from graphkit.documents.english_findings import english_findings
from graphkit.documents.facts import find_facts
from graphkit.documents.finding_rules import Category
from graphkit.documents.findings import Finding, find_findings
from graphkit.documents.gazetteer import Gazetteer
from graphkit.documents.model import Candidate, Document, FindingValue, Kind, Link, ProblemValue
from graphkit.documents.recognised import Found, Recognised, recognise

_ORDER = (
    "policy", "document_number", "issuer", "agency", "region", "measure", "assignment", "deadline", "cadence", "date",
    "amount", "rate", "count", "problem", "finding", "action",
)  # fmt: skip


def extract(document: Document, gazetteer: Gazetteer) -> list[Candidate]:
    """Return the candidate facts of a document, by place and kind; the same document gives the same list."""
    source = recognised(document, gazetteer)
    told = _with_english(find_findings(source), list(english_findings(source)))
    findings = [one for one in told if not one.heading]
    problems = (_problem(source, one, one.category) for one in told if one.heading and one.category)
    found = [*find_facts(source), *problems, *_findings(source, findings), *find_actions(source, findings)]
    return _candidates(document, found)


def _with_english(told: Sequence[Finding], english: Sequence[Finding]) -> list[Finding]:
    """Add what English lists tell, in the place of what the rules for Chinese find there."""
    left = [one for one in told if not any(one.start < two.end and two.start < one.end for two in english)]
    return sorted([*left, *english], key=lambda one: (one.start, one.end))


def recognised(document: Document, gazetteer: Gazetteer) -> Recognised:
    """Return the cleaned text of a document with what the recognisers find in it."""
    return recognise(document.text.clean, _hurt(document), gazetteer)


def _hurt(document: Document) -> bytearray:
    marks = bytearray(len(document.text.clean))
    for damage in document.text.damages:
        start, end = document.text.to_clean(damage.start, damage.end)
        marks[start:end] = b"\1" * (end - start)
    return marks


def _problem(source: Recognised, one: Finding, category: Category) -> Found:
    about = source.text[one.start : one.end]
    value = ProblemValue(category=category, about=about, found_on=source.own_day)
    return Found(one.start, one.end, "problem", value, f"problem_heading_{one.type}", one.confidence)


def _findings(source: Recognised, findings: Sequence[Finding]) -> Iterator[Found]:
    for one in findings:
        ties: list[tuple[str, Kind, int, int]] = []
        if one.party:
            ties.append(("at_fault", "agency", one.party.start, one.party.end))
        ties += [
            (quantity.value.kind, quantity.value.kind, quantity.start, quantity.end)
            for quantity in source.quantities_in(one.start, one.end)
            if quantity.value.kind in {"amount", "count"}
        ]
        value = FindingValue(
            title=source.text[one.start : one.end],
            category=one.category,
            type=one.type,
            party=one.party.name if one.party else one.party_words,
            party_id=one.party.id if one.party else None,
            found_on=source.own_day,
        )
        note = "found_on is the day of the document" if source.own_day else None
        yield Found(one.start, one.end, "finding", value, one.rule, one.confidence, tuple(ties), note)


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
