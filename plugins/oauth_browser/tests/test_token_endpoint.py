"""The token endpoint: what is sent, what is made of the answer, and what is never repeated."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from mp_core.errors import OAuthError
from mp_core.plugin import OAuthTokens
from mp_oauth_browser.token_endpoint import exchange, refresh

from .conftest import ACCOUNT, Handler

Server = Callable[[Handler], httpx.Client]
Ask = Callable[[httpx.Client], OAuthTokens]

CANARY = "fake-secret-canary"
ANSWER: dict[str, Any] = {
    "access_token": "fake-access",
    "refresh_token": "fake-refresh",
    "expires_in": 3600,
    "token_type": "Bearer",
    "scope": "events",
}
TOKENS = OAuthTokens(
    access_token=SecretStr(f"{CANARY}-access"),
    refresh_token=SecretStr(f"{CANARY}-refresh"),
    expires_at=datetime(2024, 5, 6, tzinfo=UTC),
    client_id="client",
)


def exchanged(http: httpx.Client) -> OAuthTokens:
    return exchange(
        ACCOUNT,
        http,
        code=f"{CANARY}-code",
        code_verifier=f"{CANARY}-verifier",
        client_id="client",
        redirect_uri="http://localhost:19284/callback",
    )


def refreshed(http: httpx.Client) -> OAuthTokens:
    return refresh(ACCOUNT, TOKENS, http)


BOTH = pytest.mark.parametrize("ask", [exchanged, refreshed], ids=["exchange", "refresh"])


def answering(status: int = 200, **response: Any) -> Handler:
    return lambda request: httpx.Response(status, **response)


def failed(ask: Ask, http: httpx.Client) -> OAuthError:
    """Return the error, which neither repeats nor holds a secret."""
    with pytest.raises(OAuthError) as caught:
        ask(http)
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in f"{error!r} {vars(error)}"
        error = error.__context__
    return caught.value


class Recorder:
    """A server that answers with tokens, and remembers what it was sent."""

    def __init__(self, status: int = 200, **response: Any) -> None:
        self.response = status, response or {"json": ANSWER}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, response = self.response
        return httpx.Response(status, **response)

    @property
    def sent(self) -> tuple[str, dict[str, list[str]]]:
        """The path and the form of the only request."""
        (request,) = self.requests
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert "Authorization" not in request.headers
        return request.url.path, parse_qs(request.content.decode())


class TestRequest:
    def test_an_exchange_sends_the_code_with_its_verifier(self, server: Server) -> None:
        recorder = Recorder()
        exchanged(server(recorder))
        assert recorder.sent == (
            "/oauth/token/",
            {
                "grant_type": ["authorization_code"],
                "code": [f"{CANARY}-code"],
                "redirect_uri": ["http://localhost:19284/callback"],
                "client_id": ["client"],
                "code_verifier": [f"{CANARY}-verifier"],
            },
        )

    def test_a_refresh_sends_the_refresh_token_to_the_client_it_was_issued_to(
        self, server: Server
    ) -> None:
        recorder = Recorder()
        refreshed(server(recorder))
        assert recorder.sent == (
            "/oauth/token/",
            {
                "grant_type": ["refresh_token"],
                "refresh_token": [f"{CANARY}-refresh"],
                "client_id": ["client"],
            },
        )

    @pytest.mark.parametrize("missing", ["client_id", "refresh_token"])
    def test_nothing_is_sent_without_a_client_or_a_refresh_token(
        self, server: Server, missing: str
    ) -> None:
        recorder = Recorder()
        tokens = TOKENS.model_copy(update={missing: None})
        error = failed(lambda http: refresh(ACCOUNT, tokens, http), server(recorder))
        assert error.code == "OAUTH_REFRESH_ERROR"
        assert recorder.requests == []


class TestAnswer:
    @BOTH
    def test_its_tokens_are_returned_with_the_client_that_may_refresh_them(
        self, server: Server, ask: Ask
    ) -> None:
        tokens = ask(server(Recorder()))
        assert tokens.access_token.get_secret_value() == "fake-access"
        assert tokens.refresh_token is not None
        assert tokens.refresh_token.get_secret_value() == "fake-refresh"
        assert (tokens.scope, tokens.client_id) == ("events", "client")
        left = tokens.expires_at - datetime.now(UTC)
        assert timedelta(minutes=59) < left <= timedelta(hours=1)

    def test_h76_one_of_a_type_that_is_no_bearer_is_kept_once_the_refresh_token_is_spent(
        self, server: Server
    ) -> None:
        http = server(answering(json={**ANSWER, "token_type": "DPoP"}))
        assert refreshed(http).refresh_token == SecretStr("fake-refresh")
        assert failed(exchanged, http).code == "OAUTH_TOKEN_ERROR"

    @pytest.mark.parametrize("charset", ["utf-16", "latin-1", "none-such"])
    def test_h76_it_is_json_whatever_its_label_says(self, server: Server, charset: str) -> None:
        """JSON is UTF-8, and its media type has no charset (RFC 8259 §8.1, §11)."""
        label = {"Content-Type": f"application/json; charset={charset}"}
        http = server(answering(headers=label, content=json.dumps(ANSWER).encode()))
        assert refreshed(http).access_token.get_secret_value() == "fake-access"
        http = server(answering(400, headers=label, content=b'{"error": "invalid_grant"}'))
        assert "no longer accepts" in failed(refreshed, http).message

    @pytest.mark.parametrize(
        ("ask", "code"),
        [(exchanged, "OAUTH_TOKEN_ERROR"), (refreshed, "OAUTH_REFRESH_REVOKED")],
        ids=["exchange", "refresh"],
    )
    def test_an_invalid_grant_ends_the_login(self, server: Server, ask: Ask, code: str) -> None:
        answer = {"error": "invalid_grant", "error_description": CANARY}
        assert failed(ask, server(answering(400, json=answer))).code == code

    @BOTH
    def test_a_lost_one_is_told_as_such(self, server: Server, ask: Ask) -> None:
        def handler(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadTimeout(CANARY, request=request)

        error = failed(ask, server(handler))
        assert "the server's answer was lost" in error.message
        assert error.code == "OAUTH_REFRESH_ERROR"
