"""Rows that cite documents: by id or by file name, with passages quoted in the words of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.reports.build import build_report
from tests.gaps.loaded import evaluated
from tests.planted.build import case, completed, day, policy, stage
from tests.reports.small import write_case

SENTENCE = "药店仍在销售退热药品"
TRADITIONAL = "藥店仍在銷售退熱藥品，應當立即停止，並向市場監督管理局報告有關情況。"


@pytest.mark.parametrize("source", ["doc-1", "doc-1.txt", "documents/doc-1.txt"])
def test_a_document_may_be_cited_by_its_file(tmp_path: Path, source: str) -> None:
    folder = write_case(tmp_path / "case")
    for table in ("events", "findings"):
        path = folder / "tables" / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace("doc-1", source), encoding="utf-8")
    loaded = load_case(Facts(tmp_path / "workspace", create=True), folder)
    assert (loaded.rejected, loaded.warnings) == (0, [])
    facts = Facts(tmp_path / "workspace")

    told = [one for one in build_report(evaluate(facts, "small")).evidence if one.document is not None]
    assert {(one.document, one.title, one.document_number) for one in told} == {
        ("doc-1", "The article", "审〔2020〕2号")
    }
    assert SENTENCE[:6] in [one.quote for one in told]

    limited = evaluate(facts, "small", region="140106")
    assert [row["id"] for row in limited.rows("SELECT id FROM documents")] == ["doc-1"]


def test_a_name_that_several_documents_have_means_one(tmp_path: Path) -> None:
    made = case(policy(stage("s")))
    files = {"b": "same.txt", "a": "documents/same.txt", "same.txt": None}
    made.tables["documents"] = [{"id": key, "file": file} for key, file in files.items()]
    found = evaluated(made, tmp_path, day(4, 1))
    names = found.rows("SELECT name, document FROM document_names ORDER BY name")
    assert {row["name"]: row["document"] for row in names} == {
        "a": "a",
        "b": "b",
        "documents/same.txt": "a",
        "same.txt": "same.txt",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le"])
def test_quotes_are_read_as_ingest_reads_the_file(tmp_path: Path, encoding: str) -> None:
    made = case(
        policy(stage("s", within_days=5)),
        events=[completed("s", day(4, 1), source="note.txt", locator="chars 0-4")],
    )
    folder = made.write(tmp_path / "case")
    (folder / "documents").mkdir(exist_ok=True)
    (folder / "documents" / "note.txt").write_bytes(TRADITIONAL.encode(encoding))
    facts = Facts(tmp_path / "workspace", create=True)
    load_case(facts, folder)
    (gap,) = evaluate(Facts(tmp_path / "workspace"), "planted", day(6, 1)).gaps()
    assert [one.quote for one in gap.evidence] == [TRADITIONAL[:4]]
