"""The headers of a session travel through every door: any client, a workspace, questions to /me."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

import mp_core as mp
from mp_core._api.me_lookup import MeLookup
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import MpError
from tests.support.bearer_server import PLUGINS, Resolver
from tests.support.bearer_server import session as bearer_session
from tests.support.fake_providers import BADGE_BLOCK, HOST, badge
from tests.support.home_files import configure
from tests.support.signing_provider import BOTH, Send, Server


def plain_auth(**headers: str) -> mp.SessionAuth:
    around = Context(plugins=PLUGINS, env={})
    session = bearer_session().replace(headers={"X-Team": "red", **headers})
    return mp.SessionAuth(session, context=around, token_resolver=Resolver(["one"]))


@BOTH
def test_any_client_sends_them(send: Send) -> None:
    server = Server()
    send(server, plain_auth())
    assert server.requests[0].headers["X-Team"] == "red"


@BOTH
def test_they_stand_over_those_of_the_caller_and_of_the_client(send: Send) -> None:
    server = Server()
    send(server, plain_auth(**{"User-Agent": "ours"}), headers={"x-team": "blue"})
    headers = server.requests[0].headers
    assert headers.get_list("X-Team") == ["red"]
    assert headers.get_list("User-Agent") == ["ours"]


@BOTH
def test_a_second_attempt_has_them_as_well(send: Send) -> None:
    server = Server((401, 200))
    around = Context(plugins=PLUGINS, env={})
    session = bearer_session().replace(headers={"X-Team": "red"})
    auth = mp.SessionAuth(session, context=around, token_resolver=Resolver(["one", "two"]))
    send(server, auth)
    assert [each.headers["X-Team"] for each in server.requests] == ["red", "red"]


def test_they_go_nowhere_else() -> None:
    server = Server()
    with pytest.raises(MpError), httpx.Client(transport=httpx.MockTransport(server)) as client:
        client.get("https://evil.example/", auth=plain_auth())
    assert server.requests == []


@pytest.fixture
def around(home: Path) -> tuple[Context, Server]:
    configure(
        home,
        active={"account": "team"},
        accounts={"team": BADGE_BLOCK},
        settings={"custom_header": {"name": "X-Team", "value": "red"}},
    )
    server = Server()
    context = Context(env={"HOME": str(home)}, plugins=HOST, transport=httpx.MockTransport(server))
    return context, server


def test_a_workspace_sends_them(around: tuple[Context, Server]) -> None:
    context, server = around
    with mp.Workspace.within(context) as ws:
        ws.request("GET", "/me")
    assert [each.headers["X-Team"] for each in server.requests] == ["red"]


def test_a_question_to_me_sends_them(around: tuple[Context, Server]) -> None:
    context, server = around
    with pytest.raises(MpError):
        MeLookup(context, badge(default_project="1")).ask()
    assert server.requests[0].headers["X-Team"] == "red"


def test_a_test_of_an_account_sends_them(around: tuple[Context, Server]) -> None:
    context, server = around
    assert not Accounts(context).test("team").ok
    assert {each.headers["X-Team"] for each in server.requests} == {"red"}
