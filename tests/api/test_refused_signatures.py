"""`mp_authenticate` after a 401: a fresh token and one more attempt, or none that is pointless."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mp_core.plugin import OutgoingRequest, TokenResolver, hookimpl
from mp_core.plugin.account import Account
from tests.support.bearer_server import Resolver
from tests.support.signing_provider import (
    BOTH,
    Seal,
    Send,
    Server,
    Unsigned,
    auth,
    host_with,
)


@BOTH
def test_h45_a_signature_that_is_refused_is_not_sent_again(send: Send) -> None:
    seal, server = Seal(), Server((401,))
    assert send(server, auth(host_with(seal))).status_code == 401
    assert len(server.requests) == len(seal.seen) == 1


class WithToken(Unsigned):
    """Signs with a token of the resolver's."""

    def __init__(self) -> None:
        self.seen: list[OutgoingRequest] = []

    @hookimpl
    def mp_authenticate(
        self, account: Account, request: OutgoingRequest, token_resolver: TokenResolver
    ) -> Mapping[str, str]:
        self.seen.append(request)
        token = token_resolver.get_token(account)
        return {"X-Token": token, "X-Number": str(len(self.seen))}


@BOTH
@pytest.mark.parametrize(
    ("bearers", "tokens"), [(["one", "two"], ["one", "two"]), (["one"], ["one"])]
)
def test_h45_a_token_that_is_refused_is_replaced_once_wherever_the_proof_shows_it(
    send: Send, bearers: list[str], tokens: list[str]
) -> None:
    seal, server = WithToken(), Server((401, 401))
    around = auth(host_with(seal), token_resolver=Resolver(bearers))
    assert send(server, around, headers={"X-Trace": "7"}).status_code == 401
    assert [each.headers["X-Trace"] for each in seal.seen] == ["7", "7"]
    assert all("X-Number" not in each.headers for each in seal.seen), "signed anew, not on top"
    last = server.requests[-1].headers
    assert (len(server.requests), last["X-Token"]) == (len(tokens), tokens[-1])


@BOTH
def test_nothing_of_an_attempt_is_left_in_the_next(send: Send) -> None:
    class Once(WithToken):
        @hookimpl
        def mp_authenticate(
            self, account: Account, request: OutgoingRequest, token_resolver: TokenResolver
        ) -> Mapping[str, str]:
            self.seen.append(request)
            token = token_resolver.get_token(account)
            return {"X-Token": token, f"X-Attempt-{len(self.seen)}": "yes"}

    server = Server((401, 200))
    around = auth(host_with(Once()), token_resolver=Resolver(["one", "two"]))
    send(server, around)
    attempts = [{n for n in r.headers if n.startswith("x-attempt")} for r in server.requests]
    assert attempts == [{"x-attempt-1"}, {"x-attempt-2"}]


class Both(Unsigned):
    """Signs for some, and has a header for the others."""

    @hookimpl
    def mp_authenticate(self) -> None:
        return None

    @hookimpl
    def mp_auth_header(self, token_resolver: TokenResolver) -> str:
        return f"Bearer {token_resolver.get_browser_token('me', 'us')}"


@BOTH
def test_h45_none_means_the_header_whose_token_is_replaced_as_ever(send: Send) -> None:
    server = Server((401, 200))
    around = auth(host_with(Both()), token_resolver=Resolver(["one", "two"]))
    assert send(server, around).status_code == 200
    assert [r.headers["Authorization"] for r in server.requests] == ["Bearer one", "Bearer two"]
