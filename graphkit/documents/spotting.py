"""Where findings stand, as learned from the labelled texts (rules/spotting.json): for wordings that no rule knows.

Each clause is judged to be outside, to begin or to go on with a finding, by groups of characters in it and beside it
and by where it stands; the best way through a sentence is taken (Viterbi). `python -m tests.documents.train` writes
the weights again, as an averaged perceptron, after texts were added.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import NamedTuple

from graphkit.documents.clauses import sign_of, subject_of
from graphkit.documents.finding_rules import rules
from graphkit.documents.listing import told_sentences
from graphkit.documents.recognised import Recognised
from graphkit.documents.signs import grams, plain

OUTSIDE, BEGINS, GOES_ON = range(3)
AT_FIRST, AFTER_NONE, AFTER_SOME = range(3)
"""What the sentence before held: there is none, it told no finding, or it told one."""

_CLAUSE = re.compile(r"(?:[^，：,]|,(?=\d))+")
_TELLS = re.compile("发现|问题|存在|反映|查出|指出")
_MENDS = re.compile("整改|要求|责成|建议|督促|移送|目前|下一步|截至")
_LONGEST_HEAD = 30
_LONGEST_CLAUSE = 400  # what is longer is no clause of anybody's

Row = tuple[float, float, float]


class Learned(NamedTuple):
    """Weights of each feature for outside, begins, goes on; of one after another; and of the first after `AT_FIRST` ….

    A feature that is not in `features` weighs nothing.
    """

    features: Mapping[str, Row]
    after: Sequence[Row]
    first: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with what it is judged by; `body` is where it begins after a number or words like 审计发现."""

    start: int
    body: int
    end: int
    features: frozenset[str]


def spot(source: Recognised) -> list[tuple[int, int]]:
    """Return the spans that read like findings, in order."""
    found: list[tuple[int, int]] = []
    before = AT_FIRST
    for clauses in told_clauses(source):
        tags = best(clauses, before, _learned())
        before = AFTER_SOME if any(tags) else AFTER_NONE
        for clause, tag in zip(clauses, tags, strict=True):
            if tag == BEGINS:
                found.append((clause.body, clause.end))
            elif tag == GOES_ON:
                found[-1] = (found[-1][0], clause.end)
    return found


def best(clauses: Sequence[Clause], before: int, learned: Learned) -> list[int]:
    """Return the best tags of a sentence's clauses, by what the sentence before held."""
    known = [[learned.features[one] for one in clause.features if one in learned.features] for clause in clauses]
    own = [[math.fsum(row[tag] for row in rows) for tag in range(3)] for rows in known]
    return way_through(own, learned.first[before], learned.after)


def way_through(own: Sequence[Sequence[float]], first: Row, after: Sequence[Row]) -> list[int]:
    """Return the best tags of clauses by what each has of its own for every tag; none goes on that nothing has begun.

    `first` is what the first tag weighs, `after` what each tag weighs after one another.
    """
    scores: Sequence[float] = [own[0][OUTSIDE] + first[OUTSIDE], own[0][BEGINS] + first[BEGINS], -1e18]
    came: list[tuple[int, ...]] = []
    for clause in own[1:]:
        ways = [[scores[last] + after[last][tag] for last in range(3)] for tag in range(3)]
        ways[GOES_ON][OUTSIDE] = -1e18
        came.append(tuple(way.index(max(way)) for way in ways))
        scores = [max(way) + score for way, score in zip(ways, clause, strict=True)]
    tags = [scores.index(max(scores))]
    for back in reversed(came):
        tags.append(back[tags[-1]])
    return tags[::-1]


def told_clauses(source: Recognised) -> Iterator[list[Clause]]:
    """Yield the clauses of each sentence with their features."""
    head, told_last = "", "none"
    told_of = [(start, end, told, _spans(source, start, end)) for start, end, told in told_sentences(source)]
    told_of = [one for one in told_of if one[3]]
    for index, (start, end, told, spans) in enumerate(told_of):
        sentence = source.text[start:end]
        mark = "tells" if _TELLS.search(sentence) else "none"
        mark = "mends" if _MENDS.search(sentence) else mark
        if mark != "none":
            told_last = mark
        line = source.text.rfind("\n", 0, start) + 1
        shared = {
            f"told={told}",
            f"told={told}|{told_last}",
            f"numbered={rules().numbered.match(source.signs, start, end) is not None}",
            f"line={not source.text[line:start].strip()}",
            f"stop={source.text[end : end + 1]}",
            f"last={told_last}",
            *(f"h{one}" for one in grams(head, (2, 3))),
        }
        clauses = [_clause(source, spans, place, shared) for place in range(len(spans))]
        before = grams(_part(source, *told_of[index - 1][3][-1]), (2,)) if index else ("-",)
        after = grams(_part(source, *told_of[index + 1][3][0]), (2,)) if index + 1 < len(told_of) else ("-",)
        clauses[0] = replace(clauses[0], features=clauses[0].features | {f"ps{one}" for one in before})
        clauses[-1] = replace(clauses[-1], features=clauses[-1].features | {f"ns{one}" for one in after})
        yield clauses
        ends_line = source.text[end : end + 1] in {"", "\n"}
        if (ends_line and end - start <= _LONGEST_HEAD) or mark == "tells":
            head = source.signs[start : min(end, start + _LONGEST_CLAUSE)]


def _spans(source: Recognised, start: int, end: int) -> list[tuple[int, int]]:
    return [one.span() for one in _CLAUSE.finditer(source.signs, start, end)]


def _part(source: Recognised, start: int, end: int) -> str:
    return source.signs[start : min(end, start + _LONGEST_CLAUSE)]


def _clause(source: Recognised, spans: Sequence[tuple[int, int]], place: int, shared: set[str]) -> Clause:
    start, end = spans[place]
    signs = source.signs
    opener = rules().openers.match(signs, start, end)
    body = opener.end() if opener else start
    while body < end - 1 and source.text[body] in " \t":
        body += 1
    subject = subject_of(source, body, end)
    part = _part(source, start, end)
    words = plain(part)
    features = {f"w{one}" for one in grams(part, (1, 2, 3, 4))}
    features |= {f"k{words[at]}_{words[at + 2]}" for at in range(len(words) - 2)}
    features |= {f"sign={sign_of(signs, start, start + len(part))}"}
    features |= {f"amount={bool(source.quantities_in(start, end))}", f"date={bool(source.dates_in(start, end))}"}
    features |= {f"e{words[-size:]}" for size in (1, 2, 3)}
    features |= {f"b{plain(signs[body : body + size])}" for size in (1, 2)}
    features |= {f"subject={subject}", f"subject={subject}|{place > 0}", f"opener={plain(signs[start:body])[:6]}"}
    features |= {f"place={min(3, place)}", f"clauses={min(4, len(spans))}", f"long={min(4, (end - start) // 4)}"}
    if rules().denied.search(signs, body, start + len(part)):
        features.add("denied")
    for sign, other in (("p", place - 1), ("n", place + 1)):
        if 0 <= other < len(spans):
            features |= {f"{sign}{one}" for one in grams(_part(source, *spans[other]), (1, 2))}
        else:
            features.add(f"{sign}-")
    return Clause(start, body, end, frozenset(features | shared))


@cache
def _learned() -> Learned:
    text = resources.files("graphkit.documents").joinpath("rules", "spotting.json").read_text(encoding="utf-8")
    given = json.loads(text)
    features = {name: (0.0, begins, goes_on) for name, (begins, goes_on) in given["features"].items()}
    return Learned(features, given["after"], given["first"])
