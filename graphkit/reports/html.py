"""A report as one self-contained HTML page: no script, no request to any other place, made to be read and printed."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphkit.reports.charts import chart_svg
from graphkit.reports.document import Cell, on_paper
from graphkit.reports.markdown import cell_text
from graphkit.reports.model import Report
from graphkit.reports.outline import outline
from graphkit.reports.text import Lang, shown

CELL_LIMIT = 2000
"""Characters of one table cell that a page shows; a longer text is cut and ends in …."""


def report_html(report: Report, lang: Lang) -> str:
    """Return the report as an HTML page in one language. Every text of the case is escaped."""
    environment = Environment(
        loader=PackageLoader("graphkit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    environment.filters["cell"] = _cell
    environment.filters["chart"] = lambda chart: Markup(chart_svg(chart))  # noqa: S704 (drawn from escaped text)
    environment.filters["paper"] = lambda table: on_paper(table, lang)
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template("report.html").render(document=outline(report, lang))


def _cell(cell: Cell) -> str:
    return shown(cell_text(cell), CELL_LIMIT)
