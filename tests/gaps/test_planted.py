"""The planted cases on both engines: their gaps and no others on DuckDB, and byte for byte the same on Spark.

Most of them are put together into a few larger ones first (tests.planted.merged): it is the statements that take time,
not the rows. The reference is asked of each by itself (tests/reference).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from graphkit.case import load_case
from graphkit.engine.engine import EngineName
from graphkit.facts import Facts
from graphkit.gaps import KINDS, Evaluation, evaluate
from graphkit.reports.gaps_json import gaps_document
from tests.gaps.loaded import evaluated
from tests.planted import CASES, Planted, differences
from tests.planted.build import assigned, case, completed, day, delivery, group, policy, stage
from tests.planted.merged import merged

QUESTIONS = merged(CASES)


def _told(planted: Planted, kind: str) -> int:
    """Return 0 if a question has no gap of the kind in its answer, 2 if it has one with a cause, else 1."""
    return max((2 if gap.get("caused_by") else 1 for gap in planted.expected if gap["kind"] == kind), default=0)


ALONE = {kind: max(CASES, key=lambda planted: _told(planted, kind)) for kind in KINDS}
"""For each kind a question that has such a gap in its answer, with a cause if the kind can have one."""


@dataclass(frozen=True)
class Answered:
    """A loaded case, what is asked of it, and what DuckDB answers."""

    facts: Facts
    planted: Planted
    by_duckdb: Evaluation


@pytest.fixture(scope="module", params=QUESTIONS, ids=lambda planted: planted.name)
def answered(request: pytest.FixtureRequest) -> Iterator[Answered]:
    planted: Planted = request.param
    with TemporaryDirectory() as folder:
        facts = loaded(planted, Path(folder))
        yield Answered(facts, planted, answer(facts, planted, "duckdb"))


@pytest.fixture(scope="module")
def spark() -> Iterator[None]:
    """Spark for tiny cases; it starts with the first evaluation."""
    pytest.importorskip("pyspark")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(Path(__file__).parent / "spark_conf"))
        patch.setenv("MASTER", "local[1]")
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
        yield
        from pyspark.sql import SparkSession  # noqa: PLC0415

        if session := SparkSession.getActiveSession():
            session.stop()


def test_every_planted_gap_is_asked_for() -> None:
    assert sum(len(planted.expected) for planted in QUESTIONS) == sum(len(planted.expected) for planted in CASES)
    assert sum(len(planted.case.policies) for planted in QUESTIONS) == sum(len(one.case.policies) for one in CASES)
    assert {gap["kind"] for planted in QUESTIONS for gap in planted.expected} == set(KINDS)


def test_all_planted_gaps_are_found_and_no_others(answered: Answered) -> None:
    assert unlike_planted(answered.planted, answered.by_duckdb) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_looked_for_alone_is_told_as_among_all(kind: str, tmp_path: Path) -> None:
    planted = ALONE[kind]
    facts = loaded(planted, tmp_path)
    among_all = answer(facts, planted, "duckdb")
    assert unlike_planted(planted, among_all) == []
    assert said(answer(facts, planted, "duckdb", [kind]), kind) == said(among_all, kind)


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_spark_finds_the_same(answered: Answered) -> None:
    if has_rows_for_spark(answered.planted):
        by_spark = answer(answered.facts, answered.planted, "spark")
        assert unlike(said(by_spark), said(answered.by_duckdb)) == []


@pytest.mark.spark
def test_spark_is_asked_for_every_kind_that_rests_on_its_rows() -> None:
    pytest.importorskip("pyspark")
    asked = {gap["kind"] for planted in QUESTIONS if has_rows_for_spark(planted) for gap in planted.expected}
    assert asked == set(KINDS) - {"missed_report"}


@pytest.mark.spark
@pytest.mark.usefixtures("spark")
def test_a_case_without_rows_for_spark_is_evaluated_as_without_it(tmp_path: Path) -> None:
    """So it need not be asked of Spark in the test above."""
    planted = next(one for one in CASES if one.expected and not has_rows_for_spark(one))
    facts = loaded(planted, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphkit.engine.spark._statements", None)
        patch.setattr("graphkit.engine.spark._spelt", None)
        by_spark = said(answer(facts, planted, "spark"))
    assert by_spark == said(answer(facts, planted, "duckdb"))


def has_rows_for_spark(planted: Planted) -> bool:
    """Whether a case has rows of one of the tables that Spark reads (ON_CLUSTER); else DuckDB gets the SQL as it is."""
    from graphkit.engine.spark import ON_CLUSTER  # noqa: PLC0415  (an extra)

    return any(planted.case.tables.get(name.removeprefix("stored_")) for name in ON_CLUSTER)


def loaded(planted: Planted, folder: Path) -> Facts:
    """Load a question's case into a workspace in `folder`; nothing may be rejected."""
    facts = Facts(folder / "workspace", create=True)
    rejects = load_case(facts, planted.case.write(folder / "case")).rejects
    assert [reject.line() for reject in rejects] == []
    return facts


def answer(facts: Facts, planted: Planted, engine: EngineName, kinds: list[str] | None = None) -> Evaluation:
    case = str(planted.case.meta["id"])
    return evaluate(facts, case, planted.as_of, planted.known_by, planted.thresholds, engine=engine, kinds=kinds)


def said(evaluation: Evaluation, kind: str | None = None) -> str:
    """Return every gap (of a kind) with all that is said of it, as the commands print it."""
    gaps = evaluation.gaps(kind=kind, consequences=True)
    return json.dumps(gaps_document([(evaluation, gaps)]), ensure_ascii=False, indent=1)


def unlike(one: str, other: str) -> list[tuple[str | None, str | None]]:
    """Return the lines in which two texts differ, beside each other."""
    pairs = zip_longest(one.splitlines(), other.splitlines())
    return [(left, right) for left, right in pairs if left != right]


def unlike_planted(planted: Planted, evaluation: Evaluation) -> list[str]:
    """Say how an evaluation is unlike what is planted."""
    found = [gap.model_dump() for gap in evaluation.gaps(consequences=True)]
    identities = {gap["id"]: identity(gap) for gap in found}
    for gap in found:
        gap |= {"caused_by_ids": gap["caused_by"], "caused_by": {identities[cause] for cause in gap["caused_by"]}}
    return differences(planted, found)


def identity(gap: dict[str, object]) -> tuple[object, ...]:
    return tuple(gap[name] for name in ("kind", "policy", "measure", "stage", "scope", "subject"))


def test_who_has_to_name_the_lead_of_a_step_is_said_once(tmp_path: Path) -> None:
    made = case(
        policy(stage("issue"), stage("pay", "city", after=["issue"], scopes=["1401"])),
        assignments=[assigned("issue", "prov"), assigned("pay", "prov", "1401", role="support")],
        events=[completed("issue", day(3, 2))],
    )
    (gap,) = evaluated(made, tmp_path, day(3, 4)).gaps(kind="unassigned_step")
    assert (gap.responsible, gap.supporting) == (["prov"], ["prov"])
    assert "但未指定牵头单位；由前序步骤牵头单位" in gap.explanation.zh
    assert "负责明确" in gap.explanation.zh
    assert "责任单位" not in gap.explanation.zh
    assert "leading before it, to name one" in gap.explanation.en


@pytest.mark.parametrize("known", [True, False])
def test_of_deliveries_that_nobody_recorded_no_number_is_told(tmp_path: Path, known: bool) -> None:
    made = case(
        policy(stage("pay", "county", due_on=day(3, 2), measure="m"), measures=({"id": "m", "kind": "subsidy"},)),
        beneficiary_groups=[group("g", "140105", 5)],
        deliveries=[delivery("b1", day(3, 1), "10", group="g")] if known else [],
    )
    (gap,) = evaluated(made, tmp_path, day(3, 4)).gaps(kind="coverage_shortfall")
    assert ("实际只惠及1户（人）" in gap.explanation.zh, "没有任何发放记录" in gap.explanation.zh) == (known, not known)
    assert ("reached only 1;" in gap.explanation.en, "no delivery is on record" in gap.explanation.en) == (
        known,
        not known,
    )
