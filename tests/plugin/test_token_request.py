"""`request_tokens`: what is sent, what is kept, and which error each answer is (RFC 6749 §5.2)."""

from __future__ import annotations

import inspect
import textwrap
from base64 import b64decode
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from mp_core._network.transport import http_client
from mp_core.errors import OAuthError
from mp_core.plugin import OAuthTokens, hookimpl, request_tokens
from tests.support.raw_server import dead_port
from tests.support.shown_frames import SECRET, assert_silent, failing

BASE = "https://mixpanel.com/oauth"
ANSWER: dict[str, Any] = {
    "access_token": "fake-access",
    "refresh_token": "fake-refresh",
    "expires_in": 3600,
    "token_type": "Bearer",
    "scope": "events",
}
CODE = {"grant_type": "authorization_code", "code": SECRET, "client_id": "client"}
REFRESH = {"grant_type": "refresh_token", "refresh_token": SECRET}
GRANTS = pytest.mark.parametrize("form", [CODE, REFRESH], ids=["code", "refresh"])
Form = dict[str, str]


class Server:
    """Answers every request alike, and remembers them."""

    def __init__(self, status: int = 200, **response: Any) -> None:
        self.answer = status, response or {"json": ANSWER}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, response = self.answer
        return httpx.Response(status, **response)

    def asked(
        self, form: Form = CODE, *, url: str = "token/", **options: Any
    ) -> tuple[OAuthTokens, httpx.Request]:
        """Return what is made of the answer, and the request."""
        with client(self) as http:
            tokens = request_tokens(http, url, form, **options)
        return tokens, self.requests[-1]

    def refusing(self, form: Form = CODE, *, url: str = "token/", **options: Any) -> OAuthError:
        """Return the error, which shows nothing that was sent or answered."""
        error = failing(lambda: self.asked(form, url=url, **options), OAuthError)
        assert_silent(error)
        assert isinstance(error, OAuthError)
        return error


def client(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return http_client(httpx.MockTransport(handler), kind="lib", base_url=BASE)


def test_the_form_is_posted_below_the_accounts_address_and_json_is_asked_for() -> None:
    _, request = Server().asked()
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/token/")
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {key: [value] for key, value in CODE.items()}
    assert "authorization" not in request.headers


def test_another_server_is_asked_by_its_whole_address() -> None:
    _, request = Server().asked(url="https://sso.acme.example/t")
    assert str(request.url) == "https://sso.acme.example/t"


def test_id_and_secret_of_a_client_are_encoded_before_they_are_joined() -> None:
    _, request = Server().asked(auth=("a:b", "c%d+e"))
    assert b64decode(request.headers["authorization"].split()[1]) == b"a%3Ab:c%25d%2Be"
    _, request = Server().asked(auth=httpx.BasicAuth("a", "c+e"))
    assert b64decode(request.headers["authorization"].split()[1]) == b"a:c+e"


@GRANTS
def test_the_tokens_are_returned_with_the_client_of_the_form(form: Form) -> None:
    tokens, _ = Server().asked(form)
    assert (tokens.access_token.get_secret_value(), tokens.scope) == ("fake-access", "events")
    assert tokens.refresh_token is not None
    assert tokens.client_id == form.get("client_id")


@GRANTS
@pytest.mark.parametrize(
    "odd", [{"expires_in": "3599.9"}, {"token_type": None}, {"scope": ["a", "b"]}, {"error": "x"}]
)
def test_h76_what_holds_an_access_token_is_kept(form: Form, odd: dict[str, Any]) -> None:
    tokens, _ = Server(json={**ANSWER, **odd}).asked(form)
    assert tokens.access_token.get_secret_value() == "fake-access"


@pytest.mark.parametrize(
    ("error", "status", "form", "code"),
    [
        ("invalid_grant", 400, REFRESH, "OAUTH_REFRESH_REVOKED"),
        ("invalid_grant", 401, REFRESH, "OAUTH_REFRESH_REVOKED"),
        ("invalid_grant", 502, REFRESH, "OAUTH_REFRESH_ERROR"),
        ("invalid_grant", 429, REFRESH, "OAUTH_REFRESH_ERROR"),
        ("invalid_grant", 400, CODE, "OAUTH_TOKEN_ERROR"),
        ("access_denied", 400, CODE, "OAUTH_AUTH_DENIED"),
        ("access_denied", 403, REFRESH, "OAUTH_AUTH_DENIED"),
        ("invalid_client", 401, CODE, "OAUTH_TOKEN_ERROR"),
        ("invalid_client", 401, REFRESH, "OAUTH_REFRESH_ERROR"),
        ("unauthorized_client", 400, CODE, "OAUTH_TOKEN_ERROR"),
        ("authorization_pending", 400, CODE, "OAUTH_TOKEN_ERROR"),
        ("server_error", 400, CODE, "OAUTH_REFRESH_ERROR"),
        ("temporarily_unavailable", 503, CODE, "OAUTH_REFRESH_ERROR"),
        ("bad_verification_code", 200, CODE, "OAUTH_TOKEN_ERROR"),
        ("invalid_grant", 200, REFRESH, "OAUTH_REFRESH_REVOKED"),
    ],
)
def test_every_refusal_has_its_code(error: str, status: int, form: Form, code: str) -> None:
    told = Server(status, json={"error": error, "error_description": SECRET}).refusing(form)
    assert told.code == code
    known = error != "bad_verification_code"
    assert told.details == {"error": error if known else f"HTTP {status}", "status": status}


@GRANTS
@pytest.mark.parametrize("error", [SECRET, "Invalid_Grant", {"x": SECRET}, [SECRET], None, 7])
def test_h40_an_unknown_error_is_told_by_its_status(form: Form, error: Any) -> None:
    told = Server(400, json={"error": error, "x": SECRET}).refusing(form)
    assert "HTTP 400" in told.message
    assert told.code == ("OAUTH_REFRESH_ERROR" if form is REFRESH else "OAUTH_TOKEN_ERROR")


@GRANTS
@pytest.mark.parametrize("status", [200, 400, 302, 503])
@pytest.mark.parametrize(
    "content", [b"", SECRET.encode() + b"\xff", b"[" * 100_000, b'["x"]', b"null"]
)
def test_h40_what_is_no_json_object_may_pass(form: Form, status: int, content: bytes) -> None:
    assert Server(status, content=content).refusing(form).code == "OAUTH_REFRESH_ERROR"


@pytest.mark.parametrize("access", [None, "", {"x": SECRET}])
def test_h40_an_object_without_a_token_is_malformed(access: Any) -> None:
    server = Server(json={**ANSWER, "access_token": access, "x": SECRET})
    assert server.refusing(CODE).code == "OAUTH_TOKEN_ERROR"
    assert server.refusing(REFRESH).code == "OAUTH_REFRESH_ERROR"
    assert "malformed" in server.refusing().message


@GRANTS
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (httpx.ConnectError, "could not be reached"),
        (httpx.ConnectTimeout, "could not be reached"),
        (httpx.ReadTimeout, "answer was lost"),
        (httpx.RemoteProtocolError, "answer was lost"),
    ],
)
def test_without_an_answer_another_try_may_succeed(form: Form, kind: Any, said: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise kind(SECRET, request=request)

    with client(handler) as http:
        told = failing(lambda: request_tokens(http, "token/", form), OAuthError)
    assert_silent(told)
    assert isinstance(told, OAuthError)
    assert (told.code, said in told.message) == ("OAUTH_REFRESH_ERROR", True)
    assert told.hint


def test_a_client_of_somebody_else_says_no_more() -> None:
    with httpx.Client(trust_env=False) as http, dead_port() as port:
        url = f"http://127.0.0.1:{port}/token"
        told = failing(lambda: request_tokens(http, url, CODE, auth=("id", SECRET)), OAuthError)
    assert_silent(told)
    assert "refuses connections" in str(told)


@pytest.mark.parametrize(
    "url", ["http://sso.acme.example/token", "https://a:b:c/", "https://a\0b/"]
)
def test_h46_nothing_is_sent_where_it_could_be_read(url: str) -> None:
    server = Server()
    assert server.refusing(url=url).code == "OAUTH_TOKEN_ERROR"
    assert server.requests == []


def test_on_this_machine_plain_http_will_do() -> None:
    _, request = Server().asked(url="http://localhost:8080/token")
    assert request.url.port == 8080


def test_the_example_of_its_documentation_runs() -> None:
    text = inspect.getdoc(request_tokens) or ""  # Python 3.13 has taken the indentation away.
    example = text.partition("\nArgs:")[0].partition("\n    @hookimpl")[2]
    code = textwrap.dedent(f"    @hookimpl{example}")
    names: dict[str, Any] = {"hookimpl": hookimpl, "request_tokens": request_tokens}
    exec(code, names)
    tokens, _ = Server().asked()
    account = SimpleNamespace(client_id="client", secret=SecretStr("fake-secret"))
    with client(Server()) as http:
        refreshed = names["mp_refresh_tokens"](tokens, http)
        fetched = names["mp_fetch_tokens"](account, http)
    assert (refreshed.client_id, fetched.scope) == ("mixpanel", "events")
