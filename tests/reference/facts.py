"""What counts as of a date and as known by a time (CONTRACT.md section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.case import Case, Row

LEVELS = ["central", "province", "city", "county", "township"]

THRESHOLDS = {
    "retention_days": Decimal(30),
    "retention_min": Decimal(0),
    "coverage_min": Decimal("0.9"),
    "unaddressed_days": Decimal(30),
    "instruction_days": Decimal(30),
    "verify_days": Decimal(30),
}


class Facts:
    """The rows of a case that count, and what its policies expect."""

    def __init__(
        self,
        case: Case,
        as_of: date,
        known_by: date | datetime | None = None,
        thresholds: Mapping[str, Decimal] | None = None,
    ) -> None:
        meta = case.meta
        self.as_of = as_of
        self.currency: str = meta.get("currency", "CNY")
        self.calendar: str = meta.get("calendar", "days")
        self.cadence: list[dict[str, Any]] = meta.get("report_cadence", [])
        self.jurisdiction: str | None = meta.get("jurisdiction")
        self.thresholds = THRESHOLDS | {k: Decimal(str(v)) for k, v in meta.get("thresholds", {}).items()}
        self.thresholds |= thresholds or {}
        self._zone = ZoneInfo(meta.get("timezone", "Asia/Shanghai"))
        self._known_by = None if known_by is None else self._end(known_by)

        self.policies = {policy["id"]: policy for policy in case.policies}
        self.measures = {m["id"]: (p, m) for p in case.policies for m in p.get("measures", [])}
        self.regions = {row["code"]: row for row in case.rows("regions")}
        self.agencies = {row["id"]: row for row in case.rows("agencies")}
        self.groups = {row["id"]: row for row in case.rows("beneficiary_groups")}
        self.beneficiaries = {row["id"]: row for row in case.rows("beneficiaries")}
        self.coverage = case.rows("coverage")
        named = sorted(
            (row["file"].removeprefix("documents/"), row["id"]) for row in case.rows("documents") if row["file"]
        )
        files = {name: id_ for file, id_ in reversed(named) for name in (file, f"documents/{file}")}
        self._documents = files | {row["id"]: row["id"] for row in case.rows("documents")}

        self.events = self._in_order(self._happened(case.rows("events")))
        self.transfers = self._happened(case.rows("transfers"))
        self.findings = {row["id"]: row for row in self._happened(case.rows("findings"), "found_on")}
        self.actions = self._in_order(self._happened(case.rows("actions")))
        self.assignments = self._not_later(case.rows("assignments"), "assigned_on")
        self.reports = self._not_later(case.rows("reports"), "issued_on")
        known = [row for row in case.rows("deliveries") if self._known(row, row["on"] or row["due_on"])]
        self.delivered = [row for row in known if row["on"] and row["on"] <= as_of]
        self.undelivered = [row for row in known if not (row["on"] and row["on"] <= as_of)]

    # What counts

    def _end(self, known_by: date | datetime) -> datetime:
        if not isinstance(known_by, datetime):
            known_by = datetime.combine(known_by, time.max)
        return known_by if known_by.tzinfo else known_by.replace(tzinfo=self._zone)

    def _recorded(self, row: Row, day: date) -> datetime:
        if row["recorded_at"] is None:
            return datetime.combine(day, time.min, self._zone)
        at = datetime.fromisoformat(row["recorded_at"])
        return at if at.tzinfo else at.replace(tzinfo=self._zone)

    def _known(self, row: Row, day: date | None) -> bool:
        if self._known_by is None or (day is None and row["recorded_at"] is None):
            return True
        return self._recorded(row, day or date.min) <= self._known_by

    def _happened(self, rows: list[Row], column: str = "on") -> list[Row]:
        return [row for row in rows if row[column] <= self.as_of and self._known(row, row[column])]

    def _not_later(self, rows: list[Row], column: str) -> list[Row]:
        return [row for row in rows if row[column] is None or row[column] <= self.as_of]

    def document_of(self, source: str) -> str:
        """Return the document that a source names by its id or its file, or the source itself where it is none."""
        return self._documents.get(source, source)

    def _in_order(self, rows: list[Row]) -> list[Row]:
        return sorted(rows, key=lambda row: (row["on"], self._recorded(row, row["on"]), row["id"]))

    # Policies

    def in_force(self, policy: str | None) -> bool:
        """Say whether a policy has reached its effective.from (None, no policy: always)."""
        start = self.policies[policy].get("effective", {}).get("from") if policy else None
        return start is None or start <= self.as_of

    def policy_end(self, policy: str) -> date | None:
        """Return the policy's effective.to."""
        end: date | None = self.policies[policy].get("effective", {}).get("to")
        return end

    # Regions

    def upwards(self, region: str | None) -> list[str]:
        """Return the region, its parent and so on to the top; nothing for None."""
        found: list[str] = []
        while region is not None:
            found.append(region)
            region = self.regions[region]["parent"]
        return found

    def is_within(self, region: str | None, above: str | None) -> bool:
        """Say whether `region` is `above` or lies below it."""
        return above is not None and above in self.upwards(region)

    def in_jurisdiction(self, region: str) -> bool:
        """Say whether the region lies inside the case's jurisdiction or contains it."""
        where = self.jurisdiction
        return where is None or self.is_within(region, where) or self.is_within(where, region)

    # Groups, deliveries and money

    def currency_of(self, row: Row) -> str:
        """Return the currency of a row's amount."""
        return row["currency"] or self.currency

    def delivery_region(self, row: Row) -> str | None:
        """Return the region of a delivery: its own, else its group's, else its beneficiary's."""
        group = self.groups.get(row["group"], {})
        beneficiary = self.beneficiaries.get(row["beneficiary"], {})
        return row["region"] or group.get("region") or beneficiary.get("region")

    def delivered_to(self, group: Row) -> list[Row]:
        """Return what was delivered to a group of its measure: naming it, or naming none in its region."""
        return [
            row
            for row in self.delivered
            if row["measure"] == group["measure"]
            and (
                row["group"] == group["id"]
                or (row["group"] is None and group["region"] and self.delivery_region(row) == group["region"])
            )
        ]

    def groups_below(self, measures: set[str], region: str | None) -> list[Row]:
        """Return the groups of these measures in the region or below it."""
        return [g for g in self.groups.values() if g["measure"] in measures and self.is_within(g["region"], region)]


def eligible_count(groups: list[Row]) -> int:
    """Return how many are eligible in these groups, as far as is known."""
    return sum(group["eligible_count"] or 0 for group in groups)


def total(amounts: list[tuple[str, Decimal]]) -> dict[str, Decimal] | None:
    """Sum (currency, amount) pairs by currency; None if there are none."""
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return sums or None
