"""Synthetic money and people that fit the events.

Every chain of money is whole (what comes in goes out) except where the story says that it stops.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from scripts.shanxi_case.chain import Walk
from scripts.shanxi_case.common import COUNTRY, PROVINCE, below, between, chance, city_of, codes, full_name
from scripts.shanxi_case.ledger import CENT, Ledger
from scripts.shanxi_case.plan import HARDSHIP, JOBS, LINFEN_UNPAID, NO_LISTED_FIRM, NOT_LOOKED_AT_AFTER, RELENDING, RENT

JOB_SUBSIDY_CAP = Decimal(800)
_JOB_SUBSIDY = Decimal(300)
_TWICE_PAID = ("140926", (2, 8, 21))
_PAID_TOO_MUCH = ("140927", (3, 17))
_PAID_LATE = ("141123", 15)
_NOT_ELIGIBLE = ("140925", 4)
_NOT_REGISTERED = ("140925", 11)
_JOB_CITIES = ("140900", "141100")

SUBLESSOR = "sublessor-a"
_SUBLET_COUNTY = "140105"
_SUBLET_AMOUNT = Decimal(1_260_000)
_DIRECT, _REACHED, _SUBLET_TENANTS = 12, 36, 60

_LOAN, _SUBSIDY = (RELENDING, "special-loan"), (RELENDING, "interest-subsidy")
_RETAINING_CITY, _PAID_FIRMS = "140200", 3
_UNTRACED_CITY = "140500"
_OFF_LIST_CITY = "140800"
_DELISTED = ("140400", 2)

_PRICE = (HARDSHIP, "price-subsidy")
_CHILD_RATE = Decimal(178)
_PRICE_DUE = date(2020, 5, 11)
_CHILDREN_CITIES = ("140200", "141000")
_LEFT_OUT_COUNTY, _NOT_LEFT_OUT, _LEFT_OUT_ALL = "140221", 31, 46
_DECEASED = (("140212", 5), ("140223", 9))


def follow(walk: Walk) -> Ledger:
    """Return the money and people that fit the events."""
    ledger = Ledger()
    _rent(ledger, walk)
    _loans(ledger, walk)
    _hardship(ledger, walk)
    _jobs(ledger, walk)
    _waiting(ledger, walk)
    return ledger


def _rent(ledger: Ledger, walk: Walk) -> None:
    """Tenants of Taiyuan's counties; in 小店区 a sub-lessor passes on less than half of what it was given."""
    ledger.agency(SUBLESSOR, "转租方甲", "Sub-lessor A", region=_SUBLET_COUNTY, kind="sublessor")
    measures = (("rent-feb-mar", "relief_feb_executed", 2), ("rent-h1", "relief_h1_executed", 3))
    for county in below("140100", "county"):
        for measure, stage, months in measures:
            day = walk.done.get((RENT, stage, county))
            if day is not None:
                _tenants(ledger, county, measure, months, day)


def _tenants(ledger: Ledger, county: str, measure: str, months: int, day: date) -> None:
    what, landlord, group = (RENT, measure), f"landlords-{county}", f"tenants-{measure}-{county}"
    sublet = county == _SUBLET_COUNTY and measure == "rent-feb-mar"
    count = _SUBLET_TENANTS if sublet else between(12, 30, "tenants", county, measure)
    ledger.group(group, f"{full_name(county)}国有房屋承租户", measure, county, count)
    given = Decimal(0)
    for number in range(1, count + 1):
        tenant = f"syn-tenant-{county}-{measure.removeprefix('rent-')}-{number:02}"
        ledger.person(tenant, group, county, name=f"合成商户{county}-{number:02}")
        rent = Decimal(between(18, 160, "rent", tenant) * 100 * months)
        later = day + timedelta(days=7)
        if not sublet or number <= _DIRECT:
            if number <= _DIRECT or chance("left out", tenant) >= 0.03:
                given += ledger.deliver(
                    what, group, region=county, by=landlord, to=tenant, amount=rent, day=day, channel="免租"
                )
        elif number <= _REACHED:
            ledger.deliver(
                what, group, region=county, by=SUBLESSOR, to=tenant, amount=rent * 2, day=later, channel="免租"
            )
    passed = _SUBLET_AMOUNT if sublet else Decimal(0)
    ledger.transfer(what, "source:rent-forgone-synthetic", landlord, given + passed, day)
    if sublet:
        ledger.transfer(what, landlord, SUBLESSOR, passed, day)


def _loans(ledger: Ledger, walk: Walk) -> None:
    """Firms on the list by city: loans first, then half of the interest from the centre."""
    granted = walk.done[RELENDING, "relending_granted", COUNTRY]
    budget = walk.done[RELENDING, "subsidy_budget_issued", COUNTRY]
    shares: dict[str, Decimal] = {}
    for city in codes("city"):
        if city in NO_LISTED_FIRM:
            continue
        owed = _lend(ledger, city, walk.done[RELENDING, "loan_disbursed", city], granted)
        shares[city] = _pay_subsidy(ledger, walk, city, owed)
    office, total = "shanxi-finance", sum(shares.values(), Decimal(0))
    ledger.transfer(_SUBSIDY, "source:central-budget-synthetic", office, total, budget + timedelta(days=1))
    for city, amount in shares.items():
        ledger.transfer(_SUBSIDY, office, f"finance-{city}", amount, budget + timedelta(days=4))


def _lend(ledger: Ledger, city: str, day: date, granted: date) -> list[tuple[str, Decimal]]:
    """Add a city's firms, their suppliers and loans; return the subsidy that each firm is owed."""
    count = between(5, 10, "firms", city)
    borrowers, firms, suppliers, banks = (f"{kind}-{city}" for kind in ("borrowers", "firms", "suppliers", "banks"))
    ledger.group(borrowers, f"{full_name(city)}名单内借款企业", "special-loan", city, count)
    ledger.group(firms, f"{full_name(city)}名单内贴息企业", "interest-subsidy", city, count)
    ledger.group(suppliers, f"{full_name(city)}上下游中小企业", "", city)
    for giver, taker in ((suppliers, firms), (firms, suppliers)):
        ledger.supply(giver, taker, f"0.{between(2, 6, 'weight', giver, taker)}")
    lent, owed = Decimal(0), []
    for number in range(1, count + 1):
        firm = f"syn-firm-{city}-{number:02}"
        listed = not (city == _OFF_LIST_CITY and number == count)
        until = "2020-04-20" if (city, number) == _DELISTED else ""
        ledger.person(firm, borrowers, city, name=f"合成企业{city}-{number:02}", eligible=listed, to=until)
        principal = Decimal(between(20, 600, "loan", firm) * 100_000)
        lent += ledger.deliver(
            _LOAN, borrowers, region=city, by=banks, to=firm, amount=principal, day=day, channel="银行转账"
        )
        rate, days = Decimal(between(240, 310, "rate", firm)) / 10_000, between(80, 110, "days", firm)
        owed.append((firm, (principal * rate * days / 365 / 2).quantize(CENT, ROUND_HALF_UP)))
    # Banks that lent before the re-lending came in lent their own money: no order between the two is known.
    source = "source:pboc-relending-synthetic" if day >= granted else "source:bank-funds-synthetic"
    ledger.transfer(_LOAN, source, banks, lent, min(day, granted))
    return owed


def _pay_subsidy(ledger: Ledger, walk: Walk, city: str, owed: list[tuple[str, Decimal]]) -> Decimal:
    """Add what a city pays, and return what it still has to get from the province.

    A city that advanced money shows where it took it from, all but one, which pays first and is given it later.
    """
    firms, finance = f"firms-{city}", f"finance-{city}"
    advanced = walk.done.get((RELENDING, "subsidy_advanced", city))
    paid = walk.done.get((RELENDING, "subsidy_paid", city), date(2020, 7, 9))
    early, total = Decimal(0), sum((amount for _, amount in owed), Decimal(0))
    for number, (firm, amount) in enumerate(owed, start=1):
        if city == _RETAINING_CITY and number > _PAID_FIRMS:
            break
        first = advanced if number <= 2 else None
        ledger.deliver(
            _SUBSIDY, firms, region=city, by=finance, to=firm, amount=amount, day=first or paid, channel="国库"
        )
        early += amount if first else Decimal(0)
    if advanced is None or city == _UNTRACED_CITY:
        return total
    ledger.transfer(_SUBSIDY, "source:city-budget-synthetic", finance, early, advanced)
    return total - early


def _hardship(ledger: Ledger, walk: Walk) -> None:
    """The price subsidy of every county: a lump for each, and children by name in two cities."""
    allocated = walk.done[HARDSHIP, "funds_allocated", PROVINCE]
    shares: dict[str, Decimal] = {}
    for county in codes("county"):
        paid = walk.done.get((HARDSHIP, "price_subsidy_paid", county))
        people = between(2_400, 8_800, "people", county)
        lump = Decimal(people * between(70, 110, "rate", county))
        group = f"dibao-{county}"
        # Where nothing was paid the audit counted who is waiting; elsewhere nobody counted.
        ledger.group(group, f"{full_name(county)}低保等保障对象", "price-subsidy", county, None if paid else people)
        shares[county] = lump + _children(ledger, county, paid)
        if paid:
            ledger.transfer(_PRICE, f"finance-{county}", group, lump, paid)
    office, total = "shanxi-finance", sum(shares.values(), Decimal(0))
    ledger.transfer(_PRICE, "source:hardship-funds-synthetic", office, total, allocated)
    for city in codes("city"):
        counties = below(city, "county")
        share = sum((shares[one] for one in counties), Decimal(0))
        ledger.transfer(_PRICE, office, f"finance-{city}", share, allocated)
        day = walk.done.get((HARDSHIP, "funds_passed_on", city), date(2020, 4, 26))
        for county in counties:
            if county not in LINFEN_UNPAID:
                ledger.transfer(_PRICE, f"finance-{city}", f"finance-{county}", shares[county], day)


def _children(ledger: Ledger, county: str, paid: date | None) -> Decimal:
    """Add the children of a sampled county, one delivery each, and return what is theirs."""
    if city_of(county) not in _CHILDREN_CITIES:
        return Decimal(0)
    left_out = county == _LEFT_OUT_COUNTY
    count = _LEFT_OUT_ALL if left_out else between(18, 45, "children", county)
    group, office = f"children-{county}", f"finance-{county}"
    ledger.group(group, f"{full_name(county)}孤儿和事实无人抚养儿童", "price-subsidy", county, count)
    total = Decimal(0)
    for number in range(1, count + 1):
        child = f"syn-child-{county}-{number:02}"
        ledger.person(child, group, county, to="2020-02-20" if (county, number) in _DECEASED else "")
        if not left_out or number <= _NOT_LEFT_OUT:
            total += ledger.deliver(
                _PRICE, group, region=county, by=office, to=child, amount=_CHILD_RATE, day=paid, due=_PRICE_DUE
            )
    return total


def _jobs(ledger: Ledger, walk: Walk) -> None:
    """The one-off subsidy in two cities, with the faults that a check of the payment lists finds."""
    what = (JOBS, "job-search-subsidy")
    for city in _JOB_CITIES:
        spent: dict[str, Decimal] = {}
        days = []
        for county in below(city, "county"):
            on_post = walk.done.get((JOBS, "on_post", county))
            paid = walk.done.get((JOBS, "worker_subsidy_paid", county))
            if on_post is not None:
                amount = _workers(ledger, county, on_post, paid)
                if paid is not None:
                    spent[county] = amount
                    days.append(paid)
        first, total = min(days), sum(spent.values(), Decimal(0))
        ledger.transfer(what, "source:employment-fund-synthetic", f"finance-{city}", total, first - timedelta(days=3))
        for county, amount in spent.items():
            ledger.transfer(what, f"finance-{city}", f"hrss-{county}", amount, first - timedelta(days=1))


def _workers(ledger: Ledger, county: str, on_post: date, paid: date | None) -> Decimal:
    """Add a county's workers and what was paid to them; return the sum."""
    what, group, office = (JOBS, "job-search-subsidy"), f"workers-{county}", f"hrss-{county}"
    count = between(22, 44, "workers", county)
    ledger.group(group, f"{full_name(county)}返岗贫困劳动力", "job-search-subsidy", county, count)
    due = on_post + timedelta(days=30)
    total = Decimal(0)
    for number in range(1, count + 1):
        worker = f"syn-worker-{county}-{number:02}"
        if (county, number) != _NOT_REGISTERED:
            ledger.person(worker, group, county, eligible=(county, number) != _NOT_ELIGIBLE)
        if paid is None:
            continue
        too_much = county == _PAID_TOO_MUCH[0] and number in _PAID_TOO_MUCH[1]
        amount = _JOB_SUBSIDY + 700 if too_much else _JOB_SUBSIDY
        late = county == _PAID_LATE[0] and number <= _PAID_LATE[1]
        day = paid if late else min(paid, due)
        total += ledger.deliver(what, group, region=county, by=office, to=worker, amount=amount, day=day, due=due)
        if county == _TWICE_PAID[0] and number in _TWICE_PAID[1]:
            again = day + timedelta(days=12)
            total += ledger.deliver(what, group, region=county, by=office, to=worker, amount=amount, day=again)
    return total


def _waiting(ledger: Ledger, walk: Walk) -> None:
    """Where a chain is broken before the benefit was given, the audit counted who is waiting for it."""
    counted = {(row["measure"], row["region"]) for row in ledger.groups}
    for policy, stage, measure, name, low, high in (
        (RENT, "relief_feb_executed", "rent-feb-mar", "国有房屋承租户", 60, 420),
        (RENT, "relief_h1_executed", "rent-h1", "国有房屋服务业承租户", 40, 260),
        (HARDSHIP, "aid_paid", "temporary-aid", "暂时困难家庭和个人", 90, 600),
        (JOBS, "on_post", "point-to-point", "待输送贫困劳动力", 150, 1_400),
    ):
        for county in codes("county"):
            looked = (policy, city_of(county)) not in NOT_LOOKED_AT_AFTER
            if looked and (policy, stage, county) not in walk.done and (measure, county) not in counted:
                count = between(low, high, "waiting", measure, county)
                ledger.group(f"waiting-{measure}-{county}", full_name(county) + name, measure, county, count)
