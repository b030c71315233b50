"""What made a difference between two evaluations: rows with their source, or nothing but time."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.diff import diff
from graphkit.gaps.reasons import Reasons, reasons
from graphkit.gaps.record import keep
from tests.commands import Done, graphkit
from tests.followup.more import load_more
from tests.reports.small import load_small


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return load_small(tmp_path)


def test_a_gap_that_only_time_made_has_no_rows(facts: Facts) -> None:
    old, new = evaluate(facts, "small", date(2020, 2, 18)), evaluate(facts, "small", date(2020, 2, 28))
    found = diff(old, new)
    missing = next(gap for gap in found.new if gap.kind == "missing_step")
    assert reasons(old, new, found)[missing.id] == Reasons(total=0, rows=[])


def test_a_resolved_gap_names_the_row_that_resolved_it_with_its_source(facts: Facts, tmp_path: Path) -> None:
    gap = evaluate(facts, "small", date(2020, 6, 30)).gaps(kind="missing_step")[0]
    before = evaluate(facts, "small", date(2020, 6, 30))
    load_more(
        facts, tmp_path, "events",
        "id,policy,stage,scope,kind,on,source,locator\n"
        f"X1,{gap.policy},{gap.stage},{gap.scope},completed,2020-06-20,doc-1,p7\n",
    )  # fmt: skip
    after = evaluate(facts, "small", date(2020, 6, 30))
    found = diff(before, after)
    why = reasons(before, after, found)[gap.id]
    assert gap.id in {one.id for one in found.resolved}
    (row,) = why.rows
    assert (row.counts, row.table, row.id, row.kind, row.source, row.locator, row.source_file, row.source_row) == (
        "to", "events", "X1", "completed", "doc-1", "p7", "tables/events.csv", 2,
    )  # fmt: skip


def test_what_was_recorded_later_counts_on_one_side_only(facts: Facts, tmp_path: Path) -> None:
    load_more(
        facts, tmp_path, "transfers",
        "id,policy,measure,from,to,amount,on,recorded_at\nT9,rent,waiver,fin-1,tenants-5,750000.05,2020-03-09,2020-05-01\n",
    )  # fmt: skip
    day = date(2020, 6, 30)
    known, not_known = evaluate(facts, "small", day), evaluate(facts, "small", day, date(2020, 4, 1))
    found = diff(known, not_known)
    gap = next(gap for gap in found.new if gap.kind == "funds_retained")
    rows = reasons(known, not_known, found)[gap.id].rows
    assert [(row.counts, row.id, row.kind) for row in rows if row.table == "transfers"] == [("from", "T9", "out")]


def test_the_command_compares_kept_evaluations(facts: Facts, tmp_path: Path) -> None:
    keep(evaluate(facts, "small", date(2020, 6, 30)), "june")
    load_more(
        facts, tmp_path, "events", "id,policy,stage,scope,kind,on\nX1,rent,register,140105,completed,2020-06-20\n"
    )
    keep(evaluate(facts, "small", date(2020, 6, 30)), "2020-06-30")

    def run(*words: str) -> Done:
        return graphkit("diff", *words, "-w", facts.workspace)

    document = json.loads(run("--from", "june", "--to", "kept:2020-06-30", "--format", "json").stdout)
    assert (document["from"]["commit"], document["to"]["commit"]) == (1, 2)
    resolved = {gap["id"] for gap in document["resolved"]}
    assert resolved
    assert all(row["id"] == "X1" for gap in resolved for row in document["facts"][gap]["rows"])
    assert (
        "+ events X1 completed 2020-06-20 (tables/events.csv 2)" in run("--from", "june", "--to", "2020-06-30").stdout
    )
    assert run("--from", "nothing", "--to", "2020-06-30").returncode == 1
    assert run("--from", "june", "--to", "2020-06-30", "--known-by", "2020-06-30").returncode == 2
