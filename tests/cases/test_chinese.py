"""What graphkit says of input, commands and stores is there in Chinese, too: in chinese.yaml, line by line."""

from __future__ import annotations

import ast
import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

import graphkit
from graphkit.case.rejects import Reject
from graphkit.cli import main
from graphkit.graph.limits import Limits
from graphkit.model import chinese
from graphkit.model.chinese import in_chinese, said
from tests.cases.bad_base import write
from tests.cases.test_bad_inputs import SAID

PACKAGE = Path(graphkit.__file__).parent
TEMPLATES: dict[str, str] = yaml.safe_load(Path(chinese.__file__).with_name("chinese.yaml").read_text(encoding="utf-8"))
TRANSLATED = (
    *("case", "cli", "model/case.py", "model/followup.py"),
    *("facts/archive.py", "facts/shared.py", "facts/store.py"),
    *("gaps/evaluate.py", "gaps/evaluation.py", "gaps/followup.py", "gaps/knock_on.py", "gaps/record.py"),
    *("gaps/trace.py", "engine/select.py", "engine/sandbox.py", "engine/rule_rows.py", "model/rule.py"),
    *("graph/own_rules.py", "standards/mapping", "standards/folder.py"),
)
"""Where every error that a person may meet has its Chinese; much of that of Cypher and object stores is English."""
ERRORS = ("InputError", "UsageError", "StoreError", "RefusedError", "ValueError")
FIELD = "\0"
LINE = re.compile(r"(?:warning: )?(?P<where>.*?(?:, (?:column|key) \S+(?: = (?:'.*?'|\".*?\"))?)?): (?P<why>.*)")


def fields(template: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(template) if name]


@pytest.mark.parametrize("english", TEMPLATES)
def test_a_template_is_matched_by_itself_and_by_none_before_it(english: str) -> None:
    assert set(fields(TEMPLATES[english])) <= set(fields(english))
    filled = dict.fromkeys(fields(english), "x") | {"why": "is no number"}
    values = {**filled, "why": "is not a number"}
    expected = {**filled, "why": "不是数字"}
    assert in_chinese(english.format_map(values)) == TEMPLATES[english].format_map(expected)


def messages(path: Path) -> Iterator[str]:
    """Yield what a module's errors say, FIELD for each field."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
            yield from texts(node.args[0])


def texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else FIELD for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one)
            yield from texts(other)


def test_every_error_of_a_command_has_its_chinese() -> None:
    paths = [path for name in TRANSLATED for path in (sorted((PACKAGE / name).rglob("*.py")) or [PACKAGE / name])]
    lost = {one for path in paths for one in messages(path) if not known(one)}
    assert not lost


def test_a_message_that_is_not_of_a_command_alone_names_none_of_its_options() -> None:
    own = [PACKAGE / "cli", PACKAGE / "standards"]
    paths = [path for path in PACKAGE.rglob("*.py") if not any(path.is_relative_to(one) for one in own)]
    assert not [one for path in paths for one in messages(path) if re.search("--[a-z]", one)]
    asked = ("time", "memory", "size")
    assert not re.search("--[a-z]", " ".join([Limits().cut_off(), *map(Limits().exceeded, asked)]))


def known(text: str) -> bool:
    """Whether a message is translated, with one of some words in its fields; one of nothing else is another's."""
    words = ("x", "region", "kind", "stage", "is a file", "is not a number", " under that policy and measure")
    filled = [text.replace(FIELD, word) for word in words]
    return any(in_chinese(one) for one in filled) or not re.search(r"\w", text.replace(FIELD, ""))


@pytest.mark.parametrize("name", SAID)
def test_every_line_of_a_bad_input_has_its_chinese(name: str) -> None:
    for line in SAID[name].get("lines", []):
        match = LINE.fullmatch(line)
        assert match is not None
        assert in_chinese(match["why"]) or in_chinese(line.removeprefix("warning: "))


def test_text_of_a_case_is_told_as_it_is() -> None:
    reject = Reject("tables/events.csv", 3, "scope", "{0}: is an unknown policy", "is an unknown region or agency")
    assert reject.line("zh") == "tables/events.csv，第 3 行，scope = '{0}: is an unknown policy'：没有这个地区或单位"
    assert said("nothing that graphkit says", "zh") == "nothing that graphkit says"


@pytest.mark.parametrize(("words", "locale"), [(["--lang", "zh"], "C"), ([], "zh_CN.UTF-8")])
def test_a_load_speaks_chinese(
    words: list[str],
    locale: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    write(
        tmp_path / "case",
        {
            "tables/events.csv": "id,policy,stage,scope,kind,on,weather\nE1,p,issue,14,completed,1 March,fine\n",
            "tables/agencies.csv": "name\nProvincial office\n",
        },
    )
    out, err = run(monkeypatch, capsys, "load", tmp_path / "case", "-w", tmp_path / "w", *words, "--format", "json")
    assert err.splitlines() == [
        "tables/agencies.csv，第 1 行，id：缺少；1 行全部未载入",
        "tables/events.csv，第 2 行，on = '1 March'：不是日期；应写作 2020-03-01",
        "提醒：tables/events.csv：weather：不是规定的列，作为附加属性保留",
        "提醒：tables/events：退回 1 行；在更正之前，下列缺口可能只是因为缺少这些行才成立："
        "missing_step, unobserved_step, overdue_step, blocked_step, out_of_order",
    ]
    told = json.loads(out)
    assert told["warnings"] == [line.removeprefix("提醒：") for line in err.splitlines()[2:]]
    with open(told["rejects_file"], encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["file", "row", "column", "value", "reason", "content"]
    assert [row["reason"] for row in rows] == ["缺少", "不是日期；应写作 2020-03-01"]


def test_wrong_usage_and_a_missing_workspace_are_told_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, err = run(monkeypatch, capsys, "gaps", "-w", tmp_path, "--lang", "zh")
    assert (
        err == f"graphkit: {tmp_path}：这里没有 graphkit 工作区；请先载入案例：graphkit load 案例文件夹 -w {tmp_path}\n"
    )
    _, err = run(monkeypatch, capsys, "gaps", "-w", tmp_path, "--lang=zh", "--format", "pdf")
    assert err == "graphkit: --format pdf：可用的有 table, json, ndjson, csv\n"


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: Any) -> tuple[str, str]:
    monkeypatch.setattr(sys, "argv", ["graphkit", *map(str, words)])
    with pytest.raises(SystemExit):
        main()
    return capsys.readouterr()


def test_what_a_person_entered_wrongly_is_told_in_chinese() -> None:
    assert in_chinese("agency 'nobody' is an unknown agency") == "agency “nobody”：没有这个单位"
