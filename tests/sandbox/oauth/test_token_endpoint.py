"""How the sandbox trades codes and refresh tokens, and takes tokens back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.support.oauth_client import (
    CALLBACKS,
    TOKEN,
    Program,
    answer_in,
    error_of,
    open_program,
    ticket_in,
)
from tests.support.sandbox_calls import ask, bearer, results

REFUSED = (400, "invalid_grant")


def status_of(sandbox: Sandbox, tokens: Any) -> int:
    """Return what the API says to the access token."""
    return ask(sandbox, **bearer(tokens["access_token"])).status_code


def test_a_code_yields_tokens_of_who_approved_and_nobody_stores_the_answer(
    sandbox: Sandbox, program: Program
) -> None:
    for person in sandbox.identities:
        redirect = program.decide(ticket_in(program.ask()), user_id=str(person.user_id))
        answer = program.exchange(answer_in(redirect)["code"])
        tokens = answer.json()
        assert results(ask(sandbox, **bearer(tokens["access_token"])))["user_name"] == person.name
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "projects events"
    assert answer.headers["Cache-Control"] == "no-store"
    assert [login.identity.name for login in sandbox.logins] == ["ci", "ada", "grace"]


def test_a_login_shows_its_tokens_but_not_in_its_repr(sandbox: Sandbox, program: Program) -> None:
    tokens = program.log_in()
    (login,) = sandbox.logins
    assert (login.access_token, login.refresh_token) == (
        tokens["access_token"],
        tokens["refresh_token"],
    )
    assert login.client_id == program.client_id
    assert not [
        secret
        for secret in (login.code, *tokens.values())
        if str(secret)[:5] == "fake-" and secret in repr(login)
    ]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"code_verifier": "w" * 43}, REFUSED),
        ({"code_verifier": None}, (400, "invalid_request")),
        ({"redirect_uri": CALLBACKS[1]}, REFUSED),
        ({"redirect_uri": None}, REFUSED),
        ({"code": None}, (400, "invalid_request")),
        ({"code": "fake-unknown"}, REFUSED),
        ({"client_id": None}, (400, "invalid_request")),
        ({"client_id": "fake-client-unknown"}, (401, "invalid_client")),
        ({"grant_type": None}, (400, "invalid_request")),
        ({"grant_type": ""}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    ],
)
def test_a_wrong_exchange_gets_an_error_of_the_rfc_and_no_login(
    sandbox: Sandbox, program: Program, wrong: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert error_of(program.exchange(program.code(), **wrong)) == expected
    assert sandbox.logins == ()


def test_a_code_is_for_the_client_that_asked_for_it(sandbox: Sandbox, program: Program) -> None:
    with open_program(sandbox) as other:
        assert error_of(other.exchange(program.code())) == REFUSED


def test_a_code_that_comes_back_ends_the_login_that_was_made_with_it(
    sandbox: Sandbox, program: Program
) -> None:
    code = program.code()
    tokens = program.exchange(code).json()
    untouched = program.log_in()
    assert error_of(program.exchange(code)) == REFUSED
    assert (status_of(sandbox, tokens), status_of(sandbox, untouched)) == (401, 200)
    assert error_of(program.refresh(tokens["refresh_token"])) == REFUSED


def test_a_failed_exchange_spends_the_code(program: Program) -> None:
    code = program.code()
    assert error_of(program.exchange(code, code_verifier="w" * 43)) == REFUSED
    assert error_of(program.exchange(code)) == REFUSED


def test_of_many_exchanges_of_one_code_at_once_at_most_one_succeeds(
    sandbox: Sandbox, program: Program
) -> None:
    code = program.code()
    with ThreadPoolExecutor(16) as pool:
        statuses = [r.status_code for r in pool.map(lambda _: program.exchange(code), range(32))]
    assert statuses.count(200) == 1
    assert len(sandbox.logins) == 1


def test_a_refresh_replaces_both_tokens(sandbox: Sandbox, program: Program) -> None:
    old = program.log_in()
    new = program.refresh(old["refresh_token"]).json()
    assert old["refresh_token"] != new["refresh_token"]
    assert (status_of(sandbox, old), status_of(sandbox, new)) == (401, 200)
    assert (sandbox.refreshes, len(sandbox.logins)) == (1, 1)


def test_a_spent_refresh_token_ends_the_whole_login_and_no_other(
    sandbox: Sandbox, program: Program
) -> None:
    first, untouched = program.log_in(), program.log_in()
    second = program.refresh(first["refresh_token"]).json()
    third = program.refresh(second["refresh_token"]).json()
    assert error_of(program.refresh(first["refresh_token"])) == REFUSED
    assert status_of(sandbox, third) == 401
    assert error_of(program.refresh(third["refresh_token"])) == REFUSED
    assert [login.is_revoked for login in sandbox.logins] == [True, False]
    assert program.refresh(untouched["refresh_token"]).status_code == 200


def test_of_many_refreshes_of_one_token_at_once_one_succeeds_and_the_rest_end_the_login(
    sandbox: Sandbox, program: Program
) -> None:
    token = program.log_in()["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        statuses = [r.status_code for r in pool.map(lambda _: program.refresh(token), range(16))]
    assert statuses.count(200) == sandbox.refreshes == 1
    assert statuses.count(400) == 15
    assert sandbox.logins[0].is_revoked


def test_a_refresh_token_is_for_its_client_and_survives_another_one(
    sandbox: Sandbox, program: Program
) -> None:
    tokens = program.log_in()
    with open_program(sandbox) as other:
        assert error_of(other.refresh(tokens["refresh_token"])) == REFUSED
    assert program.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token", ["", "fake-unknown", "fake-refresh-", "fake-refresh-x-y"])
def test_an_unknown_refresh_token_is_refused(program: Program, token: str) -> None:
    assert error_of(program.refresh(token))[0] == 400


def test_a_client_gets_a_refresh_token_only_if_it_registered_for_them(sandbox: Sandbox) -> None:
    with open_program(sandbox, grant_types=["authorization_code"]) as program:
        assert "refresh_token" not in program.log_in()


def test_the_lifetime_of_access_tokens_can_be_changed_at_any_time() -> None:
    now = [1000.0]
    with Sandbox(clock=lambda: now[0]) as sandbox, open_program(sandbox) as program:
        sandbox.token_lifetime_s = 60
        first = program.log_in()
        assert first["expires_in"] == 60
        now[0] += 60
        assert status_of(sandbox, first) == 401
        sandbox.token_lifetime_s = 5
        assert program.refresh(first["refresh_token"]).json()["expires_in"] == 5


def test_all_access_tokens_can_be_expired_at_once_and_refreshed(
    sandbox: Sandbox, program: Program
) -> None:
    logins = [program.log_in(), program.log_in()]
    sandbox.expire_tokens()
    assert [status_of(sandbox, tokens) for tokens in logins] == [401, 401]
    assert ask(sandbox, **bearer(sandbox.samples["token"])).status_code == 200
    assert status_of(sandbox, program.refresh(logins[0]["refresh_token"]).json()) == 200


def test_revoking_a_refresh_token_ends_the_login(sandbox: Sandbox, program: Program) -> None:
    spent, untouched = program.log_in(), program.log_in()
    tokens = program.refresh(spent["refresh_token"]).json()
    assert program.revoke(tokens["refresh_token"]).status_code == 200
    assert (status_of(sandbox, tokens), status_of(sandbox, untouched)) == (401, 200)
    assert error_of(program.refresh(tokens["refresh_token"])) == REFUSED


def test_revoking_an_access_token_leaves_the_refresh_token(
    sandbox: Sandbox, program: Program
) -> None:
    tokens = program.log_in()
    assert program.revoke(tokens["access_token"]).status_code == 200
    assert status_of(sandbox, tokens) == 401
    assert program.refresh(tokens["refresh_token"]).status_code == 200


def test_revoking_answers_unknown_tokens_as_known_ones_and_refuses_other_clients(
    sandbox: Sandbox, program: Program
) -> None:
    tokens = program.log_in()
    assert program.revoke("fake-unknown").status_code == 200
    assert program.revoke(sandbox.samples["token"]).status_code == 200
    assert error_of(program.revoke("")) == (400, "invalid_request")
    assert error_of(program.revoke("x", client_id="unknown")) == (401, "invalid_client")
    with open_program(sandbox) as other:
        assert error_of(other.revoke(tokens["access_token"])) == REFUSED
    assert status_of(sandbox, tokens) == 200
    assert ask(sandbox, **bearer(sandbox.samples["token"])).status_code == 200


def test_only_post_asks_for_tokens(program: Program) -> None:
    response: httpx.Response = program.http.get(TOKEN)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
