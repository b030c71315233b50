"""Rules in Cypher that an analyst adds to a case: checked when loaded, run read-only, never in each other's way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation
from graphkit.gaps.record import keep, kept_gaps, verify_record
from graphkit.graph import own_rules
from graphkit.graph.evaluate import evaluate_case
from graphkit.graph.limits import Limits
from graphkit.graph.own_rules import check_cypher_rule
from tests.planted.build import case, completed, day, policy, stage, transfer

_HEADER = """\
// id: {id}
// about: {about}
// category: break
// severity: high
// title: {{zh: 自定, en: Own}}
// finds: {{zh: 自定规则, en: An own rule}}
// explanation: {{zh: "{{subject}}{{scope}}", en: "{{subject}} {{scope}} {{amount}}"}}
"""
_WHOLE = (
    "MATCH ()-[t:TRANSFERRED]->(a:Agency) WHERE t.amount >= 80 RETURN t.policy AS policy, t.measure AS measure, "
    "a.key AS subject, sum(t.amount_e4) AS amount_e4, min(t.on) AS since"
)
_ISSUED = (
    "MATCH (s:Step {stage: 'issue', state: 'done'}) WHERE s.done_on < $as_of "
    "RETURN s.policy AS policy, s.stage AS stage, s.scope AS scope, s.done_on AS since"
)


def evaluated(folder: Path, as_of: date = date(2020, 3, 20), **rules: tuple[str, str]) -> tuple[Evaluation, list[str]]:
    """Load a small case with rules (id: about and query); return its evaluation and the lines of what was rejected."""
    small = case(
        policy(stage("issue"), measures=({"id": "m", "kind": "subsidy"},)),
        events=[completed("issue", day(3, 5))],
        transfers=[transfer("source:treasury", "prov", "80.25", day(3, 2)), transfer("prov", "city1", "1", day(3, 3))],
    )
    small.write(folder / "case")
    (folder / "case" / "rules").mkdir()
    for name, (about, query) in rules.items():
        text = _HEADER.format(id=name, about=about) + query
        (folder / "case" / "rules" / f"{name}.cypher").write_text(text, encoding="utf-8")
    facts = Facts(folder / "workspace", create=True)
    loaded = load_case(facts, folder / "case", check_cypher_rule)
    return evaluate_case(facts, "planted", as_of), [reject.line() for reject in loaded.rejects]


def test_its_gaps_stand_among_the_others_with_exact_money(tmp_path: Path) -> None:
    found, rejected = evaluated(tmp_path, big=("holder", _WHOLE), issued=("step", _ISSUED))
    assert rejected == []
    assert found.problems == []
    big, issued = sorted((gap for gap in found.gaps() if gap.kind.startswith("own:")), key=lambda gap: gap.kind)
    assert (big.kind, big.subject, big.amount, big.since) == ("own:big", "prov", {"CNY": Decimal("80.25")}, day(3, 2))
    assert (issued.kind, issued.stage, issued.scope, issued.days) == ("own:issued", "issue", "14", 16)
    assert big.explanation.en == "Provincial Office (a region not given) CNY 80.25"
    assert found.counts() == {"own:big": 1, "own:issued": 1}


def test_what_only_another_engine_would_answer_differently_stops_no_rule(tmp_path: Path) -> None:
    as_text = _ISSUED.replace("s.done_on < $as_of", "s.done_on < '2020-03-20'")
    found, rejected = evaluated(tmp_path, issued=("step", as_text))
    assert (rejected, found.problems, found.counts()) == ([], [], {"own:issued": 1})


def test_a_kept_evaluation_holds_its_gaps_and_can_be_run_again(tmp_path: Path) -> None:
    found, _ = evaluated(tmp_path, big=("holder", _WHOLE))
    kept = keep(found, "march")
    assert "own:big" in {gap.kind for gap in kept_gaps(found.facts, kept)}
    assert verify_record(found.facts, kept, evaluate_case).same
    assert verify_record(found.facts, kept).lost


def test_it_sees_what_is_so_as_of_the_day(tmp_path: Path) -> None:
    found, _ = evaluated(tmp_path, as_of=day(3, 4), issued=("step", _ISSUED))
    assert found.gaps() == []


WRONG = [
    ("CREATE (n:Agency) RETURN 1 AS subject", "'CREATE' is not allowed here"),
    ("LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l[0] AS subject", "'LOAD' is not allowed here"),
    ("CALL apoc.load.json('http://x') YIELD value RETURN 'a' AS subject", "the procedure apoc.load.json is not"),
    ("MATCH (a:Agency RETURN a.key AS subject", "expected"),
    ("MATCH (a:Agency) RETURN a.key AS subject", "has to give the column policy, subject"),
    ("MATCH (a:Agency) RETURN a.key AS subject, 'p' AS policy, 1 AS colour", "it gives a column colour"),
    ("MATCH (a:Agency) RETURN a.key AS subject, $p AS policy", "it asks for $p; a rule is given $as_of"),
    ("MATCH (a:Agency)-[:PART_OF*]->(b) RETURN b.key AS subject, 'p' AS policy", "a path without an upper bound"),
    ("RETURN 'prov' AS subject, 'p' AS policy, 1.5 AS amount", "return amount_e4"),
]  # fmt: skip


def test_what_is_wrong_is_one_line_when_loaded_and_stops_no_other(tmp_path: Path) -> None:
    wrong = {f"bad-{number}": ("holder", query) for number, (query, _) in enumerate(WRONG)}
    found, rejected = evaluated(tmp_path, **wrong, big=("holder", _WHOLE))
    assert len(rejected) == len(WRONG)
    for name, (query, said), line in zip(wrong, WRONG, rejected, strict=True):
        assert line.startswith(f"rules/{name}.cypher: ")
        assert said in line, query
        assert "\n" not in line
    assert list(found.counts()) == ["own:big"]


def test_what_names_nothing_of_the_case_is_one_line_when_run(tmp_path: Path) -> None:
    ids = "MATCH (a:Agency {key: 'prov'}) RETURN 'p' AS policy, a.id AS subject"
    nodes = "MATCH (a:Agency) RETURN 'p' AS policy, a AS subject"
    found, rejected = evaluated(tmp_path, ids=("holder", ids), nodes=("holder", nodes), big=("holder", _WHOLE))
    assert rejected == []
    assert [line.partition(": ")[0] for line in found.problems] == ["rules/nodes.cypher", "rules/ids.cypher"]
    assert "name a node by its key" in found.problems[0]
    assert "is not one that this case has" in found.problems[1]
    assert list(found.counts()) == ["own:big"]


def test_what_takes_too_long_is_stopped_and_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "MATCH (a:Agency) UNWIND range(1, 9000000) AS x UNWIND range(1, 900) AS y " + (
        "WITH a, sum(x % 7 + y) AS n RETURN 'p' AS policy, a.key AS subject, n AS count"
    )
    monkeypatch.setattr(own_rules, "LIMITS", Limits(timeout_s=1.0, memory_mb=300))
    found, rejected = evaluated(tmp_path, endless=("holder", endless), big=("holder", _WHOLE))
    assert rejected == []
    assert len(found.problems) == 1
    assert found.problems[0].startswith("rules/endless.cypher: the query was stopped")
    assert list(found.counts()) == ["own:big"]
