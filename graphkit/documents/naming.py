"""From an office and a territory that a text names to the mention of an agency: which one it is, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from graphkit.documents.agency_words import AgencyWords
from graphkit.documents.gazetteer import CHINA, Gazetteer
from graphkit.documents.mention import Mention, Reading, Where
from graphkit.documents.offices import Office, Offices
from graphkit.documents.places import Place, Places


class Naming:
    """Makes mentions; looks agencies up by their keys, and makes an id of function and region where none is known."""

    def __init__(self, gazetteer: Gazetteer, places: Places, offices: Offices, words: AgencyWords) -> None:
        self._gazetteer = gazetteer
        self._regions = gazetteer.regions
        self._places = places
        self._offices = offices
        self._words = words

    def may_be_bare(self, text: str, position: int, reading: Reading) -> bool:
        """Return whether a bare 省, 市 or 县 may begin the name of an office here."""
        follows = reading.last is not None and reading.last.end == position
        return follows or self._places.may_begin(text, position) or self._places.may_stand(text, position)

    def near_county(self, codes: Sequence[str], reading: Reading) -> str | None:
        """Return the county among `codes` that the text has named, or that lies in what it has named, if one does."""
        named = [code for code in codes if code in reading.common or code in reading.regions]
        around = {region.code for one in reading.regions for region in self._regions.above(one)} - {CHINA}
        near = named or [code for code in codes if any(self._regions.inside(code, one) for one in around)]
        return near[0] if len(near) == 1 else None

    def where(self, place: Place | None, word: re.Match[str] | None, reading: Reading, rule: str) -> Where | None:
        """Return the territory of a region that is named, else of a bare 省, 市 or 县; None without either."""
        if place is None:
            return self.implied_where(word.group(), reading, rule) if word else None
        region = self._regions.get(place.code)
        return Where(place.code, region.level if region else None, place.why, 0.95, rule, place.candidates)

    def implied_where(self, word: str, reading: Reading, rule: str) -> Where:
        """Return the territory that a bare 省, 市 or 县 stands for."""
        level = self._words.implied[word]
        code, why = self._places.implied(word, level, reading)
        region = self._regions.get(code)
        if region and level == "division":
            level = region.level
        return Where(code, level, f"{word}: {why}", 0.92 if code else 0.7, rule)

    def region(self, text: str, position: int, place: Place) -> Mention:
        """Return the mention of a region itself; with candidates where several have the name."""
        region = self._regions.get(place.code)
        if region is None:
            words = text[position : place.end]
            ids = place.candidates
            return Mention(
                position, place.end, "region", words, None, None, None, place.why, 0.5, "region", candidates=ids
            )
        name = self._regions.full_name(region.code)
        sure = 0.95 if place.full else 0.85
        return Mention(
            position, place.end, "region", name, region.code, region.level, region.code, place.why, sure, "region"
        )

    def group(self, text: str, start: int, end: int, rule: str) -> Mention:
        """Return the mention of offices as a whole (各县财政局, 有关部门), which have no id."""
        why = "a group of offices; no one office is named"
        return Mention(start, end, "agency", text[start:end], None, None, None, why, 0.75, rule, generic=True)

    def made(self, text: str, start: int, office: Office, where: Where) -> Mention:
        """Make an agency's mention out of its office and its territory; look it up by its key."""
        if office.generic:
            return self.group(text, start, office.end, where.rule)
        if (part := self._words.office_parts.match(text, office.end)) and not office.key.startswith("org/"):
            why = f"a part of {text[start : office.end]} ({where.why})"
            name = text[start : part.end()]
            return Mention(start, part.end(), "agency", name, None, where.level, where.code, why, 0.8, "office_part")
        written = text[start : office.end]
        level = "township" if office.town else where.level
        base = Mention(
            start, office.end, "agency", written, None, level, where.code, where.why, where.confidence, where.rule
        )
        if where.code is None:
            return replace(base, candidates=tuple(self.office_id(office, code) for code in where.candidates))
        known = self._gazetteer.by_key(f"{office.key}@{where.code}") or self._gazetteer.by_key(
            self.office_id(office, where.code)
        )
        if len(known) > 1:
            why = f"{len(known)} agencies have this function and region; a person must choose"
            return replace(base, explanation=why, confidence=0.6, candidates=tuple(sorted(one.id for one in known)))
        if known:
            why = f"{written} is {known[0].name}: the same function and region ({where.why})"
            return replace(base, name=known[0].name, id=known[0].id, explanation=why)
        free = office.key.startswith("org/")
        name = written if free else self._regions.full_name(where.code) + self._offices.official(office, level)
        why = f"not in the list of agencies; id made of its function and region ({where.why})"
        return replace(base, name=name, id=self.office_id(office, where.code), explanation=why)

    def office_id(self, office: Office, code: str) -> str:
        """Return the id that an office has where the case gives none: finance-140105, party-office-140000."""
        function, _, inner = office.key.partition("/")
        words = [function, self._words.office_ids.get(inner, inner), code]
        return "-".join(word for word in words if word)
