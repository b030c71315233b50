"""What every view has: its address, its head with the way to the others, and how it tells that something is wrong."""

from __future__ import annotations

import copy
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from fastapi import Request
from nicegui import ui

from graphkit import __version__
from graphkit.gaps import Evaluation
from graphkit.model.chinese import said
from graphkit.model.errors import GraphkitError, RefusedError, StoreError
from graphkit.reports.text import shown

from ..access import LOCAL_USER, Principal
from ..errors import NotFoundError
from ..evaluations import Question
from ..identity import cookie_name, principal_of, session_of
from ..server import Server
from . import work
from .asked import Asked
from .html import NAME_LIMIT, render, version
from .kept import KEPT
from .words import say
from .work import CancelledWorkError, Progress

_T = TypeVar("_T")
_log = logging.getLogger("graphkit_api")

NAV = ("overview", "gaps", "chain", "money", "followup", "graph", "cypher", "documents", "reports")
"""The views that the head of every page leads to, in their order."""

_PART_OF = {"gap": "gaps"}
_SCRIPTS = {
    "graph": ("_vis/vis-network.js", "_pages/graph.js"),
    "cypher": ("_vis/vis-network.js", "_pages/graph.js", "_pages/cypher.js"),
}
"""Scripts that only some views need."""

_HANDSHAKE_S = 30.0
_LANGUAGES: dict[str, Any] = {"zh": "zh-CN", "en": "en-GB"}
_DARK = {"light": False, "dark": True, "auto": None}


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it is drawn: what is asked, who asks, and where the answers come from."""

    asked: Asked
    request: Request
    server: Server
    principal: Principal
    cases: list[str]

    @property
    def lang(self) -> str:
        """The language of the reader: zh or en."""
        return self.asked.lang

    def say(self, key: str, /, **values: Any) -> str:
        """Return a phrase of words.yaml in the reader's language."""
        return say(self.lang, key, **values)

    @property
    def case(self) -> str:
        """The case that is looked at: the address's, else the first. NotFoundError when there is none."""
        if not self.cases:
            raise NotFoundError(self.say("error.no_case"))
        return self.asked.get("case") or self.cases[0]

    @property
    def question(self) -> Question:
        """What is evaluated. NotFoundError when there is no such case for the asker."""
        return self.server.question(self.principal, self.case, self.asked.as_of, self.asked.known_by)

    def on(self, day: date) -> Question:
        """Return the same question as of another day."""
        return replace(self.question, as_of=day)

    def check_signed_in(self) -> None:
        """Raise RefusedError when who opened the page is no longer signed in: a page may stay open for hours."""
        session = session_of(self.request)
        if session is None:
            return
        held = self.server.sessions.find(self.request.cookies.get(cookie_name(self.server), ""))
        if held is None or (held.token is not None and not self.server.tokens.is_valid(held.token)):
            raise RefusedError(self.say("error.signed_out"))

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Put a write into the access log when it begins and when its outcome is known, as the API does."""
        self.check_signed_in()
        self._record(what, "begun")
        try:
            yield
        except GraphkitError:
            self._record(what, "refused")
            raise
        self._record(what, "done")

    def reading(self, what: str, *, passages: bool = False) -> None:
        """Put a read into the access log before it is shown, where it may tell of persons, as the API does.

        `passages` are of documents, or results of queries, which always may; the evidence of gaps does in a case that
        has rows about persons. StoreError where it cannot be recorded: then nothing may be shown.
        """
        if passages or self.server.snapshot(self.principal, self.case).has_persons(self.case):
            self._record(what, "read")

    def _record(self, what: str, outcome: str) -> None:
        path = f"/web/{self.asked.view}"
        self.server.log.add(
            who=self.principal.name, method="PAGE", path=path, query=what, request=None, outcome=outcome
        )

    async def work(self, job: Callable[[Progress], _T]) -> _T:
        """Do something that takes time in a thread, showing progress; CancelledWorkError when it is stopped."""
        self.check_signed_in()
        return await work.run(job, self.lang)

    def kept(self, what: str, make: Callable[[Evaluation], _T], *more: Any, question: Question | None = None) -> _T:
        """Return what `make` tells of the evaluation that answers a question (the page's own); told once, then kept."""
        asked = question or self.question

        def made() -> _T:
            with self.server.evaluations.open(asked) as evaluation:
                return make(evaluation)

        return self.remembered(made, what, asked.key, *more)

    def remembered(self, make: Callable[[], _T], *key: Any) -> _T:
        """Return what `make` gives for a key; made once for this workspace, then kept."""
        return KEPT.get((str(self.server.settings.workspace), *key), make)

    def html(self, template: str, **data: Any) -> ui.html:
        """Draw a template; `url` in it gives addresses, and every value is escaped."""
        return ui.html(self.rendered(template, **data), sanitize=False)

    def rendered(self, template: str, **data: Any) -> str:
        """Return a template as HTML text."""
        return render(template, self.lang, url=self.asked.url, asked=self.asked, **data)


Draw = Callable[[Page], Awaitable[None]]


def button(text: str, act: Callable[[], Any], *, main: bool = False) -> ui.button:
    """Draw a button in the pages' own colours."""
    return ui.button(text, on_click=act, color=None).props("no-caps unelevated").classes("main" if main else "plain")


def view(name: str, draw: Draw) -> None:
    """Register a view at its address, with the frame around it."""

    @ui.page(f"/{name}", response_timeout=_HANDSHAKE_S)
    async def shown_page(request: Request) -> None:
        await _show(name, draw, request)


async def _show(name: str, draw: Draw, request: Request) -> None:
    asked = Asked.of(name, request)
    client = ui.context.client
    client.page = copy.copy(client.page)
    client.page.language, client.page.dark = _LANGUAGES[asked.lang], _DARK[asked.theme]
    server: Server = request.scope["graphkit_server"]
    principal = principal_of(request)
    page = Page(asked, request, server, principal, server.cases(principal))
    head, title = _head(page)
    ui.page_title(f"{title} · graphkit")
    ui.add_head_html(
        f'<link rel="stylesheet" href="_pages.css?{version()}"><script src="_pages/pages.js?{version()}"></script>'
        + "".join(f'<script src="{script}"></script>' for script in _SCRIPTS.get(name, ()))
    )
    with ui.header().classes("head"):
        ui.html(head, sanitize=False)
    with ui.element("div").classes("view").props(f'id="view" data-view="{name}"') as body:
        waiting = ui.label(say(asked.lang, "work.loading")).classes("first-wait").props('role="status"')
    await client.connected(timeout=_HANDSHAKE_S)
    waiting.delete()
    with body:
        try:
            await draw(page)
        except CancelledWorkError:
            if not client.is_deleted:
                state(page, "cancelled", "")
        except GraphkitError as error:
            body.clear()
            with body:
                failed(page, error)
        except Exception:
            _log.exception("page %s", name)
            body.clear()
            with body:
                state(page, "failed", "")
    body.props("data-ready")


def failed(page: Page, error: GraphkitError) -> None:
    """Tell an error in a way that says what to do."""
    page.html("state.html", **state_of(page, error))


def state_of(page: Page, error: GraphkitError) -> dict[str, str]:
    """Return the state that an error is shown as, as state.html takes it."""
    if isinstance(error, RefusedError):
        return _state(page, "refused", str(error))
    if isinstance(error, NotFoundError):
        return _state(page, "not_found", str(error))
    if isinstance(error, StoreError):
        _log.warning("the store cannot answer: %s", error)
        return _state(page, "store", "")
    return _state(page, "wrong", str(error))


def state(page: Page, kind: str, detail: str) -> None:
    """Draw one of the designed states: empty, cancelled, refused, not_found, store, wrong, failed."""
    page.html("state.html", **_state(page, kind, detail))


def _state(page: Page, kind: str, detail: str) -> dict[str, str]:
    return {"kind": kind, "detail": shown(said(detail, page.lang), 600)}


def _head(page: Page) -> tuple[str, str]:
    """Return the head's HTML and the page's title."""
    asked = page.asked
    heading = page.say(f"view.{asked.view}")
    case_title = None
    question = None
    try:
        question = page.question
        found = question.snapshot.case(question.case)
        case_title = shown(found.title.text(page.lang, found.id), NAME_LIMIT)
    except GraphkitError:
        pass  # the body says what is wrong
    snapshot = page.server.snapshots.newest()
    cases = [(one, snapshot.case(one).title.text(page.lang, one)) for one in page.cases]
    head = page.rendered(
        "head.html",
        nav=NAV,
        current=_PART_OF.get(asked.view, asked.view),
        cases=cases,
        case=question.case if question else "",
        case_title=case_title,
        as_of=question.as_of if question else None,
        known_by=asked.get("known_by"),
        hidden={key: value for key, value in asked.params.items() if key not in ("as_of", "case", "page")},
        csrf=session.csrf if (session := session_of(page.request)) else None,
        user=None if page.principal == LOCAL_USER else page.principal.person or page.principal.name,
        version=__version__,
    )
    return head, f"{heading} · {case_title}" if case_title else heading
