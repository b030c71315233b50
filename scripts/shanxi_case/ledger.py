"""The synthetic tables of money and people, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from scripts.shanxi_case.common import SYNTHETIC, Row

CENT = Decimal("0.01")
What = tuple[str, str]
"""A policy and one of its measures."""
_MARK = {"source": SYNTHETIC, "synthetic": "true"}


@dataclass(slots=True)
class Ledger:
    """The rows of five tables, and the agencies that exist only in the synthetic story."""

    groups: list[Row] = field(default_factory=list)
    beneficiaries: list[Row] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    deliveries: list[Row] = field(default_factory=list)
    supplies: list[Row] = field(default_factory=list)
    agencies: list[Row] = field(default_factory=list)

    def agency(self, id_: str, name: str, alias: str, *, region: str, kind: str) -> None:
        """Add an agency that does not exist."""
        row = {"id": id_, "name": f"{name}（合成）", "region": region, "kind": kind, "aliases": f"{alias} (synthetic)"}
        self.agencies.append(row | _MARK)

    def group(self, id_: str, name: str, measure: str, region: str, eligible: int | None = None) -> None:
        """Add a beneficiary group; without `eligible` nobody counted it."""
        count = "" if eligible is None else str(eligible)
        row = {"id": id_, "name": f"{name}（合成）", "measure": measure, "region": region, "eligible_count": count}
        self.groups.append(row | _MARK)

    def person(self, id_: str, group: str, region: str, *, name: str = "", eligible: bool = True, to: str = "") -> None:
        """Add a beneficiary, eligible until the day `to`; people have no names, firms have made-up ones."""
        row = {"id": id_, "group": group, "name": name, "region": region, "eligible": str(eligible).lower()}
        self.beneficiaries.append(row | {"eligible_to": to} | _MARK)

    def transfer(self, what: What, giver: str, taker: str, amount: Decimal, day: date) -> None:
        """Add a transfer."""
        row = {"id": f"syn-tr-{len(self.transfers) + 1:04}", "policy": what[0], "measure": what[1]}
        row |= {"from": giver, "to": taker, "amount": _money(amount), "on": day.isoformat()}
        self.transfers.append(row | _MARK)

    def deliver(
        self,
        what: What,
        group: str,
        *,
        region: str,
        by: str,
        to: str,
        amount: Decimal,
        day: date | None,
        due: date | None = None,
        channel: str = "一卡通",
    ) -> Decimal:
        """Add a delivery and return its amount; without a day it is still due."""
        row = {"id": f"syn-de-{len(self.deliveries) + 1:04}", "policy": what[0], "measure": what[1]}
        row |= {"beneficiary": to, "region": region, "group": group, "agency": by, "amount": _money(amount)}
        row |= {"on": _day(day), "due_on": _day(due), "channel": channel}
        self.deliveries.append(row | _MARK)
        return amount

    def supply(self, giver: str, taker: str, weight: str) -> None:
        """Say that one group supplies another."""
        self.supplies.append({"from": giver, "to": taker, "weight": weight} | _MARK)


def _money(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
