"""Text out of the text layer of PDF files."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from graphkit.documents import limits
from graphkit.documents.model import Part
from graphkit.model.errors import InputError

if TYPE_CHECKING:
    from pypdf import PdfReader


def read_pdf(data: bytes, name: str) -> tuple[str, tuple[Part, ...], tuple[str, ...]]:
    """Return the text of a PDF, its pages, and a warning for each page without text or that could not be read.

    InputError when the file is damaged, needs a password, or has too many pages.
    """
    try:
        from pypdf import PdfReader  # noqa: PLC0415  (an extra)
        from pypdf.errors import DependencyError, PyPdfError  # noqa: PLC0415
    except ModuleNotFoundError:
        raise InputError(
            f"{name}: to read PDF graphkit needs its extra [documents]: pip install 'graphkit[documents]'"
        ) from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings about sloppy files are not for the user
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(f"{name}: it needs a password; save it without one")
        count = len(reader.pages)
    except (DependencyError, NotImplementedError):
        raise InputError(
            f"{name}: it is encrypted in a way that is not supported; save it without encryption"
        ) from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise InputError(f"{name}: the PDF is damaged: {' '.join(str(error).split())[:200]}") from None
    if count > limits.MAX_PDF_PAGES:
        raise InputError(f"{name}: {count:,} pages is more than the {limits.MAX_PDF_PAGES:,} that are read")
    texts: list[str] = []
    parts: list[Part] = []
    warnings: list[str] = []
    position = 0
    for number in range(1, count + 1):
        text, problem = _page(reader, number - 1)
        if problem:
            warnings.append(f"{name}: page {number}: {problem}")
        if text:
            parts.append(Part(f"p{number}", position, position + len(text)))
        texts.append(text)
        position += len(text) + 1
        if position > limits.MAX_TEXT_CHARACTERS:
            raise InputError(f"{name}: more than {limits.MAX_TEXT_CHARACTERS:,} characters are not read")
    return "\n".join(texts), tuple(parts), tuple(warnings)


def _page(reader: PdfReader, index: int) -> tuple[str, str | None]:
    """Return a page's text, and what is wrong with the page. A broken page must not cost the others."""
    try:
        page = reader.pages[index]
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > limits.MAX_PAGE_BYTES:
            return "", f"its content is larger than {limits.MAX_PAGE_BYTES:,} bytes; not read"
        text = page.extract_text()
    except Exception as error:  # pypdf raises whatever its parsers run into
        return "", f"cannot be read: {' '.join(str(error).split())[:200]}"
    return text, None if text.strip() else "has no text layer (scanned?); not read"
