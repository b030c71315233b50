"""Agencies and regions in running text: where they are named, which they are, and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from graphkit.documents.gazetteer import CHINA, Agency, Gazetteer
from graphkit.documents.lexicon import NameIndex, rule_file
from graphkit.documents.regions import Name

_HAN = re.compile(r"[\u3400-\u9fff〇]")
_LIST_MARK = re.compile(r"[、和及与，]|以及")
_RANK = {"central": 0, "province": 1, "city": 2, "county": 3, "township": 4}


@dataclass(frozen=True, slots=True)
class Mention:
    """An agency or a region as the cleaned text names it. `id` None: not known, or doubtful (then `candidates`)."""

    start: int
    end: int
    kind: Literal["agency", "region"]
    name: str
    id: str | None
    level: str | None
    region: str | None
    explanation: str
    confidence: float
    rule: str
    generic: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class _Place:
    """A region chain in the text: 山西省太原市小店区."""

    end: int
    code: str | None
    candidates: tuple[str, ...]
    full: bool
    why: str


@dataclass(slots=True)
class _Core:
    """What follows a territory in an agency's name: its key's first half, official words, and where it ends."""

    end: int
    key: str | None
    name: str
    generic: bool = False
    township: str = ""


@dataclass(slots=True)
class _Context:
    """What the text has said so far: regions named, the last agency."""

    regions: list[str] = field(default_factory=list)
    common: Counter[str] = field(default_factory=Counter)
    last: Mention | None = None


class AgencyFinder:
    """Finds agencies and regions by the rules in rules/agencies.yaml and rules/regions.yaml."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.regions = gazetteer.regions
        self.rules: dict[str, Any] = rule_file("agencies.yaml")
        functions: dict[str, Any] = self.rules["functions"]
        self._functions = NameIndex(
            (name, key) for key, function in functions.items() for name in (function["full"], *function["names"])
        )
        self._bodies = [
            (name, key)
            for key, body in self.rules["bodies"].items()
            for name in sorted({body["full"], *body["names"]}, key=len, reverse=True)
            if key != "party"
        ]
        self._generic = NameIndex((name, name) for name in self.rules["generic"])

    # -- finding ----------------------------------------------------------------------------------------------------

    def find(self, text: str, hurt: bytearray | None = None) -> list[Mention]:
        """Return every agency and region in a cleaned text, in order; none that touches a place marked in `hurt`."""
        context = _Context(common=self._common_regions(text))
        mentions: list[Mention] = []
        position = 0
        while position < len(text):
            if not (_HAN.match(text, position) or text[position].isalpha()):
                position += 1
                continue
            found = self._at(text, position, context)
            if not found or (hurt and any(hurt[found[0].start : found[-1].end])):
                position += 1
                continue
            for mention in found:
                mentions.append(mention)
                if mention.kind == "agency":
                    context.last = mention
                if mention.region and mention.region != CHINA and not mention.generic:
                    context.regions.append(mention.region)
            position = found[-1].end
        return mentions

    def key_of(self, name: str, region: str | None) -> str | None:
        """Return the key of an agency from its name and the region where it stands, or None if its name says too little."""
        context = _Context()
        if region:
            context.regions.append(region)
        found = self._at(name, 0, context)
        if not found or found[0].kind != "agency" or found[-1].end != len(name) or found[0].generic:
            return None
        identity = found[0].id
        known = self.gazetteer.agency(identity) if identity else None
        if known:
            return known.key
        return identity

    def _at(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        for rule in (
            self._by_generic_name,
            self._by_special_office,
            self._by_known_name,
            self._by_place,
            self._by_implied_place,
            self._by_function_list,
            self._by_function,
            self._by_anonymous_place,
            self._by_company,
        ):
            found = rule(text, position, context)
            if found:
                return found
        return None

    # -- regions ----------------------------------------------------------------------------------------------------

    def _common_regions(self, text: str) -> Counter[str]:
        """Count each region that the text names in full, with those above it."""
        counts: Counter[str] = Counter()
        for position in range(len(text)):
            found = self.regions.names.at(text, position)
            if found and not self.regions.excluded(text, position, position + len(found[0])):
                meanings = [meaning for meaning in found[1] if not meaning.word]
                if len({meaning.code for meaning in meanings}) == 1 and len(found[0]) > 2 - (not meanings[0].full):
                    for region in self.regions.above(meanings[0].code):
                        counts[region.code] += 1
        return counts

    def _place(self, text: str, start: int, context: _Context) -> _Place | None:
        """Read a chain of region names; each further name lies in the region before it."""
        place: _Place | None = None
        position = start
        while True:
            step = self._one_region(text, position, place, context)
            if step is None:
                return place
            place = step
            position = step.end

    def _one_region(self, text: str, position: int, outer: _Place | None, context: _Context) -> _Place | None:
        for name, meanings in self.regions.names.all_at(text, position):
            end = position + len(name)
            if self.regions.excluded(text, position, end):
                continue
            wanted = [meaning for meaning in meanings if self._may_be(text, position, end, meaning, outer)]
            codes = list(dict.fromkeys(meaning.code for meaning in wanted))
            if outer is None:
                codes = self._prefer_upper(codes)
            if not codes:
                continue
            full = any(meaning.full for meaning in wanted)
            if len(codes) == 1:
                why = f"the name {name}" + (
                    f" in {text[outer.end - (position - outer.end) : outer.end]}" if False else ""
                )
                return _Place(end, codes[0], (), full, why)
            return self._choose(name, codes, end, full, context)
        return None

    def _may_be(self, text: str, start: int, end: int, meaning: Name, outer: _Place | None) -> bool:
        if outer is not None:
            if outer.code is None:
                return False
            region = self.regions.get(meaning.code)
            return bool(region) and meaning.code != outer.code and self.regions.inside(meaning.code, outer.code)
        if meaning.word:
            return False
        before = text[start - 1] if start else " "
        if meaning.full and end - start == 2 and _HAN.match(before) and before not in self.rules["implied_after"]:
            return False  # 完成县级任务 does not name 成县
        if not meaning.full:
            after = text[end : end + 1]
            if after and after in "路街道大" and text[end : end + 2] not in {"大同", "大力", "大学", "大型"}:
                return False
        return True

    def _prefer_upper(self, codes: list[str]) -> list[str]:
        """Of one name for a province and a city (吉林), take the province."""
        levels = [self.regions.get(code) for code in codes]
        ranks = [_RANK.get(region.level, 9) if region else 9 for region in levels]
        best = min(ranks, default=9)
        return [code for code, rank in zip(codes, ranks, strict=True) if rank == best]

    def _choose(self, name: str, codes: list[str], end: int, full: bool, context: _Context) -> _Place:
        """Tell regions of one name apart by what was named before, what the text names most, and the case's territory."""
        for named in reversed(context.regions):
            for above in self.regions.above(named):
                near = [code for code in codes if self.regions.inside(code, above.code)]
                if len(near) == 1 and above.code != CHINA:
                    return _Place(end, near[0], (), full, f"the {name} in {above.name}, which is named before")
        home = self.gazetteer.jurisdiction
        near = [code for code in codes if home and self.regions.inside(code, home)]
        if len(near) == 1:
            return _Place(end, near[0], (), full, f"the {name} in the case's territory")
        parents = {
            code: sum(context.common[region.code] for region in self.regions.above(code)[1:-1]) for code in codes
        }
        best = sorted(parents, key=lambda code: (-parents[code], code))
        if parents[best[0]] > 0 and (len(best) == 1 or parents[best[0]] > parents[best[1]]):
            return _Place(end, best[0], (), full, f"the {name} nearest to the regions that the text names")
        return _Place(end, None, tuple(codes), full, f"{len(codes)} regions are called {name}; a person must choose")

    def _implied(self, level: str, context: _Context) -> tuple[str | None, str]:
        """Return the region that a bare 省, 市, 县 stands for, and why."""
        for named in reversed(context.regions):
            region = self.regions.ancestor(named, level)
            if region:
                return region.code, f"{region.name} is named before"
        home = self.regions.ancestor(self.gazetteer.jurisdiction, level)
        if home:
            return home.code, f"the case is about {home.name}"
        levels = [code for code in context.common if (one := self.regions.get(code)) and one.level == level]
        if len(levels) == 1:
            region = self.regions.get(levels[0])
            return levels[0], f"{region.name if region else ''} is the only one that the text names"
        return None, f"the text does not say which {level}"

    # -- rules ------------------------------------------------------------------------------------------------------

    def _by_generic_name(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        found = self._generic.at(text, position)
        if found is None:
            return None
        end = position + len(found[0])
        return [self._group(text, position, end, "generic_name")]

    def _by_special_office(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        pattern = self._special_office
        match = pattern.match(text, position)
        if not match or not match.group("place"):
            return None
        return self._branch(text, position, match, self.rules["branches"][0], "nao", context)

    @cached_property
    def _special_office(self) -> re.Pattern[str]:
        return re.compile(self.rules["special_office"].replace("{place}", r"(?P<place>[\u4e00-\u9fff]{2,3}?)"))

    def _by_known_name(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        found = self.gazetteer.names.at(text, position)
        if found is None:
            return None
        name, agencies = found
        end = position + len(name)
        if not self._may_end(text, end, name) or (
            text[position - 1 : position] and text[position - 1] in self.rules["not_before"] and False
        ):
            return None
        if name in self.rules["weak"] and not self._stands_alone(text, position, end):
            return None
        own = [one for one in agencies if not one.national] or agencies
        if len(own) == 1 and own[0].national:
            branch = self._branch_of(text, position, end, own[0], context)
            if branch:
                return branch
            inherited = self._inherited(text, position, end, own[0], context)
            if inherited:
                return inherited
        office = (
            next((word for word in ("办公厅", "办公室") if text.startswith(word, end)), "") if own[0].national else ""
        )
        if len(own) == 1 and office and not name.endswith(office):
            title, identity = own[0].name + office, f"{own[0].id}-office"
            why = f"the {office} of {own[0].name} ({own[0].id})"
            mention = Mention(
                position,
                end + len(office),
                "agency",
                title,
                identity,
                "central",
                CHINA,
                why,
                0.97,
                "known_name",
                candidates=(own[0].id,),
            )
            return [mention]
        if len(own) == 1:
            why = f"{name} is a name of {own[0].name}" if name != own[0].name else "its name"
            agency = own[0]
            return [
                Mention(
                    position,
                    end,
                    "agency",
                    agency.name,
                    agency.id,
                    agency.level,
                    agency.region,
                    why,
                    0.98,
                    "known_name",
                )
            ]
        why = f"{len(own)} agencies are called {name}; a person must choose"
        ids = tuple(sorted(one.id for one in own))
        return [Mention(position, end, "agency", name, None, None, None, why, 0.6, "known_name", candidates=ids)]

    def _branch_of(self, text: str, position: int, end: int, body: Agency, context: _Context) -> list[Mention] | None:
        for branch in self.rules["branches"]:
            if branch["body"] != body.id and not (branch["body"] == "*bank" and self._is_bank(body)):
                continue
            place = r"(?P<place>[\u4e00-\u9fff]{2,12}?)"
            match = re.compile(branch["pattern"].replace("{place}", place)).match(text, end)
            if match:
                found = self._branch(text, position, match, branch, body.id, context)
                if found:
                    return found
        return None

    def _is_bank(self, body: Agency) -> bool:
        return any(one["id"] == body.id and one.get("kind") == "bank" for one in self.rules["national"])

    def _branch(
        self, text: str, position: int, match: re.Match[str], branch: dict[str, Any], body_id: str, context: _Context
    ) -> list[Mention] | None:
        words = match.group("place")
        place = self._place(text, match.start("place"), context)
        if place is None or place.end != match.end("place"):
            return None
        if place.code is None:
            return None
        region = self.regions.get(place.code)
        body = self.gazetteer.agency(body_id)
        tail = text[match.end("place") : match.end()]
        short = words
        identity = branch["id"].format(code=place.code, id=body_id)
        official = branch["name"].format(place=short, branch=tail, body=body.name if body else "")
        written = text[position : match.end()]
        own = self.gazetteer.by_key(identity) or [one for one in self.gazetteer.names.exact(official)]
        level = "central" if branch["level"] == "central" else (region.level if region else None)
        if len(own) == 1:
            why = f"{written} is {own[0].name}: {official} at {region.name if region else words}"
            return [
                Mention(position, match.end(), "agency", own[0].name, own[0].id, level, place.code, why, 0.97, "branch")
            ]
        why = f"the office of {body.name if body else body_id} at {region.name if region else words}"
        if written != official:
            why = f"{written} = {official}: {why}"
        return [Mention(position, match.end(), "agency", official, identity, level, place.code, why, 0.96, "branch")]

    def _inherited(self, text: str, position: int, end: int, body: Agency, context: _Context) -> list[Mention] | None:
        """In 省财政厅、发展改革委 the second is the province's own, though the words alone name the national one."""
        last = context.last
        written = text[position:end]
        if written.startswith(("国家", "国务院", "中国")) or written.endswith(("部", "署", "总局")) or last is None:
            return None
        if (
            last.end >= position
            or not _LIST_MARK.fullmatch(text[last.end : position])
            or last.level in {None, "central"}
        ):
            return None
        core = self._core(text, position, territory=True, full=False)
        if core is None or core.end != end:
            return None
        return [self._made(text, position, core, last.region, last.level, f"in a list after {last.name}", 0.85, "list")]

    def _by_place(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        party = text.startswith(self.rules["party_word"], position)
        start = position + len(self.rules["party_word"]) if party else position
        place = self._place(text, start, context)
        if place is None:
            return self._implied_at(text, position, start, context, party=True) if party else None
        region = self.regions.get(place.code)
        town = self._town(text, place.end) if region and region.level in {"city", "county"} else None
        core = self._core(text, place.end, territory=True, full=place.full, party=party)
        if core is None and not place.full and region and region.level in {"province", "city"}:
            core = self._core_after_unit(text, place.end, region.level)
        if town and (core is None or town.end >= core.end):
            core = town
        if core is None:
            if party:
                return None
            return [self._region(text, position, place)]
        level = "township" if core.township else (region.level if region else None)
        confidence = 0.97 if place.code else 0.6
        return [self._made(text, position, core, place.code, level, place.why, confidence, "place", place.candidates)]

    def _core_after_unit(self, text: str, end: int, level: str) -> _Core | None:
        """A short name does not swallow the unit that follows it: 山西|省委 is read as one name."""
        unit = {"province": "省", "city": "市"}[level]
        return self._core(text, end + 1, territory=True, full=True) if text[end : end + 1] == unit else None

    def _region(self, text: str, position: int, place: _Place) -> Mention:
        region = self.regions.get(place.code)
        name = self.regions.full_name(place.code) if place.code else text[position : place.end]
        confidence = 0.95 if place.code and place.full else 0.85 if place.code else 0.5
        level = region.level if region else None
        return Mention(
            position,
            place.end,
            "region",
            name,
            place.code,
            level,
            place.code,
            place.why,
            confidence,
            "region",
            candidates=place.candidates,
        )

    def _by_implied_place(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        before = text[position - 1] if position else " "
        if _HAN.match(before) and before not in self.rules["implied_after"]:
            last = context.last
            if last is None or last.end != position:
                return None
        return self._implied_at(text, position, position, context)

    def _implied_at(
        self, text: str, position: int, start: int, context: _Context, *, party: bool = False
    ) -> list[Mention] | None:
        word = next((word for word in self._implied_words if text.startswith(word, start)), None)
        if word is None:
            return None
        core = self._core(text, start + len(word), territory=True, full=False, party=party)
        if core is None:
            return None
        level = self.rules["implied"][word]
        if level == "township":
            return None
        code, why = self._implied(level, context)
        if core.township:
            level = "township"
        return [self._made(text, position, core, code, level, f"{word}: {why}", 0.92 if code else 0.7, "implied_place")]

    @cached_property
    def _implied_words(self) -> list[str]:
        return sorted(self.rules["implied"], key=len, reverse=True)

    def _by_function_list(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        """财政、卫健等部门: several functions share one word for office."""
        found: list[tuple[int, int, str]] = []
        at = position
        while True:
            match = self._functions.at(text, at)
            if match is None:
                return None
            found.append((at, at + len(match[0]), match[1][0]))
            at += len(match[0])
            end = next((word for word in self.rules["list_ends"] if text.startswith(word, at)), None)
            if end is None:
                counted = re.compile(r"等?(?:\d+|[二三四五六七八九十两多]+)个?(?:部门|单位)").match(text, at)
                end = counted.group() if counted else None
            if end:
                break
            mark = _LIST_MARK.match(text, at)
            if mark is None:
                return None
            at = mark.end()
        if len(found) < 2:
            return None
        return [self._group(text, start, end, "function_list", key) for start, end, key in found]

    def _by_function(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        prefix = next((word for word in self._level_words if text.startswith(word, position)), "")
        start = position + len(prefix)
        core = self._core(text, start, territory=bool(prefix) and False, full=False)
        if core is None:
            return None
        if core.generic:
            return [self._group(text, position, core.end, "function_group", core.key)]
        if prefix:
            return None
        last = context.last
        gap = text[last.end : position] if last else ""
        if (
            last
            and last.level not in {None, "central"}
            and last.region
            and not last.generic
            and re.fullmatch(r"[、和及与，]|以及|会同|联合", gap)
        ):
            why = f"in a list after {last.name}"
            return [self._made(text, position, core, last.region, last.level, why, 0.9, "list")]
        level = "province" if text[core.end - 1] == "厅" else None
        if level:
            code, why = self._implied(level, context)
            return [self._made(text, position, core, code, level, why, 0.85 if code else 0.65, "function")]
        code = context.regions[-1] if context.regions else None
        region = self.regions.get(code)
        if region and region.level != "central":
            why = f"{region.name} is the last region named before"
            return [self._made(text, position, core, code, region.level, why, 0.75, "function")]
        return [self._made(text, position, core, None, None, "the text does not say of which region", 0.6, "function")]

    @cached_property
    def _level_words(self) -> list[str]:
        return sorted(self.rules["levels_prefix"], key=len, reverse=True)

    def _by_anonymous_place(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        match = re.compile(r"[A-Z甲乙丙丁某](?:某)?(?P<unit>省|市|县|区|镇|乡)").match(text, position)
        if match is None or (position and text[position - 1].isascii() and text[position - 1].isalpha()):
            return None
        core = self._core(text, match.end(), territory=True, full=False)
        if core is None:
            return None
        level = self.rules["implied"][match.group("unit")]
        name = text[position : core.end]
        return [
            Mention(
                position,
                core.end,
                "agency",
                name,
                None,
                level,
                None,
                "the text hides the region's name",
                0.85,
                "anonymous",
            )
        ]

    def _by_company(self, text: str, position: int, context: _Context) -> list[Mention] | None:
        before = text[:position]
        if position and _HAN.match(before[-1]) and not before.endswith(self._company_starts):
            return None
        match = self._company.match(text, position)
        if match is None:
            return None
        name = match.group()
        why = "an organisation's name; not an office of a territory"
        return [Mention(position, match.end(), "agency", name, None, None, None, why, 0.85, "company")]

    @cached_property
    def _company_starts(self) -> tuple[str, ...]:
        return tuple(self.rules["company_starts"])

    @cached_property
    def _company(self) -> re.Pattern[str]:
        ends = "|".join(sorted(self.rules["company_ends"], key=len, reverse=True))
        return re.compile(rf"(?:(?![{re.escape(self.rules['open_stops'])}])[\u4e00-\u9fffA-Z（）]){{2,18}}?(?:{ends})")

    # -- pieces -----------------------------------------------------------------------------------------------------

    def _core(self, text: str, at: int, *, territory: bool, full: bool, party: bool = False) -> _Core | None:
        """Read what follows a territory. `territory`: one stands before; `full`: by its full name, so that the middle is free."""
        if territory:
            body = self._body(text, at, party)
            if body:
                return body
        office = self._office(text, at, territory)
        if office:
            return office
        return self._open(text, at) if full else None

    def _body(self, text: str, at: int, party: bool) -> _Core | None:
        offices = self.rules["bodies"]["party"]["offices"]
        if text.startswith("委", at):
            end = at + 1
            if party and text.startswith("委员会", at):
                end = at + 3
            office = next((word for word in sorted(offices, key=len, reverse=True) if text.startswith(word, end)), "")
            if office:
                return _Core(end + len(office), f"party/{office}", f"委{office}")
            if end == at + 1 and text[end : end + 1] in set("员托派任"):
                return None
            return _Core(end, "party", "委")
        for name, key in self._bodies:
            if text.startswith(name, at) and self._may_end(text, at + len(name), name):
                end = at + len(name)
                full = self.rules["bodies"][key]["full"]
                office = next((word for word in self.rules["bodies"][key]["offices"] if text.startswith(word, end)), "")
                if office:
                    return _Core(end + len(office), f"{key}/{office}", full + office)
                if key in {"court", "procuratorate"} and name != full:
                    return _Core(end, f"{key}/{name[:2]}" if len(name) > 4 else key, name)
                return _Core(end, key, full)
        return None

    def _office(self, text: str, at: int, territory: bool) -> _Core | None:
        for name, keys in self._functions.all_at(text, at):
            end = at + len(name)
            group = next((word for word in self.rules["groups"] if text.startswith(word, end)), None)
            if group:
                return _Core(end + len(group), keys[0], text[at : end + len(group)], generic=True)
            for organ in self.rules["organs"]:
                if not text.startswith(organ, end) or not self._may_end(text, end + len(organ), organ):
                    continue
                if organ in self.rules["with_territory"] and not territory:
                    continue
                main = organ in self.rules["same_office"]
                key = keys[0] if main else f"{keys[0]}/{organ}"
                return _Core(end + len(organ), key, self.rules["functions"][keys[0]]["full"] + ("" if main else organ))
        return None

    def _open(self, text: str, at: int) -> _Core | None:
        match = self._open_pattern.match(text, at)
        if match is None:
            return None
        name = match.group()
        return _Core(match.end(), f"other/{name}", name)

    @cached_property
    def _open_pattern(self) -> re.Pattern[str]:
        ends = "|".join(sorted([*self.rules["open_ends"], "局", "委员会"], key=len, reverse=True))
        stops = re.escape(self.rules["open_stops"])
        return re.compile(rf"(?:(?![{stops}])[\u4e00-\u9fff]){{1,16}}?(?:{ends})(?![长面])")

    def _town(self, text: str, at: int) -> _Core | None:
        match = re.compile(r"(?P<name>[\u4e00-\u9fff]{1,4}?(?:镇|乡|街道))(?P<body>人民政府|政府|办事处|党委)?").match(
            text, at
        )
        if match is None or re.search(f"[{re.escape(self.rules['open_stops'])}]", match.group("name")):
            return None
        if match.group("body") is None:
            return None
        return _Core(match.end(), f"government/{match.group('name')}", match.group(), township=match.group("name"))

    def _may_end(self, text: str, end: int, name: str) -> bool:
        after = text[end : end + 1]
        for ending, bad in self.rules["not_after"].items():
            if name.endswith(ending) and after and after in bad:
                return False
        return True

    def _stands_alone(self, text: str, start: int, end: int) -> bool:
        before, after = text[start - 1 : start], text[end : end + 1]
        marks = "、和及与由向对（）“”"
        return (not _HAN.match(before) or before in marks) and (not _HAN.match(after) or after in marks + "等")

    def _group(self, text: str, start: int, end: int, rule: str, function: str | None = None) -> Mention:
        why = "a group of offices; no one office is named" + (f" (function: {function})" if function else "")
        return Mention(start, end, "agency", text[start:end], None, None, None, why, 0.75, rule, generic=True)

    def _made(
        self,
        text: str,
        start: int,
        core: _Core,
        code: str | None,
        level: str | None,
        why: str,
        confidence: float,
        rule: str,
        candidates: tuple[str, ...] = (),
    ) -> Mention:
        """Make an agency's mention out of its territory and its core; look it up by its key."""
        if core.generic:
            return self._group(text, start, core.end, rule, core.key)
        written = text[start : core.end]
        if code is None or core.key is None:
            doubtful = tuple(f"{core.key}-{one}" for one in candidates) if core.key and "/" not in core.key else ()
            return Mention(
                start, core.end, "agency", written, None, level, None, why, confidence, rule, candidates=doubtful
            )
        key = f"{core.key}@{code}"
        known = self.gazetteer.by_key(key)
        if len(known) == 1:
            explanation = f"{written} is {known[0].name}: the same function and region ({why})"
            return Mention(
                start, core.end, "agency", known[0].name, known[0].id, level, code, explanation, confidence, rule
            )
        if len(known) > 1:
            ids = tuple(sorted(one.id for one in known))
            explanation = f"{len(known)} agencies have this function and region; a person must choose"
            return Mention(
                start, core.end, "agency", written, None, level, code, explanation, 0.6, rule, candidates=ids
            )
        name = self._official(core, code, level)
        identity = f"{core.key.replace('/', '-')}-{code}"
        explanation = f"not in the list of agencies; id made of its function and region ({why})"
        return Mention(start, core.end, "agency", name, identity, level, code, explanation, confidence, rule)

    def _official(self, core: _Core, code: str, level: str | None) -> str:
        """Return the official name: the region's full name, the function's full word, the organ of that level."""
        territory = self.regions.full_name(code)
        function = self.rules["functions"].get(core.key or "")
        if function is None:
            return territory + core.name
        organ = function["organ"].get(level or "other", function["organ"]["other"])
        return territory + core.name + organ
