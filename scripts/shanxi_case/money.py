"""Synthetic money and people: groups, beneficiaries, transfers, deliveries, and who supplies whom.

Every chain of money is whole (what comes in goes out) except where the story says that it stops.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from scripts.shanxi_case import plan
from scripts.shanxi_case.chain import Walk
from scripts.shanxi_case.common import SYNTHETIC, Row, below, between, chance, city_of, codes, full_name

SUBLESSOR = "sublessor-a"
JOB_SUBSIDY = Decimal(300)
JOB_SUBSIDY_CAP = Decimal(800)
_CHILD_RATE = Decimal(178)
_CENT = Decimal("0.01")
_SUBSIDY_DUE = date(2020, 5, 11)
_SAMPLED_CITIES = ("140200", "141000")
_JOB_CITIES = ("140900", "141100")


@dataclass(slots=True)
class Money:
    """The rows of the five tables, and the agencies that exist only in the synthetic story."""

    groups: list[Row] = field(default_factory=list)
    beneficiaries: list[Row] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    deliveries: list[Row] = field(default_factory=list)
    supplies: list[Row] = field(default_factory=list)
    agencies: list[Row] = field(default_factory=list)

    def group(self, id_: str, name: str, measure: str, region: str, eligible: int | None = None) -> None:
        """Add a beneficiary group; without `eligible` nobody counted it."""
        count = str(eligible) if eligible is not None else ""
        row = {"id": id_, "name": f"{name}（合成）", "measure": measure, "region": region, "eligible_count": count}
        self.groups.append({**row, "source": SYNTHETIC, "synthetic": "true"})

    def person(self, id_: str, group: str, region: str, name: str = "", eligible: str = "true", to: str = "") -> None:
        """Add a beneficiary; persons have no names."""
        row = {"id": id_, "group": group, "name": name, "region": region, "eligible": eligible, "eligible_to": to}
        self.beneficiaries.append({**row, "synthetic": "true"})

    def transfer(self, policy: str, measure: str, giver: str, taker: str, amount: Decimal, day: date) -> None:
        """Add a transfer."""
        row = {"policy": policy, "measure": measure, "from": giver, "to": taker, "amount": money(amount)}
        id_ = f"syn-tr-{len(self.transfers) + 1:04}"
        self.transfers.append({"id": id_, **row, "on": day.isoformat(), "source": SYNTHETIC, "synthetic": "true"})

    def deliver(
        self, place: tuple[str, str, str], group: str, agency: str, person: str, amount: Decimal, day: date | None,
        due: date | None = None, channel: str = "",
    ) -> Decimal:  # fmt: skip
        """Add a delivery (place: policy, measure, region) and return its amount; without a day it is still due."""
        policy, measure, region = place
        row = {
            "id": f"syn-de-{len(self.deliveries) + 1:04}",
            "policy": policy,
            "measure": measure,
            "beneficiary": person,
            "region": region,
            "group": group,
            "agency": agency,
            "amount": money(amount),
            "on": day.isoformat() if day else "",
            "due_on": due.isoformat() if due else "",
            "channel": channel,
            "source": SYNTHETIC,
            "synthetic": "true",
        }
        self.deliveries.append(row)
        return amount


def money(amount: Decimal) -> str:
    """Write an amount with two decimals."""
    return str(amount.quantize(_CENT, ROUND_HALF_UP))


def follow(walk: Walk) -> Money:
    """Return the money and people that fit the events."""
    result = Money()
    _rent(result, walk)
    _loans(result, walk)
    _hardship(result, walk)
    _jobs(result, walk)
    return result


def _rent(result: Money, walk: Walk) -> None:
    """Tenants of Taiyuan's counties. In 小店区 a sub-lessor passes on a good third of what it was given."""
    name = "转租方甲（合成）"
    row = {"id": SUBLESSOR, "name": name, "region": "140105", "kind": "sublessor", "aliases": "Sub-lessor A (synthetic)"}
    result.agencies.append({**row, "source": SYNTHETIC, "synthetic": "true"})
    for county in below("140100", "county"):
        for measure, stage, months in (("rent-feb-mar", "relief_feb_executed", 2), ("rent-h1", "relief_h1_executed", 3)):
            day = walk.done.get((plan.RENT, stage, county))
            if day is None:
                continue
            sublet = county == "140105" and measure == "rent-feb-mar"
            count = 60 if sublet else between(12, 30, "tenants", county, measure)
            group = f"tenants-{measure}-{county}"
            result.group(group, f"{full_name(county)}国有房屋承租户", measure, county, count)
            landlord = f"landlords-{county}"
            given = Decimal(0)
            for number in range(1, count + 1):
                tenant = f"syn-tenant-{county}-{measure.removeprefix('rent-')}-{number:02}"
                result.person(tenant, group, county, f"合成商户{county}-{number:02}")
                rent = Decimal(between(18, 160, "rent", tenant) * 100 * months)
                if sublet and number > 12:
                    if number <= 36:
                        rent = Decimal(between(60, 90, "rent", tenant) * 300)
                        place = (plan.RENT, measure, county)
                        result.deliver(place, group, SUBLESSOR, tenant, rent, day + timedelta(days=7), channel="免租")
                    continue
                if number > 12 and chance("left out", tenant) < 0.03:
                    continue
                given += result.deliver((plan.RENT, measure, county), group, landlord, tenant, rent, day, channel="免租")
            sublet_amount = Decimal(1_260_000) if sublet else Decimal(0)
            result.transfer(plan.RENT, measure, "source:rent-forgone-synthetic", landlord, given + sublet_amount, day)
            if sublet:
                result.transfer(plan.RENT, measure, landlord, SUBLESSOR, sublet_amount, day)


def _loans(result: Money, walk: Walk) -> None:
    """Firms on the list by city: loans, then the subsidy. 大同 keeps part of it; 晋城 advanced money of unknown origin."""
    granted = walk.done[plan.RELENDING, "relending_granted", "100000"]
    budget = walk.done[plan.RELENDING, "subsidy_budget_issued", "100000"]
    subsidies: dict[str, Decimal] = {}
    for city in codes("city"):
        if city in plan.NO_LISTED_FIRM:
            continue
        count = between(5, 10, "firms", city)
        borrowers, firms, banks = f"borrowers-{city}", f"firms-{city}", f"banks-{city}"
        result.group(borrowers, f"{full_name(city)}名单内借款企业", "special-loan", city, count)
        result.group(firms, f"{full_name(city)}名单内贴息企业", "interest-subsidy", city, count)
        result.group(f"suppliers-{city}", f"{full_name(city)}上下游中小企业", "", city)
        for giver, taker in ((f"suppliers-{city}", firms), (firms, f"suppliers-{city}")):
            weight = f"0.{between(2, 6, 'weight', giver, taker)}"
            result.supplies.append({"from": giver, "to": taker, "weight": weight, "source": SYNTHETIC, "synthetic": "true"})
        lent = Decimal(0)
        owed: list[tuple[str, Decimal]] = []
        loan_day = walk.done[plan.RELENDING, "loan_disbursed", city]
        for number in range(1, count + 1):
            firm = f"syn-firm-{city}-{number:02}"
            not_listed = city == "140800" and number == count
            delisted = "2020-04-20" if (city, number) == ("140400", 2) else ""
            result.person(firm, borrowers, city, f"合成企业{city}-{number:02}", "false" if not_listed else "true", delisted)
            principal = Decimal(between(20, 600, "loan", firm) * 100_000)
            lent += result.deliver((plan.RELENDING, "special-loan", city), borrowers, banks, firm, principal, loan_day)
            rate = Decimal(between(240, 310, "rate", firm)) / 10_000
            days = between(80, 110, "days", firm)
            owed.append((firm, (principal * rate * days / 365 / 2).quantize(_CENT, ROUND_HALF_UP)))
        # The banks of a city that lent before the re-lending came in show it as their own money first.
        own = "source:pboc-relending-synthetic" if loan_day >= granted else "source:bank-funds-synthetic"
        result.transfer(plan.RELENDING, "special-loan", own, banks, lent, min(loan_day, granted))
        subsidies[city] = sum((amount for _, amount in owed), Decimal(0))
        _pay_subsidy(result, walk, city, owed)
    office, total = "shanxi-finance", sum(subsidies.values(), Decimal(0))
    advanced = sum((Decimal(row["amount"]) for row in result.transfers if row["from"] == "source:city-budget-synthetic"), Decimal(0))
    source = "source:central-budget-synthetic"
    result.transfer(plan.RELENDING, "interest-subsidy", source, office, total - advanced, budget + timedelta(days=1))
    for city, amount in subsidies.items():
        left = amount - sum(
            (Decimal(row["amount"]) for row in result.transfers if row["to"] == f"finance-{city}" and row["from"].startswith("source:")),
            Decimal(0),
        )
        day = budget + timedelta(days=4)
        result.transfer(plan.RELENDING, "interest-subsidy", office, f"finance-{city}", left, day)


def _pay_subsidy(result: Money, walk: Walk, city: str, owed: list[tuple[str, Decimal]]) -> None:
    place = (plan.RELENDING, "interest-subsidy", city)
    firms, finance = f"firms-{city}", f"finance-{city}"
    advance_day = walk.done.get((plan.RELENDING, "subsidy_advanced", city))
    paid_day = walk.done.get((plan.RELENDING, "subsidy_paid", city), date(2020, 7, 9))
    early = Decimal(0)
    for number, (firm, amount) in enumerate(owed, start=1):
        if city == "140200" and number > 3:
            continue
        if advance_day and number <= 2:
            early += result.deliver(place, firms, finance, firm, amount, advance_day, channel="国库")
        else:
            result.deliver(place, firms, finance, firm, amount, paid_day, channel="国库")
    if advance_day and city != "140500":
        result.transfer(plan.RELENDING, "interest-subsidy", "source:city-budget-synthetic", finance, early, advance_day)


def _hardship(result: Money, walk: Walk) -> None:
    """The price subsidy of every county, with children's groups by name in two cities."""
    allocated = walk.done[plan.HARDSHIP, "funds_allocated", "140000"]
    shares: dict[str, Decimal] = {}
    for county in codes("county"):
        paid = walk.done.get((plan.HARDSHIP, "price_subsidy_paid", county))
        people = between(3_000, 14_000, "people", county)
        bulk = Decimal(people * between(70, 110, "rate", county))
        group = f"dibao-{county}"
        # Where nothing was paid the audit counted who is waiting; elsewhere nobody counted.
        result.group(group, f"{full_name(county)}低保等保障对象", "price-subsidy", county, None if paid else people)
        children = _children(result, county, paid)
        shares[county] = bulk + children
        if paid:
            result.transfer(plan.HARDSHIP, "price-subsidy", f"finance-{county}", group, bulk, paid)
    office, measure = "shanxi-finance", "price-subsidy"
    total = sum(shares.values(), Decimal(0))
    result.transfer(plan.HARDSHIP, measure, "source:hardship-funds-synthetic", office, total, allocated)
    for city in codes("city"):
        counties = below(city, "county")
        result.transfer(plan.HARDSHIP, measure, office, f"finance-{city}", sum(shares[one] for one in counties), allocated)
        day = walk.done.get((plan.HARDSHIP, "funds_passed_on", city), date(2020, 4, 26))
        for county in counties:
            if county not in plan.LINFEN_UNPAID:
                result.transfer(plan.HARDSHIP, measure, f"finance-{city}", f"finance-{county}", shares[county], day)


def _children(result: Money, county: str, paid: date | None) -> Decimal:
    """Add the children of a sampled county, one delivery each, and return what is theirs."""
    if city_of(county) not in _SAMPLED_CITIES:
        return Decimal(0)
    count = 46 if county == "140221" else between(18, 45, "children", county)
    group = f"children-{county}"
    result.group(group, f"{full_name(county)}孤儿和事实无人抚养儿童", "price-subsidy", county, count)
    total = Decimal(0)
    for number in range(1, count + 1):
        child = f"syn-child-{county}-{number:02}"
        gone = "2020-02-20" if (county, number) in (("140212", 5), ("140223", 9)) else ""
        result.person(child, group, county, to=gone)
        if county == "140221" and number > 31:
            continue
        place = (plan.HARDSHIP, "price-subsidy", county)
        total += result.deliver(place, group, f"finance-{county}", child, _CHILD_RATE, paid, _SUBSIDY_DUE, "一卡通")
    return total


def _jobs(result: Money, walk: Walk) -> None:
    """The one-off subsidy in two cities, with the faults that a check of the payment lists finds."""
    for city in _JOB_CITIES:
        spent: dict[str, Decimal] = {}
        first = date(2020, 12, 31)
        for county in below(city, "county"):
            on_post = walk.done.get((plan.JOBS, "on_post", county))
            paid = walk.done.get((plan.JOBS, "worker_subsidy_paid", county))
            if on_post is None:
                continue
            spent[county] = _workers(result, county, on_post, paid)
            first = min(first, paid or first)
        source, measure = "source:employment-fund-synthetic", "job-search-subsidy"
        spent = {county: amount for county, amount in spent.items() if amount}
        total = sum(spent.values(), Decimal(0))
        result.transfer(plan.JOBS, measure, source, f"finance-{city}", total, first - timedelta(days=3))
        for county, amount in spent.items():
            result.transfer(plan.JOBS, measure, f"finance-{city}", f"hrss-{county}", amount, first - timedelta(days=1))


def _workers(result: Money, county: str, on_post: date, paid: date | None) -> Decimal:
    count = between(22, 44, "workers", county)
    group, office, place = f"workers-{county}", f"hrss-{county}", (plan.JOBS, "job-search-subsidy", county)
    result.group(group, f"{full_name(county)}返岗贫困劳动力", "job-search-subsidy", county, count)
    due = on_post + timedelta(days=30)
    total = Decimal(0)
    for number in range(1, count + 1):
        worker = f"syn-worker-{county}-{number:02}"
        eligible = "false" if (county, number) == ("140925", 4) else "true"
        if (county, number) != ("140925", 11):
            result.person(worker, group, county, eligible=eligible)
        if paid is None:
            continue
        late = county == "141123" and number <= 15
        amount = JOB_SUBSIDY + 700 if county == "140927" and number in (3, 17) else JOB_SUBSIDY
        day = paid if late or paid <= due else due
        total += result.deliver(place, group, office, worker, amount, day, due, "一卡通")
        if county == "140926" and number in (2, 8, 21):
            total += result.deliver(place, group, office, worker, amount, day + timedelta(days=12), None, "一卡通")
    return total
