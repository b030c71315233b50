"""`graphkit ingest` and `graphkit review` from the outside: output, exit status, and one line for every error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from graphkit.cli.app import COMMANDS, main
from tests.documents.samples import docx_bytes, zip_bytes

SEED = Path(__file__).parent / "labelled" / "seed.txt"


class Result(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setitem(COMMANDS, "review", ("graphkit.cli.review", "app"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRAPHKIT_REVIEWER", raising=False)

    def command(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["graphkit", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Result(status, out, err)

    return command


def test_ingest_prints_one_json_document_with_spans(run: Run) -> None:
    result = run("ingest", SEED, "--format", "json")
    assert result.status == 0
    (document,) = json.loads(result.out)["documents"]
    raw = SEED.read_text(encoding="utf-8")
    assert document["repairs"]["pinyin"] == 200
    assert [one["text"] for one in document["damages"]] == ["?shù)卣鞍l(fā)"]
    assert document["candidates"]
    assert all(raw[one["start"] : one["end"]] == one["quote"] for one in document["candidates"])
    assert "cannot be read" in result.err


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", ("堵点", "机构", "审计署驻太原特派员办事处")), ("en", ("blockage", "agency"))]
)
def test_ingest_prints_a_table_in_both_languages(run: Run, lang: str, words: tuple[str, ...]) -> None:
    result = run("ingest", SEED, "--lang", lang)
    assert result.status == 0
    assert all(word in result.out for word in words)


def test_ingest_reads_the_rest_when_one_file_is_bad(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "two.zip").write_bytes(zip_bytes(a__docx=docx_bytes("县财政局滞留资金3万元。"), b__txt="甲乙".encode()))
    result = run("ingest", "bad.pdf", "two.zip", "--format", "json")
    assert result.status == 1
    assert [one["name"] for one in json.loads(result.out)["documents"]] == ["two.zip/a.docx", "two.zip/b.txt"]
    assert result.err.count("\n") == 1
    assert result.err.startswith("bad.pdf: ")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("ingest", "missing.txt"), 1),
        (("ingest",), 2),
        (("ingest", SEED, "--format", "xml"), 2),
        (("ingest", SEED, "--case", "none"), 3),
        (("review", "list"), 3),
        (("review", "accept", "c-1"), 2),
    ],
)
def test_wrong_use_has_its_exit_status_and_says_why(run: Run, arguments: tuple[object, ...], status: int) -> None:
    result = run(*arguments)
    assert result.status == status
    assert result.err.strip()
    assert not result.out


def test_the_review_from_listing_to_rows(run: Run, tmp_path: Path) -> None:
    text = "审计发现，平遥县财政局滞留补助资金300万元。\n2021年6月1日\n"
    (tmp_path / "通报.txt").write_text(text, encoding="utf-8")
    assert run("ingest", "通报.txt", "-w", "ws").status == 0
    listed = json.loads(run("review", "list", "-w", "ws", "--kind", "finding", "--format", "json").out)
    finding = listed[0]["id"]
    assert (listed[0]["status"], listed[0]["value"]["category"]) == ("pending", "blockage")
    accepted = json.loads(run("review", "accept", finding, "--by", "王芳", "-w", "ws", "--format", "json").out)
    assert (accepted[0]["status"], accepted[0]["decided_by"]) == ("accepted", "王芳")
    right = run("review", "correct", finding, "severity=high", "--by", "李明", "-w", "ws", "--format", "json")
    assert json.loads(right.out)[0]["decided_value"]["severity"] == "high"
    assert run("review", "undo", finding, "--by", "李明", "-w", "ws").status == 0
    history = json.loads(run("review", "history", finding, "-w", "ws", "--format", "json").out)
    assert [one["verdict"] for one in history] == ["accept", "correct", "undo"]
    assert run("review", "export", "r.xlsx", "-w", "ws").status == 0
    assert json.loads(run("review", "import", "r.xlsx", "--by", "李明", "-w", "ws", "--format", "json").out) == {
        "accept": 0, "correct": 0, "reject": 0, "undo": 0,
    }  # fmt: skip
    rows = json.loads(run("review", "rows", "--out", "case", "-w", "ws", "--format", "json").out)
    assert rows["rows"] == {"findings": 1, "documents": 1}
    assert (tmp_path / "case" / "tables" / "findings.csv").is_file()
    assert run("review", "reject", finding, "--by", "王芳", "-w", "ws").status == 0
    assert json.loads(run("review", "rows", "--out", "case2", "-w", "ws", "--format", "json").out)["rows"] == {}


def test_what_controls_a_terminal_is_written_out(run: Run, tmp_path: Path) -> None:
    text = "审计发现，平遥县财政局滞留\x1b[2J\x9b补助资金300万元。\n2021年6月1日\n"
    (tmp_path / "通\x1b报.txt").write_text(text, encoding="utf-8")
    ingested = run("ingest", "通\x1b报.txt", "-w", "ws")
    listed = run("review", "list", "-w", "ws")
    accepted = run("review", "accept", json.loads(run("review", "list", "-w", "ws", "--format", "json").out)[0]["id"],
                   "--by", "王\x1b芳", "--note", "看\x1b过", "-w", "ws")  # fmt: skip
    rows = run("review", "rows", "--out", "case", "-w", "ws")
    for result in (ingested, listed, accepted, rows):
        assert result.status == 0
        assert not {"\x1b", "\x9b"} & set(result.out + result.err)
    assert "⟨U+001B⟩" in ingested.out
    assert "⟨U+001B⟩" in listed.out


def test_what_cannot_be_decided_exits_with_2_in_one_line(run: Run) -> None:
    run("ingest", SEED, "-w", "ws")
    for arguments in (
        ("accept", "c-none", "--by", "王芳"),
        ("correct", "c-", "a=1", "--by", "王芳"),
        ("accept", "c-none", "--by", " "),
        ("list", "--status", "maybe"),
        ("list", "--kind", "maybe"),
        ("export", "r.csv"),
    ):
        result = run("review", *arguments, "-w", "ws")
        assert result.status == 2, arguments
        assert result.err.count("\n") == 1
