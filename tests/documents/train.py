"""Learns from the labelled texts: `python -m tests.documents.train` writes leanings.json and spotting.json.

Which words of a finding lean to which category, here; where findings stand, in train_spotting.py.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

import graphkit.documents
from graphkit.documents.finding_rules import Category
from graphkit.documents.leaning import CATEGORIES, Learned, features, judge
from tests.documents import scoring, train_spotting

FILE = Path(graphkit.documents.__file__).parent / "rules" / "leanings.json"
_LEAST, _SHRINK, _ROUNDS, _STEP = 2, 0.03, 60, 0.1
FOLDS = 5
Sample = tuple[str, frozenset[str], Category]


@cache
def samples() -> list[Sample]:
    """Return the labelled findings that have one category: the set of their text, their features, the category."""
    found: list[Sample] = []
    for text in scoring.taught():
        document, source = scoring.read(text)
        for label in text.labels:
            category = label.value("c")
            if label.kind == "finding" and category in CATEGORIES:
                start, end = document.text.to_clean(label.start, label.end)
                found.append((text.name.split("-")[0], features(source, start, end), category))
    return found


def learn(given: Sequence[Sample]) -> Learned:
    """Return what each feature weighs for each category: logistic regression, by so many steps of Adam."""
    counts = Counter(one for _, found, _ in given for one in found)
    known = {one: place for place, one in enumerate(sorted(one for one, count in counts.items() if count >= _LEAST))}
    columns = [sorted(known[one] for one in found if one in known) for _, found, _ in given]
    rows = np.repeat(np.arange(len(given)), [len(one) for one in columns])
    places = np.concatenate([np.array(one, dtype=np.int64) for one in columns])
    shares = np.repeat([1 / np.sqrt(len(one) + 1) for one in columns], [len(one) for one in columns])
    right = np.array([[float(category == one) for one in CATEGORIES] for _, _, category in given])
    weights = np.zeros((len(known) + 1, len(CATEGORIES)))  # the last row is what a category weighs by itself
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    slope = np.empty_like(weights)
    kinds = range(len(CATEGORIES))
    for step in range(1, _ROUNDS + 1):
        sums = [np.bincount(rows, shares * weights[places, kind], minlength=len(given)) for kind in kinds]
        scores = np.stack(sums, axis=1) + weights[-1]
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        off = chances / chances.sum(axis=1, keepdims=True) - right
        for kind in kinds:
            slope[:-1, kind] = np.bincount(places, shares * off[rows, kind], minlength=len(known))
        slope[:-1] += _SHRINK * weights[:-1]
        slope[-1] = off.sum(axis=0)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        weights -= _STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
    rounded = [[round(float(one), 2) for one in row] for row in weights]
    return Learned(rounded[-1], {one: rounded[place] for one, place in known.items()})


@cache
def share_right() -> tuple[int, int]:
    """Return how many findings were judged rightly by what the other folds of sets teach, and of how many."""
    given = samples()
    folds = {name: place % FOLDS for place, name in enumerate(sorted({one for one, _, _ in given}))}
    right = 0
    for held in range(FOLDS):
        learned = learn([one for one in given if folds[one[0]] != held])
        right += sum(judge(found, learned)[0] == category for name, found, category in given if folds[name] == held)
    return right, len(given)


def written() -> str:
    """Return the file that all labelled texts teach."""
    learned = learn(samples())
    given = {"first": learned.first, "groups": learned.groups}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return text.replace("],", "],\n") + "\n"


def main() -> None:
    """Write both files."""
    FILE.write_text(written(), encoding="utf-8")
    train_spotting.FILE.write_text(train_spotting.written(), encoding="utf-8")


if __name__ == "__main__":
    main()
