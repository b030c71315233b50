"""Objects in a bucket of an object store that speaks the S3 protocol, under one prefix.

Endpoint and credentials come from the environment, under their usual AWS_ names. What a store answers is never passed
on as it is: it can hold parts of a request's signature.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from graphkit.model.errors import StoreError, UsageError

_ADDRESS = re.compile(r"^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([\w.=-]+(?:/[\w.=-]+)*))?/?$")
_CODE = re.compile(r"<Code>(\w+)</Code>")


class UnchangedError(Exception):
    """An object is still the one that is known."""


class Bucket:
    """The objects under `s3://BUCKET/PREFIX`; their names are relative to it.

    UsageError for another address, or when the extra `s3` is not installed. Every method raises StoreError when the
    store cannot be reached, refuses the credentials, or has no such bucket.
    """

    def __init__(self, address: str) -> None:
        found = _ADDRESS.match(address)
        if found is None or {".", ".."} & set(address.split("/")):
            raise UsageError(f"{address}: a workspace is a folder, or s3://BUCKET/PREFIX (letters, digits, . _ = -)")
        self._bucket, prefix = found.groups()
        self.address = address.rstrip("/")
        try:
            import obstore  # noqa: PLC0415 - only who has such a workspace needs it
            from obstore.store import S3Store  # noqa: PLC0415
        except ImportError:
            raise UsageError(f"{address}: an object store needs obstore: pip install 'graphkit[s3]'") from None
        self._objects = obstore
        self._store = S3Store(
            self._bucket,
            prefix=prefix,
            # Plain HTTP only where the endpoint asks for it, as one on this machine does.
            client_options={"allow_http": endpoint().startswith("http://"), "connect_timeout": "5s", "timeout": "120s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )

    def get(self, name: str) -> bytes | None:
        """Return an object's content; None when there is none of that name."""
        found = self.get_tagged(name)
        return None if found is None else found[0]

    def get_tagged(self, name: str, unless: str | None = None) -> tuple[bytes, str] | None:
        """Return an object's content and ETag; None when there is none. UnchangedError when its ETag is `unless`."""
        with self._told():
            try:
                found = self._objects.get(self._store, name, options={"if_none_match": unless} if unless else None)
                return bytes(found.bytes()), found.meta["e_tag"] or ""
            except self._objects.exceptions.NotModifiedError:
                raise UnchangedError from None
            except FileNotFoundError as error:
                self._refuse_missing_bucket(error)
                return None

    def put(self, name: str, content: bytes | Path) -> None:
        """Write an object; one of that name is replaced."""
        with self._told():
            self._objects.put(self._store, name, content)

    def put_if(self, name: str, content: bytes, tag: str | None) -> str | None:
        """Write an object if it still has that ETag (None: if there is none of that name).

        Returns the new ETag; None when somebody else was first.
        """
        errors = self._objects.exceptions
        with self._told():
            try:
                mode = "create" if tag is None else {"e_tag": tag}
                return self._objects.put(self._store, name, content, mode=mode)["e_tag"]  # type: ignore[arg-type]
            except (errors.AlreadyExistsError, errors.PreconditionError):
                return None
            except FileNotFoundError as error:
                self._refuse_missing_bucket(error)
                return None

    def written_at(self, name: str) -> datetime | None:
        """Return when an object was written, by the store's clock; None when there is none of that name."""
        with self._told():
            try:
                return self._objects.head(self._store, name)["last_modified"]
            except FileNotFoundError as error:
                self._refuse_missing_bucket(error)
                return None

    def names(self, prefix: str, after: str | None = None) -> list[str]:
        """Return the names of the objects under a prefix, sorted; only those `after` a name, where one is given."""
        with self._told():
            pages = self._objects.list(self._store, prefix, offset=after, chunk_size=1000)
            return sorted(one["path"] for page in pages for one in page)

    def delete(self, names: list[str]) -> None:
        """Delete objects; those that are not there do no harm."""
        with self._told():
            for first in range(0, len(names), 1000):
                self._objects.delete(self._store, names[first : first + 1000])

    def require_conditions(self) -> None:
        """Make sure that the store keeps the conditions of a write; StoreError when it does not."""
        name = "condition-probe"
        tag = self.put_if(name, b"1", None) or self.put_if(name, b"1", (self.get_tagged(name) or (b"", ""))[1])
        kept = tag is not None and self.put_if(name, b"2", None) is None
        kept = kept and self.put_if(name, b"2", f'"{"0" * 32}"') is None
        self.delete([name])
        if not kept:
            raise StoreError(
                f"{self.address}: the object store does not keep the conditions If-None-Match and If-Match of a "
                "write, without which two writers could overwrite each other; use another one"
            )

    def _refuse_missing_bucket(self, error: Exception) -> None:
        if "NoSuchBucket" in str(error):
            raise StoreError(f"{self.address}: there is no bucket '{self._bucket}'; make it first") from None

    @contextmanager
    def _told(self) -> Iterator[None]:
        errors = self._objects.exceptions
        try:
            yield
        except (errors.PermissionDeniedError, errors.UnauthenticatedError) as error:
            raise StoreError(
                f"{self.address}: the object store refuses these credentials{_code(error)}; see AWS_ACCESS_KEY_ID, "
                "AWS_SECRET_ACCESS_KEY, and what they may do in the bucket"
            ) from None
        except (errors.BaseError, OSError) as error:
            where = re.sub(r"//[^/]*@", "//", endpoint()) or "Amazon"
            unset = "" if "AWS_ACCESS_KEY_ID" in os.environ else "; AWS_ACCESS_KEY_ID is not set"
            raise StoreError(
                f"{self.address}: the object store at {where} cannot be reached or does not do as asked{_code(error)}; "
                f"see AWS_ENDPOINT_URL and AWS_REGION{unset}"
            ) from None


def endpoint() -> str:
    """Return the URL of the object store that the environment names; empty for Amazon's own."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""


def _code(error: Exception) -> str:
    """Return the store's own code for an error, in brackets; nothing else of its answer, which may hold secrets."""
    found = _CODE.search(str(error))
    return f" ({found.group(1)})" if found else ""
