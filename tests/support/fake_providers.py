"""Account types that exist in tests only, and providers that serve them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from pydantic import Field, SecretStr

from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount, env_account
from mp_core.plugin.hooks import PROVIDERS, hookimpl
from mp_core.plugin.tokens import OAuthTokens, TokenResolver

CANARY = "fake-secret-canary-5e1f"


class BadgeAccount(Account):
    """An account of a name and a secret, with a field that only its own type has."""

    type: Literal["badge"] = "badge"
    username: str = Field(min_length=1)
    secret: SecretStr = Field(min_length=1)
    lanyard: str | None = None

    def is_long_lived(self) -> bool:
        return True


class PassAccount(Account):
    """An account that logs in, and keeps its tokens elsewhere."""

    type: Literal["pass"] = "pass"

    def is_long_lived(self) -> bool:
        return True


class TicketAccount(Account):
    """An account of a token that ends one day, given here or in a variable."""

    type: Literal["ticket"] = "ticket"
    token: SecretStr | None = None
    token_env: str | None = None

    exclusive_fields = (("token", "token_env"),)

    def is_long_lived(self) -> bool:
        return False

    def static_token(self) -> SecretStr | str | None:
        return self.token or self.token_env


class CardAccount(Account):
    """An account of one secret."""

    type: Literal["card"] = "card"
    number: SecretStr

    def is_long_lived(self) -> bool:
        return True


class Provider:
    """A provider that is its own entry point."""

    value = "tests.support.fake_providers"

    def load(self) -> Self:
        return self


class Badge(Provider):
    """The provider of badges, which authenticate as robots do (RFC 7617).

    One may stand in the environment.
    """

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return BadgeAccount

    @hookimpl
    def mp_auth_header(self, account: BadgeAccount) -> str:
        pair = f"{account.username}:{account.secret.get_secret_value()}"
        return f"Basic {b64encode(pair.encode()).decode()}"

    @hookimpl
    def mp_account_from_env(self, env: Mapping[str, str]) -> EnvAccount:
        fields = {"username": "MP_USERNAME", "secret": "MP_SECRET"}
        return env_account(env, BadgeAccount, fields, rank=10)


class Passes(Provider):
    """A provider of passes, which are the tokens that are stored for them."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return PassAccount

    @hookimpl
    def mp_auth_header(self, account: Account, token_resolver: TokenResolver) -> str:
        return f"Bearer {token_resolver.get_browser_token(account.name, account.region)}"


class Pass(Passes):
    """The provider of passes that nobody logs in for."""

    @hookimpl
    def mp_login(self) -> OAuthTokens:
        raise AssertionError("No test of this provider logs in.")


class Ticket(Provider):
    """The provider of tickets; one may stand in the environment, where a badge comes first."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return TicketAccount

    @hookimpl
    def mp_auth_header(self, account: Account, token_resolver: TokenResolver) -> str:
        return f"Bearer {token_resolver.get_static_token(account)}"

    @hookimpl
    def mp_account_from_env(self, env: Mapping[str, str]) -> EnvAccount:
        return env_account(env, TicketAccount, {"token": "MP_OAUTH_TOKEN"}, rank=20)


def host_of(**providers: object) -> Host:
    """A host of these providers by type; each is its own entry point."""
    found = {
        (PROVIDERS, type_): (Installed(type_, PROVIDERS, f"mp-{type_}", "1.0", cast(Any, each)),)
        for type_, each in providers.items()
    }
    return Host({}, scan=lambda: found)


HOST = host_of(badge=Badge(), ticket=Ticket(), **{"pass": Pass()})


BADGE_BLOCK: Mapping[str, Any] = {
    "type": "badge",
    "region": "us",
    "default_project": "1",
    "username": "ann",
    "secret": "fake-secret-ann",
}
"""The block of a badge, as a configuration holds it."""


def badge(name: str = "team", **fields: Any) -> BadgeAccount:
    """A badge, in the region us unless told otherwise."""
    return BadgeAccount(
        **{"name": name, "region": "us", "username": "ann", "secret": CANARY, **fields}
    )


def ticket(token: str | None = CANARY, **fields: Any) -> TicketAccount:
    """A ticket of the team in the region us, unless told otherwise."""
    return TicketAccount(**{"name": "team", "region": "us", "token": token, **fields})


def tokens(**fields: Any) -> OAuthTokens:
    """Tokens with a canary in both secrets, expired long ago unless told otherwise."""
    usual = {
        "access_token": CANARY,
        "refresh_token": f"{CANARY}-again",
        "expires_at": "2020-01-02T03:04:05Z",
    }
    return OAuthTokens(**{**usual, **fields})
