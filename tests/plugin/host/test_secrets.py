"""No error repeats what a plugin was given, whatever form it has and whichever door it came by."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Literal

import pytest
from pydantic import BaseModel, Field, SecretBytes, SecretStr

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, ProviderFailedError
from mp_core.plugin import TokenResolver, hookimpl
from mp_core.plugin._host.secrets import secrets_among
from mp_core.plugin._host.vetoes import take
from mp_core.plugin.account import Account
from tests.support.audit_log import host_with
from tests.support.bearer_server import Resolver
from tests.support.fake_providers import Provider

CANARY = "fake-canary-of-a-keyring"


class Inner(BaseModel):
    key: SecretStr = SecretStr(CANARY)


class RingAccount(Account):
    """An account of many secrets."""

    type: Literal["ring"] = "ring"
    keys: tuple[SecretStr, ...] = ()
    named: dict[str, SecretStr] = Field(default_factory=dict)
    raw: SecretBytes | None = None
    inner: Inner | None = None

    def is_long_lived(self) -> bool:
        return True


FORMS = {
    "tuple": RingAccount(name="me", region="us", keys=(SecretStr(CANARY),)),
    "mapping": RingAccount(name="me", region="us", named={"a": SecretStr(CANARY)}),
    "bytes": RingAccount(name="me", region="us", raw=SecretBytes(CANARY.encode())),
    "model": RingAccount(name="me", region="us", inner=Inner()),
}
EACH = pytest.mark.parametrize("account", FORMS.values(), ids=FORMS)


class Ring(Provider):
    """Fails with all that it knows."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return RingAccount

    @hookimpl
    def mp_auth_header(self, account: RingAccount, token_resolver: TokenResolver) -> str:
        token = None if FORMS["tuple"] == account else token_resolver.get_token(account)
        raise ValueError(f"refused: {[*secrets_among(account)]} {token}")


class Strict(Provider):
    """A policy that says too much."""

    @hookimpl
    def mp_validate_account(self, account: Account) -> None:
        raise ConfigError(f"weak: {[*secrets_among(account)]}")


@EACH
def test_secrets_are_found_however_deep_they_are(account: RingAccount) -> None:
    assert [*secrets_among(account)] == [CANARY]


def headers_of(account: RingAccount) -> list[Callable[[], object]]:
    context = Context(env={}, plugins=host_with({}, ring=Ring()))
    session = mp.Session(account=account.served_by(context.host.plugins), project="1")
    resolver = Resolver([CANARY])
    auth = mp.SessionAuth(session, context=context, token_resolver=resolver)
    return [auth.header, lambda: context.host.auth_header(account, resolver)]


@EACH
def test_what_a_hook_raises_repeats_no_secret_and_no_token(account: RingAccount) -> None:
    for header in headers_of(account):
        with pytest.raises(ProviderFailedError, match=r"refused: .*\*\*\*") as caught:
            header()
        assert CANARY not in "".join(traceback.format_exception(caught.value))


@EACH
def test_why_an_account_is_refused_is_recorded_without_them(account: RingAccount) -> None:
    host = host_with({"strict": Strict()}, ring=Ring()).with_extensions(["strict"])
    with pytest.raises(ConfigError) as caught:
        host.admit(account, "load")
    veto = take(caught.value)
    assert veto is not None
    assert veto.why == "weak: ['***']"
