"""The ways in which a case was seen or thought to be wrong; said.yaml holds what graphkit says of each."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from tests.cases.bad_base import (
    BASE,
    CASE,
    DAY,
    EVENT_COLUMNS,
    EVENTS_HEADER,
    FIRST,
    MOMENT,
    MORE,
    POLICY,
    Content,
    also,
    appended,
    event,
    events,
    instead,
    parquet,
    replaced,
    workbook,
)

INPUTS: list[tuple[str, dict[str, Content]]] = []


def link_to_passwd(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere.csv")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def bad(name: str, files: dict[str, Content]) -> None:
    INPUTS.append((name, files))


EV, AGENCIES = str(BASE["tables/events.csv"]), str(BASE["tables/agencies.csv"])
SPOILT_CELLS = [
    ("policy", "q"),
    ("policy", ""),
    ("stage", "deliver"),
    ("scope", "999999"),
    ("scope", "14"),
    ("scope", "prov"),
    ("agency", "nobody"),
    ("kind", "done"),
    ("kind", "Completed"),
    ("on", "2020-02-30"),
    ("on", "2020/3/1"),
    ("on", "20200301"),
    ("on", "43891"),
    ("on", "2020年3月1日"),
    ("on", "2020-03-12T08:00:00"),
    ("on", "2020-3-1"),
    ("on", "0000-00-00"),
    ("on", "infinity"),
    ("on", "12345-01-01"),
    ("on", "0044-03-15 (BC)"),
    ("on", ""),
    ("recorded_at", "2020-03-11"),
    ("recorded_at", "2020-03-11T23:59:59"),
    ("recorded_at", "2020-03-11T16:30:00Z"),
    ("recorded_at", "2020-03-13T25:00:00"),
    ("recorded_at", "yesterday"),
    ("amount", '"1,234.50"'),
    ("amount", "１２３"),
    ("amount", "NaN"),
    ("amount", "inf"),
    ("amount", "1e3"),
    ("amount", "12万"),
    ("amount", "9" * 40),
    ("amount", "0.1234567"),
    ("amount", "-5.00"),
    ("count", "-1"),
    ("count", "1.5"),
    ("count", "１２"),
    ("count", "99999999999999999999"),
    ("count", '"1,000"'),
    ("id", ""),
    ("note", "=1+1"),
    ("note", '"line one\nline two"'),
]
bad(
    "a spoilt cell in each row",
    events(
        *(
            event(**({"id": f"E{number}"} | {cell: value}))
            for number, (cell, value) in enumerate(SPOILT_CELLS, start=20)
        )
    ),
)
bad("a million characters", events(event(note="字" * 1_000_000)))
bad("a million characters bad date", events(event(on="9" * 1_000_000)))
bad("several wrong values", events(event(on="1 March", amount="ten", count="-1"), event("E4", policy="q", scope="99")))
bad("wrong values in a policy that is lost", {**events(event("", on="x")), "policies/p.yaml": "id: p\nstages: [{}]\n"})
bad("same twice", events(event(), event()))
bad("other content", events(event(), event(on="2020-03-11")))
bad("too few cells", events("E2,p,pay\n"))
bad("too many cells", events(event().strip() + ",x,y\n"))
bad("empty rows", events("\n", ",,,,,,,,,,,,\n", "   \n", event()))
bad(
    "open quote",
    {"tables/events.csv": EV + 'E2,p,pay,140105,completed,2020-03-12,,,,,,,"not closed\n' + event("E3") + event("E4")},
)
bad(
    "quote inside",
    {"tables/events.csv": EV + 'E2,p,pay,140105,completed,2020-03-12,,,,,,,he said "no" twice\n' + event("E3")},
)
bad(
    "quote then text",
    {"tables/events.csv": EV + 'E2,p,pay,140105,completed,2020-03-12,,,,,,,"he" said\n' + event("E3")},
)
bad(
    "quoted newline in bad row",
    {"tables/events.csv": EV + 'E2,p,pay,140105,completed,2020-02-30,,,,,,,"one\ntwo"\n' + event("E3", on="x")},
)
bad("nul byte", {"tables/events.csv": (EV + event("E2", note="a\0b") + event("E3")).encode()})
bad("nul in id", {"tables/events.csv": (EV + event("E\0 2") + event("E3")).encode()})
bad("crlf", {"tables/events.csv": (EV + event("E2")).replace("\n", "\r\n")})
bad("cr", {"tables/events.csv": (EV + event("E2")).replace("\n", "\r")})
bad("no last newline", {"tables/events.csv": (EV + event("E2")).strip()})
bad("semicolon", {"tables/events.csv": (EV + event("E2")).replace(",", ";")})
bad("tab", {"tables/events.csv": (EV + event("E2")).replace(",", "\t")})
bad("pipe", {"tables/events.csv": (EV + event("E2")).replace(",", "|")})
bad("sep line", {"tables/events.csv": "sep=,\n" + (EV + event("E2"))})
bad(
    "dup header",
    {"tables/events.csv": "id,policy,stage,scope,kind,on,on\nE1,p,issue,14,completed,2020-03-05,2020-03-06\n"},
)
bad(
    "dup header same",
    {"tables/events.csv": "id,policy,stage,scope,kind,on,on\nE1,p,issue,14,completed,2020-03-05,2020-03-05\n"},
)
bad("header case", {"tables/events.csv": "ID,Policy, stage ,SCOPE,Kind,On\nE1,p,issue,14,completed,2020-03-05\n"})
bad("unnamed header", {"tables/events.csv": "id,policy,stage,,kind,on\nE1,p,issue,14,completed,2020-03-05\n"})
bad(
    "trailing unnamed",
    {
        "tables/events.csv": "id,policy,stage,scope,kind,on,,\nE1,p,issue,14,completed,2020-03-05,,\nE2,p,pay,140105,completed,2020-03-12,stray,\n"  # noqa: E501
    },
)
bad("empty file", {"tables/events.csv": ""})
bad("only newline", {"tables/events.csv": "\n\n"})
bad("only bom", {"tables/events.csv": b"\xef\xbb\xbf"})
bad("header only", {"tables/events.csv": EVENTS_HEADER})
bad("blank line before header", {"tables/events.csv": "\n" + EV})
bad("no header", {"tables/events.csv": EV.split("\n", 1)[1]})
bad("missing column", {"tables/events.csv": "id,policy,stage,scope,kind\nE1,p,issue,14,completed\n"})
bad("missing two columns", {"tables/events.csv": "id,policy,stage\nE1,p,issue\nE2,p,pay\n"})
bad(
    "unknown columns",
    {"tables/events.csv": "id,policy,stage,scope,kind,on,经办人,weather\nE1,p,issue,14,completed,2020-03-05,张三,\n"},
)
bad(
    "reserved columns",
    {
        "tables/events.csv": "id,policy,stage,scope,kind,on,_row,_reason,attributes,batch,source_file\nE1,p,issue,14,completed,2020-03-05,1,2,3,4,5\nE2,p,issue,14,completed,x,1,2,3,4,5\n"  # noqa: E501
    },
)
bad("gb18030", {"tables/agencies.csv": AGENCIES.encode("gb18030")})
bad("utf8 bom", {"tables/agencies.csv": AGENCIES.encode("utf-8-sig")})
bad("utf16", {"tables/agencies.csv": AGENCIES.encode("utf-16")})
bad("utf16be", {"tables/agencies.csv": b"\xfe\xff" + AGENCIES.encode("utf-16-be")})
bad("utf16 no bom", {"tables/agencies.csv": AGENCIES.encode("utf-16-le")})
bad("utf16 odd", {"tables/agencies.csv": AGENCIES.encode("utf-16") + b"x"})
bad("latin1", {"tables/agencies.csv": (AGENCIES.replace("省发改委", "Bureau de santé")).encode("latin-1", "replace")})
bad(
    "latin1b",
    {
        "tables/agencies.csv": ("id,name,region,parent\nprov,Straße,14,\nxd,café,140105,prov\n").encode(
            "latin-1", "replace"
        )
    },
)
bad(
    "mixed bytes",
    {"tables/agencies.csv": AGENCIES.encode() + "a3,市局,1401,\n".encode("gb18030") + b"a4,\xff\xfe,1401,\n"},
)
bad("utf8 with gb row", {"tables/agencies.csv": AGENCIES.encode() + "a3,市局,1401,\n".encode("gb18030")})
bad("gb18030 policy", {"policies/p.yaml": (POLICY + "title: 房租减免\n").encode("gb18030")})
bad("big5?", {"tables/agencies.csv": "id,name,region\nprov,省發改委,14\nxd,小店區局,140105\n".encode("big5")})
# regions
bad("own ancestor", replaced("tables/regions.csv", "1401,太原市,city,14\n", "1401,太原市,city,140105\n"))
bad("own parent", replaced("tables/regions.csv", "1401,太原市,city,14\n", "1401,太原市,city,1401\n"))
bad("unknown parent", replaced("tables/regions.csv", "1401,太原市,city,14\n", "1401,太原市,city,99\n"))
bad("unknown level", appended("regions", "140107,杏花岭区,district,1401"))
bad("level contradicts", appended("regions", "140107,杏花岭区,province,1401"))
bad("level same as parent", appended("regions", "140107,杏花岭区,city,1401"))
bad("level skips", appended("regions", "140107,杏花岭区,county,14"))
bad("no regions", {"tables/regions.csv": None})
bad("regions header only", {"tables/regions.csv": "code,name,level,parent\n"})
bad("agency in unknown region", appended("agencies", "x,某局,99,"))
bad("agency circle", appended("agencies", "x,某局,14,y", "y,某局,14,x"))
bad("jurisdiction unknown", {"case.yaml": CASE.replace("'14'", "'99'")})
# yaml
bad("no case", {"case.yaml": None})
bad("empty case", {"case.yaml": ""})
bad("case list", {"case.yaml": "- a\n"})
bad("case no id", {"case.yaml": "as_of: 2020-06-30\n"})
bad("case blank id", {"case.yaml": "id: ''\n"})
bad("case broken", {"case.yaml": "id: [a\n"})
bad("case tab", {"case.yaml": "id: a\n\tx: 1\n"})
bad("case dup key", {"case.yaml": "id: a\nid: b\n"})
bad("case nul", {"case.yaml": b"id: a\0b\n"})
bad("case tz", {"case.yaml": CASE + "timezone: Asia/Beijing\n"})
bad("case currency", {"case.yaml": CASE + "currency: RMBX\n"})
bad("case currency lower", {"case.yaml": CASE + "currency: cny\n"})
bad("case calendar", {"case.yaml": CASE + "calendar: lunar\n"})
bad("case as_of", {"case.yaml": CASE.replace("2020-06-30", "end of June")})
bad("case as_of 0230", {"case.yaml": CASE.replace("2020-06-30", "2020-02-30")})
bad("case as_of slash", {"case.yaml": CASE.replace("2020-06-30", "2020/06/30")})
bad("case as_of number", {"case.yaml": CASE.replace("2020-06-30", "1593475200")})
bad("case as_of datetime", {"case.yaml": CASE.replace("2020-06-30", "2020-06-30T00:00:00")})
bad("case threshold", {"case.yaml": CASE + "thresholds: {retention_day: 3}\n"})
bad("case threshold neg", {"case.yaml": CASE + "thresholds: {retention_days: -3, coverage_min: nan}\n"})
bad("case threshold half a day", {"case.yaml": CASE + "thresholds: {unaddressed_days: 2.5}\n"})
bad("case threshold too many days", {"case.yaml": CASE + "thresholds: {unaddressed_days: 99999999999}\n"})
bad("case threshold percent", {"case.yaml": CASE + "thresholds: {coverage_min: 90}\n"})
bad("case threshold too much money", {"case.yaml": CASE + "thresholds: {retention_min: 1e30}\n"})
bad("case id too long", {"case.yaml": CASE.replace("id: spoilt", f"id: {'山' * 27}")})
bad("case threshold text", {"case.yaml": CASE + "thresholds: {retention_days: many}\n"})
bad("case threshold list", {"case.yaml": CASE + "thresholds: [1]\n"})
bad("case unknown key", {"case.yaml": CASE + "colour: red\n"})
bad("case cadence", {"case.yaml": CASE + "report_cadence: [{kind: express, every_days: 0, start: 2020-01-01}]\n"})
bad("case cadence kind", {"case.yaml": CASE + "report_cadence: [{kind: weekly, every_days: 7, start: 2020-01-01}]\n"})
bad("case cadence no start", {"case.yaml": CASE + "report_cadence: [{kind: express, every_days: 7}]\n"})
bad(
    "case cadence end",
    {"case.yaml": CASE + "report_cadence: [{kind: express, every_days: 7, start: 2020-02-01, end: 2020-01-01}]\n"},
)
bad("case cadence map", {"case.yaml": CASE + "report_cadence: {kind: express, every_days: 7, start: 2020-02-01}\n"})
bad("yaml bomb", {"case.yaml": "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b]\nid: spoilt\n"})
bad("yaml deep", {"case.yaml": "id: spoilt\nx: " + "[" * 5000 + "\n"})
bad("yaml tag", {"case.yaml": CASE + "x: !!python/object/apply:os.system ['echo hi']\n"})
bad("yaml merge", {"case.yaml": CASE + "<<: {a: 1}\n"})
bad("yaml two docs", {"case.yaml": CASE + "---\nid: other\n"})
bad("yaml big", {"case.yaml": CASE + "#" + "x" * 6_000_000})
bad("case is folder", {"case.yaml": Path.mkdir})
bad("id slash", {"case.yaml": CASE.replace("spoilt", "../../etc")})
bad("id weird", {"case.yaml": CASE.replace("spoilt", '"a\\nb"')})
bad("id title", {"case.yaml": CASE + "title: {fr: bonjour}\n"})


# policies
def in_policy(old: str, new: str) -> dict[str, Content]:
    return replaced("policies/p.yaml", old, new)


bad("no policies", {"policies/p.yaml": None})
bad("circle", in_policy("level: province,", "level: province, after: [pay],"))
bad("self circle", in_policy("level: province,", "level: province, after: [issue],"))
bad("unknown after", in_policy("after: [issue]", "after: [isue]"))
bad("unknown level stage", in_policy("level: county", "level: district"))
bad("stage no id", in_policy("{id: issue,", "{"))
bad("stage twice", in_policy("{id: pay,", "{id: issue,"))
bad("stage wrong in many ways", in_policy("after: [issue]", "after: [isue, x], may_precede: [q], scopes: []"))
bad("measure unknown", in_policy("measure: m", "measure: mm"))
bad("within text", in_policy("after: [issue], within_days: 10", "after: [issue], within_days: ten"))
bad("within neg", in_policy("after: [issue], within_days: 10", "after: [issue], within_days: -1"))
bad("within float", in_policy("after: [issue], within_days: 10", "after: [issue], within_days: 1.5"))
bad("due_on bad", in_policy("after: [issue], within_days: 10", "after: [issue], due_on: 2020-02-30"))
bad("optional word", in_policy("after: [issue], within_days: 10", "after: [issue], optional: maybe"))
bad("optional yes", in_policy("after: [issue], within_days: 10", "after: [issue], optional: yes"))
bad("evidence word", in_policy("after: [issue], within_days: 10", "after: [issue], evidence: photo"))
bad("severity word", in_policy("after: [issue], within_days: 10", "after: [issue], severity: critical"))
bad("after text", in_policy("after: [issue]", "after: issue"))
bad("scopes text", in_policy("after: [issue]", "after: [issue], scopes: '140105'"))
bad("scopes unknown", in_policy("after: [issue]", "after: [issue], scopes: ['140105', '999', nobody]"))
bad("scopes wrong level", in_policy("after: [issue]", "after: [issue], scopes: ['140105', '1401']"))
bad("scopes empty", in_policy("after: [issue]", "after: [issue], scopes: []"))
bad("effective reversed", in_policy("{from: 2020-03-01}", "{from: 2020-03-01, to: 2020-02-01}"))
bad("effective bad", in_policy("2020-03-01", "2020-02-30"))
bad("no stages", {"policies/p.yaml": "id: p\nmeasures: [{id: m}]\n"})
bad("policy other file name", {"policies/p.yaml": None, "policies/other.yaml": POLICY})
bad("policy id twice", {"policies/q.yaml": POLICY})
bad("measure twice", {"policies/q.yaml": POLICY.replace("id: p\n", "id: q\n")})
bad("policy empty", {"policies/p.yaml": ""})
bad("policy broken second", {"policies/q.yaml": "id: q\nstages: [\n"})
bad("policy unknown key", in_policy("level: province,", "level: province, budget: 5,"))
bad("policy top unknown", in_policy("id: p\n", "id: p\nowner: x\n"))
bad("policy cap", in_policy("{id: m}", "{id: m, cap_per_beneficiary: lots}"))
bad("policy cap neg", in_policy("{id: m}", "{id: m, cap_per_beneficiary: -5}"))
bad("policy not yaml ext", {"policies/q.json": "{}"})
bad("may_precede", in_policy("after: [issue]", "after: [issue], may_precede: [other]"))
bad("policy two problems", in_policy("level: province, within_days: 10}", "level: state, within_days: x}"))


# xlsx
def sheet(rows: list[list[Any]], **more: Any) -> bytes:
    return workbook([EVENT_COLUMNS, *rows], **more)


bad("xlsx plain", instead("events", "xlsx", sheet([[*FIRST, DAY]])))
bad("xlsx datetime", instead("events", "xlsx", sheet([[*FIRST, MOMENT]])))
bad(
    "xlsx numbers",
    instead(
        "events",
        "xlsx",
        workbook(
            [
                [*EVENT_COLUMNS, "amount", "count"],
                ["E1", "p", "issue", 14, "completed", DAY, 0.1, 3.0],
                ["E2", "p", "pay", 140105, "completed", DAY, 1e15 + 0.5, 2.5],
            ]
        ),
    ),
)
bad("xlsx excel serial", instead("events", "xlsx", sheet([[*FIRST, 43895]])))


def second_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("备注").append(["x"])


bad("xlsx sheets", instead("events", "xlsx", sheet([[*FIRST, DAY]], more=second_sheet)))
bad(
    "xlsx empty rows",
    instead("events", "xlsx", sheet([[*FIRST, DAY], [], [None] * 6, ["E2", "p", "pay", "140105", "completed", "bad"]])),
)


def merge(book: openpyxl.Workbook) -> None:
    book.active.merge_cells("A2:A3")


bad(
    "xlsx merged",
    instead("events", "xlsx", sheet([[*FIRST, DAY], ["E2", "p", "pay", "140105", "completed", DAY]], more=merge)),
)
bad("xlsx formula", instead("events", "xlsx", sheet([[*FIRST, "=DATE(2020,3,5)"]])))
bad("xlsx error", instead("events", "xlsx", sheet([[*FIRST, "#N/A"]])))
bad("xlsx empty", instead("events", "xlsx", workbook([])))
bad("xlsx not", instead("events", "xlsx", b"not a workbook"))
bad("xlsx xls", instead("events", "xls", b"\xd0\xcf\x11\xe0"))
bad("xlsx truncated", instead("events", "xlsx", sheet([[*FIRST, DAY]])[:2000]))
bad("xlsx title above", instead("events", "xlsx", workbook([["情况表"], EVENT_COLUMNS, [*FIRST, DAY]])))
bad(
    "xlsx bool",
    also("beneficiary_groups")
    | instead("beneficiaries", "xlsx", workbook([["id", "group", "eligible"], ["B1", "g", True], ["B2", "g", False]])),
)
bad(
    "xlsx beyond",
    instead("events", "xlsx", sheet([[*FIRST, DAY], ["E2", "p", "pay", "140105", "completed", DAY, "x"]])),
)
bad("xlsx time", instead("events", "xlsx", sheet([[*FIRST, time(9, 30)]])))
# parquet
COLUMNS: dict[str, Any] = {
    "id": ["E1"],
    "policy": ["p"],
    "stage": ["issue"],
    "scope": ["14"],
    "kind": ["completed"],
    "on": [DAY],
}


def arrow(**columns: Any) -> dict[str, Content]:
    return instead("events", "parquet", parquet({**COLUMNS, **columns}))


bad("parquet date", arrow())
bad("parquet ts", arrow(on=pa.array([MOMENT], pa.timestamp("us"))))
bad("parquet tstz", arrow(on=pa.array([datetime(2020, 3, 4, 18, 0, tzinfo=UTC)], pa.timestamp("us", "UTC"))))
bad(
    "parquet recorded tstz",
    arrow(recorded_at=pa.array([datetime(2020, 3, 5, 1, 0, tzinfo=UTC)], pa.timestamp("us", "UTC"))),
)
bad("parquet recorded ts", arrow(recorded_at=pa.array([MOMENT], pa.timestamp("ns"))))
bad("parquet int code", arrow(scope=[14]))
bad("parquet float code", arrow(scope=[14.0]))
bad("parquet float amount", arrow(amount=[0.1]))
bad("parquet float amount2", arrow(amount=[1234567.89]))
bad("parquet float nan", arrow(amount=[float("nan")]))
bad("parquet float count", arrow(count=[3.0]))
bad("parquet decimal", arrow(amount=pa.array([Decimal("12.50")], pa.decimal128(10, 2))))
bad("parquet decimal7", arrow(amount=pa.array([Decimal("12.1234567")], pa.decimal128(20, 7))))
bad("parquet int neg count", arrow(count=[-3]))
bad("parquet dict", arrow(kind=pa.array(["completed"]).dictionary_encode()))
bad("parquet list note", arrow(note=[["a", "b"]]))
bad("parquet struct extra", arrow(extra=[{"a": 1}]))
bad("parquet binary", arrow(note=[b"\xff\xfe"]))
bad("parquet null col", arrow(note=pa.nulls(1)))
bad("parquet bad", instead("events", "parquet", b"PAR1nothing"))
bad("parquet truncated", instead("events", "parquet", parquet(COLUMNS)[:-9]))
bad("parquet upper", instead("events", "parquet", parquet({k.upper(): v for k, v in COLUMNS.items()})))
bad("parquet no rows", instead("events", "parquet", parquet({k: pa.array([], pa.string()) for k in COLUMNS})))
bad("parquet ts date string", arrow(on=["2020-02-30"]))
# jsonl
ROW: dict[str, Any] = {
    "id": "E1",
    "policy": "p",
    "stage": "issue",
    "scope": "14",
    "kind": "completed",
    "on": "2020-03-05",
}


def lines(*objects: Any) -> dict[str, Content]:
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in objects]
    return instead("events", "jsonl", "".join(f"{text}\n" for text in texts))


bad("jsonl", lines(ROW))
bad("jsonl nested", lines({**ROW, "extra": {"a": [1, {"b": "文"}]}}))
bad("jsonl attributes", lines({**ROW, "attributes": {"a": 1}}))
bad("jsonl broken", lines(ROW, '{"id": "E2", ', {**ROW, "id": "E3", "stage": "pay", "scope": "140105"}))
bad("jsonl not object", lines(ROW, "[1,2]", "null", "3"))
bad("jsonl number code", lines({**ROW, "scope": 14}))
bad("jsonl float amount", lines({**ROW, "amount": 0.1, "count": 3}))
bad("jsonl nan", lines({**ROW, "amount": float("nan")}))
bad("jsonl big", lines(json.dumps(ROW)[:-1] + ', "amount": 1e400}'))
bad(
    "jsonl bool",
    also("beneficiary_groups")
    | instead(
        "beneficiaries",
        "jsonl",
        '{"id":"B1","group":"g","eligible":true}\n{"id":"B2","group":"g","eligible":"maybe"}\n',
    ),
)
bad("jsonl array", lines("[" + json.dumps(ROW) + "]"))
bad("jsonl pretty", instead("events", "jsonl", json.dumps(ROW, indent=1)))
bad(
    "jsonl dup key",
    lines('{"id":"E1","id":"E2","policy":"p","stage":"issue","scope":"14","kind":"completed","on":"2020-03-05"}'),
)
bad("jsonl null", lines({**ROW, "note": None}))
bad(
    "jsonl surrogate",
    lines(
        '{"id":"E1","policy":"p","stage":"issue","scope":"14","kind":"completed","on":"2020-03-05","note":"\\ud800"}'
    ),
)
bad("jsonl missing col", lines({k: v for k, v in ROW.items() if k != "on"}))
bad(
    "jsonl gb",
    instead("agencies", "jsonl", '{"id":"prov","name":"省发改委"}\n{"id":"xd","name":"区局"}\n'.encode("gb18030")),
)
bad("jsonl deep", lines("[" * 100000))
# together
bad("two formats", {"tables/events.jsonl": json.dumps({**ROW, "id": "E5", "stage": "pay", "scope": "140106"}) + "\n"})
bad("two formats clash", {"tables/events.jsonl": json.dumps({**ROW, "on": "2020-03-06"}) + "\n"})
bad("unknown table", {"tables/evnts.csv": "a\n1\n"})
bad("unknown suffix", {"tables/events.txt": EV})
bad("upper suffix", {"tables/events.csv": None, "tables/Events.CSV": EV})
bad("table folder", {"tables/events.csv": Path.mkdir})
bad("symlink table", {"tables/events.csv": link_to_passwd})
bad("symlink doc", {"documents/secret.txt": link_to_passwd})
bad("symlink case", {"policies/q.yaml": link_to_passwd})
bad("dangling", {"tables/reports.csv": link_to_nothing})
bad("circle of links", {"documents/circle.txt": link_to_itself})
bad("name in GBK", {os.fsdecode("documents/政策.txt".encode("gbk")): "x"})
bad("table named in GBK", {os.fsdecode("tables/政策.csv".encode("gbk")): "x"})
bad("fifo", {"documents/pipe": os.mkfifo})
bad("fifo table", {"tables/reports.csv": os.mkfifo})
bad("whole", MORE)
bad("days from nowhere", {"policies/p.yaml": POLICY.replace("effective: {from: 2020-03-01}\n", "")})
bad("assigned to no step", also("coverage") | appended("assignments", "p,pay,1401,xd\np,issue,140105,xd"))
bad(
    "floats of Parquet",
    instead(
        "transfers",
        "parquet",
        parquet(
            {
                "id": ["T1", "T2", "T3"],
                "policy": ["p"] * 3,
                "from": ["source:budget"] * 3,
                "to": ["prov"] * 3,
                "amount": pa.array([0.1 + 0.2, 0.1234567, 1e30], pa.float64()),
                "on": [DAY] * 3,
            }
        ),
    ),
)
bad("no tables", {k: None for k in BASE if k.startswith("tables/")})
# other tables
bad("finding stage no policy", also("actions") | appended("findings", "F2,题,,pay,,,2020-04-01"))
bad("finding unknown stage", also("actions") | appended("findings", "F2,题,p,nostage,,,2020-04-01"))
bad(
    "finding category",
    also("actions")
    | {
        "tables/findings.csv": "id,title,found_on,category,severity\nF1,a,2020-04-01,断点,high\nF2,b,2020-04-01,break,urgent\n"  # noqa: E501
    },
)
bad("actions of rejected finding", {**also("actions"), "tables/findings.csv": "id,title,found_on\nF1,a,2020-04-31\n"})
bad("group unknown measure", appended("beneficiary_groups", "g2,x,mm,140105,10"))
bad("group count neg", appended("beneficiary_groups", "g2,x,m,140105,-10"))
bad(
    "flag words",
    {
        **also("beneficiary_groups"),
        "tables/beneficiaries.csv": "id,group,eligible\nB1,g,TRUE\nB2,g,Yes\nB3,g,0\nB4,g,是\nB5,g,N\nB6,g,T\nB7,g,\nB8,g,2\n",  # noqa: E501
    },
)
bad(
    "beneficiary attributes",
    {
        **also("beneficiary_groups"),
        "tables/beneficiaries.csv": 'id,group,eligible,attributes\nB1,g,true,"{""a"": 1}"\nB2,g,true,\n',
    },
)
bad(
    "elig reversed",
    {
        **also("beneficiary_groups"),
        "tables/beneficiaries.csv": "id,group,eligible,eligible_from,eligible_to\nB1,g,true,2020-05-01,2020-04-01\n",
    },
)
bad(
    "transfer unknown",
    also("beneficiary_groups")
    | appended(
        "transfers",
        "T2,p,m,source:,prov,5,2020-03-10",
        "T3,p,m,mars,prov,5,2020-03-10",
        "T4,p,,prov,xd,-5,2020-03-10",
        "T5,p,m,prov,prov,5,2020-03-10",
    ),
)
bad("delivery measure of other", also("beneficiary_groups") | appended("deliveries", "D2,p,mm,B1,g,10.00,2020-03-20"))
bad("delivery no date", also("beneficiary_groups") | appended("deliveries", "D2,p,m,B1,g,10.00,"))
bad(
    "weights",
    {
        **also("beneficiary_groups"),
        "tables/supplies.csv": "from,to,weight\ng,xd,heavy\nxd,g,nan\ng,prov,0.5\nxd,xd,1\n",
    },
)
bad("lost policy", in_policy("level: county", "level: district"))
bad("assign dup", appended("assignments", "p,pay,140105,xd"))
bad("assign role", {"tables/assignments.csv": "policy,stage,scope,agency,role\np,pay,140105,xd,boss\n"})
bad("report kind", appended("reports", "R2,weekly,2020-03-31,2020-04-01"))
bad("doc missing", appended("documents", "doc2,无,missing.pdf"))
bad("doc outside", appended("documents", "doc2,无,../../etc/passwd"))
bad("future events", events(event(on="2030-01-01")))
bad("source unknown", events(event(source="nothing.pdf")))
bad("header fullwidth", {"tables/events.csv": EV.replace("policy", "ｐｏｌｉｃｙ")})
bad("spaces around", events("  E2 , p ,pay , 140105,completed, 2020-03-12 ,,,,,,,\n"))
bad("zero width", events(event("\u200bE2")))
bad("leading zeros", appended("regions", "'140110,x,county,1401"))
bad("alias used well", {"case.yaml": CASE + "thresholds: &t {retention_days: 3}\nmore: *t\n"})
bad("alias of itself", {"case.yaml": CASE + "more: &m [*m]\n"})
bad(
    "alias bomb",
    {
        "case.yaml": CASE
        + "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    },
)
bad(
    "currency of a row",
    {
        "tables/events.csv": "id,policy,stage,scope,kind,on,amount,currency\nE1,p,issue,14,completed,2020-03-05,5,CNY\n"
        "E2,p,issue,14,started,2020-03-05,5,RMB\nE3,p,issue,14,started,2020-03-05,5,usd\n"
    },
)
bad(
    "amounts beyond the graph",
    {
        "tables/events.csv": "id,policy,stage,scope,kind,on,amount\nE1,p,issue,14,completed,2020-03-05,0.00001\n"
        "E2,p,issue,14,started,2020-03-05,922337203685478\nE3,p,issue,14,started,2020-03-05,922337203685477.5807\n"
    },
)
