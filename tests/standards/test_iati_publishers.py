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
        f'<activity-status code="{status}"/><activity-date type="2" iso-date="2020-01-01"/>'
        f"{closed}{body}</iati-activity>"
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


def test_the_latest_version_of_an_activity_counts(read: Read) -> None:
    first = moved("3", "2021-01-01", "100", receiver="GB-N-1")
    made, evaluation = read(
        activity("XM-D-1", first, updated="2023-01-01"),
        activity("XM-D-1", first + moved("3", "2023-06-01", "50", receiver="GB-N-1"), updated="2024-01-01"),
        activity("GB-N-1", moved("1", "2021-01-02", "100", "XM-D-1") + moved("1", "2023-06-02", "50", "XM-D-1"), NGO),
    )
    assert found(evaluation) == set()
    assert made.account.tallies["transactions"].used.total() == 4
    assert made.account.tallies["activities"].kept == {"an older version of what stands in the files again": 1}
    assert made.warnings == ["1 older versions of activities stand in the files beside a later one, which counts"]


def test_versions_of_the_same_day_claim_the_same_money_once(read: Read) -> None:
    paid = moved("3", "2021-01-01", "100", receiver="GB-N-1")
    made, evaluation = read(
        activity("XM-D-1", paid),
        activity("XM-D-1", paid + "<budget-not-provided/>"),
        activity("GB-N-1", moved("1", "2021-01-02", "100", "XM-D-1"), NGO),
    )
    assert found(evaluation) == set()
    assert [one.partition(":")[0] for one in made.warnings] == ["XM-D-1"]


def test_a_publisher_that_names_receiving_activities_is_held_to_it(read: Read) -> None:
    _, evaluation = read(
        activity("XM-D-1", moved("3", "2021-01-01", "100", receiver="GB-N-1")),
        activity("GB-N-1", moved("1", "2021-01-02", "100", "XM-D-1"), NGO),
        activity("XM-D-2", moved("3", "2021-01-01", "100")),
        activity("GB-N-2", moved("1", "2021-01-02", "100", "XM-D-2"), NGO),
        activity("XM-E-1", moved("3", "2021-01-01", "100"), "XM-E"),
        activity("GB-N-3", moved("1", "2021-01-02", "100", "XM-E-1"), NGO),
    )
    assert found(evaluation) == {
        ("missing_step", "XM-D-2", "payment-to-GB-N-2"),
        ("unobserved_step", "XM-E-1", "payment-to-GB-N-3"),
    }


def test_words_stand_for_codes_in_old_files(read: Read) -> None:
    body = (
        '<activity-date type="end-planned" iso-date="2012-01-01"/>'
        "<transaction><transaction-type>Disbursement</transaction-type><value value-date='2011-01-01'>10</value>"
        "</transaction><transaction><transaction-type code='TB'/><value value-date='2011-01-01'>7</value></transaction>"
    )
    old = activity("XM-D-OLD", body).replace(
        '<activity-status code="2"/>', "<activity-status>Completion</activity-status>"
    )
    made, evaluation = read(old, version="1.05")
    assert found(evaluation) == set()
    assert made.account.tallies["transactions"].used == {"transfers": 1}
    assert made.account.tallies["transactions"].rejected == {"type 'TB' is no known transaction type": 1}
    assert '"transactions not understood"' in (made.folder / "tables" / "documents.csv").read_text().replace('""', '"')


def test_an_undated_record_tells_up_to_its_last_transaction(read: Read) -> None:
    _, evaluation = read(activity("XM-D-1", result("100", "80") + moved("3", "2021-05-01", "1"), updated=""))
    assert {gap.kind for gap in evaluation.gaps()} == {"overdue_step"}


@pytest.mark.parametrize(
    ("female", "male", "kinds"),
    [("40", "60", {"overdue_step"}), ("40", "", {"overdue_step"}), ("60", "", set()), ("60", "60", set())],
)
def test_one_part_under_its_target_is_enough(read: Read, female: str, male: str, kinds: set[str]) -> None:
    targets = part("target", "female", "50") + part("target", "male", "50")
    actuals = part("actual", "female", female) + (part("actual", "male", male) if male else "")
    _, evaluation = read(activity("XM-D-1", indicator(targets + actuals)))
    assert {gap.kind for gap in evaluation.gaps()} == kinds


@pytest.mark.parametrize(("target", "actual", "kinds"), [
    ("TBD", "5", set()), ("-", "-", set()), ("10", "n/a", {"unobserved_step"}), ("Yes", "No", {"overdue_step"}),
])  # fmt: skip
def test_what_stands_for_no_value_yet_is_neither_target_nor_actual(
    read: Read, target: str, actual: str, kinds: set[str]
) -> None:
    made, evaluation = read(activity("XM-D-1", result(target, actual)))
    assert {gap.kind for gap in evaluation.gaps()} == kinds
    assert made.account.tallies["indicator periods"].kept == ({} if kinds else {"no target": 1})


def part(element: str, sex: str, value: str) -> str:
    return f'<{element} value="{value}"><dimension name="sex" value="{sex}"/></{element}>'


def result(target: str, actual: str) -> str:
    return indicator(f'<target value="{target}"/><actual value="{actual}"/>')


def indicator(period: str) -> str:
    return (
        '<result type="1"><title><narrative>R</narrative></title><indicator measure="1"><title><narrative>I</narrative>'
        '</title><period><period-start iso-date="2018-01-01"/><period-end iso-date="2018-12-31"/>'
        f"{period}</period></indicator></result>"
    )
