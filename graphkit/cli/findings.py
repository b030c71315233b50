"""`graphkit findings`, `graphkit finding` and `graphkit action`: the follow-up ledger, and what a person adds to it."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from graphkit.case import Entered, NewAction, NewFinding, add_action, add_finding
from graphkit.cli.options import (
    DEFAULT_WORKSPACE,
    AsOf,
    CaseId,
    KnownBy,
    Lang,
    Workspace,
    chosen_cases,
    day,
    language,
    moment,
    one_case,
)
from graphkit.cli.output import print_table, tell_warning
from graphkit.facts import Facts
from graphkit.gaps.followup import finding as find
from graphkit.gaps.followup import finding_of_gap, follow_up, origins
from graphkit.graph.evaluate import evaluate_case
from graphkit.model.errors import UsageError
from graphkit.model.followup import STATES
from graphkit.model.tables import ACTION_KINDS, CATEGORIES, SEVERITIES
from graphkit.reports import words
from graphkit.reports.ledger_table import finding_card, ledger_table

finding_app = typer.Typer(help="Enter a finding, or show one.", no_args_is_help=True, add_completion=False)
action_app = typer.Typer(help="Enter what was done about a finding.", no_args_is_help=True, add_completion=False)

Format = Annotated[str, typer.Option("--format", help="table or json.")]
EnteredBy = Annotated[
    str, typer.Option("--entered-by", envvar="GRAPHKIT_USER", help="Who enters it: a person's name, kept with it.")
]
Amount = Annotated[str | None, typer.Option(help="An amount like 1200000.00, in the case's currency.")]
Source = Annotated[str | None, typer.Option(help="The document or file that says so.")]
Locator = Annotated[str | None, typer.Option(help="Where it stands there: a page, row or span of characters.")]


def findings(
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    policy: Annotated[str | None, typer.Option(help="Only this policy.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region and all below it.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only this agency.")] = None,
    state: Annotated[list[str] | None, typer.Option(help=f"Only in this state: {', '.join(STATES)}.")] = None,
    open: Annotated[bool | None, typer.Option("--open/--closed", help="Only those still open, or closed.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those with something overdue.")] = False,
    recurring: Annotated[bool, typer.Option("--recurring", help="Only those that came back.")] = False,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Show the follow-up ledger: where each finding stands, what is overdue, and how the open ones age."""
    _known_format(format)
    facts = Facts(workspace)
    found = []
    for one in chosen_cases(facts, case):
        evaluation = evaluate_case(facts, one, day(as_of, "--as-of"), moment(known_by, "--known-by"))
        filters: dict[str, Any] = {"policy": policy, "region": region, "agency": agency, "state": state, "open": open}
        found.append((evaluation, follow_up(evaluation, **filters, overdue=overdue, recurring=recurring)))
    if format == "json":
        documents = [ledger.model_dump(mode="json") for _, ledger in found]
        typer.echo(json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2))
        return
    for evaluation, ledger in found:
        filtered = overdue or recurring or any(one not in (None, []) for one in (policy, region, agency, state, open))
        print_table(ledger_table(evaluation, ledger, language(lang), filtered=filtered))


@finding_app.command("show")
def show(
    id: Annotated[str, typer.Argument(metavar="FINDING", help="The finding.")],
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    as_of: AsOf = None,
    known_by: KnownBy = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Show one finding: its state, every action, the gaps that it came from and whether they still hold."""
    _known_format(format)
    facts = Facts(workspace)
    evaluation = evaluate_case(facts, one_case(facts, case), day(as_of, "--as-of"), moment(known_by, "--known-by"))
    line = find(evaluation, id)
    came_from = origins(evaluation, line)
    if format == "json":
        document = {**line.model_dump(mode="json"), "origins": [one.model_dump(mode="json") for one in came_from]}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    print_table(finding_card(evaluation, line, came_from, language(lang)))


@finding_app.command("add")
def add_one(
    entered_by: EnteredBy,
    title: Annotated[str | None, typer.Option(help="What was found; with --gap, by default what the gap says.")] = None,
    found_on: Annotated[str | None, typer.Option(help="The day it was found; by default today.")] = None,
    gap: Annotated[str | None, typer.Option(help="The gap that it comes from; fills in what is not given.")] = None,
    id: Annotated[str | None, typer.Option(help="Its id; by default the next free one.")] = None,
    category: Annotated[str | None, typer.Option(help=f"{', '.join(CATEGORIES)}.")] = None,
    kind: Annotated[str | None, typer.Option(help="Its kind, by which it is seen to come back.")] = None,
    policy: Annotated[str | None, typer.Option(help="The policy.")] = None,
    stage: Annotated[str | None, typer.Option(help="The stage of the policy.")] = None,
    scope: Annotated[str | None, typer.Option(help="The region or agency.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency that has to put it right.")] = None,
    amount: Amount = None,
    count: Annotated[int | None, typer.Option(min=0, help="How many cases or people.")] = None,
    severity: Annotated[str | None, typer.Option(help=f"{', '.join(SEVERITIES)}.")] = None,
    source: Source = None,
    locator: Locator = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Enter a finding: a fact with who and when, which is followed by actions and never changed."""
    _known_format(format)
    facts = Facts(workspace)
    case_id = one_case(facts, case)
    when = day(found_on, "--found-on") or _today(facts, case_id)
    given = {
        "title": title, "category": category, "kind": kind, "policy": policy, "stage": stage, "scope": scope,
        "agency": agency, "amount": _amount(amount), "count": count, "severity": severity,
    }  # fmt: skip
    taken: dict[str, Any] = {}
    if gap is not None:
        taken = finding_of_gap(evaluate_case(facts, case_id, when).gap(gap))
    elif not (title or "").strip():
        raise UsageError("what was found? give --title TEXT, or the gap that it comes from: --gap ID")
    values = {**taken, **{name: value for name, value in given.items() if value is not None}}
    new = NewFinding(**values, found_on=when, id=id, source=source, locator=locator)
    _tell(add_finding(facts, case_id, new, entered_by), format, language(lang))


@action_app.callback()
def _group() -> None:
    """Enter what was done about a finding."""


@action_app.command("add")
def add_step(
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="The finding.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(ACTION_KINDS)}.")],
    by: Annotated[str, typer.Option(help="Who did it: an agency's id, or a name.")],
    entered_by: EnteredBy,
    on: Annotated[str | None, typer.Option(help="The day it was done; by default today.")] = None,
    to: Annotated[str | None, typer.Option(help="To whom: an agency's id, or a name.")] = None,
    due_on: Annotated[str | None, typer.Option(help="The day by which it has to be followed.")] = None,
    amount: Amount = None,
    note: Annotated[str | None, typer.Option(help="What was said or done.")] = None,
    id: Annotated[str | None, typer.Option(help="Its id; by default the next free one.")] = None,
    source: Source = None,
    locator: Locator = None,
    workspace: Workspace = DEFAULT_WORKSPACE,
    case: CaseId = None,
    format: Format = "table",
    lang: Lang = None,
) -> None:
    """Enter an action; a wrong move is refused. It is never changed: a later action undoes it (reopened, rejected)."""
    _known_format(format)
    facts = Facts(workspace)
    case_id = one_case(facts, case)
    new = NewAction(
        finding=finding,
        kind=kind,
        on=day(on, "--on") or _today(facts, case_id),
        by=by,
        id=id,
        to=to,
        due_on=day(due_on, "--due-on"),
        amount=_amount(amount),
        source=source,
        locator=locator,
        note=note,
    )
    _tell(add_action(facts, case_id, new, entered_by), format, language(lang))


def _known_format(format: str) -> None:
    if format not in ("table", "json"):
        raise UsageError(f"--format {format}: there are table and json")


def _today(facts: Facts, case_id: str) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(facts.case(case_id).timezone)).date()


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise UsageError(f"--amount {text}: not an amount like 1200000.00")
    return amount


def _tell(entered: Entered, format: str, lang: str) -> None:
    for warning in entered.warnings:
        tell_warning(warning, lang)
    if format == "json":
        typer.echo(json.dumps({one.name: getattr(entered, one.name) for one in fields(entered)}, ensure_ascii=False))
        return
    state = words.STATE[entered.state].of("zh" if lang == "zh" else "en")
    typer.echo(
        f"{entered.id}：已登记；问题 {entered.finding} 现为“{state}”"
        if lang == "zh"
        else f"{entered.id}: entered; finding {entered.finding} is now: {state}"
    )
