"""How a provider of OpenID Connect is told to a server: a YAML file, with the client's secret in the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from graphkit.case.yaml_file import as_rejects, read_yaml, wrong_parts
from graphkit.model.errors import InputError

from .settings import LOOPBACK

SECRET = "GRAPHKIT_OIDC_SECRET"  # noqa: S105 - the name of a variable
"""The environment variable with the client's secret; none: a public client, with PKCE alone."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Claims(_Settings):
    """Which claims say what. `cases` and `region`: where one is named, a token without it has none; `*` is no limit."""

    role: str
    cases: str | None = None
    region: str | None = None
    name: str = "name"


class OidcSettings(_Settings):
    """A provider: its issuer, our client there, and what its claims mean here.

    `audience` is that of bearer tokens (default: the client's id). `roles` maps values of the role claim to roles.
    """

    issuer: str
    client_id: str = Field(min_length=1)
    redirect_url: str
    audience: str | None = None
    scope: str = "openid profile"
    claims: Claims
    roles: dict[str, Literal["viewer", "analyst", "editor", "admin"]] = Field(min_length=1)
    client_secret: str | None = Field(None, exclude=True, repr=False)
    refetch_s: float = Field(10.0, ge=0)

    @field_validator("issuer", "redirect_url")
    @classmethod
    def _over_tls(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must be an https:// address (http:// on loopback only)")
        return url


def read_oidc(path: Path) -> OidcSettings:
    """Read a provider's file; the secret comes from the environment. InputError when the file is wrong."""
    content = read_yaml(path, path.name)
    if "client_secret" in content:
        raise InputError(f"{path.name}, key client_secret: a secret does not belong in a file; set {SECRET}")
    try:
        return OidcSettings.model_validate({**content, "client_secret": os.environ.get(SECRET)})
    except ValidationError as error:
        raise InputError(as_rejects(path, path.name, content, wrong_parts(error))[0].line()) from None
