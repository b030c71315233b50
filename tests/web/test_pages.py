"""The pages in headless Chromium: each view, the main paths, a hostile case, accessibility, nothing from outside."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from graphkit.facts import Facts
from graphkit.gaps import evaluate
from graphkit.reports.text import shown
from tests.reports.small import HOSTILE
from tests.web.conftest import Reader

pytestmark = pytest.mark.browser

SHANXI = "case=shanxi-2020"
WORST = "gap-7d9588699d255c88"
VIEWS = {
    "overview": "overview",
    "gaps": "gaps?kind=missing_step&group=policy",
    "gap": f"gap?gap={WORST}",
    "chain": "chain?region=141000",
    "money": "money?policy=relending-2020",
    "followup": "followup",
    "finding": "followup?finding=syn-linfen",
    "graph": "graph",
    "cypher": "cypher?name=worst-gaps",
    "documents": "documents",
    "document": "documents?document=seed-article",
    "reports": "reports",
}


def _with(address: str, more: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{more}"


def _serious(page: Any, *rules: str) -> list[str]:
    """Return the serious and critical violations that axe-core finds, of some rules or of all."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_drawn_named_and_accessible(reader: Reader, view: str) -> None:
    page = reader.open(_with(VIEWS[view], SHANXI))
    assert page.title().endswith("· graphkit")
    assert page.locator("html").get_attribute("lang") == "en-GB"
    assert page.locator("h1").count() == 1
    assert page.locator(".state").count() == 0
    assert page.locator("nav a[aria-current=page]").count() == 1
    assert _serious(page) == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_in_the_dark_and_in_chinese(dark_reader: Reader, view: str) -> None:
    page = dark_reader.open(_with(VIEWS[view], SHANXI))
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator(".state").count() == 0
    assert _serious(page, "color-contrast") == []


@pytest.mark.parametrize("view", ["overview", "gaps", "chain", "money"])
def test_a_narrow_page_scrolls_only_its_tables(dark_reader: Reader, view: str) -> None:
    dark_reader.page.set_viewport_size({"width": 390, "height": 800})
    page = dark_reader.open(_with(VIEWS[view], SHANXI))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if view in ("gaps", "money"):
        cells = "[...document.querySelectorAll('.grid td:not(.n, .date)')]"
        assert page.evaluate(f"{cells}.filter((one) => one.offsetWidth < 100).length") == 0


def test_names_and_titles_stand_in_place_of_ids(dark_reader: Reader) -> None:
    gaps = dark_reader.open(_with(VIEWS["finding"], SHANXI)).locator("section[aria-labelledby=h-origin] .item")
    assert gaps.count()
    assert not any(text.strip().startswith("gap-") for text in gaps.all_inner_texts())
    issuers = dark_reader.open(_with("documents", SHANXI)).locator("table.grid td:nth-child(3)").all_inner_texts()
    assert "财政部" in " ".join(issuers)
    assert "mof" not in issuers
    measures = dark_reader.open(_with(VIEWS["money"], SHANXI)).locator("table.grid td:nth-child(3)").all_inner_texts()
    assert measures
    assert not any(one.isascii() for one in measures if one)


def test_the_worst_break_is_found_from_the_overview_in_three_clicks(reader: Reader) -> None:
    page = reader.open(_with("overview", SHANXI))
    reader.click(page.locator(".items .item a").first)
    assert WORST in page.url
    assert page.locator(".says").inner_text().startswith("Under ")
    assert page.locator(".stage.here").inner_text().startswith("▶")
    reader.click(page.get_by_role("link", name="Whole chain"))
    assert page.locator("#place .stage").count() > 3


def test_the_overview_counts_what_nobody_looked_at_apart(reader: Reader, workspace: Path) -> None:
    evaluation = evaluate(Facts(workspace), "shanxi-2020")
    gaps = evaluation.gaps()
    known = sum(gap.root and gap.category != "unknown" for gap in gaps)
    unseen = sum(gap.category == "unknown" for gap in gaps)
    assert unseen
    page = reader.open(_with("overview", SHANXI))
    assert page.locator(".tiles li.unknown b").inner_text() == str(unseen)
    tiles = page.locator(".tiles li:has(small)").all_inner_texts()
    assert sum(int(text.split()[0]) for text in tiles[:4]) == known
    page.get_by_role("link", name=f"All {known} root gaps").wait_for()
    cells = page.locator("table.heat tbody td.n").all_inner_texts()
    whole = [re.fullmatch(r"(\d+)(?:\s+\+ (\d+) not looked at)?", cell.strip()) for cell in cells]
    assert all(whole)
    assert sum(int(one[2] or 0) for one in whole if one) == unseen


def test_the_heat_map_leads_down_to_a_county(reader: Reader) -> None:
    page = reader.open(_with("overview", SHANXI))
    reader.click(page.get_by_role("link", name="临汾市", exact=True).first)
    assert "region=141000" in page.url
    county = page.locator("table.heat tbody tr", has_text="浮山县")
    reader.click(county.locator("td a").first)
    assert page.locator("#place h2").inner_text().endswith("浮山县")


def test_another_day_is_shown_when_the_day_is_changed(reader: Reader) -> None:
    page = reader.open(_with("overview", SHANXI))
    before = page.locator(".tiles").inner_text()
    page.locator("#as-of").focus()
    page.keyboard.press("Home")
    page.wait_for_url(lambda url: "as_of=2020-02-06" in url)
    reader.drawn()
    assert page.locator(".tiles").inner_text() != before


def test_an_address_shows_the_same_to_a_colleague(reader: Reader, stranger: Reader) -> None:
    page = reader.open(_with("gaps", SHANXI))
    page.locator("select[name=category]").select_option("break")
    page.wait_for_url(lambda url: "category=break" in url)
    reader.drawn()
    reader.click(page.get_by_role("link", name="Days", exact=True))
    stranger.page.goto(page.url)
    stranger.drawn()
    assert stranger.page.locator("table.grid").inner_text() == page.locator("table.grid").inner_text()
    days = [int(text) for text in page.locator("table.grid tbody td:nth-child(6)").all_inner_texts() if text.strip()]
    assert days == sorted(days, reverse=True)


def test_gaps_are_exported_as_they_are_filtered(reader: Reader) -> None:
    page = reader.open(_with("gaps?kind=funds_retained", SHANXI))
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + page.locator("table.grid tbody tr[data-href]").count() > 1


def test_what_may_name_persons_is_recorded_before_it_is_shown(reader: Reader, workspace: Path) -> None:
    for address, what in (
        (f"gap?gap={WORST}", f"gap {WORST}"),
        ("documents?document=seed-article", "document seed-article"),
        ("cypher?q=MATCH (g:Gap) RETURN g.id LIMIT 3", "MATCH (g:Gap) RETURN g.id LIMIT 3"),
    ):
        before = len(_outcomes(workspace, what))
        reader.open(_with(address, SHANXI))
        assert _outcomes(workspace, what)[before:] == ["read"]
    reads = len(_outcomes(workspace, "report"))
    reader.page.goto(f"{reader.server}/web/report?{SHANXI}&kind=express&lang=en")
    assert _outcomes(workspace, "report")[reads:] == ["read"]


def _outcomes(workspace: Path, what: str) -> list[str]:
    log = workspace / "access" / "log.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [one["outcome"] for one in map(json.loads, lines) if one["query"] == what]


@pytest.mark.parametrize("text", ["missing relief made good", "补退租金"])
def test_a_node_is_found_by_its_title_in_either_language(reader: Reader, text: str) -> None:
    page = reader.open(_with(f"graph?q={text}", SHANXI))
    assert page.locator("ul.found a", has_text="Missing relief made good").count() > 1


def test_the_graph_grows_on_request_and_refuses_too_much(reader: Reader) -> None:
    page = reader.open(_with("graph?label=Region&key=140000", SHANXI))
    page.wait_for_selector("#picture[data-nodes='1']")
    ask = page.locator("#picture-ask")
    assert "too many" in ask.inner_text()
    ask.get_by_role("button", name="Step").click()
    page.wait_for_function("Number(document.getElementById('picture').dataset.nodes) > 5")
    assert page.locator("#picture-legend li").count() >= 2


def test_a_query_is_completed_run_and_drawn(reader: Reader) -> None:
    page = reader.open(_with("cypher", SHANXI))
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("MATCH (g:Ga", delay=40)
    page.locator(".cm-tooltip-autocomplete li", has_text="Gap").first.wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("MATCH (g:Gap)-[r:AT]->(s:Step) WHERE g.root RETURN g, r, s LIMIT 5 ")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.locator("#results table tbody tr").nth(4).wait_for()
    page.wait_for_selector("#picture[data-nodes]")
    assert "q=MATCH" in page.url


def test_a_query_that_would_change_something_is_refused(reader: Reader) -> None:
    page = reader.open(_with("cypher?q=CREATE (n:Gap) RETURN n", SHANXI))
    assert page.locator(".state-refused, .state-wrong").count() == 1


def test_long_work_is_stopped(reader: Reader) -> None:
    page = reader.open(_with("cypher", SHANXI))
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("MATCH (a), (b), (c) WHERE a.title + b.title = c.title RETURN count(*) AS n ")
    page.get_by_label("At most seconds").fill("8")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").click()
    page.locator(".state-cancelled").wait_for()


def test_a_fact_is_read_reviewed_and_undone(reader: Reader) -> None:
    page = reader.open(_with("documents?document=seed-article", SHANXI))
    page.get_by_role("button", name="Find candidate facts").click()
    card = page.locator(".card").first
    card.wait_for()
    identity = card.get_attribute("id")
    page.locator(f"mark[data-card={identity}]").first.wait_for()
    card.get_by_role("button", name="Accept").click()
    page.locator(f"#{identity}.accepted").wait_for()
    page.locator(f"#{identity}").get_by_role("button", name="Undo").click()
    page.locator(f"#{identity}.pending").wait_for()


def test_a_word_report_is_made(reader: Reader) -> None:
    page = reader.open(_with("reports?kind=express", SHANXI))
    with page.expect_download() as download:
        page.get_by_role("button", name="Make and download").click()
    document = Document(io.BytesIO(download.value.path().read_bytes()))
    assert any("Where the implementation chain breaks" in one.text for one in document.paragraphs)
    page.locator(".warning.good").wait_for()


def test_the_period_before_is_of_the_chosen_kind(reader: Reader) -> None:
    for kind, since in (("monthly", "2020-05-31"), ("express", "2020-06-26"), ("stage", "")):
        page = reader.open(_with(f"reports?kind={kind}&as_of=2020-06-30", SHANXI))
        assert page.locator("input[name=since]").input_value() == since


def test_a_report_is_read_in_the_browser(reader: Reader) -> None:
    reader.page.goto(f"{reader.server}/web/report?{SHANXI}&kind=express&lang=en")
    assert "express report" in reader.page.title()


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("overview?case=nowhere", "not_found"),
        ("gap?case=small&gap=gap-0", "not_found"),
        ("gaps?case=small&as_of=yesterday", "wrong"),
        ("gaps?case=small&q=nothing-has-this", "empty"),
        ("chain?case=small&policy=nowhere", "wrong"),
        ("graph?case=small&label=Nowhere&key=x", "wrong"),
    ],
)
def test_what_is_wrong_is_told(reader: Reader, address: str, state: str) -> None:
    page = reader.open(address)
    assert page.locator(f".state-{state}").count() == 1
    assert page.locator(f".state-{state} h1, .state-{state} h2").inner_text().strip()


@pytest.mark.parametrize("view", [*VIEWS, "chain-place"])
def test_a_hostile_case_is_text_everywhere(reader: Reader, view: str) -> None:
    hostile = {
        "gap": "gaps",
        "chain": "chain?region=1401",
        "chain-place": "chain?place=140106",
        "finding": "followup?finding=F-1",
        "document": "documents?document=doc-1&start=0&end=6",
    }
    page = reader.open(_with(hostile.get(view, VIEWS.get(view, "")), "case=small"))
    if view == "gap":
        reader.click(page.locator("tr[data-href] a", has_text="Funds retained").first)
    assert page.locator(".state-failed, .state-store").count() == 0
    assert page.evaluate("document.querySelectorAll('img[src=x], svg[onload], #view script').length") == 0
    longest = "Math.max(...[...document.querySelectorAll('#view *')].filter((one) => !one.childElementCount)"
    assert page.evaluate(f"{longest}.map((one) => one.textContent.length))") < 9000
    seen = page.locator("body").inner_text()
    assert any(shown(text, 60)[:40] in seen for text in HOSTILE.values())


def test_a_viewer_of_one_case_sees_that_case_and_changes_nothing(guarded: Reader) -> None:
    page = guarded.open("overview")
    assert page.locator(".user").inner_text() == "viewer"
    assert page.locator("select[name=case]").count() == 0
    assert guarded.open("overview?case=shanxi-2020").locator(".state-not_found").count() == 1
    assert guarded.open("graph").locator(".state-refused").count() == 1
    assert guarded.open("cypher").locator(".state-refused").count() == 1
    assert guarded.open("followup").get_by_role("link", name="Enter a finding").count() == 0
    assert guarded.open("followup?new=1").locator(".state-refused").count() == 1
    assert guarded.open("documents?document=doc-1").locator("button[data-emit]").count() == 0
    guarded.page.get_by_role("button", name="Sign out").click()
    guarded.page.wait_for_url(lambda url: "/sign-in" in url)


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(reader: Reader) -> None:
    page = reader.open("overview?case=small")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to content"
    assert focused.bounding_box()["width"] > 40
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_language_and_theme_are_chosen_and_kept(stranger: Reader) -> None:
    reader = stranger
    page = reader.open(_with("gaps", SHANXI))
    reader.click(page.get_by_role("link", name="中文"))
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    for theme in ("light", "dark"):
        page.locator("[data-theme-next]").click()
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        reader.drawn()
    reader.open(_with("overview", SHANXI))
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_a_finding_is_followed_and_an_action_entered(reader: Reader, workspace: Path) -> None:
    # The last test: what it enters makes the server evaluate anew what all others look at.
    page = reader.open(_with(f"gap?gap={WORST}", SHANXI))
    reader.click(page.locator("#h-findings ~ h3 a").first)
    before = page.locator(".timeline li").count()
    page.get_by_role("button", name="Enter an action").click()
    page.get_by_label("Note", exact=True).fill("<b>asked again</b>")
    reader.click(page.get_by_role("button", name="Save"))
    assert page.locator(".timeline li").count() == before + 1
    assert "<b>asked again</b>" in page.locator(".timeline").inner_text()
    assert _outcomes(workspace, "action on syn-linfen") == ["begun", "done"]
