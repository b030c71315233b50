"""Lays a report out as a document in one language, with the numbering that each language's reports have."""

from __future__ import annotations

from graphkit.reports.document import Document, Table
from graphkit.reports.model import Report
from graphkit.reports.outline import follow_up, front, gaps, money, overview, people, places, proof
from graphkit.reports.outline.layout import Layout
from graphkit.reports.text import Lang

_PARTS = (
    overview.overview,
    gaps.since_last,
    gaps.main_breaks,
    places.policies_and_regions,
    money.money,
    people.waiting,
    follow_up.ledger,
    proof.data_quality,
    proof.evidence,
    proof.method,
)
_LEDGER_PARTS = (follow_up.ledger, proof.data_quality, proof.method)


def outline(report: Report, lang: Lang) -> Document:
    """Lay a report out in one language."""
    page = Layout(report, lang)
    for part in _LEDGER_PARTS if report.kind == "ledger" else _PARTS:
        part(page)
    return Document(
        lang=lang,
        title=page.word(report.title),
        subtitle=page.word(report.case_title),
        meta=front.meta(page),
        warnings=front.warnings(page),
        sections=page.sections,
        signature=(
            ("编制：", "审核：", "签发：", "日期：")
            if lang == "zh"
            else ("Prepared by:", "Reviewed by:", "Signed by:", "Date:")
        ),
        contents=1 if page.short else 2,
    )


def roots_table(report: Report, lang: Lang) -> Table:
    """Return every root gap of a report as one table, with numbers and dates as such: what a workbook has."""
    return gaps.roots_table(Layout(report, lang))
