"""The bundled Shanxi cases: whole, true to their sources, marked where synthetic, and made by their script."""

from __future__ import annotations

import csv
import filecmp
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import opencc
import pytest
import yaml

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.gaps.rules import rules
from graphkit.graph.frames import END, START
from graphkit.graph.projection import project
from graphkit.model.case import Case, Policy
from graphkit.model.tables import TABLES, Column
from scripts.shanxi_case import mixed, plan, public
from scripts.shanxi_case.common import MIXED, PUBLIC

SEED_SHA256 = "9665253e5ba6475234331566a4091cf3e85a631c597424147339c0d526b85ebf"
BOTH = pytest.mark.parametrize("folder", [PUBLIC, MIXED], ids=["public", "mixed"])
Row = dict[str, str]


@cache
def table(folder: Path, name: str) -> list[Row]:
    path = folder / "tables" / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@cache
def policies(folder: Path) -> dict[str, Policy]:
    loaded = [
        Policy.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in (folder / "policies").iterdir()
    ]
    return {policy.id: policy for policy in loaded}


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@BOTH
def test_has_the_four_policies_and_a_case_that_fits_the_model(folder: Path) -> None:
    case = Case.model_validate(yaml.safe_load((folder / "case.yaml").read_text("utf-8")))
    assert case.id == folder.name
    assert case.unnamed_keys() == []
    assert set(policies(folder)) == {plan.RENT, plan.RELENDING, plan.HARDSHIP, plan.JOBS}
    for policy in policies(folder).values():
        assert policy.unnamed_keys() == []
        assert policy.title.zh
        assert policy.title.en
        assert max(policy.depths().values()) >= 4
        assert all(stage.title.zh and stage.title.en for stage in policy.stages)


@BOTH
def test_has_the_real_cities_and_counties_of_shanxi(folder: Path) -> None:
    levels = [row["level"] for row in table(folder, "regions")]
    assert [levels.count(level) for level in ("central", "province", "city", "county")] == [1, 1, 11, 117]
    names = {row["code"]: row["name"] for row in table(folder, "regions")}
    assert (names["140100"], names["140105"], names["141182"]) == ("太原市", "小店区", "汾阳市")


def keys_of(folder: Path, kind: str) -> set[str]:
    match kind:
        case "policies":
            return set(policies(folder))
        case "stages":
            return {stage.id for policy in policies(folder).values() for stage in policy.stages}
        case "measures":
            return {measure.id for policy in policies(folder).values() for measure in policy.measures}
        case _:
            return {row[TABLES[kind].key[0]] for row in table(folder, kind)}


@BOTH
@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_reference_of_a_table_resolves(folder: Path, name: str) -> None:
    for column in TABLES[name].columns:
        if not column.refers:
            continue
        known = set().union(*(keys_of(folder, one) for one in column.refers if one != "source:"))
        used = {row.get(column.name, "") for row in table(folder, name)} - {""}
        used -= {one for one in used if "source:" in column.refers and one.startswith("source:")}
        assert used <= known, f"{name}.{column.name}"


@BOTH
@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_small_has_unique_keys_and_fills_what_is_required(folder: Path, name: str) -> None:
    rows = table(folder, name)
    assert len(rows) <= 5_000
    key = TABLES[name].key
    assert len({tuple(row[column] for column in key) for row in rows}) == len(rows) or not key
    required: list[Column] = [column for column in TABLES[name].columns if column.required]
    assert all(row[column.name] for row in rows for column in required)
    assert all(row[column.name] in column.values for row in rows for column in required if column.values)


@BOTH
def test_every_source_is_a_document_or_a_file(folder: Path) -> None:
    known = keys_of(folder, "documents") | {path.name for path in (folder / "documents").iterdir()}
    for name in TABLES:
        assert {row.get("source") or "" for row in table(folder, name)} <= known | {""}, name


@BOTH
def test_every_stage_says_what_its_limit_rests_on_with_sources_that_are_listed(folder: Path) -> None:
    listed = set()
    for row in table(folder, "documents"):
        listed |= {row["id"], *row["sources"].split(";")}
    for path in sorted((folder / "policies").iterdir()):
        assert set(re.findall(r"\[([SN]\d+)\]", path.read_text("utf-8"))) <= listed
    for policy in policies(folder).values():
        assert policy.document.id in keys_of(folder, "documents")
        for stage in policy.stages:
            assert stage.basis
            limited = stage.within_days is not None or stage.due_on is not None
            assert re.match(r"[SDP]: " if limited else r"none: ", stage.basis), f"{policy.id}/{stage.id}: {stage.basis}"
            assert not stage.basis.startswith("S: ") or re.search(r"\[[SN]\d+\]", stage.basis)
    for row in table(folder, "assignments"):
        assert set(re.findall(r"\[([SN]\d+)\]", row["basis"])) <= listed


@BOTH
def test_every_step_of_every_stage_has_someone_responsible_and_audit_bodies_only_check(folder: Path) -> None:
    kinds = {row["id"]: row["kind"] for row in table(folder, "agencies")}
    scopes: dict[str, set[str]] = {}
    for row in table(folder, "regions"):
        scopes.setdefault(row["level"], set()).add(row["code"])
    led = {(row["policy"], row["stage"], row["scope"]) for row in table(folder, "assignments") if row["role"] == "lead"}
    expected = {
        (policy.id, stage.id, scope)
        for policy in policies(folder).values()
        for stage in policy.stages
        for scope in scopes[stage.level]
    }
    assert expected - led == (plan.SUPPORT_ONLY if folder == MIXED else set())
    auditors = {"audit", "leading_group", "audit_team"}
    audited = {row["stage"] for row in table(folder, "assignments") if kinds[row["agency"]] in auditors}
    assert audited == {"notice_issued", "relief_audited"}  # the notice: the central leading group on the epidemic
    assert {row["agency"] for row in table(folder, "assignments") if row["stage"] == "relief_audited"} == {
        "joint-group"
    }


def cleaned(text: str) -> str:
    """Take the pinyin in brackets out and turn traditional into simplified characters."""
    plain = re.sub(r"(?<=[\u3400-\u9fff])\([a-zA-Z\u00c0-\u024f\u1e00-\u1eff]+\)", "", text)
    return str(opencc.OpenCC("t2s").convert(plain))


def seed_text() -> str:
    return (PUBLIC / "documents" / "seed-article.txt").read_bytes().decode("utf-8")


@BOTH
def test_the_article_is_kept_byte_for_byte(folder: Path) -> None:
    content = (folder / "documents" / "seed-article.txt").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SEED_SHA256
    assert len(content.decode("utf-8")) == 2086


def test_each_span_in_the_article_says_what_its_row_says() -> None:
    text = seed_text()
    seen = 0
    for name, column in (("findings", "title"), ("actions", "quote")):
        for row in table(PUBLIC, name):
            assert row["source"] == "seed-article.txt"
            match = re.fullmatch(r"chars (\d+)-(\d+)", row["locator"])
            assert match
            assert row[column].split(" / ")[0] in cleaned(text[int(match[1]) : int(match[2])]), row["id"]
            seen += 1
    assert seen >= 18


@pytest.mark.parametrize("name", ["agencies", "reports", "supplies"])
def test_other_spans_in_the_article_lie_in_it_and_start_at_a_character(name: str) -> None:
    expected = {"agencies": "5个审计组", "reports": "专题材料", "supplies": "影响上下游产业"}[name]
    rows = [row for row in table(PUBLIC, name) if row["source"] == "seed-article.txt"]
    assert rows
    for row in rows:
        first, last = (int(one) for one in row["locator"].removeprefix("chars ").split("-"))
        assert expected in cleaned(seed_text()[first:last])


def test_what_the_leading_group_was_to_do_is_told_in_words_of_the_article_at_its_span() -> None:
    (group,) = [row for row in table(PUBLIC, "agencies") if row["id"] == "joint-group"]
    first, last = (int(one) for one in group["locator"].removeprefix("chars ").split("-"))
    for cell in ("goal", "task", "schedule", "mode"):
        assert group[cell].split(" / ")[0] in cleaned(seed_text()[first:last])


def test_findings_and_reports_hang_on_the_leading_group_and_its_teams(evaluated: dict[str, Evaluation]) -> None:
    for folder in (PUBLIC, MIXED):
        frames = project([evaluated[folder.name]])
        auditors = {
            row["id"]: row
            for row in frames.nodes["Agency"].to_pylist()
            if row["kind"] in ("leading_group", "audit_team")
        }
        made = [
            row for kind, rows in frames.relationships.items() if kind.name == "MADE_BY" for row in rows.to_pylist()
        ]
        assert {row[END] for row in made} <= set(auditors)
        for label, name in (("Finding", "findings"), ("Report", "reports")):
            wanted = {f"{folder.name}/{row['id']}" for row in table(folder, name)}
            assert {row["id"] for row in frames.nodes[label].to_pylist()} == wanted
            assert {row[START] for row in made} >= wanted
        teams = [row for row in auditors.values() if row["kind"] == "audit_team"]
        assert len(teams) == 5
        assert all(
            bool(row[cell]) == (folder == MIXED) for row in teams for cell in ("goal", "task", "schedule", "mode")
        )
        assert auditors[f"{folder.name}/joint-group"]["source"] == "seed-article.txt"


def test_the_public_case_has_nothing_synthetic() -> None:
    for path in files(PUBLIC):
        text = (PUBLIC / path).read_bytes().decode("utf-8").lower()
        assert "synthetic" not in text
        assert "合成" not in text.replace("聯(lián)合成立", "")  # the article: 联合成立, jointly set up
    assert table(PUBLIC, "coverage") == []
    assert {row["eligible_count"] for row in table(PUBLIC, "beneficiary_groups")} == {""}
    teams = [row for row in table(PUBLIC, "agencies") if row["kind"] == "audit_team"]
    assert len(teams) == 5
    assert not any(row[cell] for row in teams for cell in ("goal", "task", "schedule", "mode"))


@BOTH
def test_unconfirmed_numbers_stand_only_where_they_are_called_unconfirmed(folder: Path) -> None:
    unconfirmed = ("734号", "银发〔2020〕", "国发明电〔2020〕9号")
    for path in files(folder):
        for row in table(folder, path.stem) if path.suffix == ".csv" else []:
            for column, cell in row.items():
                assert column == "number_unconfirmed" or not any(one in cell for one in unconfirmed)
        if path.suffix == ".yaml":
            assert not any(one in (folder / path).read_text("utf-8") for one in unconfirmed)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_what_the_mixed_case_adds_is_marked_row_by_row(name: str) -> None:
    real = {tuple(sorted((k, v) for k, v in row.items() if v)) for row in table(PUBLIC, name)}
    kept = 0
    for row in table(MIXED, name):
        if tuple(sorted((k, v) for k, v in row.items() if v)) in real:
            kept += 1
            continue
        assert row["synthetic"] == "true"
        assert row["id" if name == "documents" else "source"] == "synthetic"
    changed = {"agencies": 5, "assignments": len(plan.SUPPORT_ONLY)}.get(name, 0)
    assert kept == len(table(PUBLIC, name)) - changed


def test_synthetic_names_and_titles_say_so() -> None:
    for name, column in (
        ("findings", "title"),
        ("reports", "title"),
        ("beneficiary_groups", "name"),
        ("agencies", "name"),
    ):
        for row in table(MIXED, name):
            if row["synthetic"] == "true" and row.get("kind") != "audit_team":
                assert "合成" in row[column]
    for row in table(MIXED, "agencies"):
        if row["kind"] == "audit_team":
            assert all(
                "[合成]" in row[cell] and "[synthetic]" in row[cell] for cell in ("goal", "task", "schedule", "mode")
            )
    for row in table(MIXED, "events"):
        assert row["synthetic"] != "true" or not row["note"] or ("合成" in row["note"] and "synthetic" in row["note"])


def test_the_policies_of_both_cases_differ_only_in_the_synthetic_cap() -> None:
    for path in sorted((PUBLIC / "policies").iterdir()):
        other = (MIXED / "policies" / path.name).read_text("utf-8").splitlines()
        ours = path.read_text("utf-8").splitlines()
        added = [line for line in other if line not in ours]
        assert [line for line in other if line not in added] == ours
        assert all("# synthetic" in line for line in added)
        assert len(added) == (1 if path.stem == plan.JOBS else 0)


def test_the_script_writes_the_same_bytes_again(tmp_path: Path) -> None:
    mixed.write(tmp_path / "mixed")
    assert files(tmp_path / "mixed") == files(MIXED)
    assert filecmp.cmpfiles(MIXED, tmp_path / "mixed", [str(path) for path in files(MIXED)], shallow=False)[1:] == (
        [],
        [],
    )
    public.write(tmp_path / "public")
    written = [str(path) for path in files(tmp_path / "public")]
    assert len(written) == 3
    assert filecmp.cmpfiles(PUBLIC, tmp_path / "public", written, shallow=False)[1:] == ([], [])


def test_both_cases_together_are_small() -> None:
    assert sum((folder / path).stat().st_size for folder in (PUBLIC, MIXED) for path in files(folder)) < 3_000_000


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Evaluation]:
    facts = Facts(tmp_path_factory.mktemp("workspace"), create=True)
    for folder in (PUBLIC, MIXED):
        result = load_case(facts, folder)
        assert [reject.line() for reject in result.rejects] == []
        assert all("kept as attributes" in warning for warning in result.warnings), result.warnings
        assert result.loaded == {name: len(table(folder, name)) for name in result.loaded}
    return {folder.name: evaluate(facts, folder.name) for folder in (PUBLIC, MIXED)}


def test_the_public_case_shows_what_nobody_looked_at_and_no_failure(evaluated: dict[str, Evaluation]) -> None:
    found = evaluated[PUBLIC.name]
    assert found.counts() == {
        # the provincial rules, 117 registers; 11 nominations, 11 payments; the mechanism, 117 needs; 11 cities linked
        "unobserved_step": 1 + 117 + 11 + 11 + 1 + 117 + 11,
        "unverified_rectification": 1,
        "reported_pain": 1,
    }
    assert {gap.subject for gap in found.gaps() if gap.kind != "unobserved_step"} == {
        "seed-fever-medicine",
        "seed-pain",
    }


def test_the_mixed_case_shows_every_kind_of_gap_but_those_about_sources(evaluated: dict[str, Evaluation]) -> None:
    counts = {kind: count for kind, count in evaluated[MIXED.name].counts().items() if count}
    # Every synthetic row names its source, and all name the same: none is unsupported, none contradicts another.
    assert set(counts) >= set(rules()) - {"blocked_step", "unsupported_step", "conflicting_evidence"}
    assert counts.keys().isdisjoint({"unsupported_step", "conflicting_evidence"})
    assert sum(counts.values()) < 300


def test_each_twist_of_the_plan_comes_out_as_its_gap(evaluated: dict[str, Evaluation]) -> None:
    kinds = {
        "missing": "missing_step",
        "open": "overdue_step",
        "reopened": "overdue_step",
        "late": "late_step",
    }
    gaps: Any = {(gap.kind, gap.policy, gap.stage, gap.scope) for gap in evaluated[MIXED.name].gaps()}
    for place, twist in plan.TWISTS.items():
        if twist.kind in kinds:
            assert (kinds[twist.kind], *place) in gaps
    for place in plan.SUPPORT_ONLY:
        assert ("unassigned_step", *place) in gaps
    planted = {
        place for place, twist in plan.TWISTS.items() if kinds.get(twist.kind) in ("missing_step", "overdue_step")
    }
    assert planted == {gap[1:] for gap in gaps if gap[0] in ("missing_step", "overdue_step")}


def test_the_money_that_stops_is_found_where_it_stops(evaluated: dict[str, Evaluation]) -> None:
    gaps = evaluated[MIXED.name].gaps()
    retained = {gap.subject for gap in gaps if gap.kind == "funds_retained"}
    assert retained == {
        "sublessor-a", "finance-140200", "finance-141000", "finance-140226", "finance-140929", "finance-141126",
    }  # fmt: skip
    assert {gap.subject for gap in gaps if gap.kind == "funds_untraced"} == {"finance-140500"}
    linfen = next(gap for gap in gaps if gap.kind == "overdue_step" and gap.stage == "funds_passed_on")
    waiting = {gap.subject for gap in gaps if gap.kind == "coverage_shortfall" and linfen.id in gap.caused_by}
    assert waiting == {f"{kind}-{county}" for county in plan.LINFEN_UNPAID for kind in ("dibao", "children")}


def test_lawful_shortcuts_raise_no_gap(evaluated: dict[str, Evaluation]) -> None:
    found = {(gap.stage, gap.scope) for gap in evaluated[MIXED.name].gaps(kind="out_of_order")}
    assert found == {
        ("landlord_offset_granted", "140822"),
        ("landlord_offset_granted", "140902"),
        ("payment_ordered", "140224"),
        ("payment_ordered", "140823"),
        ("trip_run", "141124"),
        ("trip_run", "141130"),
    }
