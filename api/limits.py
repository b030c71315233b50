"""What every request meets before a route: its id, the names that the server answers to, limits of size and time."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import problem
from .settings import Settings

_log = logging.getLogger("graphkit_api")
UPLOAD_PATHS = ("/uploads", "/documents")
"""Where files are sent to."""

_OTHER_NAME = "this server does not go by that name"
_REQUEST_ID = re.compile(r"^[\w.-]{1,64}$")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-cache",
}
"""Set on every answer that does not set them itself."""

DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
"""What the page of /docs may do: load its own files, and call this server."""


class RequestGuard:
    """ASGI middleware: request ids and security headers on every answer; refuses other hosts, large and slow requests.

    What runs longer than the time limit is answered with 503; it goes on, and its evaluation is kept for the next try.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = urlsplit(f"//{headers.get('Host', '')}").hostname
        stranger = self._settings.hosts is not None and name not in self._settings.hosts
        if scope["type"] == "websocket":
            if stranger:
                await send({"type": "websocket.close", "code": 1008, "reason": _OTHER_NAME})
            else:
                await self._app(scope, receive, send)
            return
        given = headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.match(given) else secrets.token_hex(8)
        answer = _Answer(
            send,
            request_id,
            docs=scope["path"] == "/docs",
            secure=self._settings.secure,
            head=scope["method"] == "HEAD",
        )
        scope.setdefault("state", {})["request_id"] = request_id
        length = headers.get("Content-Length", "0")
        uploads = _is_upload(scope)
        most_bytes = self._settings.upload_limit_bytes if uploads else self._settings.body_limit_bytes
        if stranger:
            await _refuse(scope, answer, HTTPStatus.MISDIRECTED_REQUEST, _OTHER_NAME)
        elif not length.isdigit() or int(length) > most_bytes or "Transfer-Encoding" in headers:
            most = f"a body has a Content-Length, of at most {most_bytes} bytes"
            await _refuse(scope, answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, most)
        else:
            if scope["method"] == "HEAD":
                scope = {**scope, "method": "GET"}
            await self._within_time(scope, receive, answer)

    async def _within_time(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        task = asyncio.ensure_future(self._run(scope, receive, answer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # What is uploaded is bounded by its size; how long that takes is up to the network.
        limit = None if _is_upload(scope) else self._settings.request_time_limit_s
        await asyncio.wait([task], timeout=limit)
        if not task.done() and not answer.started:
            late = _Answer(answer.give_up(), answer.request_id)
            detail = f"no answer within {self._settings.request_time_limit_s:g} s; try again, or narrow the question"
            await _refuse(scope, late, HTTPStatus.SERVICE_UNAVAILABLE, detail)
            return
        await task

    async def _run(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception:
            _log.exception("unexpected error in %s %s, request %s", scope["method"], scope["path"], answer.request_id)
            if answer.started:
                raise
            detail = "this should not have happened; the server's log says more under the request's id"
            await _refuse(scope, answer, HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and bool(scope["path"].endswith(UPLOAD_PATHS))


class _Answer:
    """Sends an answer with the headers that each must have; after `give_up`, or the head of a HEAD, nothing more."""

    def __init__(
        self, send: Send, request_id: str, *, docs: bool = False, secure: bool = False, head: bool = False
    ) -> None:
        self._send: Send | None = send
        self._head = head
        self._docs = docs
        self._secure = secure
        self.request_id = request_id
        self.started = False

    def give_up(self) -> Send:
        send, self._send = self._send, None
        assert send is not None  # noqa: S101 - nobody gives up twice
        return send

    async def __call__(self, message: Message) -> None:
        if self._send is None:
            return
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            if self._docs:
                headers["Content-Security-Policy"] = DOCS_POLICY
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if self._secure:
                headers["Strict-Transport-Security"] = "max-age=31536000"
            headers.add_vary_header("Authorization")
        await self._send(message)
        if self._head and self.started:
            await self.give_up()({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, send: Send, status: HTTPStatus, detail: str) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await problem(status, detail)(scope, receive, send)
