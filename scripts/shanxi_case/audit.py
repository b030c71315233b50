"""The synthetic audit: what the teams looked at, what they found, what became of it, and which reports they issued."""

from __future__ import annotations

from datetime import date, timedelta

from scripts.shanxi_case import plan
from scripts.shanxi_case.common import AS_OF, COUNTRY, PROVINCE, SYNTHETIC, Row, codes
from scripts.shanxi_case.money import SUBLESSOR
from scripts.shanxi_case.offices import LEADING_GROUP, TEAMS
from scripts.shanxi_case.plan import HARDSHIP, JOBS, RELENDING, RENT
from scripts.shanxi_case.public import chains

FIRST_DAY = date(2020, 2, 8)
_MARK = {"source": SYNTHETIC, "synthetic": "true"}
_MISSED_EXPRESS = ("2020-05-07", "2020-07-26")
_LATE_EXPRESS = "2020-06-26"

TEAM_CELLS: dict[str, dict[str, str]] = {
    team: {"goal": goal, "task": task, "schedule": schedule, "mode": mode, **_MARK}
    for team, goal, task, schedule, mode in (
        (TEAMS[0], "[合成] 房租减免应免尽免 / [synthetic] all rent relief reaches the final tenant",
         "[合成] 减免中小企业房租 / [synthetic] rent relief", "[合成] 2—8月 / [synthetic] February to August",
         "[合成] 现场为主 / [synthetic] mostly on site"),
        (TEAMS[1], "[合成] 贷款和贴息直达企业 / [synthetic] loans and subsidy reach the firms",
         "[合成] 重点保障企业贴息再贷款 / [synthetic] re-lending", "[合成] 2—7月 / [synthetic] February to July",
         "[合成] 非现场为主 / [synthetic] mostly off site"),
        (TEAMS[2], "[合成] 补贴足额按时 / [synthetic] subsidies in full and on time",
         "[合成] 特殊困难群体生活补贴 / [synthetic] living subsidies", "[合成] 3—6月 / [synthetic] March to June",
         "[合成] 非现场比对、现场走访 / [synthetic] off-site matching, on-site visits"),
        (TEAMS[3], "[合成] 有岗可到、到岗有据 / [synthetic] a job for everyone carried, and proof of it",
         "[合成] 点对点到岗服务 / [synthetic] job transport", "[合成] 3—6月 / [synthetic] March to June",
         "[合成] 非现场为主 / [synthetic] mostly off site"),
        (TEAMS[4], "[合成] 情况汇总、跟踪整改 / [synthetic] one picture, every finding followed up",
         "[合成] 数据分析、快报和整改台账 / [synthetic] data analysis, reports, ledger", "[合成] 每10天 / [synthetic] every 10 days",
         "[合成] 非现场 / [synthetic] off site"),
    )
}  # fmt: skip
_TEAM_OF = {RENT: TEAMS[0], RELENDING: TEAMS[1], HARDSHIP: TEAMS[2], JOBS: TEAMS[3]}

# id, Chinese title, English title, category, kind, policy, stage, scope, agency, found on, amount, count, severity
_FINDINGS = (
    ("sublessor", "转租方截留房租减免", "A sub-lessor kept rent relief", "blockage", "relief-retained", RENT,
     "passed_to_final_tenant", "140105", SUBLESSOR, "2020-07-20", "", "24", "high"),
    ("register", "两县未建国有房屋出租台账", "No register of let premises in two counties", "break", "no-register", RENT,
     "premises_register_built", "140429", "landlords-140429", "2020-07-09", "", "2", ""),
    ("narrow", "自定减免范围窄于上级规定", "Relief rules narrower than the provincial ones", "difficulty", "narrow-rules", RENT,
     "", "140300", "assets-140300", "2020-04-22", "86000.00", "9", ""),
    ("orders", "订单不足，减租后仍难开工", "Too few orders: firms stay shut in spite of the relief", "pain", "firm-operations", RENT,
     "", "140600", "assets-140600", "2020-06-30", "", "17", ""),
    ("slow-loans", "个别银行放款慢于时限", "Banks slower than two days", "blockage", "slow-loan", RELENDING,
     "loan_disbursed", "140400", "banks-140400", "2020-02-28", "", "", ""),
    ("ledger", "贷后电子台账未建立", "No electronic ledger of the use of loans", "break", "no-ledger", RELENDING,
     "use_tracked", "140300", "banks-140300", "2020-04-15", "", "6", ""),
    ("interest", "贴息资金滞留市级财政", "Interest subsidy kept at the city's finance office", "blockage", "funds-retained", RELENDING,
     "subsidy_paid", "140200", "finance-140200", "2020-08-14", "", "", "high"),
    ("off-list", "名单外企业获得优惠贷款", "A firm that is not on the list got a loan", "difficulty", "ineligible", RELENDING,
     "", "140800", "banks-140800", "2020-05-11", "", "1", ""),
    ("linfen", "补贴资金滞留市级财政", "Subsidy funds kept at the city's finance office", "blockage", "funds-retained", HARDSHIP,
     "funds_passed_on", "141000", "finance-141000", "2020-06-18", "", "7", "high"),
    ("left-out", "新增儿童未纳入发放", "Children newly covered were left out", "difficulty", "left-out", HARDSHIP,
     "", "140221", "finance-140221", "2020-06-08", "", "15", ""),
    ("unmatched", "未经比对即发放补贴", "Paid without matching the roster", "break", "no-matching", HARDSHIP,
     "payment_ordered", "140823", "finance-140823", "2020-05-25", "", "", ""),
    ("deceased", "向已去世人员发放补贴", "Paid to deceased persons", "difficulty", "ineligible", HARDSHIP,
     "", "140212", "finance-140212", "2020-06-15", "178.00", "1", ""),
    ("slow-aid", "临时救助办理不及时", "Temporary aid slow to be paid", "difficulty", "slow-aid", HARDSHIP,
     "aid_paid", "141127", "civil-141127", "2020-07-21", "", "", ""),
    ("no-job", "无岗输送务工人员", "Workers carried without a job", "break", "no-job", JOBS,
     "trip_run", "141124", "transport-141124", "2020-04-10", "", "38", ""),
    ("no-job-again", "再次无岗输送务工人员", "Workers carried without a job once more", "break", "no-job", JOBS,
     "trip_run", "141124", "transport-141124", "2020-07-16", "", "21", ""),
    ("vacancies", "用工需求归集停滞", "Vacancies not collected", "blockage", "no-vacancies", JOBS,
     "jobs_collected", "140600", "hrss-140600", "2020-05-14", "", "", "high"),
    ("double", "重复发放求职补贴", "Job-search subsidy paid twice", "difficulty", "duplicate", JOBS,
     "", "140926", "hrss-140926", "2020-06-22", "900.00", "3", ""),
    ("unregistered", "向不符合条件人员发放补贴", "Subsidy paid to persons not eligible", "difficulty", "ineligible", JOBS,
     "", "140925", "hrss-140925", "2020-07-02", "600.00", "2", ""),
    ("health-code", "外省健康码互认不畅", "Health codes not recognised on arrival", "break", "health-code", JOBS,
     "", PROVINCE, "shanxi-hrss", "2020-03-25", "", "", ""),
    ("charter", "包车费用重复结算", "Charter costs settled twice", "difficulty", "duplicate", JOBS,
     "charter_cost_settled", "140581", "hrss-140581", "2020-07-08", "46000.00", "", ""),
    ("no-follow-up", "稳岗跟踪无人牵头", "Nobody leads the follow-up of those at work", "break", "no-lead", JOBS,
     "retention_checked", "141121", "poverty-141121", "2020-08-12", "", "", ""),
)  # fmt: skip

# finding, kind, by, to, on, due on
_ACTIONS = (
    ("sublessor", "reported", LEADING_GROUP, "shanxi-sasac", "2020-07-22", ""),
    ("sublessor", "instructed", "shanxi-gov", "assets-140105", "2020-07-27", "2020-08-20"),
    ("narrow", "recommended", LEADING_GROUP, "assets-140300", "2020-04-24", "2020-05-20"),
    ("narrow", "accepted", "assets-140300", LEADING_GROUP, "2020-04-28", "2020-05-20"),
    ("narrow", "rectified", "assets-140300", LEADING_GROUP, "2020-05-18", ""),
    ("narrow", "verified", TEAMS[0], "assets-140300", "2020-06-05", ""),
    ("orders", "reported", LEADING_GROUP, "shanxi-industry", "2020-07-02", ""),
    ("slow-loans", "reported", LEADING_GROUP, "pboc", "2020-02-29", ""),
    ("slow-loans", "rectified", "banks-140400", LEADING_GROUP, "2020-03-03", ""),
    ("slow-loans", "verified", TEAMS[1], "banks-140400", "2020-03-16", ""),
    ("ledger", "recommended", LEADING_GROUP, "banks-140300", "2020-04-17", "2020-05-31"),
    ("ledger", "accepted", "banks-140300", LEADING_GROUP, "2020-04-22", "2020-05-31"),
    ("ledger", "rectified", "banks-140300", LEADING_GROUP, "2020-05-29", ""),
    ("ledger", "rejected", TEAMS[1], "banks-140300", "2020-06-10", ""),
    ("interest", "reported", LEADING_GROUP, "shanxi-finance", "2020-08-16", ""),
    ("interest", "accepted", "finance-140200", LEADING_GROUP, "2020-08-20", "2020-09-30"),
    ("off-list", "recommended", LEADING_GROUP, "banks-140800", "2020-05-13", "2020-06-15"),
    ("off-list", "accepted", "banks-140800", LEADING_GROUP, "2020-05-18", "2020-06-15"),
    ("off-list", "rectified", "banks-140800", LEADING_GROUP, "2020-06-12", ""),
    ("off-list", "verified", TEAMS[1], "banks-140800", "2020-06-24", ""),
    ("off-list", "reopened", TEAMS[4], "banks-140800", "2020-08-03", ""),
    ("linfen", "reported", LEADING_GROUP, "shanxi-gov", "2020-06-20", ""),
    ("linfen", "instructed", "shanxi-gov", "finance-141000", "2020-06-24", "2020-07-15"),
    ("linfen", "accepted", "finance-141000", LEADING_GROUP, "2020-06-28", "2020-07-15"),
    ("left-out", "recommended", LEADING_GROUP, "finance-140221", "2020-06-10", "2020-07-10"),
    ("left-out", "accepted", "finance-140221", LEADING_GROUP, "2020-06-15", "2020-07-10"),
    ("left-out", "rectified", "finance-140221", LEADING_GROUP, "2020-07-08", ""),
    ("unmatched", "recommended", LEADING_GROUP, "finance-140823", "2020-05-27", "2020-06-30"),
    ("unmatched", "waived", TEAMS[2], "finance-140823", "2020-06-29", ""),
    ("deceased", "accepted", "finance-140212", LEADING_GROUP, "2020-06-18", "2020-07-20"),
    ("deceased", "rectified", "finance-140212", LEADING_GROUP, "2020-07-02", ""),
    ("deceased", "verified", TEAMS[2], "finance-140212", "2020-07-14", ""),
    ("no-job", "recommended", LEADING_GROUP, "transport-141124", "2020-04-13", "2020-05-10"),
    ("no-job", "rectified", "transport-141124", LEADING_GROUP, "2020-05-08", ""),
    ("no-job", "verified", TEAMS[3], "transport-141124", "2020-05-26", ""),
    ("no-job-again", "reported", LEADING_GROUP, "shanxi-transport", "2020-07-18", ""),
    ("vacancies", "reported", LEADING_GROUP, "shanxi-hrss", "2020-05-16", ""),
    ("vacancies", "recommended", LEADING_GROUP, "hrss-140600", "2020-05-18", ""),
    ("vacancies", "accepted", "hrss-140600", LEADING_GROUP, "2020-05-22", "2020-06-15"),
    ("double", "accepted", "hrss-140926", LEADING_GROUP, "2020-06-26", "2020-07-31"),
    ("double", "rectified", "hrss-140926", LEADING_GROUP, "2020-07-24", ""),
    ("double", "verified", TEAMS[3], "hrss-140926", "2020-08-06", ""),
    ("unregistered", "accepted", "hrss-140925", LEADING_GROUP, "2020-07-06", "2020-08-10"),
    ("health-code", "reported", LEADING_GROUP, "shanxi-gov", "2020-03-26", ""),
    ("health-code", "instructed", "shanxi-leader", "shanxi-hrss", "2020-03-28", "2020-04-15"),
    ("health-code", "rectified", "shanxi-hrss", LEADING_GROUP, "2020-04-12", ""),
    ("health-code", "verified", TEAMS[3], "shanxi-hrss", "2020-04-30", ""),
    ("charter", "accepted", "hrss-140581", LEADING_GROUP, "2020-07-14", "2020-09-15"),
)  # fmt: skip


def finding_rows() -> list[Row]:
    """Return the findings; titles say that they are synthetic."""
    columns = (
        "id", "title", "title_en", "category", "kind", "policy", "stage", "scope", "agency", "found_on", "amount", "count", "severity",
    )  # fmt: skip
    rows = [dict(zip(columns, values, strict=True)) for values in _FINDINGS]
    for row in rows:
        row["id"] = f"syn-{row['id']}"
        row["title"] = f"[合成] {row['title']}"
        row["title_en"] = f"[synthetic] {row['title_en']}"
        row["team"] = _TEAM_OF[row["policy"]]
        row["recorded_at"] = f"{date.fromisoformat(row['found_on']) + timedelta(days=1)}T17:30:00"
    return [row | _MARK for row in rows]


def action_rows() -> list[Row]:
    """Return what became of the findings."""
    columns = ("finding", "kind", "by", "to", "on", "due_on")
    rows = []
    for number, values in enumerate(_ACTIONS, start=1):
        row = dict(zip(columns, values, strict=True))
        rows.append({"id": f"syn-ac-{number:03}", **row, "finding": f"syn-{row['finding']}", **_MARK})
    return rows


def report_rows() -> list[Row]:
    """Return the express reports (two missing, one late) and the monthly ones."""
    rows = []
    end = FIRST_DAY + timedelta(days=9)
    while end < AS_OF:
        if end.isoformat() not in _MISSED_EXPRESS:
            delay = 8 if end.isoformat() == _LATE_EXPRESS else 1
            rows.append(_report("express", "审计快报", end, end + timedelta(days=delay)))
        end += timedelta(days=10)
    for month in range(3, 9):
        end = date(2020, month, 1) - timedelta(days=1)
        rows.append(_report("monthly", "阶段性审计情况", end, end + timedelta(days=3)))
    return rows


def _report(kind: str, title: str, end: date, issued: date) -> Row:
    return {
        "id": f"syn-{kind}-{end}",
        "kind": kind,
        "period_end": end.isoformat(),
        "issued_on": issued.isoformat(),
        "team": LEADING_GROUP,
        "title": f"[合成] {title} {end}",
        **_MARK,
    }


def coverage_rows() -> list[Row]:
    """Return what the teams looked at: the national and provincial stages, and every city, in one of them only for a while."""
    rows = []
    for policy, stages in chains().items():
        for id_, stage in stages.items():
            if stage["level"] in ("central", "province"):
                scope = COUNTRY if stage["level"] == "central" else PROVINCE
                rows.append({"policy": policy, "stage": id_, "scope": scope})
        for city in codes("city"):
            until = plan.NOT_LOOKED_AT_AFTER.get((policy, city))
            rows.append({"policy": policy, "scope": city, "until": until.isoformat() if until else ""})
    return [row | _MARK for row in rows]
