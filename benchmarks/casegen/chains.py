"""Chains of one generated policy: what really happened in every region, stage by stage, and the gaps that follow.

The chain: issue (centre) → transmit (province) → arrange, and the optional briefing (city) → s1 … sN (county, the last
also after s1) → summary (province). Each region's fate is drawn first, so that the answer comes from the plan, not
from the events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casegen.answer import Answer
from casegen.columns import NO_DAY, Flags, Ints, constant, dates, joined
from casegen.regions import CENTRE, Regions

UNTOUCHED, OPEN, DONE, CANCELLED = range(4)
WHOLE, MISSING, OVERDUE, UNOBSERVED, UNASSIGNED, UNASSIGNED_OPEN, SLOW, LEAP, CANCELS = range(9)
_COUNTY_FATES = (0.62, 0.10, 0.08, 0.04, 0.03, 0.02, 0.05, 0.02, 0.04)
_UPPER_FATES = (0.984, 0.004, 0.004, 0.004, 0.002, 0.002, 0.0, 0.0, 0.0)
_SUMMARY_FATES = (0.60, 0.12, 0.12, 0.06, 0.05, 0.05, 0.0, 0.0, 0.0)
_CLEAN_PROVINCES = 0.3
_LATE, _EARLY, _CONFLICT, _UNSUPPORTED = 0.02, 0.01, 0.01, 0.02
_BRIEFED = 0.5
_LATE_BY = 10
_NATIONAL_BREAK_EVERY, _NATIONAL_BREAK_AT = 20, 7


@dataclass(frozen=True)
class Stage:
    """A stage as the policy's YAML has it; days are day numbers."""

    id: str
    level: str
    after: tuple[str, ...]
    within: int | None
    due_on: int | None = None
    optional: bool = False
    evidence: str | None = None
    measure: str | None = None


@dataclass
class Steps:
    """The steps of one stage, one a region of its level: what happened, and what holds on the day of the evaluation."""

    state: Ints
    done_on: Ints
    due: Ints
    last: Ints
    open_on: Ints
    ready: Flags
    unassigned: Flags
    unobserved: Flags
    early: Flags
    conflict: Flags
    unsupported: Flags
    gap: Flags = field(default_factory=lambda: np.zeros(0, bool))


@dataclass
class Chain:
    """One policy: its stages, its steps by stage, and who is covered."""

    policy: str
    number: int
    start: int
    stages: list[Stage]
    assigned: bool
    people: Ints
    steps: dict[str, Steps] = field(default_factory=dict)
    covered_provinces: Flags = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def measure(self) -> str | None:
        """The measure of the last county stage, if the policy has one."""
        return self.stages[-2].measure


def make_stages(number: int, length: int, as_of: int) -> tuple[list[Stage], bool]:
    """Return a policy's stages, and whether it is open-ended: the last county stage is due after the evaluation."""
    policy = f"p{number:04d}"
    open_ended = number % 4 == 3
    county = []
    for index in range(1, length + 1):
        last = index == length
        after = ("arrange", "briefing") if index == 1 else (f"s{index - 1}",)
        if last and index > 2:
            after = (f"s{index - 1}", "s1")
        county.append(
            Stage(
                f"s{index}", "county", after,
                within=None if last and open_ended else 15 + (number + index) % 11,
                due_on=as_of + 180 if last and open_ended else None,
                evidence="payment" if last else "document" if index == 1 else None,
                measure=f"m-{policy}" if last and open_ended else None,
            )
        )  # fmt: skip
    return [
        Stage("issue", "central", (), 5),
        Stage("transmit", "province", ("issue",), 15),
        Stage("arrange", "city", ("transmit",), 15),
        Stage("briefing", "city", ("transmit",), 15, optional=True),
        *county,
        Stage("summary", "province", (f"s{length}",), 20),
    ], open_ended


def last_day(start: int, policies: int, length: int) -> int:
    """Return a day by which every chain that nothing holds up is through: the day of the evaluation."""
    return start + min(policies, 30) + 5 + 3 * (15 + _LATE_BY) + length * (25 + _LATE_BY) + 20 + _LATE_BY + 60


def ancestors(regions: Regions, level: str, above: str) -> Ints:
    """Return for each region of a level the index of the region of the level above (or its own) that holds it."""
    if above == "central":
        return np.zeros(1 if level == "central" else regions.count(level), np.int64)
    match level, above:
        case "county", "city":
            return regions.city_of_county
        case "county", "province":
            return regions.province_of_county
        case "city", "province":
            return regions.province_of_city
        case _:
            return np.arange(regions.count(level))


def codes(regions: Regions, level: str) -> pa.Array:
    """Return the region codes of a level."""
    return pa.array([CENTRE]) if level == "central" else regions.codes[level]


class Planner:
    """Plans the chains of one policy after the other."""

    def __init__(self, regions: Regions, as_of: int, start: int, length: int, assigned_every: int, seed: int) -> None:
        self.regions = regions
        self.as_of = as_of
        self._start = start
        self._length = length
        self._assigned_every = assigned_every
        self._seed = seed

    def plan(self, number: int) -> Chain:
        """Plan a policy's chains in every region."""
        rng = np.random.default_rng([self._seed, 1, number])
        counties, provinces = self.regions.count("county"), self.regions.count("province")
        stages, open_ended = make_stages(number, self._length, self.as_of)
        people = rng.integers(100, 5000, counties) if open_ended else np.zeros(counties, np.int64)
        assigned = self._assigned_every > 0 and number % self._assigned_every == 0
        chain = Chain(f"p{number:04d}", number, self._start + number % 30, stages, assigned, people)
        chain.covered_provinces = rng.random(provinces) < 0.5
        fate = self._allowed(chain, "county", rng.choice(9, counties, p=_COUNTY_FATES))
        clean = (rng.random(provinces) < _CLEAN_PROVINCES)[self.regions.province_of_county]
        fate[clean] = WHOLE
        at = rng.integers(1, self._length + 1, counties)
        at[fate == SLOW] = np.maximum(at[fate == SLOW], 2)
        at[fate == LEAP] = self._length - 1
        if self._length < 2:
            fate[(fate == SLOW) | (fate == LEAP)] = WHOLE
        clock = np.full(counties, NO_DAY)
        for stage in stages:
            chain.steps[stage.id] = self._settle(chain, stage, rng, fate, at, clock)
        for stage in stages:
            steps = chain.steps[stage.id]
            steps.gap = steps.ready & (steps.state <= OPEN) & (not stage.optional) & (
                steps.unassigned | ((steps.due != NO_DAY) & (steps.due < self.as_of))
            )  # fmt: skip
        return chain

    def _allowed(self, chain: Chain, level: str, fate: Ints) -> Ints:
        """Take back what cannot be: unassigned in a policy without assignments, unseen where all is seen."""
        if not chain.assigned:
            fate[fate == UNASSIGNED] = MISSING
            fate[fate == UNASSIGNED_OPEN] = OVERDUE
        covered = chain.covered_provinces[ancestors(self.regions, level, "province")]
        fate[(fate == UNOBSERVED) & covered] = MISSING
        return fate

    def _before(self, chain: Chain, stage: Stage) -> tuple[Flags, Ints, Ints]:
        """Return for each step whether it waits, its predecessors' latest completion, and the same or the start."""
        size = len(codes(self.regions, stage.level))
        waits = np.zeros(size, bool)
        last = np.full(size, NO_DAY)
        for name in stage.after:
            before = next(one for one in chain.stages if one.id == name)
            steps = chain.steps[name]
            open_ = (steps.state <= OPEN) & (not before.optional)
            done_on = np.where(steps.state == DONE, steps.done_on, NO_DAY)
            if stage.level == "province" and before.level == "county":
                held = np.bincount(self.regions.province_of_county, weights=open_, minlength=size) > 0
                newest = np.full(size, NO_DAY)
                np.maximum.at(newest, self.regions.province_of_county, done_on)
            else:
                index = ancestors(self.regions, stage.level, before.level)
                held, newest = open_[index], done_on[index]
            waits |= held
            last = np.maximum(last, newest)
        return waits, last, np.where(last == NO_DAY, chain.start, last)

    def _settle(self, chain: Chain, stage: Stage, rng: np.random.Generator, fate: Ints, at: Ints, clock: Ints) -> Steps:
        waits, last, base = self._before(chain, stage)
        size = len(waits)
        ready = ~waits
        within = stage.within or 20
        due = np.full(size, NO_DAY)
        if stage.within is not None:
            due = np.where(ready, base + stage.within, NO_DAY)
        if stage.due_on is not None:
            due = np.full(size, stage.due_on)
        broken, fates, position = self._broken(chain, stage, rng, fate, at, size)
        does = ready & ~broken
        county = stage.level == "county"
        from_ = np.maximum(base, clock) if county else base
        done_on = from_ + 1 + rng.integers(0, within, size)
        late = rng.random(size) < _LATE
        done_on[late] = (from_ + within + 1 + rng.integers(0, _LATE_BY, size))[late]
        if stage.optional:
            does &= rng.random(size) < _BRIEFED
            done_on = from_ + 1 + rng.integers(0, within, size)
        early = does & (rng.random(size) < _EARLY) & (last > chain.start + 5) & county & (position > 1)
        done_on[early] = (last - 1 - rng.integers(0, 3, size))[early]
        state = np.where(does, DONE, UNTOUCHED)
        if county:
            slow = does & (fate == SLOW) & (position == at - 1)
            after = next(one for one in chain.stages if one.id == f"s{position[0] + 1}") if slow.any() else stage
            back = np.array([0, 1, -(after.within or 20) + 5])[rng.integers(0, 3, size)] + (after.within or 20)
            done_on[slow] = (self.as_of - back)[slow]
            early &= ~slow
            leaps = (fate == LEAP) & (position == self._length) & (clock != NO_DAY) & ~ready
            done_on[leaps] = clock[leaps] + 5
            state[leaps] = DONE
            state[does & (fate == CANCELS) & (position == at)] = CANCELLED
            early &= state == DONE
        half = rng.random(size) < 0.5
        opens = ready & broken & (
            np.isin(fates, (OVERDUE, UNASSIGNED_OPEN)) | ((fates == SLOW) & half)
        )  # fmt: skip
        state[opens] = OPEN
        done = state == DONE
        conflict = done & (rng.random(size) < _CONFLICT)
        unsupported = done & (stage.evidence is not None) & (rng.random(size) < _UNSUPPORTED) & ~conflict
        open_on = np.minimum(base + 1 + rng.integers(0, within, size), self.as_of)
        if county:
            np.maximum(clock, np.where(done | (state == CANCELLED), done_on, NO_DAY), out=clock)
        return Steps(
            state=state,
            done_on=np.where(done | (state == CANCELLED), done_on, NO_DAY),
            due=due,
            last=base,
            open_on=open_on,
            ready=ready,
            unassigned=ready & broken & np.isin(fates, (UNASSIGNED, UNASSIGNED_OPEN)),
            unobserved=ready & broken & (fates == UNOBSERVED),
            early=early,
            conflict=conflict,
            unsupported=unsupported,
        )

    def _broken(
        self, chain: Chain, stage: Stage, rng: np.random.Generator, fate: Ints, at: Ints, size: int
    ) -> tuple[Flags, Ints, Ints]:
        """Return which steps stay undone, the fate that counts for each, and the position of a county stage."""
        if stage.level == "county":
            position = np.full(size, int(stage.id[1:]))
            return ~np.isin(fate, (WHOLE, CANCELS)) & (position == at), fate, position
        if stage.level == "central":
            broken = chain.number % _NATIONAL_BREAK_EVERY == _NATIONAL_BREAK_AT
            return np.full(size, broken), np.full(size, OVERDUE, np.int64), np.zeros(size, np.int64)
        if stage.optional:
            return np.zeros(size, bool), np.zeros(size, np.int64), np.zeros(size, np.int64)
        odds = _SUMMARY_FATES if stage.id == "summary" else _UPPER_FATES
        fates = self._allowed(chain, stage.level, rng.choice(9, size, p=odds))
        return fates != WHOLE, fates, np.zeros(size, np.int64)

    def record(self, chain: Chain, answer: Answer) -> None:
        """Add the policy's gaps, with impact and causes, to the answer."""
        for stage in chain.stages:
            self._record_stage(chain, stage, answer)
        self._record_causes(chain, answer)

    def _record_stage(self, chain: Chain, stage: Stage, answer: Answer) -> None:
        steps = chain.steps[stage.id]
        size = len(steps.state)
        identity = self._identity(chain, stage)
        done, undone = steps.state == DONE, steps.state <= OPEN
        past = steps.ready & undone & (not stage.optional) & (steps.due != NO_DAY) & (steps.due < self.as_of)
        blocked, people = self._downstream(chain, stage)
        own = chain.people if stage.measure else np.zeros(size, np.int64)
        nothing = np.zeros(size, np.int64)
        overdue = self.as_of - steps.due

        def add(
            kind: str, holds: Flags, days: Ints, blocked: Ints = nothing, people: Ints = own, root: Flags | None = None
        ) -> None:
            flags = np.ones(size, bool) if root is None else root
            answer.add_impact(
                kind, identity.filter(pa.array(holds)), flags[holds], days[holds], blocked[holds], people[holds]
            )

        explained = ~steps.unassigned
        untouched = past & (steps.state == UNTOUCHED)
        add("missing_step", untouched & ~steps.unobserved, overdue, blocked, people, explained)
        add("unobserved_step", untouched & steps.unobserved, overdue, blocked, people, explained)
        add("overdue_step", past & (steps.state == OPEN), overdue, blocked, people, explained)
        add("unassigned_step", steps.unassigned, self.as_of - steps.last + 1, blocked, people)
        add("blocked_step", ~steps.ready & undone & (not stage.optional), np.full(size, -1), root=np.zeros(size, bool))
        add("late_step", done & (steps.due != NO_DAY) & (steps.done_on > steps.due), overdue)
        leaps = done & ~steps.ready
        add(
            "out_of_order",
            leaps | (done & (steps.done_on < steps.last) & (steps.last > chain.start)),
            self.as_of - steps.done_on + 1,
        )
        add("unsupported_step", steps.unsupported, self.as_of - steps.done_on + 1)
        add("conflicting_evidence", steps.conflict, self.as_of - steps.done_on + 1)

    def _identity(self, chain: Chain, stage: Stage) -> pa.Array:
        return joined(chain.policy, stage.measure or "", stage.id, codes(self.regions, stage.level), "")

    def _downstream(self, chain: Chain, stage: Stage) -> tuple[Ints, Ints]:
        """Return for each step how many required steps it holds up while not done, and the beneficiaries of these."""
        regions, length = self.regions, self._length
        counties, cities = regions.count("county"), regions.count("city")
        provinces = regions.count("province")
        match stage.level, stage.id:
            case "central", _:
                every = cities + length * counties + 2 * provinces
                return np.array([every]), np.array([chain.people.sum()])
            case "province", "summary":
                return np.zeros(provinces, np.int64), np.zeros(provinces, np.int64)
            case "province", _:
                below_ = np.bincount(regions.province_of_county, minlength=provinces)
                cities_below = np.bincount(regions.province_of_city, minlength=provinces)
                people = np.bincount(regions.province_of_county, weights=chain.people, minlength=provinces)
                return cities_below + length * below_ + 1, people.astype(np.int64)
            case "city", _:
                below_ = np.bincount(regions.city_of_county, minlength=cities)
                people = np.bincount(regions.city_of_county, weights=chain.people, minlength=cities)
                return length * below_ + 1, people.astype(np.int64)
            case _:
                position = int(stage.id[1:])
                reaches = chain.steps[f"s{length}"].state <= OPEN
                rest = np.where(reaches, length - position + 1, 0)
                return rest, np.where(reaches, chain.people, 0)

    def _record_causes(self, chain: Chain, answer: Answer) -> None:
        """Say for each blocked step which root gaps hold it, and for each explained gap which unassigned step does."""
        regions, length = self.regions, self._length
        summary = chain.stages[-1]
        every = {stage.id: self._identity(chain, stage) for stage in chain.stages}
        for stage in chain.stages[:-1]:
            steps = chain.steps[stage.id]
            holds = np.flatnonzero(steps.gap)
            if not len(holds):
                continue
            causes = self._cause_lines(every[stage.id], steps, holds)
            below: list[tuple[str, Ints, Ints]] = []
            names = [one for one in ("transmit", "arrange") if stage.level in ("central", "province")]
            if stage.level == "province":
                names = ["arrange"]
            first = int(stage.id[1:]) + 1 if stage.level == "county" else 1
            names += [f"s{index}" for index in range(first, length + 1)]
            if stage.level == "county":
                holds_on = chain.steps[f"s{length}"].state[holds] <= OPEN
                below = [(name, np.flatnonzero(holds_on), holds[holds_on]) for name in names]
                below.append((summary.id, np.flatnonzero(holds_on), regions.province_of_county[holds[holds_on]]))
            else:
                for name in [*names, summary.id]:
                    level = next(one.level for one in chain.stages if one.id == name)
                    if name == summary.id and stage.level == "city":
                        below.append((name, np.arange(len(holds)), regions.province_of_city[holds]))
                        continue
                    index = ancestors(regions, level, stage.level)
                    position = np.full(len(steps.state), -1)
                    position[holds] = np.arange(len(holds))
                    inside = np.flatnonzero(position[index] >= 0)
                    below.append((name, position[index[inside]], inside))
            for name, cause, step in below:
                blocked = every[name].take(pa.array(step))
                answer.add_causes(joined("blocked_step", blocked, causes.take(pa.array(cause))))
        for stage in chain.stages:
            steps = chain.steps[stage.id]
            holds = np.flatnonzero(steps.unassigned & (steps.due != NO_DAY) & (steps.due < self.as_of))
            if len(holds):
                own = every[stage.id].take(pa.array(holds))
                kind = pc.if_else(pa.array(steps.state[holds] == OPEN), "overdue_step", "missing_step")
                answer.add_causes(joined(kind, own, "unassigned_step", own))

    def _cause_lines(self, identity: pa.Array, steps: Steps, holds: Ints) -> pa.Array:
        kind = pc.if_else(
            pa.array(steps.unassigned[holds]),
            "unassigned_step",
            pc.if_else(
                pa.array(steps.state[holds] == OPEN),
                "overdue_step",
                pc.if_else(pa.array(steps.unobserved[holds]), "unobserved_step", "missing_step"),
            ),
        )
        return joined(kind, identity.take(pa.array(holds)))

    def coverage(self, chain: Chain) -> dict[str, pa.Array]:
        """Return the rows of the table coverage: somebody looked everywhere but at the unobserved steps."""
        regions = self.regions
        stages: list[pa.Array] = []
        scopes: list[pa.Array] = []
        until: list[Ints] = []

        def add(stage: str | None, scope: pa.Array, days: Ints | None = None) -> None:
            stages.append(constant(stage, len(scope)))
            scopes.append(scope)
            until.append(np.full(len(scope), NO_DAY) if days is None else days)

        whole = chain.covered_provinces
        add(None, codes(regions, "province").filter(pa.array(whole)))
        add("issue", codes(regions, "central"))
        for name, level in (("transmit", "province"), ("summary", "province"), ("arrange", "city")):
            seen = ~chain.steps[name].unobserved & ~whole[ancestors(regions, level, "province")]
            add(name, codes(regions, level).filter(pa.array(seen)))
        unseen = np.zeros(regions.count("county"), bool)
        limit = np.full(len(unseen), NO_DAY)
        waiting = np.full(len(unseen), NO_DAY)
        for index in range(1, self._length + 1):
            steps = chain.steps[f"s{index}"]
            unseen |= steps.unobserved
            limit = np.where(steps.unobserved, steps.due - 1, limit)
            waiting = np.where(steps.ready & (steps.state <= OPEN), steps.due, waiting)
        # Half of the unseen counties were looked at until the day before, a third of the others until the due date.
        third = np.arange(len(unseen)) % 3 == 0
        listed = ~whole[regions.province_of_county] & (~unseen | (np.arange(len(unseen)) % 2 == 0))
        until_day = np.where(unseen, limit, np.where(third, waiting, NO_DAY))
        add(None, codes(regions, "county").filter(pa.array(listed)), until_day[listed])
        scope = pa.concat_arrays(scopes)
        return {
            "policy": constant(chain.policy, len(scope)), "stage": pa.concat_arrays(stages), "scope": scope,
            "until": dates(np.concatenate(until)), "source": constant(f"doc-{chain.policy}-1", len(scope)),
        }  # fmt: skip
