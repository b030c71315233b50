"""The planted cases on Spark: the same gaps as on DuckDB, byte for byte."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from graphkit.case import load_case
from graphkit.engine.engine import EngineName
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.gaps.rules import KINDS
from graphkit.reports.gaps_json import gaps_document
from tests.planted import CASES, Planted

pytestmark = pytest.mark.spark

EACH_KIND = 3


def sample() -> list[Planted]:
    """Return the first planted cases of each kind of gap."""
    chosen: dict[str, Planted] = {}
    for kind in KINDS:
        having = [planted for planted in CASES if any(gap["kind"] == kind for gap in planted.expected)]
        chosen |= {planted.name: planted for planted in having[:EACH_KIND]}
    return list(chosen.values())


@pytest.fixture(scope="module", autouse=True)
def _small_spark() -> Iterator[None]:
    pytest.importorskip("pyspark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(Path(__file__).parent / "spark_conf"))
        patch.setenv("MASTER", "local[1]")
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
        yield
        from pyspark.sql import SparkSession  # noqa: PLC0415

        if session := SparkSession.getActiveSession():
            session.stop()


def test_sample_has_every_kind() -> None:
    assert {gap["kind"] for planted in sample() for gap in planted.expected} == set(KINDS)


@pytest.mark.parametrize(
    "planted", CASES if os.environ.get("GRAPHKIT_TEST_SPARK_ALL") else sample(), ids=lambda p: p.name
)
def test_spark_finds_what_duckdb_finds(planted: Planted) -> None:
    with TemporaryDirectory() as folder:
        facts = Facts(Path(folder, "workspace"), create=True)
        load_case(facts, planted.case.write(Path(folder, "case")))
        assert said(facts, planted, "spark") == said(facts, planted, "duckdb")


def said(facts: Facts, planted: Planted, engine: EngineName) -> str:
    evaluation = evaluate(
        facts, str(planted.case.meta["id"]), planted.as_of, planted.known_by, planted.thresholds, engine=engine
    )
    gaps = evaluation.gaps(consequences=True)
    assert {gap.kind for gap in gaps} == {gap["kind"] for gap in planted.expected}
    return json.dumps(gaps_document([(evaluation, gaps)]), ensure_ascii=False)
