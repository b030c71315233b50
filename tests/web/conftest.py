"""One server with the bundled case and a hostile one, in a process of its own, and one browser for all tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphkit_api.access import Role
from graphkit_api.tokens import Tokens

from graphkit.case import load_case
from graphkit.facts import Facts
from tests.reports.small import HOSTILE, write_case
from tests.web.serving import CHROMIUM, serving


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the cases shanxi-2020 and small, the latter with hostile names."""
    folder = tmp_path_factory.mktemp("web")
    facts = Facts(folder / "workspace", create=True)
    with resources.as_file(resources.files("graphkit").joinpath("data", "cases", "shanxi-2020")) as case:
        assert load_case(facts, case).rejected == 0
    assert load_case(Facts(folder / "workspace"), write_case(folder / "small", HOSTILE)).rejected == 0
    return folder / "workspace"


@pytest.fixture(scope="session")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `graphkit serve` over the workspace."""
    pytest.importorskip("nicegui")
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with serving(workspace, log) as address:
        yield address
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said[-3000:]


@pytest.fixture(scope="session")
def browser(server: str) -> Iterator[Any]:
    """One headless Chromium, Debian's own; Playwright downloads none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


def _context(browser: Any, **options: Any) -> Any:
    return browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True, **options)


@pytest.fixture(scope="session")
def light(browser: Any) -> Any:
    """A reader of English in the light theme; one for all tests, so that scripts are read once."""
    return _context(browser, locale="en-GB", color_scheme="light")


@pytest.fixture(scope="session")
def dark(browser: Any) -> Any:
    """A reader of Chinese in the dark theme."""
    return _context(browser, locale="zh-CN", color_scheme="dark")


class Reader:
    """A page of a reader: any error on it, or request of it to another host, fails the test."""

    def __init__(self, context: Any, server: str) -> None:
        self.server = server
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(45_000)
        self.page.on("console", lambda one: self.wrong.append(f"console: {one.text}") if one.type == "error" else None)
        self.page.on("pageerror", lambda one: self.wrong.append(f"error: {one}"))
        self.page.on("dialog", lambda one: self.wrong.append(f"dialog: {one.message}") or one.dismiss())
        self.page.on("request", lambda one: self._asked(one.url))
        self.page.on("websocket", lambda one: self._asked(one.url))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.server).netloc:
            self.wrong.append(f"asked another host: {url}")

    def open(self, address: str) -> Any:
        """Open a page by its address below /web, and wait until it is drawn."""
        self.page.goto(f"{self.server}/web/{address}")
        return self.drawn()

    def drawn(self) -> Any:
        """Wait until the page is drawn."""
        self.page.wait_for_selector("#view[data-ready]")
        return self.page

    def click(self, target: Any) -> Any:
        """Click what leads to another page, and wait until that is drawn."""
        before = self.page.url
        target.click()
        self.page.wait_for_url(lambda url: url != before)
        return self.drawn()

    def close(self) -> None:
        """Close the page; nothing may have gone wrong on it."""
        self.page.close()
        assert self.wrong == []


@pytest.fixture
def reader(light: Any, server: str) -> Iterator[Reader]:
    """A page of the reader of English."""
    one = Reader(light, server)
    yield one
    one.close()


@pytest.fixture
def dark_reader(dark: Any, server: str) -> Iterator[Reader]:
    """A page of the reader of Chinese."""
    one = Reader(dark, server)
    yield one
    one.close()


@pytest.fixture
def stranger(browser: Any, server: str) -> Iterator[Reader]:
    """A page of a reader who was never here before."""
    context = _context(browser, locale="en-GB", color_scheme="light")
    one = Reader(context, server)
    yield one
    one.close()
    context.close()


@contextmanager
def signed_in(browser: Any, address: str, token: str) -> Iterator[Reader]:
    """Give a page of a reader with a token, on a server that asks for tokens."""
    context = _context(browser, locale="en-GB")
    context.request.post(f"{address}/auth/session", data={"token": token})
    one = Reader(context, address)
    yield one
    one.close()
    context.close()


@pytest.fixture
def guarded(browser: Any, workspace: Path, tmp_path: Path) -> Iterator[Reader]:
    """A page of a viewer of the case small."""
    copy = tmp_path / "workspace"
    shutil.copytree(workspace, copy)
    _, token = Tokens(copy).create("viewer", Role.VIEWER, ["small"], days=1)
    with serving(copy, tmp_path / "serve.log") as address, signed_in(browser, address, token) as one:
        yield one
