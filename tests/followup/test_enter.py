"""Entering findings and actions: facts with who and when, refused when wrong, and undone only by later ones."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from graphkit.case import NewAction, NewFinding, add_action, add_finding, load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.followup import finding, finding_of_gap, follow_up, origins
from graphkit.model.errors import GraphkitError, InputError, StoreError, UsageError
from tests.reports.small import load_small

NOW = datetime(2020, 7, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return load_small(tmp_path)


def _state(facts: Facts, identity: str) -> str:
    return finding(evaluate(facts, "small", date(2020, 7, 31)), identity).state


def test_a_finding_goes_its_course_as_facts_with_who_and_when(facts: Facts) -> None:
    new = NewFinding(title="=cmd|' /C calc'!A0", found_on=date(2020, 6, 1), agency="fin-5", amount=Decimal("10.50"))
    entered = add_finding(facts, "small", new, "Li Wei", NOW)
    assert (entered.id, entered.state) == ("F-2020-1", "found")
    for kind, day in (("instructed", 3), ("accepted", 4), ("rectified", 20), ("verified", 30)):
        done = add_action(facts, "small", NewAction("F-2020-1", kind, date(2020, 6, day), "audit"), "Li Wei", NOW)
        assert done.state == kind
    line = finding(evaluate(facts, "small", date(2020, 7, 31)), "F-2020-1")
    assert (line.title, line.amount, line.entered_by) == (new.title, {"CNY": Decimal("10.50")}, "Li Wei")
    assert [(one.id, one.entered_by, one.recorded_at) for one in line.actions] == [
        (f"F-2020-1-A{n}", "Li Wei", NOW.replace(tzinfo=None)) for n in range(1, 5)
    ]
    rows = evaluate(facts, "small", date(2020, 7, 31)).rows(
        "SELECT DISTINCT source_file, source_row FROM actions WHERE finding = 'F-2020-1'"
    )
    assert rows == [{"source_file": "entered", "source_row": None}]


def test_what_was_entered_is_not_known_before(facts: Facts) -> None:
    add_finding(facts, "small", NewFinding(title="t", found_on=date(2020, 6, 1)), "Li", NOW)
    before = follow_up(evaluate(facts, "small", date(2020, 7, 31), datetime(2020, 7, 1, 1, 0, tzinfo=UTC)))
    after = follow_up(evaluate(facts, "small", date(2020, 7, 31), datetime(2020, 7, 1, 3, 0, tzinfo=UTC)))
    assert "F-2020-1" not in {line.finding for line in before.findings}
    assert "F-2020-1" in {line.finding for line in after.findings}


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (NewAction("F-1", "verified", date(2020, 6, 1), "x"), "does not follow found"),
        (NewAction("F-3", "rectified", date(2020, 6, 29), "x"), "does not follow verified"),
        (NewAction("F-2", "rectified", date(2020, 7, 2), "x"), "lies in the future; today is 2020-07-01"),
        (NewAction("F-2", "rectified", date(2020, 1, 2), "x"), "before it was found"),
        (NewAction("F-2", "accepted", date(2020, 6, 2), "x", due_on=date(2020, 6, 1)), "is due on 2020-06-01"),
        (NewAction("F-9", "rectified", date(2020, 6, 1), "x"), "there is no finding F-9"),
    ],
)
def test_a_wrong_action_is_refused_and_changes_nothing(facts: Facts, action: NewAction, why: str) -> None:
    version = facts.version
    with pytest.raises(InputError, match=why):
        add_action(facts, "small", action, "Li", NOW)
    assert Facts(facts.workspace).version == version
    assert (
        add_action(facts, "small", NewAction("F-2", "rectified", date(2020, 6, 30), "x"), "Li", NOW).commit
        == version + 1
    )


def test_an_action_dated_back_may_not_make_a_later_one_wrong(facts: Facts) -> None:
    add_action(facts, "small", NewAction("F-2", "rectified", date(2020, 6, 20), "x"), "Li", NOW)
    add_action(facts, "small", NewAction("F-2", "rejected", date(2020, 6, 25), "x"), "Li", NOW)
    with pytest.raises(InputError, match="would come before action F-2-A2"):
        add_action(facts, "small", NewAction("F-2", "waived", date(2020, 6, 22), "x"), "Li", NOW)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (NewFinding(title="t", found_on=date(2020, 6, 1), agency="nobody"), "agency 'nobody' is an unknown agency"),
        (NewFinding(title="t", found_on=date(2020, 6, 1), policy="no"), "policy 'no' is an unknown policy"),
        (NewFinding(title="t", found_on=date(2020, 6, 1), severity="big"), "must be one of high, medium, low"),
        (NewFinding(title=" ", found_on=date(2020, 6, 1)), "title"),
        (NewFinding(title="t", found_on=date(2020, 6, 1), id="F-1"), "is there already"),
        (NewFinding(title="t", found_on=date(2020, 8, 1)), "lies in the future"),
    ],
)
def test_a_wrong_finding_is_refused(facts: Facts, new: NewFinding, why: str) -> None:
    version = facts.version
    with pytest.raises(InputError, match=why):
        add_finding(facts, "small", new, "Li", NOW)
    assert Facts(facts.workspace).version == version


def test_nobody_enters_without_a_name_or_an_unknown_action(facts: Facts) -> None:
    with pytest.raises(UsageError, match="who enters"):
        add_finding(facts, "small", NewFinding(title="t", found_on=date(2020, 6, 1)), "  ", NOW)
    with pytest.raises(UsageError, match="unknown action"):
        add_action(facts, "small", NewAction("F-1", "closed", date(2020, 6, 1), "x"), "Li", NOW)


def test_a_closed_finding_is_undone_only_by_a_later_fact(facts: Facts) -> None:
    assert _state(facts, "F-3") == "verified"
    add_action(
        facts, "small", NewAction("F-3", "reopened", date(2020, 6, 30), "audit", note="entered by mistake"), "Li", NOW
    )
    line = finding(evaluate(facts, "small", date(2020, 7, 31)), "F-3")
    assert (line.state, line.open) == ("reopened", True)
    assert "verified" in {one.kind for one in line.actions}


def test_two_who_enter_at_once_get_ids_of_their_own_or_are_told(facts: Facts) -> None:
    def enter(number: int) -> str | None:
        own = Facts(facts.workspace)
        try:
            return add_finding(own, "small", NewFinding(title=f"t{number}", found_on=date(2020, 6, 1)), "Li", NOW).id
        except StoreError:
            return None

    with ThreadPoolExecutor(4) as pool:
        ids = [one for one in pool.map(enter, range(8)) if one]
    assert len(set(ids)) == len(ids) >= 1
    there = {line.finding for line in follow_up(evaluate(Facts(facts.workspace), "small", date(2020, 7, 31))).findings}
    assert set(ids) <= there


def test_a_finding_says_whether_the_gap_that_it_came_from_has_closed(facts: Facts, tmp_path: Path) -> None:
    gap = next(gap for gap in evaluate(facts, "small", date(2020, 6, 30)).gaps(kind="missing_step"))
    new = NewFinding(found_on=date(2020, 6, 30), **finding_of_gap(gap))
    entered = add_finding(facts, "small", new, "Li", NOW)
    line = finding(evaluate(facts, "small", date(2020, 6, 30)), entered.id)
    assert (line.policy, line.stage, line.scope) == (gap.policy, gap.stage, gap.scope)
    assert line.origin is not None
    assert (line.origin.gap, line.origin.holds) == (gap.id, True)
    more = tmp_path / "more"
    (more / "tables").mkdir(parents=True)
    shutil.copy(tmp_path / "case" / "case.yaml", more)
    (more / "tables" / "events.csv").write_text(
        f"id,policy,stage,scope,kind,on\nE-late,{gap.policy},{gap.stage},{gap.scope},completed,2020-07-02\n"
    )
    assert load_case(facts, more).rejected == 0
    later = evaluate(facts, "small", date(2020, 7, 3))
    line = finding(later, entered.id)
    assert line.origin is not None
    assert not line.origin.holds
    assert origins(later, line) == [line.origin]


def test_a_load_keeps_rows_in_a_wrong_order_and_says_so(facts: Facts, tmp_path: Path) -> None:
    more = tmp_path / "more"
    (more / "tables").mkdir(parents=True)
    shutil.copy(tmp_path / "case" / "case.yaml", more)
    (more / "tables" / "actions.csv").write_text("id,finding,kind,on\nX1,F-1,verified,2020-06-02\n")
    result = load_case(facts, more)
    assert (result.loaded["actions"], result.rejected) == (1, 0)
    assert [line for line in result.warnings if "X1: finding F-1: verified on 2020-06-02 does not follow found" in line]
    ledger = follow_up(evaluate(facts, "small", date(2020, 6, 30)))
    assert ledger.wrong_moves == 1
    line = next(line for line in ledger.findings if line.finding == "F-1")
    assert (line.open, line.state) == (False, "verified")
    with pytest.raises(GraphkitError):
        add_action(facts, "small", NewAction("F-1", "rectified", date(2020, 6, 30), "x"), "Li", NOW)
