"""Evaluations kept between requests, by facts version, case, dates and thresholds; the least used goes first."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from graphkit.gaps import KINDS, Evaluation
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.gap import Gap

from .snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Question:
    """What is evaluated: a case of one facts version, as of a day, known by a time, with thresholds of one's own.

    `region` is the asker's: the answer then holds nothing but what lies in it and below.
    """

    snapshot: Snapshot
    case: str
    as_of: date
    known_by: date | datetime | None = None
    thresholds: tuple[tuple[str, Decimal], ...] = ()
    region: str | None = None

    @property
    def version(self) -> int:
        """The facts version as it is told: how many loads of the case the answer rests on."""
        return self.snapshot.loads(self.case)

    def about(self, evaluation: Evaluation) -> dict[str, Any]:
        """Return what every answer says that it is about."""
        return {
            "facts_version": self.version,
            "case": self.case,
            "as_of": evaluation.as_of,
            "known_by": evaluation.known_by,
        }

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this question from others."""
        asked = (str(self.as_of), repr(self.known_by), repr(self.thresholds), repr(self.region))
        return (f"{self.snapshot.version:09}", self.case, *asked)


_WAIT_S = 5.0
"""How long the graph waits for an evaluation that is being read: less than it takes to project a whole one."""

Sort = Literal[
    "rank", "since", "-since", "days", "-days", "beneficiaries", "-beneficiaries", "amount", "-amount", "kind", "scope"
]  # fmt: skip
"""How a list is sorted; `rank` is CONTRACT.md's, and decides between equals. `-` puts the greatest first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which gaps are listed, as `graphkit gaps` has it."""

    policy: str | None = None
    region: str | None = None
    agency: str | None = None
    kind: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    consequences: bool = False
    sort: Sort = "rank"


@dataclass(frozen=True, slots=True)
class Listed:
    """The gaps of one list in their rank order, and how many of each kind there are in all of it."""

    gaps: list[Gap]
    counts: dict[str, int]


@dataclass(slots=True)
class _Held:
    lock: threading.RLock = field(default_factory=threading.RLock)
    readers: int = 0
    evaluation: Evaluation | None = None
    roots: dict[str, Gap] | None = None

    @contextmanager
    def read(self) -> Iterator[Any]:
        self.readers += 1
        try:
            yield self.evaluation
        finally:
            self.readers -= 1


class Evaluations:
    """Answers questions; equal questions are evaluated once, and at one time one request reads an evaluation."""

    def __init__(self, most: int, most_gaps: int) -> None:
        self._most, self._most_gaps = most, most_gaps
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, ...], _Held] = OrderedDict()
        self._lists: OrderedDict[tuple[tuple[str, ...], Filters], Listed] = OrderedDict()

    @contextmanager
    def open(self, question: Question) -> Iterator[Evaluation]:
        """Give the evaluation that answers a question, to one reader at a time; errors as in graphkit.gaps.evaluate."""
        held = self._holder(question)
        with held.lock:
            if held.evaluation is None:
                held.evaluation = self._advanced(question) or evaluate_case(
                    question.snapshot.facts,
                    question.case,
                    question.as_of,
                    question.known_by,
                    dict(question.thresholds),
                    question.region,
                )
            with held.read() as evaluation:
                yield evaluation

    @contextmanager
    def at_hand(self, question: Question) -> Iterator[Evaluation | None]:
        """Give the evaluation as `open` does where that costs no evaluation from nothing; else None."""
        held = self._holder(question)
        if not held.lock.acquire(timeout=_WAIT_S):
            yield None
            return
        try:
            held.evaluation = held.evaluation or self._advanced(question, wait_s=_WAIT_S)
            with held.read() as evaluation:
                yield evaluation
        finally:
            held.lock.release()

    def keep(self, question: Question, evaluation: Evaluation) -> None:
        """Take an evaluation that was made elsewhere for this question, unless one is being read."""
        held = self._holder(question)
        if held.lock.acquire(blocking=False):
            try:
                if not held.readers:
                    held.evaluation, held.roots = evaluation, None
            finally:
                held.lock.release()

    def _holder(self, question: Question) -> _Held:
        with self._lock:
            held = self._held.setdefault(question.key, _Held())
            self._held.move_to_end(question.key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            return held

    def _advanced(self, question: Question, wait_s: float = 0) -> Evaluation | None:
        """Return the answer to the same question of older facts, brought up to those asked of, where that can be done.

        The older answer is given up. One that is still being read after `wait_s` is left alone.
        """
        version, *same = question.key
        with self._lock:
            older = max((key for key in self._held if key[0] < version and list(key[1:]) == same), default=None)
            held = self._held[older] if older else _Held()
        if not held.lock.acquire(timeout=wait_s):
            return None
        try:
            if held.evaluation is None or held.readers:
                return None
            evaluation, roots = held.evaluation, held.roots
            held.evaluation = held.roots = None
            if evaluation.advance(question.snapshot.facts):
                return evaluation
            held.evaluation, held.roots = evaluation, roots
            return None
        finally:
            held.lock.release()

    @contextmanager
    def open_two(self, first: Question, second: Question) -> Iterator[tuple[Evaluation, Evaluation]]:
        """Give two evaluations, always taken in the same order, so that no two requests wait for each other."""
        with ExitStack() as stack:
            found = {
                one.key: stack.enter_context(self.open(one))
                for one in sorted((first, second), key=lambda question: question.key)
            }
            yield found[first.key], found[second.key]

    def listed(self, question: Question, filters: Filters) -> Listed:
        """Return the gaps of a list; UsageError for a filter that names what there is not."""
        key = (question.key, filters)
        with self._lock:
            if found := self._lists.get(key):
                self._lists.move_to_end(key)
                return found
        with self.open(question) as evaluation:
            gaps = _sorted(self._chosen(question, evaluation, filters), filters.sort, evaluation.case.currency)
        counted = Counter(gap.kind for gap in gaps)
        order = [*KINDS, *sorted(set(counted) - set(KINDS))]
        found = Listed(gaps, {kind: counted[kind] for kind in order if counted[kind]})
        with self._lock:
            self._lists[key] = found
            while len(self._lists) > 1 and sum(len(one.gaps) for one in self._lists.values()) > self._most_gaps:
                self._lists.popitem(last=False)
        return found

    def _chosen(self, question: Question, evaluation: Evaluation, filters: Filters) -> list[Gap]:
        """Return the gaps of a list. What is told of the gaps but consequences is worked out once an evaluation.

        Consequences may be very many and are worked out by list.
        """
        chosen: dict[str, Any] = {name: value for name, value in asdict(filters).items() if name != "sort"}
        if filters.consequences or "blocked_step" in filters.kind:
            return evaluation.gaps(**chosen)
        held = self._held.get(question.key)
        if held is None:  # given up for others meanwhile
            return evaluation.gaps(**chosen)
        if held.roots is None:
            held.roots = {gap.id: gap for gap in evaluation.gaps()}
        return [held.roots[key] for key in evaluation.gap_ids(**chosen)]


def _sorted(gaps: list[Gap], sort: Sort, currency: str) -> list[Gap]:
    """Return gaps by a column; those without a value come last whichever way round."""
    name = sort.removeprefix("-")
    if name == "rank":
        return gaps

    def value(gap: Gap) -> Any:
        return (gap.amount or {}).get(currency) if name == "amount" else getattr(gap, name)

    known = sorted((gap for gap in gaps if value(gap) is not None), key=value, reverse=sort.startswith("-"))
    return known + [gap for gap in gaps if value(gap) is None]
