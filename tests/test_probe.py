"""Asking who a credential belongs to."""

from __future__ import annotations

from typing import Any, Literal

import httpx
import pytest

from mp_core._api.me_lookup import ask_me
from mp_core._runtime.context import Context
from mp_core.errors import APIError, AuthenticationError
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import TokenResolver
from mp_core.sandbox import Fault, Sandbox
from tests import fakes


class TicketAccount(Account):
    type: Literal["ticket"] = "ticket"
    token: str

    def is_long_lived(self) -> bool:
        return False


class Ticket(fakes.Provider):
    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return TicketAccount

    @hookimpl
    def mp_auth_header(self, account: TicketAccount, token_resolver: TokenResolver) -> str:
        if account.token == "resolve":
            return f"Bearer {token_resolver.get_static_token(account)}"
        return f"Bearer {account.token}"


HOST = fakes.host_of(ticket=Ticket())


@pytest.fixture
def context(sandbox: Sandbox) -> Context:
    return Context(plugins=HOST, env={"MP_API_BASE_URL": sandbox.url})


def ticket(token: str, **fields: Any) -> TicketAccount:
    return TicketAccount(name="team", region="us", token=token, **fields)


@pytest.mark.parametrize("fields", [{}, {"default_project": "400"}])
def test_me_is_asked_whatever_the_project(
    sandbox: Sandbox, context: Context, fields: dict[str, str]
) -> None:
    who = sandbox.identities[1]
    me = ask_me(context, ticket(who.token, **fields))
    assert (me.user_id, me.user_email) == (who.user_id, who.email)
    (seen,) = sandbox.requests
    assert (seen.method, seen.path, dict(seen.query)) == ("GET", "/api/app/me", {})


def test_a_token_that_is_not_stored_yet_can_be_tried(sandbox: Sandbox, context: Context) -> None:
    class Holder:
        def get_browser_token(self, name: str, region: str) -> str:
            raise AssertionError

        def get_static_token(self, account: Account) -> str:
            return sandbox.identities[2].token

    assert ask_me(context, ticket("resolve"), Holder()).user_email == "grace@people.example"


def test_h34_a_credential_that_is_refused_names_its_account(context: Context) -> None:
    with pytest.raises(AuthenticationError, match="'team'"):
        ask_me(context, ticket("worthless"))


@pytest.mark.parametrize("kind", ["malformed", "redirect"])
def test_an_answer_that_is_not_me_is_a_typed_error(
    sandbox: Sandbox, context: Context, kind: Any
) -> None:
    sandbox.inject(Fault(kind))
    with pytest.raises(APIError):
        ask_me(context, ticket(sandbox.identities[0].token))


def test_connections_are_closed_afterwards() -> None:
    class Watched(httpx.MockTransport):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    for status in (200, 500):
        transport = Watched(lambda request, status=status: httpx.Response(status, json={}))
        around = Context(plugins=HOST, env={}, transport=transport)
        if status == 200:
            ask_me(around, ticket("x"))
        else:
            with pytest.raises(APIError):
                ask_me(around, ticket("x"))
        assert transport.is_closed
