"""Events and assignments of planned chains."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casegen.chains import CANCELLED, DONE, OPEN, UNTOUCHED, Chain, Planner, codes
from casegen.columns import Flags, Ints, constant, dates, money, numbered
from casegen.regions import agency_of

EVENTS = pa.schema(
    [
        ("id", pa.string()),
        ("policy", pa.string()),
        ("stage", pa.string()),
        ("scope", pa.string()),
        ("kind", pa.string()),
        ("on", pa.date32()),
        ("agency", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("recorded_at", pa.timestamp("us")),
        ("source", pa.string()),
    ]
)
ASSIGNMENTS = pa.schema(
    [(name, pa.string()) for name in ("policy", "stage", "scope", "agency", "role")] + [("assigned_on", pa.date32())]
)
_KINDS = pa.array(["started", "completed", "reopened", "cancelled"])
_STARTED, _COMPLETED, _REOPENED, _CANCELLED = range(4)
_PLAIN, _REOPENED_ONCE, _TWICE_THE_SAME, _TWO_DATES, _TWO_AMOUNTS = range(5)
_FUTURE = 0.05
_MOST = 12


class Narrator:
    """Tells each chain's story in events, so many a step on average that the case as a whole has `per_step`."""

    def __init__(self, planner: Planner, per_step: float, seed: int) -> None:
        self._planner = planner
        self._per_step = per_step
        self._seed = seed
        self._owed = 0.0
        self._told = 0

    def events(self, chain: Chain) -> dict[str, pa.Array]:
        """Return the rows of the table events of one policy, in no particular order."""
        rng = np.random.default_rng([self._seed, 2, chain.number])
        as_of = self._planner.as_of
        every = [chain.steps[stage.id] for stage in chain.stages]
        stage = np.repeat(np.arange(len(every)), [len(steps.state) for steps in every])
        scope = pa.concat_arrays([codes(self._planner.regions, one.level) for one in chain.stages])
        state, done_on, open_on, conflict, bare = (
            np.concatenate([getattr(steps, name) for steps in every])
            for name in ("state", "done_on", "open_on", "conflict", "unsupported")
        )
        paid = stage == len(every) - 2
        future = (state == UNTOUCHED) & (rng.random(len(state)) < _FUTURE)
        length, form = self._lengths(rng, state, conflict, paid, future)
        end = np.where(state == OPEN, open_on, done_on)
        end[future] = as_of + 10

        step = np.repeat(np.arange(len(state)), length)
        first = np.cumsum(length) - length
        nth = np.arange(len(step)) - first[step]
        left = length[step] - 1 - nth
        shape, mood = form[step], state[step]
        kind = np.full(len(step), _STARTED)
        kind[(left == 0) & ((mood == DONE) | future[step])] = _COMPLETED
        kind[(left == 0) & (mood == CANCELLED)] = _CANCELLED
        again = shape == _REOPENED_ONCE
        done = mood == DONE
        kind[again & done & (left == 2)] = _COMPLETED
        kind[again & done & (left == 1)] = _REOPENED
        kind[again & (mood == OPEN) & (left == 1)] = _COMPLETED
        kind[again & (mood == OPEN) & (left == 0)] = _REOPENED
        twice = shape >= _TWICE_THE_SAME
        kind[twice & (left == 1)] = _COMPLETED
        same_day = twice & (shape != _TWO_DATES)
        # A third of the steps has two events on one day, told apart by when they were recorded.
        crowded = (rng.random(len(state)) < 1 / 3)[step] & ~twice
        back = np.where(same_day, np.maximum(left - 1, 0), np.where(crowded, left // 2, left))
        on = end[step] - back
        lag = (rng.integers(0, 4, len(state)) * (rng.random(len(state)) < 0.3))[step]
        minutes = (on + lag) * 1440 + 9 * 60 + nth
        cents = 100 * rng.integers(1000, 100000, len(state))[step] + 100 * ((shape == _TWO_AMOUNTS) & (left == 1))
        second = (shape == _TWO_DATES) | (shape == _TWO_AMOUNTS) | ((shape == _TWICE_THE_SAME) & (step % 2 == 0))
        document = pc.if_else(pa.array(second & (left == 0)), f"doc-{chain.policy}-2", f"doc-{chain.policy}-1")
        sourced = (kind == _COMPLETED) & ~(bare[step] & ((left == 0) | twice))
        order = rng.permutation(len(step))
        index = pa.array(step)
        place = scope.take(index)
        columns = {
            "id": numbered("e", self._told + np.arange(len(step)), 10),
            "policy": constant(chain.policy, len(step)),
            "stage": pa.array([one.id for one in chain.stages]).take(pa.array(stage[step])),
            "scope": place,
            "kind": _KINDS.take(pa.array(kind)),
            "on": dates(on),
            "agency": agency_of(place),
            "amount": money(cents, ~(paid[step] & (kind == _COMPLETED))),
            "recorded_at": pa.array(minutes * 60_000_000).cast(pa.timestamp("us")),
            "source": pc.if_else(pa.array(sourced), document, pa.scalar(None, pa.string())),
        }
        self._told += len(step)
        return {name: values.take(pa.array(order)) for name, values in columns.items()}

    def _lengths(
        self, rng: np.random.Generator, state: Ints, conflict: Flags, paid: Flags, future: Flags
    ) -> tuple[Ints, Ints]:
        """Return how many events each step has, and in which form they come."""
        size = len(state)
        self._owed += self._per_step * size
        length = np.zeros(size, np.int64)
        length[future] = 1
        touched = state != UNTOUCHED
        mean = min(max((self._owed - np.count_nonzero(future)) / max(np.count_nonzero(touched), 1), 1.0), _MOST)
        drawn = np.floor(mean + rng.random(size)).astype(np.int64)
        length[touched] = drawn[touched]
        length[conflict] = np.maximum(length[conflict], 2)
        form = np.full(size, _PLAIN)
        chance = rng.random(size)
        form[touched & (length >= 3) & (chance < 0.15) & (state <= DONE)] = _REOPENED_ONCE
        form[(state == DONE) & (length >= 2) & (chance > 0.9)] = _TWICE_THE_SAME
        form[conflict] = np.where(paid & (chance < 0.5), _TWO_AMOUNTS, _TWO_DATES)[conflict]
        self._owed -= int(length.sum())
        return length, form


def assignments(planner: Planner, chain: Chain) -> dict[str, pa.Array] | None:
    """Return the rows of the table assignments: a lead for each step but the unassigned; some supporters everywhere."""
    if not chain.assigned:
        return None
    stages: list[pa.Array] = []
    scopes: list[pa.Array] = []
    roles: list[pa.Array] = []
    for stage in chain.stages:
        scope = codes(planner.regions, stage.level)
        led = ~chain.steps[stage.id].unassigned
        helped = np.arange(len(scope)) % 10 == 0
        for role, holds in (("lead", led), ("support", helped)):
            chosen = scope.filter(pa.array(holds))
            stages.append(constant(stage.id, len(chosen)))
            scopes.append(chosen)
            roles.append(constant(role, len(chosen)))
    scope = pa.concat_arrays(scopes)
    return {
        "policy": constant(chain.policy, len(scope)),
        "stage": pa.concat_arrays(stages),
        "scope": scope,
        "agency": agency_of(scope),
        "role": pa.concat_arrays(roles),
        "assigned_on": dates(np.full(len(scope), chain.start)),
    }
