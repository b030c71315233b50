"""Text encodings of case files: UTF-8 with or without BOM, GB18030; UTF-16 where a byte-order mark says so."""

from __future__ import annotations

import codecs
from pathlib import Path

_CHUNK = 1 << 22


def detect(path: Path) -> str | None:
    """Return the first encoding in which the whole file decodes, or None if it does in none of them."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _decodes(path, "utf-16") else None
    return next((name for name in ("utf-8-sig", "gb18030") if _decodes(path, name)), None)


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
    with (
        path.open(encoding=encoding or "utf-8", errors="strict" if encoding else "replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
