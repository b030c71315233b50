"""The derived tables of the public case: regions, agencies, assignments."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scripts.shanxi_case.common import LEVELS, PUBLIC, regions, write_table
from scripts.shanxi_case.offices import (
    AGENCY_COLUMNS,
    ASSIGNMENT_COLUMNS,
    agency_rows,
    assignment_rows,
)

Stage = dict[str, Any]


@cache
def chains() -> dict[str, dict[str, Stage]]:
    """Return the stages of each policy by id, in the order of the files."""
    found = {}
    for path in sorted((PUBLIC / "policies").glob("*.yaml")):
        policy = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[policy["id"]] = {stage["id"]: stage for stage in policy["stages"]}
    return found


def stage_levels() -> dict[tuple[str, str], str]:
    """Return the level of each (policy, stage)."""
    return {(policy, id_): stage["level"] for policy, stages in chains().items() for id_, stage in stages.items()}


def write(folder: Path = PUBLIC) -> None:
    """Write the public case's regions, agencies and assignments."""
    tables = folder / "tables"
    ordered = sorted(regions().values(), key=lambda row: (LEVELS.index(row["level"]), row["code"]))
    write_table(tables / "regions.csv", ["code", "name", "level", "parent"], ordered)
    write_table(tables / "agencies.csv", AGENCY_COLUMNS, agency_rows())
    write_table(tables / "assignments.csv", ASSIGNMENT_COLUMNS, assignment_rows(stage_levels()))
