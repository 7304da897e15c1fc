"""How the authorization server of the sandbox fails when it is told to."""

from __future__ import annotations

import httpx
import pytest

from mp_core.sandbox import Fault, Sandbox
from tests.support.oauth_client import (
    AUTHORIZE,
    REGISTER,
    REVOKE,
    TOKEN,
    Program,
    error_of,
    register,
)
from tests.support.sandbox_calls import ANNOTATIONS, ME, ask, bearer, results


def test_a_response_can_be_lost_after_the_rotation(sandbox: Sandbox, program: Program) -> None:
    token = program.log_in()["refresh_token"]
    sandbox.inject(Fault("lost_response", times=1, path=TOKEN))
    with pytest.raises(httpx.RemoteProtocolError):
        program.refresh(token)
    (login,) = sandbox.logins
    assert (login.refreshes, sandbox.refreshes, login.is_revoked) == (1, 1, False)
    assert login.refresh_token != token
    assert sandbox.requests[-1].status is None
    assert error_of(program.refresh(token)) == (400, "invalid_grant")
    assert sandbox.logins[0].is_revoked


def test_any_response_can_be_lost_after_the_act(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.inject(Fault("lost_response", times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(ANNOTATIONS, json={})
    assert len(results(client.get(ANNOTATIONS))) == 1


def test_invalid_grant_hits_the_token_endpoint_alone_and_spends_nothing(
    sandbox: Sandbox, program: Program
) -> None:
    tokens = program.log_in()
    sandbox.inject(Fault("invalid_grant", times=1))
    assert ask(sandbox, **bearer(tokens["access_token"])).status_code == 200
    assert error_of(program.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert program.refresh(tokens["refresh_token"]).status_code == 200


def test_a_malformed_answer_can_hold_anything(sandbox: Sandbox, program: Program) -> None:
    token = program.log_in()["refresh_token"]
    sandbox.inject(Fault("malformed", times=1, path=TOKEN, body=b'{"access_token": 7}'))
    answer = program.refresh(token)
    assert (answer.status_code, answer.json()) == (200, {"access_token": 7})
    assert sandbox.refreshes == 0


def test_a_registration_can_be_put_off(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.inject(Fault("rate_limited", times=1, path=REGISTER, retry_after=7))
    refused = register(client)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert sandbox.clients == ()
    assert register(client).status_code == 201


@pytest.mark.parametrize("path", [REGISTER, AUTHORIZE, TOKEN, REVOKE])
def test_every_path_of_the_authorization_server_can_fail(
    sandbox: Sandbox, client: httpx.Client, path: str
) -> None:
    sandbox.inject(Fault("server_error", path="/oauth/", status=502))
    assert client.post(path).status_code == 502
    assert client.get(ME).status_code == 200
