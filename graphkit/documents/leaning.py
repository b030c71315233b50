"""Which category a finding's words lean to: learned from the labelled texts (rules/leanings.json).

Naive Bayes over groups of one to three characters, figures left out. It speaks where no sign of rules/findings.yaml
does, or only a weak one. `python -m tests.documents.train` writes the file again after texts were added.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from graphkit.documents.finding_rules import Category

FIGURES = re.compile(r"[\d.,%〇零一二两三四五六七八九十百千万亿]+")
_LONGEST = 3


def groups(words: str) -> frozenset[str]:
    """Return the groups of characters that a finding is judged by."""
    plain = FIGURES.sub("#", words)
    return frozenset(plain[at : at + size] for size in range(1, _LONGEST + 1) for at in range(len(plain) - size + 1))


def leaning(words: str) -> tuple[Category, float]:
    """Return the category that words lean to, and how surely (0 to 1, too sure rather than not)."""
    return judge(words, _learned())


def judge(words: str, learned: Mapping[Category, Mapping[str, float]]) -> tuple[Category, float]:
    """Return the category and how surely, by what was learned: for each category, weights of groups ("" its own)."""
    found = groups(words)
    scores = {
        category: weights[""] + sum(weights[one] for one in found if one in weights)
        for category, weights in learned.items()
    }
    best = max(scores, key=lambda category: scores[category])
    return best, 1 / sum(math.exp(min(0.0, score - scores[best])) for score in scores.values())


@cache
def _learned() -> Mapping[Category, Mapping[str, float]]:
    text = resources.files("graphkit.documents").joinpath("rules", "leanings.json").read_text(encoding="utf-8")
    learned: dict[Category, dict[str, float]] = json.loads(text)
    return learned
