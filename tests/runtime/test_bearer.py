"""The default token resolver: stored tokens, inline tokens, and tokens in a variable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._tokens.binding import FOREIGN
from mp_core.errors import OAuthError
from mp_core.plugin.account import Account, TokenPlace
from mp_core.plugin.tokens import TOKEN_ERROR, TokenResolver
from tests.support import bearer_server, plugin_modules
from tests.support.bearer_server import tokens
from tests.support.fake_providers import HOST, PassAccount, ticket
from tests.support.home_files import configure, write_config
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


@pytest.mark.parametrize("name", ["nobody", "../me", ""])
def test_h62_a_name_that_nobody_has_is_an_oauth_error_that_says_what_to_do(
    home: Path, name: str
) -> None:
    with pytest.raises(OAuthError, match="There is no account") as caught:
        OnDiskTokenResolver(context=context(home)).get_browser_token(name, "us")
    assert caught.value.code == TOKEN_ERROR
    assert f"mp account add {name} --type TYPE --region us" in str(caught.value.hint)


@pytest.mark.parametrize(
    "text", ["accounts = 3", "not TOML", '[accounts.me]\ntype = "pass"\nx = 1']
)
def test_h62_what_is_wrong_with_the_configuration_is_an_oauth_error_for_a_resolver(
    home: Path, text: str
) -> None:
    around = context(home)
    write_config(home, text)
    with pytest.raises(OAuthError) as caught:
        OnDiskTokenResolver(context=around).get_browser_token("me", "us")
    assert caught.value.code == TOKEN_ERROR


def test_a_token_of_this_very_account_is_found_whatever_the_configuration_says(home: Path) -> None:
    around = context(home)
    elsewhere = PASS.kept_at(TokenPlace("bridges/1", tokens("carried")))
    resolver = OnDiskTokenResolver(context=around)
    assert resolver.get_token(elsewhere) == "carried"
    assert resolver.for_account(elsewhere).get_browser_token("me", "us") == "carried"
    assert resolver.get_token(PASS) == resolver.get_browser_token("me", "us") == "stored"


class TestWithoutConfiguration:
    @pytest.fixture
    def around(self, home: Path) -> Context:
        """Surroundings with a login, and without a word of it in the configuration."""
        found = context(home)
        write_config(home, "")
        return found

    @pytest.fixture
    def file(self, around: Context, home: Path) -> Path:
        return home / ".mp" / "accounts" / "me" / "tokens.json"

    def test_the_files_of_the_slot_suffice(self, around: Context) -> None:
        assert OnDiskTokenResolver(context=around).get_browser_token("me", "us") == "stored"

    def test_a_stale_token_is_refreshed_as_the_type_does_that_they_tell(
        self, around: Context
    ) -> None:
        resolver = OnDiskTokenResolver(context=around, rejected="stored")
        assert resolver.get_browser_token("me", "us") == "refreshed"
        assert OnDiskTokenResolver(context=around).get_browser_token("me", "us") == "refreshed"

    def test_those_that_tell_no_type_serve_while_their_token_is_fresh(
        self, around: Context, file: Path
    ) -> None:
        record = json.loads(file.read_text())
        del record["type"]
        file.write_text(json.dumps(record))
        assert OnDiskTokenResolver(context=around).get_browser_token("me", "us") == "stored"
        for rejected, expires_at in (("stored", record["expires_at"]), (None, "2020-01-01T00:00Z")):
            file.write_text(json.dumps({**record, "expires_at": expires_at}))
            with pytest.raises(OAuthError, match="how to refresh it is not known") as caught:
                OnDiskTokenResolver(context=around, rejected=rejected).get_browser_token("me", "us")
            assert caught.value.code == TOKEN_ERROR
            assert "mp account add me --type TYPE --region us" in str(caught.value.hint)

    @pytest.mark.parametrize("content", ["{", "[]", '{"access_token": "x"}'])
    def test_those_that_are_broken_are_an_oauth_error(
        self, around: Context, file: Path, content: str
    ) -> None:
        file.write_text(content)
        with pytest.raises(OAuthError, match="cannot be used") as caught:
            OnDiskTokenResolver(context=around).get_browser_token("me", "us")
        assert caught.value.code == TOKEN_ERROR

    def test_those_of_another_region_are_not_used(self, around: Context) -> None:
        with pytest.raises(OAuthError, match="belongs to the region 'us'") as caught:
            OnDiskTokenResolver(context=around).get_browser_token("me", "eu")
        assert caught.value.code == FOREIGN


class TestOwnResolvers:
    """Resolvers that know nothing of accounts, as contract 1.0 had them."""

    class Names:
        def get_browser_token(self, name: str, region: str) -> str:
            return f"token-of-{name}-in-{region}"

        def get_static_token(self, account: Account) -> str:
            raise AssertionError

    def test_they_are_asked_by_name_and_region(self) -> None:
        assert HOST.auth_header(PASS, self.Names()) == "Bearer token-of-me-in-us"

    def test_a_provider_may_ask_them_for_the_account(self) -> None:
        def ask(account: Account, token_resolver: TokenResolver) -> str:
            return f"Bearer {token_resolver.get_token(account)}"

        host = plugin_modules.host_of(plugin_modules.cards(mp_auth_header=ask))
        assert host.auth_header(CARD, self.Names()) == "Bearer token-of-team-in-eu"

    def test_one_that_adds_to_ours_is_asked_as_it_is(self, home: Path) -> None:
        class Counted(OnDiskTokenResolver):
            asked = 0

            def get_browser_token(self, name: str, region: str) -> str:
                Counted.asked += 1
                return super().get_browser_token(name, region)

        around = context(home)
        assert around.host.auth_header(PASS, Counted(context=around)) == "Bearer stored"
        assert Counted.asked == 1


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
