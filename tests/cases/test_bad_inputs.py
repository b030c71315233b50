"""What is wrong with a case is said in one line each, and costs nothing but itself (CONTRACT.md sections 1 and 5).

said.yaml holds, for each bad input by name, the lines on stderr and the tables that load another number of rows than
the base case; it was read line by line before it was kept. To see what an input says now: load it by hand.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.model.errors import InputError
from tests.cases.bad_base import BASE, MORE, ROWS, write
from tests.cases.bad_inputs import INPUTS
from tests.commands import graphkit

SAID: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("said.yaml").read_text(encoding="utf-8"))
AGAIN = {name for name, _ in INPUTS[::4]}
"""The inputs that are loaded twice."""


def test_every_input_has_its_expectation() -> None:
    assert [name for name, _ in INPUTS] == list(SAID)
    assert len(INPUTS) >= 120


@pytest.mark.parametrize(("name", "files"), INPUTS, ids=[name for name, _ in INPUTS])
def test_bad_input(name: str, files: Any, tmp_path: Path) -> None:
    """It costs only itself; loaded again, it changes nothing, and the same is said."""
    case, workspace = tmp_path / "case", tmp_path / "workspace"
    write(case, files)
    status, out, err = graphkit("load", case, "-w", workspace, "--format", "json")
    said = SAID[name]
    assert err.replace(f"{case}/", "CASE/").splitlines() == said.get("lines", [])
    errors = [line for line in err.splitlines() if not line.startswith("warning: ")]
    assert status == (1 if errors else 0)
    report = json.loads(out)
    expected = {} if said.get("refused") else {**ROWS, **said.get("rows", {})}
    assert {table: rows for table, rows in report["loaded"].items() if rows} == {t: n for t, n in expected.items() if n}
    assert report["rejected"] == (0 if said.get("refused") else said.get("rejected", len(errors)))
    if report["rejected"]:
        with open(report["rejects_file"], encoding="utf-8-sig", newline="") as stream:
            rejects = list(csv.DictReader(stream))
        assert len(rejects) == report["rejected"]
        tables = [one for one in rejects if one["row"] and one["file"].startswith("tables/")]
        assert all(json.loads(one["content"].removeprefix("'")) for one in tables)
    if name in AGAIN:
        version = Facts(workspace).version
        again = graphkit("load", case, "-w", workspace, "--format", "json")
        assert [again.returncode, Facts(workspace).version] == [status, version]
        assert not any(json.loads(again.stdout)["loaded"].values())
        assert [line for line in again.stderr.splitlines() if not line.startswith("warning: ")] == errors


def test_a_wrong_entry_costs_only_itself(tmp_path: Path) -> None:
    lines = (
        "id: spoilt",
        "title: {zh: 案例, fr: cas}",
        "thresholds: {retention_days: -1, verify_days: 45, foo: 3}",
        "report_cadence:",
        "- {kind: express, every_days: 0, start: 2020-02-01}",
        "- {kind: monthly, every: month, start: 2020-02-01}",
    )
    write(tmp_path / "case", {"case.yaml": "\n".join(lines)})
    status, _, err = graphkit("load", tmp_path / "case", "-w", tmp_path / "w")
    assert status == 1
    wrong = [line.partition(":")[0].partition("key ")[2] for line in err.splitlines() if line.startswith("case.yaml")]
    assert [one.partition(" = ")[0] for one in wrong] == [
        "title.fr",
        "thresholds.retention_days",
        "thresholds.foo",
        "report_cadence.0.every_days",
    ]
    case = Facts(tmp_path / "w").case("spoilt")
    assert case.title.zh == "案例"
    assert case.thresholds == {"verify_days": 45}
    assert [one.kind for one in case.report_cadence] == ["monthly"]


def test_of_several_cases_the_bad_one_is_named_and_the_others_load(tmp_path: Path) -> None:
    write(tmp_path / "good", {})
    write(tmp_path / "bad", {"case.yaml": "id: [\n"})
    write(tmp_path / "rows", {"case.yaml": "id: rows\n", "tables/agencies.csv": "id,name\nprov,\nxd,小店区局\n"})
    cases = [tmp_path / name for name in ("missing", "bad", "good", "rows")]
    status, out, err = graphkit(
        "load", *cases, tmp_path / "good" / "case.yaml", "-w", tmp_path / "w", "--format", "json"
    )
    assert status == 1
    assert [line.replace(f"{tmp_path}/", "") for line in err.splitlines()] == [
        "missing: no such folder; a case is a folder with a case.yaml in it",
        "bad/case.yaml, line 2, column 1: expected the node content, but found '<stream end>'",
        "rows/tables/agencies.csv, row 2, column name: is required but empty",
        "rows/tables/events.csv, row 2, column agency = 'prov': is an unknown agency",
        "warning: rows/tables/events: 1 rejected; until that is put right, gaps of these kinds may only hold because "
        "it is not on record: missing_step, unobserved_step, overdue_step, blocked_step, out_of_order",
        "good/case.yaml: is a file; a case is a folder with a case.yaml in it",
    ]
    assert json.loads(out)["loaded"]["regions"] == 2 * ROWS["regions"]
    assert Facts(tmp_path / "w").case_ids() == ["rows", "spoilt"]


def test_while_another_process_loads_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path / "case", {})
    facts = Facts(tmp_path / "w", create=True)
    with facts.transaction("other"):
        status, out, err = graphkit("load", tmp_path / "case", "-w", tmp_path / "w")
    assert (status, out) == (3, "")
    assert err.startswith("graphkit: ")
    assert "another graphkit is writing here" in err
    assert Facts(tmp_path / "w").version == 0


TEXTS = {name: content.encode() for name, content in {**BASE, **MORE}.items() if isinstance(content, str)}


@st.composite
def spoilt_bytes(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the whole case with some of its bytes changed, put in or cut out."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    data = bytearray(TEXTS[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        piece = draw(
            st.one_of(st.binary(min_size=0, max_size=4), st.sampled_from([b'"', b"\n", b",", b"\0", b"\xff", b"'"]))
        )
        data[at : at + draw(st.integers(0, 3))] = piece
    return name, bytes(data)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spoilt=spoilt_bytes())
@example(spoilt=("tables/actions.csv", b"\0" + TEXTS["tables/actions.csv"]))
def test_no_bytes_break_the_load_and_other_tables_load(
    spoilt: tuple[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    name, data = spoilt
    folder = tmp_path_factory.mktemp("fuzz")
    write(folder / "case", {**MORE, name: data})
    try:
        result = load_case(Facts(folder / "w", create=True), folder / "case")
    except InputError as error:
        if name != "case.yaml" or "\n" in str(error):
            raise
        return
    assert all("\n" not in reject.line() for reject in result.rejects)
    assert not any("Error:" in reject.line() for reject in result.rejects), result.rejects
    if name != "tables/regions.csv" and not name.startswith(("case", "policies")):
        assert result.loaded["regions"] == ROWS["regions"]
    if name.endswith(("events.csv", "reports.csv", "coverage.csv", "supplies.csv", "notice.txt", "actions.csv")):
        assert (result.loaded["agencies"], result.loaded["deliveries"]) == (2, 1)
