"""Each format says the same, gives the same bytes, and never reads a text of the case as markup, a link or code."""

from __future__ import annotations

import io
import itertools
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console, RenderableType

from graphkit.gaps import Evaluation
from graphkit.model.errors import UsageError
from graphkit.reports.build import build_report
from graphkit.reports.model import Report
from graphkit.reports.table import TABLE_LINES, gaps_table
from graphkit.reports.text import shown
from graphkit.reports.write import FORMATS, report_bytes
from tests.reports.small import HOSTILE

LANGS = ("zh", "en")
TOLD = ("Province", "City One", "County Five", "County Six", "Finance One", "Medicine on sale", "Rent relief")
"""Names that every long report of the small case shows."""


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_report_gives_the_same_bytes(hostile: Evaluation, hostile_report: Report, ending: str) -> None:
    for lang in LANGS:
        assert report_bytes(hostile_report, ending, lang) == report_bytes(build_report(hostile), ending, lang)


def test_another_ending_is_refused(report: Report) -> None:
    with pytest.raises(UsageError, match=r"\.pdf: a report ends in"):
        report_bytes(report, ".pdf", "zh")


def test_headings_skip_no_level_and_heads_are_not_empty(report: Report) -> None:
    text = report_bytes(report, ".html", "zh").decode()
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    assert "<th></th>" not in text


@pytest.mark.parametrize("lang", LANGS)
def test_html_is_inert_and_self_contained(hostile_report: Report, lang: str) -> None:
    page = _Page()
    page.feed(report_bytes(hostile_report, ".html", lang).decode())
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "link", "object", "form", "base", "use", "image", "foreignobject"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert all((attributes.get(name) or "#").startswith("#") for name in ("href", "src")), tag
    policy = next(
        attributes["content"]
        for _, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    for name in TOLD:
        assert shown(HOSTILE[name]) in page.text, name


@pytest.mark.parametrize("lang", LANGS)
def test_markdown_shows_every_text_as_it_is(hostile_report: Report, lang: str) -> None:
    text = report_bytes(hostile_report, ".md", lang).decode()
    tokens = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in [*tokens, *inline]}
    assert not [
        kind
        for kind in kinds
        if "html" in kind or "link" in kind or "image" in kind or "code" in kind or kind == "s_open"
    ]
    plain = "\n".join(
        "".join(child.content for child in token.children or []) for token in tokens if token.type == "inline"
    )
    for name in TOLD:
        assert shown(HOSTILE[name]).strip() in plain, name
    rows = [token for token in tokens if token.type in ("tr_open", "td_open", "th_open")]
    assert rows, "the tables are tables"


def test_markdown_links_nothing_for_readers_that_link_addresses(hostile_report: Report) -> None:
    text = report_bytes(hostile_report, ".md", "en").decode()
    assert "evil.example" in text
    for beginning in ("http://", "www.evil", "a@evil"):
        assert beginning not in text


@pytest.mark.parametrize("lang", LANGS)
def test_the_terminal_table_is_plain_text_and_straight(hostile: Evaluation, lang: str) -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=200, force_terminal=False, emoji=False)
    console.print(gaps_table(hostile, hostile.gaps(), lang))
    shown_text = screen.getvalue()
    assert "\x1b" not in shown_text
    assert "[red]" in shown_text
    assert all(cell_len(line) <= 200 for line in shown_text.splitlines())


def test_a_terminal_table_of_very_many_gaps_is_cut(small: Evaluation) -> None:
    many = small.gaps() * (TABLE_LINES // len(small.gaps()) + 1)
    shown_lines = shown_table(gaps_table(small, many, "en"))
    assert f"{len(many) - TABLE_LINES} more are not listed" in shown_lines
    assert f"{TABLE_LINES + 1} " not in shown_lines


def shown_table(table: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=160)
    with console.capture() as caught:
        console.print(table)
    return caught.get()


def test_the_terminal_table_says_what_it_leaves_out(small: Evaluation, made_up: Evaluation) -> None:
    def text(evaluation: Evaluation, lang: str, limit: int = TABLE_LINES) -> str:
        return shown_table(gaps_table(evaluation, evaluation.gaps(), lang, limit))

    left = len(small.gaps()) - 2
    assert all(gap.id in text(small, "en") for gap in small.gaps())  # explain, view and finding add ask for it
    assert f"另有 {left} 个未列出" in text(small, "zh", 2)
    assert "not listed" not in text(small, "en")
    assert "合成数据6行" in text(made_up, "zh")
    assert "6 rows are synthetic" in text(made_up, "en")
    assert "synthetic" not in text(small, "en")
    assert "No coverage table" in text(made_up, "en")
