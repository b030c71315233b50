"""The mixed case: everything of the public case, with the synthetic observations added and marked."""

from __future__ import annotations

import shutil

from scripts.shanxi_case import audit, plan
from scripts.shanxi_case.chain import OTHER_SOURCE, walk
from scripts.shanxi_case.common import MIXED, PUBLIC, SYNTHETIC, Row, read_table, write_table
from scripts.shanxi_case.money import JOB_SUBSIDY_CAP, follow
from scripts.shanxi_case.offices import AGENCY_COLUMNS, ASSIGNMENT_COLUMNS

_CASE = f"""\
# What public sources say (as in shanxi-2020-public), with synthetic observations: every synthetic row says so in its
# column "synthetic" and, where it has one, in its source. Written by scripts/make_shanxi_case.py; do not edit.
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
_SOURCES = [
    {"id": SYNTHETIC, "title": "Synthetic data 合成数据"},
    {"id": OTHER_SOURCE, "title": "Synthetic data 合成数据: what the receivers say 受益方的说法"},
]
_CAP_AFTER = "    one_per_beneficiary: true"


def write() -> None:
    """Write the mixed case anew."""
    if MIXED.exists():
        shutil.rmtree(MIXED)
    shutil.copytree(PUBLIC / "documents", MIXED / "documents")
    MIXED.joinpath("case.yaml").write_text(_CASE, encoding="utf-8", newline="\n")
    _write_policies()
    events = walk()
    money = follow(events)
    _add("regions", ["code", "name", "level", "parent"], [])
    _write_agencies(money.agencies)
    _add(
        "beneficiary_groups",
        ["id", "name", "name_en", "measure", "region", "eligible_count", "affected_by", "source"],
        money.groups,
    )
    columns = ["id", "group", "name", "region", "eligible", "eligible_from", "eligible_to"]
    _add("beneficiaries", columns, money.beneficiaries)
    _write_assignments()
    columns = "id policy stage scope kind on agency amount count recorded_at source locator note date_basis".split()
    _add("events", columns, events.events)
    _add("transfers", "id policy measure from to amount on source".split(), money.transfers)
    columns = "id policy measure beneficiary region group agency amount on due_on channel source".split()
    _add("deliveries", columns, money.deliveries)
    columns = (
        "id title title_en category kind policy stage scope agency found_on amount count severity team recorded_at "
        "source locator date_basis"
    ).split()
    _add("findings", columns, audit.finding_rows())
    columns = "id finding kind by to on due_on source locator note quote date_basis".split()
    _add("actions", columns, audit.action_rows())
    columns = "id kind period_end issued_on team source locator title date_basis".split()
    _add("reports", columns, audit.report_rows())
    columns = "id title number issuer issued_on file url grade sources date_basis number_unconfirmed note".split()
    _add("documents", columns, [{**row, "synthetic": "true"} for row in _SOURCES])
    _add("coverage", "policy stage scope until source".split(), audit.coverage_rows())
    _add("supplies", "from to weight source locator".split(), money.supplies)


def _add(table: str, columns: list[str], rows: list[Row]) -> None:
    """Write the public rows of a table and the synthetic ones behind them."""
    public = PUBLIC / "tables" / f"{table}.csv"
    real = read_table(public) if public.exists() else []
    marks = ["synthetic"] if rows else []
    write_table(MIXED / "tables" / f"{table}.csv", [*columns, *marks], real + rows)


def _write_agencies(more: list[Row]) -> None:
    """Write the public agencies, with the teams' goals and tasks, which the article does not tell."""
    rows = [{**row, **audit.TEAM_CELLS.get(row["id"], {})} for row in read_table(PUBLIC / "tables" / "agencies.csv")]
    write_table(MIXED / "tables" / "agencies.csv", [*AGENCY_COLUMNS, "synthetic"], rows + more)


def _write_assignments() -> None:
    """Write the public assignments, except that some leads are only supporters in the synthetic division of work."""
    rows = read_table(PUBLIC / "tables" / "assignments.csv")
    for row in rows:
        if (row["policy"], row["stage"], row["scope"]) in plan.SUPPORT_ONLY and row["role"] == "lead":
            row |= {"role": "support", "source": SYNTHETIC, "basis": "", "synthetic": "true"}
    write_table(MIXED / "tables" / "assignments.csv", [*ASSIGNMENT_COLUMNS, "synthetic"], rows)


def _write_policies() -> None:
    """Copy the policies; the demo's cap of the job-search subsidy is synthetic and says so."""
    (MIXED / "policies").mkdir()
    for path in sorted((PUBLIC / "policies").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        if path.stem == plan.JOBS:
            head, found, tail = text.partition(_CAP_AFTER)
            if not found:
                raise ValueError(f"{path.name}: there is no line '{_CAP_AFTER.strip()}' to put the synthetic cap before")
            cap = f"    cap_per_beneficiary: {JOB_SUBSIDY_CAP} # synthetic: no source gives a rate for 2020\n"
            text = head + cap + found + tail
        MIXED.joinpath("policies", path.name).write_text(text, encoding="utf-8", newline="\n")
