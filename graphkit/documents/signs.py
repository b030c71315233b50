"""Text in which what has been recognised stands as signs of the same length: rules speak of {agency} or {date}.

A recognised piece becomes one opening sign and as many continuing signs as it has further characters: every offset
stays what it was, and two agencies side by side stay two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from graphkit.documents.lexicon import rule_file

_KINDS = ("agency", "region", "date", "amount", "rate", "number", "count", "title")
_OPEN = {kind: chr(0xE101 + index) for index, kind in enumerate(_KINDS)}
_NEXT = {kind: chr(0xE201 + index) for index, kind in enumerate(_KINDS)}
_HURT = "\ue0ff"
_CONTINUING = re.compile("[\ue200-\ue2ff]+")
_FIGURES = re.compile(r"[\d.,%〇零一二两三四五六七八九十百千万亿]+")

_FRAGMENTS = {
    **{kind: f"(?:{_OPEN[kind]}{_NEXT[kind]}*)" for kind in _KINDS},
    "clause": "[^，。；！？：\n]",
    "task": "[^，。；！？：）\n]",
    "sentence": "[^。；！？\n]",
    "han": "[\u4e00-\u9fff]",
}
_BETWEEN = r"[ \t]*(?:[、，和及与或]|以及|等(?:(?:有关|相关)?(?:部门|单位)[和及与、])?)?[ \t]*"
_FRAGMENTS["agencies"] = f"(?:{_FRAGMENTS['agency']}(?:{_BETWEEN}{_FRAGMENTS['agency']})*)"


def with_signs(text: str, pieces: Iterable[tuple[int, int, str]], hurt: bytearray) -> str:
    """Return the text with signs in the place of `pieces` (start, end, kind); the later ones win; `hurt` places too."""
    characters = list(text)
    for start, end, kind in pieces:
        characters[start:end] = _OPEN[kind] + _NEXT[kind] * (end - start - 1)
    for index, one in enumerate(hurt):
        if one:
            characters[index] = _HURT
    return "".join(characters)


def plain(signs: str) -> str:
    """Return words with each recognised piece as one sign, and every figure as #."""
    return _FIGURES.sub("#", _CONTINUING.sub("", signs))


def grams(signs: str, sizes: Sequence[int]) -> Iterator[str]:
    """Yield the groups of so many characters in words, as `plain` has them."""
    words = plain(signs)
    for size in sizes:
        for at in range(len(words) - size + 1):
            yield words[at : at + size]


@cache
def compile_rule(pattern: str) -> re.Pattern[str]:
    """Return a rule's pattern with its {fragments} filled in. KeyError never: unknown braces are left to `re`."""
    for name, fragment in {**_FRAGMENTS, "n": rule_file("quantities.yaml")["number"]}.items():
        pattern = pattern.replace("{" + name + "}", fragment)
    return re.compile(pattern)
