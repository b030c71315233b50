"""Text out of HTML: what a reader of the page sees, block by block."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from graphkit.documents import limits
from graphkit.documents.model import Part
from graphkit.model.errors import InputError

_UNSEEN = frozenset(
    (
        "head", "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas",
        "select", "option", "button", "nav",
    )
)  # fmt: skip
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "title", "tr",
        "ul",
    )
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_CELL = "\x1f"
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def looks_like_html(data: bytes) -> bool:
    """Return whether the first bytes are those of an HTML page."""
    start = data[:1024].lower()
    return b"<html" in start or b"<!doctype html" in start or b"<body" in start


def read_html(source: str, name: str) -> tuple[str, tuple[Part, ...]]:
    """Return the text of a page and its blocks. InputError when there is no page, or it is nested too deeply."""
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", source), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise InputError(f"{name}: cannot be read as HTML: {' '.join(str(error).split())[:200]}") from None
    lines: list[str] = []
    current: list[str] = []

    def close() -> None:
        line = _BLANKS.sub(" ", "".join(current)).replace(_CELL, "\t").strip(" \t")
        current.clear()
        if line:
            lines.append(line)

    depth = 0
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            depth += 1
            if depth > limits.MAX_HTML_DEPTH:
                raise InputError(f"{name}: elements are nested deeper than {limits.MAX_HTML_DEPTH:,}; it is not read")
            if skipped or tag in _UNSEEN or "hidden" in element.attrib or _HIDDEN.search(element.get("style") or ""):
                skipped += 1
                continue
            if tag in _BLOCKS or tag == "br":
                close()
            elif tag in {"td", "th"}:
                current.append(_CELL if any(piece.strip() for piece in current) else "")
            current.append(element.text or "")
        else:
            depth -= 1
            if skipped:
                skipped -= 1
            elif tag in _BLOCKS or tag == "br":
                close()
            if not skipped:
                current.append(element.tail or "")
    close()
    parts = []
    position = 0
    for number, line in enumerate(lines, start=1):
        parts.append(Part(f"paragraph {number}", position, position + len(line)))
        position += len(line) + 1
    return "\n".join(lines), tuple(parts)
