"""Follow-up: the ledger of findings, how they age, what is due and overdue; entering findings and actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from graphkit.case import NewAction, NewFinding
from graphkit.gaps import Evaluation
from graphkit.gaps.followup import FindingState, FollowUp, Origin, finding, finding_of_gap, follow_up, origins
from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError, InputError, RefusedError, UsageError
from graphkit.reports import words
from graphkit.reports.names import Names
from graphkit.reports.text import shown

from ..access import Role
from ..entering import enter_action, enter_finding, finding_tag
from ..errors import NotFoundError
from .describe import Described, all_described
from .frame import Page, button, view
from .work import Progress

_ROWS = 300
_ALL, _OPEN, _OVERDUE, _RECURRING, _CLOSED = "", "open", "overdue", "recurring", "closed"
_SHOW = (_ALL, _OPEN, _OVERDUE, _RECURRING, _CLOSED)
_TITLE = 500
_GAPS = 12


def register() -> None:
    """Put the view at its address."""
    view("followup", _draw)


@dataclass(frozen=True, slots=True)
class _Line:
    """A finding with the names of what it is about."""

    state: FindingState
    agency: str | None
    policy: str | None


@dataclass(frozen=True, slots=True)
class _One:
    """One finding in full."""

    line: _Line
    origins: list[Origin]
    names: dict[str, str]
    gaps: list[Described]


def _may(page: Page) -> bool:
    return page.principal.role >= Role.EDITOR


async def _draw(page: Page) -> None:
    chosen = page.asked.get("finding")
    if chosen is not None:
        await _draw_one(page, chosen)
        return
    show = page.asked.choice("show", _SHOW)
    agency, policy = page.asked.get("agency"), page.asked.get("policy")

    def look(progress: Progress) -> tuple[FollowUp, FollowUp, list[_Line], dict[str, str], list[tuple[str, str]]]:
        progress.step(page.say("followup.reading"))
        return page.kept(
            "followup", lambda one: _ledger(one, page.lang, show, agency, policy), page.lang, show, agency, policy
        )

    every, ledger, lines, names, policies = await page.work(look)
    page.html(
        "followup.html",
        every=every,
        ledger=ledger,
        lines=lines[:_ROWS],
        left=len(lines) - _ROWS,
        names_of=names,
        policies=policies,
        show=show,
        shows=_SHOW,
        states=words.STATE,
        may=_may(page),
    )
    if page.asked.get("new") or page.asked.get("gap"):
        _check(page)
        _enter_finding(page)


def _ledger(
    evaluation: Evaluation, lang: str, show: str, agency: str | None, policy: str | None
) -> tuple[FollowUp, FollowUp, list[_Line], dict[str, str], list[tuple[str, str]]]:
    names = Names(evaluation)
    every = follow_up(evaluation, agency=agency, policy=policy)
    ledger = follow_up(
        evaluation,
        agency=agency,
        policy=policy,
        open={_OPEN: True, _CLOSED: False}.get(show),
        overdue=show == _OVERDUE,
        recurring=show == _RECURRING,
    )
    lines = [_line(one, names, lang) for one in ledger.findings]
    lines.sort(key=lambda one: (not one.state.open, -(one.state.overdue_days or -1), one.state.due_on or date.max))
    called = {one.of: names.agency(one.of).name for one in every.by_agency if one.of}
    policies = [(one, text.of(lang)) for one in names.policies if (text := names.policy(one))]
    return every, ledger, lines, called, policies


def _line(one: FindingState, names: Names, lang: str) -> _Line:
    policy = names.policy(one.policy)
    return _Line(one, names.agency(one.agency).name if one.agency else None, policy.of(lang) if policy else None)


async def _draw_one(page: Page, chosen: str) -> None:
    def tell(evaluation: Evaluation) -> _One:
        names = Names(evaluation)
        found = finding(evaluation, chosen)
        people = {one for act in found.actions for one in (act.by, act.to) if one}
        return _One(
            _line(found, names, page.lang),
            origins(evaluation, found),
            {one: names.agency(one).name for one in people},
            all_described(evaluation, found.gaps[:_GAPS], names),
        )

    def look(progress: Progress) -> _One:
        progress.step(page.say("followup.reading"))
        try:
            return page.kept("finding", tell, page.lang, chosen)
        except InputError as error:
            raise NotFoundError(str(error)) from error

    one = await page.work(look)
    page.html("finding.html", one=one, it=one.line.state, states=words.STATE, may=_may(page))
    if _may(page):
        button(page.say("followup.add_action"), lambda: _enter_action(page, one.line.state), main=True)


def _today(page: Page) -> str:
    case = page.question.snapshot.case(page.case)
    return datetime.now(UTC).astimezone(ZoneInfo(case.timezone)).date().isoformat()


def _text(label: str, value: str = "", kind: str = "text") -> ui.input:
    return ui.input(label, value=value).props(f'outlined dense stack-label type="{kind}"').classes("wide-input")


def _enter_action(page: Page, line: FindingState) -> None:
    """Ask what was done about a finding, and enter it: a fact in the name of whoever is signed in."""
    choices = {kind: page.say(f"action.{kind}") for kind in line.next}
    # What somebody else enters meanwhile makes this an action on another state, which is then refused.
    tag = finding_tag(page.server.snapshot(page.principal, page.case).facts, page.case, line.finding)
    with (
        ui.dialog(value=True) as dialog,
        ui.card().props(f'role="dialog" aria-label="{page.say("followup.add_action")}"'),
    ):
        ui.label(page.say("followup.add_action")).classes("text-bold")
        ui.label(page.say("followup.never_changed")).classes("note")
        kind = (
            ui.select(choices, value=line.next[0], label=page.say("followup.what"))
            .props("outlined dense stack-label")
            .classes("wide-input")
        )
        by = _text(page.say("followup.by"), line.agency or "")
        on = _text(page.say("followup.on"), _today(page), "date")
        due = _text(page.say("followup.due_on"), "", "date")
        note = _text(page.say("followup.note"))

        def save() -> None:
            _check(page)
            action = NewAction(
                finding=line.finding,
                kind=kind.value,
                on=_day(on.value, page.say("followup.on")),
                by=(by.value or "").strip() or page.principal.person or page.principal.name,
                due_on=_day(due.value, page.say("followup.due_on")) if due.value else None,
                note=(note.value or "").strip()[:_TITLE] or None,
            )
            with page.writing(f"action on {line.finding}"):
                enter_action(page.server, page.principal, page.case, action, tag)

        _buttons(
            page, dialog, save, lambda: page.asked.url("followup", finding=line.finding, as_of=_later(page, on.value))
        )


def _enter_finding(page: Page) -> None:
    """Ask what was found, filled in from a gap where the address names one, and enter it."""
    taken: dict[str, Any] = {}
    gap = page.asked.get("gap")
    if gap:
        with page.server.evaluations.open(page.question) as evaluation:
            taken = finding_of_gap(evaluation.gap(gap))
    categories = {one: words.CATEGORY[one].of(page.lang) for one in ("break", "blockage", "difficulty", "pain")}
    severities = {one: text.of(page.lang) for one, text in words.SEVERITY.items()}
    with (
        ui.dialog(value=True) as dialog,
        ui.card().props(f'role="dialog" aria-label="{page.say("followup.add_finding")}"'),
    ):
        ui.label(page.say("followup.add_finding")).classes("text-bold")
        ui.label(page.say("followup.never_changed")).classes("note")
        title = _text(page.say("followup.title"), shown(taken.get("title", ""), _TITLE))
        category = (
            ui.select(categories, value=taken.get("category"), label=page.say("gaps.category"), clearable=True)
            .props("outlined dense stack-label")
            .classes("wide-input")
        )
        severity = (
            ui.select(severities, value=taken.get("severity"), label=page.say("gaps.severity"), clearable=True)
            .props("outlined dense stack-label")
            .classes("wide-input")
        )
        agency = _text(page.say("followup.agency"), taken.get("agency") or "")
        on = _text(page.say("followup.found_on"), _today(page), "date")
        amount = _text(page.say("gaps.amount"), str(taken.get("amount") or ""))

        def save() -> None:
            _check(page)
            if not (title.value or "").strip():
                raise UsageError(page.say("followup.no_title"))
            given = {
                "title": title.value.strip(),
                "category": category.value,
                "severity": severity.value,
                "agency": (agency.value or "").strip() or None,
                "amount": _amount(amount.value),
            }
            fields = {**taken, **given}
            new = NewFinding(**fields, found_on=_day(on.value, page.say("followup.found_on")))
            with page.writing("finding"):
                enter_finding(page.server, page.principal, page.case, new)

        _buttons(page, dialog, save, lambda: page.asked.url("followup", gap="", new="", as_of=_later(page, on.value)))


def _buttons(page: Page, dialog: ui.dialog, save: Any, then: Any) -> None:
    alert = ui.label().props('role="alert"').classes("overdue")

    def do() -> None:
        try:
            save()
        except GraphkitError as error:
            alert.set_text(shown(said(str(error), page.lang), 400))
            return
        dialog.close()
        ui.navigate.to(then())

    with ui.row():
        button(page.say("documents.save"), do, main=True)
        button(page.say("documents.close"), dialog.close)


def _check(page: Page) -> None:
    if not _may(page):
        raise RefusedError(page.say("followup.editor"))


def _later(page: Page, on: str) -> str:
    """Return the day to look at afterwards: what was entered is not hidden by an earlier one."""
    return max(page.question.as_of.isoformat(), on)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        raise UsageError(f"{field}: {text}") from None


def _amount(text: str | None) -> Decimal | None:
    if not (text or "").strip():
        return None
    try:
        found = Decimal(str(text).replace(",", "").strip())
    except InvalidOperation:
        raise UsageError(f"{text}") from None
    if not found.is_finite():
        raise UsageError(f"{text}")
    return found
