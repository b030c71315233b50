"""Hypothesis strategies for small, nasty cases and for the questions to ask of them.

Every row is valid: its references exist, its events belong to steps, nothing was recorded before it happened. Dates lie
close together and thresholds are small, so that boundaries are met often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.reference.case import Case, Row
from tests.reference.facts import LEVELS, Facts
from tests.reference.findings import period_ends
from tests.reference.steps import places

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]

FIRST_DAY = date(2020, 3, 20)  # with Qingming and Labour Day, and a Saturday that was worked, in the weeks after it
LAST_DAY = date(2020, 5, 20)
AMOUNTS = [Decimal(text) for text in ("10", "10.00", "0.1", "0.2", "25.50", "33.33", "100", "250")]
NAMES = ["甲", "乙 县", 'Office "One", North', "O'Neill; Sons", "NULL", "007"]


@dataclass(frozen=True)
class Question:
    """A case and the times to evaluate it for."""

    case: Case
    as_of: date
    known_by: date | datetime | None


def _days(first: date = FIRST_DAY, last: date = LAST_DAY) -> st.SearchStrategy[date]:
    return st.integers(0, (last - first).days).map(lambda n: first + timedelta(days=n))


def _maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(st.none(), strategy)


def _often(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(strategy, strategy, strategy, st.none())


def _one_of(values: Iterable[T]) -> st.SearchStrategy[T]:
    return st.sampled_from(list(values))


def _some(values: Iterable[T], least: int = 0, most: int | None = None) -> st.SearchStrategy[list[T]]:
    values = list(values)
    if not values:
        return st.just([])
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


def _ids(letter: str, rows: list[Row]) -> list[Row]:
    """Give each row an id whose order has nothing to do with that of the rows."""
    return [{"id": f"{letter}{(place * 37 + 11) % 101:03d}"} | row for place, row in enumerate(rows)]


def _given(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


class _Builder:
    """Draws one case, part by part; each part refers only to those drawn before."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._zone = draw(_one_of(["Asia/Shanghai", "Asia/Shanghai", "UTC", "America/New_York"]))
        self.tables: dict[str, list[Row]] = {}
        self.policies: list[dict[str, Any]] = []
        self.meta: dict[str, Any] = {"id": "generated", "timezone": self._zone}

    def _flip(self) -> bool:
        return bool(self._draw(st.booleans()))

    def _list(self, row: Callable[[], Row], most: int) -> list[Row]:
        return [_given(row()) for _ in range(self._draw(st.integers(0, most)))]

    def _ids_of(self, table: str, key: str = "id") -> list[str]:
        return [row[key] for row in self.tables[table]]

    def _recorded(self, on: date) -> str | None:
        """Draw when something of a day was recorded: not said, or some time after the day began."""
        after = self._draw(st.one_of(st.none(), st.integers(0, 30)))
        if after is None:
            return None
        clock = time(*self._draw(_one_of([(0, 0), (9, 0), (9, 0, 1), (23, 30)])))
        at = datetime.combine(on + timedelta(days=after), clock, ZoneInfo(self._zone))
        if self._flip():
            return at.replace(tzinfo=None).isoformat()
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

    # The world

    def world(self) -> None:
        draw = self._draw
        top = draw(st.integers(0, len(LEVELS) - 3))
        regions: list[Row] = []
        above: list[str] = []
        for level in LEVELS[top : top + draw(st.integers(2, 3))]:
            here = []
            for _ in range(draw(st.integers(1, 3 if above else 2))):
                code = f"{len(regions):02d}"
                parent = draw(_one_of(above)) if above else None
                regions.append(_given({"code": code, "name": draw(_one_of(NAMES)), "level": level, "parent": parent}))
                here.append(code)
            above += here
        self.tables["regions"] = regions
        self.tables["agencies"] = [
            _given({"id": f"a{n}", "name": draw(_one_of(NAMES)), "region": draw(_maybe(_one_of(above)))})
            for n in range(draw(st.integers(1, 4)))
        ]
        self.meta |= _given(
            {
                "jurisdiction": draw(_maybe(_one_of([regions[0]["code"], *above]))),
                "currency": draw(_one_of([None, "CNY", "EUR"])),
                "calendar": draw(_one_of([None, "days", "cn-workdays"])),
                "thresholds": draw(_maybe(self._thresholds())),
                "report_cadence": draw(_maybe(self._cadence())),
            }
        )

    def _thresholds(self) -> st.SearchStrategy[dict[str, Any]]:
        few = st.integers(0, 12)
        return st.fixed_dictionaries(
            {},
            optional={
                "retention_days": few,
                "retention_min": _one_of([0, 10, Decimal("25.50"), 90]),
                "coverage_min": _one_of([Decimal("0.5"), Decimal("0.9"), 1]),
                "unaddressed_days": few,
                "instruction_days": few,
                "verify_days": few,
            },
        )

    def _cadence(self) -> st.SearchStrategy[list[dict[str, Any]]]:
        one = st.builds(
            lambda kind, every, start, end: {"kind": kind, "start": start} | every | _given({"end": end}),
            _one_of(["express", "monthly", "stage"]),
            _one_of([{"every_days": 10}, {"every_days": 7}, {"every": "month"}]),
            _days(last=date(2020, 4, 10)),
            _maybe(_days(first=date(2020, 4, 10))),
        )
        return st.lists(one, min_size=1, max_size=2)

    # Policies

    def policy(self, name: str) -> None:
        draw = self._draw
        measures = [
            _given(
                {
                    "id": f"{name}m{n}",
                    "kind": "subsidy",
                    "cap_per_beneficiary": draw(_one_of([None, 100, Decimal("25.50")])),
                    "one_per_beneficiary": draw(_one_of([None, True, True, False])),
                }
            )
            for n in range(draw(_one_of([0, 1, 1, 2])))
        ]
        stages: list[dict[str, Any]] = []
        for n in range(draw(st.integers(1, 5))):
            stages.append(self._stage(f"s{n}", [stage["id"] for stage in stages], [m["id"] for m in measures]))
        self.policies.append(
            {
                "id": name,
                "title": {"zh": "政策", "en": "Policy"},
                "effective": _given(
                    {
                        "from": draw(_days(last=FIRST_DAY + timedelta(days=14))),
                        "to": draw(_maybe(_days(first=FIRST_DAY + timedelta(days=14)))),
                    }
                ),
                "measures": measures,
                "stages": draw(st.permutations(stages)),
            }
        )

    def _stage(self, name: str, earlier: list[str], measures: list[str]) -> dict[str, Any]:
        draw = self._draw
        level = draw(_one_of({region["level"]: None for region in self.tables["regions"]}))
        after = draw(_some(earlier[-3:], most=2))
        fields = {
            "id": name,
            "level": level,
            "after": after or None,
            "may_precede": (draw(_some(after)) or None) if after and draw(st.integers(0, 3)) == 0 else None,
            "within_days": draw(_one_of([None, 0, 1, 3, 5, 10])),
            "due_on": draw(_days()) if draw(st.integers(0, 2)) == 0 else None,
            "evidence": draw(_one_of([None, None, "document", "payment"])),
            "optional": True if draw(st.integers(0, 4)) == 0 else None,
            "measure": draw(_often(_one_of(measures))) if measures else None,
            "severity": draw(_one_of([None, None, None, "low", "medium", "high"])),
            "scopes": self._scopes(level) if draw(st.integers(0, 2)) == 0 else None,
        }
        return _given(fields)

    def _scopes(self, level: str) -> list[str] | None:
        facts = Facts(Case(self.meta, [], self.tables), FIRST_DAY)
        regions = [code for code, row in facts.regions.items() if row["level"] == level and facts.in_jurisdiction(code)]
        agencies = [
            id_ for id_, row in facts.agencies.items() if row["region"] and facts.in_jurisdiction(row["region"])
        ]
        scopes: list[str] = self._draw(_some(regions + agencies, most=3))
        return scopes or None

    def steps(self) -> list[Row]:
        """Return policy, stage and scope of each step."""
        facts = Facts(Case(self.meta, self.policies, self.tables), FIRST_DAY)
        return [
            {"policy": policy["id"], "stage": stage["id"], "scope": scope}
            for policy in self.policies
            for stage in policy["stages"]
            for scope, _ in places(facts, stage)
        ]

    def _source(self) -> str | None:
        source: str | None = self._draw(_one_of([None, "doc-1", "doc-1", "doc-2"]))
        return source

    # What happened

    def happenings(self) -> None:
        self.tables["documents"] = [{"id": "doc-1", "title": "Notice"}, {"id": "doc-2", "title": "Ledger"}]
        steps = self.steps()
        self.tables["events"] = _ids("e", [event for step in steps for event in self._events(step)][:100])
        if self._flip():
            self.tables["assignments"] = [row for step in steps for row in self._assignments(step)]
        if self._flip():
            self.tables["coverage"] = self._list(self._coverage, 4)
        self._people()
        self.tables["transfers"] = _ids("t", self._list(self._transfer, 8) if self.policies else [])
        if any(policy["measures"] for policy in self.policies):
            self.tables["deliveries"] = _ids("d", self._list(self._delivery, 10))
        first = self._list(lambda: self._finding(steps), 3)
        findings = _ids("f", first + [self._again(finding) for finding in first if self._flip()])
        self.tables["findings"] = findings
        self.tables["actions"] = _ids("x", [action for finding in findings for action in self._actions(finding)])
        self.tables["reports"] = _ids("r", self._reports())

    def _events(self, step: Row) -> list[Row]:
        scripts = [
            [], [], ["started"], ["completed"], ["completed"], ["started", "completed"], ["completed", "completed"],
            ["completed", "reopened"], ["completed", "reopened", "completed"], ["cancelled"],
            ["completed", "cancelled"], ["cancelled", "completed"],
            ["completed", "completed", "reopened", "completed", "completed"],
        ]  # fmt: skip
        on = self._draw(_days())
        events = []
        for kind in self._draw(_one_of(scripts)):
            on += timedelta(days=self._draw(_one_of([0, 0, 1, 3, 8])))
            fields = {
                "kind": kind,
                "on": on,
                "agency": self._draw(_maybe(_one_of(self._ids_of("agencies")))),
                "amount": self._draw(_maybe(_one_of(AMOUNTS[:3]))),
                "recorded_at": self._recorded(on),
                "source": self._source(),
            }
            events.append(step | _given(fields))
        return events

    def _assignments(self, step: Row) -> list[Row]:
        agencies = self._draw(_some(self._ids_of("agencies"), most=2))
        return [
            step
            | _given(
                {
                    "agency": agency,
                    "role": self._draw(_one_of([None, "lead", "lead", "support"])),
                    "assigned_on": self._draw(_maybe(_days())),
                }
            )
            for agency in agencies
        ]

    def _coverage(self) -> Row:
        policy = self._draw(_one_of(self.policies))
        return {
            "policy": policy["id"],
            "stage": self._draw(_maybe(_one_of(stage["id"] for stage in policy["stages"]))),
            "scope": self._draw(_one_of(self._ids_of("regions", "code"))),
            "until": self._draw(_maybe(_days())),
        }

    def _measures(self) -> list[tuple[str, str]]:
        return [(policy["id"], measure["id"]) for policy in self.policies for measure in policy["measures"]]

    def _people(self) -> None:
        draw = self._draw
        regions = self._ids_of("regions", "code")
        measures = [measure for _, measure in self._measures()]
        self.tables["beneficiary_groups"] = [
            _given(
                {
                    "id": f"g{n}",
                    "name": draw(_one_of(NAMES)),
                    "measure": draw(_often(_one_of(measures))) if measures else None,
                    "region": draw(_often(_one_of(regions))),
                    "eligible_count": draw(_one_of([None, 0, 1, 2, 3, 3])),
                    "eligible_amount": draw(_maybe(_one_of(AMOUNTS))),
                    "currency": draw(_one_of([None, None, "USD"])),
                }
            )
            for n in range(draw(st.integers(1, 4)))
        ]
        groups = self._ids_of("beneficiary_groups")
        if self._flip():
            self.tables["beneficiaries"] = [
                _given(
                    {
                        "id": f"b{n}",
                        "group": draw(_maybe(_one_of(groups))) if groups else None,
                        "region": draw(_maybe(_one_of(regions))),
                        "eligible": draw(_one_of([None, True, False])),
                        "eligible_from": draw(_maybe(_days(last=date(2020, 4, 10)))),
                        "eligible_to": draw(_maybe(_days(first=date(2020, 4, 10)))),
                    }
                )
                for n in range(draw(st.integers(1, 3)))
            ]

    def _transfer(self) -> Row:
        draw = self._draw
        policy = draw(_one_of(self.policies))
        holders = [*self._ids_of("agencies"), *self._ids_of("beneficiary_groups")]
        from_, to = draw(st.lists(_one_of(["source:treasury", *holders]), min_size=2, max_size=2, unique=True))
        on = draw(_days())
        return {
            "policy": policy["id"],
            "measure": draw(_maybe(_one_of(m["id"] for m in policy["measures"]))) if policy["measures"] else None,
            "from": from_,
            "to": to,
            "amount": draw(_one_of(AMOUNTS)),
            "currency": draw(_one_of([None, None, None, "USD"])),
            "on": on,
            "recorded_at": self._recorded(on),
        }

    def _delivery(self) -> Row:
        draw = self._draw
        policy, measure = draw(_one_of(self._measures()))
        groups = [g["id"] for g in self.tables["beneficiary_groups"] if g.get("measure") in (None, measure)]
        on, due_on = draw(_often(_days())), draw(_maybe(_days(last=date(2020, 4, 20))))
        return {
            "policy": policy,
            "measure": measure,
            "beneficiary": draw(_one_of(["b0", "b1", "b2", "b3"])),
            "region": draw(_often(_one_of(self._ids_of("regions", "code")))),
            "group": draw(_maybe(_one_of(groups))) if groups else None,
            "agency": draw(_maybe(_one_of(self._ids_of("agencies")))),
            "amount": draw(_maybe(_one_of(AMOUNTS))),
            "currency": draw(_one_of([None, None, None, "USD"])),
            "on": on,
            "due_on": due_on,
            "recorded_at": self._recorded(on or due_on or FIRST_DAY),
        }

    def _finding(self, steps: list[Row]) -> Row:
        draw = self._draw
        about: Row = draw(_one_of([{}, {"policy": self.policies[0]["id"]}, *steps, *steps]))
        on = draw(_days())
        return {name: value for name, value in about.items() if name != "stage" or draw(st.booleans())} | {
            "title": draw(_one_of(NAMES)),
            "category": draw(_one_of([None, "pain", "pain", "blockage", "difficulty", "break"])),
            "kind": draw(_one_of([None, "delay", "delay", "delay", "overcharge"])),
            "agency": draw(_often(_one_of(self._ids_of("agencies")[:2]))),
            "found_on": on,
            "amount": draw(_maybe(_one_of(AMOUNTS))),
            "currency": draw(_one_of([None, None, "USD"])),
            "count": draw(_one_of([None, 0, 5])),
            "severity": draw(_one_of([None, None, "low", "medium", "high"])),
            "recorded_at": self._recorded(on),
        }

    def _again(self, finding: Row) -> Row:
        """Return much the same finding, of the same day or found some days later."""
        on = finding["found_on"] + timedelta(days=self._draw(_one_of([0, 1, 9, 20])))
        return _given(finding | {"found_on": on, "recorded_at": self._recorded(on)})

    def _actions(self, finding: Row) -> list[Row]:
        kinds = [
            [], [], ["reported"], ["instructed"], ["recommended", "rectified"], ["accepted"], ["accepted", "rectified"],
            ["rectified", "verified"], ["rectified", "rejected", "rectified"], ["instructed", "waived", "reopened"],
            ["instructed", "rectified", "verified", "reopened"], ["instructed", "instructed"], ["accepted", "accepted"],
            ["rectified", "verified", "reopened", "rectified"], ["verified"], ["reported", "verified"],
        ]  # fmt: skip
        on = finding["found_on"]
        actions = []
        for kind in self._draw(_one_of(kinds)):
            on += timedelta(days=self._draw(_one_of([0, 1, 4, 9])))
            due = self._draw(_maybe(st.integers(0, 12)))
            fields = {
                "due_on": None if due is None else on + timedelta(days=due),
                "amount": self._draw(_maybe(_one_of(AMOUNTS))),
                "recorded_at": self._recorded(on),
            }
            actions.append({"finding": finding["id"], "kind": kind, "on": on} | _given(fields))
        return actions

    def _reports(self) -> list[Row]:
        reports = []
        for cadence in self.meta.get("report_cadence", []):
            for end in period_ends(cadence, LAST_DAY):
                if self._draw(st.integers(0, 2)):
                    late = self._draw(_one_of([None, -1, 0, 1, 10]))
                    issued_on = None if late is None else end + timedelta(days=late)
                    reports.append(_given({"kind": cadence["kind"], "period_end": end, "issued_on": issued_on}))
        return reports


@st.composite
def cases(draw: Draw) -> Case:
    """Draw a small case."""
    builder = _Builder(draw)
    builder.world()
    for number in range(draw(st.integers(1, 2))):
        builder.policy(f"p{number}")
    builder.happenings()
    return Case(builder.meta, builder.policies, {name: rows for name, rows in builder.tables.items() if rows})


@st.composite
def questions(draw: Draw) -> Question:
    """Draw a case and dates to evaluate it for, most of them a few days around the dates in it."""
    case: Case = draw(cases())
    around = st.builds(lambda day, n: day + timedelta(days=n), _one_of(_dates(case)), st.integers(-1, 13))
    as_of = draw(st.one_of(around, around, _days(), st.just(LAST_DAY + timedelta(days=20))))
    known_by = draw(st.one_of(st.none(), st.none(), around, _moments(case)))
    return Question(case, as_of, known_by)


def _dates(case: Case) -> list[date]:
    found = {
        value for rows in case.tables.values() for row in rows for value in row.values() if isinstance(value, date)
    }
    for policy in case.policies:
        found |= set(policy["effective"].values())
        found |= {stage["due_on"] for stage in policy["stages"] if "due_on" in stage}
    return sorted(found)


def _moments(case: Case) -> st.SearchStrategy[datetime]:
    """Draw a moment at, or a second beside, one at which something was recorded."""
    zone = ZoneInfo(case.meta["timezone"])
    found = {datetime.combine(FIRST_DAY, time.min, zone)}
    for rows in case.tables.values():
        for row in rows:
            if "recorded_at" in row:
                at = datetime.fromisoformat(row["recorded_at"])
                found.add(at if at.tzinfo else at.replace(tzinfo=zone))
    moments = _one_of(sorted(found))
    beside = st.builds(lambda at, n: at + timedelta(seconds=n), moments, st.integers(-1, 1))
    return st.builds(lambda at, naive: at.astimezone(zone).replace(tzinfo=None) if naive else at, beside, st.booleans())
