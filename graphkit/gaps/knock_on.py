"""Who else is affected along `supplies` when a group or agency is held up (CONTRACT.md section 1, knock-on effects).

This is beside the impact of a gap, never part of its `beneficiaries`. The rule:

- Held up are the groups that the gap concerns, its subject where that is a group or an agency, and the agency that is
  the scope of its step, of a step that it blocks, or of its finding.
- Downstream are those whom the held-up one supplies, and so on; and the groups that name it in `affected_by`, which
  says that what harms it reaches them. Upstream are those who supply the held-up one, and so on: they lose a taker.
  A path keeps its direction: whoever supplies a neighbour is not reached by going there and back.
- A weight is the share of the harm that a link passes on. Along a path the weights are multiplied. A link without a
  weight, and one of `affected_by`, passes on everything (1); a weight above 1 counts as 1, for nobody can be held up
  more than wholly; a weight of 0 or less passes on nothing. Of several paths the one with the largest weight counts,
  then the shortest, then the first by its ids. No path is followed for more than MAX_DISTANCE links.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal, localcontext
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

from graphkit.gaps.evaluation import Evaluation
from graphkit.gaps.statements import statements
from graphkit.model.errors import InputError

Direction = Literal["upstream", "downstream"]

MAX_DISTANCE = 20

_EXACT = Context(prec=20 * MAX_DISTANCE)

_Links = dict[str, dict[str, tuple[Decimal, bool]]]
"""Who is reached from whom by one link: its weight, and whether that was given (a link without one has 1)."""


def _rounded(weight: Decimal) -> float:
    return round(float(weight), 6)


class KnockOn(BaseModel):
    """Somebody affected along `supplies`: how far from whom, and how strongly.

    `via` is the path, from the held-up one up to the last before this one, so that `distance` is its length;
    `weight` is the product of the links' weights (above 0, at most 1; six decimals in JSON), of which `unweighted` had
    none and counted as 1.
    """

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    direction: Direction
    distance: int
    weight: Annotated[Decimal, PlainSerializer(_rounded, return_type=float, when_used="json")]
    unweighted: int
    via: list[str]


def knock_on(evaluation: Evaluation, gap_ids: Iterable[str]) -> dict[str, list[KnockOn]]:
    """Return who is affected by each gap along `supplies`: downstream, then upstream, each by weight, distance and id.

    InputError when the evaluation has no such gap.
    """
    known = {row["id"] for row in evaluation.rows("SELECT id FROM gaps")}
    down, up = _links(evaluation)
    names = {row["id"]: row["name"] for row in evaluation.rows(_NAMES)}
    directed: tuple[tuple[Direction, _Links], ...] = (("downstream", down), ("upstream", up))
    found: dict[str, list[KnockOn]] = {}
    for gap_id in gap_ids:
        if gap_id not in known:
            raise InputError(
                f"no gap '{gap_id}' as of {evaluation.as_of}; the list of gaps with consequences has them all"
            )
        held_up = [row["id"] for row in evaluation.rows(statements("views/held_up"), [gap_id])] if down or up else []
        with localcontext(_EXACT):
            found[gap_id] = [
                KnockOn(
                    id=key,
                    name=names.get(key, key),
                    direction=direction,
                    distance=len(via),
                    weight=weight,
                    unweighted=unweighted,
                    via=list(via),
                )
                for direction, links in directed
                for key, weight, unweighted, via in sorted(
                    _reached(links, held_up), key=lambda one: (-one[1], len(one[3]), one[0])
                )
            ]
    return found


_NAMES = "SELECT id, name FROM agencies UNION ALL SELECT id, name FROM beneficiary_groups ORDER BY id"


def _links(evaluation: Evaluation) -> tuple[_Links, _Links]:
    """Return who is reached from whom: downstream (with `affected_by`), and upstream."""
    down: _Links = {}
    up: _Links = {}
    for row in evaluation.rows('SELECT "from", "to", weight FROM supplies ORDER BY ALL'):
        _add(down, row["from"], row["to"], row["weight"])
        _add(up, row["to"], row["from"], row["weight"])
    for row in evaluation.rows("SELECT unnest(affected_by) AS cause, id FROM beneficiary_groups ORDER BY ALL"):
        _add(down, row["cause"], row["id"], None)
    return down, up


def _add(links: _Links, start: str, end: str, weight: float | None) -> None:
    """Add a link, or keep the stronger of two; a weight that is given comes before one that is assumed."""
    link = (Decimal(1) if weight is None else min(Decimal(repr(weight)), Decimal(1)), weight is not None)
    if start != end and link[0] > 0:
        ends = links.setdefault(start, {})
        ends[end] = max(link, ends.get(end, link))


Reached = tuple[str, Decimal, int, tuple[str, ...]]


def _reached(links: _Links, held_up: Iterable[str]) -> Iterator[Reached]:
    """Yield each that is reached with the weight, the unweighted links and the nodes of its best path.

    Best first: no weight is above 1, so a path never gets better by going on, and the first to arrive is the best.
    networkx's own shortest paths add lengths in binary floats and leave ties to chance.
    """
    starts = set(held_up)
    waiting: list[tuple[Decimal, int, tuple[str, ...], int]] = [(Decimal(-1), 1, (one,), 0) for one in sorted(starts)]
    heapq.heapify(waiting)
    settled: set[str] = set()
    while waiting:
        weight, length, path, unweighted = heapq.heappop(waiting)
        node = path[-1]
        if node in settled:
            continue
        settled.add(node)
        if node not in starts:
            yield node, -weight, unweighted, path[:-1]
        for end, (passed, is_given) in links.get(node, {}).items():
            if end not in settled and length <= MAX_DISTANCE:
                heapq.heappush(waiting, (weight * passed, length + 1, (*path, end), unweighted + (not is_given)))
