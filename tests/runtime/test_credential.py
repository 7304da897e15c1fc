"""Credentials of types that sign: whether they are at hand, and what stands for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import mp_core as mp
from mp_core._accounts.status import summary
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._runtime.credential import check_credential, credential_text
from mp_core._values.selection import selected
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, OAuthError, ProviderError
from mp_core.plugin import OutgoingRequest, TokenResolver
from mp_core.plugin.hooks import hookimpl
from tests.support.home_files import configure
from tests.support.signing_provider import KEY, Seal, SealAccount, Unsigned, host_with

SEAL = {"type": "seal", "region": "us", "default_project": "7", "key": KEY}


class Locked(Unsigned):
    """Signs with a token that only one of the accounts has."""

    @hookimpl
    def mp_authenticate(
        self, account: SealAccount, token_resolver: TokenResolver
    ) -> Mapping[str, str]:
        if account.name == "locked":
            raise OAuthError("There is no token.")
        return {"X-Key": "k"}


def around(home: Path, provider: object, **env: str) -> Context:
    configure(home, active={"account": "one"}, accounts={"one": SEAL, "locked": SEAL})
    return Context(env={"HOME": str(home), **env}, plugins=host_with(provider))


def test_a_switch_asks_for_a_signature_and_sends_nothing(home: Path) -> None:
    seal = Seal(MP_NEEDS_BODY=True)
    with mp.Workspace.within(around(home, seal), selected(account="one")) as ws:
        ws.use(account="locked")
    assert [(each.method, each.url, each.content) for each in seal.seen] == [
        ("GET", "https://mixpanel.com/api/app/me", b"")
    ]


def test_a_switch_to_what_cannot_be_proven_leaves_everything_as_it_is(home: Path) -> None:
    with mp.Workspace.within(around(home, Locked()), selected(account="one")) as ws:
        with pytest.raises(OAuthError, match="no token"):
            ws.use(account="locked")
        assert ws.account.name == "one"


def test_an_account_that_cannot_be_proven_needs_a_token(home: Path) -> None:
    context = around(home, Locked())
    found = {name: summary(context, context.config(), name).status for name in ("one", "locked")}
    assert found == {"one": "untested", "locked": "needs_token"}


def test_there_is_no_header_apart_from_a_request(home: Path) -> None:
    context = around(home, Seal())
    account = context.config().account("one")
    with pytest.raises(ConfigError, match="sign each request") as caught:
        context.host.auth_header(account, OnDiskTokenResolver(context=context))
    assert caught.value.code == "SIGNS_REQUESTS"
    assert not isinstance(caught.value, ProviderError)
    assert Accounts(context).token("one") is None


def test_what_stands_for_a_credential_follows_its_fields_and_not_the_project(home: Path) -> None:
    context = around(home, Seal())
    account = context.config().account("one")
    resolver = OnDiskTokenResolver(context=context)

    def text(**changes: object) -> str:
        return credential_text(context, account.model_copy(update=changes), resolver)

    assert text() == text(default_project="8") == text(name="another")
    assert text() != text(gateway="https://gw.acme.example")


def test_an_extension_that_adds_headers_makes_no_type_one_that_signs(home: Path) -> None:
    class Plain(Unsigned):
        @hookimpl
        def mp_auth_header(self) -> str:
            return "Seal header"

    class Adding:
        @hookimpl
        def mp_authenticate(self, request: OutgoingRequest) -> Mapping[str, str]:
            raise AssertionError("There is no request.")

    host = host_with(Plain(), adding=Adding())
    context = Context(env={"HOME": str(home)}, plugins=host)
    account = SealAccount(name="one", region="us").served_by(host.plugins)
    check_credential(context, account)
    resolver = OnDiskTokenResolver(context=context)
    assert credential_text(context, account, resolver) == "Seal header"
