"""A small case that has a little of everything a report tells; its names can be replaced by hostile ones."""

from __future__ import annotations

import atexit
import csv
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from graphkit.case import load_case
from graphkit.facts import Facts

HOSTILE = {
    "Province": "<script>alert(1)</script>",
    "City One": "</script><img src=x onerror=alert(2)>",
    "City Two": "[here](javascript:alert(3)) **bold** | cell",
    "County Five": '=HYPERLINK("http://evil.example","x")',
    "County Six": "'\"`县\u202egnp.exe\u0007 & <b>",
    "County Seven": "长" * 10_000,
    "Finance One": "😀👩‍👩‍👧 http://evil.example www.evil.example a@evil.example",
    "Finance Five": "-1+1|[red]markup[/red] \x1b[31mred",
    "Tenants Five": "1. # $x$ ~~y~~ <!-- z --> &lt;",
    "Rent relief": "@SUM(1+1)*cmd|' /C calc'!A0",
    "Register": "+1</title><svg onload=alert(4)>",
    "Medicine on sale": "{{ 7 * 7 }} {% raw %} ${8 * 8}",
}
"""The names of the case, and texts in their place that would be markup, a formula, a link or code somewhere."""

POLICY = """
id: rent
title: {zh: 减免房租, en: Rent relief}
document: {number: 发改〔2020〕1号, issued_on: 2020-02-01, issuer: ndrc}
effective: {from: 2020-02-01, to: 2020-12-31}
measures:
  - {id: waiver, kind: rent_relief}
stages:
  - {id: transmit, level: province, title: {zh: 转发, en: Transmit}, within_days: 15}
  - {id: register, level: county, title: {zh: 摸底, en: Register}, after: [transmit], within_days: 10}
  - {id: waive, level: county, title: {zh: 兑现, en: Waive}, after: [register], within_days: 30, measure: waiver,
     evidence: document}
  - {id: pass, level: county, title: {zh: 传导, en: Pass on}, after: [waive], optional: true}
  - {id: sum, level: city, title: {zh: 汇总, en: Sum up}, after: [waive], within_days: 20}
"""

TABLES = {
    "regions": """code,name,level,parent
        14,Province,province,
        1401,City One,city,14
        1402,City Two,city,14
        140105,County Five,county,1401
        140106,County Six,county,1401
        140207,County Seven,county,1402""",
    "agencies": """id,name,region
        fin-1,Finance One,1401
        fin-5,Finance Five,140105
        fin-14,Finance Province,14""",
    "beneficiary_groups": """id,name,measure,region,eligible_count
        tenants-5,Tenants Five,waiver,140105,100
        tenants-6,Tenants Six,waiver,140106,40""",
    "assignments": """policy,stage,scope,agency
        rent,transmit,14,fin-14
        rent,register,140105,fin-5
        rent,register,140106,fin-1
        rent,register,140207,fin-14
        rent,waive,140105,fin-5
        rent,waive,140106,fin-1
        rent,waive,140207,fin-14
        rent,sum,1401,fin-1
        rent,sum,1402,fin-1""",
    "events": """id,policy,stage,scope,kind,on,source,locator
        e1,rent,transmit,14,completed,2020-02-10,doc-1,p1
        e2,rent,register,140106,completed,2020-02-18,doc-1,
        e3,rent,register,140207,completed,2020-03-10,doc-1,
        e4,rent,waive,140106,started,2020-03-01,doc-1,
        e5,rent,waive,140207,completed,2020-03-20,,
        e6,rent,pass,140207,completed,2020-03-21,doc-1,""",
    "transfers": """id,policy,measure,from,to,amount,on
        t1,rent,waiver,source:treasury,fin-1,1000000.10,2020-03-01
        t2,rent,waiver,fin-1,tenants-5,250000.05,2020-03-05""",
    "deliveries": "id,policy,measure,beneficiary,region,group,amount,on\n"
    + "\n".join(f"d{n},rent,waiver,b{n},140105,tenants-5,10,2020-03-06" for n in range(30)),
    "findings": """id,title,category,policy,agency,found_on,source,locator
        F-1,Medicine on sale,break,,fin-1,2020-02-20,doc-1,chars 0-6
        F-2,Slow to resume,pain,rent,fin-5,2020-02-25,,
        F-3,Closed,,,fin-1,2020-02-21,,""",
    "actions": """id,finding,kind,by,on,due_on
        a1,F-2,instructed,Governor,2020-03-01,2020-03-20
        a2,F-3,rectified,,2020-03-01,
        a3,F-3,verified,,2020-03-02,""",
    "documents": """id,title,number,issuer,file
        doc-1,The article,审〔2020〕2号,Audit,doc-1.txt""",
    "coverage": """policy,stage,scope
        rent,,1401
        rent,transmit,14""",
}


def write_case(
    folder: Path, names: Mapping[str, str] | None = None, *, synthetic: bool = False, coverage: bool = True
) -> Path:
    """Write the case into `folder`: with names replaced, its events marked as made up, without a coverage table."""
    replaced = names or {}
    for part in ("policies", "tables", "documents"):
        (folder / part).mkdir(parents=True)
    policy = yaml.safe_load(POLICY)
    for part in (policy, *policy["stages"]):
        part["title"] = {lang: replaced.get(part["title"]["en"], text) for lang, text in part["title"].items()}
    _yaml(folder / "policies" / "rent.yaml", policy)
    title = {"zh": "小案例", "en": replaced.get("Province", "Small case")}
    _yaml(folder / "case.yaml", {"id": "small", "title": title, "jurisdiction": "14", "as_of": "2020-06-30"})
    (folder / "documents" / "doc-1.txt").write_text("药店仍在销售退热药品", encoding="utf-8")
    for name, text in TABLES.items():
        rows = list(csv.DictReader(line.strip() for line in text.splitlines()))
        for row in rows:
            for column in {"name", "title"} & set(row):
                row[column] = replaced.get(row[column], row[column])
            if synthetic and name == "events":
                row["source"] = "synthetic"
        if name != "coverage" or coverage:
            with (folder / "tables" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
    return folder


def load_small(folder: Path, names: Mapping[str, str] | None = None, **options: bool) -> Facts:
    """Write and load the case under `folder` and return its facts; every row must load.

    A process loads each kind of the case once, and copies it from then on.
    """
    shutil.copytree(_loaded(tuple((names or {}).items()), **options), folder, dirs_exist_ok=True)
    return Facts(folder / "workspace")


@cache
def _loaded(names: tuple[tuple[str, str], ...], **options: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="graphkit-small-"))
    atexit.register(shutil.rmtree, folder)
    result = load_case(Facts(folder / "workspace", create=True), write_case(folder / "case", dict(names), **options))
    assert result.rejected == 0, [reject.line() for reject in result.rejects]
    return folder


def _yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
