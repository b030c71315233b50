"""Files to documents: plain text, HTML, Word, PDF with a text layer, and zip archives of these.

The format is told by the content, not the name. Nothing in a document is executed, and nothing that it refers to is
fetched. What cannot be read is refused with one line, or reported in the document's warnings and damages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from graphkit.documents import archive, limits
from graphkit.documents.docx import read_docx
from graphkit.documents.encoding import decode
from graphkit.documents.html import looks_like_html, read_html
from graphkit.documents.model import Document, Part
from graphkit.documents.pdf import read_pdf
from graphkit.documents.text import clean
from graphkit.model.errors import InputError

_TYPES = "[Content_Types].xml"
_WORD = b"wordprocessingml.document.main+xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    data: bytes
    format: Literal["txt", "html", "docx", "pdf", "zip"]


def read_document(path: Path) -> Document:
    """Read one document. InputError when it cannot be read, or is an archive that does not hold exactly one."""
    documents = read_documents(path)
    if len(documents) != 1:
        raise InputError(f"{path.name}: the archive holds {len(documents)} documents; read them with read_documents")
    return documents[0]


def read_documents(path: Path, problems: list[str] | None = None) -> list[Document]:
    """Read a document, or every document of a zip in the order of their names. InputError as for `read_document`.

    With `problems`, a file of a zip that cannot be read is told there in one line, and the others are read.
    """
    try:
        size = path.stat().st_size
        if size > limits.MAX_FILE_BYTES:
            raise InputError(f"{path}: {size:,} bytes; at most {limits.MAX_FILE_BYTES:,} are read of one file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    file = _file(path.name, data)
    if file.format != "zip":
        return [_read(file)]
    documents: list[Document] = []
    for name, content in archive.members(data, path.name):
        try:
            documents.append(_read(_member(path.name, name, content)))
        except InputError as error:
            if problems is None:
                raise
            problems.append(str(error))
    return documents


def _file(name: str, data: bytes) -> _File:
    if not data.strip():
        raise InputError(f"{name}: the file is empty")
    if data.startswith(_OLE):
        raise InputError(f"{name}: this is an old Office file (.doc, .xls) or an encrypted one; save it as .docx")
    if b"%PDF-" in data[:1024]:
        return _File(name, data, "pdf")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _File(name, data, _kind_of_zip(name, data))
    suffix = Path(name).suffix.lower()
    if suffix in {".html", ".htm", ".xhtml"} or (suffix not in {".txt", ".md"} and looks_like_html(data)):
        return _File(name, data, "html")
    return _File(name, data, "txt")


def _kind_of_zip(name: str, data: bytes) -> Literal["docx", "zip"]:
    names = archive.names(data, name)
    if _TYPES in names:
        # The main part is mostly called word/document.xml, and by some programs otherwise (word/document2.xml).
        if _WORD in archive.member(data, name, _TYPES):
            return "docx"
        raise InputError(f"{name}: this Office file is no Word document; give txt, html, docx, pdf or a zip of these")
    return "zip"


def _member(archive_name: str, name: str, data: bytes) -> _File:
    file = _file(f"{archive_name}/{name}", data)
    if file.format == "zip":
        raise InputError(f"{file.name}: an archive inside an archive is not read; unpack it first")
    return file


def _read(file: _File) -> Document:
    encoding: str | None = None
    parts: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()
    match file.format:
        case "pdf":
            raw, parts, warnings = read_pdf(file.data, file.name)
        case "docx":
            raw, parts, warnings = read_docx(file.data, file.name)
        case "html":
            source, encoding = decode(file.data, file.name, declared_in_text=True)
            raw, parts = read_html(source, file.name)
        case _:
            raw, encoding = decode(file.data, file.name)
    if len(raw) > limits.MAX_TEXT_CHARACTERS:
        raise InputError(f"{file.name}: {len(raw):,} characters; at most {limits.MAX_TEXT_CHARACTERS:,} are read")
    text = clean(raw, wrapped=file.format == "pdf")
    if not text.clean.strip():
        raise InputError(f"{file.name}: there is no text in it{'; is it scanned?' if file.format == 'pdf' else ''}")
    identity = f"doc-{hashlib.sha256(file.data).hexdigest()[:12]}"
    kind: Literal["txt", "html", "docx", "pdf"] = "txt" if file.format == "zip" else file.format
    return Document(identity, file.name, kind, encoding, text, parts, warnings)
