"""Planted gaps that turn on where a step stands: levels, jurisdiction, scopes, and predecessors in other regions."""

from __future__ import annotations

from typing import Any

from tests.planted.build import (
    AGENCIES,
    REGIONS,
    Planted,
    assigned,
    case,
    completed,
    day,
    event,
    of_step,
    policy,
    stage,
)
from tests.reference.case import Row

_COUNTIES = ("140105", "140106", "140205")
_OTHERS = [
    {"code": "0", "name": "Country", "level": "central"},
    *({**region, "parent": "0"} if region["code"] == "14" else region for region in REGIONS),
    {"code": "15", "name": "Other Province", "level": "province", "parent": "0"},
    {"code": "1501", "name": "Other City", "level": "city", "parent": "15"},
]


def _missing(stage: str, *scopes: str, **fields: Any) -> list[Row]:
    return [of_step("missing_step", stage, scope, **fields) for scope in scopes]


def _blocked(stage: str, scope: str, *causes: tuple[str, str], **fields: Any) -> Row:
    """`causes` are (stage, scope) of missing steps."""
    found = {("missing_step", "p", None, name, place, None) for name, place in causes}
    return of_step("blocked_step", stage, scope, caused_by=found, root=False, **fields)


_WHERE = [
    Planted(
        "one-step-a-region",
        case(policy(stage("issue", "county", within_days=10))),
        day(3, 12),
        _missing("issue", *_COUNTIES),
    ),
    # The jurisdiction is a city: its counties lie inside it, its province and the country contain it, no other place.
    Planted(
        "jurisdiction-city",
        case(
            policy(
                stage("nation", "central", within_days=10),
                stage("province", "province", within_days=10),
                stage("city", "city", within_days=10),
                stage("county", "county", within_days=10),
                stage("township", "township", within_days=10),
            ),
            jurisdiction="1401",
            regions=_OTHERS,
        ),
        day(3, 12),
        [
            *_missing("nation", "0"),
            *_missing("province", "14"),
            *_missing("city", "1401"),
            *_missing("county", "140105", "140106"),
        ],
    ),
    Planted(
        "jurisdiction-leaves-out-others",
        case(policy(stage("city", "city", within_days=10)), regions=_OTHERS),
        day(3, 12),
        _missing("city", "1401", "1402"),
    ),
    Planted(
        "scopes-narrow",
        case(policy(stage("issue", "county", within_days=10, scopes=["140106", "140205"]))),
        day(3, 12),
        _missing("issue", "140106", "140205"),
    ),
    # A scope of another level, and one outside the jurisdiction, make no step.
    Planted(
        "scopes-do-not-widen",
        case(policy(stage("issue", "city", within_days=10, scopes=["1401", "140106", "1501"])), regions=_OTHERS),
        day(3, 12),
        _missing("issue", "1401"),
    ),
    Planted(
        "scopes-agencies",
        case(policy(stage("issue", "city", within_days=10, scopes=["city1", "county25"]))),
        day(3, 12),
        _missing("issue", "city1", "county25"),
    ),
    # An agency outside the jurisdiction makes no step; one that stands nowhere does, since the policy names it.
    Planted(
        "scopes-agencies-elsewhere",
        case(
            policy(stage("issue", "city", within_days=10, scopes=["abroad", "nowhere"])),
            regions=_OTHERS,
            agencies=[*AGENCIES, {"id": "abroad", "name": "A", "region": "1501"}, {"id": "nowhere", "name": "N"}],
        ),
        day(3, 12),
        _missing("issue", "nowhere"),
    ),
    Planted(
        "scopes-agency-events-and-leads",
        case(
            policy(stage("issue", "city", within_days=10, scopes=["city1", "city2"])),
            events=[completed("issue", day(3, 5), "city1"), event("started", "issue", day(3, 5), "city2")],
            assignments=[assigned("issue", "city2", "city2"), assigned("issue", "city1", "1401")],
        ),
        day(3, 12),
        [of_step("overdue_step", "issue", "city2", responsible=["city2"])],
    ),
    # Nobody looked at the agency in the second city; the first one's region was looked at.
    Planted(
        "scopes-agency-coverage",
        case(
            policy(stage("issue", "city", within_days=10, scopes=["city1", "city2"])),
            coverage=[{"policy": "p", "scope": "1401"}],
        ),
        day(3, 12),
        [*_missing("issue", "city1"), of_step("unobserved_step", "issue", "city2")],
    ),
]

_DOWN = policy(stage("issue", "province", within_days=10), stage("pay", "county", after=["issue"], within_days=5))
_CITY = policy(
    stage("issue", "province", within_days=10),
    stage("rule", "city", after=["issue"], within_days=5),
    stage("pay", "county", after=["rule"], within_days=5),
)
_UP = policy(stage("survey", "county", within_days=10), stage("report", "city", after=["survey"], within_days=5))

_AFTER = [
    Planted(
        "after-ancestor",
        case(_DOWN),
        day(3, 12),
        [
            *_missing("issue", "14", blocked_steps=3),
            *(_blocked("pay", scope, ("issue", "14")) for scope in _COUNTIES),
        ],
    ),
    # Only the first city made its rule: the second and its county wait for nothing but themselves.
    Planted(
        "after-nearest-ancestor",
        case(_CITY, events=[completed("issue", day(3, 5)), completed("rule", day(3, 8), "1401")]),
        day(3, 11),
        [
            of_step("missing_step", "rule", "1402", since=day(3, 11), days=1, blocked_steps=1),
            _blocked("pay", "140205", ("rule", "1402")),
        ],
    ),
    Planted(
        "after-same-region-goes-first",
        case(
            policy(
                stage("ask", "county"),
                stage("grant", "county", after=["ask"], within_days=5),
            ),
            events=[completed("ask", day(3, 5), "140105")],
        ),
        day(3, 11),
        [
            of_step("missing_step", "grant", "140105", since=day(3, 11)),
            _blocked("grant", "140106"),
            _blocked("grant", "140205"),
        ],
    ),
    # A city waits for every county below it that has a step, and only for those.
    Planted(
        "after-all-below",
        case(_UP, events=[completed("survey", day(3, 9), "140105"), completed("survey", day(3, 8), "140205")]),
        day(3, 14),
        [
            of_step("missing_step", "survey", "140106", since=day(3, 12), days=3, blocked_steps=1),
            _blocked("report", "1401", ("survey", "140106")),
            of_step("missing_step", "report", "1402", since=day(3, 14), days=1),
        ],
    ),
    Planted(
        "after-all-below-latest-counts",
        case(
            _UP,
            events=[
                completed("survey", day(3, 9), "140105"),
                completed("survey", day(3, 11), "140106"),
                completed("survey", day(3, 8), "140205"),
            ],
        ),
        day(3, 17),
        [
            of_step("missing_step", "report", "1401", since=day(3, 17), days=1),
            of_step("missing_step", "report", "1402", since=day(3, 14), days=4),
        ],
    ),
    # The earlier stage has a step in the first city only: the other city's county comes after nothing.
    Planted(
        "after-nowhere",
        case(
            policy(
                stage("rule", "city", scopes=["1401"], within_days=10),
                stage("pay", "county", after=["rule"], within_days=12),
            )
        ),
        day(3, 14),
        [
            of_step("missing_step", "rule", "1401", blocked_steps=2),
            _blocked("pay", "140105", ("rule", "1401")),
            _blocked("pay", "140106", ("rule", "1401")),
            of_step("missing_step", "pay", "140205", since=day(3, 14), days=1),
        ],
    ),
    # Stages of one level in sibling regions have nothing to do with each other.
    Planted(
        "after-not-sideways",
        case(
            policy(
                stage("rule", "city", scopes=["1402"], within_days=10),
                stage("pay", "city", scopes=["1401"], after=["rule"], within_days=3),
            )
        ),
        day(3, 5),
        [of_step("missing_step", "pay", "1401", since=day(3, 5))],
    ),
    # Two agencies of one place: each goes on where it began itself.
    Planted(
        "after-same-agency",
        case(
            policy(
                stage("begin", "city", scopes=["city1", "twin"], within_days=10),
                stage("finish", "city", scopes=["city1", "twin"], after=["begin"], within_days=5),
            ),
            agencies=[*AGENCIES, {"id": "twin", "name": "Twin Office", "region": "1401"}],
            events=[completed("begin", day(3, 6), "twin")],
        ),
        day(3, 12),
        [
            of_step("missing_step", "begin", "city1", blocked_steps=1),
            _blocked("finish", "city1", ("begin", "city1")),
            of_step("missing_step", "finish", "twin", since=day(3, 12)),
        ],
    ),
    # A region comes after all the agencies that stand in it.
    Planted(
        "after-agencies-in-region",
        case(
            policy(
                stage("begin", "city", scopes=["city1", "twin"], within_days=10),
                stage("finish", "city", scopes=["1401"], after=["begin"], within_days=5),
            ),
            agencies=[*AGENCIES, {"id": "twin", "name": "Twin Office", "region": "1401"}],
            events=[completed("begin", day(3, 6), "twin")],
        ),
        day(3, 12),
        [of_step("missing_step", "begin", "city1", blocked_steps=1), _blocked("finish", "1401", ("begin", "city1"))],
    ),
    # An agency in a county comes after the step of the county's city.
    Planted(
        "after-agency-under-ancestor",
        case(
            policy(
                stage("rule", "city", scopes=["1401"], within_days=10),
                stage("pay", "county", scopes=["county5", "county25"], after=["rule"], within_days=5),
            ),
        ),
        day(3, 12),
        [
            of_step("missing_step", "rule", "1401", blocked_steps=1),
            _blocked("pay", "county5", ("rule", "1401")),
            of_step("missing_step", "pay", "county25", since=day(3, 7)),
        ],
    ),
    # Two policies never wait for each other, even with stages of the same name.
    Planted(
        "after-own-policy-only",
        case(
            policy(stage("issue", within_days=10)),
            policy(stage("issue"), stage("pay", after=["issue"], within_days=5), id="q"),
            events=[completed("issue", day(3, 4), policy="q")],
        ),
        day(3, 12),
        [of_step("missing_step", "issue"), of_step("missing_step", "pay", policy="q", since=day(3, 10))],
    ),
]

CASES = [*_WHERE, *_AFTER]
