"""Learns which clauses are findings: an averaged perceptron over graphkit/documents/spotting.py.

Training goes through the texts in fixed orders, several times, and takes the mean: the same texts give the same file.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import graphkit.documents
from graphkit.documents import default_gazetteer
from graphkit.documents.extract import recognised
from graphkit.documents.spotting import (
    AFTER_NONE,
    AFTER_SOME,
    AT_FIRST,
    BEGINS,
    GOES_ON,
    OUTSIDE,
    Clause,
    Learned,
    best,
    told_clauses,
)
from tests.documents import scoring
from tests.documents.scoring import Labelled

FILE = Path(graphkit.documents.__file__).parent / "rules" / "spotting.json"
_ROUNDS, _ORDERS, _LEAST, _MARGIN = 8, 3, 2, 1.0
Sentence = tuple[list[Clause], list[int]]


def sentences(text: Labelled) -> list[Sentence]:
    """Return the clauses of a labelled text's sentences with their right tags."""
    document = text.document()
    spans = [document.text.to_clean(one.start, one.end) for one in text.labels if one.kind == "finding"]
    found = []
    for clauses in told_clauses(recognised(document, default_gazetteer())):
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
    kept = {one for one, count in counts.items() if count >= _LEAST}
    small = [
        [
            ([Clause(one.start, one.body, one.end, one.features & kept) for one in clauses], tags)
            for clauses, tags in text
        ]
        for text in texts
    ]
    sums: dict[tuple[str, str], list[float]] = {}
    for seed in range(_ORDERS):
        for key, row in _run(small, random.Random(seed)).items():
            total = sums.setdefault(key, [0.0, 0.0, 0.0])
            for tag in range(3):
                total[tag] += row[tag] / _ORDERS
    rows = {key: (0.0, round(row[1] - row[0], 1), round(row[2] - row[0], 1)) for key, row in sums.items()}
    features = {name: row for (kind, name), row in sorted(rows.items()) if kind == "feature" and any(row)}
    after, first = (
        [tuple(round(one, 1) for one in sums.get((kind, str(place)), [0.0] * 3)) for place in range(3)]
        for kind in ("after", "first")
    )
    return Learned(features, after, first)  # type: ignore[arg-type]


def _run(texts: Sequence[Sequence[Sentence]], dice: random.Random) -> dict[tuple[str, str], list[float]]:
    """Return the mean weights of a perceptron that goes through the texts in an order of its own."""
    weights: dict[str, list[float]] = {}
    after = [[0.0] * 3 for _ in range(3)]
    first = [[0.0] * 3 for _ in range(3)]
    late: dict[tuple[str, str], list[float]] = {}
    step = 1

    def change(kind: str, name: str, row: list[float], tag: int, by: float) -> None:
        row[tag] += by
        late.setdefault((kind, name), [0.0] * 3)[tag] += by * step

    order = list(range(len(texts)))
    for _ in range(_ROUNDS):
        dice.shuffle(order)
        for place in order:
            before = AT_FIRST
            for clauses, tags in texts[place]:
                guess = best(clauses, before, Learned(weights, after, first), tags, _MARGIN)  # type: ignore[arg-type]
                if guess != tags:
                    for at, (wrong, right) in enumerate(zip(guess, tags, strict=True)):
                        if wrong != right:
                            for one in clauses[at].features:
                                row = weights.setdefault(one, [0.0] * 3)
                                change("feature", one, row, right, 1.0)
                                change("feature", one, row, wrong, -1.0)
                        if at and (guess[at - 1], wrong) != (tags[at - 1], right):
                            change("after", str(tags[at - 1]), after[tags[at - 1]], right, 1.0)
                            change("after", str(guess[at - 1]), after[guess[at - 1]], wrong, -1.0)
                    if guess[0] != tags[0]:
                        change("first", str(before), first[before], tags[0], 1.0)
                        change("first", str(before), first[before], guess[0], -1.0)
                step += 1
                before = AFTER_SOME if any(tags) else AFTER_NONE
    tables = {("feature", name): row for name, row in weights.items()}
    tables |= {("after", str(place)): row for place, row in enumerate(after)}
    tables |= {("first", str(place)): row for place, row in enumerate(first)}
    return {
        key: [one - moved / step for one, moved in zip(row, late.get(key, [0.0] * 3), strict=True)]
        for key, row in tables.items()
    }


def written() -> str:
    """Return the file that all labelled texts teach."""
    learned = learn([sentences(one) for one in scoring.taught()])
    features = {name: row[1:] for name, row in learned.features.items()}
    given = {"after": learned.after, "first": learned.first, "features": features}
    text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return text.replace("],", "],\n") + "\n"
