"""The gazetteer of a case in a workspace."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from graphkit.documents.gazetteer import Gazetteer, case_gazetteer
from graphkit.facts import Facts


def gazetteer_of(facts: Facts, case_id: str) -> Gazetteer:
    """Return the gazetteer of a case: what its regions and agencies tables say, on top of China's regions.

    InputError when there is no such case; StoreError when the tables cannot be read.
    """
    return case_gazetteer(
        _rows(facts, "regions", case_id), _rows(facts, "agencies", case_id), facts.case(case_id).jurisdiction
    )


def _rows(facts: Facts, table: str, case_id: str) -> list[dict[str, Any]]:
    return [row for file in facts.files(table, case_id) for row in pq.ParquetFile(file).read().to_pylist()]
