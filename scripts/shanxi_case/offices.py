"""Who is responsible: the agencies of both cases, and the division of work that the documents ask for.

The assignments say which office answers for a stage by the documents (basis S, with a source) or by the usual division
of work (basis P). Audit bodies answer for checking stages only, never for carrying a policy out.
"""

from __future__ import annotations

from dataclasses import dataclass

from scripts.shanxi_case.common import COUNTRY, PROVINCE, Row, city_of, codes, full_name

AGENCY_COLUMNS = [
    "id", "name", "region", "parent", "kind", "aliases", "goal", "task", "schedule", "mode", "source", "locator",
]  # fmt: skip
ASSIGNMENT_COLUMNS = ["policy", "stage", "scope", "agency", "role", "assigned_on", "source", "basis"]
LEADING_GROUP = "joint-group"
TEAMS = tuple(f"audit-team-{number}" for number in range(1, 6))

_NATIONAL = [
    (
        "central-epidemic-group",
        "中央应对新冠肺炎疫情工作领导小组",
        "Central leading group on the epidemic",
        "leading_group",
    ),
    ("ndrc", "国家发展和改革委员会", "国家发展改革委;发改委;National Development and Reform Commission", "ministry"),
    ("mof", "财政部", "Ministry of Finance", "ministry"),
    ("miit", "工业和信息化部", "工信部;Ministry of Industry and Information Technology", "ministry"),
    ("pboc", "中国人民银行", "人民银行;People's Bank of China", "central_bank"),
    ("sasac", "国务院国有资产监督管理委员会", "国务院国资委;State-owned Assets Commission", "ministry"),
    ("mohrss", "人力资源和社会保障部", "人社部;Ministry of Human Resources and Social Security", "ministry"),
    ("poverty-office", "国务院扶贫开发领导小组办公室", "国务院扶贫办;State Council poverty-relief office", "ministry"),
    ("mot", "交通运输部", "Ministry of Transport", "ministry"),
    ("nbs", "国家统计局", "National Bureau of Statistics", "ministry"),
    ("nao", "审计署", "National Audit Office", "audit"),
]
_PROVINCIAL = [
    ("shanxi-party", "中共山西省委", "山西省委;Shanxi provincial Party committee", "party_committee", ""),
    ("shanxi-gov", "山西省人民政府", "山西省政府;Shanxi provincial government", "government", ""),
    ("shanxi-leader", "山西省主要领导", "Main provincial leader of Shanxi", "leader", "shanxi-gov"),
    ("shanxi-drc", "山西省发展和改革委员会", "省发改委;Shanxi DRC", "department", "shanxi-gov"),
    ("shanxi-industry", "山西省工业和信息化厅", "省工信厅;Shanxi industry department", "department", "shanxi-gov"),
    ("shanxi-finance", "山西省财政厅", "省财政厅;Shanxi finance department", "department", "shanxi-gov"),
    ("shanxi-civil", "山西省民政厅", "省民政厅;Shanxi civil affairs department", "department", "shanxi-gov"),
    (
        "shanxi-hrss",
        "山西省人力资源和社会保障厅",
        "省人社厅;Shanxi human resources department",
        "department",
        "shanxi-gov",
    ),
    ("shanxi-sasac", "山西省人民政府国有资产监督管理委员会", "省国资委;Shanxi SASAC", "department", "shanxi-gov"),
    ("shanxi-transport", "山西省交通运输厅", "省交通厅;Shanxi transport department", "department", "shanxi-gov"),
    ("mof-shanxi", "财政部山西监管局", "Shanxi regional office of the Ministry of Finance", "department", "mof"),
    ("shanxi-audit", "山西省审计厅", "省审计厅;Shanxi audit department", "audit", "shanxi-gov"),
    ("nao-taiyuan", "审计署太原特派员办事处", "审计署太原特派办;NAO special office in Taiyuan", "audit", "nao"),
]
_CITY_OFFICES = {
    "industry": "工业和信息化局",
    "finance": "财政局",
    "civil": "民政局",
    "hrss": "人力资源和社会保障局",
    "assets": "国有资产监督管理机构",
    "banks": "全国性银行分支机构",
}
_COUNTY_OFFICES = {
    "landlords": "国有房屋出租单位",
    "assets": "国有资产监督管理机构",
    "tax": "税务局",
    "finance": "财政局",
    "civil": "民政局",
    "hrss": "人力资源和社会保障局",
    "transport": "交通运输局",
    "health": "卫生健康局",
    "poverty": "扶贫开发办公室",
}


@dataclass(frozen=True, slots=True)
class Role:
    """Which office leads a stage and which support it; an office is a kind (its region added) or an agency's id."""

    lead: str
    support: tuple[str, ...] = ()
    basis: str = "P: usual division of work"


_POLICY_DOCUMENT = {
    "rent-relief-2020": ("shanxi-sme-measures-2020", "2020-02-06"),
    "relending-2020": ("mof-2020-5", "2020-02-07"),
    "hardship-2020": ("central-group-2020-03-06", "2020-03-06"),
    "job-transport-2020": ("mohrss-office-2020-17", "2020-03-12"),
}
_LANDLORDS = "S: landlord unit, with the state-asset regulator [S4] [S6]"
ROLES: dict[str, dict[str, Role]] = {
    "rent-relief-2020": {
        "national_policy_issued": Role("ndrc", basis="S: [S2]"),
        "provincial_rules_issued": Role("shanxi-gov", ("shanxi-sasac", "shanxi-finance"), "S: [S1]"),
        "provincial_rules_extended": Role("shanxi-gov", ("shanxi-sasac", "shanxi-finance")),
        "premises_register_built": Role("landlords", ("assets",), _LANDLORDS),
        "tenants_notified": Role("landlords", basis=_LANDLORDS),
        "relief_applied": Role("landlords", basis=_LANDLORDS),
        "relief_approved": Role("landlords", basis=_LANDLORDS),
        "relief_feb_executed": Role("landlords", basis=_LANDLORDS),
        "relief_h1_executed": Role("landlords", basis=_LANDLORDS),
        "passed_to_final_tenant": Role("landlords", ("assets",), "S: the landlord has to press the middle tenant [S5]"),
        "landlord_offset_granted": Role("tax", basis="S: [S3]"),
        "relief_reported": Role("assets", basis="S: [S6]"),
        "relief_audited": Role(LEADING_GROUP),
        "arrears_refunded": Role("landlords"),
    },
    "relending-2020": {
        "notice_issued": Role("mof", ("ndrc", "miit", "pboc"), "S: [S21]"),
        "firm_nominated": Role("industry"),
        "province_reviewed_list": Role("shanxi-drc", ("shanxi-industry",), "S: [S22]"),
        "list_confirmed": Role("ndrc", ("miit",), "S: [S22]"),
        "list_shared": Role("ndrc", ("miit", "pboc"), "S: [S24]"),
        "relending_granted": Role("pboc", basis="S: [S19]"),
        "loan_disbursed": Role("banks", basis="S: nine national banks [S23]"),
        "use_tracked": Role("banks", basis="S: [S27]"),
        "subsidy_applied": Role("finance", basis="S: [S20]"),
        "subsidy_advanced": Role("finance", basis="S: [S30]"),
        "province_first_review": Role("shanxi-finance", basis="S: [S33]"),
        "mof_office_recheck": Role("mof-shanxi", basis="S: [S33]"),
        "settlement_filed": Role("shanxi-finance", basis="S: [S20]"),
        "subsidy_budget_issued": Role("mof", basis="S: [S34]"),
        "county_plan_filed": Role("shanxi-finance", basis="S: [S34]"),
        "subsidy_paid": Role("finance", basis="S: [S34]"),
        "disbursement_published": Role("shanxi-finance", basis="S: [S30]"),
        "subsidy_recovered": Role("finance", basis="S: [S36]"),
        "firm_delisted": Role("ndrc", ("miit",), "S: the listing body [S28]"),
        "performance_reported": Role("shanxi-finance", basis="S: [S36]"),
    },
    "hardship-2020": {
        "notice_issued": Role("central-epidemic-group", basis="S: [S49]"),
        "index_published": Role("nbs", basis="S: [N1]"),
        "mechanism_triggered": Role("shanxi-drc", ("shanxi-civil", "shanxi-finance", "shanxi-hrss"), "S: [N3]"),
        "standard_calculated": Role("shanxi-drc", ("shanxi-civil",)),
        "funds_allocated": Role("shanxi-finance"),
        "funds_passed_on": Role("finance"),
        "roster_built": Role("civil", ("hrss",)),
        "roster_matched": Role("civil"),
        "roster_publicised": Role("civil"),
        "payment_ordered": Role("finance"),
        "price_subsidy_paid": Role("finance"),
        "failed_payment_fixed": Role("civil"),
        "payment_reported": Role("civil"),
        "overpayment_recovered": Role("civil"),
        "need_found": Role("civil", basis="S: [S49]"),
        "aid_approved": Role("civil", basis="S: [S49]"),
        "aid_paid": Role("civil", basis="S: [S49]"),
        "papers_completed": Role("civil", basis="S: [S52]"),
    },
    "job-transport-2020": {
        "notice_issued": Role("mohrss", ("poverty-office",), "S: [S63]"),
        "province_coordinated": Role("shanxi-hrss", ("shanxi-transport",), "S: [S58] [N5]"),
        "city_linked": Role("hrss", basis="S: [S58] [N5]"),
        "jobs_collected": Role("hrss", basis="S: [S63]"),
        "workers_surveyed": Role("hrss", basis="S: [S59]"),
        "poverty_list_shared": Role("poverty", basis="S: [S63]"),
        "job_matched": Role("hrss", basis="S: [S59]"),
        "health_checked": Role("health", ("hrss",), "S: [S59]"),
        "trip_planned": Role("transport", basis="S: [S58]"),
        "first_mile_pickup": Role("hrss", basis="S: [S63]"),
        "trip_run": Role("transport", basis="S: [S58]"),
        "arrival_handover": Role("hrss", basis="S: [S59]"),
        "on_post": Role(
            "hrss", basis="S: the employer takes the workers in [S59]; the sending county's office follows it up"
        ),
        "charter_cost_settled": Role("hrss"),
        "worker_subsidy_paid": Role("hrss", ("finance",), "S: [S63]"),
        "retention_checked": Role("poverty"),
        "results_reported": Role("hrss"),
    },
}


def agency_rows() -> list[Row]:
    """Return every agency of the public case."""
    rows = [
        {"id": id_, "name": name, "region": COUNTRY, "kind": kind, "aliases": aliases}
        for id_, name, aliases, kind in _NATIONAL
    ]
    rows += [
        {"id": id_, "name": name, "region": PROVINCE, "parent": parent, "kind": kind, "aliases": aliases}
        for id_, name, aliases, kind, parent in _PROVINCIAL
    ]
    rows.append(
        {
            "id": LEADING_GROUP,
            "name": "疫情防控专项审计联合领导小组",
            "region": PROVINCE,
            "parent": "nao-taiyuan",
            "kind": "leading_group",
            "aliases": "领导小组;Joint leading group of the special audit",
            "goal": "为精准落实疫情防控和复工复产各项举措、奋力实现经济社会发展目标任务,提供有力审计监督保障"
            " / audit supervision for epidemic control, for resuming work, and for economic and social goals",
            "task": "疫情防控专项审计 / special audit of epidemic control",
            "schedule": "每10天报送审计快报,每月报送阶段性审计情况"
            " / express report every 10 days, stage report every month",
            "mode": "非现场审计与现场审计 / off-site and on-site",
            "source": "seed-article.txt",
            "locator": "chars 177-724",
        }
    )
    # The article says that each team was told its goal, task and schedule, but not which: so the cells stay empty.
    rows += [
        {
            "id": team,
            "name": f"第{number}审计组",
            "region": PROVINCE,
            "parent": LEADING_GROUP,
            "kind": "audit_team",
            "aliases": f"Audit team {number}",
            "source": "seed-article.txt",
            "locator": "chars 420-519",
        }
        for number, team in enumerate(TEAMS, start=1)
    ]
    for city in codes("city"):
        rows += [
            {"id": f"{kind}-{city}", "name": _office_name(city, kind, ending), "region": city, "kind": kind}
            for kind, ending in _CITY_OFFICES.items()
        ]
    for county in codes("county"):
        for kind, ending in _COUNTY_OFFICES.items():
            parent = f"{kind}-{city_of(county)}" if kind in _CITY_OFFICES else ""
            name = _office_name(county, kind, ending)
            rows.append({"id": f"{kind}-{county}", "name": name, "region": county, "parent": parent, "kind": kind})
    return rows


def _office_name(code: str, kind: str, ending: str) -> str:
    return f"全国性银行{full_name(code)}分支机构" if kind == "banks" else full_name(code) + ending


def office_id(office: str, scope: str) -> str:
    """Return the id of the office in a region; the id itself for an agency that is one of a kind."""
    return f"{office}-{scope}" if office in _CITY_OFFICES or office in _COUNTY_OFFICES else office


def assignment_rows(levels: dict[tuple[str, str], str]) -> list[Row]:
    """Return who leads and supports each step; `levels` gives the level of each (policy, stage)."""
    rows = []
    for (policy, stage), level in levels.items():
        role = ROLES[policy][stage]
        source, day = _POLICY_DOCUMENT[policy]
        offices = [(role.lead, "lead"), *((one, "support") for one in role.support)]
        rows += [
            {
                "policy": policy,
                "stage": stage,
                "scope": scope,
                "agency": office_id(office, scope),
                "role": part,
                "assigned_on": day,
                "source": source,
                "basis": role.basis,
            }
            for scope in codes(level)
            for office, part in offices
        ]
    return rows
