"""Labelled texts, and how well an extraction agrees with them.

A label is written around its words: `{{A id=finance-140105|小店区财政局}}`; labels may lie inside each other.

| sign | kind | attributes |
|---|---|---|
| A | agency | id (`-`: any), role=lead/support (an assignment), issuer |
| R | region | v=code |
| D | document_number | v=number |
| T | date | v=first/last day (`-`: any; the text does not say which year) |
| M, P, N | amount, rate, count | v=number, or low-high |
| L | deadline | v=day, or 30day, 6month … |
| C | cadence | v=10day, 1month … |
| Y, E | policy, measure | |
| B | problem | c=category (`-`: any) |
| F | finding | c=category (`-`: any) |
| X | action | a=action |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from graphkit.documents import Candidate, Document, clean, default_gazetteer, extract
from graphkit.documents.extract import recognised
from graphkit.documents.model import Candidate as CandidateModel
from graphkit.documents.recognised import Recognised

FOLDER = Path(__file__).parent / "labelled"
LEARNED = Path(__file__).parent / "learned"
UNLEARNED = Path(__file__).parent / "unlearned"
KINDS = {
    "A": "agency", "R": "region", "D": "document_number", "T": "date", "M": "amount", "P": "rate", "N": "count",
    "L": "deadline", "C": "cadence", "Y": "policy", "E": "measure", "B": "problem", "F": "finding", "X": "action",
}  # fmt: skip
ORDER = (
    "agency", "document_number", "amount", "date", "finding", "problem", "rate", "count", "region", "deadline",
    "cadence", "assignment", "issuer", "policy", "measure", "action",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A fact that a person marked: span in the original text, and the values that the mark gives."""

    kind: str
    start: int
    end: int
    values: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str | None:
        return dict(self.values).get(name)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled text without its marks."""

    name: str
    raw: str
    labels: tuple[Label, ...]

    def document(self) -> Document:
        return Document(f"doc-{self.name}", self.name, "txt", "utf-8", clean(self.raw))


@cache
def read(text: Labelled) -> tuple[Document, Recognised]:
    """Return a labelled text as a document, with what is recognised in it; what learns from it reads it once."""
    document = text.document()
    return document, recognised(document, default_gazetteer())


def read_labelled(path: Path) -> Labelled:
    """Take the marks out of a labelled text. ValueError for a mark that is not closed or not known."""
    source = path.read_text(encoding="utf-8")
    raw: list[str] = []
    labels: list[Label] = []
    stack: list[tuple[str, int, list[str]]] = []
    length = position = 0
    for match in re.finditer(r"\{\{(?P<sign>[A-Z])(?P<values>[^|{}]*)\||\}\}", source):
        raw.append(source[position : match.start()])
        length += match.start() - position
        position = match.end()
        if match.group() != "}}":
            if match.group("sign") not in KINDS:
                raise ValueError(f"{path.name}: unknown mark {match.group()}")
            stack.append((match.group("sign"), length, match.group("values").split()))
            continue
        sign, start, words = stack.pop()
        values = tuple((name, value) for name, _, value in (word.partition("=") for word in words))
        labels.append(Label(KINDS[sign], start, length, values))
    if stack:
        raise ValueError(f"{path.name}: {len(stack)} marks are not closed")
    raw.append(source[position:])
    extra = [Label("assignment", one.start, one.end, one.values) for one in labels if one.value("role")]
    extra += [Label("issuer", one.start, one.end, one.values) for one in labels if one.value("issuer") is not None]
    return Labelled(path.stem, "".join(raw), tuple(sorted([*labels, *extra], key=lambda one: (one.start, one.end))))


@dataclass(slots=True)
class Score:
    """How many facts of a kind were right, wrongly found, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def add(self, other: Score) -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement, for people who tune rules."""

    text: str
    kind: str
    what: str
    words: str


Extractor = Callable[[Document], list[Candidate]]


def by_rules(document: Document) -> list[Candidate]:
    return extract(document, default_gazetteer())


def score(texts: Iterable[Labelled], extractor: Extractor = by_rules) -> tuple[dict[str, Score], list[Difference]]:
    """Return the score of each kind over the texts, and every disagreement."""
    scores = {kind: Score() for kind in ORDER}
    differences: list[Difference] = []
    for text in texts:
        document = text.document()
        candidates = extractor(document)
        for kind in ORDER:
            labels = [one for one in text.labels if one.kind == kind]
            found = [one for one in candidates if one.kind == kind]
            right, wrong, missed = _matched(document, kind, labels, found)
            scores[kind].add(Score(right, len(wrong), len(missed)))
            differences += [Difference(text.name, kind, "wrong", f"{one.quote} {one.value}") for one in wrong]
            differences += [
                Difference(text.name, kind, "missed", f"{text.raw[one.start : one.end]} {one.values}") for one in missed
            ]
    return scores, differences


@cache
def scores_of(folder: Path) -> dict[str, Score]:
    """Return the score of each kind, by the rules, over the texts of a folder."""
    return score(texts(folder=folder))[0]


def _matched(
    document: Document, kind: str, labels: list[Label], found: list[Candidate]
) -> tuple[int, list[Candidate], list[Label]]:
    left = list(found)
    missed: list[Label] = []
    right = 0
    for label in labels:
        fitting = [one for one in left if _agrees(document, kind, label, one)]
        if fitting:
            best = max(fitting, key=lambda one: _overlap(document, label, one))
            left.remove(best)
            right += 1
        else:
            missed.append(label)
    return right, left, missed


def _overlap(document: Document, label: Label, one: Candidate) -> float:
    """Return the common part of two spans over both together, in cleaned characters."""
    start, end = document.text.to_clean(label.start, label.end)
    begin, stop = document.text.to_clean(one.start, one.end)
    common = min(end, stop) - max(start, begin)
    return max(0.0, common / (max(end, stop) - min(start, begin)))


def _agrees(document: Document, kind: str, label: Label, one: Candidate) -> bool:
    overlap = _overlap(document, label, one)
    if overlap <= 0:
        return False
    value = one.value.model_dump(mode="json")
    given = label.value("v")
    match kind:
        case "agency":
            wanted = label.value("id")
            return overlap == 1 and wanted in {"-", value["id"]}
        case "issuer":
            return label.value("id") in {"-", value["id"]}
        case "assignment":
            return (
                label.value("id") in {"-", value["id"]} and label.value("role") == value["role"] and _about(one, label)
            )
        case "region":
            return overlap == 1 and given == value["code"]
        case "document_number":
            return given == value["number"]
        case "date":
            first, _, last = (given or "").partition("/")
            if given == "-":
                return overlap == 1
            return overlap == 1 and (value["start"], value["end"]) == (first, last or first)
        case "amount" | "rate" | "count":
            return _same_number(given or "", value[kind], value["upper"])
        case "deadline":
            return given in {value["due_on"], f"{value['within']}{value['unit']}"}
        case "cadence":
            return given == f"{value['every']}{value['unit']}"
        case "problem":
            return label.value("c") in {"-", value["category"]}
        case "finding":
            return overlap >= 0.5 and label.value("c") in {"-", value["category"]}
        case "action":
            return label.value("a") == value["action"]
        case "measure":
            return overlap >= 0.5
        case _:
            return overlap == 1


def _about(one: CandidateModel, label: Label) -> bool:
    return one.start <= label.start and label.end <= one.end


def _same_number(given: str, low: str | None, high: str | None) -> bool:
    first, _, last = given.partition("-")
    if low is None or Decimal(first) != Decimal(low):
        return False
    return (Decimal(last) if last else None) == (Decimal(high) if high is not None else None)


def texts(prefix: str = "", folder: Path = FOLDER) -> list[Labelled]:
    """Return the labelled texts of a folder whose names start with `prefix` (dev, held), sorted."""
    return [read_labelled(path) for path in sorted(folder.glob(f"{prefix}*-*.txt"))]


def taught() -> list[Labelled]:
    """Return all texts that the models learn from: the labelled ones, then those that nothing else is judged by."""
    return [*texts(), *texts(folder=LEARNED)]


def table(scores: dict[str, Score]) -> str:
    """Return the scores as a Markdown table."""
    lines = ["| kind | facts | precision | recall |", "|---|---|---|---|"]
    for kind in ORDER:
        one = scores[kind]
        if one.right + one.missed + one.wrong:
            lines.append(f"| {kind} | {one.right + one.missed} | {one.precision:.3f} | {one.recall:.3f} |")
    return "\n".join(lines)
