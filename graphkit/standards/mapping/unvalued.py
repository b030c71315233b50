"""Cells of a workbook that have no value though something stands in them: errors, and formulas never calculated.

Programs that write workbooks leave formulas for Excel to calculate; until somebody opens and saves the file, they have
no value, and a reader takes them for empty.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath

from lxml import etree

_PLACE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_VALUE = re.compile(rb"<v>[^<]")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def cells_without_value(path: Path, sheets: set[str]) -> dict[str, list[str]]:
    """Return such cells (D4) of some sheets of an .xlsx or .xlsm file, in their order; of other files none is known."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    found: dict[str, list[str]] = {}
    with zipfile.ZipFile(path) as packed:
        for name, part in _parts(packed):
            if name in sheets and part in packed.namelist() and (cells := _in_part(packed.read(part))):
                found[name] = cells
    return found


def _parts(packed: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return the name of each sheet with the file that holds it."""
    names = set(packed.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return []
    # What the reader of the workbook has taken is looked at as far as it can be.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    relations = etree.fromstring(packed.read("xl/_rels/workbook.xml.rels"), parser)
    book = etree.fromstring(packed.read("xl/workbook.xml"), parser)
    if relations is None or book is None:
        return []
    targets = {one.get("Id"): normpath(join("/xl", one.get("Target", ""))).lstrip("/") for one in relations}
    return [(str(one.get("name")), targets.get(one.get(_RELATION), "")) for one in book.iter("{*}sheet")]


def _in_part(content: bytes) -> list[str]:
    if b"<f" not in content and b't="e"' not in content:
        return []
    found = []
    for attributes, inner in _cells(content):
        is_error = b't="e"' in attributes
        # A formula may well give an empty text, which is then marked as text.
        is_open = b"<f" in inner and b't="str"' not in attributes and not _VALUE.search(inner)
        place = _PLACE.search(attributes)
        if (is_error or is_open) and place is not None:
            found.append(place[1].decode())
    return found


def _cells(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the attributes and the inside of each cell that has an inside, in one pass over the bytes."""
    position = 0
    while (end := content.find(b"</c>", position)) >= 0:
        begin = content.rfind(b"<c ", position, end)
        if begin >= 0:
            attributes, _, inner = content[begin:end].partition(b">")
            yield attributes, inner
        position = end + len(b"</c>")
