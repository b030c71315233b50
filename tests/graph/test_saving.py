"""A large snapshot is saved without a word of the engine about lists, and with those that tell of something else."""

from __future__ import annotations

import warnings
from pathlib import Path

import kglite
import pandas as pd

from graphkit.graph.embedded import _save

LARGE = 65_536
"""From so many nodes the engine keeps columns in a form of their own, and warns where it cannot."""


def test_lists_are_saved_without_a_warning_and_others_with_it(tmp_path: Path) -> None:
    ids = [f"gap-{number}" for number in range(LARGE)]
    rows = pd.DataFrame({"id": ids, "title": ids, "amounts": [["CNY 1.00"], []] * (LARGE // 2)})
    assert told(rows, tmp_path) == []
    rows["kind"] = [["missing_step"]] * LARGE
    assert len(told(rows, tmp_path)) == 1


def told(rows: pd.DataFrame, folder: Path) -> list[str]:
    graph = kglite.KnowledgeGraph()
    lists = {name: "list" for name in ("amounts", "kind") if name in rows}
    graph.add_nodes(rows, "Gap", "id", "title", column_types=lists, on_invalid="error")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        _save(graph, folder / "snapshot.kgl")
    return [str(one.message) for one in seen]
