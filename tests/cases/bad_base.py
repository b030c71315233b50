"""A small whole case as files, and the words to spoil it with: each bad input is this case with some files changed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

Content = str | bytes | None | Callable[[Path], None]
"""A file's text or bytes; None: the file is not there; a function makes the file itself at the path."""

CASE = "id: spoilt\njurisdiction: '14'\nas_of: 2020-06-30\n"
POLICY = """id: p
effective: {from: 2020-03-01}
measures: [{id: m}]
stages:
  - {id: issue, level: province, within_days: 10}
  - {id: pay, level: county, after: [issue], within_days: 10, measure: m}
"""
EVENTS_HEADER = "id,policy,stage,scope,kind,on,agency,amount,count,recorded_at,source,locator,note\n"
BASE: dict[str, Content] = {
    "case.yaml": CASE,
    "policies/p.yaml": POLICY,
    "tables/regions.csv": "code,name,level,parent\n14,山西省,province,\n1401,太原市,city,14\n"
    "140105,小店区,county,1401\n140106,迎泽区,county,1401\n",
    "tables/agencies.csv": "id,name,region,parent\nprov,省发改委,14,\nxd,小店区局,140105,prov\n",
    "tables/events.csv": EVENTS_HEADER + "E1,p,issue,14,completed,2020-03-05,prov,,,,doc,,\n",
    "tables/documents.csv": "id,title,file\ndoc,通知,notice.txt\n",
    "documents/notice.txt": "通知全文\n",
}
MORE: dict[str, Content] = {
    "tables/beneficiary_groups.csv": "id,name,measure,region,eligible_count\ng,小店区商户,m,140105,10\n",
    "tables/beneficiaries.csv": "id,group,eligible\nB1,g,true\nB2,g,true\n",
    "tables/assignments.csv": "policy,stage,scope,agency\np,pay,140105,xd\n",
    "tables/transfers.csv": "id,policy,measure,from,to,amount,on\nT1,p,m,source:budget,prov,100.00,2020-03-10\n",
    "tables/deliveries.csv": "id,policy,measure,beneficiary,group,amount,on\nD1,p,m,B1,g,10.00,2020-03-20\n",
    "tables/findings.csv": "id,title,policy,stage,scope,agency,found_on\nF1,迟缓,p,pay,140105,xd,2020-04-01\n",
    "tables/actions.csv": "id,finding,kind,on\nA1,F1,reported,2020-04-02\n",
    "tables/reports.csv": "id,kind,period_end,issued_on\nR1,monthly,2020-03-31,2020-04-01\n",
    "tables/coverage.csv": "policy,stage,scope,until\np,,14,2020-06-30\n",
    "tables/supplies.csv": "from,to,weight\ng,xd,1\n",
}
"""The other tables, for the inputs that are about them."""

ROWS = {"regions": 4, "agencies": 2, "events": 1, "documents": 1}
"""How many rows of each table of the base load."""


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write the base case with some files changed or added."""
    for name, content in {**BASE, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            content(path)


def event(id: str = "E2", **cells: str) -> str:
    """Return a line of events.csv: a good one unless cells are given."""
    row = {"id": id, "policy": "p", "stage": "pay", "scope": "140105", "kind": "completed", "on": "2020-03-12"} | cells
    return ",".join(row.get(column, "") for column in EVENTS_HEADER.strip().split(",")) + "\n"


def events(*lines: str) -> dict[str, Content]:
    """Return the change of the events: the first good one, the given lines, and a good one behind them."""
    return {"tables/events.csv": f"{BASE['tables/events.csv']}{''.join(lines)}{event('E9', on='2020-03-13')}"}


def appended(table: str, *lines: str) -> dict[str, Content]:
    """Return the change of a table: the given lines at its end."""
    name = f"tables/{table}.csv"
    before = BASE.get(name) or MORE[name]
    return {name: "\n".join([f"{before}".rstrip("\n"), *lines, ""])}


def also(*tables: str) -> dict[str, Content]:
    """Return further tables of the case."""
    return {f"tables/{table}.csv": MORE[f"tables/{table}.csv"] for table in tables}


def replaced(name: str, old: str, new: str) -> dict[str, Content]:
    """Return the change of a text file in which `old` stands once."""
    text = BASE[name]
    assert isinstance(text, str)
    assert text.count(old) == 1, (name, old)
    return {name: text.replace(old, new)}


def workbook(rows: list[list[Any]], *, more: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """Return an Excel workbook with these rows in its first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if more:
        more(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet(columns: dict[str, Any]) -> bytes:
    """Return a Parquet file with these columns."""
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def instead(table: str, suffix: str, content: Content) -> dict[str, Content]:
    """Return the change of a table's file to one of another format."""
    return {f"tables/{table}.csv": None, f"tables/{table}.{suffix}": content}


EVENT_COLUMNS = ["id", "policy", "stage", "scope", "kind", "on"]
FIRST = ["E1", "p", "issue", "14", "completed"]
DAY, MOMENT = date(2020, 3, 5), datetime.fromisoformat("2020-03-05T09:30")
