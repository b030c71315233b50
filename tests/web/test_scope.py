"""What the pages show to who is limited to a region: the same as the API, and of a document what rows there cite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphkit_api.access import Role
from graphkit_api.tokens import Tokens

from graphkit.facts import Facts
from graphkit.gaps import evaluate
from tests.api.test_scope import write_workspace
from tests.web.conftest import Reader, signed_in
from tests.web.serving import serving

pytestmark = pytest.mark.browser

VIEWS = (
    "overview", "gaps?consequences=1", "money", "followup", "documents", "documents?document=doc-1",
    "documents?document=doc-1&start=0&end=40", "report?kind=stage&lang=en",
)  # fmt: skip


@pytest.fixture(scope="module")
def with_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workspace(tmp_path_factory.mktemp("secrets"), elsewhere=True)


@pytest.fixture(scope="module")
def tokens(with_secrets: Path) -> dict[str | None, str]:
    made = Tokens(with_secrets)
    return {region: made.create(f"of {region}", Role.EDITOR, None, 1, region)[1] for region in (None, "1401", "140106")}


@pytest.fixture(scope="module")
def guarded_server(with_secrets: Path, tokens: dict[str | None, str], browser: Any) -> Iterator[str]:
    with serving(with_secrets, with_secrets.parent / "serve.log") as address:
        yield address


def _seen(one: Reader, address: str) -> str:
    if address.startswith("report?"):
        one.page.goto(f"{one.server}/web/{address}")
    else:
        one.open(address)
    return str(one.page.content())


def test_no_page_tells_of_elsewhere(
    browser: Any, guarded_server: str, with_secrets: Path, tokens: dict[str | None, str]
) -> None:
    gaps = evaluate(Facts(with_secrets), "small", region="1401").gaps()
    quoting = [gap.id for gap in gaps if any(one.quote for one in gap.evidence)]
    assert quoting
    with signed_in(browser, guarded_server, tokens["1401"]) as one:
        for address in (*VIEWS, "chain", "reports", *(f"gap?gap={gap}" for gap in quoting)):
            assert "SECRET" not in _seen(one, address), address
        assert one.open("documents?document=SECRET-doc").locator(".state-not_found").count() == 1
        for address in ("graph", "cypher"):
            assert one.open(address).locator(".state-refused").count() == 1


def test_reports_on_the_whole_case_are_told_as_not_visible(
    browser: Any, guarded_server: str, tokens: dict[str | None, str]
) -> None:
    with signed_in(browser, guarded_server, tokens["1401"]) as one:
        seen = one.open("reports").locator("#view").inner_text()
        assert "not visible to you" in seen
        assert "No report is due" not in seen
        assert "None was issued yet" not in seen
    with signed_in(browser, guarded_server, tokens[None]) as one:
        assert "None was issued yet" in one.open("reports").locator("#view").inner_text()


def test_the_secrets_are_there_for_those_who_may_see_them(
    browser: Any, guarded_server: str, tokens: dict[str | None, str]
) -> None:
    with signed_in(browser, guarded_server, tokens[None]) as one:
        assert [address for address in VIEWS if "SECRET" not in _seen(one, address)] == []


def test_of_a_document_only_what_the_region_cites_is_shown(
    browser: Any, guarded_server: str, tokens: dict[str | None, str]
) -> None:
    with signed_in(browser, guarded_server, tokens["1401"]) as one:
        assert one.open("documents?document=doc-1").locator(".doc-text").inner_text() == "药店仍在销售"
    with signed_in(browser, guarded_server, tokens["140106"]) as one:
        page = one.open("documents?document=doc-1")
        assert page.locator(".doc-text").count() == 0
        assert "only the passages" in page.locator("#view").inner_text()


def test_an_editor_of_a_region_reads_nothing_into_the_review(
    browser: Any, guarded_server: str, with_secrets: Path, tokens: dict[str | None, str]
) -> None:
    with signed_in(browser, guarded_server, tokens["1401"]) as one:
        page = one.open("documents?document=doc-1")
        assert page.locator("button[data-emit]").count() == 0
        page.evaluate("emitEvent('review', {verdict: 'read', id: ''})")
        page.locator(".q-notification", has_text="limited to a region").wait_for()
    assert not (with_secrets / "review").exists()
