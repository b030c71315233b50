"""The mixed case: everything of the public case, with the synthetic observations added and marked."""

from __future__ import annotations

import shutil
from pathlib import Path

from graphkit.model.tables import TABLES
from scripts.shanxi_case import audit, plan
from scripts.shanxi_case.chain import walk
from scripts.shanxi_case.common import MIXED, PUBLIC, SYNTHETIC, Row, read_table, write_table
from scripts.shanxi_case.money import JOB_SUBSIDY_CAP, follow
from scripts.shanxi_case.offices import AGENCY_COLUMNS, ASSIGNMENT_COLUMNS

_CASE = f"""\
# What public sources say (as in shanxi-2020-public), with synthetic observations: every synthetic row says so in its
# column "synthetic" and in its source. Written by scripts/make_shanxi_case.py; do not edit.
id: shanxi-2020
title:
  zh: 山西省2020年疫情防控与复工复产政策落实跟踪审计（公开资料与合成数据）
  en: Shanxi 2020, tracking audit of epidemic and work-resumption policies (public sources and synthetic data)
jurisdiction: "140000"
timezone: Asia/Shanghai
currency: CNY
calendar: days
as_of: 2020-08-31
thresholds:
  retention_days: 30
  retention_min: 0
  coverage_min: 0.9
  unaddressed_days: 30
  instruction_days: 30
  verify_days: 30
# The article tells how often reports were due; the first day is synthetic (the day after the circular of 2020-02-07).
report_cadence:
  - {{kind: express, every_days: 10, start: {audit.FIRST_DAY}, end: 2020-08-31}}
  - {{kind: monthly, every: month, start: 2020-02-01, end: 2020-08-31}}
"""
_SOURCE = {"id": SYNTHETIC, "title": "Synthetic data 合成数据", "synthetic": "true"}
_CAP_AFTER = "    one_per_beneficiary: true"


def write(folder: Path = MIXED) -> None:
    """Write the mixed case anew into a folder, from the public case."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(PUBLIC / "documents", folder / "documents")
    folder.joinpath("case.yaml").write_text(_CASE, encoding="utf-8", newline="\n")
    _write_policies(folder / "policies")
    tables = folder / "tables"
    events = walk()
    money = follow(events)
    _write_agencies(tables, money.agencies)
    _write_assignments(tables)
    _add(tables, "regions", [])
    _add(tables, "beneficiary_groups", money.groups)
    _add(tables, "beneficiaries", money.beneficiaries)
    _add(tables, "events", events.events)
    _add(tables, "transfers", money.transfers)
    _add(tables, "deliveries", money.deliveries)
    _add(tables, "findings", audit.finding_rows())
    _add(tables, "actions", audit.action_rows())
    _add(tables, "reports", audit.report_rows())
    _add(tables, "documents", [_SOURCE])
    _add(tables, "coverage", audit.coverage_rows())
    _add(tables, "supplies", money.supplies)


def _add(tables: Path, name: str, rows: list[Row]) -> None:
    """Write the public rows of a table and the synthetic ones behind them; the contract's columns come first."""
    public = PUBLIC / "tables" / f"{name}.csv"
    real = read_table(public) if public.exists() else []
    filled = dict.fromkeys(column for row in [*real, *rows] for column in row)
    named = [column for column in TABLES[name].column_names if column in filled]
    others = [column for column in filled if column not in named and column != "synthetic"]
    write_table(tables / f"{name}.csv", [*named, *others, *(["synthetic"] if rows else [])], real + rows)


def _write_agencies(tables: Path, more: list[Row]) -> None:
    """Write the public agencies, with the teams' goals and tasks, which the article does not tell."""
    cells = audit.team_cells()
    rows = [row | cells.get(row["id"], {}) for row in read_table(PUBLIC / "tables" / "agencies.csv")]
    write_table(tables / "agencies.csv", [*AGENCY_COLUMNS, "synthetic"], rows + more)


def _write_assignments(tables: Path) -> None:
    """Write the public assignments, except that some leads are only supporters in the synthetic division of work."""
    rows = read_table(PUBLIC / "tables" / "assignments.csv")
    for row in rows:
        if (row["policy"], row["stage"], row["scope"]) in plan.SUPPORT_ONLY and row["role"] == "lead":
            row |= {"role": "support", "source": SYNTHETIC, "basis": "", "synthetic": "true"}
    write_table(tables / "assignments.csv", [*ASSIGNMENT_COLUMNS, "synthetic"], rows)


def _write_policies(folder: Path) -> None:
    """Copy the policies; the demo's cap of the job-search subsidy is synthetic and says so."""
    folder.mkdir()
    for path in sorted((PUBLIC / "policies").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        if path.stem == plan.JOBS:
            head, found, tail = text.partition(_CAP_AFTER)
            if not found:
                raise ValueError(f"{path.name}: no line '{_CAP_AFTER.strip()}' to put the synthetic cap before")
            cap = f"    cap_per_beneficiary: {JOB_SUBSIDY_CAP} # synthetic: no source gives a rate for 2020\n"
            text = head + cap + found + tail
        folder.joinpath(path.name).write_text(text, encoding="utf-8", newline="\n")
