"""Runs the report's queries (one file each in queries/) over an evaluation."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

from graphkit.gaps import Evaluation
from graphkit.model.sql import literal

_SOURCED = ("assignments", "events", "transfers", "deliveries", "findings", "actions", "reports", "coverage")
_PART = re.compile(r"\{\{(\w+)\}\}")


@cache
def _file(name: str) -> str:
    return resources.files("graphkit.reports").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def query(name: str, **parts: str) -> str:
    """Return the text of queries/NAME.sql with each {{part}} put in: another query, a literal or a table's name."""
    # In one pass: what is put in may hold {{…}} of its own, for ids of a case are free text.
    return _PART.sub(lambda part: parts[part[1]], _file(name))


def rows(evaluation: Evaluation, text: str) -> list[dict[str, Any]]:
    """Run a query over the evaluation's tables and return its rows."""
    found: list[dict[str, Any]] = evaluation.sql(text).to_pylist()
    return found


def source_counts(evaluation: Evaluation) -> dict[str, dict[str, int]]:
    """Return, for each table whose rows name a source, how many rows count (n), are synthetic, and name no_source."""
    return {table: rows(evaluation, query("sources", table=table))[0] for table in _SOURCED}


def synthetic_rows(evaluation: Evaluation) -> int:
    """Return how many of the rows that count are made up."""
    return sum(counts["synthetic"] for counts in source_counts(evaluation).values())


def steps_query(policy: str | None, region: str | None) -> str:
    """Return the query for the steps of a policy, in a region and below (None: all), each with its status."""
    return query("steps", step_status=_file("step_status"), policy=literal(policy), region=literal(region))
