"""A contracting process as a chain: planning, tender, awards, contracts, their milestones, and what was looked at."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from graphkit.standards.chain import NO_CURRENCY, Chain
from graphkit.standards.ocds.process import Process, amount, day, items_with, objects, period_day, status_of, text
from graphkit.standards.values import short

PLANNING, TENDER, AWARD = "planning", "tender", "award"
_DIRECT = ("direct", "limited")
_FAILED = ("cancelled", "unsuccessful", "withdrawn")


class Verdict(StrEnum):
    """What became of a milestone."""

    MET = "met"
    PARTLY = "partly met by its due date"
    NOT_MET = "not met by its due date"
    NOT_YET = "not due yet when last stated"
    UNTOLD = "status not stated since its due date"
    CALLED_OFF = "called off with what it belongs to"
    AGAIN = "stands again in the contract or its implementation, which counts"


def build(process: Process, chain: Chain, records_awards: bool) -> list[Verdict]:
    """Add the stages, events and coverage of a process; return what became of each milestone."""
    _add_planning(process, chain)
    _add_tender(process, chain)
    awards = _add_awards(process, chain, records_awards)
    _add_contracts(process, chain, awards)
    return _add_milestones(process, chain)


def contract_stage(process: Process, contract: dict[str, Any]) -> str:
    """Return the stage of a contract's signing."""
    return f"contract-{process.name_of('contracts', contract)}"


def _money(value: Any) -> dict[str, Any]:
    worth, currency = amount(value)
    return {} if worth is None else {"amount": worth, "currency": currency or NO_CURRENCY}


def _happened(found: date | None, process: Process) -> date | None:
    """Return a day if it had come when the process was last stated; later ones are plans."""
    return found if found is not None and (process.last_day is None or found <= process.last_day) else None


def _add_planning(process: Process, chain: Chain) -> None:
    planning = process.part("planning")
    if not planning:
        return
    budget = planning.get("budget")
    published = [
        one
        for name, _, item in items_with(process, "documents")
        if name == "planning" and (one := day(item.get("datePublished")))
    ]
    on = _happened(process.tagged.get("planning") or min(published, default=None), process)
    chain.stage(PLANNING, ("规划与预算", "Planning"), optional=True)
    if on is not None:
        chain.event(
            PLANNING,
            "completed",
            on,
            note="planning stated",
            **_money(budget.get("amount") if isinstance(budget, dict) else None),
        )


def _add_tender(process: Process, chain: Chain) -> None:
    tender = process.part("tender")
    if not tender:
        return
    status = status_of(tender)
    awarded = [one for award in process.parts("awards") if (one := day(award.get("date")))]
    on = _happened(period_day(tender.get("tenderPeriod"), "endDate"), process) or _happened(
        min(awarded, default=None), process
    )
    done = status not in _FAILED and on is not None
    chain.stage(TENDER, ("招标", "Tender"), optional=True, after=[PLANNING] if chain.has(PLANNING) else None,
                may_precede=[PLANNING] if chain.has(PLANNING) else None)  # fmt: skip
    if done and on is not None:
        chain.event(
            TENDER, "completed", on, note=f"tender status: {status}" if status else None, **_money(tender.get("value"))
        )
    elif status in _FAILED and process.last_day is not None:
        chain.event(
            TENDER, "cancelled", process.last_day, note=f"tender status: {status}", **_money(tender.get("value"))
        )


def _add_awards(process: Process, chain: Chain, records_awards: bool) -> dict[str, str]:
    """Add a stage for each award, or for the one that is due; return the stages by award id."""
    tender = process.part("tender")
    due, closes = period_day(tender.get("awardPeriod"), "endDate"), period_day(tender.get("tenderPeriod"), "endDate")
    if due is not None and closes is not None and due < closes:
        due = None  # The tender was extended and the award period forgotten: nothing is due while bids come in.
    after = [TENDER] if chain.has(TENDER) else None
    # A contract given directly has no tender to wait for.
    may_precede = after if text(tender.get("procurementMethod")) in _DIRECT else None
    stages: dict[str, str] = {}
    for award in process.parts("awards"):
        key = process.name_of("awards", award)
        if key in stages:
            continue
        stage = stages[key] = f"{AWARD}-{key}"
        status, on = status_of(award), _happened(day(award.get("date")), process)
        title = short(text(award.get("title")) or key, 120)
        is_open = status == "pending" and not _is_settled(process, award)
        chain.stage(
            stage,
            (f"授标：{title}", f"Award: {title}"),
            after=after,
            may_precede=may_precede,
            due_on=due,
            optional=None if on or is_open else True,
        )
        chain.cover(stage, process.looked_until("awards"))
        money = _money(award.get("value"))
        if status in _FAILED and process.last_day is not None:
            chain.event(stage, "cancelled", on or process.last_day, note=f"award status: {status}", **money)
        elif on is not None:
            chain.event(
                stage,
                "started" if is_open else "completed",
                on,
                note=f"award status: {status}" if status else None,
                **money,
            )
    if not stages and due is not None and status_of(tender) not in _FAILED:
        chain.stage(AWARD, ("授标", "Award"), after=after, may_precede=may_precede, due_on=due)
        if records_awards:
            chain.cover(AWARD, process.last_day)
    return stages


def _is_settled(process: Process, award: dict[str, Any]) -> bool:
    """Tell whether a pending award is a bidder in reserve: the tender is complete, and another award has its lots."""
    active = [_lots(one) for one in process.parts("awards") if status_of(one) == "active"]
    return status_of(process.part("tender")) == "complete" and _lots(award) in active


def _lots(award: dict[str, Any]) -> set[str]:
    lots = award.get("relatedLots")
    return set(map(text, lots)) if isinstance(lots, list) else set()


def _add_contracts(process: Process, chain: Chain, awards: dict[str, str]) -> None:
    completed = chain.completed()
    for contract in process.parts("contracts"):
        stage = contract_stage(process, contract)
        if chain.has(stage):
            continue
        award = text(contract.get("awardID"))
        signed = _happened(day(contract.get("dateSigned")), process)
        status = status_of(contract)
        title = short(text(contract.get("title")) or process.name_of("contracts", contract), 120)
        if award and award not in awards and awards:
            awards[award] = _add_lost_award(process, chain, contract, award)
        # An award that is not done says so itself; the contract is then not blamed for it again.
        after = [awards[award]] if awards.get(award) in completed else None
        chain.stage(stage, (f"签订合同：{title}", f"Contract: {title}"), after=after, optional=None if signed else True)
        money = _money(contract.get("value"))
        if status == "cancelled" and process.last_day is not None:
            chain.event(stage, "cancelled", signed or process.last_day, note="contract status: cancelled", **money)
        elif signed is not None:
            chain.event(stage, "completed", signed, note=f"contract status: {status}" if status else None, **money)
        _add_implementation(process, chain, contract, stage)


def _add_lost_award(process: Process, chain: Chain, contract: dict[str, Any], award: str) -> str:
    """Add the award that a contract rests on and that is none of the process's awards."""
    stage = f"{AWARD}-{award}"
    due = day(contract.get("dateSigned")) or period_day(contract.get("period"), "startDate")
    chain.stage(stage, (f"授标：{award}", f"Award: {award}"), due_on=due)
    if process.looked_until("awards") is not None:
        chain.cover(stage, process.last_day)
    return stage


def _add_implementation(process: Process, chain: Chain, contract: dict[str, Any], contract_id: str) -> None:
    stage = contract_id.replace("contract-", "implementation-", 1)
    begins = _happened(period_day(contract.get("period"), "startDate"), process)
    ends = _happened(period_day(contract.get("period"), "endDate"), process)
    # Publishers seldom say that a contract has ended, so its end is no due date: milestones and payments tell.
    chain.stage(stage, ("合同履行", "Implementation"), after=[contract_id], may_precede=[contract_id], optional=True)
    if begins is not None:
        chain.event(stage, "started", begins, note="contract period begins")
    if status_of(contract) == "terminated" and (ends or process.last_day):
        chain.event(stage, "completed", ends or process.last_day or date.max, note="contract status: terminated")


def _add_milestones(process: Process, chain: Chain) -> list[Verdict]:
    verdicts = []
    seen: dict[str, int] = {}
    for section, owner, milestone in items_with(process, "milestones"):
        if _stands_again(owner, milestone):
            verdicts.append(Verdict.AGAIN)
            continue
        in_part = section in ("planning", "tender")
        place = section if in_part else f"{section.removesuffix('s')}-{process.name_of(section, owner)}"
        key = f"milestone-{place}-{text(milestone.get('id')) or 'unnamed'}"
        seen[key] = seen.get(key, 0) + 1
        stage = key if seen[key] == 1 else f"{key}~{seen[key]}"
        after = [place] if chain.has(place) else None
        title = short(
            text(milestone.get("title")) or text(milestone.get("description")) or text(milestone.get("id")), 160
        )
        due = day(milestone.get("dueDate"))
        chain.stage(stage, (f"里程碑：{title}", f"Milestone: {title}"), after=after, may_precede=after, due_on=due)
        verdicts.append(_tell(process, chain, stage, section, owner, milestone))
    return verdicts


def _stands_again(owner: dict[str, Any], milestone: dict[str, Any]) -> bool:
    """Tell whether a milestone stands both in a contract and in its implementation, and the other one counts.

    It is told anew there once the contract runs; where only one of the two is met, that one counts.
    """
    implementation = owner.get("implementation")
    inner = implementation.get("milestones") if isinstance(implementation, dict) else None
    in_contract = any(one is milestone for one in objects(owner.get("milestones")))
    others = objects(inner if in_contract else owner.get("milestones"))
    same = [one for one in others if text(one.get("id")) and _about(one) == _about(milestone)]
    if not same:
        return False
    is_met, other_met = _is_met(milestone), any(map(_is_met, same))
    return in_contract if is_met == other_met else other_met


def _about(milestone: dict[str, Any]) -> tuple[str, str]:
    return text(milestone.get("id")), text(milestone.get("title"))


def _is_met(milestone: dict[str, Any]) -> bool:
    return status_of(milestone) == "met" or bool(milestone.get("dateMet"))


def _tell(
    process: Process, chain: Chain, stage: str, section: str, owner: dict[str, Any], milestone: dict[str, Any]
) -> Verdict:
    """Add what is known of a milestone: an event where something was done, coverage where its status was looked at.

    What a cancelled contract, award or tender had not met is cancelled with it, and so is what was due only after a
    contract had come to its end: nobody owes it any more.
    """
    status, due = status_of(milestone), day(milestone.get("dueDate"))
    looked = day(milestone.get("dateModified")) or process.looked_until(section) or process.last_day
    more = {"note": f"milestone status: {status or 'not given'}", "locator": f"milestone {text(milestone.get('id'))}"}
    if _is_met(milestone):
        # Where no day is given it was met in time, as far as anybody says.
        on = day(milestone.get("dateMet")) or min((one for one in (due, looked) if one is not None), default=None)
        if on is not None:
            chain.event(stage, "completed", on, **more)
        return Verdict.MET
    ended = period_day(owner.get("period"), "endDate") if status_of(owner) == "terminated" else None
    is_over = ended is not None and due is not None and ended < due and status != "notMet"
    if (status_of(owner) in _FAILED or is_over) and process.last_day is not None:
        chain.event(stage, "cancelled", process.last_day, **more)
        return Verdict.CALLED_OFF
    if due is None or looked is None or looked < due:
        return Verdict.NOT_YET
    if status == "partiallyMet":
        chain.event(stage, "started", due, **more)
        return Verdict.PARTLY
    if status == "notMet":
        chain.cover(stage, looked)
        return Verdict.NOT_MET
    return Verdict.UNTOLD
