"""Every format of a report, by the ending of its file's name."""

from __future__ import annotations

from collections.abc import Callable

from graphkit.model.errors import UsageError
from graphkit.reports.docx import report_docx
from graphkit.reports.html import report_html
from graphkit.reports.markdown import report_markdown
from graphkit.reports.model import Report
from graphkit.reports.text import Lang
from graphkit.reports.xlsx import report_xlsx


def _json(report: Report, lang: Lang) -> bytes:
    """Both languages are in the JSON; `lang` makes no difference."""
    return (report.model_dump_json(indent=1) + "\n").encode()


FORMATS: dict[str, Callable[[Report, Lang], bytes]] = {
    ".docx": report_docx,
    ".xlsx": report_xlsx,
    ".html": lambda report, lang: report_html(report, lang).encode(),
    ".md": lambda report, lang: report_markdown(report, lang).encode(),
    ".json": _json,
}
"""What writes a report to a file with that ending."""


def report_bytes(report: Report, ending: str, lang: Lang) -> bytes:
    """Return a report as a file's content; the same report gives the same bytes. UsageError for an unknown ending."""
    if ending not in FORMATS:
        raise UsageError(f"{ending or 'a file without an ending'}: a report ends in {', '.join(FORMATS)}")
    return FORMATS[ending](report, lang)
