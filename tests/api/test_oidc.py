"""OpenID Connect against a provider that runs: tokens that count and those that do not, and signing in."""

from __future__ import annotations

import base64
import hmac
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from graphkit_api.access import Role
from graphkit_api.app import create_app
from graphkit_api.oidc_settings import SECRET as SECRET_VARIABLE
from graphkit_api.oidc_settings import OidcSettings, read_oidc
from graphkit_api.settings import Settings
from joserfc.jwk import ECKey

from graphkit.model.errors import InputError

from .conftest import BASE, SMALL
from .provider import CLIENT, SECRET, Provider, new_key, running

CALLBACK = f"{BASE}/auth/callback"


@pytest.fixture(scope="module")
def own(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(workspace, tmp_path_factory.mktemp("oidc") / "workspace"))


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running(CALLBACK) as one:
        yield one


def _settings(provider: Provider, **more: Any) -> OidcSettings:
    claims = {"role": "gk_role", "cases": "gk_cases", **more.pop("claims", {})}
    return OidcSettings.model_validate(
        {
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_url": CALLBACK,
            "audience": "graphkit-api",
            "claims": claims,
            "roles": {"auditor": "analyst", "chief": "editor"},
            "refetch_s": 0.0,
            **more,
        }
    )


@contextmanager
def _serving(own: Path, provider: Provider) -> Iterator[TestClient]:
    app = create_app(Settings(own, authenticated=True, hosts=None, oidc=_settings(provider)))
    with TestClient(app, base_url=BASE, follow_redirects=False) as one:
        yield one


@pytest.fixture
def client(own: Path, provider: Provider) -> Iterator[TestClient]:
    with _serving(own, provider) as one:
        yield one


@pytest.fixture(scope="module")
def standing(own: Path) -> Iterator[tuple[TestClient, Provider]]:
    """A client and its provider that no test of them changes."""
    with running(CALLBACK) as provider, _serving(own, provider) as one:
        yield one, provider


def _status(client: TestClient, token: str, path: str = f"{SMALL}/gaps") -> int:
    return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_of_the_provider_counts(client: TestClient, provider: Provider) -> None:
    token = provider.token("graphkit-api")
    assert _status(client, token) == 200
    told = client.get("/auth/session", headers={"Authorization": f"Bearer {token}"}).json()
    assert told == {"person": "Li Ming", "role": "analyst", "csrf": None}
    assert _status(client, provider.token(["other", "graphkit-api"])) == 200  # type: ignore[arg-type]
    assert provider.asked == ["configuration", "keys"]


def _part(value: dict[str, Any] | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _not_signed(provider: Provider) -> str:
    return f"{_part({'alg': 'none'})}.{_part(provider.claims('graphkit-api'))}."


def _shared_secret(provider: Provider) -> str:
    public = provider.keys[0].as_pem(private=False)
    head = f"{_part({'alg': 'HS256', 'kid': provider.keys[0].kid})}.{_part(provider.claims('graphkit-api'))}"
    return f"{head}.{_part(hmac.digest(public, head.encode(), 'sha256'))}"


def _with(**change: Any) -> Callable[[Provider], str]:
    return lambda provider: provider.token("graphkit-api", **change)


def _changed(provider: Provider) -> str:
    head, _, tail = provider.token("graphkit-api").split(".")
    claims = provider.claims("graphkit-api", gk_role="chief")
    return f"{head}.{_part(claims)}.{tail}"


NOW = int(time.time())
REFUSED: dict[str, Callable[[Provider], str]] = {
    "another audience": lambda provider: provider.token("another"),
    "no audience": _with(aud=None),
    "another issuer": _with(iss="https://evil.example"),
    "no issuer": _with(iss=None),
    "over": _with(exp=NOW - 3600),
    "no end": _with(exp=None),
    "an end that is no time": _with(exp="tomorrow"),
    "not yet": _with(nbf=NOW + 3600),
    "made in the future": _with(iat=NOW + 3600),
    "nobody": _with(sub=None),
    "not signed": _not_signed,
    "signed with the public key as a secret": _shared_secret,
    "signed with a key of that name that is not the provider's": lambda provider: provider.token(
        "graphkit-api", key=new_key("k1")
    ),
    "a key that is not known": lambda provider: provider.token("graphkit-api", key=new_key("k9")),
    "changed after it was signed": _changed,
    "no role": _with(gk_role=None),
    "a role that is not ours": _with(gk_role=["king"]),
    "no token": lambda provider: "eyJ.x.y",
    "empty": lambda provider: "",
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_a_token_that_does_not_count(standing: tuple[TestClient, Provider], make: Callable[[Provider], str]) -> None:
    client, provider = standing
    answer = client.get(f"{SMALL}/gaps", headers={"Authorization": f"Bearer {make(provider)}"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert provider.issuer not in answer.text


def test_keys_turn(client: TestClient, provider: Provider) -> None:
    old = provider.token("graphkit-api")
    assert _status(client, old) == 200
    provider.turn_keys(ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"}, auto_kid=False))
    assert _status(client, provider.token("graphkit-api")) == 200
    assert _status(client, old) == 401


def test_unknown_keys_do_not_make_us_ask_without_end(own: Path, provider: Provider) -> None:
    settings = _settings(provider, refetch_s=3600)
    with TestClient(create_app(Settings(own, authenticated=True, hosts=None, oidc=settings)), base_url=BASE) as client:
        assert _status(client, provider.token("graphkit-api")) == 200
        for number in range(5):
            assert _status(client, provider.token("graphkit-api", key=new_key(f"x{number}"))) == 401
    assert provider.asked.count("keys") == 1


def test_claims_limit(own: Path, provider: Provider) -> None:
    settings = _settings(provider, claims={"region": "gk_region"})
    with TestClient(create_app(Settings(own, authenticated=True, hosts=None, oidc=settings)), base_url=BASE) as client:

        def cases(**claims: Any) -> list[str] | int:
            token = provider.token("graphkit-api", **claims)
            answer = client.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"})
            return [one["id"] for one in answer.json()["cases"]] if answer.is_success else answer.status_code

        assert cases(gk_cases="*", gk_region="*") == ["other", "small"]
        assert cases(gk_cases=["small"], gk_region="*") == ["small"]
        assert cases(gk_cases="small", gk_region="140207") == ["small"]
        assert cases(gk_cases="*", gk_region="99") == []
        assert cases(gk_cases=None, gk_region="*") == []
        assert cases(gk_cases="*", gk_region=None) == 401
        token = provider.token("graphkit-api", gk_role="chief auditor", gk_region="*")
        told = client.get("/auth/session", headers={"Authorization": f"Bearer {token}"}).json()
        assert told["role"] == "editor"


def _sign_in(client: TestClient, following: str = "/web/overview") -> httpx.Response:
    begun = client.get("/auth/login", params={"next": following})
    assert begun.status_code == 303
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    sent_back = httpx.get(begun.headers["Location"])
    assert sent_back.headers["Location"].startswith(CALLBACK)
    return client.get(sent_back.headers["Location"])


def test_signing_in_with_a_browser(client: TestClient) -> None:
    assert client.get(f"{SMALL}/gaps").status_code == 401
    answer = _sign_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/web/overview")
    assert client.get(f"{SMALL}/gaps").status_code == 200
    assert client.get("/auth/session").json()["person"] == "Li Ming"


@pytest.mark.parametrize("following", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/a\nb"])
def test_nobody_is_sent_elsewhere(standing: tuple[TestClient, Provider], following: str) -> None:
    client, _ = standing
    client.cookies.clear()
    assert _sign_in(client, following).headers["Location"] == "/"


def test_a_sign_in_counts_once_and_in_its_own_browser(client: TestClient) -> None:
    begun = client.get("/auth/login")
    back = httpx.get(begun.headers["Location"]).headers["Location"]
    cookies = dict(client.cookies)
    client.cookies.clear()
    assert client.get(back).status_code == 401
    client.cookies.update(cookies)
    assert client.get(back).status_code == 401
    assert client.get("/auth/callback", params={"state": "made-up", "code": "x"}).status_code == 401
    begun = client.get("/auth/login")
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    assert client.get("/auth/callback", params={"state": state, "code": "made-up"}).status_code == 401


@pytest.mark.parametrize(
    "change",
    [{"nonce": "another"}, {"aud": "graphkit-api"}, {"iss": "https://evil.example"}, {"exp": 1}, {"azp": "another"}],
    ids=str,
)
def test_an_id_token_that_does_not_count(client: TestClient, provider: Provider, change: dict[str, Any]) -> None:
    provider.change = lambda claims: claims.update(change)
    assert _sign_in(client).status_code == 401
    assert client.get(f"{SMALL}/gaps").status_code == 401


def test_without_the_provider_one_is_told_to_come_back(client: TestClient, provider: Provider) -> None:
    token = provider.token("graphkit-api")
    issuer, provider.issuer = provider.issuer, "http://127.0.0.1:1"
    answer = client.get(f"{SMALL}/gaps", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    provider.issuer = issuer
    assert _status(client, token) == 200


def test_the_sign_in_page_says_where_and_runs_nothing_else(client: TestClient) -> None:
    page = client.get("/sign-in", params={"next": "/web/x?</script><script>alert(1)</script>"})
    assert page.status_code == 200
    assert "/auth/login?next=" in page.text
    assert "<script>alert" not in page.text
    assert "'unsafe" not in page.headers["Content-Security-Policy"]


def test_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "oidc.yaml"
    good = """
issuer: https://id.example
client_id: graphkit
redirect_url: https://audit.example/auth/callback
claims: {role: groups, region: area}
roles: {审计员: analyst}
"""
    file.write_text(good, encoding="utf-8")
    monkeypatch.setenv(SECRET_VARIABLE, "hidden")
    settings = read_oidc(file)
    assert settings.client_secret == "hidden"
    assert "hidden" not in repr(settings)
    assert Role[settings.roles["审计员"].upper()] is Role.ANALYST
    for wrong, why in (
        (good.replace("https://id", "http://id"), "issuer"),
        (good + "client_secret: x\n", "client_secret"),
        (good.replace("analyst", "king"), "roles"),
        ("", "empty"),
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError, match=why):
            read_oidc(file)
