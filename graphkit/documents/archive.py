"""Zip archives: names and members, with limits that are checked while unpacking, not after."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from graphkit.documents import limits
from graphkit.model.errors import InputError

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_SKIPPED = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def names(data: bytes, name: str) -> list[str]:
    """Return the names of an archive's files. InputError when it is damaged or holds too many."""
    with _open(data, name) as archive:
        return [member.filename for member in archive.infolist()]


def member(data: bytes, name: str, wanted: str) -> bytes:
    """Return the content of one of an archive's files. InputError when it is damaged or beyond a limit."""
    with _open(data, name) as archive:
        return _unpack(archive, archive.getinfo(wanted), f"{name}/{wanted}", limits.MAX_EXPANDED_BYTES)


def members(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield each file of an archive with its content, sorted by name. InputError beyond a limit of `limits`."""
    total = 0
    with _open(data, name) as archive:
        listed = [(_file_name(member), member) for member in archive.infolist() if not member.is_dir()]
        wanted = [one for one in listed if not one[0].startswith(_SKIPPED[0]) and not one[0].endswith(_SKIPPED[1:])]
        if not wanted:
            raise InputError(f"{name}: the archive holds no file")
        for file_name, member in sorted(wanted, key=lambda one: one[0]):
            content = _unpack(archive, member, f"{name}/{file_name}", limits.MAX_EXPANDED_BYTES - total)
            total += len(content)
            yield file_name, content


def check(data: bytes, name: str) -> None:
    """Unpack every part of an Office file within the limits and refuse one that declares XML entities."""
    total = 0
    with _open(data, name) as archive:
        for member in archive.infolist():
            content = _unpack(archive, member, f"{name}/{member.filename}", limits.MAX_EXPANDED_BYTES - total)
            total += len(content)
            if member.filename.endswith((".xml", ".rels")) and _declares_entities(content):
                raise InputError(f"{name}: {member.filename} declares XML entities, as no Word file does; not read")


def _declares_entities(content: bytes) -> bool:
    """Look for a document type in the encodings that XML parsers accept without being told."""
    return any("<!DOCTYPE".encode(encoding) in content[:1_000_000] for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(f"{name}: the archive is damaged: {error}") from None
    if len(archive.infolist()) > limits.MAX_ARCHIVE_MEMBERS:
        raise InputError(f"{name}: more than {limits.MAX_ARCHIVE_MEMBERS:,} files in one archive are not read")
    return archive


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, room: int) -> bytes:
    if member.flag_bits & _ENCRYPTED:
        raise InputError(f"{name}: it is encrypted; unpack it first")
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > 1_000_000 and ratio > limits.MAX_EXPANSION_RATIO:
        raise InputError(
            f"{name}: unpacks to {ratio:,.0f} times its size; at most {limits.MAX_EXPANSION_RATIO} is read"
        )
    try:
        with archive.open(member) as stream:
            content = stream.read(room + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise InputError(f"{name}: cannot be unpacked: {error}") from None
    if len(content) > room:
        raise InputError(
            f"{name}: the archive unpacks to more than {limits.MAX_EXPANDED_BYTES:,} bytes; it is not read"
        )
    return content


def _file_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; archives made on Chinese Windows write it in GBK without saying so."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        plain = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return plain.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename
