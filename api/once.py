"""Idempotency keys: a write that is sent again under its key is answered as the first time, and done once."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphkit.model.errors import StoreError

from .errors import RETRY_AFTER_S, problem
from .identity import SAFE, principal_of
from .life import Life

HEADER = "Idempotency-Key"
KEPT_S = 24 * 3600
KEY = re.compile(r"^[\x21-\x7e]{1,200}$")
_BEGUN = "begun"
_KEPT_HEADERS = (b"content-type", b"location", b"etag")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answered (
    key TEXT PRIMARY KEY, at REAL NOT NULL, server TEXT NOT NULL, state TEXT NOT NULL, request TEXT, status INTEGER,
    headers TEXT, body BLOB);
"""


class Answers:
    """What was answered under each key, in `access/answers.sqlite` of the workspace, for a day.

    A key that was taken by a server which has died since, before it answered, is free again.
    """

    def __init__(self, workspace: Path, life: Life) -> None:
        self._path = workspace / "access" / "answers.sqlite"
        self._life = life

    def begin(self, key: str) -> tuple[str, str | None, int, list[list[str]], bytes] | None:
        """Take a key; None when it was free, else what is known under it: state, request, status, headers, body."""
        own = (time.time(), self._life.name())
        with self._connection() as connection:
            connection.execute("DELETE FROM answered WHERE at < ?", (time.time() - KEPT_S,))
            taken = connection.execute(
                "INSERT OR IGNORE INTO answered (key, at, server, state) VALUES (?, ?, ?, ?)", (key, *own, _BEGUN)
            )
            if taken.rowcount:
                return None
            server, *row = connection.execute(
                "SELECT server, state, request, status, headers, body FROM answered WHERE key = ?", (key,)
            ).fetchone()
            if row[0] == _BEGUN and not self._life.lives(server):
                connection.execute("UPDATE answered SET at = ?, server = ? WHERE key = ?", (*own, key))
                return None
        return row[0], row[1], row[2] or 0, json.loads(row[3] or "[]"), row[4] or b""

    def keep(self, key: str, request: str, status: int, headers: list[list[str]], body: bytes) -> None:
        """Keep the answer that was given under a key."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE answered SET state = 'done', request = ?, status = ?, headers = ?, body = ? WHERE key = ?",
                (request, status, json.dumps(headers), body, key),
            )

    def free(self, key: str) -> None:
        """Let a key go, where nothing was done under it."""
        with self._connection() as connection:
            connection.execute("DELETE FROM answered WHERE key = ?", (key,))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=10)
            try:
                with connection:
                    connection.executescript(_SCHEMA)
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self._path}: {error}") from None


class Once:
    """ASGI middleware behind Identify, for requests with an Idempotency-Key. Keys of different askers never meet."""

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if key is None or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        if not KEY.match(key):
            detail = f"{HEADER}: 1 to 200 characters of ASCII without spaces"
            await problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)(scope, receive, send)
            return
        who = principal_of(HTTPConnection(scope)).name
        name = hashlib.sha256(repr((who, scope["method"], scope["path"], key)).encode()).hexdigest()
        try:
            known = await run_in_threadpool(self._answers.begin, name)
            if known is None:
                await self._first(name, scope, receive, send)
                return
        except StoreError:
            detail = "the keys of earlier requests cannot be read; try again"
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            await problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)(scope, receive, send)
            return
        state, request, status, headers_kept, body = known
        if state == _BEGUN:
            detail = "the first request under this key is still being answered; try again"
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            await problem(HTTPStatus.CONFLICT, detail, headers=headers)(scope, receive, send)
        elif request != await _all_read(scope, receive):
            detail = f"this {HEADER} was used for another request; take a new one"
            await problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)(scope, receive, send)
        else:
            raw = [(name.encode(), value.encode()) for name, value in headers_kept]
            raw += [(b"content-length", str(len(body)).encode()), (b"idempotent-replayed", b"true")]
            await send({"type": "http.response.start", "status": status, "headers": raw})
            await send({"type": "http.response.body", "body": body})

    async def _first(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        request = _Digest(scope)
        status, headers, body = 500, [], bytearray()

        async def read() -> Message:
            message = await receive()
            request.add(message)
            return message

        async def answer(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [[one.decode(), value.decode()] for one, value in message["headers"] if one in _KEPT_HEADERS]
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    # Kept before it is told: what a client knows to be done is answered alike for ever.
                    await self._settle(name, request.text(), status, headers, bytes(body))
            await send(message)

        try:
            await self._app(scope, read, answer)
        except BaseException:
            await run_in_threadpool(self._answers.free, name)
            raise

    async def _settle(self, name: str, request: str, status: int, headers: list[list[str]], body: bytes) -> None:
        if status < HTTPStatus.BAD_REQUEST:
            await run_in_threadpool(self._answers.keep, name, request, status, headers, body)
        else:
            await run_in_threadpool(self._answers.free, name)  # nothing was done: the request may be mended


class _Digest:
    """What tells one request from another under the same key: its query and its body."""

    def __init__(self, scope: Scope) -> None:
        self._hash = hashlib.sha256(scope["query_string"] + b"\0")

    def add(self, message: Message) -> None:
        if message["type"] == "http.request":
            self._hash.update(message.get("body", b""))

    def text(self) -> str:
        return self._hash.hexdigest()


async def _all_read(scope: Scope, receive: Receive) -> str:
    digest = _Digest(scope)
    while True:
        message = await receive()
        digest.add(message)
        if message["type"] != "http.request" or not message.get("more_body"):
            return digest.text()
