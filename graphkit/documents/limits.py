"""How much of a document is read at most: what is larger is refused with a clear line, never cut silently."""

MAX_FILE_BYTES = 200_000_000
"""Size of one file as it lies on the disk."""

MAX_TEXT_CHARACTERS = 20_000_000
"""Length of the text of one document."""

MAX_ARCHIVE_MEMBERS = 2_000
"""Files in one zip, or parts in one docx."""

MAX_EXPANDED_BYTES = 500_000_000
"""Size of everything in one zip or docx after unpacking."""

MAX_EXPANSION_RATIO = 200
"""Unpacked size against packed size, for a zip member that unpacks to more than a megabyte."""

MAX_PDF_PAGES = 5_000
"""Pages of one PDF."""

MAX_PAGE_BYTES = 30_000_000
"""Unpacked content of one PDF page; a larger page is reported as unread."""

MAX_HTML_DEPTH = 1_000
"""Depth of nested elements in HTML."""
