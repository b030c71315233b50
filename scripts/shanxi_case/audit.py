"""The synthetic audit: what the teams looked at, what they found, what became of it, and which reports they issued.

The teams, findings and actions are invented by hand, in tables/ beside this file.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

from scripts.shanxi_case import plan
from scripts.shanxi_case.common import AS_OF, COUNTRY, PROVINCE, SYNTHETIC, Row, codes, read_table
from scripts.shanxi_case.offices import LEADING_GROUP
from scripts.shanxi_case.public import chains

FIRST_DAY = date(2020, 2, 8)
_TABLES = Path(__file__).parent / "tables"
_MARK = {"source": SYNTHETIC, "synthetic": "true"}
_MISSED_EXPRESS = ("2020-05-07", "2020-07-26")
_LATE_EXPRESS = "2020-06-26"


@cache
def _teams() -> list[Row]:
    return read_table(_TABLES / "teams.csv")


def team_cells() -> dict[str, Row]:
    """Return each team's goal, task, schedule and mode by its id."""
    cells = ("goal", "task", "schedule", "mode")
    return {row["id"]: {cell: row[cell] for cell in cells} | _MARK | {"locator": ""} for row in _teams()}


def finding_rows() -> list[Row]:
    """Return the findings; titles say that they are synthetic."""
    team_of = {row["policy"]: row["id"] for row in _teams()}
    rows = []
    for row in read_table(_TABLES / "findings.csv"):
        recorded = date.fromisoformat(row["found_on"]) + timedelta(days=1)
        title = f"[合成 synthetic] {row.pop('title')} / {row.pop('title_en')}"
        changed = {"id": f"syn-{row['id']}", "title": title, "recorded_at": f"{recorded}T17:30:00"}
        rows.append(row | changed | {"team": team_of[row["policy"]]} | _MARK)
    return rows


def action_rows() -> list[Row]:
    """Return what became of the findings."""
    return [
        row | {"id": f"syn-ac-{number:03}", "finding": f"syn-{row['finding']}"} | _MARK
        for number, row in enumerate(read_table(_TABLES / "actions.csv"), start=1)
    ]


def report_rows() -> list[Row]:
    """Return the express reports (two missing, one late) and the monthly ones."""
    rows = []
    end = FIRST_DAY + timedelta(days=9)
    while end < AS_OF:
        if end.isoformat() not in _MISSED_EXPRESS:
            delay = 8 if end.isoformat() == _LATE_EXPRESS else 1
            rows.append(_report("express", "审计快报", end, end + timedelta(days=delay)))
        end += timedelta(days=10)
    for month in range(3, 9):
        end = date(2020, month, 1) - timedelta(days=1)
        rows.append(_report("monthly", "阶段性审计情况", end, end + timedelta(days=3)))
    return rows


def _report(kind: str, title: str, end: date, issued: date) -> Row:
    row = {"id": f"syn-{kind}-{end}", "kind": kind, "period_end": end.isoformat(), "issued_on": issued.isoformat()}
    return row | {"team": LEADING_GROUP, "title": f"[合成 synthetic] {title} {end}"} | _MARK


def coverage_rows() -> list[Row]:
    """Return what was looked at: the national and provincial stages, and every city, one of them only for a while."""
    rows = []
    for policy, stages in chains().items():
        for id_, stage in stages.items():
            if stage["level"] in ("central", "province"):
                scope = COUNTRY if stage["level"] == "central" else PROVINCE
                rows.append({"policy": policy, "stage": id_, "scope": scope})
        for city in codes("city"):
            until = plan.NOT_LOOKED_AT_AFTER.get((policy, city))
            rows.append({"policy": policy, "scope": city, "until": until.isoformat() if until else ""})
    return [row | _MARK for row in rows]
