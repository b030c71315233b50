"""docs/python.md: its blocks run one after the other, as they stand there; what a reader may get wrong is told."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import UsageError
from tests.docs.test_tutorial import DOCS, FENCE
from tests.reports.small import load_small


def test_the_page_of_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with resources.as_file(resources.files("graphkit") / "data" / "cases" / "shanxi-2020") as folder:
        load_case(Facts(tmp_path / "graphkit-demo" / "workspace", create=True), folder)
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for block in FENCE.finditer(page):
        assert block["kind"] == "python"
        exec(compile(block["body"], "docs/python.md", "exec"), names)
    assert len(names["gaps"]) == len(names["now"].gaps(region="141000")) > 0
    assert names["over_time"].shape == (11, 3)
    assert names["whole"].number_of_edges() > names["whole"].number_of_nodes() / 2 > 0
    assert names["asked"].rows


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"as_of": "2020-05-15"}, "as_of"),
        ({"as_of": pd.Timestamp("2020-05-15")}, "as_of"),
        ({"known_by": "2020-05-15"}, "known_by"),
    ],
)
def test_a_day_that_is_none_is_told_at_once(tmp_path: Path, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(UsageError, match=rf"^{field} is .*2020-05-15.*datetime\.date") as told:
        evaluate_case(load_small(tmp_path), "small", **asked)
    assert told.value.field == field
