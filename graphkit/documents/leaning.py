"""Which category a finding leans to: learned from the labelled texts (rules/leanings.json).

Logistic regression over groups of one to three characters in it, as they stand and with what was recognised as signs,
pairs of characters with one or two between them, and the short head of its line. `python -m tests.documents.train`
writes the file again after texts were added.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from graphkit.documents.finding_rules import Category
from graphkit.documents.recognised import Recognised
from graphkit.documents.signs import grams, plain

CATEGORIES: tuple[Category, ...] = ("blockage", "break", "difficulty", "pain")
_SIZES = (1, 2, 3)
_HEAD = re.compile(r"[^。；]{1,30}(?=[。；])")
_LONGEST = 1000  # of a longer one the beginning is judged


class Learned(NamedTuple):
    """What each category weighs by itself, and each group with it, in the order of CATEGORIES."""

    first: Sequence[float]
    groups: Mapping[str, Sequence[float]]


def features(source: Recognised, start: int, end: int) -> frozenset[str]:
    """Return what a finding at a place is judged by."""
    end = min(end, start + _LONGEST)
    signs = source.signs[start:end]
    words = plain(signs)
    head = _HEAD.match(source.signs, source.text.rfind("\n", 0, start) + 1, start)
    return frozenset(
        {f"g{one}" for one in grams(source.text[start:end], _SIZES)}
        | {f"s{one}" for one in grams(signs, _SIZES)}
        | {f"k{words[at]}_{words[at + gap]}" for gap in (2, 3) for at in range(len(words) - gap)}
        | {f"h{one}" for one in grams(head.group() if head else "", _SIZES)}
    )


def leaning(source: Recognised, start: int, end: int) -> tuple[Category, float]:
    """Return the category that a finding at a place leans to, and how surely (0 to 1)."""
    return judge(features(source, start, end), _learned())


def judge(found: frozenset[str], learned: Learned) -> tuple[Category, float]:
    """Return the category of what has these features, and how surely."""
    rows = [learned.groups[one] for one in found if one in learned.groups]
    share = 1 / math.sqrt(len(rows) + 1)
    scores = [own + share * math.fsum(row[at] for row in rows) for at, own in enumerate(learned.first)]
    best = scores.index(max(scores))
    return CATEGORIES[best], 1 / sum(math.exp(score - scores[best]) for score in scores)


@cache
def _learned() -> Learned:
    text = resources.files("graphkit.documents").joinpath("rules", "leanings.json").read_text(encoding="utf-8")
    given = json.loads(text)
    return Learned(given["first"], given["groups"])
