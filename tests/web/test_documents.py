"""The view of documents without a browser: which documents it lists, and what a correction may say."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("nicegui")

from graphkit_api.access import LOCAL_USER
from graphkit_api.web.documents import _entries, _fields

from graphkit.documents import read_document
from graphkit.documents.model import AgencyValue, AssignmentValue, FindingValue
from graphkit.documents.review import Review
from graphkit.gaps import Evaluation, evaluate
from tests.reports.small import load_small


def _page(evaluation: Evaluation) -> Any:
    workspace = evaluation.facts.workspace
    server = SimpleNamespace(snapshot=lambda *_: None, settings=SimpleNamespace(workspace=workspace))
    return SimpleNamespace(server=server, principal=LOCAL_USER, case="small", kept=lambda _, make: make(evaluation))


def _read(workspace: Path, folder: Path, name: str, text: str) -> str:
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    document = read_document(folder / name)
    Review(workspace, "small", create=True).add(document, [])
    return document.id


def test_documents_of_one_name_are_told_by_their_content(tmp_path: Path) -> None:
    facts = load_small(tmp_path)
    own = "药店仍在销售退热药品"
    reads = [
        _read(facts.workspace, tmp_path / f"upload{number}", "doc-1.txt", text)
        for number, text in enumerate(("一份别的通知", own, "又一份别的通知"))
    ]
    entries, _, _ = _entries(_page(evaluate(facts, "small")))
    assert {(one.id, one.review) for one in entries} == {
        ("doc-1", reads[1]),
        (reads[0], reads[0]),
        (reads[2], reads[2]),
    }


def test_a_correction_may_say_what_the_text_did_not() -> None:
    agency = AgencyValue(name="朔州市财政局", explanation="…", candidates=("a", "b"))
    assert _fields(agency) == {"name": "朔州市财政局", "id": "", "level": "", "region": "", "generic": "false"}
    assert {"policy", "stage", "scope"} <= _fields(AssignmentValue(agency="财政局", role="lead")).keys()
    assert _fields(FindingValue(title="t", category=None, type="x"))["found_on"] == ""
