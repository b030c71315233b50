"""Rules in SQL that an analyst adds to a case, about each sort of thing that a gap can be about."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from graphkit.gaps import Evaluation
from tests.gaps.loaded import evaluated
from tests.planted.build import action, case, completed, day, delivery, finding, group, policy, stage, transfer

_HEADER = """\
-- id: own
-- about: {about}
-- category: difficulty
-- severity: medium
-- title: {{zh: 自定, en: Own}}
-- finds: {{zh: 自定规则, en: An own rule}}
-- explanation: {{zh: "{{subject}}{{scope}}共{{count}}", en: "{{subject}} in {{scope}}: {{amount}}"}}
"""
_QUERIES = {
    "step": "SELECT policy, stage, scope, done_on AS since FROM steps WHERE state = 'done'",
    "holder": "SELECT policy, measure, \"to\" AS subject, \"on\" AS since, amount FROM transfers WHERE amount > 50",
    "group": "SELECT id AS subject FROM beneficiary_groups WHERE eligible_count > 5",
    "delivery": 'SELECT id, amount FROM deliveries WHERE amount = 7',
    "finding": "SELECT finding AS subject, \"on\" AS since FROM actions WHERE kind = 'rectified'",
}  # fmt: skip
_EXPECTED = {
    "step": (None, "issue", "14", None, day(3, 5), None),
    "holder": ("m", None, None, "prov", day(3, 2), {"CNY": Decimal("80.25")}),
    "group": ("m", None, None, "firms", None, None),
    "delivery": ("m", None, "140105", None, day(3, 7), {"CNY": Decimal(14)}),
    "finding": (None, "issue", "14", "F1", day(3, 9), None),
}


def with_rule(folder: Path, about: str, query: str) -> Evaluation:
    small = case(
        policy(stage("issue"), measures=({"id": "m", "kind": "subsidy"},)),
        events=[completed("issue", day(3, 5))],
        beneficiary_groups=[group("firms", "140105", 10)],
        transfers=[transfer("source:treasury", "prov", "80.25", day(3, 2))],
        deliveries=[delivery("a", day(3, 8), "7"), delivery("b", day(3, 7), "7"), delivery("c", day(3, 7), "6")],
        findings=[finding(day(3, 6), policy="p", stage="issue", scope="14")],
        actions=[action("rectified", day(3, 9))],
    )
    rules = folder / "case" / "rules"
    rules.mkdir(parents=True)
    (rules / "own.sql").write_text(_HEADER.format(about=about) + query, encoding="utf-8")
    return evaluated(small, folder, day(3, 20))


@pytest.mark.parametrize("about", _QUERIES)
def test_its_gaps_are_those_of_the_rows_that_it_gives(tmp_path: Path, about: str) -> None:
    evaluation = with_rule(tmp_path, about, _QUERIES[about])
    assert evaluation.problems == []
    (gap,) = evaluation.gaps(kind="own:own")
    assert (gap.measure, gap.stage, gap.scope, gap.subject, gap.since, gap.amount) == _EXPECTED[about]
    assert (gap.policy, gap.category, gap.severity, gap.root) == ("p", "difficulty", "medium", True)
    if about == "delivery":
        assert gap.count == 2
        assert evaluation.delivery_rows(gap.id)["id"].to_pylist() == ["D1", "D2"]


def test_what_names_nothing_of_the_case_is_one_line_and_takes_no_other_gap_along(tmp_path: Path) -> None:
    evaluation = with_rule(tmp_path, "holder", "SELECT 'p' AS policy, 'nobody' AS subject")
    assert evaluation.problems == ["rules/own.sql: it gives the holder 'p nobody', which is not one that this case has"]
    assert "own:own" not in evaluation.counts()
