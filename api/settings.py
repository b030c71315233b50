"""What a server is started with; each limit carries its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .oidc_settings import OidcSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""The addresses on which a server with no configuration serves its one local user."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A server's workspace, the names by which it may be called, and its limits.

    `authenticated` asks for a token on every route but /health, /ready and the documentation; without it there is one
    local user. `hosts` are the names that a request's Host may have: a page elsewhere cannot make a browser ask a
    loopback server under a name of its own; None, where tokens are asked for, means any. `secure` means that browsers
    come over TLS: cookies are then kept to it. `rate_per_s` and `rate_burst` bound what each token or person may send;
    the local user is not bound. `evaluations_kept`, `kept_bytes` (of answers) and
    `gaps_kept` bound what is held in memory between requests.
    """

    workspace: Path
    graph: str | None = None
    authenticated: bool = False
    hosts: tuple[str, ...] | None = LOOPBACK
    request_time_limit_s: float = 60.0
    body_limit_bytes: int = 1_000_000
    query_time_limit_s: float = 30.0
    query_row_limit: int = 10_000
    page_limit_rows: int = 1000
    evaluations_kept: int = 4
    gaps_kept: int = 200_000
    kept_bytes: int = 64_000_000
    secure: bool = False
    oidc: OidcSettings | None = None
    upload_limit_bytes: int = 200_000_000
    rate_per_s: float = 50.0
    rate_burst: int = 200
