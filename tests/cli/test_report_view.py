"""The commands report and view: files whole or not at all, wrong usage in one line, due reports written once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from graphkit.case import load_case
from graphkit.cli.app import app
from graphkit.facts import Facts
from graphkit.model.errors import InputError, UsageError
from graphkit.reports.write import FORMATS
from tests.reports.small import write_case


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    case = write_case(folder / "case")
    info = yaml.safe_load((case / "case.yaml").read_text(encoding="utf-8"))
    info["report_cadence"] = [
        {"kind": "monthly", "every": "month", "start": "2020-03-01", "end": "2020-05-31"},
        {"kind": "weekly", "every_days": 7, "start": "2020-06-01", "end": "2020-06-07"},
    ]
    (case / "case.yaml").write_text(yaml.safe_dump(info, allow_unicode=True), encoding="utf-8")
    (case / "tables" / "reports.csv").write_text(
        "id,kind,period_end,issued_on\nr1,monthly,2020-03-31,2020-04-02\n", encoding="utf-8"
    )
    load_case(Facts(folder / "workspace", create=True), case)
    return folder / "workspace"


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("ending", FORMATS)
def test_a_report_is_written_in_each_format(workspace: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / "new folder" / f"report{ending}"
    _run("report", "-w", workspace, "--kind", "monthly", "--since", "2020-05-31", "--trend", 1, "--out", out)
    assert out.stat().st_size > 5000
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--out", "r.doc"], "a report ends in"),
        (["--out", "r.md", "--kind", "yearly"], "--kind yearly: there are express"),
        (["--out", "r.md", "--since", "2020-06-30"], "must lie before the end of the period"),
        (["--out", "r.md", "--period-end", "June"], "not a date"),
        (["--out", "r.md", "--case", "none"], "--case none: there are small"),
        (["--out", "due", "--due", "--format", "pdf"], "--format pdf"),
    ],
)
def test_a_wrong_report_is_refused(workspace: Path, arguments: list[str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        _run("report", "-w", workspace, *arguments)


def test_a_report_has_the_period_of_its_cadence(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "monthly.md"
    asked = ("report", "-w", workspace, "--kind", "monthly", "--out", out, "--lang", "en")
    _run(*asked, "--period-end", "2020-04-30")
    assert "1 April 2020 to 30 April 2020" in out.read_text(encoding="utf-8")
    _run(*asked, "--period-end", "2020-06-15")  # the cadence has ended; the last report of the kind was to 31 March
    assert "1 April 2020 to 15 June 2020" in out.read_text(encoding="utf-8")


def test_due_reports_are_written_once(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "due"
    first = _run("report", "-w", workspace, "--due", "--format", "md", "--out", out, "--lang", "en")
    assert "monthly-2020-04-30.md  written" in first
    assert "monthly-2020-05-31.md  written" in first
    assert "2020-03-31" not in first
    assert "weekly-2020-06-07.md  there is no such kind" in first
    text = (out / "monthly-2020-05-31.md").read_text(encoding="utf-8")
    assert "1 May 2020 to 31 May 2020" in text
    assert sorted(path.name for path in out.iterdir()) == ["monthly-2020-04-30.md", "monthly-2020-05-31.md"]
    second = _run("report", "-w", workspace, "--due", "--format", "md", "--out", out, "--lang", "en")
    assert second.count("there already") == 2
    assert (out / "monthly-2020-05-31.md").read_text(encoding="utf-8") == text


def test_nothing_due_is_said(workspace: Path, tmp_path: Path) -> None:
    told = _run("report", "-w", workspace, "--due", "--as-of", "2020-04-10", "--out", tmp_path / "due", "--lang", "en")
    assert told == "No report is due.\n"


def test_a_page_is_written(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "chain.html"
    _run("view", "-w", workspace, "--out", out, "--policy", "rent", "--region", "1401", "--lang", "en")
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "error", "reason"),
    [
        (["--out", "v.png"], UsageError, "a page ends in .html"),
        (["--out", "v.html", "--gap", "gap-1", "--policy", "rent"], UsageError, "leave --policy and --region out"),
        (["--out", "v.html", "--gap", "gap-1"], InputError, "no gap 'gap-1'"),
        (["--out", "v.html", "--region", "99"], UsageError, "unknown region '99'"),
    ],
)
def test_a_wrong_page_is_refused(workspace: Path, arguments: list[str], error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        _run("view", "-w", workspace, *arguments)
