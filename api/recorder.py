"""Puts every write, and every read of rows about persons, into the access log before it is answered."""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphkit.model.errors import StoreError

from .accesslog import AccessLog
from .errors import RETRY_AFTER_S, problem
from .identity import SAFE, principal_of

_log = logging.getLogger("graphkit_api")


class Recorder:
    """ASGI middleware behind Identify. A write is recorded when it begins and when its outcome is known.

    What cannot be recorded is not done, and not told: 503.
    """

    def __init__(self, app: ASGIApp, log: AccessLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        writes = scope["method"] not in SAFE
        if writes and not await self._recorded(scope, "begun"):
            await _unavailable(scope, receive, send)
            return
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and (writes or scope["state"].get("personal")):
                refused = not await self._recorded(scope, str(message["status"])) and not writes
                if refused:
                    await _unavailable(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, answer)

    async def _recorded(self, scope: Scope, outcome: str) -> bool:
        request = Request(scope)
        try:
            await run_in_threadpool(
                self._log.add,
                who=principal_of(request).name,
                method=scope["method"],
                path=scope["path"],
                query=request.url.query,
                request=scope["state"].get("request_id"),
                outcome=outcome,
            )
        except StoreError as error:
            _log.error("nothing is done for request %s: %s", scope["state"].get("request_id"), error)
            return False
        return True


async def _unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    detail = "the access log cannot be written, so nothing is done; see the server's log"
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    await problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)(scope, receive, send)
