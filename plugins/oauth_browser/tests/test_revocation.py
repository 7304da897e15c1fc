"""The revocation endpoint (RFC 7009): what is sent, and which answers are a revocation."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr

from mp_oauth_browser.token_endpoint import revoke

from .test_token_endpoint import CANARY, TOKENS, Recorder, Server, answering


@pytest.mark.parametrize(
    ("refresh_token", "token", "hint"),
    [
        (TOKENS.refresh_token, f"{CANARY}-refresh", "refresh_token"),
        (None, f"{CANARY}-access", "access_token"),
    ],
)
def test_the_login_is_revoked_by_the_best_token_there_is(
    server: Server, refresh_token: SecretStr | None, token: str, hint: str
) -> None:
    recorder = Recorder(content=b"")
    tokens = TOKENS.model_copy(update={"refresh_token": refresh_token})
    assert revoke(tokens, server(recorder)) is True
    form = {"token": [token], "token_type_hint": [hint], "client_id": ["client"]}
    assert recorder.sent == ("/oauth/revoke_token/", form)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 500])
def test_h47_a_server_that_refuses_has_not_revoked(server: Server, status: int) -> None:
    assert revoke(TOKENS, server(answering(status))) is False


def test_h47_a_page_at_an_address_that_the_server_does_not_know_is_no_revocation(
    server: Server,
) -> None:
    assert revoke(TOKENS, server(answering(html="<h1>Mixpanel</h1>"))) is False


def test_h47_an_empty_answer_is_a_revocation_whatever_it_is_called(server: Server) -> None:
    assert revoke(TOKENS, server(answering(html=""))) is True


def test_h47_a_server_that_cannot_be_reached_has_not_revoked(server: Server) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("No.")

    assert revoke(TOKENS, server(handler)) is False
