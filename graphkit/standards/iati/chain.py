"""An activity as a chain: its stages from start to end, who is responsible, what happened, and what was looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

from graphkit.standards.chain import Chain
from graphkit.standards.iati.codes import codes
from graphkit.standards.iati.links import LinkStep
from graphkit.standards.iati.model import Activity, Organisation
from graphkit.standards.iati.results import ResultStep, Verdict
from graphkit.standards.iati.survey import Survey

START, COMMIT, BUDGET, PLAN, PROMISE, DISBURSE, INTERIM, END = (
    "start",
    "commit",
    "budget",
    "planned-disbursement",
    "promise",
    "disburse",
    "interim-results",
    "end",
)
_TITLES = {
    START: ("活动启动", "Start"),
    COMMIT: ("承诺拨款", "Commitment"),
    BUDGET: ("预算", "Budget"),
    PLAN: ("计划拨付", "Planned disbursement"),
    PROMISE: ("认捐与应收承诺", "Pledges and incoming commitments"),
    DISBURSE: ("拨付或支出", "Disbursement or expenditure"),
    INTERIM: ("期中成果", "Results of periods that were not over"),
    END: ("活动结束", "End"),
}
_LEADS = ("implementing", "accountable", "extending")
_RUNNING = ("implementation", "suspended")
_ENDED = ("finalisation", "closed")


def add_stage(chain: Chain, stage: str, **more: Any) -> None:
    """Add a stage that activities have in common, with its title."""
    chain.stage(stage, _TITLES[stage], **more)


def leads(activity: Activity) -> tuple[list[Organisation], list[Organisation]]:
    """Return who has to act (who implements, else is accountable, else extends, else reports), and who supports."""
    for role in _LEADS:
        found = [one for kind, one in activity.participants if kind == role and one.key]
        if found:
            others = [one for kind, one in activity.participants if kind in _LEADS and kind != role and one.key]
            chosen = {one.key for one in found}
            return _once(found), [one for one in _once(others) if one.key not in chosen]
    return ([activity.reporter] if activity.reporter.key else []), []


def _once(organisations: list[Organisation]) -> list[Organisation]:
    return list({one.key: one for one in organisations}.values())


def add_course(chain: Chain, activity: Activity, seen: Survey) -> None:
    """Add start, disbursement and end, as far as the activity says when they were planned and when they happened."""
    until = activity.told_until
    begun = _past(activity.dates.get("actual_start"), until)
    ended = _past(activity.dates.get("actual_end"), until)
    _add_start(chain, activity, begun)
    _add_disbursement(chain, activity, seen)
    _add_end(chain, activity, begun, ended)


def add_cancellation(chain: Chain, activity: Activity) -> None:
    """Cancel what a cancelled activity did not complete."""
    if activity.status != "cancelled" or activity.told_until is None:
        return
    completed = chain.completed()
    for stage in [one["id"] for one in chain.stages]:
        ends_with_it = stage in (START, DISBURSE, END) or stage.startswith("result-")
        if ends_with_it and stage not in completed:
            chain.event(stage, "cancelled", activity.told_until, note="activity status: cancelled")


def _past(day: date | None, until: date | None) -> date | None:
    """Return a day said to be actual if it lies before the record was last updated; later ones are forecasts."""
    return day if day is not None and (until is None or day <= until) else None


def _add_start(chain: Chain, activity: Activity, begun: date | None) -> None:
    planned = activity.dates.get("planned_start")
    if begun is None and activity.status not in ("pipeline", ""):
        # It runs or is over, so it has begun; the day is not on record, and so neither late nor missing.
        add_stage(chain, START, optional=True)
        return
    add_stage(chain, START, due_on=planned, severity="medium")
    if begun is not None or activity.status == "pipeline":
        chain.cover(START, activity.told_until)
    if begun is not None:
        chain.event(START, "completed", begun)


def _add_disbursement(chain: Chain, activity: Activity, seen: Survey) -> None:
    entry = seen.activities[activity.key]
    first = _first_outflow(activity, seen)
    committed = sum(
        one.value.amount
        for one in activity.movements
        if one.value.amount is not None
        and (kind := codes().transaction_types.get(one.code))
        and kind.flow == "commitment"
    )
    if first is None and committed <= 0:
        return
    end = activity.dates.get("actual_end") or activity.dates.get("planned_end")
    publisher = seen.publishers[entry.reporter]
    # Once money flowed the step is done, whenever that was; the end only says when none at all is too late.
    add_stage(chain, DISBURSE, after=[START], may_precede=[START], due_on=end if first is None else None)
    if first is not None:
        chain.event(DISBURSE, "completed", first, note="first disbursement or expenditure")
    elif publisher.tells_whole_histories and seen.descendants(activity.identifier) <= seen.activities.keys():
        chain.cover(DISBURSE, activity.told_until)


def _first_outflow(activity: Activity, seen: Survey) -> date | None:
    own = [activity.key, *seen.descendants(activity.identifier)]
    days = [seen.activities[one].first_outflow for one in own if one in seen.activities]
    return min((day for day in days if day is not None), default=None)


def _add_end(chain: Chain, activity: Activity, begun: date | None, ended: date | None) -> None:
    planned = activity.dates.get("planned_end")
    if ended is None and (planned is None or activity.status in _ENDED):
        if activity.status in _ENDED:
            add_stage(chain, END, after=[START], optional=True)
        return
    add_stage(chain, END, after=[START], due_on=planned, severity="medium")
    chain.cover(END, activity.told_until)
    if ended is not None:
        chain.event(END, "completed", ended)
    elif activity.status in _RUNNING and planned and activity.told_until and planned < activity.told_until:
        # Looked at after the planned end, and still running: begun and not done.
        chain.event(
            END, "started", begun or planned, note=f"activity status on {activity.told_until}: {activity.status}"
        )


def add_results(chain: Chain, steps: list[ResultStep], looked_until: date | None) -> None:
    """Add a step for each indicator target, and what was told of it."""
    interim: list[tuple[ResultStep, str, int]] = []
    for step in steps:
        title = (f"成果：{step.title}", f"Result: {step.title}")
        chain.stage(
            step.stage,
            title,
            after=[START],
            may_precede=[START],
            due_on=step.due_on,
            optional=True if step.verdict is Verdict.WORDS else None,
        )
        if step.covered and looked_until is not None:
            chain.cover(step.stage, looked_until)
        if step.verdict is Verdict.INTERIM:
            interim += [(step, one.actual, one.line) for one in step.progress]
            continue
        day = min((one for one in (step.due_on, looked_until) if one is not None), default=None)
        if day is None:
            continue
        for one in step.progress:
            kind = "completed" if one.met else "started"
            chain.event(
                step.stage,
                kind,
                day,
                locator=f"line {one.line}",
                note=f"actual {one.actual}, target {step.target}",
                actual=one.actual,
                target=step.target,
            )
    if interim:
        add_stage(chain, INTERIM, optional=True)
        for step, actual, line in interim:
            if looked_until is not None:
                note = f"{step.title}: actual {actual} by {looked_until}"
                chain.event(
                    INTERIM,
                    "started",
                    looked_until,
                    locator=f"line {line}",
                    note=note,
                    actual=actual,
                    target=step.target,
                )


def add_links(chain: Chain, steps: list[LinkStep], looked_until: date | None) -> None:
    """Add a step for each side of a link to another activity."""
    for step in steps:
        chain.stage(step.stage, (step.title, step.title), due_on=step.due_on)
        if step.covered:
            chain.cover(step.stage, looked_until)
        for told in step.told:
            chain.event(
                step.stage,
                "completed",
                told.day,
                amount=told.amount,
                currency=told.currency,
                source=f"iati:{told.record}",
                note=f"as the record of {told.record} says",
            )
