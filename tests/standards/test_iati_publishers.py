"""IATI as other publishers write it: families told by one side, bookings in each one's time, versions, old habits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graphkit.case import load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.standards import ImportResult, import_iati

DONOR, NGO = "XM-D", "GB-N"
Read = Callable[..., tuple[ImportResult, Evaluation]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Bring in one file of the given activities, load it and evaluate it."""

    def run(*activities: str, version: str = "2.03") -> tuple[ImportResult, Evaluation]:
        path = tmp_path / "file.xml"
        path.write_text(
            f'<iati-activities version="{version}">{"".join(activities)}</iati-activities>', encoding="utf-8"
        )
        made = import_iati([path], tmp_path / "case")
        assert made.account.balanced
        facts = Facts(tmp_path / "workspace", create=True)
        assert load_case(facts, made.folder).rejected == 0
        return made, evaluate(facts, made.case_id)

    return run


def activity(identifier: str, body: str, reporter: str = DONOR, status: str = "2", updated: str = "2024-06-30") -> str:
    closed = '<activity-date type="4" iso-date="2022-12-31"/>' if status == "4" else ""
    when = f'last-updated-datetime="{updated}"' if updated else ""
    return (
        f'<iati-activity default-currency="EUR" {when}><iati-identifier>{identifier}</iati-identifier>'
        f'<reporting-org ref="{reporter}"><narrative>{reporter}</narrative></reporting-org>'
        f'<activity-status code="{status}"/><activity-date type="2" iso-date="2020-01-01"/>{closed}{body}</iati-activity>'
    )


def moved(kind: str, day: str, value: str, provider: str = "", receiver: str = "") -> str:
    return (
        f'<transaction><transaction-type code="{kind}"/><transaction-date iso-date="{day}"/><value>{value}</value>'
        + (f'<provider-org provider-activity-id="{provider}"/>' if provider else "")
        + (f'<receiver-org receiver-activity-id="{receiver}"/>' if receiver else "")
        + "</transaction>"
    )


def found(evaluation: Evaluation) -> set[tuple[str, str | None, str | None]]:
    return {(gap.kind, gap.policy, gap.stage or gap.subject) for gap in evaluation.gaps()}


def test_a_family_is_known_where_only_the_child_names_its_parent(read: Read) -> None:
    _, evaluation = read(
        activity("XM-D-P", moved("2", "2020-02-01", "100"), status="4"),
        activity("XM-D-C", '<related-activity type="1" ref="XM-D-P"/>', status="4"),
        activity("XM-D-G", '<related-activity type="1" ref="XM-D-C"/>' + moved("3", "2020-03-01", "100"), status="4"),
        activity("XM-D-WHOLE", moved("2", "2020-02-01", "5") + moved("3", "2020-03-01", "5"), status="4"),
        activity("XM-D-LOST", moved("2", "2020-02-01", "7"), status="4"),
    )
    assert found(evaluation) == {("missing_step", "XM-D-LOST", "disburse")}


def test_what_is_booked_shortly_after_the_other_side_was_published_is_no_contradiction(read: Read) -> None:
    days = ("2021-02-01", "2023-12-28")
    booked = ("2021-02-03", "2024-01-05")
    _, evaluation = read(
        activity("XM-D-1", "".join(moved("3", day, "100", receiver="GB-N-1") for day in days), updated="2024-01-01"),
        activity("GB-N-1", "".join(moved("1", day, "100", provider="XM-D-1") for day in booked), NGO),
        activity("XM-D-2", "".join(moved("3", day, "100", receiver="GB-N-2") for day in days), updated="2024-01-01"),
        activity("GB-N-2", "".join(moved("1", day, "90", provider="XM-D-2") for day in booked), NGO),
    )
    assert found(evaluation) == {("conflicting_evidence", "GB-N-2", "receipt-from-XM-D-2")}


def test_a_revolving_fund_is_not_held_to_its_income(read: Read) -> None:
    lent = moved("1", "2021-01-01", "100") + moved("3", "2021-02-01", "100") + moved("3", "2022-02-01", "60")
    _, evaluation = read(
        activity("XM-D-LOANS", lent + moved("6", "2022-01-01", "60")),
        activity("XM-D-GRANTS", lent),
    )
    assert found(evaluation) == {("funds_untraced", "XM-D-GRANTS", DONOR)}
