"""If-Match: a change says which state of the thing it is about; what has changed since is not changed blindly."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from .errors import ChangedError, PreconditionMissingError

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=200, description="The ETag of what is changed, as its GET gave it."),
]


def check_match(sent: str | None, etag: str) -> None:
    """Raise PreconditionMissingError where nothing was sent, ChangedError where it is another state's."""
    if sent is None:
        raise PreconditionMissingError("send If-Match with the ETag of what you change; a GET of it gives one")
    if etag not in {one.strip() for one in sent.split(",")}:
        raise ChangedError("it has changed since; get it again, look, and send the new ETag")
