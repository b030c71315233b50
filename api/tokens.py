"""Bearer tokens of a workspace: made, listed and revoked on the command line; only their hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, ValidationError

from graphkit.facts.shared import changing, refresh
from graphkit.model.errors import InputError, StoreError

from .access import Principal, Role

_SECRET_BYTES = 32
_PREFIX = "gk"
TOKEN_PREFIX = f"{_PREFIX}_"
"""What every token begins with."""


class Token(BaseModel):
    """A token without its secret. `cases` and `region` None mean no limit; `hash` is the SHA-256 of 256 random bits."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    role: str
    cases: list[str] | None
    region: str | None = None
    hash: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """Return valid, expired or revoked."""
        return "revoked" if self.revoked_at else "expired" if self.expires_at <= now else "valid"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tokens: list[Token] = []


class Tokens:
    """The tokens of a workspace, in a file that only its owner may read."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._path = workspace / "access" / "tokens.json"

    def listed(self) -> list[Token]:
        """Return every token, oldest first. StoreError when the file cannot be read."""
        refresh(self._workspace, at_most_every_s=2)
        try:
            return _File.model_validate_json(self._path.read_bytes()).tokens
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self._path}: the tokens cannot be read: {error.strerror}") from None
        except ValidationError:
            raise StoreError(f"{self._path}: the tokens cannot be read; restore the file from a backup") from None

    def create(
        self, name: str, role: Role, cases: list[str] | None, days: int, region: str | None = None
    ) -> tuple[Token, str]:
        """Make a token that expires after some days; return it and the text that its holder sends, told only once."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        now = datetime.now(UTC).replace(microsecond=0)
        token = Token(
            id=secrets.token_hex(4),
            name=name,
            role=role.name.lower(),
            cases=cases,
            region=region,
            hash=_hash(secret),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        with self._changing() as tokens:
            tokens.append(token)
        return token, f"{_PREFIX}_{token.id}_{secret}"

    def revoke(self, token_id: str) -> Token:
        """Revoke a token at once; revoking it again changes nothing. InputError when there is none of that id."""
        with self._changing() as tokens:
            for token in tokens:
                if token.id == token_id:
                    token.revoked_at = token.revoked_at or datetime.now(UTC).replace(microsecond=0)
                    return token
        raise InputError(f"no token '{token_id}'; graphkit token list shows them all")

    def is_valid(self, token_id: str) -> bool:
        """Whether the token of that id is neither revoked nor expired."""
        return any(one.id == token_id and one.state(datetime.now(UTC)) == "valid" for one in self.listed())

    def principal(self, text: str) -> Principal | None:
        """Return whom a token stands for; None when it is none, or no longer valid."""
        prefix, _, rest = text.partition("_")
        token_id, _, secret = rest.partition("_")
        for token in self.listed() if prefix == _PREFIX else []:
            if token.id == token_id and hmac.compare_digest(token.hash, _hash(secret)):
                if token.state(datetime.now(UTC)) != "valid":
                    return None
                cases = None if token.cases is None else frozenset(token.cases)
                return Principal(f"token:{token.id}", Role[token.role.upper()], cases, token.region, token.name)
        return None

    @contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with changing(self._workspace), FileLock(str(self._path.with_suffix(".lock"))):
                tokens = self.listed()
                yield tokens
                beside = self._path.with_suffix(".new")
                with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                    stream.write(_File(tokens=tokens).model_dump_json(indent=1))
                    stream.flush()
                    os.fsync(stream.fileno())
                beside.replace(self._path)
        except OSError as error:
            raise StoreError(f"{self._path}: the tokens cannot be written: {error.strerror}") from None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
