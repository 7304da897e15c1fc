"""Asking who a credential belongs to."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mp_core._api.client import Call
from mp_core._api.me import Me
from mp_core._api.me_lookup import MeLookup
from mp_core._runtime.context import Context
from mp_core.errors import APIError, AuthenticationError
from mp_core.plugin.account import Account
from mp_core.sandbox import Fault, Sandbox
from tests.support import fake_providers
from tests.support.fake_providers import HOST, PassAccount, ticket

PASS = PassAccount(name="me", region="us")


@pytest.fixture
def context(sandbox: Sandbox) -> Context:
    return Context(plugins=HOST, env={"MP_API_BASE_URL": sandbox.url})


@pytest.mark.parametrize("fields", [{}, {"default_project": "400"}])
def test_me_is_asked_whatever_the_project(
    sandbox: Sandbox, context: Context, fields: dict[str, str]
) -> None:
    who = sandbox.identities[1]
    me = MeLookup(context, ticket(who.token, **fields)).ask()
    assert (me.user_id, me.user_email) == (who.user_id, who.email)
    (seen,) = sandbox.requests
    assert (seen.method, seen.path, dict(seen.query)) == ("GET", "/api/app/me", {})


@pytest.mark.parametrize("account", [ticket("another"), PASS], ids=lambda account: account.type)
def test_h34_a_login_that_is_not_stored_yet_is_asked_for_with_its_own_tokens(
    sandbox: Sandbox, context: Context, account: Account
) -> None:
    tokens = fake_providers.tokens(access_token=sandbox.identities[2].token)
    assert MeLookup(context, account, tokens=tokens).ask().user_email == "grace@people.example"


def test_h34_a_credential_that_is_refused_names_its_account(context: Context) -> None:
    with pytest.raises(AuthenticationError, match="'team'"):
        MeLookup(context, ticket("worthless")).ask()


@pytest.mark.parametrize("kind", ["malformed", "redirect"])
def test_an_answer_that_is_not_me_is_a_typed_error(
    sandbox: Sandbox, context: Context, kind: Any
) -> None:
    sandbox.inject(Fault(kind))
    with pytest.raises(APIError):
        MeLookup(context, ticket(sandbox.identities[0].token)).ask()


def test_connections_are_closed_afterwards() -> None:
    class Watched(httpx.MockTransport):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    for status in (200, 500):
        transport = Watched(
            lambda request, status=status: httpx.Response(status, json={"user_id": 7})
        )
        around = Context(plugins=HOST, env={}, transport=transport)
        if status == 200:
            MeLookup(around, ticket("x")).ask()
        else:
            with pytest.raises(APIError):
                MeLookup(around, ticket("x")).ask()
        assert transport.is_closed


def test_an_answer_is_asked_for_once_and_kept_by_get_alone(
    sandbox: Sandbox, context: Context
) -> None:
    lookup = MeLookup(context, ticket(sandbox.identities[1].token))
    me = lookup.ask()
    assert lookup.known() is None
    assert lookup.get() == lookup.get() == lookup.known() == me
    assert len(sandbox.requests) == 2
    lookup.get(refresh=True)
    assert len(sandbox.requests) == 3


def test_an_answer_that_is_given_to_keep_is_not_asked_for_again(
    sandbox: Sandbox, context: Context
) -> None:
    lookup = MeLookup(context, ticket("unheard"))
    lookup.keep(Me(user_id=7))
    assert lookup.get() == Me(user_id=7)
    assert sandbox.requests == []


def test_a_failure_does_not_bring_back_what_was_answered_before(
    sandbox: Sandbox, context: Context
) -> None:
    lookup = MeLookup(context, ticket(sandbox.identities[1].token))
    lookup.get()
    sandbox.inject(Fault("unauthorized"))
    with pytest.raises(AuthenticationError):
        lookup.get(refresh=True)


def test_who_has_a_connection_sends_the_question_over_it(
    sandbox: Sandbox, context: Context
) -> None:
    calls: list[Call] = []

    def send(call: Call) -> Any:
        calls.append(call)
        return {"results": {"user_id": 7}}

    assert MeLookup(context, ticket("unheard")).get(send=send) == Me(user_id=7)
    assert [(call.method, call.path) for call in calls] == [("GET", "/me")]
    assert sandbox.requests == []
