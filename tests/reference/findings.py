"""The gaps of findings and of reports (CONTRACT.md section 3)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.reference.calendars import ONE_DAY
from tests.reference.case import Row
from tests.reference.facts import Facts
from tests.reference.gap import DELIVERY_KINDS, STEP_KINDS, Gap


def finding_gaps(facts: Facts, others: list[Gap]) -> list[Gap]:
    """Find the gaps of findings; `others` are the gaps of steps and deliveries, which explain a reported pain."""
    gaps = []
    for finding in facts.findings.values():
        if not facts.in_force(finding["policy"]):
            continue
        for kind, since in _held(facts, finding, others):
            gaps.append(
                Gap(
                    kind,
                    finding["policy"],
                    stage=finding["stage"],
                    scope=finding["scope"],
                    subject=finding["id"],
                    severity=finding["severity"] or "",
                    since=since,
                    responsible=[finding["agency"]] if finding["agency"] else [],
                    count=finding["count"],
                    amount=None if finding["amount"] is None else {facts.currency_of(finding): finding["amount"]},
                    findings=[finding["id"]],
                )
            )
    return gaps


def _held(facts: Facts, finding: Row, others: list[Gap]) -> Iterable[tuple[str, date]]:
    """Yield the kinds that hold of a finding, each with the first day on which it held."""
    actions = [action for action in facts.actions if action["finding"] == finding["id"]]
    is_open = _is_open(actions)

    last = finding["found_on"] + _days(facts, "unaddressed_days")
    if not actions and facts.as_of > last:
        yield "unaddressed_finding", last + ONE_DAY

    instructions = [
        (action, action["due_on"] or action["on"] + _days(facts, "instruction_days"))
        for action in actions
        if action["kind"] in ("instructed", "recommended")
    ]
    acceptances = [
        (action, action["due_on"]) for action in actions if action["kind"] == "accepted" and action["due_on"]
    ]
    for kind, demands in (("instruction_not_followed", instructions), ("overdue_rectification", acceptances)):
        unmet = [
            due for action, due in demands if facts.as_of > due and not _any_since(actions, action["on"], "rectified")
        ]
        if unmet and is_open:
            # An instruction counts as the earliest one given; of acceptances the first whose day was missed.
            yield kind, (unmet[0] if kind == "instruction_not_followed" else min(unmet)) + ONE_DAY

    unverified = [
        action["on"] + _days(facts, "verify_days")
        for action in actions
        if action["kind"] == "rectified"
        and facts.as_of > action["on"] + _days(facts, "verify_days")
        and not _any_since(actions, action["on"], "verified", "rejected", "reopened")
    ]
    if unverified:
        yield "unverified_rectification", unverified[0] + ONE_DAY

    if finding["kind"] and finding["agency"]:
        earlier = {
            other["id"]
            for other in facts.findings.values()
            if (other["kind"], other["agency"]) == (finding["kind"], finding["agency"])
            and other["found_on"] < finding["found_on"]
        }
        if any(
            action["finding"] in earlier and action["kind"] == "verified" and action["on"] < finding["found_on"]
            for action in facts.actions
        ):
            yield "recurring_finding", finding["found_on"]

    explained = finding["scope"] is not None and any(
        gap.kind in (*STEP_KINDS, *DELIVERY_KINDS) and (gap.policy, gap.scope) == (finding["policy"], finding["scope"])
        for gap in others
    )
    if finding["category"] == "pain" and is_open and not explained:
        yield "reported_pain", finding["found_on"]


def _days(facts: Facts, threshold: str) -> timedelta:
    return timedelta(days=int(facts.thresholds[threshold]))


def _is_open(actions: list[Row]) -> bool:
    is_open = True
    for action in actions:
        if action["kind"] in ("verified", "waived"):
            is_open = False
        elif action["kind"] == "reopened":
            is_open = True
    return is_open


def _any_since(actions: list[Row], day: date, *kinds: str) -> bool:
    return any(action["kind"] in kinds and action["on"] >= day for action in actions)


def report_gaps(facts: Facts) -> list[Gap]:
    """Find the periods that ended without their report."""
    issued = {(report["kind"], report["period_end"]) for report in facts.reports}
    expected = {(cadence["kind"], end) for cadence in facts.cadence for end in period_ends(cadence, facts.as_of)}
    return [
        Gap("missed_report", subject=f"{kind}:{end.isoformat()}", since=end + ONE_DAY)
        for kind, end in sorted(expected - issued)
    ]


def period_ends(cadence: dict[str, Any], before: date) -> Iterable[date]:
    """Yield the last day of each period of a cadence that ended before a day."""
    stop = min(before - ONE_DAY, cadence.get("end") or before)
    start: date = cadence["start"]
    while True:
        if cadence.get("every") == "month":
            end = start.replace(day=monthrange(start.year, start.month)[1])
        else:
            end = start + timedelta(days=cadence["every_days"] - 1)
        if end > stop:
            return
        yield end
        start = end + ONE_DAY
