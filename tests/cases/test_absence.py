"""No gap stands on rejected rows without a word of it: the load warns, and so does what lists the gaps."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.cli import main
from graphkit.facts import Facts
from graphkit.facts.verify import problems
from graphkit.gaps import evaluate, rules
from graphkit.model.absence import ABSENCE_KINDS
from graphkit.model.tables import TABLES
from graphkit.reports.build import Request, build_report
from graphkit.reports.outline import outline
from tests.cases.bad_base import MORE, write

ROLL = "tables/beneficiaries.csv"


def test_the_kinds_and_tables_are_there() -> None:
    assert ABSENCE_KINDS.keys() <= TABLES.keys()
    assert {kind for kinds in ABSENCE_KINDS.values() for kind in kinds} <= rules().keys()


def test_a_rejected_row_of_the_roll_is_told_until_it_is_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gaps(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["graphkit", "gaps", "-w", str(tmp_path / "w"), *words])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().out

    case, facts = tmp_path / "case", Facts(tmp_path / "w", create=True)
    write(case, {**MORE, ROLL: "id,group,eligible\nB1,g,perhaps\nB2,g,true\n"})
    loaded = load_case(facts, case)
    assert loaded.warnings[-1] == (
        "tables/beneficiaries: 1 rejected; until that is put right, gaps of these kinds may only hold because it is "
        "not on record: ineligible_delivery"
    )
    assert facts.rejected_rows("spoilt") == {"beneficiaries": 1}
    evaluation = evaluate(facts, "spoilt")
    assert "ineligible_delivery" in {gap.kind for gap in evaluation.gaps()}  # CONTRACT.md section 3: unknown there
    listed = gaps("--format", "json")
    assert json.loads(listed)["rejected_rows"] == {"beneficiaries": 1}
    assert "⚠ 装载时退回了受益对象1行，未予计入：" in gaps("--lang", "zh")
    assert "⚠ Rows were rejected by the load and do not count (1 of beneficiaries): " in gaps("--lang", "en")
    report = build_report(evaluation, Request(kind="stage"), None)
    assert report.quality.rejected_rows == {"beneficiaries": 1}
    assert any("受益对象1行" in warning for warning in outline(report, "zh").warnings)

    version = facts.version
    load_case(facts, case)
    assert facts.version == version
    write(case, MORE)
    assert load_case(facts, case).warnings == []
    assert facts.rejected_rows("spoilt") == {}
    assert "ineligible_delivery" not in {gap.kind for gap in evaluate(facts, "spoilt").gaps()}


def test_a_load_that_only_rejects_or_only_leaves_a_bad_row_out_is_remembered(tmp_path: Path) -> None:
    case, facts = tmp_path / "case", Facts(tmp_path / "w", create=True)
    write(case, MORE)
    load_case(facts, case)
    write(case, {ROLL: f"{MORE[ROLL]}B3,nobody,true\n"})
    assert load_case(facts, case).batch is None
    assert facts.rejected_rows("spoilt") == {"beneficiaries": 1}
    write(case, MORE)
    load_case(facts, case)
    assert facts.rejected_rows("spoilt") == {}
    assert [commit.number for commit in facts.commits()] == [1, 2, 3]
    assert problems(Facts(tmp_path / "w")) == []


def test_a_roll_that_cannot_be_read_makes_nobody_unknown(tmp_path: Path) -> None:
    facts = Facts(tmp_path / "w", create=True)
    write(tmp_path / "case", {**MORE, ROLL: None, "tables/beneficiaries.xlsx": b"no workbook"})
    loaded = load_case(facts, tmp_path / "case")
    assert [reject.file for reject in loaded.rejects] == ["tables/beneficiaries.xlsx"]
    assert loaded.loaded["deliveries"] == 1
    assert "beneficiaries" not in facts.tables_present("spoilt")
    assert "ineligible_delivery" not in {gap.kind for gap in evaluate(facts, "spoilt").gaps()}


def test_agencies_that_cannot_be_read_take_no_rows_of_other_tables_with_them(tmp_path: Path) -> None:
    facts = Facts(tmp_path / "w", create=True)
    write(tmp_path / "case", {**MORE, "tables/agencies.csv": "ident,name\nprov,省发改委\n"})
    loaded = load_case(facts, tmp_path / "case")
    assert {reject.file for reject in loaded.rejects} == {"tables/agencies.csv"}
    assert (loaded.loaded["assignments"], loaded.loaded["events"], loaded.loaded["transfers"]) == (1, 1, 1)
