"""Signing in and out of the pages; programs send their token with every request instead."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ..dependencies import ServerDep
from ..errors import UnauthorizedError
from ..identity import cookie_name, principal_of, session_of
from ..responses import SessionIn, SessionOut
from ..server import Server
from ..sessions import SESSION_S

router = APIRouter(prefix="/auth", tags=["session"])


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
