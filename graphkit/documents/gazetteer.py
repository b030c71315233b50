"""Which agencies are known: the national ones (rules/agencies.yaml) and those of a case, found by name or by key.

An agency's key is what it is for and where (`audit@140000`); two names with one key are one agency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphkit.documents.lexicon import NameIndex, rule_file
from graphkit.documents.regions import Region, Regions, china

CHINA = "100000"


@dataclass(frozen=True, slots=True)
class Agency:
    """A known agency. `key` as said above; None where its name says neither function nor region."""

    id: str
    name: str
    names: tuple[str, ...]
    level: str | None
    region: str | None
    key: str | None
    national: bool
    weak: bool = False


class Gazetteer:
    """Regions and agencies that texts are resolved against; `jurisdiction` is the case's region code."""

    def __init__(self, regions: Regions, agencies: Iterable[Agency], jurisdiction: str | None = None) -> None:
        self.regions = regions
        self.jurisdiction = jurisdiction
        self.agencies = tuple(agencies)
        self.names: NameIndex[Agency] = NameIndex(
            (name, one) for one in self.agencies for name in (one.name, *one.names)
        )
        self._by_key: dict[str, list[Agency]] = defaultdict(list)
        self._by_id = {one.id: one for one in self.agencies if one.national}
        for one in self.agencies:
            if one.key:
                self._by_key[one.key].append(one)
            if not one.national:
                self._by_id[one.id] = one

    def agency(self, identity: str) -> Agency | None:
        """Return the agency with an id, or None."""
        return self._by_id.get(identity)

    def by_key(self, key: str) -> list[Agency]:
        """Return the agencies with a key; a case's own stand in the place of the national ones."""
        found = self._by_key.get(key, [])
        return [one for one in found if not one.national] or found


def national_agencies() -> list[Agency]:
    """Return the national bodies of rules/agencies.yaml."""
    return [
        Agency(
            id=one["id"],
            name=one["name"],
            names=tuple(one.get("names", ())),
            level="central",
            region=CHINA,
            key=f"{one['function']}@{CHINA}" if "function" in one else one["id"],
            national=True,
        )
        for one in rule_file("agencies.yaml")["national"]
    ]


@cache
def default_gazetteer() -> Gazetteer:
    """Return the gazetteer without a case: China's regions and the national bodies."""
    return Gazetteer(Regions(china()), national_agencies())


def case_gazetteer(
    regions: Iterable[Mapping[str, Any]], agencies: Iterable[Mapping[str, Any]], jurisdiction: str | None
) -> Gazetteer:
    """Return the gazetteer of a case: China's regions and its own (its own count where a code is in both), and the
    national bodies and its own agencies, as rows of the case tables `regions` and `agencies`.
    """
    from graphkit.documents.agencies import AgencyFinder  # noqa: PLC0415  the finder needs a gazetteer to start with

    codes = {region.code: region for region in china()}
    for row in regions:
        codes[row["code"]] = Region(row["code"], row["name"], row["level"], row.get("parent") or None)
    known = Regions(codes.values())
    national = national_agencies()
    finder = AgencyFinder(Gazetteer(known, national, jurisdiction))
    own = []
    for row in agencies:
        aliases = row.get("aliases") or ()
        names = tuple(aliases.split(";")) if isinstance(aliases, str) else tuple(aliases)
        region = row.get("region") or None
        place = known.get(region)
        keys = [key for name in (row["name"], *names) if (key := finder.key_of(name, region))]
        own.append(
            Agency(
                id=row["id"],
                name=row["name"],
                names=tuple(name for name in names if len(name) > 1),
                level=place.level if place else None,
                region=region,
                key=keys[0] if keys else None,
                national=False,
            )
        )
    return Gazetteer(known, [*own, *national], jurisdiction)
