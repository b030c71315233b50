"""The regions of China and of a case: names, short names, and which region lies in which."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graphkit.documents.lexicon import NameIndex, rule_file


@dataclass(frozen=True, slots=True)
class Region:
    """A region: `level` as in the regions table, `parent` the code of the region above."""

    code: str
    name: str
    level: str
    parent: str | None


_KIND = re.compile(r"(?:特别行政区|自治[区州县旗]|地区|[省市县区盟旗州])$")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a region: `full` or short; `word`: an ordinary word too, a name only right after its parent."""

    code: str
    full: bool
    word: bool = False


class Regions:
    """Regions by code and by name. Rules for short names: rules/regions.yaml."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._regions = {region.code: region for region in regions}
        rules = rule_file("regions.yaml")
        self._not_in: tuple[str, ...] = tuple(rules["not_in"])
        words = frozenset(rules["words"])
        entries: list[tuple[str, Name]] = []
        for region in self._regions.values():
            if len(region.name) >= 2:
                entries.append((region.name, Name(region.code, full=True, word=region.name in words)))
            entries += [(short, Name(region.code, full=False)) for short in _short_names(region, rules)]
        # The cities of the production corps of Xinjiang that are one with a division: 第八师, 第八师石河子市.
        divisions = {name: str(code) for name, code in rules["divisions"].items() if str(code) in self._regions}
        self.divisions = frozenset(divisions.values())
        for division, code in divisions.items():
            city = self._regions[code].name
            names = (division, division + city, division.removeprefix("第") + city)
            entries += [(name, Name(code, full=True)) for name in names]
        self.names = NameIndex(entries)
        # 海口, an ordinary word too, is a region only after the name of a bank or a ministry (人民银行海口中心支行).
        self.common_cities = NameIndex(
            (short, region.code)
            for region in self._regions.values()
            if region.level == "city" and (short := region.name.removesuffix("市")) in rules["not_short"]
        )
        # 德化 of 德化县 is a region only where an office follows (德化生态环境局).
        self.short_counties = NameIndex(
            (region.name[:-1], region.code)
            for region in self._regions.values()
            if region.level == "county" and region.name.endswith(("县", "市", "区")) and len(region.name) > 2
        )

    def all(self) -> list[Region]:
        """Return every region."""
        return list(self._regions.values())

    def full_names(self) -> list[str]:
        """Return every region's name."""
        return [region.name for region in self._regions.values()]

    def get(self, code: str | None) -> Region | None:
        """Return the region with a code, or None."""
        return self._regions.get(code) if code else None

    def above(self, code: str | None) -> list[Region]:
        """Return a region and those above it, the nearest first."""
        chain: list[Region] = []
        region = self.get(code)
        while region and region not in chain:
            chain.append(region)
            region = self.get(region.parent)
        return chain

    def ancestor(self, code: str | None, level: str) -> Region | None:
        """Return the region of a level that a region is or lies in."""
        return next((region for region in self.above(code) if region.level == level), None)

    def inside(self, code: str, outer: str) -> bool:
        """Return whether a region is `outer` or lies in it."""
        return any(region.code == outer for region in self.above(code))

    def full_name(self, code: str) -> str:
        """Return the official name: from the province down to a county, from the city alone for a city."""
        region = self._regions[code]
        city = self.ancestor(code, "city")
        return f"{city.name}{region.name}" if region.level == "county" and city else region.name

    def excluded(self, text: str, start: int, end: int) -> bool:
        """Return whether the words around a name make another word of it (长治久安)."""
        for word in self._not_in:
            at = text.find(word, max(0, end - len(word)), start + len(word))
            if at != -1 and at <= start:
                return True
        return False


def short_name(region: Region) -> str:
    """Return a name without its kind and its peoples: 澄迈 of 澄迈县, 大理 of 大理白族自治州, 岚 of 岚县."""
    rules = rule_file("regions.yaml")
    return _before(_KIND.sub("", region.name), (*rules["peoples"], *rules["county_peoples"]))


def _before(name: str, peoples: Iterable[str]) -> str:
    """Return what stands before the first of some peoples' names; all of it where none stands behind something."""
    return name[: min((at for people in peoples if (at := name.find(people)) > 0), default=len(name))]


def _short_names(region: Region, rules: dict[str, Any]) -> list[str]:
    """Return the short forms: 太原 of 太原市; 大理 and 大理州 of 大理白族自治州."""
    ends = {"province": rules["province_ends"], "city": rules["city_ends"]}.get(region.level, [])
    name = region.name
    also = []
    if region.level == "county" and name.endswith("自治县"):
        cuts = [at for people in rules["county_peoples"] if (at := name.find(people)) > 1]
        return [f"{name[: min(cuts)]}县", f"{name[: min(cuts)]}自治县"] if cuts else []
    if wing := re.fullmatch(rules["wings"], name):
        return ["".join(wing.group("first", "wing", "rest"))]
    if region.level == "city" and name.endswith("自治州"):
        name = name.removesuffix("自治州")
        name = _before(name, rules["peoples"])
        also = [f"{name}州", f"{name}自治州"]
    else:
        name = next((name.removesuffix(end) for end in ends if name.endswith(end)), name)
    common = region.level == "city" and name in rules["not_short"]
    return also if name == region.name or len(name) < 2 or common else [name, *also]


@cache
def china() -> tuple[Region, ...]:
    """Return the regions that the package ships (graphkit/data/cn-divisions)."""
    source = (files("graphkit") / "data" / "cn-divisions" / "regions.csv").read_text(encoding="utf-8")
    return tuple(
        Region(row["code"], row["name"], row["level"], row["parent"] or None)
        for row in csv.DictReader(source.splitlines())
    )
