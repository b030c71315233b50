"""Learns which clauses are findings: an averaged perceptron over graphkit/documents/spotting.py.

Training goes through the texts in fixed orders, several times, and takes the mean: the same texts give the same file.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import graphkit.documents
from graphkit.documents.spotting import (
    AFTER_NONE,
    AFTER_SOME,
    AT_FIRST,
    BEGINS,
    GOES_ON,
    OUTSIDE,
    Clause,
    Learned,
    Row,
    told_clauses,
    way_through,
)
from tests.documents import scoring
from tests.documents.scoring import Labelled

FILE = Path(graphkit.documents.__file__).parent / "rules" / "spotting.json"
_ROUNDS, _ORDERS, _LEAST, _MARGIN = 8, 3, 2, 1.0
Sentence = tuple[list[Clause], list[int]]
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@cache
def sentences(text: Labelled) -> list[Sentence]:
    """Return the clauses of a labelled text's sentences with their right tags."""
    document, source = scoring.read(text)
    spans = [document.text.to_clean(one.start, one.end) for one in text.labels if one.kind == "finding"]
    found = []
    for clauses in told_clauses(source):
        tags: list[int] = []
        for clause in clauses:
            tag = _tag(clause, spans)
            tags.append(OUTSIDE if tag == GOES_ON and not (tags and tags[-1]) else tag)
        found.append((clauses, tags))
    return found


def _tag(clause: Clause, spans: Sequence[tuple[int, int]]) -> int:
    for start, end in spans:
        if clause.start <= start < clause.end:
            return BEGINS if min(clause.end, end) - start > 1 else OUTSIDE
        if start < clause.start and 2 * (min(clause.end, end) - clause.start) >= clause.end - clause.start:
            return GOES_ON
    return OUTSIDE


def learn(texts: Sequence[Sequence[Sentence]]) -> Learned:
    """Return what the sentences of some texts teach; features of one clause only are left out."""
    counts = Counter(one for text in texts for clauses, _ in text for clause in clauses for one in clause.features)
    known = {one: place for place, one in enumerate(sorted(one for one, count in counts.items() if count >= _LEAST))}
    numbered = [[_numbered(clauses, tags, known) for clauses, tags in text] for text in texts]
    # The rows of all features, then what each tag weighs after one another, then what the first tag weighs.
    mean = np.zeros((len(known) + 6, 3))
    for seed in range(_ORDERS):
        mean += _run(numbered, len(known), random.Random(seed)) / _ORDERS
    rounded = (mean[: len(known)] - mean[: len(known), :1]).round(1).tolist()
    features = {name: (0.0, row[1], row[2]) for name, row in zip(known, rounded, strict=True) if any(row)}
    after, first = _rows(mean[len(known) :].round(1))
    return Learned(features, after, first)


class _Numbered(NamedTuple):
    """A sentence: the rows of all its clauses' features, where those of each clause begin, and the right tags."""

    rows: IntArray
    begins: IntArray
    tags: list[int]


def _numbered(clauses: Sequence[Clause], tags: list[int], known: Mapping[str, int]) -> _Numbered:
    # No clause is without any: how its sentence is told is a feature, and no text tells but one.
    rows = [[known[one] for one in sorted(clause.features & known.keys())] for clause in clauses]
    begins = np.cumsum([0, *(len(one) for one in rows[:-1])])
    return _Numbered(np.concatenate(rows), begins, tags)


def _rows(tables: FloatArray) -> tuple[list[Row], list[Row]]:
    rows: list[Row] = [tuple(one) for one in tables.tolist()]
    return rows[:3], rows[3:]


def _run(texts: Sequence[Sequence[_Numbered]], size: int, dice: random.Random) -> FloatArray:
    """Return the mean weights of a perceptron that goes through the texts in an order of its own."""
    weights = np.zeros((size + 6, 3))
    late = np.zeros_like(weights)
    step = 1

    def change(rows: IntArray | int, tag: int, by: float) -> None:
        weights[rows, tag] += by
        late[rows, tag] += by * step

    order = list(range(len(texts)))
    for _ in range(_ROUNDS):
        dice.shuffle(order)
        for place in order:
            before = AT_FIRST
            for rows, begins, tags in texts[place]:
                own = np.add.reduceat(weights[rows], begins) + _MARGIN
                own[range(len(tags)), tags] -= _MARGIN
                after, first = _rows(weights[size:])
                guess = way_through(own.tolist(), first[before], after)
                if guess != tags:
                    own_rows = np.split(rows, begins[1:])
                    for at, (wrong, right) in enumerate(zip(guess, tags, strict=True)):
                        if wrong != right:
                            change(own_rows[at], right, 1.0)
                            change(own_rows[at], wrong, -1.0)
                        if at and (guess[at - 1], wrong) != (tags[at - 1], right):
                            change(size + tags[at - 1], right, 1.0)
                            change(size + guess[at - 1], wrong, -1.0)
                    if guess[0] != tags[0]:
                        change(size + 3 + before, tags[0], 1.0)
                        change(size + 3 + before, guess[0], -1.0)
                step += 1
                before = AFTER_SOME if any(tags) else AFTER_NONE
    return weights - late / step


def written() -> str:
    """Return the file that all labelled texts teach."""
    learned = learn([sentences(one) for one in scoring.taught()])
    features = {name: row[1:] for name, row in learned.features.items()}
    given = {"after": learned.after, "first": learned.first, "features": features}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return text.replace("],", "],\n") + "\n"
