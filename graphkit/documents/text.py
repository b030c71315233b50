"""Cleaning of a text, with a map from each cleaned character back to the original.

What is cleaned: pinyin in half-width brackets after a Han character (a garbling of scraped pages), rests of HTML, full
and half width, doubled punctuation, blanks inside words, lines broken by a page's width, traditional characters. A
place that was destroyed is left exactly as it is and reported.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import opencc
import yaml

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_SYLLABLE = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    r"(?:iang|iong|uang|ueng|ang|eng|ing|ong|iao|ian|uai|uan|van|ai|ei|ui|ao|ou|iu|ie|ue|ve|er|an|en|in|un|vn|ia|ua|uo|a|o|e|i|u|v|n|m|ng)r?",
)
_BRACKETED = re.compile(r"(?<=[\u3400-\u9fff])\(([a-zA-Z\u00c0-\u024f\u0300-\u030c\u1e00-\u1eff]{1,14})\)")
_LETTERS = r"[a-zü]*[" + _TONED + r"][a-zü]*"
_NEUTRAL = frozenset(("de", "le", "me", "men", "zi", "ma", "ne", "ba", "zhe", "ge", "la", "ya"))
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff〇]")
# What HTML leaves behind where somebody copied a page's source: tags, and characters by name.
_TAG = re.compile(
    r"</?(?P<name>p|div|br|h[1-6]|li|ul|ol|tr|table|tbody|span|strong|b|i|u|em|font|a|td|th|img|center|section|o:p)"
    r"(?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"<>]{0,400}\"|'[^'<>]{0,400}'|[^\s\"'<>]{1,400})){0,20}\s*/?>",
    re.IGNORECASE,
)
_NAMED = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")
_LINE_TAGS = frozenset(("p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "table"))
_WIDE = str.maketrans({",": "，", ";": "；", ":": "：", "?": "？", "!": "！"})
_DOUBLED = frozenset("，、；：。,")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
_BLANK_BESIDE_DIGIT = re.compile(
    r"(?<=[\u3400-\u9fff〇〔〕（）])[ ]+(?=[0-9〔〕（）])|(?<=[0-9%〔〕（）])[ ]+(?=[\u3400-\u9fff〇〔〕])"
)
_SPACED_OUT = re.compile(
    r"(?<![\u3400-\u9fff])[\u3400-\u9fff](?:[ \t]{1,2}[\u3400-\u9fff](?![\u3400-\u9fff]))+[ \t]{1,2}[\u3400-\u9fff]"
)
# A blank within a sentence: not the wide blank between a date and an office, nor one of a table's line. It counts
# where a mark comes after it in its line.
_STREWN = re.compile(
    r"(?<=[\u3400-\u9fff，、。；：“”])(?<![条章款])[ ](?=[\u3400-\u9fff，、。；：“”])"
    r"(?![^，。；：\n]{4,8}：)"
)
_BLANKS_STREWN = 4
# 9 736 825.60元: a blank after each three digits (表1 250元 and 城关镇 3 250元 are two things each); and, where blanks
# are strewn, 29. 6万元 and 8 5%.
_GROUPED = re.compile(
    r"(?:[\u3400-\u9fff，、（：](?<![表图件第号条])|(?<=[\u3400-\u9fff：]) (?=\d{1,3} \d{3} \d))"
    r"(?P<number>\d{1,3}(?: \d{3})+(?!\d)(?:\.\d+)?)(?= ?[\u3400-\u9fff%])"
)
_TORN = re.compile(
    r"[\u3400-\u9fff，、（](?<![表图件第号条]) ?(?P<number>\d+(?: \d+| ?\. ?\d+){1,2})(?= ?[\u3400-\u9fff%])"
)
# 21 .6万元, and 58. 24万元 within a sentence: one number (问题1. 24万元 is an item and an amount).
_POINT = re.compile(
    r"(?<!\d)(?P<number>\d+ \. ?\d+)(?= ?[\u3400-\u9fff%])"
    r"|[\u3400-\u9fff）](?<![表图件第号条章款项题点之])(?P<after>\d+\. \d+)(?= ?(?:[千百十]?[万亿]|元|%|个百分点))"
)
_UNFINISHED = re.compile(
    r"\d\.?\n(?:[年月日元万亿个户人名处项家条件笔吨亩]|\d+ ?[年月日元万亿个户人名%])|[年月]\n(?:[至到] ?)?\d+ ?[月日]"
)
# What begins something new: an item of a list, or a field with its name.
_ITEM = re.compile(r"[（(]?[一二三四五六七八九十\d]+[）)、.．](?!\d)|[-—–●■◆•·]|[附第]|[^，。；：\n]{2,10}：")
_IN_SENTENCE = re.compile(r"[。；][^。；]+$|^[^。；]*：[^。；]{8,}$")
_INDENTED_ITEM = re.compile(r"[ \u3000]{2,4}[（(]?\d{1,2}[）)、.．](?!\d)")
_IN_A_CLAUSE = re.compile(r"[，。；][^。；]+$|^[^。]*：[^。；]{8,}$")
_TOLD = re.compile("[，。；]")
_LINES_CUT = 4
_LINE_FULL = 0.85
_LINE_FULL_ON_A_PAGE = 0.75
_LINE_WIDEST = 180


@dataclass(frozen=True, slots=True)
class Damage:
    """A place of the original that cannot be read: its span, what shows it, and a reading that a person may confirm."""

    start: int
    end: int
    kind: str
    note: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """`raw` as found, `clean` as read by the rules; `starts[i]` and `ends[i]` are the raw span of clean character i.

    `repairs` counts what was cleaned, by kind; `damages` are spans in `raw`.
    """

    raw: str
    clean: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    damages: tuple[Damage, ...]
    repairs: dict[str, int]

    def to_raw(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original for a span of the cleaned text. ValueError for an empty or outside span."""
        if not 0 <= start < end <= len(self.clean):
            raise ValueError(f"no span of the cleaned text: {start}-{end}")
        return self.starts[start], self.ends[end - 1]

    def to_clean(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the cleaned text that comes from a span of the original; empty if all was removed."""
        first = bisect_right(self.ends, start)
        return first, max(first, bisect_left(self.starts, end))

    def quote(self, start: int, end: int) -> str:
        """Return the original's words for a span of the cleaned text."""
        begin, stop = self.to_raw(start, end)
        return self.raw[begin:stop]

    def damage_at(self, start: int, end: int) -> Damage | None:
        """Return the first damage that touches a span of the original."""
        return next((one for one in self.damages if one.start < end and start < one.end), None)


@dataclass(slots=True)
class _Draft:
    """The text on its way: characters with their spans in the original, rebuilt by each step."""

    characters: list[str]
    starts: list[int]
    ends: list[int]

    def text(self) -> str:
        return "".join(self.characters)

    def keep(self, kept: Callable[[int], bool]) -> None:
        indexes = [index for index in range(len(self.characters)) if kept(index)]
        self.characters = [self.characters[index] for index in indexes]
        self.starts = [self.starts[index] for index in indexes]
        self.ends = [self.ends[index] for index in indexes]


def clean(raw: str, *, wrapped: bool = False) -> Text:
    """Clean a text. `wrapped`: its lines are those of a page, so a line break may stand in the middle of a sentence."""
    pinyin = _pinyin(raw)
    damages = _find_damages(raw, pinyin)
    hurt = bytearray(len(raw))
    for damage in damages:
        hurt[damage.start : damage.end] = b"\1" * (damage.end - damage.start)
    drop = bytearray(len(raw))
    repairs = {"pinyin": 0, "markup": 0, "width": 0, "doubled": 0, "blank": 0, "line": 0, "traditional": 0}
    for start, end in pinyin:
        if not any(hurt[start:end]):
            drop[start:end] = b"\1" * (end - start)
            repairs["pinyin"] += 1
    indexes = [index for index in range(len(raw)) if not drop[index]]
    draft = _Draft([raw[index] for index in indexes], indexes, [index + 1 for index in indexes])
    _fix_markup(draft, hurt, repairs)
    _fix_width(draft, hurt, repairs)
    _fix_doubled(draft, repairs)
    _fix_lines(draft, repairs, wrapped)
    _fix_blanks(draft, repairs)
    _fix_traditional(draft, hurt, repairs)
    return Text(raw, draft.text(), tuple(draft.starts), tuple(draft.ends), tuple(damages), repairs)


def _pinyin(raw: str) -> list[tuple[int, int]]:
    """Return the spans of bracketed pinyin after a Han character, brackets included."""
    found = [(match.span(), _plain(match.group(1))) for match in _BRACKETED.finditer(raw)]
    toned = [(span, plain) for span, (plain, tones) in found if tones == 1 and _SYLLABLE.fullmatch(plain)]
    garbled = len(toned) >= 3
    neutral = [span for span, (plain, tones) in found if garbled and tones == 0 and plain in _NEUTRAL]
    return sorted([span for span, _ in toned] + neutral)


def _plain(syllable: str) -> tuple[str, int]:
    """Return a syllable without its tone marks (ü as v), and how many it has."""
    plain: list[str] = []
    tones = 0
    for letter in unicodedata.normalize("NFD", syllable):
        if letter in "\u0300\u0301\u0304\u030c":
            tones += 1
        elif letter == "\u0308" and plain and plain[-1] == "u":
            plain[-1] = "v"
        else:
            plain.append(letter)
    return "".join(plain), tones


@cache
def _damage_rules() -> tuple[int, list[tuple[str, re.Pattern[str]]], list[tuple[re.Pattern[str], str]]]:
    data = yaml.safe_load((files("graphkit.documents") / "rules" / "damage.yaml").read_text(encoding="utf-8"))
    signs = [(sign["kind"], re.compile(sign["pattern"].replace("{pinyin}", _LETTERS))) for sign in data["signs"]]
    suggestions = [(re.compile(one["pattern"]), one["reading"]) for one in data["suggestions"]]
    return data["join"], signs, suggestions


def _find_damages(raw: str, pinyin: list[tuple[int, int]]) -> list[Damage]:
    join, signs, suggestions = _damage_rules()
    closed = {end for _, end in pinyin}
    places = sorted(
        (match.start(), match.end(), kind)
        for kind, pattern in signs
        for match in pattern.finditer(raw)
        if not (kind == "broken_brackets" and match.end() in closed)
    )
    merged: list[tuple[int, int, str]] = []
    for place in places:
        before = merged[-1] if merged else None
        if before and place[0] - before[1] <= join and "\n" not in raw[before[1] : place[0]]:
            merged[-1] = (before[0], max(before[1], place[1]), before[2])
        else:
            merged.append(place)
    damages = []
    for start, end, kind in merged:
        reading = next((text for pattern, text in suggestions if pattern.fullmatch(raw, start, end)), None)
        note = f"characters {start}-{end} cannot be read: {raw[start:end]!r}"
        damages.append(Damage(start, end, kind, note, reading))
    return damages


def _fix_markup(draft: _Draft, hurt: bytearray, repairs: dict[str, int]) -> None:
    """Take out the tags of HTML, or end a line where they do; a character by its name becomes that character."""
    text = draft.text()
    found = [(one, "\n" if one.group("name").lower() in _LINE_TAGS else "") for one in _TAG.finditer(text)]
    found += [(one, html.unescape(one.group())) for one in _NAMED.finditer(text)]
    removed: set[int] = set()
    for match, character in found:
        start, end = match.span()
        if len(character) > 1 or any(hurt[draft.starts[start] : draft.ends[end - 1]]):
            continue  # no name that HTML knows, or a damaged place
        removed.update(range(start + len(character), end))
        if character:
            draft.characters[start], draft.ends[start] = character, draft.ends[end - 1]
        repairs["markup"] += 1
    draft.keep(lambda index: index not in removed)


def _fix_width(draft: _Draft, hurt: bytearray, repairs: dict[str, int]) -> None:
    """Full-width letters and digits become half-width; half-width punctuation beside Han characters full-width."""
    before = list(draft.characters)
    for index, character in enumerate(before):
        if character >= "\x80" and not hurt[draft.starts[index]]:
            draft.characters[index] = _narrow(character)
    _widen_punctuation(draft, hurt)
    repairs["width"] += sum(old != new for old, new in zip(before, draft.characters, strict=True))
    draft.keep(lambda index: draft.characters[index] not in _INVISIBLE and draft.characters[index] != "\r")


def _narrow(character: str) -> str:
    """Return the one form in which the rules know a character."""
    if "\uff01" <= character <= "\uff5e" and character not in "，；：（）？！":
        return chr(ord(character) - 0xFEE0)
    if character in "\u00a0\u3000\u2002\u2003\u2009":
        return " "
    if "\u2f00" <= character <= "\u2fdf" or "\uf900" <= character <= "\ufad9":
        return unicodedata.normalize("NFKC", character)
    return "\n" if character in "\u2028\u2029\x85" else character


def _widen_punctuation(draft: _Draft, hurt: bytearray) -> None:
    """Brackets are widened in pairs: 发展(SME) has a Han character on one side only."""
    characters = draft.characters
    opened: list[tuple[int, bool]] = []
    for index, character in enumerate(characters):
        if hurt[draft.starts[index]]:
            continue
        wide = any(_is_wide(one) for one in characters[max(0, index - 1) : index + 2] if one not in "()（）")
        if character in "(（":
            opened.append((index, wide or character == "（"))
        elif character in ")）" and opened:
            start, open_wide = opened.pop()
            if wide or open_wide or character == "）":
                characters[start], characters[index] = "（", "）"
        elif character in ",;:?!" and wide:
            characters[index] = character.translate(_WIDE)
        elif character == "\n":
            opened.clear()


def _is_wide(character: str) -> bool:
    return "\u3001" <= character <= "\u9fff" or character in "，；：（）？！“”‘’—…"


def _fix_doubled(draft: _Draft, repairs: dict[str, int]) -> None:
    characters = draft.characters
    keep = [True] * len(characters)
    first = 0
    for index in range(1, len(characters)):
        if characters[index] == characters[first] and characters[index] in _DOUBLED:
            keep[index] = False
            draft.ends[first] = draft.ends[index]
            repairs["doubled"] += 1
        else:
            first = index
    draft.keep(lambda index: keep[index])


def _fix_lines(draft: _Draft, repairs: dict[str, int], wrapped: bool) -> None:
    """Take out a line break that only a page's width put there: after a full line that does not end a sentence."""
    lines = draft.text().split("\n")
    widths = sorted(_width(line) for line in lines if line.strip())
    if len(widths) < 3:
        return
    widest = widths[-1] if wrapped else widths[int(len(widths) * 0.9)]
    wrapped = wrapped or _looks_wrapped(lines, widest)
    even = widths[len(widths) // 2] >= widest * _LINE_FULL
    if widest > _LINE_WIDEST:
        return
    removed: set[int] = set()
    position = 0
    goes_on = False  # the line goes on with the sentence of the line before
    for line, following in pairwise(lines):
        position += len(line) + 1
        text, after = line.rstrip(), following.lstrip()
        full = (wrapped or even) and _width(line) >= widest * (_LINE_FULL_ON_A_PAGE if wrapped else _LINE_FULL)
        told = (goes_on or (_IN_A_CLAUSE if wrapped else _IN_SENTENCE).search(text)) and _TOLD.search(after)
        indented = len(following) - len(after) >= 2
        unfinished = _UNFINISHED.search(f"{text}\n{after}") is not None
        item = wrapped and _INDENTED_ITEM.match(line)  # the next line stands further left: the item goes on
        goes_on = not indented and (unfinished or bool((full or told or item) and _cut(line, following)))
        if goes_on:
            tail = len(line) - len(text)
            head = len(following) - len(after)
            removed.update(range(position - 1 - tail, position + head))
            repairs["line"] += 1
    draft.keep(lambda index: index not in removed)


def _width(line: str) -> int:
    """Return how wide a line is: two for a Han character, one for a letter or digit."""
    return sum(2 if one >= "\u2e80" else 1 for one in line.strip())


def _cut(line: str, following: str) -> bool:
    """Return whether a sentence may go on from a line to the next."""
    text, after = line.rstrip(), following.lstrip()
    return (
        bool(text and after)
        and not any(one in line + following for one in "\t|｜")
        and text[-1] not in "。！？；：—"
        and not _ITEM.match(after)
        and bool(_HAN.search(text[-1] + after[0]))
    )


def _looks_wrapped(lines: Sequence[str], widest: int) -> bool:
    """Return whether most long lines end in the middle of a sentence, as only those of a page do."""
    long = [_cut(line, after) for line, after in pairwise(lines) if _width(line) >= widest * _LINE_FULL_ON_A_PAGE]
    return sum(long) >= _LINES_CUT and 2 * sum(long) > len(long)


def _fix_blanks(draft: _Draft, repairs: dict[str, int]) -> None:
    """Take out blanks between Han characters and digits, within numbers, and between Han characters one by one.

    Where blanks stand all over the sentences, every single one beside a Han character is taken out.
    """
    text = draft.text()
    removed: set[int] = set()
    for match in _BLANK_BESIDE_DIGIT.finditer(text):
        removed.update(range(*match.span()))
    for match in _SPACED_OUT.finditer(text):
        removed.update(index for index in range(*match.span()) if text[index] in " \t")
    strewn = [place for place in _strewn(text) if place not in removed]
    numbers = [_GROUPED]
    if len(strewn) >= _BLANKS_STREWN and len(strewn) * 200 >= len(text):
        removed.update(strewn)
        numbers.append(_TORN)
    spans = [match.span("number") for pattern in numbers for match in pattern.finditer(text)]
    spans += [match.span(match.lastgroup or 0) for match in _POINT.finditer(text)]
    for span in spans:
        removed.update(index for index in range(*span) if text[index] == " ")
    repairs["blank"] += len(removed)
    draft.keep(lambda index: index not in removed)


def _strewn(text: str) -> Iterator[int]:
    """Yield the places of blanks within sentences."""
    begin = 0
    for line in text.split("\n"):
        end = begin + max(line.rfind(mark) for mark in "，。；：")
        yield from (begin + one.start() for one in _STREWN.finditer(line) if begin + one.start() < end)
        begin += len(line) + 1


@cache
def _converter() -> Callable[[str], str]:
    converter = opencc.OpenCC("t2s")

    def convert(text: str) -> str:
        return str(converter.convert(text))

    return convert


def _fix_traditional(draft: _Draft, hurt: bytearray, repairs: dict[str, int]) -> None:
    """Convert to simplified, clause by clause, so that a change of length cannot shift the rest of the text."""
    convert = _converter()
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for clause in _clauses(draft, hurt):
        last = position + len(clause)
        spans = zip(draft.starts[position:last], draft.ends[position:last], strict=True)
        converted = clause if hurt[draft.starts[position]] or clause.isascii() else convert(clause)
        pieces = list(converted) if len(converted) == len(clause) else [convert(one) for one in clause]
        position = last
        repairs["traditional"] += sum(old != new for old, new in zip(clause, pieces, strict=True))
        for piece, (start, end) in zip(pieces, spans, strict=True):
            characters += piece
            starts += [start] * len(piece)
            ends += [end] * len(piece)
    draft.characters, draft.starts, draft.ends = characters, starts, ends


def _clauses(draft: _Draft, hurt: bytearray) -> list[str]:
    """Split at punctuation, and around damaged places, which stay as they are."""
    parts: list[str] = []
    begin = 0
    characters, starts = draft.characters, draft.starts
    for index in range(1, len(characters) + 1):
        if (
            index == len(characters)
            or characters[index - 1] in "。，；、！？：\n"
            or hurt[starts[index]] != hurt[starts[index - 1]]
        ):
            parts.append("".join(characters[begin:index]))
            begin = index
    return parts
