"""Answers kept by their ETag: what was told once is told again without working it out anew."""

from __future__ import annotations

import threading
from collections import OrderedDict

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LARGEST = 256_000
"""Bytes of the largest answer that is kept."""


class Kept:
    """The last JSON answers, at most so many bytes of them; the ETag says for whom, of which facts, and of what."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._lock = threading.Lock()
        self._bytes = 0
        self._answers: OrderedDict[str, bytes] = OrderedDict()

    def find(self, etag: str) -> bytes | None:
        """Return an answer; None when it is not kept."""
        with self._lock:
            if etag in self._answers:
                self._answers.move_to_end(etag)
            return self._answers.get(etag)

    def add(self, etag: str, answer: bytes) -> None:
        """Keep an answer; the least used ones make room for it."""
        with self._lock:
            self._bytes += len(answer) - len(self._answers.pop(etag, b""))
            self._answers[etag] = answer
            while self._bytes > self._most:
                self._bytes -= len(self._answers.popitem(last=False)[1])


class Keep:
    """ASGI middleware: sends the ETag of graphkit_api.dependencies.Unchanged, and keeps small JSON answers under it."""

    def __init__(self, app: ASGIApp, kept: Kept) -> None:
        self._app = app
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        keeps = False

        async def answer(message: Message) -> None:
            nonlocal keeps
            if message["type"] == "http.response.start":
                is_json = (b"content-type", b"application/json") in message["headers"]
                keeps = message["status"] == 200 and is_json
                if message["status"] == 200 and (own := scope["state"].get("etag")) is not None:
                    MutableHeaders(scope=message).setdefault("ETag", own)
            elif keeps and not message.get("more_body"):
                etag, body = scope["state"].get("etag"), message.get("body", b"")
                if etag is not None and 0 < len(body) <= _LARGEST:
                    self._kept.add(etag, body)
            keeps = keeps and not message.get("more_body")
            await send(message)

        await self._app(scope, receive, answer)
