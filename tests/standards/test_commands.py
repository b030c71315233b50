"""The commands import, map and export: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from graphkit.cli.export import export
from graphkit.cli.import_ import import_
from graphkit.cli.map import map_
from graphkit.facts import Facts
from graphkit.model.errors import GraphkitError, InputError, UsageError
from tests.standards.conftest import FIXTURES

IATI = str(FIXTURES / "iati-102.xml")


def run(command: Any, *words: str) -> Any:
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, list(words))
    if isinstance(result.exception, GraphkitError):
        raise result.exception
    return result


def test_an_import_goes_into_the_workspace_or_into_a_folder(tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    result = run(import_, "iati", IATI, "-w", str(workspace), "--format", "json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["account"]["transactions"]["read"] == 3
    assert told["loaded"]["transfers"] == 2
    assert Facts(workspace).case_ids() == ["iati-102"]
    assert not [path for path in workspace.iterdir() if path.name.startswith(".import-")]
    result = run(import_, "iati", IATI, "--out", str(tmp_path / "case"), "--case", "mine", "--lang", "zh")
    assert "案例文件夹" in result.stdout
    assert (tmp_path / "case" / "case.yaml").read_text().startswith("id: mine\n")


def test_rejects_end_with_status_1_and_are_told(tmp_path: Path) -> None:
    result = run(import_, "iati", str(FIXTURES / "iati-203.xml"), "-w", str(tmp_path / "ws"))
    assert result.exit_code == 1
    assert "iati-203.xml, line 25: transactions" in result.stderr
    assert "transactions" in result.stdout
    assert "not named by the contract" not in result.stderr


def test_a_mapping_is_proposed_and_used(tmp_path: Path) -> None:
    sheet = tmp_path / "list.csv"
    sheet.write_text("问题,责任单位,完成时限,发现时间\n漏报,甲,2020-06-30,2020-05-01\n")
    mapping = tmp_path / "m.yaml"
    assert run(map_, "--suggest", str(sheet), "--out", str(mapping)).exit_code == 0
    assert mapping.read_text() == run(map_, "--suggest", str(sheet)).stdout
    assert (
        run(map_, str(sheet), "-m", str(mapping), "-w", str(tmp_path / "ws"), "--set", "as_of=2020-07-01").exit_code
        == 0
    )
    assert str(Facts(tmp_path / "ws").case("list").as_of) == "2020-07-01"
    assert "fac-single-audit" in run(map_, "--list").stdout


def test_a_case_is_exported(tmp_path: Path) -> None:
    workspace = str(tmp_path / "ws")
    run(import_, "ftm", str(FIXTURES / "entities.ftm.json"), "-w", workspace)
    result = run(export, "ftm", "-w", workspace, "--out", str(tmp_path / "x.json"), "--format", "json")
    assert json.loads(result.stdout)["account"]["transfers"]["used"] == 3
    assert len((tmp_path / "x.json").read_text().splitlines()) == 9


@pytest.mark.parametrize(
    ("command", "words", "error", "reason"),
    [
        (import_, ["iati", "nowhere.xml"], UsageError, "no such file"),
        (import_, ["iati", IATI, "--format", "xml"], UsageError, "there are table and json"),
        (import_, ["ocds", IATI, "-w", "{tmp}/ws"], InputError, "not well-formed JSON"),
        (map_, [], UsageError, "name at least one file"),
        (map_, [IATI], UsageError, "--suggest"),
        (map_, [IATI, "-m", "nothing"], UsageError, "no mapping of graphkit's own"),
        (map_, [IATI, "-m", "nothing.yaml"], InputError, "cannot be read"),
        (map_, [IATI, "-m", "fac-single-audit", "--set", "x"], UsageError, "NAME=VALUE"),
        (map_, ["--suggest", IATI, IATI], UsageError, "takes one file"),
    ],
)
def test_mistakes_are_told_in_one_line(
    tmp_path: Path, command: Any, words: list[str], error: type[GraphkitError], reason: str
) -> None:
    with pytest.raises(error) as caught:
        run(command, *(word.replace("{tmp}", str(tmp_path)) for word in words))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
