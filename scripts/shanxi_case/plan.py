"""What goes wrong in the synthetic observations, where, and how often: the story that the demo tells.

Places are real, what is said to have happened in them is invented. Each entry names the gap that it should give.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

RENT, RELENDING, HARDSHIP, JOBS = "rent-relief-2020", "relending-2020", "hardship-2020", "job-transport-2020"
Place = tuple[str, str, str]
"""A step: policy, stage, scope."""


@dataclass(frozen=True, slots=True)
class Twist:
    """How a step departs from "done in time".

    kind: done (in time), missing (nothing happened), open (started, never completed), late (completed `days` after its
    due date), after (`days` after it became ready), help_first (`days` after the need was found), on (completed on
    `day`, whatever came before), cancelled (not needed there), reopened (completed, then found wanting on `day`).
    """

    kind: str
    days: int = 0
    day: date = date.max
    note: str = ""


DONE, MISSING, OPEN = Twist("done"), Twist("missing"), Twist("open")


def _late(days: int) -> Twist:
    return Twist("late", days=days)


def _on(day: str, note: str) -> Twist:
    return Twist("on", day=date.fromisoformat(day), note=note)


_PART = "(合成) 已收到市级转拨的部分资金 / (synthetic) got its share of what the city passed on"
LINFEN_UNPAID = ("141027", "141028", "141030", "141031", "141032", "141033", "141034")
LINFEN_PAID = (
    "141002", "141021", "141022", "141023", "141024", "141025", "141026", "141029", "141081", "141082",
)  # fmt: skip
HELP_FIRST = ("140107", "140311", "140722", "140927", "141081", "141182")
"""Counties that paid temporary aid before approving it: lawful, and no gap."""
NO_LISTED_FIRM = ("140600", "141100")
NOT_LOOKED_AT_AFTER = {(JOBS, "140800"): date(2020, 4, 15)}
"""Where nobody looked after a day: no event later than that is known, and coverage ends there."""

TWISTS: dict[Place, Twist] = {
    # Rent relief: a late province, counties that never began, relief that stops at the sub-lessor.
    (RENT, "provincial_rules_extended", "140000"): _late(9),
    (RENT, "premises_register_built", "140429"): MISSING,
    (RENT, "premises_register_built", "140430"): MISSING,
    (RENT, "tenants_notified", "140215"): OPEN,
    (RENT, "tenants_notified", "140781"): MISSING,
    (RENT, "relief_approved", "140524"): MISSING,
    (RENT, "relief_feb_executed", "140902"): OPEN,
    (RENT, "relief_h1_executed", "140721"): MISSING,
    (RENT, "relief_h1_executed", "140882"): OPEN,
    (RENT, "relief_h1_executed", "140727"): _late(12),
    (RENT, "relief_h1_executed", "140728"): _late(19),
    (RENT, "passed_to_final_tenant", "140105"): OPEN,
    (RENT, "landlord_offset_granted", "140822"): _on(
        "2020-03-05", "(合成) 减免兑现前先享受税费减免 / (synthetic) tax relief before any rent was waived"
    ),
    (RENT, "landlord_offset_granted", "140902"): _on(
        "2020-05-20", "(合成) 未减租而享受税费减免 / (synthetic) tax relief although no rent was waived"
    ),
    # Re-lending: loans in time almost everywhere; one city keeps the subsidy.
    (RELENDING, "loan_disbursed", "140400"): _late(5),
    (RELENDING, "loan_disbursed", "140900"): _late(3),
    (RELENDING, "use_tracked", "140300"): OPEN,
    (RELENDING, "subsidy_paid", "140200"): OPEN,
    (RELENDING, "subsidy_paid", "140700"): _late(6),
    (RELENDING, "firm_delisted", "100000"): _on(
        "2020-04-20", "(合成) 取消1户企业名单资格 / (synthetic) one firm taken off the list"
    ),
    (RELENDING, "disbursement_published", "140000"): _on(
        "2020-08-12", "(合成) 按月公示 / (synthetic) published as every month"
    ),
    **{
        (RELENDING, stage, city): Twist("cancelled", note="(合成) 无名单内企业 / (synthetic) no firm on the list")
        for city in NO_LISTED_FIRM
        for stage in ("firm_nominated", "loan_disbursed", "use_tracked", "subsidy_applied", "subsidy_paid")
    },
    # Hardship: money stops in one city; rosters, order and names go wrong in a few counties.
    (HARDSHIP, "funds_passed_on", "141000"): OPEN,
    **{(HARDSHIP, "payment_ordered", county): _on("2020-05-02", _PART) for county in LINFEN_PAID},
    (HARDSHIP, "roster_built", "140929"): MISSING,
    (HARDSHIP, "roster_built", "141126"): OPEN,
    (HARDSHIP, "roster_matched", "140823"): MISSING,
    (HARDSHIP, "payment_ordered", "140823"): _on(
        "2020-05-03", "(合成) 未经比对即拨付 / (synthetic) paid without matching the roster"
    ),
    (HARDSHIP, "payment_ordered", "140224"): _on(
        "2020-04-27", "(合成) 先拨付后比对 / (synthetic) paid first, matched afterwards"
    ),
    (HARDSHIP, "roster_matched", "140224"): _on(
        "2020-04-30", "(合成) 拨付后补做比对 / (synthetic) matched after the payment order"
    ),
    (HARDSHIP, "price_subsidy_paid", "140226"): OPEN,
    (HARDSHIP, "price_subsidy_paid", "140321"): _late(9),
    (HARDSHIP, "price_subsidy_paid", "140603"): _late(4),
    (HARDSHIP, "payment_reported", "140100"): _late(6),
    (HARDSHIP, "payment_reported", "140500"): MISSING,
    (HARDSHIP, "need_found", "140925"): MISSING,
    **{(HARDSHIP, "aid_approved", county): Twist("after", days=4) for county in HELP_FIRST},
    **{(HARDSHIP, "aid_paid", county): Twist("help_first", days=1) for county in HELP_FIRST},
    (HARDSHIP, "aid_approved", "140423"): MISSING,
    (HARDSHIP, "aid_approved", "140425"): MISSING,
    (HARDSHIP, "aid_paid", "141127"): OPEN,
    # Jobs: one city collects no vacancies, two counties send people off before they have a job.
    (JOBS, "city_linked", "140300"): _late(4),
    (JOBS, "jobs_collected", "140600"): OPEN,
    (JOBS, "poverty_list_shared", "141125"): MISSING,
    (JOBS, "trip_run", "141124"): _on(
        "2020-03-24", "(合成) 先送人后找岗 / (synthetic) sent off first, matched with jobs afterwards"
    ),
    (JOBS, "job_matched", "141130"): MISSING,
    (JOBS, "trip_run", "141130"): _on("2020-04-08", "(合成) 无岗送人 / (synthetic) sent off without a job"),
    (JOBS, "on_post", "140924"): MISSING,
    (JOBS, "on_post", "140931"): OPEN,
    (JOBS, "worker_subsidy_paid", "140928"): MISSING,
    (JOBS, "worker_subsidy_paid", "141123"): _late(10),
    (JOBS, "retention_checked", "141121"): MISSING,
    (JOBS, "retention_checked", "141122"): MISSING,
    (JOBS, "retention_checked", "141129"): MISSING,
    (JOBS, "charter_cost_settled", "140581"): Twist(
        "reopened",
        day=date(2020, 7, 10),
        note="(合成) 发票与乘车名单不符 / (synthetic) invoice and passenger list differ",
    ),
    (JOBS, "results_reported", "140400"): MISSING,
}

SUPPORT_ONLY: frozenset[Place] = frozenset(
    {
        (HARDSHIP, "aid_approved", "140423"),
        (HARDSHIP, "aid_approved", "140425"),
        (JOBS, "retention_checked", "141121"),
        (JOBS, "retention_checked", "141122"),
        (JOBS, "retention_checked", "141129"),
    }
)
"""Where the (invented) local division of work names the office as a supporter only, so that nobody leads."""

OPTIONAL_SHARE: dict[tuple[str, str], float] = {
    (RENT, "relief_applied"): 0.7,
    (RENT, "landlord_offset_granted"): 0.25,
    (RENT, "relief_audited"): 0.15,
    (RENT, "arrears_refunded"): 0.4,
    (RELENDING, "county_plan_filed"): 1.0,
    (HARDSHIP, "roster_publicised"): 0.85,
    (HARDSHIP, "failed_payment_fixed"): 0.3,
    (HARDSHIP, "overpayment_recovered"): 0.05,
    (JOBS, "first_mile_pickup"): 0.5,
}
"""How often an optional stage was done, once its predecessors were; those not named never were."""

OPTIONAL_WHERE: dict[str, tuple[str, ...]] = {
    "papers_completed": HELP_FIRST,
    "subsidy_advanced": ("140500", "140700"),
}
"""Where an optional stage was done, if it is not left to chance: both are lawful shortcuts."""

NOT_SUBLET_SHARE = 0.45
LATE_SHARE = 0.012
