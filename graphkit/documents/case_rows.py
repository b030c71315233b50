"""Accepted candidates as rows of the case tables and policies (CONTRACT.md section 1): only these become facts.

A row that the tables require more of than the document says (a finding's date, an assignment's policy and stage) is
left out and named, until a person corrects the candidate by what is missing. Kinds that no table holds are named too.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from graphkit.documents.case_policies import document_rows, policy_definitions
from graphkit.documents.model import (
    ActionValue,
    AgencyValue,
    AmountValue,
    AssignmentValue,
    CountValue,
    FindingValue,
    ProblemValue,
    RegionValue,
)
from graphkit.documents.regions import china
from graphkit.documents.review import Item
from graphkit.model.errors import RefusedError
from graphkit.model.tables import TABLES

# Where the kinds belong that no table of the contract holds; amounts and counts come in with the finding they stand in.
_PARTS = frozenset(("amount", "count"))
_NO_TABLE = {
    "amount": "an amount comes in with the finding that it stands in; accept that too",
    "count": "a count comes in with the finding that it stands in; accept that too",
    "rate": "no table holds a rate; it stands in the finding's title",
    "date": "no table holds a date by itself; correct the finding's found_on or the action's on by it",
    "measure": "a measure belongs under `measures` in policies/ID.yaml, with an id of yours",
    "deadline": "a deadline belongs to a stage in policies/ID.yaml (due_on or within_days), or to an action (due_on)",
    "cadence": "a cadence belongs under `report_cadence` in case.yaml",
}
_WRITTEN = "review-rows.json"


@dataclass(slots=True)
class CaseRows:
    """Rows by table, policies by id, and in one line each what was left out and why."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def case_rows(items: Iterable[Item]) -> CaseRows:
    """Return the rows of accepted candidates, and what was left out. The same candidates give the same rows."""
    accepted = {item.candidate.id: item for item in items if item.status == "accepted"}
    rows = CaseRows()
    findings: dict[str, str] = {}
    placed: set[str] = set()
    for item in accepted.values():
        match item.value:
            case RegionValue() as region:
                _region(rows, item, region)
            case AgencyValue() as agency:
                _agency(rows, item, agency)
            case FindingValue() | ProblemValue():
                row = _finding(item)
                figures = _figures(item, accepted)
                placed |= {one.candidate.id for one in figures}
                if row["found_on"]:
                    rows.tables["findings"].append({**row, **_own_figures(rows, item, figures)})
                    findings[item.candidate.id] = row["id"]
                else:
                    rows.left_out.append(_missing(item, "found_on"))
            case AssignmentValue() as assignment:
                _assignment(rows, item, assignment)
            case _:
                continue
    for item in accepted.values():
        if isinstance(item.value, ActionValue):
            _action(rows, item, item.value, findings)
    if accepted:
        rows.tables["documents"] += document_rows(list(accepted.values()))
    rows.policies = policy_definitions(list(accepted.values()))
    rows.left_out += _without_a_table(accepted, placed)
    order = list(TABLES)
    rows.tables = {name: _distinct(rows.tables[name]) for name in sorted(rows.tables, key=order.index)}
    return rows


def write_rows(rows: CaseRows, folder: Path) -> list[Path]:
    """Write `tables/NAME.csv` and `policies/ID.yaml` under a folder; return the files, tables first. Raises OSError.

    A table has the columns that any row fills. What an earlier run wrote there, and is no row any more because a
    decision was taken back, is removed; the folder's review-rows.json keeps what was written. A file that somebody has
    changed since stays as it is while there is nothing new to write. RefusedError, and nothing is written, when it
    would have to be overwritten or removed, or is none that was written here.
    """
    new = {f"tables/{name}.csv": _table_text(name, table).encode() for name, table in rows.tables.items()}
    new |= {f"policies/{identity}.yaml": _policy_text(one).encode() for identity, one in rows.policies.items()}
    record = folder / _WRITTEN
    old = _written(record)
    gone = [name for name in old if name not in new and Path(name).parent.as_posix() in {"tables", "policies"}]
    found = {name: _digest(path.read_bytes()) for name in [*new, *gone] if (path := folder / name).is_file()}
    made = {name: _digest(content) for name, content in new.items()}
    changed = {name for name, digest in found.items() if digest not in (old.get(name), made.get(name))}
    if lost := sorted(name for name in changed if name not in made or made[name] != old.get(name)):
        raise RefusedError(
            f"{folder}: {', '.join(lost)}: not as graphkit review rows wrote it, and would be lost; "
            "move it away or name another folder"
        )
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    for name, content in new.items():
        if name not in changed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    folder.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [folder / name for name in new]


def _written(record: Path) -> dict[str, str]:
    """Return what an earlier run wrote, by name with a digest of the content; of what cannot be read, nothing."""
    try:
        read = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _table_text(name: str, table: list[dict[str, Any]]) -> str:
    known = TABLES[name].column_names
    names = [*known, *(name for name in ("source", "locator") if name not in known)]
    columns = [column for column in names if any(row.get(column) is not None for row in table)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if row.get(column) is None else row[column] for column in columns] for row in table])
    return text.getvalue()


def _policy_text(definition: dict[str, Any]) -> str:
    places = "; ".join(definition["read_in"])
    body = {key: one for key, one in definition.items() if one and key != "read_in"}
    text = yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)
    return f"# Read in {places}. Its stages are still to be added.\n{text}"


def _source(item: Item) -> dict[str, Any]:
    decided = item.decision.decided_at if item.decision else None
    return {"recorded_at": decided, "source": item.candidate.document, "locator": item.candidate.locator}


def _missing(item: Item, what: str) -> str:
    return f"{_named(item)}: correct it by {what}; without it there is no row"


def _named(item: Item) -> str:
    return f"{item.candidate.id} ({item.candidate.kind}: {' '.join(item.candidate.quote.split())[:60]})"


def _region(rows: CaseRows, item: Item, region: RegionValue) -> None:
    """Add a region with those above it, so that its parent is there too."""
    known = {one.code: one for one in china()}
    code = region.code
    if code is None:
        rows.left_out.append(_missing(item, "code"))
    elif code not in known:
        rows.left_out.append(
            f"{_named(item)}: its code {code} is none of China's; the case's own table of regions has to hold it"
        )
    while code and code in known:
        one = known[code]
        rows.tables["regions"].append({"code": one.code, "name": one.name, "level": one.level, "parent": one.parent})
        code = one.parent


def _agency(rows: CaseRows, item: Item, agency: AgencyValue) -> None:
    if agency.id is None:
        rows.left_out.append(_missing(item, "id"))
        return
    alias = item.candidate.quote if item.candidate.quote != agency.name else None
    rows.tables["agencies"].append({"id": agency.id, "name": agency.name, "region": agency.region, "aliases": alias})


def _finding(item: Item) -> dict[str, Any]:
    value = item.value
    row: dict[str, Any] = {"id": f"F-{item.candidate.id.removeprefix('c-')}", **_source(item)}
    if isinstance(value, ProblemValue):
        own = {"title": value.about, "category": value.category, "kind": "problem", "found_on": value.found_on}
        return {**row, **own, "policy": value.policy, "stage": value.stage, "scope": value.scope}
    if not isinstance(value, FindingValue):
        raise TypeError(f"{item.candidate.id} is no finding")
    return {
        **row,
        "title": value.title,
        "category": value.category,
        "kind": value.type,
        "policy": value.policy,
        "stage": value.stage,
        "scope": value.scope,
        "agency": value.party_id,
        "found_on": value.found_on,
        "severity": value.severity,
    }


def _figures(item: Item, accepted: dict[str, Item]) -> list[Item]:
    """Return the accepted amounts and counts that stand in a finding."""
    targets = [link.target for link in item.candidate.links if link.role in _PARTS]
    return [accepted[target] for target in dict.fromkeys(targets) if target in accepted]


def _own_figures(rows: CaseRows, finding: Item, figures: list[Item]) -> dict[str, Any]:
    """Return the amount and the count that a finding states; name those that are of a part of it, or one of several."""
    own: dict[str, list[Item]] = {"amount": [], "count": []}
    for one in figures:
        if reason := _no_sum(one.value):
            rows.left_out.append(f"{_named(one)}: {reason}; no table holds it")
        else:
            own[one.candidate.kind].append(one)
    row: dict[str, Any] = {}
    for alike in own.values():
        match [one.value for one in alike]:
            case [AmountValue() as value]:
                row |= {"amount": f"{value.amount:f}", "currency": value.currency}
            case [CountValue() as value]:
                row["count"] = f"{value.count:f}"
            case _:
                which = f"is one of {len(alike)} in the finding {finding.candidate.id}"
                rows.left_out += [f"{_named(one)}: {which}; it comes in when the others are rejected" for one in alike]
    return row


def _no_sum(value: Any) -> str | None:
    """Return why an amount or count is not that of a whole finding; None where it is."""
    figure = value.amount if isinstance(value, AmountValue) else value.count
    if figure is None:
        return "states no figure"
    if value.upper is not None:
        return "is a range"
    if isinstance(value, AmountValue):
        return f"is for each {value.per}" if value.per else None
    return None if figure == int(figure) else "is no whole number"


def _assignment(rows: CaseRows, item: Item, value: AssignmentValue) -> None:
    missing = [name for name in ("policy", "stage", "scope") if getattr(value, name) is None]
    missing += ["id"] if value.id is None else []
    if missing:
        rows.left_out.append(_missing(item, ", ".join(missing)))
        return
    source = _source(item)
    rows.tables["assignments"].append(
        {
            "policy": value.policy,
            "stage": value.stage,
            "scope": value.scope,
            "agency": value.id,
            "role": value.role,
            "source": source["source"],
            "locator": source["locator"],
        }
    )


def _action(rows: CaseRows, item: Item, value: ActionValue, findings: dict[str, str]) -> None:
    finding = next((findings[link.target] for link in item.candidate.links if link.target in findings), None)
    missing = ["on"] if value.on is None else []
    missing += ["case_kind"] if value.case_kind is None else []
    if missing or finding is None:
        what = ", ".join(missing) if missing else "accepting the finding that it is about"
        rows.left_out.append(_missing(item, what))
        return
    rows.tables["actions"].append(
        {
            "id": f"A-{item.candidate.id.removeprefix('c-')}",
            "finding": finding,
            "kind": value.case_kind,
            "by": value.by,
            "to": value.to,
            "on": value.on,
            "due_on": value.due_on,
            **_source(item),
            "note": f"{value.action}: {item.candidate.quote}",
        }
    )


def _without_a_table(accepted: dict[str, Item], placed: set[str]) -> list[str]:
    """Say of the accepted candidates that no table holds by themselves, and no finding took, where they belong."""
    alone = Counter(
        item.candidate.kind
        for identity, item in accepted.items()
        if item.candidate.kind in _NO_TABLE and identity not in placed
    )
    return [f"{count} {kind}: {_NO_TABLE[kind]}" for kind, count in sorted(alone.items())]


def _distinct(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the first row of each key; the aliases of an agency are brought together."""
    kept: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(table):
        key = str(row.get("id") or row.get("code") or number)
        if key not in kept:
            kept[key] = row
        elif row.get("aliases"):
            known = [alias for alias in str(kept[key].get("aliases") or "").split(";") if alias]
            kept[key]["aliases"] = ";".join(dict.fromkeys([*known, row["aliases"]]))
    return list(kept.values())
