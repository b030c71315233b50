"""Words to plant gaps with: tiny cases in few lines, and the gaps that are expected of them.

The world of every planted case: province 14, its cities 1401 and 1402, counties 140105 and 140106 in the first city and
140205 in the second; agencies prov (in 14), city1, city2, county5, county6 and county25 (one each place). The policy is
called p, starts on 2020-03-01 and is the only one unless a case says otherwise. All dates are in 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.reference.case import Case, Row
from tests.reference.gap import Identity

REGIONS = [
    {"code": "14", "name": "Province", "level": "province"},
    {"code": "1401", "name": "City One", "level": "city", "parent": "14"},
    {"code": "1402", "name": "City Two", "level": "city", "parent": "14"},
    {"code": "140105", "name": "County Five", "level": "county", "parent": "1401"},
    {"code": "140106", "name": "County Six", "level": "county", "parent": "1401"},
    {"code": "140205", "name": "County Twenty-five", "level": "county", "parent": "1402"},
]
AGENCIES = [
    {"id": "prov", "name": "Provincial Office", "region": "14"},
    {"id": "city1", "name": "Office of City One", "region": "1401"},
    {"id": "city2", "name": "Office of City Two", "region": "1402"},
    {"id": "county5", "name": "Office of County Five", "region": "140105"},
    {"id": "county6", "name": "Office of County Six", "region": "140106"},
    {"id": "county25", "name": "Office of County Twenty-five", "region": "140205"},
]

Expected = dict[str, Any]
IDENTITY = ("kind", "policy", "measure", "stage", "scope", "subject")


@dataclass(frozen=True)
class Planted:
    """A case, and every gap that the contract finds in it (all of them, no other; other fields only where given)."""

    name: str
    case: Case
    as_of: date
    expected: list[Expected]
    known_by: date | datetime | None = None
    thresholds: Mapping[str, Decimal] | None = None
    ranked: bool = False  # whether `expected` is in the order in which the gaps must come


def day(month: int, number: int) -> date:
    """Return a day of 2020."""
    return date(2020, month, number)


def money(amount: str, currency: str = "CNY") -> dict[str, Decimal]:
    """Return an amount in one currency, as a gap has it."""
    return {currency: Decimal(amount)}


def policy(*stages: Row, measures: tuple[Row, ...] = (), id: str = "p", to: date | None = None, **more: Any) -> Row:
    """Return a policy in force from 1 March 2020."""
    effective = {"from": day(3, 1)} | ({"to": to} if to else {})
    return {
        "id": id,
        "title": {"zh": "政策", "en": "Policy"},
        "effective": effective,
        "measures": list(measures),
        "stages": list(stages),
    } | more


def stage(id: str, level: str = "province", **more: Any) -> Row:
    """Return a stage; a province has one step of it unless told otherwise."""
    return {"id": id, "level": level} | more


def case(*policies: Row, **content: Any) -> Case:
    """Return a case of these policies; `content` are its tables by name, and keys of case.yaml.

    Rows without an id get one from their place in the table: E1, E2 … for events, T, D, F, A, R alike.
    """
    tables: dict[str, list[Row]] = {"regions": REGIONS, "agencies": AGENCIES}
    meta: dict[str, Any] = {"id": "planted", "jurisdiction": "14", "timezone": "Asia/Shanghai", "currency": "CNY"}
    for name, value in content.items():
        if name in TABLE_NAMES:
            letter = TABLE_NAMES[name]
            tables[name] = [({"id": f"{letter}{n}"} if letter else {}) | row for n, row in enumerate(value, start=1)]
        else:
            meta[name] = value
    return Case(meta, list(policies), tables)


TABLE_NAMES = {
    "regions": "",
    "agencies": "",
    "beneficiary_groups": "",
    "beneficiaries": "",
    "assignments": "",
    "coverage": "",
    "documents": "",
    "events": "E",
    "transfers": "T",
    "deliveries": "D",
    "findings": "F",
    "actions": "A",
    "reports": "R",
}


def event(kind: str, stage: str, on: date, scope: str = "14", policy: str = "p", **more: Any) -> Row:
    """Return an event; its source is the file observed.txt unless told otherwise."""
    return {"policy": policy, "stage": stage, "scope": scope, "kind": kind, "on": on, "source": "observed.txt"} | more


def completed(stage: str, on: date, scope: str = "14", **more: Any) -> Row:
    """Return the event that a step was completed."""
    return event("completed", stage, on, scope, **more)


def assigned(stage: str, agency: str, scope: str = "14", policy: str = "p", **more: Any) -> Row:
    """Return an assignment, as lead unless told otherwise."""
    return {"policy": policy, "stage": stage, "scope": scope, "agency": agency} | more


def transfer(
    from_: str, to: str, amount: str, on: date, measure: str | None = "m", policy: str = "p", **more: Any
) -> Row:
    """Return a transfer of money."""
    return {"policy": policy, "measure": measure, "from": from_, "to": to, "amount": Decimal(amount), "on": on} | more


def delivery(beneficiary: str, on: date | None, amount: str | None = None, measure: str = "m", **more: Any) -> Row:
    """Return a delivery in County Five unless told otherwise."""
    return {
        "policy": "p",
        "measure": measure,
        "beneficiary": beneficiary,
        "on": on,
        "amount": None if amount is None else Decimal(amount),
        "region": "140105",
    } | more


def finding(found_on: date, **more: Any) -> Row:
    """Return a finding."""
    return {"title": "Something is wrong", "found_on": found_on} | more


def action(kind: str, on: date, finding: str = "F1", **more: Any) -> Row:
    """Return an action on a finding, the first one unless told otherwise."""
    return {"finding": finding, "kind": kind, "on": on} | more


def group(id: str, region: str | None, eligible: int | None, amount: str | None = None, **more: Any) -> Row:
    """Return a beneficiary group of measure m."""
    return {
        "id": id,
        "name": id,
        "measure": "m",
        "region": region,
        "eligible_count": eligible,
        "eligible_amount": None if amount is None else Decimal(amount),
    } | more


def gap(kind: str, **fields: Any) -> Expected:
    """Return an expected gap: identity fields not given are null, other fields are compared only where given."""
    return {"kind": kind} | dict.fromkeys(IDENTITY[1:]) | fields


def of_step(kind: str, stage: str, scope: str = "14", **fields: Any) -> Expected:
    """Return an expected gap of a step of policy p."""
    return gap(kind, **{"policy": "p", "stage": stage, "scope": scope} | fields)


def identity(of: Expected) -> Identity:
    """Return the identity of an expected or found gap."""
    kind, *others = (of[name] for name in IDENTITY)
    return (kind, others[0], others[1], others[2], others[3], others[4])


def at(name: str, on_days: dict[date, list[Expected]], of: Case, **more: Any) -> list[Planted]:
    """Plant the same case on several days, each with what is expected on it."""
    return [Planted(f"{name}-{d:%m-%d}", of, d, expected, **more) for d, expected in on_days.items()]


def differences(planted: Planted, found: list[Row]) -> list[str]:
    """Say how the found gaps differ from the expected ones; `found` are dicts as the reference gives them."""
    said = []
    wanted = {identity(each): each for each in planted.expected}
    there = {identity(each): each for each in found}
    said += [f"invented: {key}" for key in there if key not in wanted]
    said += [f"not found: {key}" for key in wanted if key not in there]
    said += ["the same gap twice"] if len(there) < len(found) else []
    said += [
        f"{key}: {name} is {there[key][name]!r}, expected {value!r}"
        for key, fields in wanted.items()
        if key in there
        for name, value in fields.items()
        if there[key][name] != value
    ]
    if planted.ranked and list(wanted) != list(there):
        said.append(f"order is {list(there)}")
    return said
