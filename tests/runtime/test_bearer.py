"""The default token resolver: stored tokens, inline tokens, and tokens in a variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core.errors import AccountNotFoundError, OAuthError
from mp_core.plugin.tokens import TOKEN_ERROR, TokenResolver
from tests.support import bearer_server, plugin_modules
from tests.support.bearer_server import tokens
from tests.support.fake_providers import HOST, PassAccount, ticket
from tests.support.home_files import configure
from tests.support.plugin_modules import CARD

CANARY = "canary-77ab"
PASS = PassAccount(name="me", region="us")


PLUGIN = bearer_server.Pass(lambda: tokens("refreshed"))


def context(home: Path) -> Context:
    """Surroundings in whose configuration `me` is, who is logged in."""
    configure(home, accounts={"me": {"type": "pass", "region": "us"}})
    return bearer_server.context(home, PLUGIN, tokens("stored"))


def test_it_is_a_token_resolver() -> None:
    assert isinstance(OnDiskTokenResolver(), TokenResolver)


def test_a_stored_token_is_found_by_account_or_by_configured_name(home: Path) -> None:
    around = context(home)
    assert OnDiskTokenResolver(context=around, account=PASS).get_browser_token("me", "us") == (
        "stored"
    )
    assert OnDiskTokenResolver(context=around).get_browser_token("me", "us") == "stored"


def test_a_refused_token_is_refreshed(home: Path) -> None:
    resolver = OnDiskTokenResolver(context=context(home), account=PASS, rejected="stored")
    assert resolver.get_browser_token("me", "us") == "refreshed"


def test_another_refused_token_is_none_of_ours(home: Path) -> None:
    resolver = OnDiskTokenResolver(context=context(home), account=PASS, rejected="older")
    assert resolver.get_browser_token("me", "us") == "stored"


def test_a_name_that_is_not_configured_is_told(home: Path) -> None:
    with pytest.raises(AccountNotFoundError):
        OnDiskTokenResolver(context=context(home)).get_browser_token("nobody", "us")


@pytest.mark.parametrize(("name", "region"), [("other", "us"), ("me", "eu")])
def test_h18_a_resolver_serves_its_own_account_and_region_only(
    home: Path, name: str, region: str
) -> None:
    resolver = OnDiskTokenResolver(context=context(home), account=PASS)
    with pytest.raises(OAuthError, match="not the one this resolver serves") as caught:
        resolver.get_browser_token(name, region)
    assert caught.value.code == TOKEN_ERROR


def test_an_inline_token_is_returned() -> None:
    resolver = OnDiskTokenResolver(context=Context(env={}, plugins=HOST))
    assert resolver.get_static_token(ticket(CANARY)) == CANARY


def test_a_variable_is_read_at_use() -> None:
    env = {"TOKEN": "first"}
    resolver = OnDiskTokenResolver(context=Context(plugins=HOST, env=env))
    account = ticket(None, token_env="TOKEN")
    assert resolver.get_static_token(account) == "first"
    env["TOKEN"] = " second\n"
    assert resolver.get_static_token(account) == "second"


@pytest.mark.parametrize("env", [{}, {"TOKEN": ""}])
def test_a_variable_that_is_unset_or_empty_is_named(env: dict[str, str]) -> None:
    resolver = OnDiskTokenResolver(context=Context(plugins=HOST, env=env))
    with pytest.raises(OAuthError, match="TOKEN is unset or empty") as caught:
        resolver.get_static_token(ticket(None, token_env="TOKEN"))
    assert caught.value.code == TOKEN_ERROR
    assert caught.value.details["env_var"] == "TOKEN"
    assert "export TOKEN=" in str(caught.value.hint)


BAD = [f"{CANARY} two", f"{CANARY}\x00", f"{CANARY}\nX-Evil: 1", f"{CANARY}ü", " ", "\t\n"]


@pytest.mark.parametrize("value", BAD)
def test_h39_what_cannot_stand_in_a_header_is_refused_and_not_repeated(value: str) -> None:
    resolver = OnDiskTokenResolver(context=Context(plugins=HOST, env={"TOKEN": value}))
    for account in (ticket(value), ticket(None, token_env="TOKEN")):
        with pytest.raises(OAuthError, match="is not a bearer token") as caught:
            resolver.get_static_token(account)
        error = caught.value
        assert error.code == TOKEN_ERROR
        assert CANARY not in f"{error} {error.hint} {error.details} {error.args}"


def test_a_secret_is_no_bearer_unless_its_type_says_so() -> None:
    resolver = OnDiskTokenResolver(context=Context(env={}, plugins=HOST))
    with pytest.raises(OAuthError, match="it holds none") as caught:
        resolver.get_static_token(CARD)
    assert plugin_modules.CANARY not in f"{caught.value} {caught.value.hint}"


def test_an_account_that_holds_none_is_told() -> None:
    with pytest.raises(OAuthError, match="'me' has no usable token") as caught:
        OnDiskTokenResolver(context=Context(env={}, plugins=HOST)).get_static_token(PASS)
    assert "mp account update me" in str(caught.value.hint)
