"""Findings and actions that are entered through the API: for one limited to a region, only about what lies in it."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from graphkit.case import Entered, NewAction, NewFinding, add_action, add_finding
from graphkit.facts import Facts
from graphkit.gaps import Evaluation
from graphkit.model.errors import InputError

from .access import Principal
from .errors import FieldError, NotFoundError
from .paging import digest
from .preconditions import check_match
from .server import Server

_WRITING = threading.Lock()
"""Between the look at a state and the change of it nobody else of this process comes in."""


def enter_finding(server: Server, principal: Principal, case: str, finding: NewFinding) -> Entered:
    """Enter a finding. FieldError for a place that is not the principal's, else as graphkit.case.add_finding."""
    question = server.question(principal, case)
    with server.evaluations.open(question) as evaluation:
        if finding.gap is not None:
            _gap_exists(evaluation, finding.gap)
        if principal.region is not None:
            _check_place(evaluation, principal.region, finding)
    if principal.region is not None:
        # Numbers in a row, and a refusal of one that is taken, would tell what there is elsewhere.
        finding = replace(finding, id=f"F-{secrets.token_hex(6)}")
    with _WRITING:
        return add_finding(Facts(server.settings.workspace), case, finding, _signed(principal))


def enter_action(
    server: Server, principal: Principal, case: str, action: NewAction, if_match: str | None
) -> tuple[Entered, str]:
    """Enter an action on a finding whose state the asker has seen; return it, and the finding's new ETag."""
    if principal.region is not None:
        action = replace(action, id=f"{action.finding}-A-{secrets.token_hex(4)}")
    with _WRITING:
        facts = server.snapshot(principal, case).facts
        require_finding(server, principal, case, action.finding)
        check_match(if_match, finding_tag(facts, case, action.finding))
        entered = add_action(Facts(server.settings.workspace), case, action, _signed(principal))
        return entered, finding_tag(Facts(server.settings.workspace), case, action.finding)


def require_finding(server: Server, principal: Principal, case: str, finding: str) -> None:
    """Raise NotFoundError unless the principal may see a finding, whatever its day."""
    snapshot = server.snapshot(principal, case)
    rows = _rows(snapshot.facts, case, "findings", "id", finding)
    if rows and principal.region is not None:
        question = server.question(principal, case, max(rows[0]["found_on"], snapshot.day(case, None)))
        with server.evaluations.open(question) as evaluation:
            rows = evaluation.rows("SELECT id FROM findings WHERE id = ?", [finding])
    if not rows:
        raise NotFoundError(f"no finding '{finding}' in case {case}")


def finding_tag(facts: Facts, case: str, finding: str) -> str:
    """Return the ETag of a finding with all its actions."""
    found = _rows(facts, case, "findings", "id", finding)
    actions = _rows(facts, case, "actions", "finding", finding)
    return f'"{digest(found, sorted(actions, key=lambda row: row["id"]))}"'


def _rows(facts: Facts, case: str, table: str, column: str, value: str) -> list[dict[str, Any]]:
    return [
        row
        for file in facts.files(table, case)
        for row in pq.read_table(file, filters=pc.field(column) == value, partitioning=None).to_pylist()
    ]


def _signed(principal: Principal) -> str:
    return f"{principal.person} ({principal.name})"


def _gap_exists(evaluation: Evaluation, gap: str) -> None:
    try:
        evaluation.gap(gap)
    except InputError:
        raise FieldError("gap", f"no gap '{gap}' as of {evaluation.as_of}") from None


def _check_place(evaluation: Evaluation, region: str, finding: NewFinding) -> None:
    places = {row["code"] for row in evaluation.rows("SELECT code FROM region_above WHERE ancestor = ?", [region])}
    agencies = {row["id"]: row["region"] for row in evaluation.rows("SELECT id, region FROM agencies")}
    inside = {*places, *(agency for agency, place in agencies.items() if place in places)}
    for field, value in (("scope", finding.scope), ("agency", finding.agency)):
        if value is not None and value not in inside:
            raise FieldError(field, f"'{value}' is not in the region {region} of this token")
    if finding.scope is None and finding.agency is None:
        raise FieldError("scope", f"name a scope or an agency in the region {region} of this token")
    if finding.id is not None:
        raise FieldError("id", "is given by the server to tokens limited to a region")
