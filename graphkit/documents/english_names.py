"""Agencies and regions named in English: Hunan Provincial Audit Office, Yuyao Civil Affairs Bureau, Chengmai County.

Regions are known by their pinyin (pypinyin) or the name that is usual in English; the words are in rules/english.yaml.
An office of a territory has the id that it has in Chinese: its function and its region.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import islice, product
from typing import Any

from pypinyin import Style, lazy_pinyin, pinyin

from graphkit.documents.gazetteer import Gazetteer
from graphkit.documents.lexicon import any_of, rule_file
from graphkit.documents.mention import Mention
from graphkit.documents.regions import Region, short_name

_WORD = r"(?:Co\.,? ?Ltd\.?|No\. ?\d+|[A-Z][A-Za-zÀ-ɏ'’&-]*)"
_RUN = re.compile(rf"(?<![A-Za-z]){_WORD}(?: (?:(?:of(?: the)?|and|for) )?{_WORD})*")
_OF_PLACE = re.compile(r"(?<![A-Za-z])(?P<place>[A-Z][a-z'’]+) (?:office|bureau|department|branch)(?![A-Za-z])")
_TOKEN = re.compile(rf"{_WORD}|of|the|and|for")
_BETWEEN_BLANKS = re.compile(r"\S+")
_LONGEST_PLACE = 3  # words: Xishuangbanna Dai …
_LONGEST_READ, _MOST_READINGS = 4, 32  # characters of a name that is read in every way, and of how many ways
_LEAST = 4  # letters of a name that stands for a region by itself
_APOSTROPHES = re.compile(r"['’ -]")

_Word = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """A region's name at the beginning of words: how many words it takes with its level, and the regions it may be."""

    words: int
    codes: tuple[str, ...]
    level: str | None


class EnglishNames:
    """Reads agencies and regions in English."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._regions = gazetteer.regions
        rules: dict[str, Any] = rule_file("english.yaml")
        self._heads = frozenset(rules["heads"])
        self._organs = frozenset(rules["organs"])
        self._not_first = frozenset(rules["not_first"])
        self._national: dict[str, str] = rules["national_names"]
        self._levels: dict[str, str] = rules["levels"]
        self._usual = {
            name: [str(code) for code in (codes if isinstance(codes, list) else [codes])]
            for name, codes in rules["regions"].items()
        }
        self._functions = {name: key for key, names in rules["offices"].items() for name in names}
        functions = any_of(name.lower() for name in self._functions)
        self._short = re.compile(
            rf"(?<![A-Za-z])(?:(?P<level>provincial|municipal|city|county|district) )?(?P<function>{functions}) "
            r"(?:office|bureau|department|commission|government)(?![A-Za-z]| of )"
        )

    def find(self, text: str, taken: bytearray) -> list[Mention]:
        """Return every agency and region in a cleaned text, in order; none that touches a place in `taken`."""
        runs = [match for match in _RUN.finditer(text) if not any(taken[match.start() : match.end()])]
        said = self._said(runs)
        agencies: list[Mention] = []
        regions: list[Mention] = []
        for run in runs:
            own = [self._agency(text, start, end, said) for start, end in self._organisations(run)]
            agencies += own
            regions += self._places(run, own, said)
        again = [*self._named_again(text, taken, agencies), *self._of_places(text, agencies, said)]
        inside = {place for one in again for place in range(one.start, one.end)}  # the Shaoyang of the Shaoyang bureau
        left = (one for one in (*agencies, *regions) if one.start not in inside)
        return sorted([*left, *again], key=lambda one: one.start)

    @cached_property
    def _codes(self) -> dict[str, list[str]]:
        """The regions of each name in English, as `_key` writes it: as it is usually spelt, else as it may be read."""
        usual: dict[str, list[str]] = defaultdict(list)
        possible: dict[str, list[str]] = defaultdict(list)
        for name, codes in self._usual.items():
            usual[_key(name)] += codes
        named = {code for codes in self._usual.values() for code in codes}
        for region in self._regions.all():
            if region.code in named:
                continue
            for name in {short_name(region), region.name}:
                for spelt in _spelt(lazy_pinyin(name)):
                    usual[spelt].append(region.code)
                for spelt in _readings(name):
                    possible[spelt].append(region.code)
        return possible | usual

    @cached_property
    def _parted(self) -> frozenset[str]:
        """Short names that an apostrophe parts, without it: Jian and Xian are names of people more often."""
        names = (lazy_pinyin(short_name(one)) for one in self._regions.all())
        return frozenset("".join(one).capitalize() for one in names if any(part[0] in "aoe" for part in one[1:]))

    def _said(self, runs: Iterable[re.Match[str]]) -> list[str]:
        """Return the provinces and cities that the text names beyond doubt."""
        said: list[str] = []
        for run in runs:
            words = run.group().split()
            for at in range(len(words)):
                place = self._place(words[at:])
                upper = [one for one in place.codes if self._level(one) in {"province", "city"}] if place else []
                if len(upper) == 1 and upper[0] not in said:
                    said.append(upper[0])
        return said

    def _place(self, words: Sequence[str]) -> _Place | None:
        """Return the region that words begin with, with the level that follows it."""
        for count in range(min(_LONGEST_PLACE, len(words)), 0, -1):
            name = " ".join(words[:count])
            if count > 1 and name not in self._usual:
                continue  # Li Yang is somebody, Liyang a city
            codes = tuple(dict.fromkeys(self._codes.get(_key(name), ())))
            if not codes or not name[0].isupper() or (len(name) == _LEAST and name in self._parted):
                continue
            for skipped, size in ((0, 2), (1, 2), (0, 1)):  # Dali Bai Autonomous Prefecture
                words_of_level = words[count + skipped : count + skipped + size]
                level = self._levels.get(" ".join(words_of_level))
                if level and len(words_of_level) == size:
                    fitting = tuple(one for one in codes if self._fits(one, level))
                    return _Place(count + skipped + size, fitting, level) if fitting else None
            return _Place(count, codes, None) if len(_key(name)) >= _LEAST else None
        return None

    def _fits(self, code: str, level: str) -> bool:
        """A county-level city is a city in English; so is a municipality under the central government."""
        region = self._regions.get(code)
        return region is not None and (region.level == level or (level == "city" and region.name.endswith("市")))

    def _level(self, code: str) -> str | None:
        region = self._regions.get(code)
        return region.level if region else None

    def _chosen(self, place: _Place, said: Sequence[str]) -> str | None:
        """Return the one region that is meant: a province, else one inside what the text names, else a city."""
        around = [one for one in said if one not in place.codes]
        inside = {one for one in place.codes if any(self._regions.inside(one, two) for two in around)}
        for codes in (
            place.codes,
            [one for one in place.codes if self._level(one) == "province"],
            [one for one in inside if self._level(one) == "city"],
            inside,
            [one for one in place.codes if self._level(one) == "city"],
        ):
            if len(codes) == 1:
                return next(iter(codes))
        return None

    def _organisations(self, run: re.Match[str]) -> Iterator[tuple[int, int]]:
        """Yield the spans of the organisations in a run of capitalised words: "and" parts two whole names."""
        tokens = _words(_TOKEN, run)
        parts: list[list[_Word]] = [[]]
        for token in tokens:
            if token[0] == "and" and any(self._is_head(word) for word, _, _ in parts[-1]):
                parts.append([])
            else:
                parts[-1].append(token)
        for part in parts:
            heads = [at for at, (word, _, _) in enumerate(part) if self._is_head(word)]
            if not heads:
                continue
            first = 0
            for at, (word, _, _) in enumerate(part[: heads[0]]):
                if word in self._not_first or word in {"of", "the", "for"}:
                    first = at + 1
            last = heads[-1]
            if part[last + 1 :] and part[last + 1][0] == "of":  # Branch of the Bank of Changsha
                last = len(part) - 1
            if last > first:
                yield part[first][1], part[last][2]

    def _is_head(self, word: str) -> bool:
        return word in self._heads or word.startswith("Co.")

    def _agency(self, text: str, start: int, end: int, said: Sequence[str]) -> Mention:
        name = text[start:end].replace("’", "'")
        words = name.split()
        national = next((one for one in self._national if name == one or name.startswith(f"{one} ")), None)
        if national:
            return self._national_body(start, end, name, national, said)
        place = self._place(words)
        code = self._chosen(place, said) if place else None
        rest = words[place.words :] if place else words
        below = self._place(rest) if code else None
        inner = self._chosen(below, [code]) if code and below else None
        if code and below and inner and self._regions.inside(inner, code):  # Taiyuan Xiaodian District
            code, rest = inner, rest[below.words :]
        region = self._regions.get(code)
        function = self._function(rest) if region else None
        if region is None or function is None:
            why = "an organisation's name in English"
            level, where = (region.level, region.code) if region else (None, None)
            return Mention(start, end, "agency", name, None, level, where, why, 0.8, "english_name")
        own = self._gazetteer.by_key(f"{function}@{region.code}")
        known, official = (own[0].id, own[0].name) if len(own) == 1 else (f"{function}-{region.code}", name)
        why = f"the office for {function} of {region.name}"
        return Mention(start, end, "agency", official, known, region.level, region.code, why, 0.9, "english_office")

    def _national_body(self, start: int, end: int, name: str, national: str, said: Sequence[str]) -> Mention:
        body = self._gazetteer.agency(self._national[national])
        place = self._place(name.removeprefix(national).split())
        code = self._chosen(place, said) if place else None
        if body is None or (name != national and code is None):
            why = "an organisation's name in English"
            return Mention(start, end, "agency", name, None, "central", None, why, 0.8, "english_name")
        if code is None:
            return Mention(
                start, end, "agency", body.name, body.id, "central", body.region, "its name", 0.95, "english_name"
            )
        why = f"the office of {body.name} at {code}"
        return Mention(start, end, "agency", name, f"{body.id}-{code}", "central", code, why, 0.9, "english_office")

    def _function(self, words: Sequence[str]) -> str | None:
        """Return what an office is for: Civil Affairs Bureau, Department of Finance, People's Government."""
        if not words or not self._organs & {words[0], words[-1]}:
            return None
        if words[-1] in self._organs:
            return self._functions.get(" ".join(words[:-1])) or ("government" if words == ["Government"] else None)
        return self._functions.get(" ".join(words[2:])) if words[1:2] == ["of"] else None

    def _named_again(self, text: str, taken: bytearray, agencies: Sequence[Mention]) -> Iterator[Mention]:
        """The provincial audit office: the one of that function that the text names in full."""
        known: dict[str, dict[str, Mention]] = defaultdict(dict)
        for one in agencies:
            if one.id and one.region and one.id.endswith(f"-{one.region}"):
                known[one.id.removesuffix(f"-{one.region}")].setdefault(one.id, one)
        keys = {name.lower(): key for name, key in self._functions.items()}
        for match in self._short.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            level = self._levels.get((match.group("level") or "").capitalize())
            fitting = [
                one for one in known[keys[match.group("function")]].values() if level is None or level == one.level
            ]
            if len(fitting) == 1:
                yield _same(match, fitting[0])
            else:
                why = "an office that the text does not name in full"
                name = match.group()
                yield Mention(*match.span(), "agency", name, None, level, None, why, 0.6, "english_short")

    def _of_places(self, text: str, agencies: Sequence[Mention], said: Sequence[str]) -> Iterator[Mention]:
        """The Shaoyang bureau: the only one of that region that the text names in full."""
        known: dict[str, dict[str, Mention]] = defaultdict(dict)
        for one in agencies:
            if one.id and one.region:
                known[one.region].setdefault(one.id, one)
        for match in _OF_PLACE.finditer(text):
            place = self._place([match.group("place")])
            code = self._chosen(place, said) if place else None
            if code and len(known[code]) == 1:
                yield _same(match, next(iter(known[code].values())))

    def _places(self, run: re.Match[str], found: Sequence[Mention], said: Sequence[str]) -> Iterator[Mention]:
        """Yield the regions in a run of capitalised words that are no part of an organisation's name in it."""
        tokens = _words(_BETWEEN_BLANKS, run)
        at = 0
        while at < len(tokens):
            place = self._place([word for word, _, _ in tokens[at:]])
            code = self._chosen(place, said) if place else None
            region = self._regions.get(code)
            start, end = tokens[at][1], tokens[at + place.words - 1][2] if place else tokens[at][2]
            if (
                place is None
                or region is None
                or not self._may_stand(place, region, said)
                or _inside(start, end, found)
            ):
                at += 1
                continue
            why = f"the name {run.string[start:end]}"
            yield Mention(
                start, end, "region", region.name, region.code, region.level, region.code, why, 0.9, "english_region"
            )
            at += place.words

    def _may_stand(self, place: _Place, region: Region, said: Sequence[str]) -> bool:
        """A county needs the word County or its like, or to lie in what the text names."""
        return (
            place.level is not None
            or region.level in {"province", "city"}
            or any(region.code != one and self._regions.inside(region.code, one) for one in said)
        )


def _words(pattern: re.Pattern[str], run: re.Match[str]) -> list[_Word]:
    """Return the words of a run, each with where it stands in the text."""
    return [(one.group(), run.start() + one.start(), run.start() + one.end()) for one in pattern.finditer(run.group())]


def _same(match: re.Match[str], first: Mention) -> Mention:
    """Return a short name as a mention of the agency that it stands for."""
    why = f"{match.group()} stands for {first.name}"
    start, end = match.span()
    return replace(first, start=start, end=end, explanation=why, confidence=0.85, rule="english_short")


def _inside(start: int, end: int, found: Sequence[Mention]) -> bool:
    return any(one.start < end and start < one.end for one in found)


def _key(name: str) -> str:
    return _APOSTROPHES.sub("", name).lower().replace("ü", "u")


def _spelt(syllables: Iterable[str]) -> set[str]:
    """Return how syllables may be written: Lüliang as luliang and lyuliang."""
    word = "".join(syllables)
    return {word, re.sub("([ln])v", r"\1u", word), re.sub("([ln])v", r"\1yu", word)}


@cache
def _syllables(character: str) -> tuple[str, ...]:
    return tuple(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def _readings(name: str) -> Iterator[str]:
    """Yield every way a short name may be read: pypinyin takes 长治 for zhangzhi, and 漯河 for tahe."""
    if len(name) <= _LONGEST_READ:
        syllables = (_syllables(one) for one in name)
        for reading in islice(product(*syllables), _MOST_READINGS):
            yield from _spelt(reading)
