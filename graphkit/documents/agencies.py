"""Agencies and regions in running text: where they are named, which they are, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from graphkit.documents.agency_words import AgencyWords, Branch
from graphkit.documents.banks import Banks
from graphkit.documents.broken import BrokenNames, without
from graphkit.documents.gazetteer import CHINA, Agency, Gazetteer
from graphkit.documents.lexicon import NameIndex
from graphkit.documents.mention import Mention, Reading, Where
from graphkit.documents.naming import Naming
from graphkit.documents.offices import LIST_MARK, Office, Offices
from graphkit.documents.places import HAN, Place, Places

_CALLED = re.compile(
    r"（(?:(?:以下|下文)(?:统一)?简?称|简称|下称)(?:为)?[：:]?[“\"]?(?P<name>[\u4e00-\u9fff]{2,12})[”\"]?）"
)

_BRANCH = re.compile(r"(?<=局)[\u4e00-\u9fff]{2,4}分局$")
_LONGEST_ZONE = 9
_TWO_LEVELS = re.compile(r"[省市县区州盟旗][、和]$|某$")
_SHORTEST_FIRM = 4
_ZONE_WHY = "an office of a zone; no region's code stands for it"
_SIGNED_LINES, _HEAD_LINES = 5, 4
"""How many of the last lines may be a signature, and of the first a head."""


_Rule = Callable[[str, int, Reading], list[Mention] | None]


class AgencyFinder:
    """Finds agencies and regions by the rules in rules/agencies.yaml and rules/regions.yaml."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._regions = gazetteer.regions
        self._places = Places(gazetteer)
        self._offices = Offices()
        self._words = AgencyWords()
        self._naming = Naming(gazetteer, self._places, self._offices, self._words)
        self._banks = Banks(gazetteer, self._places, self._offices, self._words, self._naming)
        self._broken = BrokenNames((*self._regions.full_names(), *self._offices.full_names()))
        self._generic = NameIndex((name, name) for name in self._words.generic)
        self._rules: tuple[_Rule, ...] = (
            self._by_called_name,
            self._by_generic_name,
            self._by_special_office,
            self._by_known_name,
            self._by_body_ahead,
            self._by_corps,
            self._by_group,
            self._by_each,
            self._banks.office,
            self._by_place,
            self._by_short_county,
            self._by_implied_place,
            self._by_function_list,
            self._by_department,
            self._by_zone,
            self._by_function,
            self._by_anonymous_place,
            self._by_town,
            self._by_regiment,
            self._by_free_name,
            self._by_bare_county,
        )

    def find(self, text: str, hurt: bytearray | None = None) -> list[Mention]:
        """Return every agency and region in a cleaned text, in order; none that touches a place marked in `hurt`."""
        breaks = self._broken.breaks(text)
        if not breaks:
            return self._find(text, hurt)
        joined, places = without(text, breaks)
        found = self._find(joined, bytearray(hurt[place] for place in places) if hurt else None)
        return [replace(one, start=places[one.start], end=places[one.end - 1] + 1) for one in found]

    def _find(self, text: str, hurt: bytearray | None) -> list[Mention]:
        common = self._places.count(text)
        reading = Reading(
            common=common,
            home=self._home(text),
            corps=self._words.corps.search(text) is not None or any(one in common for one in self._regions.divisions),
            head_bank=self._head_bank(text),
        )
        mentions: list[Mention] = []
        position = 0
        while position < len(text):
            found = self._at(text, position, reading) if text[position].isalpha() or HAN.match(text[position]) else None
            if not found or (hurt and any(hurt[found[0].start : found[-1].end])):
                position += 1
                continue
            for mention in found:
                mentions.append(mention)
                self._remember(text, mention, reading)
            position = found[-1].end
            if (called := _CALLED.match(text, position)) and found[-1].kind == "agency":
                mentions += self._by_called_name(text, called.start("name"), reading) or []
                position = called.end()
        return mentions

    def _home(self, text: str) -> str | None:
        """Return the region whose office signs the document, or stands at the head of it; None if none does."""
        signing = (one for one, _ in self._signing(text) if one.rule == "place" and one.region != CHINA)
        return next((one.region for one in signing if one.region), None) or self._titled(text)

    def _titled(self, text: str) -> str | None:
        """Return the region that the title of an unsigned document begins with: 酒泉市营商环境审计结果."""
        title = next((line for line in map(str.strip, text.split("\n")) if line), "")
        place = self._places.read(title, 0, Reading()) if self._words.titled.search(title) else None
        return place.code if place and place.full and place.code != CHINA else None

    def _head_bank(self, text: str) -> str | None:
        """Return the bank that signs the document, or stands at the head of it; None if none does."""
        return next((bank for _, line in self._signing(text) if (bank := self._banks.national_at(line, 0))), None)

    def _signing(self, text: str) -> Iterator[tuple[Mention, str]]:
        """Yield each agency that signs the document, from the end, and that heads it, with its line."""
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        places = [(line, self._words.signed) for line in reversed(lines[-_SIGNED_LINES:])]
        places += [(line, self._words.headed) for line in lines[:_HEAD_LINES]]
        for whole, after in places:
            line = self._words.told_by.sub("", whole)
            found = self._at(line, 0, Reading()) if line else None
            if found and after.match(line, found[0].end):
                yield found[0], line

    def key_of(self, name: str, region: str | None) -> str | None:
        """Return an agency's key from its name and the region where it stands, or None if its name says too little."""
        reading = Reading(regions=[region] if region else [])
        found = self._at(name, 0, reading)
        if not found or found[0].kind != "agency" or found[-1].end != len(name) or found[0].generic:
            return None
        known = self._gazetteer.agency(found[0].id) if found[0].id else None
        return known.key if known else found[0].id

    def _at(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        return next((found for rule in self._rules if (found := rule(text, position, reading))), None)

    def _remember(self, text: str, mention: Mention, reading: Reading) -> None:
        wide = mention.id is not None and mention.id.split("-")[0] in self._words.no_territory
        if mention.region and mention.region != CHINA and not mention.generic and not wide:
            reading.regions.append(mention.region)
            if mention.rule == "place_free" and (county := self._county_in(text, mention)):
                reading.regions.append(county)
        if mention.kind != "agency":
            reading.last_place = mention
            return
        reading.last = mention
        if mention.name.endswith((*self._words.banks, *self._words.bank_offices)):
            national = self._banks.national_at(text, mention.start) is not None
            reading.other_banks |= not national and mention.rule != "bank_office"
        called = _CALLED.match(text, mention.end)
        if called:
            reading.called.setdefault(called.group("name")[0], {})[called.group("name")] = mention
        elif mention.rule == "place_free":
            short = self._without_place(text[mention.start : mention.end], reading)
            reading.called.setdefault(short[0], {}).setdefault(short, mention)
        if branch := _BRANCH.search(text[mention.start : mention.end]):  # 玉溪市生态环境局江川分局 is called 江川分局
            reading.called.setdefault(branch.group()[0], {}).setdefault(branch.group(), mention)
        if mention.rule in {"place_free", "free_name", "short_county"} and (short := self._firm(mention.name, reading)):
            reading.called.setdefault(short[0], {}).setdefault(short, mention)

    def _county_in(self, text: str, mention: Mention) -> str | None:
        """台州市椒江城市发展投资集团: a company of a county, named without its 县 after its city."""
        place = self._places.read(text, mention.start, Reading())
        found = self._county_of(text, place.end, mention.region) if place else None
        return found[1] if found else None

    def _county_of(self, text: str, at: int, city: str | None) -> tuple[str, str] | None:
        """Return the short name of a county that stands here and its code, if just one in the city is called so."""
        found = self._regions.short_counties.at(text, at)
        codes = [code for code in found[1] if city and self._regions.inside(code, city)] if found else []
        return (found[0], codes[0]) if found and len(codes) == 1 else None

    def _firm(self, name: str, reading: Reading) -> str:
        """Return what a text calls a company once it has been named: 鑫泰煤业 for 柳林鑫泰煤业有限公司."""
        end = next((one for one in self._words.company_ends if name.endswith(one)), "")
        short = self._without_place(name, reading).removesuffix(end) if end else ""
        county = self._regions.short_counties.at(short, 0)
        if county and len(short) >= len(county[0]) + _SHORTEST_FIRM:
            short = short[len(county[0]) :]
        return short if len(short) >= _SHORTEST_FIRM and HAN.match(short) else ""

    def _without_place(self, words: str, reading: Reading) -> str:
        place = self._places.read(words, 0, reading)
        short = words[place.end :] if place else ""
        return short if len(short) >= 4 or (len(short) == 3 and short.startswith("总")) else words

    def _by_called_name(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        for name, first in reading.called.get(text[position], {}).items():
            if text.startswith(name, position) and not text.startswith(self._words.company_ends, position + len(name)):
                why = f"{name} stands for {first.name}, named before"
                return [
                    replace(
                        first, start=position, end=position + len(name), explanation=why, rule="called", confidence=0.9
                    )
                ]
        return None

    def _by_generic_name(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        found = self._generic.at(text, position)
        return [self._naming.group(text, position, position + len(found[0]), "generic_name")] if found else None

    def _by_special_office(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        match = self._words.special_office.match(text, position)
        return self._branch(text, position, match, self._words.branches[0], "nao", reading) if match else None

    def _by_known_name(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        found = self._gazetteer.names.at(text, position)
        if found is None:
            return None
        name, agencies = found
        end = position + len(name)
        if not self._offices.may_end(text, end, name):
            return None
        own = [one for one in agencies if not one.national] or agencies
        if own[0].national and (parts := self._words.national_groups.match(text, end)):
            return [self._naming.group(text, position, parts.end(), "national_group")]
        branch = self._special(text, position, end, own[0], reading) if len(own) == 1 and own[0].national else None
        if branch:
            return branch
        if name in self._words.weak and not _alone(text, position, end):
            return None
        if len(own) > 1:
            why = f"{len(own)} agencies are called {name}; a person must choose"
            ids = tuple(sorted(one.id for one in own))
            return [Mention(position, end, "agency", name, None, None, None, why, 0.6, "known_name", candidates=ids)]
        agency = own[0]
        why = "its name" if name == agency.name else f"{name} is a name of {agency.name}"
        known = Mention(
            position, end, "agency", agency.name, agency.id, agency.level, agency.region, why, 0.98, "known_name"
        )
        return [known]

    def _by_group(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """县直有关单位, 有关部门: a group that is addressed as a whole."""
        match = self._words.groups.match(text, position)
        if match is None or (
            position and HAN.match(text[position - 1]) and not text.endswith(self._words.group_after, 0, position)
        ):
            return None
        if match.group("whole") and not self._is_address(text, position, match.end()):
            return None
        return [self._naming.group(text, position, match.end(), "group")]

    def _is_address(self, text: str, start: int, end: int) -> bool:
        """Return whether a line says whom the document is for: it ends with a colon, or begins with 发 or 抄送."""
        line = (
            text[text.rfind("\n", 0, start) + 1 : start]
            + text[end : len(text) if (stop := text.find("\n", end)) < 0 else stop]
        )
        return line.rstrip().endswith("：") or self._words.sent.match(line) is not None

    def _by_each(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        match = self._words.each.match(text, position)
        if match is None:
            return None
        office = (
            self._offices.read(text, match.end(), territory=True)
            or self._offices.bank_branch(text, match.end())
            or self._offices.bare(text, match.end())
        )
        if office is None:
            return None
        towns = self._words.towns_too.match(text, office.end)  # 各镇人民政府、街道办事处
        end = towns.end() if towns else self._with_other_form(text, office.end)
        return [self._naming.group(text, position, end, "each")]

    def _with_other_form(self, text: str, end: int) -> int:
        """各省、自治区、直辖市财政厅（局）: in some territories the office has another name."""
        form = self._words.other_form.match(text, end)
        return form.end() if form else end

    def _list_of(
        self, text: str, position: int, place: Place | None, word: re.Match[str] | None, reading: Reading
    ) -> list[Mention] | None:
        """州财政、自然资源、住建等部门: offices of one place; the first is named with it, or with a bare 州."""
        found = self._offices.listed(text, place.end if place else word.end() if word else position)
        there = self._naming.where(place, word, reading, "place_list") if len(found) > 1 else None
        if there is None or there.level in {"central", "township"}:
            return None
        starts = [position, *_starts_of(text, position, found)[1:]]
        return [self._naming.made(text, start, one, there) for start, one in zip(starts, found, strict=True)]

    def _by_place(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        party = text.startswith(self._words.party_word, position)
        start = position + len(self._words.party_word) if party else position
        if text.startswith(self._words.verbs, position) and self._is_verb(text, position, reading):
            return None
        place = self._places.read(text, start, reading)
        if place is None:
            return self._bare(text, position, start, reading, party=True) if party else None
        region = self._regions.get(place.code)
        level = region.level if region else None
        if level == "central":
            return None
        if listed := self._list_of(text, position, place, None, reading):
            return listed
        if level == "city" and (short := self._short_county_in(text, position, place)):
            return [short]
        town = None
        if level in {"city", "county"}:
            town = (
                self._offices.town(text, place.end)
                or (place.full and self._offices.town_alone(text, place.end))
                or None
            )
        at = place.end + (1 if self._repeats_unit(text, place) else 0)
        office = town or self._offices.read(text, at, territory=True, free=True, party=party)
        if office is None:
            return None if party else [self._naming.region(text, position, place)]
        branch = self._words.short_place_offices.get(text[at : office.end])
        if branch and not place.full:
            office = replace(office, key=branch, name=text[at : office.end])
        free = office.key.startswith("org/")
        if free and not place.full and (office.own or text[place.end : place.end + 1] in "省市县区"):
            return [self._naming.region(text, position, place)]
        office = self._banks.with_branch(text, office, reading)
        where = Where(
            place.code,
            level,
            place.why,
            0.97 if place.code else 0.6,
            "place_free" if free else "place",
            place.candidates,
        )
        if party and free and text.startswith("委员会", office.end):
            office = replace(office, end=office.end + 3, name=f"{office.name}委员会")
        return [self._branch_of(text, position, office, place) or self._naming.made(text, position, office, where)]

    def _is_verb(self, text: str, position: int, reading: Reading) -> bool:
        """Return whether 会同 in 会同县卫健委 is a verb: after an agency, or where the text names nothing near."""
        place = self._places.read(text, position, reading)
        follows = reading.last is not None and reading.last.end == position
        return follows or (place is not None and place.code not in reading.common)

    def _branch_of(self, text: str, position: int, office: Office, city: Place) -> Mention | None:
        """玉溪市生态环境局江川分局: a city's office in one of its counties."""
        found = None if office.generic or "/" in office.key else self._county_of(text, office.end, city.code)
        if found is None or not text.startswith("分局", office.end + len(found[0])):
            return None
        there = replace(office, end=office.end + len(found[0]) + 2)
        why = f"{found[0]} is short for {self._regions.full_name(found[1])}"
        return self._naming.made(text, position, there, Where(found[1], "county", why, 0.9, "place"))

    def _short_county_in(self, text: str, position: int, city: Place) -> Mention | None:
        """漳州市华安生态环境局: the office of a county without its 县, after its city."""
        found = self._county_of(text, city.end, city.code)
        office = self._offices.read(text, city.end + len(found[0]), territory=False) if found else None
        if found is None or office is None or office.generic:
            return None
        why = f"{found[0]} is short for {self._regions.full_name(found[1])}"
        return self._naming.made(text, position, office, Where(found[1], "county", why, 0.85, "short_county"))

    def _repeats_unit(self, text: str, place: Place) -> bool:
        """浦东新区区委, 山西省省政府: the unit is said twice."""
        unit = text[place.end - 1]
        return place.full and unit in "省市县区" and text.startswith((f"{unit}委", f"{unit}政府"), place.end)

    def _by_short_county(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """德化生态环境局: a county without its 县, that the text or the case has named or lies around."""
        found = self._regions.short_counties.at(text, position)
        if found is None or text.startswith(self._words.verbs, position) or not self._places.may_begin(text, position):
            return None
        code = self._naming.near_county(found[1], reading)
        at = position + len(found[0])
        if text[at : at + 1] in {"镇", "乡", "街"}:
            return None
        office = (
            self._offices.read(text, at, territory=False)
            or (self._offices.read(text, at, territory=True) if code in reading.common else None)
            or self._offices.read(text, at, territory=False, free=True)
        )
        if code is None or office is None or office.generic or office.town:
            return None
        where = Where(code, "county", f"{found[0]} is short for {self._regions.full_name(code)}", 0.8, "short_county")
        return [self._naming.made(text, position, office, where)]

    def _by_bare_county(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """对剑阁、苍溪两县: a county without its 县, that the text names in full too, or that follows one in a list."""
        found = self._regions.short_counties.at(text, position)
        if found is None or not self._places.may_begin(text, position):
            return None
        end = position + len(found[0])
        if self._words.not_bare_county.match(text, end) or text.startswith(self._words.verbs, position):
            return None
        last = reading.last_place
        listed = last is not None and LIST_MARK.fullmatch(text[last.end : position])
        codes = found[1] if listed else [code for code in found[1] if code in reading.common]
        code = self._naming.near_county(codes, reading)
        if code is None:
            return None
        why = f"{found[0]} is short for {self._regions.full_name(code)}"
        return [self._naming.region(text, position, Place(end, code, (), full=False, why=why))]

    def _by_implied_place(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        return (
            self._bare(text, position, position, reading) if self._naming.may_be_bare(text, position, reading) else None
        )

    def _by_function_list(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """财政、卫健等部门: several functions share one word for office."""
        if text.startswith("数据", position) and position and HAN.match(text[position - 1]):
            return None
        found = self._offices.listed(text, position)
        if len(found) < 2:
            return None
        starts = _starts_of(text, position, found)
        return [
            self._naming.group(text, start, one.end, "function_list") for start, one in zip(starts, found, strict=True)
        ]

    def _by_body_ahead(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """政协成都市委员会, 民建成都市委, 团市委: a body that is named before its territory."""
        found = self._offices.ahead(text, position)
        if found is None:
            return None
        key, full, at = found
        place = self._places.read(text, at, reading, begins=True) if at > position + 1 else None
        word = None if place else self._words.implied_words.match(text, at)
        where = self._naming.where(place, word, reading, "ahead")
        end = self._offices.ahead_ends(text, place.end if place else word.end() if word else at)
        if where is None or end is None or where.level in {"central", "township"}:
            return None
        body = self._words.bodies.get(key)
        own = "委" if key == "party" else body["full"] if body else full
        made = self._naming.made(text, position, Office(end, key, own), where)
        if made.id and body is None and not self._gazetteer.agency(made.id):
            name = self._regions.full_name(where.code or "")
            made = replace(made, name=f"{full}{name}委员会")
        return [made]

    def _by_corps(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """新疆生产建设兵团财政局: no code of a region stands for the corps, so that its offices have no id."""
        match = self._words.corps.match(text, position) if reading.corps else None
        office = self._offices.read(text, match.end(), territory=True, free=True) if match else None
        if office is None or office.generic:
            return None
        why = "an office of the production corps of Xinjiang; no region's code stands for it"
        name = text[position : office.end]
        return [Mention(position, office.end, "agency", name, None, "province", None, why, 0.85, "corps")]

    def _by_department(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """集团财务部、法务部: departments of a company, which have no id."""
        last = reading.last
        if own := self._own_department(text, position):
            return own
        of = self._words.department_of.match(text, position)
        if of is None or not self._may_begin_name(text, position):
            of = None
        if of is None and not (last and last.rule == "department" and LIST_MARK.fullmatch(text[last.end : position])):
            return None
        match = self._words.department.match(text, of.end() if of else position)
        if match is None:
            return None
        name, why = text[position : match.end()], "a department of a company"
        return [Mention(position, match.end(), "agency", name, None, None, None, why, 0.8, "department")]

    def _own_department(self, text: str, position: int) -> list[Mention] | None:
        """法规审理科牵头: a department of whoever writes, which has no id."""
        if position and text[position - 1] not in self._words.own_departments_after:
            return None
        match = self._words.own_departments.match(text, position)
        if match is None or self._offices.stopped(match.group()):
            return None
        why = "a department of whoever writes"
        return [Mention(position, match.end(), "agency", match.group(), None, None, None, why, 0.75, "own_department")]

    def _by_zone(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """东湖高新区人社局: a zone is no region with a code."""
        near = text[position : position + _LONGEST_ZONE + 6]
        match = self._words.zone.match(text, position) if "区" in near or "园" in near else None
        if match and not self._may_begin_name(text, position):
            return None
        office = self._offices.read(text, match.end(), territory=True) if match else None
        if office is None or office.generic:
            return None
        name = text[position : office.end]
        return [Mention(position, office.end, "agency", name, None, None, None, _ZONE_WHY, 0.8, "zone")]

    def _by_regiment(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """一四三团: a regiment of the corps, where the text is about the corps."""
        match = self._words.regiments.match(text, position) if reading.corps else None
        if match is None or text[position - 1 : position].isdigit():
            return None
        why = "a regiment of the production corps of Xinjiang"
        return [Mention(position, match.end(), "agency", match.group(), None, "township", None, why, 0.8, "regiment")]

    def _by_function(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        level = self._words.level_words.match(text, position)
        prefix = level.group() if level else ""
        office = self._offices.read(text, position + len(prefix), territory=False)
        if office is None and not prefix and self._places.may_begin(text, position):
            office = self._offices.short(text, position)
        if office is None or (prefix and not office.generic):
            return None
        if office.generic and self._words.counted.search(text, max(0, position - _LONGEST_ZONE), position):
            return None
        if office.generic:
            return [self._naming.group(text, position, office.end, "function_group")]
        if text.endswith("电子", 0, position):  # 电子税务局 is a web page
            return None
        if self._words.zone_before.search(text, max(0, position - _LONGEST_ZONE), position):
            where = Where(None, None, _ZONE_WHY, 0.6, "function")
            return [self._naming.made(text, position, office, where)]
        last = reading.last
        national = self._gazetteer.by_key(f"{office.key}@{CHINA}")
        listed = last is not None and bool(LIST_MARK.fullmatch(text[last.end : position]))
        of_province = text[office.end - 1] == "厅"
        if last and listed and last.generic:
            return [self._naming.group(text, position, self._with_other_form(text, office.end), "list")]
        alike = last and last.level not in ({None, "central", "city", "county"} if of_province else {None, "central"})
        if last and listed and alike and last.region:
            where = Where(last.region, last.level, f"in a list after {last.name}", 0.9, "list")
        elif last and listed and last.id and last.level == "central" and national:
            where = Where(CHINA, "central", f"in a list after {last.name}", 0.85, "list")
        elif of_province:
            code, why = self._places.implied("省", "province", reading)
            where = Where(code, "province", why, 0.85 if code else 0.65, "function")
        elif reading.regions and (region := self._regions.get(reading.regions[-1])):
            where = Where(region.code, region.level, f"{region.name} is the last region named before", 0.75, "function")
        else:
            where = Where(None, None, "the text does not say of which region", 0.6, "function")
        return [self._naming.made(text, position, office, where)]

    def _by_anonymous_place(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        match = self._words.anonymous.match(text, position)
        before = text[position - 1 : position]
        if match is None or (before.isascii() and before.isalpha()):
            return None
        office = self._offices.read(text, match.end(), territory=True, free=True)
        if office is None:
            return None
        level = self._words.implied[match.group("unit")]
        why = "the text hides the region's name"
        name = text[position : office.end]
        return [Mention(position, office.end, "agency", name, None, level, None, why, 0.85, "anonymous")]

    def _by_town(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        begins = self._places.may_begin(text, position)
        office = self._offices.town(text, position) if begins else None
        if office is None and begins and (part := self._offices.town_office(text, position)):
            why = "an office of a town; not one of a region with a code"
            return [Mention(position, part.end, "agency", part.name, None, "township", None, why, 0.75, "town_office")]
        if office is None and not (position and HAN.match(text[position - 1])):
            office = self._offices.town_alone(text, position)
        if office is None:
            return None
        code, why = self._places.implied("", "county", reading)
        return [self._naming.made(text, position, office, Where(code, "township", why, 0.8 if code else 0.65, "town"))]

    def _by_free_name(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        if not self._may_begin_name(text, position):
            return None
        office = self._offices.alone(text, position)
        if office is None:
            return None
        if not text.startswith(self._words.state_groups, position) and any(
            self._begins_region(text, at, reading) for at in range(position + 1, office.end)
        ):
            return None
        office = self._banks.with_branch(text, office, reading)
        why = "an organisation's name; not an office of a territory"
        return [Mention(position, office.end, "agency", office.name, None, None, None, why, 0.85, "free_name")]

    def _may_begin_name(self, text: str, position: int) -> bool:
        """Return whether a name of which no part is known may begin here: at a break, or after a word such as 责令."""
        breaks = (
            position == 0 or not HAN.match(text[position - 1]) or text.endswith(self._words.open_starts, 0, position)
        )
        return breaks and not self._offices.is_lead(text, position)

    def _begins_region(self, text: str, at: int, reading: Reading) -> bool:
        """巡察建瓯市粮食收储有限公司: what stands before a region's whole name is not of the organisation's name."""
        place = self._places.read(text, at, reading)
        return place is not None and place.full

    def _special(self, text: str, position: int, end: int, body: Agency, reading: Reading) -> list[Mention] | None:
        """Return an office of a national body, or the local office that shares its short name."""
        for branch in self._words.branches:
            if branch.body in {body.id, "*bank" if self._banks.is_bank(body) else ""}:
                match = branch.pattern.match(text, end)
                found = self._branch(text, position, match, branch, body.id, reading) if match else None
                if found:
                    return found
        department = self._words.national_departments.match(text, end)
        if department and not self._offices.stopped(department.group()):
            why = f"a department of {body.name}"
            name = text[position : department.end()]
            return [Mention(position, department.end(), "agency", name, None, "central", CHINA, why, 0.85, "part")]
        inner, suffix = self._offices.inside(text, end)
        if inner and not body.name.endswith(inner):
            why = f"the {inner} of {body.name} ({body.id})"
            known = Mention(
                position,
                end + len(inner),
                "agency",
                body.name + inner,
                f"{body.id}-{suffix}",
                "central",
                CHINA,
                why,
                0.97,
                "known_name",
            )
            return [known]
        return self._local(text, position, end, reading)

    def _local(self, text: str, position: int, end: int, reading: Reading) -> list[Mention] | None:
        """In 省财政厅、发展改革委 the second is the province's own, though the words alone name the national one."""
        last = reading.last
        written = text[position:end]
        if last is None or written.startswith(("国家", "国务院", "中国")):
            return None
        if last.level in {None, "central"} and not last.generic:
            return None
        if written.endswith(("部", "署", "总局", "行")) or not LIST_MARK.fullmatch(text[last.end : position]):
            return None
        office = self._offices.read(text, position, territory=True)
        if office is None or office.end != end:
            return None
        if last.generic:
            return [self._naming.group(text, position, end, "list")]
        where = Where(last.region, last.level, f"in a list after {last.name}", 0.85, "list")
        return [self._naming.made(text, position, office, where)]

    def _branch(
        self, text: str, position: int, match: re.Match[str], branch: Branch, body_id: str, reading: Reading
    ) -> list[Mention] | None:
        words = match.group("place")
        place = self._places.read(text, match.start("place"), reading, begins=True)
        region = self._regions.get(place.code) if place and place.end == match.end("place") else None
        if region is None:
            short = (*self._regions.common_cities.exact(words), *self._regions.short_counties.exact(words))
            code = short[0] if len(short) == 1 else self._naming.near_county(short, reading)
            region = self._regions.get(code)
        body = self._gazetteer.agency(body_id)
        if region is None or body is None:
            return None
        if body_id == "sta" and (part := self._words.office_parts.match(text, match.end())):
            why = f"a part of {text[position : match.end()]}"
            name = text[position : part.end()]
            return [Mention(position, part.end(), "agency", name, None, region.level, region.code, why, 0.8, "part")]
        identity = branch.id.format(code=region.code, id=body_id)
        official = branch.name.format(place=words, branch=text[match.end("place") : match.end()], body=body.name)
        written = text[position : match.end()]
        own = self._gazetteer.by_key(identity) or self._gazetteer.names.exact(official)
        level = "central" if branch.level == "central" else region.level
        why = f"the office of {body.name} at {region.name}"
        if written != official:
            why = f"{written} = {official}: {why}"
        name, known = (own[0].name, own[0].id) if len(own) == 1 else (official, identity)
        return [Mention(position, match.end(), "agency", name, known, level, region.code, why, 0.97, "branch")]

    def _bare(
        self, text: str, position: int, start: int, reading: Reading, *, party: bool = False
    ) -> list[Mention] | None:
        """Read an agency of a territory that is not named: 省财政厅, 县政府."""
        match = self._words.implied_words.match(text, start)
        # 市、县财政等部门 are of both, 某县财政等部门 of one that is hidden.
        if match and not _TWO_LEVELS.search(text, max(0, position - 2), position):
            listed = self._list_of(text, position, None, match, reading)
            if listed:
                return listed
        office = self._offices.read(text, match.end(), territory=True, party=party) if match else None
        if match and office is None and self._places.may_begin(text, start):
            office = self._offices.bare(text, match.end())
        if match is None or office is None:
            return None
        where = self._naming.implied_where(match.group(), reading, "implied_place")
        if where.level == "township":
            named = office.key == "government" and self._places.may_begin(text, start)
            return [self._naming.group(text, position, office.end, "implied_place")] if named else None
        city = Place(match.end(), where.code, (), full=False, why=where.why)
        return [self._branch_of(text, position, office, city) or self._naming.made(text, position, office, where)]


def _starts_of(text: str, start: int, offices: Sequence[Office]) -> list[int]:
    """Return where each office of a list starts: after the mark that follows the one before it."""
    marks = [LIST_MARK.match(text, one.end) for one in offices[:-1]]
    return [start, *(mark.end() for mark in marks if mark)]


def _alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    marks = "、和及与由向对（）“”"
    return (not HAN.match(before) or before in marks) and (not HAN.match(after) or after in marks + "等")
