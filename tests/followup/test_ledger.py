"""The ledger: where findings stand, what is overdue by the contract's gaps, how the open ones age; and its commands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from graphkit.gaps import Evaluation, evaluate
from graphkit.gaps.followup import OVERDUE_KINDS, follow_up
from graphkit.model.errors import UsageError
from tests.commands import Done, graphkit
from tests.reports.small import load_small


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(load_small(tmp_path_factory.mktemp("ledger")), "small", date(2020, 6, 30))


def test_each_finding_says_what_it_waits_for_and_since_when(small: Evaluation) -> None:
    found = {line.finding: line for line in follow_up(small).findings}
    assert [(one.state, one.awaits, one.due_on, one.overdue_days) for one in map(found.get, ("F-1", "F-2", "F-3"))] == [  # type: ignore[union-attr]
        ("found", "action", date(2020, 3, 21), 101),
        ("instructed", "rectification", date(2020, 3, 20), 102),
        ("verified", None, None, None),
    ]


def test_overdue_is_what_the_gaps_say(small: Evaluation) -> None:
    overdue = {line.finding for line in follow_up(small, overdue=True).findings}
    assert overdue == {gap.subject for gap in small.gaps(kind=OVERDUE_KINDS)}


def test_filters_and_sums_are_of_the_same_findings(small: Evaluation) -> None:
    ledger = follow_up(small, region="1401", open=True)
    assert [line.finding for line in ledger.findings] == ["F-1", "F-2"]
    assert (ledger.open, ledger.closed, ledger.overdue) == (2, 0, 2)
    assert sum(one.open for one in ledger.by_agency) == sum(one.open for one in ledger.by_level) == ledger.open
    assert {one.of: one.by_age for one in ledger.by_agency} == {"fin-1": [0, 0, 0, 1, 0], "fin-5": [0, 0, 0, 1, 0]}
    assert {one.of for one in ledger.by_level} == {"city", "county"}
    assert follow_up(small, agency="fin-5", state="verified").findings == []


@pytest.mark.parametrize("unknown", [{"policy": "no"}, {"region": "99"}, {"agency": "no"}, {"state": "done"}])
def test_an_unknown_filter_is_an_error(small: Evaluation, unknown: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="unknown"):
        follow_up(small, **unknown)  # type: ignore[arg-type]


def _run(small: Evaluation, *words: str) -> Done:
    return graphkit(*words, "-w", small.facts.workspace)


def test_the_commands_enter_show_and_refuse(tmp_path: Path) -> None:
    small = evaluate(load_small(tmp_path), "small", date(2020, 6, 30))
    gap = small.gaps(kind="missing_step")[0].id
    added = _run(
        small, "finding", "add", "--gap", gap, "--found-on", "2020-06-30", "--entered-by", "Li", "--format", "json"
    )
    identity = json.loads(added.stdout)["id"]
    done = _run(
        small, "action", "add", identity, "instructed", "--by", "Governor", "--on", "2020-06-30", "--entered-by", "Li"
    )
    assert (done.returncode, "is now: " in done.stdout) == (0, True)
    wrong = _run(small, "action", "add", identity, "verified", "--by", "x", "--on", "2020-06-30", "--entered-by", "Li")
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (1, 1)
    assert "verified on 2020-06-30 does not follow instructed" in wrong.stderr
    nameless = _run(small, "action", "add", identity, "waived", "--by", "x")
    assert nameless.returncode == 2
    shown = json.loads(_run(small, "finding", "show", identity, "--as-of", "2020-06-30", "--format", "json").stdout)
    assert [(one["gap"], one["holds"]) for one in shown["origins"]] == [(gap, True)]
    ledger = json.loads(_run(small, "findings", "--format", "json", "--overdue").stdout)
    assert [line["finding"] for line in ledger["findings"]] == ["F-1", "F-2"]
    table = _run(small, "findings", "--lang", "zh").stdout
    assert "未销号 3，其中逾期 2" in table
    assert "筛选" not in table
    listed = _run(small, "findings", "--lang", "zh", "--overdue").stdout
    assert "筛选所列 2 条中：未销号 2，其中逾期 2" in listed
