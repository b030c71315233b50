"""The one map from exceptions to HTTP answers: problem details (RFC 9457) with the field at fault."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from graphkit.model.errors import GraphkitError, InputError, RefusedError, StoreError, UsageError

PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_S = 2

_log = logging.getLogger("graphkit_api")


class NotFoundError(GraphkitError):
    """There is no such thing, or none that the asker may see."""


class BusyError(GraphkitError):
    """Too much is being done already; the same request may be sent again."""


class ChangedError(GraphkitError):
    """What was to be changed is no longer what the asker saw."""


class PreconditionMissingError(GraphkitError):
    """A change must say what it changes."""


class UnauthorizedError(GraphkitError):
    """No token was sent, or none that is valid."""


class NotModifiedError(Exception):
    """What the client holds is still right; `etag` names it."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


class KnownAnswerError(Exception):
    """What would be answered is known already."""

    def __init__(self, etag: str, answer: bytes) -> None:
        super().__init__(etag)
        self.etag = etag
        self.answer = answer


class FieldError(GraphkitError):
    """One field of a request is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


STATUS: dict[type[GraphkitError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    BusyError: HTTPStatus.TOO_MANY_REQUESTS,
    ChangedError: HTTPStatus.PRECONDITION_FAILED,
    PreconditionMissingError: HTTPStatus.PRECONDITION_REQUIRED,
    FieldError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UsageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusedError: HTTPStatus.FORBIDDEN,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each error of graphkit."""


def problem(
    status: HTTPStatus, detail: str, errors: list[dict[str, str]] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return a problem document; `errors` name the fields at fault."""
    content: dict[str, Any] = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
    if errors:
        content["errors"] = errors
    return JSONResponse(content, status, media_type=PROBLEM_TYPE, headers=headers)


def add_handlers(app: FastAPI) -> None:
    """Make the app answer every error that it knows with a problem document; RequestGuard answers the others."""
    app.add_exception_handler(GraphkitError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NotModifiedError, _not_modified)
    app.add_exception_handler(KnownAnswerError, _known_answer)


def status_of(error: Exception) -> HTTPStatus:
    """Return the status of an error of graphkit."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _known(request: Request, error: Exception) -> Response:
    status = status_of(error)
    field = error.field if isinstance(error, FieldError | UsageError) else None
    detail = str(error)
    headers = None
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        _log.warning("the store cannot answer: %s", error)
        detail = "the store cannot answer now; try again, and see the server's log if it stays so"
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        headers = {"Retry-After": str(RETRY_AFTER_S)}
    if status is HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": "Bearer"}
    return problem(status, detail, [{"field": field, "message": detail}] if field else None, headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what the handler is registered for
    errors = [_fault(one) for one in error.errors()]
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def _fault(one: dict[str, Any]) -> dict[str, str]:
    """Return the field at fault and what is wrong with it."""
    first, *below = one["loc"]
    if one["type"] == "json_invalid":
        return {"field": "body", "message": f"is no JSON, from character {below[0]} on: {one['ctx']['error']}"}
    if (first, below) == ("body", []) and one["type"] != "missing":
        return {"field": "body", "message": "must be a JSON object, sent with Content-Type: application/json"}
    return {"field": ".".join(map(str, below)) or str(first), "message": str(one["msg"])}


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what the handler is registered for
    return problem(HTTPStatus(error.status_code), str(error.detail), headers=dict(error.headers or {}))


def _not_modified(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModifiedError)  # noqa: S101 - what the handler is registered for
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": error.etag})


def _known_answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, KnownAnswerError)  # noqa: S101 - what the handler is registered for
    return Response(error.answer, media_type="application/json", headers={"ETag": error.etag})
