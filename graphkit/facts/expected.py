"""Which steps a case expects: its stages in the regions and agencies that they apply to (CONTRACT.md section 1)."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import pyarrow as pa

from graphkit.engine.arrow import table_of
from graphkit.model.case import Case, Policy
from graphkit.model.tables import LEVELS

EXPECTED_SQL = resources.files("graphkit.facts").joinpath("expected.sql").read_text(encoding="utf-8")
"""Statements that make region_above, inside and expected_steps from regions, agencies and the definitions."""

_TEXT, _INT, _DAY, _FLAG = pa.string(), pa.int64(), pa.date32(), pa.bool_()


def definition_tables(case: Case, policies: Iterable[Policy]) -> dict[str, pa.Table]:
    """Return the definitions as tables: case_info, levels, policies, measures, stages, stage_after, stage_scopes."""
    policies = sorted(policies, key=lambda policy: policy.id)
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in _SCHEMAS}
    rows["case_info"].append((case.id, case.jurisdiction, case.currency))
    rows["levels"] += [(level, rank) for rank, level in enumerate(LEVELS)]
    stage_number = 0
    for policy in policies:
        document, effective = policy.document, policy.effective
        rows["policies"].append(
            (
                policy.id,
                policy.title.zh,
                policy.title.en,
                document.number,
                document.issued_on,
                document.issuer,
                effective.from_,
                effective.to,
            )
        )
        for measure in policy.measures:
            rows["measures"].append(
                (
                    measure.id,
                    policy.id,
                    measure.title.zh,
                    measure.title.en,
                    measure.kind,
                    measure.cap_per_beneficiary,
                    measure.one_per_beneficiary,
                )
            )
        depths = policy.depths()
        for stage in sorted(policy.stages, key=lambda stage: stage.id):
            stage_number += 1
            rows["stages"].append(
                (
                    stage_number,
                    policy.id,
                    stage.id,
                    stage.title.zh,
                    stage.title.en,
                    stage.level,
                    stage.measure,
                    stage.optional,
                    stage.evidence,
                    stage.severity,
                    stage.within_days,
                    stage.due_on,
                    depths[stage.id],
                    stage.scopes is not None,
                    stage.basis,
                )
            )
            rows["stage_scopes"] += [(policy.id, stage.id, scope) for scope in sorted(set(stage.scopes or []))]
            rows["stage_after"] += [
                (policy.id, stage.id, before, before in stage.may_precede) for before in sorted(set(stage.after))
            ]
    return {name: table_of(_SCHEMAS[name], rows[name]) for name in _SCHEMAS}


_SCHEMAS: dict[str, pa.Schema] = {
    "case_info": pa.schema([("id", _TEXT), ("jurisdiction", _TEXT), ("currency", _TEXT)]),
    "levels": pa.schema([("level", _TEXT), ("rank", _INT)]),
    "policies": pa.schema(
        [
            ("id", _TEXT),
            ("title_zh", _TEXT),
            ("title_en", _TEXT),
            ("document_number", _TEXT),
            ("document_issued_on", _DAY),
            ("document_issuer", _TEXT),
            ("effective_from", _DAY),
            ("effective_to", _DAY),
        ]
    ),
    "measures": pa.schema(
        [
            ("id", _TEXT),
            ("policy", _TEXT),
            ("title_zh", _TEXT),
            ("title_en", _TEXT),
            ("kind", _TEXT),
            ("cap_per_beneficiary", pa.decimal128(28, 6)),
            ("one_per_beneficiary", _FLAG),
        ]
    ),
    "stages": pa.schema(
        [
            ("number", _INT),
            ("policy", _TEXT),
            ("id", _TEXT),
            ("title_zh", _TEXT),
            ("title_en", _TEXT),
            ("level", _TEXT),
            ("measure", _TEXT),
            ("optional", _FLAG),
            ("evidence", _TEXT),
            ("severity", _TEXT),
            ("within_days", _INT),
            ("due_on", _DAY),
            ("depth", _INT),
            ("scoped", _FLAG),
            ("basis", _TEXT),
        ]
    ),
    "stage_scopes": pa.schema([("policy", _TEXT), ("stage", _TEXT), ("scope", _TEXT)]),
    "stage_after": pa.schema([("policy", _TEXT), ("stage", _TEXT), ("after", _TEXT), ("may_precede", _FLAG)]),
}
