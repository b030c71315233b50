"""Documents of every format, made in memory."""

from __future__ import annotations

import io
import zipfile

import docx
from docx.oxml import parse_xml

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_bytes(*paragraphs: str, table: list[list[str]] | None = None, extra_xml: tuple[str, ...] = ()) -> bytes:
    """Return a Word file with paragraphs, a table, and further body elements as raw XML (prefix w)."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    for xml in extra_xml:
        document.element.body.insert(0, parse_xml(xml.replace("<w:p>", f"<w:p {_W}>", 1)))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def replace_part(data: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    """Return an Office file with some bytes of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            content = source.read(member)
            target.writestr(member, content.replace(*change) if member == name else content)
    return out.getvalue()


def zip_bytes(**files: bytes) -> bytes:
    """Return a zip of files; a name's double underscore stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def pdf_bytes(*pages: str, encryption: bytes = b"") -> bytes:
    """Return a PDF whose text layer holds the pages, a line for each line; an empty page has none."""
    objects: list[bytes] = [b"", b""]
    characters = sorted({one for page in pages for one in page if one != "\n"})
    to_unicode = b"".join(b"<%04x> <%s>\n" % (ord(one), one.encode("utf-16-be").hex().encode()) for one in characters)
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n%d beginbfchar\n%sendbfchar\nendcmap end end"
        % (len(characters), to_unicode)
    )

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    unicode_id = add(_stream(cmap))
    descendant = add(
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
    )
    font = add(
        b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (descendant, unicode_id)
    )
    kids = []
    for page in pages:
        lines = [f"<{''.join(f'{ord(one):04x}' for one in line)}> Tj T*" for line in page.split("\n") if line]
        body = f"BT /F1 12 Tf 14 TL 50 750 Td {' '.join(lines)} ET".encode() if page else b"q Q"
        content = add(_stream(body))
        kids.append(
            add(
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 %d 0 R>>>>/Contents %d 0 R>>"
                % (font, content)
            )
        )
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer <</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, encryption, start))
    return out.getvalue()


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)
