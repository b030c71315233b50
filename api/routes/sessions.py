"""Signing in and out of the pages; programs send their token with every request instead."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ..dependencies import ServerDep
from ..errors import NotFoundError, UnauthorizedError
from ..identity import SIGN_IN, cookie_name, principal_of, session_of
from ..paths import local_path
from ..responses import SessionIn, SessionOut
from ..server import Server
from ..sessions import SESSION_S

if TYPE_CHECKING:
    from ..oidc import Oidc

router = APIRouter(prefix="/auth", tags=["session"])
pages = APIRouter()

_PAGE = Template(resources.files("graphkit_api").joinpath("templates/sign-in.html").read_text(encoding="utf-8"))


@router.post("/session", status_code=201)
def begin_session(server: ServerDep, sent: SessionIn, response: Response) -> SessionOut:
    """Begin a session with a token; the cookie that comes back is for the pages."""
    principal = server.tokens.principal(sent.token)
    if principal is None:
        raise UnauthorizedError("this is no token, or it is no longer valid")
    name, session = server.sessions.begin(principal, token=principal.name.partition(":")[2])
    set_cookie(server, response, name)
    return SessionOut(person=principal.person, role=principal.role.name.lower(), csrf=session.csrf)


@router.get("/session")
def this_session(request: Request) -> SessionOut:
    """Tell who is signed in, and the word that unsafe requests of this session must repeat in X-CSRF-Token."""
    principal, session = principal_of(request), session_of(request)
    csrf = session.csrf if session else None
    return SessionOut(person=principal.person, role=principal.role.name.lower(), csrf=csrf)


@router.delete("/session", status_code=204)
def end_session(server: ServerDep, request: Request, response: Response) -> None:
    """Sign out."""
    server.sessions.end(request.cookies.get(cookie_name(server), ""))
    response.delete_cookie(cookie_name(server), secure=server.settings.secure, httponly=True, samesite="lax")


@router.get("/login", response_class=RedirectResponse, status_code=303)
def login(server: ServerDep, next: Annotated[str, Query(max_length=2000, description="Where to go on.")] = "/") -> Any:
    """Send a browser to the identity provider."""
    address, browser = _provider(server).begin(local_path(next))
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        _begun_name(server),
        browser,
        max_age=600,
        path="/",
        secure=server.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/callback", response_class=RedirectResponse, status_code=303)
def callback(
    server: ServerDep,
    request: Request,
    state: Annotated[str, Query(max_length=200, description="What the sign-in was begun with.")] = "",
    code: Annotated[str, Query(max_length=4000, description="The provider's code.")] = "",
) -> Any:
    """Take a browser back from the identity provider, and begin its session."""
    browser = request.cookies.get(_begun_name(server), "")
    principal, following = _provider(server).end(state, code, browser)
    name, _ = server.sessions.begin(principal)
    answer = RedirectResponse(following, HTTPStatus.SEE_OTHER)
    set_cookie(server, answer, name)
    answer.delete_cookie(_begun_name(server), secure=server.settings.secure, httponly=True, samesite="lax")
    return answer


@pages.get(SIGN_IN, include_in_schema=False)
def sign_in(server: ServerDep, next: str = "/") -> HTMLResponse:
    """Show the page on which people sign in."""
    nonce, following = secrets.token_urlsafe(16), local_path(next)
    link = f'<a class="button" href="/auth/login?{urlencode({"next": following})}">统一身份登录 · Single sign-on</a>'
    text = _PAGE.substitute(
        nonce=nonce,
        provider=link if server.oidc else "",
        following=json.dumps(following).replace("<", "\\u003c"),
    )
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def _provider(server: Server) -> Oidc:
    if server.oidc is None:
        raise NotFoundError("this server knows no identity provider; sign in with a token")
    return server.oidc


def _begun_name(server: Server) -> str:
    return f"{cookie_name(server)}-begun"


def set_cookie(server: Server, response: Response, name: str) -> None:
    """Give a browser the cookie of a session: no script can read it, and no other site makes a browser send it."""
    response.set_cookie(
        cookie_name(server),
        name,
        max_age=SESSION_S,
        path="/",
        secure=server.settings.secure,
        httponly=True,
        samesite="lax",
    )
