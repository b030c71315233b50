"""Regions in running text: chains of names, which region a name means, and what a bare 省 or 县 stands for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from graphkit.documents.gazetteer import CHINA, Gazetteer
from graphkit.documents.lexicon import rule_file
from graphkit.documents.regions import Name, Region

HAN = re.compile(r"[\u3400-\u9fff〇]")
_RANK = {"central": 0, "province": 1, "city": 2, "county": 3, "township": 4}
_STREET = re.compile(r"路|街|大街|大道|道路")


def _may_be_called(region: Region, word: str) -> bool:
    """Return whether 省, 市, 县 … may stand for a region: 县 does not for 凌海市, a city of a county's level."""
    return region.level != "county" or region.name.endswith(word)


@dataclass(frozen=True, slots=True)
class Place:
    """A region chain in the text, such as 山西省太原市小店区; `code` None: one of `candidates`."""

    end: int
    code: str | None
    candidates: tuple[str, ...]
    full: bool
    why: str


@dataclass(slots=True)
class Said:
    """What the text has said so far, how often it names each region with those below it, and whose document it is."""

    regions: list[str] = field(default_factory=list)
    common: Counter[str] = field(default_factory=Counter)
    home: str | None = None


class Places:
    """Reads regions by rules/regions.yaml."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._regions = gazetteer.regions
        self._jurisdiction = gazetteer.jurisdiction
        self._joined = frozenset(rule_file("regions.yaml")["joined"])
        self._verbs = tuple(rule_file("regions.yaml")["verbs"])
        self._crossing = frozenset(rule_file("regions.yaml")["crossing"])
        self._implied_whole = tuple(rule_file("agencies.yaml")["implied_whole"])
        self._implied_joined = frozenset(rule_file("agencies.yaml")["implied_joined"])
        self._may_begin_after: str = rule_file("agencies.yaml")["implied_after"]

    def count(self, text: str) -> Counter[str]:
        """Count each region that the text names beyond doubt, with those above it.

        One whose name is a verb too (会同县) counts only where the text names something else of its city.
        """
        counts: Counter[str] = Counter()
        verbs: set[str] = set()
        for position in range(len(text)):
            found = self._regions.names.at(text, position)
            if found is None or self._regions.excluded(text, position, position + len(found[0])):
                continue
            end = position + len(found[0])
            codes = {meaning.code for meaning in found[1] if self._may_be(text, position, end, meaning, None)}
            if len(codes) == 1:
                code = codes.pop()
                counts.update(region.code for region in self._regions.above(code))
                verbs |= {code} if text.startswith(self._verbs, position) else set()
        for code in sorted(verbs):
            times, (_, *above) = counts[code], self._regions.above(code)
            if counts[above[0].code] == times:
                counts.subtract({region.code: times for region in above})
                del counts[code]
        return +counts

    def read(self, text: str, start: int, said: Said, *, begins: bool = False) -> Place | None:
        """Read a chain of region names, each in the region before it. `begins`: a name is known to begin here."""
        place: Place | None = None
        while step := self._step(text, place.end if place else start, place, said, begins):
            place = step
        return place

    def may_begin(self, text: str, position: int) -> bool:
        """Return whether a bare 省, 县 … or a short county name may begin here rather than continue a word."""
        before = text[position - 1] if position else " "
        return not HAN.match(before) or before in self._may_begin_after

    def may_stand(self, text: str, position: int) -> bool:
        """Return whether a bare 省, 市 or 县 may begin an office's name here: 意县人社局, but not 城市建设局."""
        if text.startswith(self._implied_whole, position):
            return True
        return text[position] in "省市县区" and text[position - 1 : position + 1] not in self._implied_joined

    def implied(self, word: str, level: str, said: Said) -> tuple[str | None, str]:
        """Return the region that a bare 省, 市, 县 (`word`) stands for, and why; without a word, any of the level."""
        if level == "division":
            return self._division(said)
        issuing = self._regions.get(said.home)
        if issuing and word and issuing.name.endswith(word) and (word == "市" or issuing.level == level):
            return issuing.code, f"the document is one of {issuing.name}"
        if issuing and (above := self._regions.ancestor(issuing.code, level)) and _may_be_called(above, word):
            return above.code, f"the document is one of {issuing.name} in {above.name}"
        for named in reversed(said.regions):
            region = self._regions.ancestor(named, level)
            own = next((one for one in self._regions.above(named) if word and one.name.endswith(word)), None)
            if own and (region is None or self._first_named(own.code, region.code, said)):
                region = own  # 市政府 of a county-level city whose city is not named, or of a city that is a province
            if region and _may_be_called(region, word):
                return region.code, f"{region.name} is named before"
        home = self._regions.ancestor(self._jurisdiction, level)
        if home and _may_be_called(home, word):
            return home.code, f"the case is about {home.name}"
        every = [region for code in said.common if (region := self._regions.get(code))]
        named_at_all = [region for region in every if region.level == level and _may_be_called(region, word)]
        if len(named_at_all) == 1:
            return named_at_all[0].code, f"{named_at_all[0].name} is the only one that the text names"
        return None, f"the text does not say which {level}"

    def _division(self, said: Said) -> tuple[str | None, str]:
        """Return the city that 师 or 师市 stands for: the document's, else the last one named, else the only one."""
        divisions = self._regions.divisions
        if said.home and said.home in divisions:
            return said.home, f"the document is one of {self._regions.full_name(said.home)}"
        if named := next((code for code in reversed(said.regions) if code in divisions), None):
            return named, f"{self._regions.full_name(named)} is named before"
        every = [code for code in said.common if code in divisions]
        if len(every) == 1:
            return every[0], f"{self._regions.full_name(every[0])} is the only one that the text names"
        return None, "the text does not say which division"

    def _first_named(self, code: str, above: str, said: Said) -> bool:
        """Return whether a text names a region before the one above it, so that it is the text's own."""
        if above not in said.regions:
            return True
        return code in said.regions and said.regions.index(code) < said.regions.index(above)

    def _step(self, text: str, position: int, outer: Place | None, said: Said, begins: bool) -> Place | None:
        for name, meanings in self._regions.names.all_at(text, position):
            end = position + len(name)
            if self._regions.excluded(text, position, end):
                continue
            wanted = [one for one in meanings if self._may_be(text, position, end, one, outer, begins)]
            codes = self._upper(list(dict.fromkeys(one.code for one in wanted)), outer)
            full = any(one.full for one in wanted)
            if len(codes) == 1:
                return Place(end, codes[0], (), full, f"the name {name}")
            if codes:
                return self._choose(name, codes, end, full, said)
        return None

    def _may_be(
        self, text: str, start: int, end: int, meaning: Name, outer: Place | None, begins: bool = False
    ) -> bool:
        if outer is not None:
            inside = outer.code is not None and self._regions.inside(meaning.code, outer.code)
            return inside and meaning.code != outer.code
        if meaning.word:
            return False
        if begins:
            return True
        crosses = text[max(0, start - 1) : start + 1] in self._crossing
        if meaning.full:
            return text[start:end] not in self._joined or (self.may_begin(text, start) and not crosses)
        region = self._regions.get(meaning.code)
        free = region is not None and region.level == "province"  # 结合山西: few other words hold a province's name
        return not crosses and (free or self.may_begin(text, start)) and not _STREET.match(text, end)

    def _upper(self, codes: list[str], outer: Place | None) -> list[str]:
        """Of one name for a province and a city (吉林), take the province."""
        if outer is not None or len(codes) < 2:
            return codes
        ranks = [_RANK.get(region.level, 9) if (region := self._regions.get(code)) else 9 for code in codes]
        return [code for code, rank in zip(codes, ranks, strict=True) if rank == min(ranks)]

    def _choose(self, name: str, codes: list[str], end: int, full: bool, said: Said) -> Place:
        """Tell regions of one name apart by what was named before, the case's territory, and what is named most."""
        for named in reversed(said.regions):
            for above in self._regions.above(named):
                near = [code for code in codes if self._regions.inside(code, above.code)]
                if len(near) == 1 and above.code != CHINA:
                    return Place(end, near[0], (), full, f"the {name} in {above.name}, which is named before")
        near = [code for code in codes if self._jurisdiction and self._regions.inside(code, self._jurisdiction)]
        if len(near) == 1:
            return Place(end, near[0], (), full, f"the {name} in the case's territory")
        weight = {code: sum(said.common[one.code] for one in self._regions.above(code)[1:-1]) for code in codes}
        best, second, *_ = sorted(codes, key=lambda code: (-weight[code], code))
        if weight[best] > weight[second]:
            return Place(end, best, (), full, f"the {name} nearest to the regions that the text names")
        return Place(end, None, tuple(codes), full, f"{len(codes)} regions are called {name}; a person must choose")
