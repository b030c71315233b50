"""What was done about a finding, by whom, to whom, and what followed (rules/facts.yaml, `action`)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from graphkit.documents.findings import Finding
from graphkit.documents.lexicon import rule_file
from graphkit.documents.mention import Mention
from graphkit.documents.model import ActionValue, Kind
from graphkit.documents.recognised import Found, Recognised
from graphkit.documents.signs import compile_rule

_CLAUSE = re.compile(r"[^，]+")
_AFTERWARDS = re.compile(r"，([^。；！？\n]{4,80})")
_ASKED = re.compile(r"(?:向|给|至|责成|责令|要求|督促|推动|与|约谈)$")
_NOT_BY = ("向", "给", "通过")
_NEAR = 60


def find_actions(source: Recognised, findings: Sequence[Finding]) -> Iterator[Found]:
    """Yield the actions of a text in order, each tied to the finding before it and to the action after it."""
    actions = sorted(_all(source), key=lambda one: (one.start, one.end))
    ends = [one.end for one in findings]
    for index, action in enumerate(actions):
        ties = list(action.ties)
        before = bisect_right(ends, action.start)
        if before and source.same_line(findings[before - 1].end, action.start):
            ties.append(("about", "finding", findings[before - 1].start, findings[before - 1].end))
        follower = actions[index + 1] if index + 1 < len(actions) else None
        if follower and follower.start - action.end < _NEAR and source.same_line(action.end, follower.start):
            ties.append(("followed_by", "action", follower.start, follower.end))
        yield replace(action, ties=tuple(ties))


def _all(source: Recognised) -> Iterator[Found]:
    rules = rule_file("facts.yaml")
    in_clause = compile_rule(rules["action_denied"]["clause"])
    in_sentence = compile_rule(rules["action_denied"]["sentence"])
    for start, end in source.sentences():
        if in_sentence.search(source.signs[start:end]):
            continue
        for clause in _CLAUSE.finditer(source.signs, start, end):
            taken: list[tuple[int, int]] = []
            for rule in rules["action"]:
                match = compile_rule(rule["pattern"]).search(source.signs, *clause.span())
                if match is None or any(match.start() < last and first < match.end() for first, last in taken):
                    continue
                before = source.signs[clause.start() : match.start()]
                if in_clause.search(before + match.group()) or _unless(rule, before):
                    continue
                taken.append(match.span())
                yield _action(source, match, rule, (start, clause.end()))


def _unless(rule: dict[str, Any], before: str) -> bool:
    return "unless" in rule and compile_rule(rule["unless"]).search(before) is not None


def _action(source: Recognised, match: re.Match[str], rule: dict[str, Any], place: tuple[int, int]) -> Found:
    """Build an action; `place`: where its sentence begins and its clause ends."""
    sentence, clause_end = place
    groups = match.re.groupindex
    to = source.mention_at(match.start("to")) if "to" in groups and match.group("to") else None
    to = to or _asked(source, match.start(), clause_end)
    by = _by(source, sentence, match.start(), to)
    who = source.text[match.start("who") : match.end("who")] if "who" in groups and match.group("who") else None
    after = _AFTERWARDS.match(source.text, clause_end)
    ties: list[tuple[str, Kind, int, int]] = []
    if by and not who:
        ties.append(("by", "agency", by.start, by.end))
    if to:
        ties.append(("to", "agency", to.start, to.end))
    days = [one.value.end for one in source.dates_in(sentence, match.start()) if one.value.precision == "day"]
    value = ActionValue(
        action=rule["action"],
        case_kind=rule["case_kind"],
        by=who or (by.name if by else None),
        to=to.name if to else None,
        on=days[-1] if days else source.own_day,
        followed_by=after.group(1) if after else None,
    )
    note = "on is the day of the document" if source.own_day and not days else None
    return Found(match.start(), match.end(), "action", value, f"action_{rule['action']}", 0.85, tuple(ties), note)


def _asked(source: Recognised, start: int, end: int) -> Mention | None:
    """Return the agency that an action is directed to: after 向, 责成 …"""
    agencies = (one for one in source.mentions_in(start, end) if one.kind == "agency")
    return next((one for one in agencies if _ASKED.search(source.text[max(0, one.start - 4) : one.start])), None)


def _by(source: Recognised, sentence: int, end: int, to: Mention | None) -> Mention | None:
    """Return the nearest agency before an action that is not its addressee or its channel."""
    agencies = [one for one in source.mentions_in(sentence, end) if one.kind == "agency" and one is not to]
    return next((one for one in reversed(agencies) if not source.text.endswith(_NOT_BY, 0, one.start)), None)
