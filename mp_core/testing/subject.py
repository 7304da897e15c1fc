"""What the checks of a provider stand on: what its author supplies, in a home of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest
from pydantic import BaseModel, SecretStr

from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, ProviderError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account, reveal
from mp_core.plugin.hooks import PROVIDERS
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.fixtures import isolate

FRESH: Final = "fake-access-token-of-the-contract"
"""The access token that a token request is answered with."""

_SHORTEST: Final = 8


class Subject:
    """A provider under test. A subclass overrides the fixture `account`, and what else there is."""

    @pytest.fixture
    def account(self) -> Account:
        """An account of the type, with secrets that occur nowhere else. Required."""
        pytest.fail("Supply an account of your type: override the fixture `account`.")

    @pytest.fixture
    def tokens(self) -> OAuthTokens | None:
        """Tokens of the account, unexpired; required for a type that logs in or refreshes."""
        return None

    @pytest.fixture
    def environment(self) -> Mapping[str, str]:
        """The variables of one complete identity, all of them required by the provider."""
        return {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request as the type's server does, by default for tokens (RFC 6749 §5.1).

        What fails in the checks are the requests that are no `GET`.
        """
        body = {"access_token": FRESH, "token_type": "Bearer", "expires_in": 3600}
        return httpx.Response(200, json=body)

    @pytest.fixture(autouse=True)
    def _isolated(
        self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        isolate(tmp_path_factory.mktemp("home"), monkeypatch)

    def process(self) -> Context:
        """Return the surroundings as a new process has them, with `answer` for a server."""
        return Context(transport=httpx.MockTransport(self.answer))

    @pytest.fixture
    def context(self) -> Context:
        """The surroundings of one process: an empty home, and a server that answers."""
        return self.process()

    @pytest.fixture
    def host(self, account: Account, context: Context) -> Host:
        """The plugin host, which has found and loaded the provider as it does everywhere."""
        claims = context.host.loader.scan().get((PROVIDERS, account.type), ())
        assert claims, (
            f"Nothing announces the account type {account.type!r}. Write into pyproject.toml:\n\n"
            f'  [project.entry-points."{PROVIDERS}"]\n'
            f'  {account.type} = "{type(account).__module__}"\n\n'
            "and install the project again, as pip install --editable . does."
        )
        try:
            context.host.model(account.type)
        except ProviderError as error:
            pytest.fail(f"The provider of {account.type} accounts cannot be used: {error}")
        return context.host

    @pytest.fixture
    def ready(
        self,
        account: Account,
        tokens: OAuthTokens | None,
        host: Host,
        context: Context,
    ) -> Context:
        """The surroundings, in which the account is configured and, if it can be, logged in."""
        fields = reveal(account)
        try:
            Accounts(context).add(account.name, **fields)
        except ConfigError as error:
            pytest.fail(f"The fixture `account` cannot be added: {error} {error.hint}")
        needs_tokens = host.has_login(account) or host.can_refresh(account)
        assert tokens is not None or not needs_tokens, (
            "Accounts of this type have tokens. Supply some that have not expired: override the"
            " fixture `tokens`."
        )
        if tokens is not None:
            context.vault.store(account, tokens)
        return context

    @pytest.fixture
    def secrets(self, account: Account, tokens: OAuthTokens | None) -> list[str]:
        """The secrets of account and tokens, in clear."""
        found = [*secrets_in(account), *secrets_in(tokens)]
        short = [secret for secret in found if len(secret) < _SHORTEST]
        assert not short, (
            "The secrets of the fixtures `account` and `tokens` must be told from other text:"
            f" give them at least {_SHORTEST} characters, such as 'fake-secret-1'."
        )
        return found


def header_of(context: Context, account: Account) -> str:
    """Return an account's header, as a request would carry it."""
    resolver = OnDiskTokenResolver(context=context, account=account)
    return context.host.auth_header(account, resolver)


def implements(host: Host, account: Account, hook: str) -> bool:
    """Return whether the account's provider itself implements a hook."""
    return host.loader.implements((PROVIDERS, account.type), hook)


def secrets_in(value: Any) -> Iterator[str]:
    """Yield the secrets in a value, however deep, in clear."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        yield from secrets_in(dict(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from secrets_in(inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from secrets_in(inner)


def leaked(text: str, secrets: list[str]) -> bool:
    """Return whether a text shows a secret, as it is or as JSON writes it."""
    return any(secret in text or json.dumps(secret)[1:-1] in text for secret in secrets)
