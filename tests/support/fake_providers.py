"""Account types that exist in tests only, and providers that serve them."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from pydantic import BaseModel, Field, SecretStr, ValidationError

from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount, env_account
from mp_core.plugin.hooks import PROVIDERS, hookimpl
from mp_core.plugin.tokens import OAuthTokens, TokenResolver

CANARY = "fake-secret-canary-5e1f"


class BadgeAccount(Account):
    """An account with its secret among its fields."""

    type: Literal["badge"] = "badge"
    username: str = Field(min_length=1)
    secret: SecretStr

    def is_long_lived(self) -> bool:
        return True


class PassAccount(Account):
    """An account that logs in, and keeps its tokens elsewhere."""

    type: Literal["pass"] = "pass"

    def is_long_lived(self) -> bool:
        return True


class Provider:
    """A provider that is its own entry point."""

    value = "tests.support.fake_providers"

    def load(self) -> Self:
        return self


class Badge(Provider):
    """The provider of badges; an identity of its own may stand in the environment."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return BadgeAccount

    @hookimpl
    def mp_auth_header(self, account: BadgeAccount) -> str:
        return f"Badge {account.secret.get_secret_value()}"

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


def host_of(**providers: object) -> Host:
    """A host of these providers by type; each is its own entry point."""
    found = {
        (PROVIDERS, type_): (Installed(type_, PROVIDERS, f"mp-{type_}", "1.0", cast(Any, each)),)
        for type_, each in providers.items()
    }
    return Host({}, scan=lambda: found)


HOST = host_of(badge=Badge(), **{"pass": Pass()})


def badge(name: str = "team", **fields: Any) -> BadgeAccount:
    """A badge, in the region us unless told otherwise."""
    return BadgeAccount(
        **{"name": name, "region": "us", "username": "ann", "secret": CANARY, **fields}
    )


def tokens(**fields: Any) -> OAuthTokens:
    """Tokens with a canary in both secrets, expired long ago unless told otherwise."""
    usual = {
        "access_token": CANARY,
        "refresh_token": f"{CANARY}-again",
        "expires_at": "2020-01-02T03:04:05Z",
    }
    return OAuthTokens(**{**usual, **fields})


def shown(value: object) -> str:
    """All that a value can be made to say of itself; an error includes its traceback."""
    texts = [f"{value!r} {value}"]
    if isinstance(value, ValidationError):
        texts += [repr(value.errors()), value.json()]
    if isinstance(value, BaseModel):
        texts += [value.model_dump_json(), repr(value.model_dump()), repr(dict(value))]
    if isinstance(value, BaseException):
        texts += [repr(vars(value)), *traceback.format_exception(value)]
    return "".join(texts)
