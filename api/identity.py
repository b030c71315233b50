"""Who asks: settled once for every request, before any route or page; what is not open is refused to strangers.

A page reads it with `principal_of(request)`. A new route is closed until OPEN names it.
"""

from __future__ import annotations

import hmac
import logging
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from graphkit.model.errors import StoreError

from .access import LOCAL_USER, Principal
from .errors import UnauthorizedError, problem
from .server import Server
from .sessions import Session
from .tokens import TOKEN_PREFIX

SIGN_IN = "/sign-in"
"""The page that people without a session are sent to."""

OPEN = ("/health", "/ready", "/docs", "/openapi.json", SIGN_IN)
OPEN_BELOW = ("/static-offline-docs/", "/_nicegui/", "/auth/")
"""What strangers may ask for: is the server alive, the documentation, assets of libraries, signing in."""

SAFE = ("GET", "HEAD", "OPTIONS")
_API = ("/api/", "/metrics")
_log = logging.getLogger("graphkit_api")


def principal_of(connection: HTTPConnection) -> Principal:
    """Return who sends a request or holds a websocket. UnauthorizedError when nobody is known."""
    principal: Principal | None = getattr(connection.state, "principal", None)
    if principal is None:
        raise UnauthorizedError("send a valid token: Authorization: Bearer TOKEN")
    return principal


def session_of(connection: HTTPConnection) -> Session | None:
    """Return the session behind a request; None when it came with a token, or from the local user."""
    session: Session | None = getattr(connection.state, "session", None)
    return session


def cookie_name(server: Server) -> str:
    """Return the name of the session cookie; off loopback it is bound to this host and to TLS."""
    return "__Host-graphkit-session" if server.settings.secure else "graphkit-session"


class Identify:
    """ASGI middleware: sets `state.principal`; answers strangers with 401, and people in a browser with the way in.

    A request that may change something must come from this server's own pages when a browser sends it: its Origin must
    be this host, and with a session cookie it must repeat the session's word in X-CSRF-Token.
    """

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app = app
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Settle who asks, and pass the request on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE
        if unsafe and not _from_here(connection):
            await self._refuse(scope, receive, send, HTTPStatus.FORBIDDEN, "this was sent from a page elsewhere")
            return
        try:
            if self._server.settings.authenticated:
                principal, session = await run_in_threadpool(self._who, connection)
            else:
                principal, session = LOCAL_USER, None
        except StoreError as error:
            _log.warning("who asks cannot be told: %s", error)
            detail = "who you are cannot be found out now; try again"
            await self._refuse(scope, receive, send, HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "2"})
            return
        if session is not None and unsafe and scope["type"] == "http":
            sent = connection.headers.get("X-CSRF-Token", "")
            if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
                detail = "send the session's word in X-CSRF-Token; GET /auth/session tells it"
                await self._refuse(scope, receive, send, HTTPStatus.FORBIDDEN, detail)
                return
        path = scope["path"]
        if (wait := self._too_often(connection, principal)) is not None:
            headers = {"Retry-After": str(wait)}
            detail = "too many requests; try again later"
            await self._refuse(scope, receive, send, HTTPStatus.TOO_MANY_REQUESTS, detail, headers)
            return
        if principal is None and path not in OPEN and not path.startswith(OPEN_BELOW):
            if scope["type"] == "http" and scope["method"] == "GET" and not path.startswith(_API):
                query = scope["query_string"].decode("latin-1")
                wanted = quote(f"{path}?{query}" if query else path)
                await RedirectResponse(f"{SIGN_IN}?next={wanted}", HTTPStatus.SEE_OTHER)(scope, receive, send)
            else:
                headers = {"WWW-Authenticate": "Bearer"}
                detail = "send a valid token: Authorization: Bearer TOKEN"
                await self._refuse(scope, receive, send, HTTPStatus.UNAUTHORIZED, detail, headers)
            return
        connection.state.principal = principal
        connection.state.session = session
        await self._app(scope, receive, send)

    def _who(self, connection: HTTPConnection) -> tuple[Principal | None, Session | None]:
        scheme, _, sent = connection.headers.get("Authorization", "").partition(" ")
        if scheme:
            return (self._bearer(sent.strip()) if scheme.lower() == "bearer" else None), None
        session = self._server.sessions.find(connection.cookies.get(cookie_name(self._server), ""))
        if session is None or (session.token is not None and not self._server.tokens.is_valid(session.token)):
            return None, None
        return session.principal, session

    def _bearer(self, text: str) -> Principal | None:
        if self._server.oidc is not None and not text.startswith(TOKEN_PREFIX):
            return self._server.oidc.bearer(text)
        return self._server.tokens.principal(text)

    def _too_often(self, connection: HTTPConnection, principal: Principal | None) -> int | None:
        """Count a request for its principal, or one with a wrong token for the address that it came from."""
        if principal is LOCAL_USER or connection.scope["type"] == "websocket":
            return None
        if principal is not None:
            return self._server.rates.take(principal.name)
        if "Authorization" not in connection.headers:
            return None
        return self._server.rates.take(f"address {connection.client.host if connection.client else ''}")

    async def _refuse(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        status: HTTPStatus,
        detail: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": detail})
            return
        await problem(status, detail, headers=headers)(scope, receive, send)


def _from_here(connection: HTTPConnection) -> bool:
    """Whether a request comes from no page at all, or from one of this server's own."""
    origin = connection.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("Host")
