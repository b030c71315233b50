"""Mounts the pages under /web. NiceGUI is one app a process; each server's pages find their own server by the scope."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..server import Server
from . import chain, documents, followup, gap, gaps, graph, money, overview, query, reports
from .html import styles

PATH = "/web"
"""Where the pages are; every view lies right below, so that links between them are relative."""

VIEWS = (overview, gaps, gap, chain, money, followup, graph, query, documents, reports)

PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may do: nothing with any other host. Vue compiles its templates in the page, hence unsafe-eval."""

_VIS_NETWORK = "templates/lib/vis-9.1.2/vis-network.min.js"


def mount(app: FastAPI, server: Server) -> None:
    """Serve the pages of a server on its app: / leads to them."""
    pages = _pages()
    app.mount(PATH, _WithServer(pages, server))

    @app.get("/", include_in_schema=False)
    def root() -> RedirectResponse:
        return RedirectResponse(f"{PATH.removeprefix('/')}/overview")

    own_life = app.router.lifespan_context

    @asynccontextmanager
    async def life(outer: FastAPI) -> AsyncIterator[None]:
        async with pages.router.lifespan_context(pages), own_life(outer):
            yield

    app.router.lifespan_context = life


@cache
def _pages() -> FastAPI:
    """Return the app that carries NiceGUI, made once."""
    carrier = FastAPI(openapi_url=None)
    nicegui_app.add_static_files("/_pages", Path(__file__).parent / "static", max_cache_age=0)
    nicegui_app.add_static_file(
        local_file=str(resources.files("pyvis").joinpath(_VIS_NETWORK)), url_path="/_vis/vis-network.js"
    )

    @nicegui_app.get("/_pages.css", include_in_schema=False)
    def css() -> Response:
        return Response(styles(), media_type="text/css")

    @nicegui_app.get("/", include_in_schema=False)
    def start(request: Request) -> RedirectResponse:
        return RedirectResponse("overview")

    for view in VIEWS:
        view.register()
    ui.run_with(
        carrier,
        title="graphkit",
        tailwind=False,
        show_welcome_message=False,
        gzip_middleware_factory=None,
        reconnect_timeout=30.0,
    )
    # A websocket has an Origin that is checked; polling would need the session's word in a header of its own.
    nicegui_app.config.socket_io_js_transports = ["websocket"]
    return carrier


class _WithServer:
    """Tells the pages which server they belong to, and the browser what they may do."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Content-Security-Policy", PAGE_POLICY)
            await send(message)

        await self._app({**scope, "graphkit_server": self._server}, receive, answer)
