"""The hooks: every docstring's example is run, as part of one provider."""

from __future__ import annotations

import hmac
import inspect
import json
import logging
import os
import ssl
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any, Literal, cast, get_args

import httpx
import pluggy
import pytest
from pydantic import SecretStr

from mp_core import plugin as face
from mp_core.errors import ConfigError
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import NO_RESOLVER, Account, reveal
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import PROJECT, PROVIDERS, PluginSpec, Stage, hookimpl
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.proof import FixedTokens
from tests.support.hook_examples import HOOKS, example


def parameters(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


class Keyring:
    """Stands for the library that the examples keep their tokens in."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture(scope="module")
def acme() -> ModuleType:
    """A module that holds all examples, with the names that a plugin imports."""
    module = ModuleType("acme")
    imported = {name: getattr(face, name) for name in face.__all__}
    library = {each.__name__: each for each in (hmac, json, logging, os, ssl)}
    vars(module).update(imported, **library)
    vars(module).update(Literal=Literal, SecretStr=SecretStr, ConfigError=ConfigError)
    for hook in HOOKS:
        code = compile(example(hook), f"<the example of {hook}>", "exec", dont_inherit=True)
        exec(code, vars(module))
    return module


@pytest.fixture
def host(acme: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Host:
    monkeypatch.setitem(sys.modules, "keyring", cast(ModuleType, Keyring()))
    point = cast(Any, SimpleNamespace(load=lambda: acme))
    installed = Installed("acme", PROVIDERS, "acme-sso", "1", point)
    return Host({}, scan=lambda: {(PROVIDERS, "acme"): (installed,)})


@pytest.fixture
def account(host: Host) -> Account:
    fields = {"name": "team", "region": "eu", "ticket": "T-1"}
    return host.model("acme").model_validate(fields)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A server that hands out tokens and revokes them."""
    body = {"access_token": "fresh", "token_type": "Bearer", "expires_in": 60}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=body))
    with httpx.Client(transport=transport) as client:
        yield client


TOKENS = OAuthTokens(
    access_token=SecretStr("old"),
    refresh_token=SecretStr("again"),
    expires_at=datetime.now(UTC) + timedelta(hours=1),
)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_defines_its_hook_and_asks_only_for_what_there_is(
    acme: ModuleType, hook: str
) -> None:
    function = getattr(acme, hook)
    assert parameters(function) <= parameters(HOOKS[hook])
    manager = pluggy.PluginManager(PROJECT)
    assert manager.parse_hookimpl_opts(acme, hook) is not None


@pytest.mark.parametrize("hook", HOOKS)
def test_an_example_is_marked_and_holds_one_hook(hook: str) -> None:
    code = example(hook)
    assert code.count("@hookimpl") == 1
    assert code.count(f"def {hook}(") == 1


def test_every_hook_has_a_sentence_before_its_example() -> None:
    for hook, spec in HOOKS.items():
        first = (inspect.getdoc(spec) or "").splitlines()[0]
        assert first.endswith((".", "None")), hook


def test_a_plugin_with_every_example_is_accepted(acme: ModuleType) -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(PluginSpec)
    manager.register(acme)
    manager.check_pending()
    implemented = {caller.name for caller in manager.get_hookcallers(acme) or []}
    assert implemented == HOOKS.keys()


def test_the_examples_prove_an_account(host: Host, account: Account) -> None:
    assert host.auth_header(account, FixedTokens("T-1")) == "Bearer T-1"
    assert account.is_long_lived()


def test_the_examples_refuse_an_account(host: Host, account: Account) -> None:
    abroad = account.model_copy(update={"region": "us"})
    for stage in get_args(Stage):
        host.validate(account, stage)
        with pytest.raises(ConfigError, match="eu region"):
            host.validate(abroad, stage)


def test_the_examples_read_the_environment(host: Host) -> None:
    (nothing,) = host.accounts_from_env({})
    assert (nothing.variables, nothing.account) == ((), None)
    identity = {"ACME_TICKET": "T-2", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}
    (found,) = host.accounts_from_env(identity)
    assert (found.rank, {*found.variables}, found.is_complete) == (50, {*identity}, True)
    assert found.account is not None
    assert reveal(found.account)["ticket"] == "T-2"


def test_the_examples_log_in_refresh_fetch_and_revoke(
    host: Host, account: Account, http: httpx.Client
) -> None:
    said: list[str] = []
    tokens = host.login(account, SimpleNamespace(http=http, say=said.append))
    assert tokens is not None
    assert tokens.access_token.get_secret_value() == "fresh"
    assert said == ["Open https://sso.acme.example/team"]
    fresh = host.refresh_tokens(account, TOKENS, http)
    assert fresh is not None
    assert fresh.access_token.get_secret_value() == "fresh"
    fetched = host.fetch_tokens(account, http)
    assert fetched is not None
    assert fetched.access_token.get_secret_value() == "fresh"
    assert host.revoke_tokens(account, TOKENS, http) is True


def test_the_examples_keep_tokens(host: Host, account: Account) -> None:
    nowhere = cast(Any, SimpleNamespace(load=lambda: None, delete=lambda: False, key="5107"))
    assert host.load_tokens(account, nowhere) is None
    assert host.persist_tokens(account, TOKENS, nowhere) == "the system keyring"
    assert host.load_tokens(account, nowhere) == TOKENS
    assert host.delete_tokens(account, nowhere) is True
    assert host.load_tokens(account, nowhere) is None
    assert host.delete_tokens(account, nowhere) is False


def test_the_examples_tell_a_status(host: Host, account: Account) -> None:
    assert host.status(account, None) == "needs_login"
    assert host.status(account, TOKENS) is None


def test_the_examples_export_a_bridge(host: Host, account: Account) -> None:
    exported = host.export_bridge(account, TOKENS, NO_RESOLVER)
    assert exported is not None
    record, tokens = exported
    assert record == {"type": "acme", "region": "eu", "ticket": "T-1"}
    assert tokens is not None
    assert tokens["refresh_token"] == "again"


def test_the_stages_are_the_promised_ones() -> None:
    assert get_args(Stage) == ("add", "update", "load", "env", "bridge")


def test_an_identity_of_the_environment_is_complete_when_nothing_is_missing() -> None:
    assert EnvAccount(rank=1, variables=("A", "B")).is_complete
    assert not EnvAccount(rank=1, variables=("A",), missing=("B",)).is_complete


def test_an_implementation_may_leave_parameters_out_but_not_invent_any() -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(PluginSpec)
    module = ModuleType("wrong")
    module.mp_login = hookimpl(lambda account, browser: None)  # type: ignore[attr-defined]
    with pytest.raises(pluggy.PluginValidationError, match="browser"):
        manager.register(module)
