"""What the recognisers find in a cleaned text, before the rules build facts on it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from graphkit.documents.agencies import AgencyFinder
from graphkit.documents.dates import FoundDate, find_dates
from graphkit.documents.gazetteer import Gazetteer
from graphkit.documents.mention import Mention
from graphkit.documents.model import Kind, Value
from graphkit.documents.numbering import FoundNumber, find_document_numbers
from graphkit.documents.quantities import Quantity, find_quantities
from graphkit.documents.signs import with_signs

if TYPE_CHECKING:
    from graphkit.documents.english_names import EnglishNames

_TITLE = re.compile(r"《[^《》\n]{2,120}(?:〈[^〉\n]*〉[^《》\n]*)?》")
_YEAR_FIRST = re.compile(r"[12]\d{3}年第")  # 2021年第7号 is a number and names a year
_ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z'’]{2,}){3}")  # words of a sentence, not an abbreviation
_SENTENCE = re.compile(r"[^。；！？\n\t|｜]+")  # a cell of a table is a sentence of its own


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in the cleaned text, not yet a candidate. `ties`: role, kind and span of what it is linked with."""

    start: int
    end: int
    kind: Kind
    value: Value
    rule: str
    confidence: float
    ties: tuple[tuple[str, Kind, int, int], ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Recognised:
    """A cleaned text with what was recognised in it; `signs` is the same text with signs in the place of that."""

    text: str
    signs: str
    numbers: Sequence[FoundNumber]
    dates: Sequence[FoundDate]
    quantities: Sequence[Quantity]
    mentions: Sequence[Mention]
    titles: Sequence[tuple[int, int]]

    def sentences(self) -> Iterator[tuple[int, int]]:
        """Yield the spans between full stops, semicolons, line ends and the cells of a table."""
        for match in _SENTENCE.finditer(self.text):
            yield match.span()

    def mention_at(self, start: int) -> Mention | None:
        """Return the agency or region that starts at a place."""
        return self._by_start.get(start)

    def mentions_in(self, start: int, end: int) -> Sequence[Mention]:
        """Return the agencies and regions, outside titles, that start in a span."""
        return self._outer[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def in_title(self, place: int) -> bool:
        """Return whether a place lies inside a title."""
        return _in_title(place, self.titles)

    def quantities_in(self, start: int, end: int) -> Sequence[Quantity]:
        """Return the amounts, rates and counts that start in a span."""
        starts = self._quantity_starts
        return self.quantities[bisect_left(starts, start) : bisect_left(starts, end)]

    def dates_in(self, start: int, end: int) -> Sequence[FoundDate]:
        """Return the dates that start in a span."""
        return self.dates[bisect_left(self._date_starts, start) : bisect_left(self._date_starts, end)]

    def same_line(self, start: int, end: int) -> bool:
        """Return whether no line ends between two places."""
        return self.text.find("\n", start, end) < 0

    @cached_property
    def own_day(self) -> str | None:
        """The day of the document: of the last date that stands on a line of its own (a signature), if there is one."""
        lines = [
            one.value.end
            for one in self.dates
            if one.value.precision == "day" and self.alone_in_line(one.start, one.end)
        ]
        return lines[-1] if lines else None

    def alone_in_line(self, start: int, end: int) -> bool:
        """Return whether a line holds these words only, or in brackets."""
        return self._line(start, end).strip("（）() \t") == self.text[start:end].strip("（）() \t")

    def _line(self, start: int, end: int) -> str:
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        return self.text[first : last if last >= 0 else len(self.text)]

    @cached_property
    def _outer(self) -> list[Mention]:
        return _outside(self.mentions, self.titles)

    @cached_property
    def _starts(self) -> list[int]:
        return [one.start for one in self._outer]

    @cached_property
    def _by_start(self) -> dict[int, Mention]:
        return {one.start: one for one in self.mentions}

    @cached_property
    def _date_starts(self) -> list[int]:
        return [one.start for one in self.dates]

    @cached_property
    def _quantity_starts(self) -> list[int]:
        return [one.start for one in self.quantities]


def recognise(text: str, hurt: bytearray, gazetteer: Gazetteer) -> Recognised:
    """Recognise numbers, dates, quantities, agencies and regions; what one has taken is hidden from the next."""
    numbers = find_document_numbers(text)
    titles = [match.span() for match in _TITLE.finditer(text)]
    without_numbers = _masked(text, [(one.start, one.end) for one in numbers])
    coded = [(one.start, one.end) for one in numbers if not _YEAR_FIRST.match(text, one.start)]
    dates = [one for one in find_dates(_masked(text, coded), _year_of(numbers)) if not _in_title(one.start, titles)]
    quantities = find_quantities(_masked(without_numbers, [(one.start, one.end) for one in dates]))
    mentions = _finder(gazetteer).find(without_numbers, hurt)
    if _ENGLISH.search(text):
        mentions = _with_english(without_numbers, mentions, hurt, gazetteer)
    pieces: list[tuple[int, int, str]] = [(one.start, one.end, "date") for one in dates]
    pieces += [(one.start, one.end, one.value.kind) for one in quantities]
    pieces += [(one.start, one.end, one.kind) for one in _outside(mentions, titles)]
    pieces += [(start, end, "title") for start, end in titles]
    pieces += [(one.start, one.end, "number") for one in numbers]
    return Recognised(text, with_signs(text, pieces, hurt), numbers, dates, quantities, mentions, titles)


def _with_english(text: str, mentions: Sequence[Mention], hurt: bytearray, gazetteer: Gazetteer) -> list[Mention]:
    taken = bytearray(hurt)
    for one in mentions:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    return sorted([*mentions, *_english(gazetteer).find(text, taken)], key=lambda one: one.start)


@lru_cache(maxsize=4)
def _english(gazetteer: Gazetteer) -> EnglishNames:
    from graphkit.documents.english_names import EnglishNames  # noqa: PLC0415  (pypinyin takes a while to start)

    return EnglishNames(gazetteer)


@lru_cache(maxsize=4)
def _finder(gazetteer: Gazetteer) -> AgencyFinder:
    """Return the finder of a gazetteer; to make one takes longer than to read a page with it."""
    return AgencyFinder(gazetteer)


def _year_of(numbers: Sequence[FoundNumber]) -> int | None:
    """Return the latest year in the document numbers."""
    years = [int(year) for one in numbers for year in re.findall(r"〔([12]\d{3})〕", one.number)]
    return max(years, default=None)


def _masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "\ue0fe" * (end - start)
    return "".join(characters)


def _outside(mentions: Sequence[Mention], titles: Sequence[tuple[int, int]]) -> list[Mention]:
    """Return the mentions that are not inside a title."""
    return [one for one in mentions if not _in_title(one.start, titles)]


def _in_title(place: int, titles: Sequence[tuple[int, int]]) -> bool:
    before = bisect_right(titles, place, key=lambda one: one[0])
    return bool(before) and place < titles[before - 1][1]
