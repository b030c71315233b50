"""OpenID Connect: who a provider's token stands for, and signing in with it (OpenID Connect Core 1.0, section 3.1).

The provider's document and keys are fetched from the issuer alone. A token counts only if one of these keys signed it
with an algorithm that is named here, the issuer and the audience are ours, and its time has come and is not over.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key, KeySet

from graphkit.model.errors import StoreError

from .access import Principal, Role
from .errors import UnauthorizedError
from .oidc_settings import OidcSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a key of the provider's own. A shared secret is none, and neither is no signature."""

LEEWAY_S = 60
_KEPT_S = 3600
_PENDING_S = 600
_MOST_PENDING = 10_000
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Pending:
    """A sign-in that was begun: what must come back with it, and where it goes on."""

    nonce: str
    verifier: str
    browser: str
    following: str
    begun: float


class Oidc:
    """One provider. StoreError when it cannot be reached, UnauthorizedError when what it sent does not count."""

    def __init__(self, settings: OidcSettings, client: httpx.Client | None = None) -> None:
        self._settings = settings
        self._client = client or httpx.Client(timeout=10, follow_redirects=False)
        self._lock = threading.Lock()
        self._document: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read = self._tried = float("-inf")
        self._pending: dict[str, _Pending] = {}

    def bearer(self, text: str) -> Principal | None:
        """Return whom a bearer token stands for; None when it does not count. StoreError without the provider."""
        try:
            return self._principal(self._claims(text, self._settings.audience or self._settings.client_id))
        except UnauthorizedError:
            return None

    def begin(self, following: str) -> tuple[str, str]:
        """Begin to sign in: return where to send the browser, and a word that it keeps in a cookie until it is back."""
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        pending = _Pending(secrets.token_urlsafe(32), secrets.token_urlsafe(64), browser, following, time.monotonic())
        with self._lock:
            now = time.monotonic()
            self._pending = {key: one for key, one in self._pending.items() if now - one.begun < _PENDING_S}
            if len(self._pending) >= _MOST_PENDING:
                raise StoreError("too many are signing in")
            self._pending[state] = pending
        challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_url,
            "scope": self._settings.scope,
            "state": state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(asked)}", browser

    def end(self, state: str, code: str, browser: str) -> tuple[Principal, str]:
        """Take what the browser came back with; return who signed in, and where it goes on."""
        with self._lock:
            pending = self._pending.pop(state, None)
        if pending is None or time.monotonic() - pending.begun > _PENDING_S:
            raise UnauthorizedError("this sign-in was not begun here, or too long ago; begin again")
        if not secrets.compare_digest(pending.browser.encode(), browser.encode()):
            raise UnauthorizedError("this sign-in was begun in another browser; begin again")
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_url,
            "client_id": self._settings.client_id,
            "code_verifier": pending.verifier,
        }
        secret = self._settings.client_secret
        auth = httpx.BasicAuth(self._settings.client_id, secret) if secret else httpx.USE_CLIENT_DEFAULT
        answer = self._asked("POST", self._endpoint("token_endpoint"), data=sent, auth=auth)
        claims = self._claims(str(answer.get("id_token", "")), self._settings.client_id)
        if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), pending.nonce.encode()):
            raise UnauthorizedError("the provider's token belongs to another sign-in; begin again")
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise UnauthorizedError("the provider's token was made for another client")
        return self._principal(claims), pending.following

    def close(self) -> None:
        """Let go of the provider."""
        self._client.close()

    def _claims(self, text: str, audience: str) -> Mapping[str, Any]:
        try:
            token = jwt.decode(text, self._key, algorithms=[*ALGORITHMS])
        except (JoseError, ValueError, TypeError, KeyError, UnicodeError) as error:
            raise UnauthorizedError("the provider's token does not verify") from error
        claims = token.claims
        now = time.time()
        audiences = claims.get("aud")
        if claims.get("iss") != self._settings.issuer:
            raise UnauthorizedError("the token is another issuer's")
        if audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise UnauthorizedError("the token is for another audience")
        if not _is_time(claims.get("exp")) or claims["exp"] <= now - LEEWAY_S:
            raise UnauthorizedError("the token is over")
        for name in ("nbf", "iat"):
            if name in claims and (not _is_time(claims[name]) or claims[name] > now + LEEWAY_S):
                raise UnauthorizedError("the token is not in force yet")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise UnauthorizedError("the token names nobody")
        return claims

    def _key(self, token: GuestProtocol) -> Key:
        kid = token.headers().get("kid")
        for again in (False, True):
            keys = self._provider(again=again).keys
            found = [key for key in keys if kid is None or key.kid == kid]
            if len(found) == 1:
                return found[0]
        raise ValueError("no key of that id")

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        names = self._settings.claims
        given = _texts(claims.get(names.role))
        roles = [Role[self._settings.roles[one].upper()] for one in given if one in self._settings.roles]
        if not roles:
            raise UnauthorizedError("the provider gives this person no role here")
        cases = region = None
        if names.cases is not None and (listed := _texts(claims.get(names.cases))) != ["*"]:
            cases = frozenset(listed)
        if names.region is not None and (places := _texts(claims.get(names.region))) != ["*"]:
            if len(places) != 1:
                raise UnauthorizedError("the provider gives this person no region here, or several")
            region = places[0]
        person = claims.get(names.name)
        return Principal(
            f"oidc:{claims['sub']}", max(roles), cases, region, person if isinstance(person, str) else claims["sub"]
        )

    def _endpoint(self, name: str) -> str:
        self._provider()
        return _checked_url(str(self._document.get(name, "")))

    def _provider(self, *, again: bool = False) -> KeySet:
        """Return the provider's keys; read them again when they are old, or when one is missing, but not every time."""
        with self._lock:
            now = time.monotonic()
            old = now - self._read > _KEPT_S
            if self._keys is None or ((old or again) and now - self._tried > self._settings.refetch_s):
                self._tried = now
                self._document = self._discovered()
                self._keys = _key_set(self._asked("GET", _checked_url(str(self._document.get("jwks_uri", "")))))
                self._read = now
            return self._keys

    def _discovered(self) -> dict[str, Any]:
        issuer = self._settings.issuer
        document = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != issuer:
            raise StoreError(f"the provider at {issuer} says that it is another issuer")
        return document

    def _asked(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            answer = self._client.request(method, url, headers={"Accept": "application/json"}, **more)
            if method == "POST" and answer.is_client_error:
                raise UnauthorizedError("the provider did not take the code; begin again")
            answer.raise_for_status()
            found = answer.json() if len(answer.content) <= _MOST_BYTES else None
        except (httpx.HTTPError, ValueError) as error:
            raise StoreError(f"the identity provider cannot be asked: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise StoreError("the identity provider answered with something else than an object")
        return found


def _key_set(document: dict[str, Any]) -> KeySet:
    """Read the keys that sign; those of a kind that is not known are left out, as RFC 7517 section 5 says."""
    keys = []
    for one in document.get("keys", []):
        try:
            if one.get("use", "sig") == "sig" and one.get("kty") != "oct":
                keys += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return KeySet(keys)


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return url
    raise StoreError("the identity provider names an address without TLS")


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(value: Any) -> list[str]:
    """Return a claim's texts: of one, of a list of them, or of words in a line."""
    if isinstance(value, str):
        return value.split()
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
