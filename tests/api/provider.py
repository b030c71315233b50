"""A provider of OpenID Connect on loopback over authlib's authorization server: code flow with PKCE, keys that turn.

Whoever asks is signed in as `person`; `change` spoils the claims, for tests of what is refused.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "graphkit", "s3cret-of-the-client"


@dataclass
class Client:
    """The one client that is known."""

    redirect_uri: str
    id: str = CLIENT
    id_token_signed_response_alg: str = "RS256"

    def get_client_id(self) -> str:
        return self.id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri == self.redirect_uri

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    """A code that was given out."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    auth_time: int = field(default_factory=lambda: int(time.time()))

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Provider:
    """The provider's state, which a test may change."""

    def __init__(self, redirect_uri: str) -> None:
        self.issuer = ""
        self.client = Client(redirect_uri)
        self.keys: list[RSAKey | ECKey] = [_rsa("k1")]
        self.person: dict[str, Any] = {"sub": "u-1", "name": "Li Ming", "gk_role": ["auditor"], "gk_cases": "*"}
        self.change: Callable[[dict[str, Any]], Any] = lambda claims: None
        self.codes: dict[str, Code] = {}
        self.asked: list[str] = []

    def claims(self, audience: str, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        own = {"iss": self.issuer, "aud": audience, "iat": now, "exp": now + 300, **self.person, **more}
        self.change(own)
        return {name: value for name, value in own.items() if value is not None}

    def token(self, audience: str = CLIENT, key: RSAKey | ECKey | None = None, **more: Any) -> str:
        """An access token as the provider makes it: a signed JWT."""
        signing = key or self.keys[-1]
        alg = "ES256" if isinstance(signing, ECKey) else "RS256"
        return jwt.encode({"alg": alg, "kid": signing.kid}, self.claims(audience, **more), signing, [alg])

    def turn_keys(self, key: RSAKey | ECKey) -> None:
        """Sign with another key from now on; the one before is no longer told."""
        self.keys = [key]


def _rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, auto_kid=False)


def new_key(kid: str) -> RSAKey:
    """Another key of the kind that the provider signs with."""
    return _rsa(kid)


class _Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        sent = request.payload.data
        self.server.provider.codes[code] = Code(
            code,
            sent.get("redirect_uri", ""),
            sent.get("scope", ""),
            sent.get("nonce"),
            sent.get("code_challenge"),
            sent.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.provider.codes.get(code)
        return found

    def delete_authorization_code(self, code: Code) -> None:
        del self.server.provider.codes[code.code]

    def authenticate_user(self, code: Code) -> dict[str, Any]:
        person: dict[str, Any] = self.server.provider.person
        return person


class _IdToken(OpenIDCode):  # type: ignore[misc]
    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in self._provider.codes.values())

    def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
        nonce = request.authorization_code.get_nonce()
        return self._provider.token(CLIENT, **UserInfo(nonce=nonce))


class _Server(AuthorizationServer):  # type: ignore[misc]
    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider
        self.register_grant(_Grant, [CodeChallenge(required=True), _IdToken(provider)])
        self.register_token_generator("default", lambda **_: {"access_token": provider.token(), "token_type": "Bearer"})

    def generate_token(self, grant_type: str, client: Client, scope: str | None = None, **_: Any) -> dict[str, Any]:
        return {"access_token": self.provider.token(), "token_type": "Bearer", "scope": scope or "openid"}

    def query_client(self, client_id: str) -> Client | None:
        return self.provider.client if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        pass

    def send_signal(self, *_: Any, **__: Any) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        text = body if isinstance(body, str) else json.dumps(body)
        return Response(text, status, dict(headers))


class _Request(OAuth2Request):  # type: ignore[misc]
    """A request as authlib's integrations of web frameworks hand it over."""

    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self._args, self._sent = dict(request.query_params), form
        self.payload = BasicOAuth2Payload({**self._args, **form})

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._sent


def _app(provider: Provider) -> Starlette:
    server = _Server(provider)

    async def configuration(request: Request) -> JSONResponse:
        provider.asked.append("configuration")
        return JSONResponse(
            {
                "issuer": provider.issuer,
                "authorization_endpoint": f"{provider.issuer}/authorize",
                "token_endpoint": f"{provider.issuer}/token",
                "jwks_uri": f"{provider.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "ES256"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
            }
        )

    async def keys(request: Request) -> JSONResponse:
        provider.asked.append("keys")
        return JSONResponse({"keys": [key.as_dict(private=False) for key in provider.keys]})

    async def authorize(request: Request) -> Response:
        asked = _Request(request, {})
        grant = server.get_consent_grant(asked)
        answer: Response = server.create_authorization_response(asked, provider.person, grant=grant)
        return answer

    async def token(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = _Request(request, form)
        answer: Response = server.create_token_response(asked)
        return answer

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration),
            Route("/keys", keys),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
        ]
    )


@contextmanager
def running(redirect_uri: str) -> Iterator[Provider]:
    """Run a provider on a free port of loopback."""
    provider = Provider(redirect_uri)
    server = uvicorn.Server(uvicorn.Config(_app(provider), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    provider.issuer = f"http://127.0.0.1:{port}"
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
