"""Learns from the labelled texts: `python -m tests.documents.train` writes leanings.json and spotting.json.

Which words of a finding lean to which category, here; where findings stand, in train_spotting.py.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import graphkit.documents
from graphkit.documents.finding_rules import Category
from graphkit.documents.leaning import groups, judge
from tests.documents import scoring, train_spotting

FILE = Path(graphkit.documents.__file__).parent / "rules" / "leanings.json"
_LEAST, _SMOOTH = 2, 0.3
Sample = tuple[str, str, Category]


def samples() -> list[Sample]:
    """Return the labelled findings that have one category: the set of their text, their words, the category."""
    found: list[Sample] = []
    for text in scoring.texts():
        clean = text.document().text
        for label in text.labels:
            category = label.value("c")
            if label.kind == "finding" and category in ("blockage", "pain", "difficulty", "break"):
                start, end = clean.to_clean(label.start, label.end)
                found.append((text.name.split("-")[0], clean.clean[start:end], category))
    return found


def learn(given: Iterable[Sample]) -> dict[Category, dict[str, float]]:
    """Return the weights (logarithms of smoothed shares) of each group of characters for each category."""
    counts: Counter[Category] = Counter()
    seen: dict[Category, Counter[str]] = {}
    for _, words, category in given:
        counts[category] += 1
        seen.setdefault(category, Counter()).update(groups(words))
    total = sum(seen.values(), Counter[str]())
    known = sorted(one for one, count in total.items() if count >= _LEAST)
    return {
        category: {"": round(math.log(counts[category]), 2)}
        | {one: round(math.log((seen[category][one] + _SMOOTH) / (counts[category] + 4 * _SMOOTH)), 2) for one in known}
        for category in sorted(counts)
    }


def share_right() -> tuple[int, int]:
    """Return how many findings were judged rightly by what the other sets of texts teach, and of how many."""
    given = samples()
    right = 0
    for held in sorted({one for one, _, _ in given}):
        learned = learn(one for one in given if one[0] != held)
        right += sum(judge(words, learned)[0] == category for name, words, category in given if name == held)
    return right, len(given)


def written() -> str:
    """Return the file that all labelled texts teach."""
    text = json.dumps(learn(samples()), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("},", "},\n") + "\n"


def main() -> None:
    """Write both files."""
    FILE.write_text(written(), encoding="utf-8")
    train_spotting.FILE.write_text(train_spotting.written(), encoding="utf-8")


if __name__ == "__main__":
    main()
