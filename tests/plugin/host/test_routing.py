"""Router: who is asked about an account, and what a defective plugin costs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, cast

import pytest

from mp_core.errors import OAuthError, ProviderFailedError, ProviderNotInstalledError
from mp_core.plugin._host.plugin_set import PluginSet
from mp_core.plugin.account import NO_RESOLVER, Account
from mp_core.plugin.hooks import EXTENSIONS
from mp_core.plugin.tokens import OAuthTokens, TokenStore
from tests.support.fake_providers import CardAccount
from tests.support.plugin_modules import (
    CARD,
    TICKET,
    TOKENS,
    Slot,
    announce,
    cards,
    extension,
    header,
    host_of,
    provider,
    tickets,
)


def test_h51_every_hook_about_an_account_reaches_its_own_provider_alone() -> None:
    seen: dict[str, list[Any]] = {"card": [], "ticket": []}

    def spying(type_: str) -> dict[str, Callable[..., Any]]:
        def watch(account: Account) -> None:
            seen[type_].append(account)

        hooks = ["mp_validate_account", "mp_login", "mp_refresh_tokens", "mp_revoke_tokens"]
        hooks += ["mp_load_tokens", "mp_persist_tokens", "mp_delete_tokens", "mp_account_status"]
        return {**dict.fromkeys(hooks, watch), "mp_export_bridge": watch}

    host = host_of(cards(**spying("card")), tickets(**spying("ticket")))
    http = cast(Any, None)
    for account in (CARD, TICKET, CARD, TICKET):
        slot: TokenStore = Slot()
        assert header(host, account) == f"{account.type} of {account.name}"
        host.validate(account, "load")
        host.login(account, None)
        host.refresh_tokens(account, TOKENS, http)
        host.revoke_tokens(account, TOKENS, http)
        host.persist_tokens(account, TOKENS, slot)
        host.load_tokens(account, slot)
        host.delete_tokens(account, slot)
        host.status(account, TOKENS)
        host.export_bridge(account, TOKENS, NO_RESOLVER)
    assert seen == {"card": [CARD] * 18, "ticket": [TICKET] * 18}


def test_h51_a_provider_that_fails_while_it_loads_is_never_asked_again() -> None:
    """Its good hooks come before its bad one, in the order in which pluggy takes them."""

    def steal(account: Account) -> str:
        return f"stolen {account.name}"

    def wrong(acount: Account) -> None: ...

    thief = provider(CardAccount, mp_auth_header=steal, mp_validate_account=wrong)
    host = host_of(announce("card", thief), tickets())
    with pytest.raises(ProviderFailedError):
        host.model("card")
    assert header(host, TICKET) == "ticket of door"


def test_h51_a_provider_is_not_asked_about_other_types_while_it_is_being_loaded() -> None:
    """Another thread makes a request at the very moment in which a provider is checked."""
    headers: list[str] = []

    def checked() -> type[Account]:
        thread = threading.Thread(target=lambda: headers.append(header(host, TICKET)))
        thread.start()
        thread.join(60)
        return CardAccount

    def steal(account: Account) -> str:
        return "stolen"

    host = host_of(cards(mp_account_model=checked, mp_auth_header=steal), tickets())
    header(host, TICKET)
    host.model("card")
    assert headers == ["ticket of door"]


@pytest.mark.parametrize("first", [CARD, TICKET])
def test_extensions_see_every_account_ahead_of_the_providers(first: Account) -> None:
    """Whichever provider is loaded first."""

    def gild(account: Account) -> str:
        return f"gilded {account.type}"

    host = host_of(cards(), tickets(), extension("gild", mp_auth_header=gild), extensions=["gild"])
    for account in (first, CARD, TICKET):
        assert header(host, account) == f"gilded {account.type}"


def test_an_extension_that_is_not_switched_on_is_not_even_loaded() -> None:
    announced = extension("gild", mp_auth_header=lambda account: "gilded")
    host = host_of(cards(), announced)
    assert header(host, CARD) == "card of team"
    assert cast(Any, announced[EXTENSIONS, "gild"][0].entry_point).loads == 0


def test_h63_an_extension_that_one_host_switches_on_is_not_on_in_another() -> None:
    """They share the plugins that both have, each loaded once."""
    announced = [cards(), extension("gild", mp_auth_header=lambda account: "gilded")]
    host = host_of(*announced)
    gilding = host.with_extensions(["gild"])
    for _ in range(2):
        assert header(host, CARD) == "card of team"
        assert header(gilding, CARD) == "gilded"
    assert gilding.with_extensions([]) is host
    assert [cast(Any, v[0].entry_point).loads for one in announced for v in one.values()] == [1, 1]


def test_h63_what_another_process_allowed_is_allowed_within_what_is_allowed_here() -> None:
    announced = [cards(), tickets(), extension("gild", mp_auth_header=lambda account: "gilded")]
    here = host_of(*announced, env={"MP_PLUGINS": "card,ticket"})
    assert here.of(PluginSet(None)) is here
    assert header(here.of(PluginSet(("card",))), CARD) == "card of team"
    for refused in (PluginSet(("card", "gild"), ("gild",)), PluginSet(None, ("gild",))):
        with pytest.raises(ProviderNotInstalledError, match="gild"):
            header(here.of(refused), CARD)
    with pytest.raises(ProviderNotInstalledError, match="ticket"):
        header(here.of(PluginSet(("card",))), TICKET)


@pytest.mark.parametrize("kind", [RuntimeError, KeyError, AssertionError, OSError])
@pytest.mark.parametrize("where", ["alone", "in the middle"])
def test_h48_h39_a_hook_that_raises_is_named_without_the_secrets_it_was_given(
    kind: type[Exception], where: str
) -> None:
    def broken(account: CardAccount) -> str:
        secret = account.number.get_secret_value()
        raise kind(secret if where == "alone" else f"cannot use {secret} today")

    host = host_of(cards(mp_auth_header=broken), tickets())
    with pytest.raises(ProviderFailedError) as caught:
        header(host, CARD)
    error = caught.value
    assert "The plugin card of acme-card 1.2, which serves card accounts, failed: " in str(error)
    assert f"mp_auth_header raised {kind.__name__}" in str(error)
    assert " (host/test_routing.py, line " in str(error)
    assert "acme-card" in (error.hint or "")
    assert error.details == {"type": "card", "distribution": "acme-card"}
    assert (error.__cause__, error.__context__) == (None, None)
    for shown in (str(error), repr(error), str(error.hint), str(error.details)):
        assert "canary" not in shown
    assert header(host, TICKET) == "ticket of door"


def test_h39_a_hook_that_raises_with_the_tokens_it_was_given_does_not_show_them() -> None:
    def broken(tokens: OAuthTokens) -> OAuthTokens:
        raise RuntimeError(f"the server dislikes {tokens.reveal()}")

    host = host_of(cards(mp_refresh_tokens=broken))
    with pytest.raises(ProviderFailedError) as caught:
        host.refresh_tokens(CARD, TOKENS, cast(Any, None))
    assert "the server dislikes" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_what_a_hook_raises_for_the_user_passes_through() -> None:
    def needs_login() -> str:
        raise OAuthError("Log in first.", code="OAUTH_TOKEN_ERROR")

    with pytest.raises(OAuthError, match=r"^Account 'team': Log in first\.$"):
        header(host_of(cards(mp_auth_header=needs_login)), CARD)
