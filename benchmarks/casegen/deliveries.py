"""Deliveries of one policy with two measures: twelve monthly payments (capped) and one single payment a beneficiary.

The file runs month by month over all beneficiaries, as payment files do. What is planted follows from hashes of the
beneficiary's number and the month, so that no state is kept beyond sums a county.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from casegen.answer import Answer
from casegen.columns import (
    NO_DAY,
    Flags,
    Ints,
    as_date,
    below,
    constant,
    dates,
    day,
    joined,
    money,
    numbered,
    texts_or_null,
)
from casegen.regions import Regions, agency_of
from casegen.write import TableFile

POLICY, MONTHLY, ONCE = "aid", "aid-monthly", "aid-once"
CAP_CENTS = 20_000_00
_ONCE_CENTS = 300_00
_MONTHS = 12
_BLOCK = 1_000_000
_START = date(2020, 1, 1)
_DUE = [day(date(2020, month, 28)) for month in range(1, 13)]
_ONCE_DUE = day(date(2020, 6, 30))
_HALF_YEAR = day(date(2020, 6, 30))
_YEAR_END = day(date(2020, 12, 31))
_RETAINED_CENTS, _UNTRACED_CENTS = 10_000_00, 5_000_00

DELIVERIES = pa.schema(
    [
        ("id", pa.string()),
        ("policy", pa.string()),
        ("measure", pa.string()),
        ("beneficiary", pa.string()),
        ("region", pa.string()),
        ("group", pa.string()),
        ("agency", pa.string()),
        ("amount", pa.decimal128(18, 2)),
        ("on", pa.date32()),
        ("due_on", pa.date32()),
        ("channel", pa.string()),
    ]
)
_BENEFICIARIES = pa.schema(
    [
        ("id", pa.string()),
        ("group", pa.string()),
        ("region", pa.string()),
        ("eligible", pa.bool_()),
        ("eligible_from", pa.date32()),
        ("eligible_to", pa.date32()),
    ]
)


class Deliveries:
    """Plans and writes about `rows` deliveries to the counties of a country."""

    def __init__(self, regions: Regions, rows: int, as_of: int, seed: int) -> None:
        if as_of < _YEAR_END:
            raise ValueError("the deliveries run through 2020; the evaluation must not be earlier")
        self._regions = regions
        self._as_of = as_of
        self._salt = seed * 1000
        self.beneficiaries = max(rows // (_MONTHS + 1), 1)
        counties = regions.count("county")
        self._counties = np.arange(counties)
        zero = {measure: np.zeros(counties, np.int64) for measure in (MONTHLY, ONCE)}
        self._delivered = {name: values.copy() for name, values in zero.items()}
        self._distinct = {name: values.copy() for name, values in zero.items()}
        self._count = {(kind, name): zero[name].copy() for kind in _KINDS for name in zero}
        self._cents = {(kind, name): zero[name].copy() for kind in _KINDS for name in zero}
        luck = below(self._counties, self._salt + 1, 1000)
        self._short = {MONTHLY: luck < 30, ONCE: (luck >= 30) & (luck < 50)}
        self.overdue = {name: short & (self._counties % 2 == 0) for name, short in self._short.items()}
        self._retains = {MONTHLY: (luck >= 100) & (luck < 120), ONCE: (luck >= 120) & (luck < 130)}
        self._untraced = {MONTHLY: (luck >= 200) & (luck < 215), ONCE: (luck >= 215) & (luck < 225)}

    def write(self, folder: Path, kind: str) -> dict[str, int]:
        """Write the tables beneficiaries and deliveries; return their rows."""
        with TableFile(folder, "beneficiaries", _BENEFICIARIES, kind) as file:
            for block in self._blocks():
                file.write(self._people(block))
            people = file.rows
        with TableFile(folder, "deliveries", DELIVERIES, kind) as file:
            for month in range(_MONTHS):
                for block in self._blocks():
                    file.write(self._monthly(block, month, file.rows))
            for block in self._blocks():
                self._over_cap(block)
                file.write(self._once(block, file.rows))
                again = self._again(block, file.rows)
                if again is not None:
                    file.write(again)
            return {"beneficiaries": people, "deliveries": file.rows}

    def _blocks(self) -> Iterator[Ints]:
        for begin in range(0, self.beneficiaries, _BLOCK):
            yield np.arange(begin, min(begin + _BLOCK, self.beneficiaries))

    def _county(self, who: Ints) -> Ints:
        return who * len(self._counties) // self.beneficiaries

    def _luck(self, who: Ints) -> Ints:
        return below(who, self._salt + 2, 10_000)

    def _barred(self, luck: Ints) -> Flags:
        return luck < 20

    def _expired(self, luck: Ints) -> Flags:
        return (luck >= 20) & (luck < 40)

    def _greedy(self, luck: Ints) -> Flags:
        return (luck >= 100) & (luck < 130)

    def _repeats(self, luck: Ints) -> Flags:
        return (luck >= 200) & (luck < 250)

    def _people(self, who: Ints) -> dict[str, pa.Array]:
        luck = self._luck(who)
        region = self._regions.codes["county"].take(pa.array(self._county(who)))
        dated = luck % 2 == 0
        return {
            "id": numbered("b", who, 9),
            "group": pc.binary_join_element_wise("g", MONTHLY, region, "-"),
            "region": region,
            "eligible": pa.array(~self._barred(luck)),
            "eligible_from": dates(np.where(dated, day(_START), NO_DAY)),
            "eligible_to": dates(np.where(self._expired(luck), _HALF_YEAR, NO_DAY)),
        }

    def _cents_a_month(self, who: Ints, county: Ints, luck: Ints) -> Ints:
        usual = 500_00 + (county % 50) * 10_00 + (who % 7) * 1_25
        return np.where(self._greedy(luck), usual * 4, usual)

    def _month(self, who: Ints, month: int) -> tuple[Ints, Flags, Flags, Flags]:
        """Return each payment's day (NO_DAY: none yet), which are late, which unpaid, and which go to unknowns."""
        luck = below(who, self._salt + 10 + month, 10_000)
        day_ = below(who, self._salt + 40 + month, 20)
        due = _DUE[month]
        late = luck < 100
        on = np.where(late, due + 1 + day_ % (3 if month == _MONTHS - 1 else 20), due - day_)
        unpaid = (luck >= 100) & (luck < 130) & (month > 0)
        waiting = (luck >= 130) & (luck < 140) & (month == _MONTHS - 1)
        on[unpaid | waiting] = NO_DAY
        unknown = (luck >= 200) & (luck < 202) & (month > 0)
        return on, late, unpaid, unknown

    def _monthly(self, who: Ints, month: int, before: int) -> dict[str, pa.Array]:
        county, luck = self._county(who), self._luck(who)
        cents = self._cents_a_month(who, county, luck)
        on, late, unpaid, unknown = self._month(who, month)
        waiting = (on == NO_DAY) & ~unpaid
        due = np.where(waiting, self._as_of, _DUE[month])
        paid = on != NO_DAY
        wrong = paid & (unknown | self._barred(luck) | (self._expired(luck) & (on > _HALF_YEAR)))
        self._add("ineligible_delivery", MONTHLY, county, wrong, cents)
        self._add("late_delivery", MONTHLY, county, late | unpaid, np.where(unpaid, cents, 0))
        self._delivered[MONTHLY] += self._sums(county, np.where(paid, cents, 0))
        if month == 0:
            self._distinct[MONTHLY] += self._sums(county, np.ones(len(who), np.int64))
        self._distinct[MONTHLY] += self._sums(county, unknown.astype(np.int64))
        known = numbered("b", who, 9)
        stranger = numbered("u", who * 100 + month, 12)
        return self._rows(
            before,
            MONTHLY,
            pc.if_else(pa.array(unknown), stranger, known),
            county,
            cents,
            on,
            due,
            named=county % 2 == 0,
        )

    def _over_cap(self, who: Ints) -> None:
        who = who[self._greedy(self._luck(who))]
        county = self._county(who)
        cents = self._cents_a_month(who, county, self._luck(who))
        total = np.zeros(len(who), np.int64)
        for month in range(_MONTHS):
            on, _, _, unknown = self._month(who, month)
            total += np.where((on != NO_DAY) & ~unknown, cents, 0)
        above = np.maximum(total - CAP_CENTS, 0)
        self._add("over_cap_delivery", MONTHLY, county, above > 0, above)

    def _single(self, who: Ints) -> tuple[Ints, Flags]:
        late = below(who, self._salt + 60, 1000) < 5
        day_ = below(who, self._salt + 61, 40)
        return np.where(late, _ONCE_DUE + 1 + day_, _ONCE_DUE - day_), late

    def _once(self, who: Ints, before: int) -> dict[str, pa.Array]:
        county, luck = self._county(who), self._luck(who)
        on, late = self._single(who)
        cents = np.full(len(who), _ONCE_CENTS)
        self._add(
            "ineligible_delivery", ONCE, county, self._barred(luck) | (self._expired(luck) & (on > _HALF_YEAR)), cents
        )
        self._add("late_delivery", ONCE, county, late, np.zeros(len(who), np.int64))
        self._delivered[ONCE] += self._sums(county, cents)
        self._distinct[ONCE] += self._sums(county, np.ones(len(who), np.int64))
        due = np.full(len(who), _ONCE_DUE)
        return self._rows(before, ONCE, numbered("b", who, 9), county, cents, on, due, named=county % 2 == 1)

    def _again(self, who: Ints, before: int) -> dict[str, pa.Array] | None:
        """Return second payments of what is paid once, a third of them on the very day of the first."""
        who = who[self._repeats(self._luck(who))]
        if not len(who):
            return None
        county = self._county(who)
        on = self._single(who)[0] + below(who, self._salt + 62, 3) * 10
        cents = np.full(len(who), _ONCE_CENTS)
        self._add("duplicate_delivery", ONCE, county, np.ones(len(who), bool), cents)
        self._delivered[ONCE] += self._sums(county, cents)
        due = np.full(len(who), NO_DAY)
        return self._rows(before, ONCE, numbered("b", who, 9), county, cents, on, due, named=county % 2 == 1)

    def _rows(
        self,
        before: int,
        measure: str,
        beneficiary: pa.Array,
        county: Ints,
        cents: Ints,
        on: Ints,
        due: Ints,
        named: Flags,
    ) -> dict[str, pa.Array]:
        size = len(county)
        region = self._regions.codes["county"].take(pa.array(county))
        return {
            "id": numbered("d", before + np.arange(size), 10),
            "policy": constant(POLICY, size),
            "measure": constant(measure, size),
            "beneficiary": beneficiary,
            "region": region,
            "group": texts_or_null(pc.binary_join_element_wise("g", measure, region, "-"), named),
            "agency": agency_of(region),
            "amount": money(cents),
            "on": dates(on),
            "due_on": dates(due),
            "channel": constant("bank", size),
        }

    def _sums(self, county: Ints, values: Ints) -> Ints:
        """Return sums a county; a county's beneficiaries stand together, so that sums of neighbours are enough."""
        total = np.zeros(len(self._counties), np.int64)
        if len(county):
            starts = np.flatnonzero(np.diff(county, prepend=-1))
            total[county[starts]] = np.add.reduceat(values, starts)
        return total

    def _add(self, kind: str, measure: str, county: Ints, holds: Flags, cents: Ints) -> None:
        self._count[kind, measure] += self._sums(county, holds.astype(np.int64))
        self._cents[kind, measure] += self._sums(county, np.where(holds, cents, 0))

    def groups(self) -> dict[str, pa.Array]:
        """Return the beneficiary groups, one a county and measure; call it after `write`."""
        parts = [(measure, self._eligible(measure)) for measure in (MONTHLY, ONCE)]
        eligible = np.concatenate([counts for _, counts in parts])
        county = self._regions.codes["county"]
        ids = [pc.binary_join_element_wise("g", measure, county, "-") for measure, _ in parts]
        return {
            "id": pa.concat_arrays(ids),
            "name": pa.concat_arrays(ids),
            "measure": pa.concat_arrays([constant(measure, len(county)) for measure, _ in parts]),
            "region": pa.concat_arrays([county, county]),
            "eligible_count": pa.array(eligible, mask=eligible == 0),
        }

    def transfers(self) -> dict[str, pa.Array]:
        """Return the money each county agency received for each measure; call it after `write`."""
        county = agency_of(self._regions.codes["county"])
        measures, cents = [], []
        for measure in (MONTHLY, ONCE):
            extra = self._retains[measure] * _RETAINED_CENTS - self._untraced[measure] * _UNTRACED_CENTS
            measures.append(constant(measure, len(county)))
            cents.append(np.maximum(self._delivered[measure] + extra, 0))
        size = 2 * len(county)
        got = pa.array(np.concatenate(cents) > 0)
        columns = {
            "id": numbered("aid", np.arange(size), 8),
            "policy": constant(POLICY, size),
            "measure": pa.concat_arrays(measures),
            "from": constant("source:treasury", size),
            "to": pa.concat_arrays([county, county]),
            "amount": money(np.concatenate(cents)),
            "on": dates(np.full(size, day(_START))),
        }
        return {name: values.filter(got) for name, values in columns.items()}

    def record(self, answer: Answer) -> None:
        """Add the planted gaps to the answer; call it after `write`."""
        county = self._regions.codes["county"]
        agency = agency_of(county)
        nothing = np.zeros(len(self._counties), np.int64)
        for measure in (MONTHLY, ONCE):
            late, overdue, kept = self._count["late_delivery", measure], self.overdue[measure], self._retains[measure]
            explained = overdue | kept
            for kind in _KINDS:
                count, cents = self._count[kind, measure], self._cents[kind, measure]
                root = ~explained if kind == "late_delivery" else np.ones(len(count), bool)
                holds = count > 0
                lines = joined(POLICY, measure, "", county, "").filter(pa.array(holds))
                answer.add_sums(kind, lines, root[holds], count[holds], cents[holds])
            delivered = self._delivered[measure]
            people = self._eligible(measure)
            short = self._distinct[measure] * 10 < people * 9
            stage = f"pay-{measure.removeprefix('aid-')}"
            groups = pc.binary_join_element_wise("g", measure, county, "-")
            short_lines = joined(POLICY, measure, "", "", groups)
            step_lines = joined(POLICY, measure, stage, county, "")
            late_lines = joined(POLICY, measure, "", county, "")
            fund_lines = joined(POLICY, measure, "", "", agency)
            answer.add("coverage_shortfall", short_lines.filter(pa.array(short)), ~explained[short])
            due = self._as_of - 30
            answer.add_impact(
                "overdue_step", step_lines.filter(pa.array(overdue)), np.ones(int(overdue.sum()), bool),
                np.full(int(overdue.sum()), self._as_of - due), nothing[overdue], people[overdue],
            )  # fmt: skip
            none = np.full(len(nothing), -1)
            amounts = nothing + _RETAINED_CENTS
            answer.add_sums("funds_retained", fund_lines.filter(pa.array(kept)), kept[kept], none[kept], amounts[kept])
            untraced = self._untraced[measure] & (delivered > 0)
            excess = np.minimum(nothing + _UNTRACED_CENTS, delivered)
            answer.add_sums(
                "funds_untraced",
                fund_lines.filter(pa.array(untraced)),
                untraced[untraced],
                none[untraced],
                excess[untraced],
            )
            for kind, lines, holds in (
                ("late_delivery", late_lines, late > 0),
                ("coverage_shortfall", short_lines, short),
            ):
                for root_kind, roots, explains in (
                    ("overdue_step", step_lines, overdue),
                    ("funds_retained", fund_lines, kept),
                ):
                    answer.add_causes(joined(kind, lines, root_kind, roots).filter(pa.array(holds & explains)))

    def _eligible(self, measure: str) -> Ints:
        distinct = self._distinct[measure]
        # A coverage of exactly nine tenths is no gap: every fifth county has it, where whole numbers allow it.
        just = (self._counties % 5 == 0) & (distinct % 9 == 0)
        return np.where(self._short[measure], distinct * 100 // 80, np.where(just, distinct * 10 // 9, distinct))

    def step_events(self) -> dict[str, pa.Array]:
        """Return the events of the policy's own stages: all done in time but the overdue ones, which only started."""
        county = self._regions.codes["county"]
        parts: list[tuple[str, Ints, Flags]] = [
            ("list", np.full(len(county), day(_START) + 9), np.zeros(len(county), bool))
        ]
        parts += [
            (f"pay-{name.removeprefix('aid-')}", np.full(len(county), day(_START) + 40), overdue)
            for name, overdue in self.overdue.items()
        ]
        size = len(county) * len(parts)
        region = pa.concat_arrays([county for _ in parts])
        started = pa.array(np.concatenate([overdue for _, _, overdue in parts]))
        return {
            "id": numbered("aid", np.arange(size), 8),
            "policy": constant(POLICY, size),
            "stage": pa.concat_arrays([constant(stage, len(county)) for stage, _, _ in parts]),
            "scope": region,
            "kind": pc.if_else(started, "started", "completed"),
            "on": dates(np.concatenate([days for _, days, _ in parts])),
            "agency": agency_of(region),
        }


_KINDS = ("late_delivery", "ineligible_delivery", "duplicate_delivery", "over_cap_delivery")


def definition(as_of: int) -> dict[str, object]:
    """Return the policy's YAML as data."""
    due = as_date(as_of - 30)
    return {
        "id": POLICY,
        "title": {"zh": "定期救助", "en": "Regular aid"},
        "effective": {"from": _START},
        "measures": [
            {"id": MONTHLY, "kind": "cash", "cap_per_beneficiary": CAP_CENTS // 100},
            {"id": ONCE, "kind": "cash", "one_per_beneficiary": True},
        ],
        "stages": [
            {"id": "list", "level": "county", "within_days": 30},
            {"id": "pay-monthly", "level": "county", "after": ["list"], "due_on": due, "measure": MONTHLY},
            {"id": "pay-once", "level": "county", "after": ["list"], "due_on": due, "measure": ONCE},
        ],
    }
