"""Banks in running text: which one is named, and of which one a bare 支行 is an office."""

from __future__ import annotations

from dataclasses import replace

from graphkit.documents.agency_words import AgencyWords
from graphkit.documents.gazetteer import Agency, Gazetteer
from graphkit.documents.mention import Mention, Reading
from graphkit.documents.naming import Naming
from graphkit.documents.offices import Office, Offices, free_key
from graphkit.documents.places import Place, Places

_LONGEST_BRANCH = 16  # 巴音郭楞蒙古自治州中心支行


class Banks:
    """Reads banks and their offices by rules/agencies.yaml."""

    def __init__(
        self, gazetteer: Gazetteer, places: Places, offices: Offices, words: AgencyWords, naming: Naming
    ) -> None:
        self._gazetteer = gazetteer
        self._regions = gazetteer.regions
        self._places = places
        self._offices = offices
        self._words = words
        self._naming = naming

    def is_bank(self, body: Agency) -> bool:
        """Whether a national body is a bank."""
        return body.id in self._words.national_banks

    def national_at(self, text: str, position: int) -> str | None:
        """Return the id of the national bank whose name begins here."""
        for name, agencies in self._gazetteer.names.all_at(text, position):
            if self._offices.may_end(text, position + len(name), name):
                for one in agencies:
                    if one.national and self.is_bank(one):
                        return one.id
        return None

    def before(self, text: str, position: int, reading: Reading) -> set[str]:
        """Return the ids of the banks that the text names before a place; "" for one that is no national bank."""
        reading.banks |= {one for at in range(reading.banks_to, position) if (one := self.national_at(text, at))}
        reading.banks_to = max(position, reading.banks_to)
        return reading.banks | ({""} if reading.other_banks else set())

    def office(self, text: str, position: int, reading: Reading) -> list[Mention] | None:
        """汪清县支行, 州分行: an office of the bank whose document it is, else of the only bank named before."""
        if "行" not in text[position : position + _LONGEST_BRANCH] or not self._naming.may_be_bare(
            text, position, reading
        ):
            return None
        place = self._places.read(text, position, reading) or self._short_county_place(text, position, reading)
        word = None if place else self._words.implied_words.match(text, position)
        at = place.end if place else word.end() if word else 0
        branch = self._offices.bank_branch(text, at) if at else None
        if branch is None:
            return None
        if department := self._words.department.match(text, branch.end):
            why = "a department of an office of a bank"
            name = text[position : department.end()]
            return [Mention(position, department.end(), "agency", name, None, None, None, why, 0.8, "department")]
        where = self._naming.where(place, word, reading, "bank_office")
        region = self._regions.get(where.code) if where else None
        end = branch.end
        banks = {reading.head_bank} if reading.head_bank else self.before(text, position, reading)
        written = text[position:end]
        why = "the text does not say of which bank"
        unknown = Mention(position, end, "agency", written, None, None, None, why, 0.6, "bank_office")
        if where is None or region is None:
            return [replace(unknown, explanation=where.why if where else why)]
        unknown = replace(unknown, level=region.level, region=region.code)
        body = self._gazetteer.agency(banks.pop()) if len(banks) == 1 else None
        if body is None:
            ids = tuple(sorted(f"{one}-{region.code}" for one in banks if one))
            why = f"{len(banks)} banks are named before; a person must choose" if len(banks) > 1 else why
            return [replace(unknown, explanation=why, candidates=ids)]
        why = (
            f"the document is one of {body.name}" if reading.head_bank else f"{body.name} is the only bank named before"
        )
        identity = f"{body.id}-{region.code}"
        name = f"{body.name}{region.name if word else text[position:at]}{branch.name}"
        own = self._gazetteer.by_key(identity) or self._gazetteer.names.exact(name)
        known, name = (own[0].id, own[0].name) if len(own) == 1 else (identity, name)
        return [Mention(position, end, "agency", name, known, region.level, region.code, why, 0.85, "bank_office")]

    def _short_county_place(self, text: str, position: int, reading: Reading) -> Place | None:
        """Read a county without its 县 (枣阳 of 枣阳市), the only one of that name or one that the text has named."""
        found = self._regions.short_counties.at(text, position)
        if found is None:
            return None
        name, codes = found
        code = codes[0] if len(codes) == 1 else self._naming.near_county(codes, reading)
        return Place(position + len(name), code, tuple(codes), full=False, why=f"counties are called {name}")

    def with_branch(self, text: str, bank: Office, reading: Reading) -> Office:
        """重庆农村商业银行云阳支行: a bank with its office in a place."""
        if not bank.name.endswith(self._words.banks):
            return bank
        place = self._places.read(text, bank.end, reading, begins=True)
        short = self._regions.short_counties.at(text, bank.end)
        at = place.end if place else bank.end + len(short[0]) if short else bank.end
        words = next((word for word in self._words.bank_offices if at > bank.end and text.startswith(word, at)), "")
        name = bank.name + text[bank.end : at] + words
        return replace(bank, end=at + len(words), name=name, key=free_key(name)) if words else bank
