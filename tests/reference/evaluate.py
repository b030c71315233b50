"""Every gap of a case, by CONTRACT.md sections 2 to 4, as plain dicts in the contract's order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.reference.calendars import ONE_DAY, days_between
from tests.reference.case import Case
from tests.reference.deliveries import coverage_gaps, delivery_gaps
from tests.reference.facts import Facts
from tests.reference.findings import finding_gaps, report_gaps
from tests.reference.gap import CATEGORIES, Gap
from tests.reference.money import money_gaps
from tests.reference.steps import build_steps, step_gaps

_SEVERITY_ORDER = ["high", "medium", "low"]


def evaluate(
    case: Case,
    as_of: date,
    known_by: date | datetime | None = None,
    thresholds: Mapping[str, Decimal] | None = None,
) -> list[dict[str, Any]]:
    """Return every gap that holds as of a date, as known by a time, blocked_step included, ranked.

    A `known_by` that is a plain date means the end of that day, and one without an offset is in the case's time zone.
    `thresholds` go before the case's own. Each gap has the fields of CONTRACT.md section 4 except evidence and
    explanation; `caused_by` is a set of identities (kind, policy, measure, stage, scope, subject), `caused_by_ids` are
    their sorted ids, `since` is a date, `amount` a dict of Decimals by currency.
    """
    facts = Facts(case, as_of, known_by, thresholds)
    steps = build_steps(facts)
    of_steps = step_gaps(facts, steps)
    of_money = money_gaps(facts)
    retained = [gap for gap in of_money if gap.kind == "funds_retained"]
    of_deliveries = delivery_gaps(facts, steps, retained)
    gaps = [
        *of_steps,
        *of_money,
        *of_deliveries,
        *coverage_gaps(facts, steps, retained),
        *finding_gaps(facts, of_steps + of_deliveries),
        *report_gaps(facts),
    ]
    for gap in gaps:
        if gap.since is not None:
            gap.days = days_between(gap.since - ONE_DAY, as_of, facts.calendar)
    return [_as_dict(gap) for gap in sorted(gaps, key=lambda gap: _rank(gap, facts.currency))]


def _rank(gap: Gap, currency: str) -> tuple[int, int, Decimal, int, str]:
    amount = (gap.amount or {}).get(currency, Decimal(0))
    return (_SEVERITY_ORDER.index(gap.severity), -gap.beneficiaries, -amount, -(gap.days or 0), gap.id)


def _as_dict(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "kind": gap.kind,
        "category": CATEGORIES[gap.kind],
        "severity": gap.severity,
        "root": gap.root,
        "policy": gap.policy,
        "measure": gap.measure,
        "stage": gap.stage,
        "scope": gap.scope,
        "subject": gap.subject,
        "caused_by": {cause.identity for cause in gap.causes},
        "caused_by_ids": sorted(cause.id for cause in gap.causes),
        "since": gap.since,
        "days": gap.days,
        "responsible": gap.responsible,
        "supporting": gap.supporting,
        "blocked_steps": gap.blocked_steps,
        "beneficiaries": gap.beneficiaries,
        "count": gap.count,
        "amount": gap.amount,
        "findings": gap.findings,
    }
