"""Text encodings of case files: UTF-8 with or without BOM, GB18030; UTF-16 where its marks are plain to see."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

_CHUNK = 1 << 22
_SHORT = 1 << 16
"""Only a file with a few Chinese characters can be both; so many bytes are looked at once more."""
_STRANGE = re.compile("[\u0250-\u036f\u0530-\u07ff]")
"""Phonetic letters, marks, and the letters from Armenian to N'Ko: what characters of GB 2312 look like in UTF-8."""
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def detect(path: Path) -> str | None:
    """Return the first encoding in which the whole file decodes, or None if it does in none of them."""
    with path.open("rb") as stream:
        start = stream.read(512)
    if utf16 := _utf16(start):
        return utf16 if _decodes(path, utf16) else None
    found = next((name for name in ("utf-8-sig", "gb18030") if _decodes(path, name)), None)
    return "gb18030" if found == "utf-8-sig" and _is_only_by_chance_utf8(path) else found


def _is_only_by_chance_utf8(path: Path) -> bool:
    """Whether a short file in GB18030 decodes as UTF-8 too, as 通知 does: into marks that stand together nowhere.

    Then all its characters take two bytes in UTF-8, where Chinese ones take three, and are those of GB 2312.
    """
    if path.stat().st_size > _SHORT:
        return False
    data = path.read_bytes()
    others = [one for one in data.decode("utf-8-sig") if one > "\x7f"]
    if max(others, default="") > "\u07ff" or not any(_STRANGE.match(one) for one in others):
        return False
    try:
        data.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True


def damaged_encoding(path: Path) -> str:
    """Return the encoding in which to read a file that decodes in none: UTF-16 where it looks so, else UTF-8."""
    with path.open("rb") as stream:
        return _utf16(stream.read(512)) or "utf-8-sig"


def _utf16(start: bytes) -> str | None:
    """Return the UTF-16 that a file opens in: a byte-order mark says so, or a header whose every other byte is NUL."""
    if start.startswith(_BOMS):
        return "utf-16"
    if len(start) >= 4 and start[1:4:2] == b"\0\0" and 0 not in start[0:4:2]:
        return "utf-16-le"
    if len(start) >= 4 and start[0:4:2] == b"\0\0" and 0 not in start[1:4:2]:
        return "utf-16-be"
    return None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def to_utf8(path: Path, encoding: str | None, target: Path) -> None:
    """Write the file's text to `target` as UTF-8; with no encoding, U+FFFD stands for what cannot be read."""
    name, errors = (encoding, "strict") if encoding else (damaged_encoding(path), "replace")
    with (
        path.open(encoding=name, errors=errors, newline="") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
