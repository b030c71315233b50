"""Findings with their follow-up, and periodic reports of which some are missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from casegen.answer import Answer
from casegen.columns import Flags, Ints, constant, dates, joined, numbered
from casegen.regions import Regions, agency_of
from casegen.write import write_table

_UNADDRESSED, _IGNORED, _OVERDUE, _UNVERIFIED, _FRESH, _SETTLED, _WAIVED = range(7)
_FATES = (0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.1)
_RECURS = 0.05
CADENCE_DAYS = 10


def write_findings(
    folder: Path, kind: str, regions: Regions, count: int, as_of: int, seed: int, answer: Answer
) -> dict[str, int]:
    """Write findings, a share of them found again later, and their actions; add their gaps to the answer."""
    rng = np.random.default_rng([seed, 3])
    number = np.arange(count)
    fate = rng.choice(7, count, p=_FATES)
    found = as_of - 200 - rng.integers(0, 90, count)
    # The last permitted day is no gap yet: fresh ones stand just inside each limit.
    fresh = fate == _FRESH
    found[fresh] = as_of - 30
    again = (fate == _SETTLED) & (rng.random(count) < _RECURS)
    repeats = number[again]
    ids = numbered("f", np.concatenate([number, repeats + count]), 9)
    agency = agency_of(regions.codes["county"].take(pa.array(rng.integers(0, regions.count("county"), count))))
    kinds = numbered("k", number, 9)
    original = pa.array(np.concatenate([number, repeats]))
    when = np.concatenate([found, np.full(len(repeats), as_of - 20)])
    rows = {
        "findings": write_table(
            folder, "findings", kind,
            {
                "id": ids, "title": ids, "category": constant("difficulty", len(ids)), "kind": kinds.take(original),
                "agency": agency.take(original), "found_on": dates(when),
            },
        )
    }  # fmt: skip
    actions: list[tuple[Ints, str, Ints, Ints | None]] = []

    def act(holds: Flags, what: str, days: Ints, due: Ints | None = None) -> None:
        chosen = number[holds]
        actions.append((chosen, what, days[holds], None if due is None else due[holds]))

    told = found + 10
    act(np.isin(fate, (_IGNORED, _SETTLED)), "instructed", told, told + 40)
    act(np.isin(fate, (_OVERDUE, _UNVERIFIED, _SETTLED)), "accepted", found + 15, found + 60)
    act(np.isin(fate, (_UNVERIFIED, _SETTLED)), "rectified", found + 30)
    act(fate == _SETTLED, "verified", found + 40)
    act(fate == _WAIVED, "waived", found + 20)
    who = pa.array(np.concatenate([one for one, _, _, _ in actions]))
    on = np.concatenate([days for _, _, days, _ in actions])
    due = np.concatenate(
        [np.full(len(days), np.iinfo(np.int32).min) if due is None else due for _, _, days, due in actions]
    )
    rows["actions"] = write_table(
        folder, "actions", kind,
        {
            "id": numbered("x", np.arange(len(on)), 9), "finding": ids.take(who),
            "kind": pa.concat_arrays([constant(what, len(one)) for one, what, _, _ in actions]),
            "on": dates(on), "due_on": dates(due),
        },
    )  # fmt: skip
    for gap, holds in (
        ("unaddressed_finding", fate == _UNADDRESSED),
        ("instruction_not_followed", fate == _IGNORED),
        ("overdue_rectification", fate == _OVERDUE),
        ("unverified_rectification", fate == _UNVERIFIED),
    ):
        lines = joined("", "", "", "", ids.slice(0, count)).filter(pa.array(holds))
        answer.add(gap, lines, np.ones(len(lines), bool))
    lines = joined("", "", "", "", ids.slice(count))
    answer.add("recurring_finding", lines, np.ones(len(lines), bool))
    return rows


def write_reports(folder: Path, kind: str, start: int, as_of: int, seed: int, answer: Answer) -> dict[str, int]:
    """Write the reports of a cadence of ten days with some missing and some issued too late to count."""
    ends = np.arange(start + CADENCE_DAYS - 1, as_of, CADENCE_DAYS)
    luck = np.random.default_rng([seed, 4]).random(len(ends))
    missed, later = luck < 0.1, (luck >= 0.1) & (luck < 0.15)
    number = numbered("r", np.arange(len(ends)), 6)
    issued = np.where(later, as_of + 1, np.minimum(ends + 2, as_of))
    kept = pa.array(~missed)
    rows = write_table(
        folder, "reports", kind,
        {
            "id": number.filter(kept), "kind": constant("express", int((~missed).sum())),
            "period_end": dates(ends).filter(kept), "issued_on": dates(issued).filter(kept),
        },
    )  # fmt: skip
    gaps = joined("", "", "", "", pa.compute.binary_join_element_wise("express", dates(ends).cast(pa.string()), ":"))
    gaps = gaps.filter(pa.array(missed | later))
    answer.add("missed_report", gaps, np.ones(len(gaps), bool))
    return {"reports": rows}
