"""Bytes to text: UTF-8, UTF-16, GB18030, Big5 and what a byte-order mark says; U+FFFD stands for what cannot be read.

GB18030 and Big5 decode each other's bytes without an error, so the choice is made by what comes out: of Chinese text
nearly all characters are among the few thousand common ones, and in the wrong encoding they are not.
"""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from graphkit.model.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 200_000
_PLAUSIBLE = 0.7
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]{3,20})""", re.IGNORECASE)
_NAMES = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs"}


def decode(data: bytes, name: str, *, declared_in_text: bool = False) -> tuple[str, str]:
    """Return the text and the encoding's name; U+FFFD stands for each byte or character that could not be decoded.

    `declared_in_text`: trust a charset that the first bytes declare (HTML), where the bytes do decode in it.
    InputError when the bytes are no text.
    """
    encoding, start = _choose(data, name, declared_in_text)
    text = data[start:].decode(encoding, errors="replace")
    if text.count("\ufffd") > max(20, len(text) // 5):
        raise InputError(f"{name}: more than a fifth of it cannot be read as {encoding}; is it a text file?")
    return text, {"big5hkscs": "big5"}.get(encoding, encoding)


def _choose(data: bytes, name: str, declared_in_text: bool) -> tuple[str, int]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    if b"\0" in data[:_SAMPLE_BYTES]:
        wide = {one: _plausibility(data[:_SAMPLE_BYTES], one) for one in ("utf-16-le", "utf-16-be")}
        best = max(wide, key=lambda encoding: wide[encoding])
        if wide[best] >= _PLAUSIBLE:
            return best, 0
        raise InputError(f"{name}: this is a binary file, not text; give txt, html, docx, pdf or a zip of these")
    if declared_in_text and (found := _DECLARED.search(data[:2048])):
        encoding = _NAMES.get(found.group(1).decode("ascii").lower(), "")
        if encoding and _decodes(data, encoding):
            return encoding, 0
    if _decodes(data, "utf-8"):
        return "utf-8", 0
    sample = data[:_SAMPLE_BYTES]
    scores = {encoding: _plausibility(sample, encoding) for encoding in ("utf-8", "gb18030", "big5hkscs")}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= _PLAUSIBLE:
        return best, 0
    guess = charset_normalizer.from_bytes(sample).best()
    if guess is None:
        raise InputError(f"{name}: its encoding is none of UTF-8, GB18030 or Big5; save it as UTF-8")
    return guess.encoding, 0


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _plausibility(sample: bytes, encoding: str) -> float:
    """Return the part of the non-ASCII characters that are common in Chinese writing, simplified or traditional."""
    text = sample.decode(encoding, errors="replace")
    other = [character for character in text if character > "\x7f"]
    return sum(_is_common(character) for character in other) / len(other) if other else 0.0


def _is_common(character: str) -> bool:
    """Return whether it is in the first level of GB 2312 or of Big5 (each sorted by use), or Chinese punctuation."""
    if character in "，。、；：？！“”‘’（）《》〈〉【】〔〕—…％·　「」『』":
        return True
    simplified = character.encode("gb2312", errors="ignore")
    if len(simplified) == 2 and 0xB0 <= simplified[0] <= 0xD7:
        return True
    traditional = character.encode("big5", errors="ignore")
    return len(traditional) == 2 and 0xA4 <= traditional[0] <= 0xC6
