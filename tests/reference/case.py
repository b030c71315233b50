"""A case in memory (CONTRACT.md section 1): case.yaml, policies and tables as plain Python values."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, Any]


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _list(text: str) -> list[str]:
    return text.split(";")


_COLUMNS = {
    "regions": "code name level parent",
    "agencies": "id name region parent kind aliases",
    "beneficiary_groups": "id name measure region eligible_count eligible_amount currency affected_by",
    "beneficiaries": "id group name region eligible eligible_from eligible_to",
    "assignments": "policy stage scope agency role assigned_on source locator",
    "events": "id policy stage scope kind on agency amount currency count recorded_at source locator note",
    "transfers": "id policy measure from to amount currency on recorded_at source locator",
    "deliveries": "id policy measure beneficiary region group agency amount currency on due_on channel recorded_at "
    "source locator",
    "findings": "id title category kind policy stage scope agency found_on amount currency count severity recorded_at "
    "source locator",
    "actions": "id finding kind by to on due_on amount currency recorded_at source locator note",
    "reports": "id kind period_end issued_on source",
    "documents": "id title number issuer issued_on file url",
    "coverage": "policy stage scope until source",
    "supplies": "from to weight",
}
COLUMNS: dict[str, list[str]] = {table: names.split() for table, names in _COLUMNS.items()}

_DATES = ("on", "due_on", "found_on", "issued_on", "assigned_on", "period_end", "until", "eligible_from", "eligible_to")
_PARSERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(_DATES, date.fromisoformat),
    **dict.fromkeys(("amount", "eligible_amount"), Decimal),
    **dict.fromkeys(("count", "eligible_count"), int),
    **dict.fromkeys(("affected_by", "aliases"), _list),
    "eligible": _flag,
    "weight": float,
}


class _Dumper(yaml.SafeDumper):
    """YAML with Decimals written as plain numbers, never through a binary float."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _decimal_node(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    kind = "int" if value == value.to_integral_value() and value.as_tuple().exponent == 0 else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", format(value, "f"))


_Dumper.add_representer(Decimal, _decimal_node)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, list):
        return ";".join(value)
    return str(value)


@dataclass
class Case:
    """One case. Rows hold dates, Decimals, ints, bools and lists of str; `recorded_at` is ISO text; None is empty.

    A table without rows is a table that the case does not have: it is not written.
    """

    meta: dict[str, Any]
    policies: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        """Rows of `table`, with None for each column that a row leaves out."""
        return [dict.fromkeys(COLUMNS[table]) | row for row in self.tables.get(table, [])]

    def write(self, folder: Path) -> Path:
        """Write the case as a case folder with CSV tables and return `folder`."""
        for name in ("policies", "tables", "documents"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        _write_yaml(folder / "case.yaml", self.meta)
        for policy in self.policies:
            _write_yaml(folder / "policies" / f"{policy['id']}.yaml", policy)
        for table, rows in self.tables.items():
            if rows:
                _write_csv(
                    folder / "tables" / f"{table}.csv", [c for c in COLUMNS[table] if any(c in r for r in rows)], rows
                )
        return folder

    def shuffled(self, seed: int) -> Case:
        """Return the same case with the rows of each table, and the tables, in another order."""
        dice = random.Random(seed)
        names = list(self.tables)
        dice.shuffle(names)
        return Case(
            self.meta, self.policies, {name: dice.sample(rows := self.tables[name], len(rows)) for name in names}
        )

    @classmethod
    def read(cls, folder: Path) -> Case:
        """Read a case folder back; its tables must be CSV files in UTF-8 with only the columns of CONTRACT.md."""
        tables = {}
        for path in sorted((folder / "tables").glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                tables[path.stem] = [
                    {name: _PARSERS.get(name, str)(text) for name, text in row.items() if text}
                    for row in csv.DictReader(file)
                ]
        return cls(
            _read_yaml(folder / "case.yaml"),
            [_read_yaml(p) for p in sorted((folder / "policies").glob("*.yaml"))],
            tables,
        )


def _write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _read_yaml(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _write_csv(path: Path, columns: list[str], rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
