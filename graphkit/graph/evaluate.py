"""Evaluates a case with all of its rules: the contract's and the analysts' SQL, and those in Cypher, over the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from graphkit.engine.engine import EngineName
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate


def evaluate_case(
    facts: Facts,
    case_id: str,
    as_of: date | None = None,
    known_by: date | datetime | None = None,
    thresholds: Mapping[str, Decimal] | None = None,
    region: str | None = None,
    engine: EngineName = "duckdb",
    kinds: Iterable[str] | None = None,
) -> Evaluation:
    """Evaluate a case as `graphkit.gaps.evaluate` does, and add the gaps of its own rules in Cypher.

    They are left out for an asker limited to a `region`: what a path through the graph has met cannot be cut down.
    """
    evaluation = evaluate(facts, case_id, as_of, known_by, thresholds, region, engine, kinds)
    if region is None and any(rule.language == "cypher" for rule in facts.rules(case_id)):
        from graphkit.graph.own_rules import add_cypher_gaps  # noqa: PLC0415 - the engine takes a while to import

        add_cypher_gaps(evaluation)
    return evaluation
