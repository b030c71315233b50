"""Text out of Word files: paragraphs, table rows, text boxes and footnotes in their order; deleted text is left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from graphkit.documents import archive
from graphkit.documents.model import Part
from graphkit.model.errors import InputError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_NOTES = ("footnotes", "endnotes")


def read_docx(data: bytes, name: str) -> tuple[str, tuple[Part, ...], tuple[str, ...]]:
    """Return the text of a Word file, its parts and warnings. InputError when it is damaged or beyond a limit."""
    archive.check(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile, etree.LxmlError) as error:
        raise InputError(f"{name}: not a Word file: {' '.join(str(error).split())[:200]}") from None
    lines: list[tuple[str, str]] = []
    counts = {"paragraph": 0, "row": 0}
    for kind, text in _blocks(document.element.body):
        counts[kind] += 1
        lines.append((f"{kind} {counts[kind]}", text))
    for relation in sorted(document.part.rels.values(), key=lambda one: str(one.rId)):
        kind = str(relation.reltype).rsplit("/", 1)[-1]
        if kind in _NOTES and not relation.is_external:
            try:
                root = etree.fromstring(relation.target_part.blob, _PARSER)
            except etree.LxmlError as error:
                raise InputError(f"{name}: its {kind} are damaged: {' '.join(str(error).split())[:200]}") from None
            lines += [(f"{kind[:-1]} {number}", text) for number, (_, text) in enumerate(_blocks(root), start=1)]
    parts: list[Part] = []
    position = 0
    for locator, text in lines:
        if text:
            parts.append(Part(locator, position, position + len(text)))
        position += len(text) + 1
    return "\n".join(text for _, text in lines), tuple(parts), ()


def _blocks(container: Any) -> Iterator[tuple[str, str]]:
    """Yield paragraphs and table rows in their order; a text box after the paragraph that holds it."""
    for element in container:
        if element.tag == f"{_W}p":
            yield "paragraph", _text(element)
            for box in element.iter(f"{_W}txbxContent"):
                if not any(parent.tag == f"{_MC}Fallback" for parent in box.iterancestors()):
                    yield from _blocks(box)
        elif element.tag == f"{_W}tr":
            yield "row", "\t".join(_cell(cell) for cell in element.iterchildren(f"{_W}tc"))
        elif element.tag not in {f"{_W}sectPr", f"{_W}tblPr", f"{_W}tblGrid", f"{_W}del", f"{_W}moveFrom"}:
            yield from _blocks(element)


def _cell(cell: Any) -> str:
    return " ".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p")).strip()


def _text(paragraph: Any) -> str:
    pieces: list[str] = []
    skip = {f"{_W}txbxContent", f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_MC}Fallback", f"{_W}rPr", f"{_W}pPr"}

    def walk(element: Any) -> None:
        for child in element:
            if child.tag in skip:
                continue
            if child.tag == f"{_W}t":
                pieces.append(child.text or "")
            elif child.tag in {f"{_W}tab", f"{_W}ptab"}:
                pieces.append("\t")
            elif child.tag == f"{_W}noBreakHyphen":
                pieces.append("-")
            elif child.tag in {f"{_W}br", f"{_W}cr"}:
                pieces.append("\n")
            else:
                walk(child)

    walk(paragraph)
    return "".join(pieces)
