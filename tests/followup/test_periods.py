"""Periods: reports that are due are written once, and a kept evaluation is the same when it is run again later."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.periods import period_ends
from graphkit.gaps.record import keep, kept_gaps, record, verify_record
from graphkit.model.case import Cadence
from graphkit.model.errors import UsageError
from tests.commands import Done, graphkit
from tests.reports.small import write_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a case whose cadence asks for three reports by 30 June, one of which was issued."""
    case = write_case(tmp_path / "case")
    meta = yaml.safe_load((case / "case.yaml").read_text(encoding="utf-8"))
    meta["report_cadence"] = [
        {"kind": "express", "every_days": 10, "start": date(2020, 6, 5), "end": date(2020, 6, 24)},
        {"kind": "monthly", "every": "month", "start": date(2020, 5, 1)},
    ]
    (case / "case.yaml").write_text(yaml.safe_dump(meta, allow_unicode=True), encoding="utf-8")
    (case / "tables" / "reports.csv").write_text("id,kind,period_end,issued_on\nR1,express,2020-06-14,2020-06-15\n")
    assert load_case(Facts(tmp_path / "workspace", create=True), case).rejected == 0
    return tmp_path


def _due(folder: Path) -> Done:
    words = ["report", "--due", "--out", "due", "--format", "docx", "-w", "workspace", "--lang", "en"]
    return graphkit(*words, folder=folder)


def _files(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in (folder / "due").glob("*.docx")
    }


def test_due_reports_are_written_once_and_a_run_beside_it_is_refused(folder: Path) -> None:
    first = _due(folder)
    assert (first.returncode, first.stderr) == (0, "")
    written = _files(folder)
    assert set(written) == {"express-2020-06-24.docx", "monthly-2020-05-31.docx"}
    assert _due(folder).returncode == 0
    assert _files(folder) == written
    (folder / "due" / "express-2020-06-24.docx").unlink()
    with FileLock(folder / "due" / ".graphkit-due.lock"):
        beside = _due(folder)
    assert (beside.returncode, len(beside.stderr.splitlines())) == (3, 1)
    assert set(_files(folder)) == {"monthly-2020-05-31.docx"}
    assert _due(folder).returncode == 0
    assert {name: digest for name, (digest, _) in _files(folder).items()} == {
        name: digest for name, (digest, _) in written.items()
    }


def test_a_kept_evaluation_is_the_same_after_more_facts(folder: Path) -> None:
    facts = Facts(folder / "workspace")
    kept = keep(evaluate(facts, "small", date(2020, 6, 30)), "june")
    assert kept.tables == facts.commits()[-1].versions
    assert kept.revisions["missing_step"] >= 1
    more = folder / "more"
    (more / "tables").mkdir(parents=True)
    shutil.copy(folder / "case" / "case.yaml", more)
    (more / "tables" / "events.csv").write_text(
        "id,policy,stage,scope,kind,on\nX1,rent,register,140105,completed,2020-02-20\n"
    )
    assert load_case(facts, more).rejected == 0
    now = Facts(folder / "workspace")
    assert evaluate(now, "small", date(2020, 6, 30)).gaps(consequences=True) != kept_gaps(now, kept)
    again = verify_record(now, record(now, "small", "june"))
    assert (again.same, again.rules_changed, again.revised) == (True, False, [])


def test_a_record_that_was_tampered_with_or_kept_under_other_rules_says_so(folder: Path) -> None:
    facts = Facts(folder / "workspace")
    kept = keep(evaluate(facts, "small", date(2020, 6, 30)), "june")
    path = folder / "workspace" / "evaluations" / "small" / "june.json"
    changed = kept.model_copy(update={"as_of": date(2020, 3, 31), "rules": "0" * 64, "revisions": {"missing_step": 99}})
    path.write_text(changed.model_dump_json())
    again = verify_record(facts, record(facts, "small", "june"))
    assert (again.same, again.rules_changed, again.revised) == (False, True, ["missing_step"])
    assert again.lost
    done = graphkit("verify", "--evaluation", "june", "-w", "workspace", "--format", "json", folder=folder)
    assert done.returncode == 1
    assert json.loads(done.stdout)["evaluation"]["revised"] == ["missing_step"]


@pytest.mark.parametrize(
    ("cadence", "first", "last", "count"),
    [
        ({"every_days": 10}, "2020-01-10", "2020-06-28", 18),
        ({"every": "month"}, "2020-01-31", "2020-05-31", 5),
        ({"every_days": 2_000_000}, "7495-10-24", "7495-10-24", 1),
        ({"every_days": 4_000_000}, None, None, 0),
    ],
)
def test_periods_end_before_the_day_and_with_the_calendar(
    cadence: dict[str, object], first: str | None, last: str | None, count: int
) -> None:
    as_of = date(2020, 6, 30) if count > 1 else date.max
    ends = list(period_ends(Cadence(kind="express", start=date(2020, 1, 1), **cadence), as_of))
    assert (len(ends), [str(one) for one in (ends[:1] + ends[-1:])]) == (count, [first, last] if first else [])


def test_months_go_to_the_last_one_that_there_is() -> None:
    ends = list(period_ends(Cadence(kind="monthly", every="month", start=date(9999, 10, 1)), date.max))
    assert ends == [date(9999, 10, 31), date(9999, 11, 30)]


def test_more_periods_than_a_century_has_days_are_refused(folder: Path) -> None:
    document = yaml.safe_load((folder / "case" / "case.yaml").read_text(encoding="utf-8"))
    document["report_cadence"] = [{"kind": "express", "every_days": 1, "start": "2020-01-01"}]
    (folder / "case" / "case.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    load_case(facts := Facts(folder / "workspace", create=True), folder / "case")
    with pytest.raises(UsageError, match="express has more than 36,600 periods until 9999-12-31; choose an earlier"):
        evaluate(facts, document["id"], date.max)
