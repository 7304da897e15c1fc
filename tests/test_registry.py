"""The plugin host: who is asked about an account, and what a defective answer costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, Literal, cast

import pytest
from pydantic import SecretStr

from mp_core.account_model import NO_RESOLVER, Account
from mp_core.errors import (
    ConfigError,
    CredentialWarning,
    OAuthError,
    ProviderError,
    ProviderFailedError,
    ProviderNotInstalledError,
)
from mp_core.hookspecs import EXTENSIONS, PROVIDERS, EnvAccount, hookimpl
from mp_core.installation import Installed
from mp_core.loading import Announced
from mp_core.registry import Registry, registry_for
from mp_core.tokens import OAuthTokens, TokenStore

CANARY = 'canary "42"  \\ secret'


class CardAccount(Account):
    type: Literal["card"] = "card"
    number: SecretStr = SecretStr(CANARY)

    def is_long_lived(self) -> bool:
        return True


class KeyAccount(Account):
    type: Literal["key"] = "key"
    number: SecretStr = SecretStr("another")

    def is_long_lived(self) -> bool:
        return True


CARD = CardAccount(name="team", region="eu")
KEY = KeyAccount(name="door", region="us")
TOKENS = OAuthTokens(
    access_token=SecretStr("canary-access"),
    refresh_token=SecretStr("canary-refresh"),
    expires_at=datetime.now(UTC) + timedelta(hours=1),
)


class Point:
    """An entry point that yields an object, or raises, and counts how often it is loaded."""

    def __init__(self, plugin: object) -> None:
        self.plugin = plugin
        self.loads = 0

    def load(self) -> object:
        self.loads += 1
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


def plugin(**hooks: Callable[..., Any]) -> ModuleType:
    """A module with these hook implementations."""
    module = ModuleType("a_plugin")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def provider(model: type[Account], **hooks: Callable[..., Any]) -> ModuleType:
    """A provider that works, as far as these hooks do."""
    usual: dict[str, Callable[..., Any]] = {
        "mp_account_model": lambda: model,
        "mp_auth_header": lambda account: f"{account.type} of {account.name}",
    }
    return plugin(**{**usual, **hooks})


def announce(name: str, plugin: object, *, group: str = PROVIDERS) -> Announced:
    installed = Installed(name, group, f"acme-{name}", "1.2", cast(Any, Point(plugin)))
    return {(group, name): (installed,)}


def registry(
    *announced: Announced, env: Mapping[str, str] | None = None, extensions: list[str] | None = None
) -> Registry:
    together = {key: found for one in announced for key, found in one.items()}
    made = Registry(env or {}, scan=lambda: together)
    made.enable_extensions(extensions or [])
    return made


def card(**hooks: Callable[..., Any]) -> Announced:
    return announce("card", provider(CardAccount, **hooks))


def key(**hooks: Callable[..., Any]) -> Announced:
    return announce("key", provider(KeyAccount, **hooks))


def extension(name: str, **hooks: Callable[..., Any]) -> Announced:
    return announce(name, plugin(**hooks), group=EXTENSIONS)


class Slot:
    """A token store in memory."""

    def __init__(self) -> None:
        self.tokens: OAuthTokens | None = None

    def load(self) -> OAuthTokens | None:
        return self.tokens

    def save(self, tokens: OAuthTokens) -> str:
        self.tokens = tokens
        return "memory"

    def delete(self) -> bool:
        found, self.tokens = self.tokens is not None, None
        return found


def header(host: Registry, account: Account) -> str:
    return host.auth_header(account, NO_RESOLVER)


# Routing.


def test_h51_every_hook_about_an_account_reaches_its_own_provider_alone() -> None:
    seen: dict[str, list[Any]] = {"card": [], "key": []}

    def spying(type_: str) -> dict[str, Callable[..., Any]]:
        def watch(account: Account) -> None:
            seen[type_].append(account)

        hooks = ["mp_validate_account", "mp_login", "mp_refresh_tokens", "mp_revoke_tokens"]
        hooks += ["mp_load_tokens", "mp_persist_tokens", "mp_delete_tokens", "mp_account_status"]
        return {**dict.fromkeys(hooks, watch), "mp_export_bridge": watch}

    host = registry(card(**spying("card")), key(**spying("key")))
    http = cast(Any, None)
    for account in (CARD, KEY, CARD, KEY):
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
    assert seen == {"card": [CARD] * 18, "key": [KEY] * 18}


def test_h51_a_provider_that_fails_while_it_loads_is_never_asked_again() -> None:
    """Its good hooks come before its bad one, in the order in which pluggy takes them."""

    def steal(account: Account) -> str:
        return f"stolen {account.name}"

    def wrong(acount: Account) -> None: ...

    thief = provider(CardAccount, mp_auth_header=steal, mp_validate_account=wrong)
    host = registry(announce("card", thief), key())
    with pytest.raises(ProviderFailedError):
        host.model("card")
    assert header(host, KEY) == "key of door"


def test_h51_a_provider_is_not_asked_about_other_types_while_it_is_being_loaded() -> None:
    """Another thread makes a request at the very moment in which a provider is checked."""
    headers: list[str] = []

    def checked() -> type[Account]:
        thread = threading.Thread(target=lambda: headers.append(header(host, KEY)))
        thread.start()
        thread.join()
        return CardAccount

    def steal(account: Account) -> str:
        return "stolen"

    host = registry(card(mp_account_model=checked, mp_auth_header=steal), key())
    header(host, KEY)
    host.model("card")
    assert headers == ["key of door"]


@pytest.mark.parametrize("first", [CARD, KEY])
def test_extensions_see_every_account_ahead_of_the_providers(first: Account) -> None:
    """Whichever provider is loaded first."""

    def gild(account: Account) -> str:
        return f"gilded {account.type}"

    host = registry(card(), key(), extension("gild", mp_auth_header=gild), extensions=["gild"])
    for account in (first, CARD, KEY):
        assert header(host, account) == f"gilded {account.type}"


def test_an_extension_that_is_not_switched_on_is_not_even_loaded() -> None:
    announced = extension("gild", mp_auth_header=lambda account: "gilded")
    host = registry(card(), announced)
    assert header(host, CARD) == "card of team"
    assert cast(Any, announced[EXTENSIONS, "gild"][0].entry_point).loads == 0


def test_an_extension_can_be_switched_on_after_the_first_call() -> None:
    host = registry(card(), extension("gild", mp_auth_header=lambda account: "gilded"))
    assert header(host, CARD) == "card of team"
    host.enable_extensions(["gild"])
    assert header(host, CARD) == "gilded"


def test_the_defaults_keep_tokens_when_nobody_else_does() -> None:
    slot = Slot()
    kept: list[OAuthTokens] = []

    def keep(tokens: OAuthTokens) -> str:
        kept.append(tokens)
        return "the safe"

    host = registry(card(), key(mp_persist_tokens=keep))
    assert host.persist_tokens(CARD, TOKENS, slot) == "memory"
    assert host.load_tokens(CARD, slot) == TOKENS
    assert host.delete_tokens(CARD, slot) is True
    assert host.delete_tokens(CARD, slot) is False
    assert host.persist_tokens(KEY, TOKENS, slot) == "the safe"
    assert (slot.tokens, kept) == (None, [TOKENS])


def test_tokens_are_deleted_wherever_they_are() -> None:
    """A store may have been switched on after others had kept some."""
    slot, emptied = Slot(), list[str]()
    slot.save(TOKENS)

    def empty(account: Account) -> bool:
        emptied.append(account.name)
        return False

    on = extension("vaults", mp_delete_tokens=empty)
    host = registry(card(mp_delete_tokens=empty), on, extensions=["vaults"])
    assert host.delete_tokens(CARD, slot) is True
    assert (slot.tokens, emptied) == (None, ["team", "team"])
    assert host.delete_tokens(CARD, slot) is False


def test_a_type_can_log_in_and_refresh_exactly_when_its_provider_can() -> None:
    host = registry(card(mp_login=lambda flow: TOKENS), key(mp_refresh_tokens=lambda http: TOKENS))
    assert (host.has_login(CARD), host.can_refresh(CARD)) == (True, False)
    assert (host.has_login(KEY), host.can_refresh(KEY)) == (False, True)
    assert host.login(KEY, None) is None
    assert host.refresh_tokens(CARD, TOKENS, cast(Any, None)) is None


# Policies.


def test_a_policy_extension_vetoes_accounts_of_every_type_at_every_stage() -> None:
    stages: list[str] = []

    def veto(account: Account, stage: str) -> None:
        stages.append(stage)
        if account.region != "eu":
            raise ConfigError("Accounts of this company live in the eu region.")

    host = registry(card(), key(), extension("p", mp_validate_account=veto), extensions=["p"])
    for stage in ("add", "update", "load", "env", "bridge"):
        host.validate(CARD, cast(Any, stage))
        with pytest.raises(ConfigError, match="live in the eu region"):
            host.validate(KEY, cast(Any, stage))
    assert stages == [s for s in ("add", "update", "load", "env", "bridge") for _ in range(2)]


def test_one_veto_suffices_whoever_else_agrees() -> None:
    def veto() -> None:
        raise ConfigError("no")

    host = registry(
        card(mp_validate_account=lambda account: None),
        extension("a", mp_validate_account=lambda account: "welcome"),
        extension("b", mp_validate_account=veto),
        extensions=["a", "b"],
    )
    with pytest.raises(ConfigError, match=r"^no$"):
        host.validate(CARD, "add")


def test_a_policy_extension_vetoes_an_account_of_the_environment() -> None:
    """It is an error only if this identity would be used: the resolver raises it."""

    def veto(account: Account, stage: str) -> None:
        assert stage == "env"
        raise ConfigError("no accounts from the environment")

    found = EnvAccount(rank=1, variables=("CARD",), account=CARD)
    host = registry(
        card(mp_account_from_env=lambda env: found),
        extension("p", mp_validate_account=veto),
        extensions=["p"],
    )
    (report,) = host.accounts_from_env({"CARD": "1"})
    assert (report.account, report.is_complete, str(report.error)) == (
        None,
        True,
        "no accounts from the environment",
    )


@pytest.mark.parametrize("env", [{}, {"MP_PLUGINS": "card"}])
def test_a_missing_extension_fails_closed_and_is_named(env: Mapping[str, str]) -> None:
    host = registry(card(), env=env, extensions=["policy"])
    calls: list[Callable[[], object]] = [
        lambda: header(host, CARD),
        lambda: host.validate(CARD, "load"),
        lambda: host.accounts_from_env({}),
        lambda: host.load_tokens(CARD, Slot()),
    ]
    for call in calls:
        with pytest.raises(ProviderNotInstalledError) as caught:
            call()
        assert "extension 'policy', which [settings].extensions switches on" in str(caught.value)
        assert "account type" not in str(caught.value)


def test_an_extension_that_does_not_load_fails_closed_and_is_named() -> None:
    broken = announce("policy", ImportError("no module named acl"), group=EXTENSIONS)
    host = registry(card(), broken, extensions=["policy"])
    with pytest.raises(ProviderFailedError) as caught:
        header(host, CARD)
    assert str(caught.value) == (
        "The extension 'policy', acme-policy 1.2, could not be loaded:"
        " ImportError: no module named acl."
    )


def test_a_failing_extension_is_blamed_and_not_the_provider() -> None:
    def broken(account: Account) -> None:
        raise RuntimeError("the policy server is on fire")

    host = registry(card(), extension("p", mp_validate_account=broken), extensions=["p"])
    with pytest.raises(ProviderFailedError, match=r"plugin p of acme-p 1\.2") as caught:
        host.validate(CARD, "load")
    assert caught.value.details == {"type": "card", "distribution": "acme-p"}
    assert "acme-p" in (caught.value.hint or "")


# Defects of a hook.


@pytest.mark.parametrize("kind", [RuntimeError, SystemExit, KeyError, AssertionError, OSError])
@pytest.mark.parametrize("where", ["alone", "in the middle"])
def test_h48_h39_a_hook_that_raises_is_named_without_the_secrets_it_was_given(
    kind: type[BaseException], where: str
) -> None:
    def broken(account: CardAccount) -> str:
        secret = account.number.get_secret_value()
        raise kind(secret if where == "alone" else f"cannot use {secret} today")

    host = registry(card(mp_auth_header=broken), key())
    with pytest.raises(ProviderFailedError) as caught:
        header(host, CARD)
    error = caught.value
    assert "The plugin card of acme-card 1.2, which serves card accounts, failed: " in str(error)
    assert f"mp_auth_header raised {kind.__name__}" in str(error)
    assert "acme-card" in (error.hint or "")
    assert error.details == {"type": "card", "distribution": "acme-card"}
    assert (error.__cause__, error.__context__) == (None, None)
    for shown in (str(error), repr(error), str(error.hint), str(error.details)):
        assert "canary" not in shown
    assert header(host, KEY) == "key of door"


def test_h39_a_hook_that_raises_with_the_tokens_it_was_given_does_not_show_them() -> None:
    def broken(tokens: OAuthTokens) -> OAuthTokens:
        raise RuntimeError(f"the server dislikes {tokens.reveal()}")

    host = registry(card(mp_refresh_tokens=broken))
    with pytest.raises(ProviderFailedError) as caught:
        host.refresh_tokens(CARD, TOKENS, cast(Any, None))
    assert "the server dislikes" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_what_a_hook_raises_for_the_user_passes_through() -> None:
    def needs_login() -> str:
        raise OAuthError("Log in first.", code="OAUTH_TOKEN_ERROR")

    with pytest.raises(OAuthError, match=r"^Log in first\.$"):
        header(registry(card(mp_auth_header=needs_login)), CARD)


@pytest.mark.parametrize("answer", [None, 42, b"Basic x", "", "two\nlines", "Bearer ä", "\x00"])
def test_h48_a_header_that_is_none_is_a_defect_of_the_provider(answer: object) -> None:
    host = registry(card(mp_auth_header=lambda account: answer), key())
    with pytest.raises(ProviderFailedError, match="mp_auth_header returned no valid header value"):
        header(host, CARD)
    assert header(host, KEY) == "key of door"


@pytest.mark.parametrize("answer", [{"access_token": "x"}, "x", 1])
def test_h48_tokens_that_are_none_are_a_defect_of_the_provider(answer: object) -> None:
    hooks = dict.fromkeys(["mp_login", "mp_refresh_tokens", "mp_load_tokens"], lambda: answer)
    host = registry(card(**hooks))
    calls: dict[str, Callable[[], object]] = {
        "mp_login": lambda: host.login(CARD, None),
        "mp_refresh_tokens": lambda: host.refresh_tokens(CARD, TOKENS, cast(Any, None)),
        "mp_load_tokens": lambda: host.load_tokens(CARD, Slot()),
    }
    for hook, call in calls.items():
        with pytest.raises(ProviderFailedError, match=f"{hook} returned something else"):
            call()


@pytest.mark.parametrize("answer", ["fine", "provider_missing", 1, True])
def test_h48_a_status_that_does_not_exist_is_a_defect_of_the_provider(answer: object) -> None:
    host = registry(card(mp_account_status=lambda account: answer))
    with pytest.raises(ProviderFailedError, match="mp_account_status returned none of"):
        host.status(CARD, None)


@pytest.mark.parametrize("answer", [None, "ok", "needs_login", "needs_token", "untested"])
def test_a_status_that_exists_is_handed_on(answer: str | None) -> None:
    assert registry(card(mp_account_status=lambda account: answer)).status(CARD, None) == answer


def test_a_revocation_that_fails_is_an_answer_when_it_is_only_tried() -> None:
    def broken() -> bool:
        raise OSError("no network")

    host = registry(card(mp_revoke_tokens=broken))
    assert host.try_revoke(CARD, TOKENS, cast(Any, None)) is False
    with pytest.raises(ProviderFailedError):
        host.revoke_tokens(CARD, TOKENS, cast(Any, None))


# The environment.


def report(rank: int, account: Account) -> Callable[..., EnvAccount]:
    return lambda env: EnvAccount(rank=rank, variables=("X",), account=account)


def test_identities_of_the_environment_come_by_rank_and_not_by_type() -> None:
    found = registry(
        card(mp_account_from_env=report(20, CARD)), key(mp_account_from_env=report(10, KEY))
    ).accounts_from_env({})
    assert [identity.account for identity in found] == [KEY, CARD]


def test_providers_without_the_hook_or_without_a_trace_report_nothing() -> None:
    host = registry(card(), key(mp_account_from_env=lambda env: None))
    assert host.accounts_from_env({"X": "1"}) == []


def test_h48_a_provider_that_does_not_load_finds_nothing_and_stays_on_record() -> None:
    broken = announce("card", ImportError("gone"))
    host = registry(broken, key(mp_account_from_env=report(10, KEY)))
    assert [identity.account for identity in host.accounts_from_env({})] == [KEY]
    trial = host.loader.trial(PROVIDERS, "card")
    assert trial is not None
    assert trial.failure is not None
    assert trial.failure.cause == "ImportError: gone"


@pytest.mark.parametrize("defect", ["raises", "returns junk"])
def test_h48_h39_a_provider_that_fails_on_the_environment_is_skipped_with_a_warning(
    defect: str,
) -> None:
    def broken(env: Mapping[str, str]) -> Any:
        if defect == "raises":
            raise ValueError(env["CARD_NUMBER"])
        return env

    host = registry(card(mp_account_from_env=broken), key(mp_account_from_env=report(10, KEY)))
    with pytest.warns(CredentialWarning, match=r"acme-card 1\.2.* mp_account_from_env ") as caught:
        found = host.accounts_from_env({"CARD_NUMBER": CANARY})
    assert [identity.account for identity in found] == [KEY]
    assert "canary" not in str(caught[0].message)


def test_what_a_provider_refuses_of_the_environment_is_raised() -> None:
    def refuse(env: Mapping[str, str]) -> None:
        raise ConfigError("CARD_NUMBER is malformed")

    with pytest.raises(ConfigError, match="CARD_NUMBER is malformed"):
        registry(card(mp_account_from_env=refuse)).accounts_from_env({})


# Laziness, and what may load.


def test_h52_nothing_is_scanned_before_the_first_question() -> None:
    scans: list[int] = []

    def scan() -> Announced:
        scans.append(1)
        return card()

    host = Registry({}, scan=scan)
    host.enable_extensions(["policy"])
    assert scans == []
    assert host.types() == ["card"]
    assert scans


def test_h52_a_provider_is_loaded_when_its_own_type_is_needed_and_once() -> None:
    announced = [card(), key(), announce("slow", AssertionError("imported"))]
    points = {k[1]: cast(Any, v[0].entry_point) for one in announced for k, v in one.items()}
    host = registry(*announced)
    assert host.types() == ["card", "key", "slow"]
    assert str(host.loader.announced(PROVIDERS, "card")) == "acme-card 1.2"
    assert [point.loads for point in points.values()] == [0, 0, 0]
    for _ in range(3):
        assert header(host, CARD) == "card of team"
        assert host.model("card") is CardAccount
    assert {name: point.loads for name, point in points.items()} == {
        "card": 1,
        "key": 0,
        "slow": 0,
    }


def test_a_provider_that_failed_is_not_tried_again() -> None:
    announced = announce("card", ImportError("gone"))
    host = registry(announced)
    for _ in range(3):
        with pytest.raises(ProviderFailedError, match="ImportError: gone"):
            host.model("card")
    assert cast(Any, announced[PROVIDERS, "card"][0].entry_point).loads == 1


@pytest.mark.parametrize(
    ("value", "types"),
    [(None, ["card", "key"]), ("", []), (",", []), ("key", ["key"]), (" card ,x", ["card"])],
)
def test_h53_mp_plugins_names_the_plugins_that_may_load(
    value: str | None, types: list[str]
) -> None:
    host = registry(card(), key(), env={} if value is None else {"MP_PLUGINS": value})
    assert host.types() == types
    assert [env.account for env in host.accounts_from_env({})] == []
    for type_ in {"card", "key"}.difference(types):
        with pytest.raises(ProviderError, match="not allowed by MP_PLUGINS") as caught:
            host.model(type_)
        assert f"Add {type_} to MP_PLUGINS" in (caught.value.hint or "")


def test_environments_that_allow_the_same_share_one_registry() -> None:
    assert registry_for({}) is registry_for({"PATH": "/bin"})
    assert registry_for({"MP_PLUGINS": ""}) is registry_for({"MP_PLUGINS": "", "X": "1"})
    assert registry_for({}) is not registry_for({"MP_PLUGINS": ""})


def test_h09_many_threads_load_a_provider_once() -> None:
    announced = card()
    host = registry(announced)
    barrier = threading.Barrier(16)
    headers: list[str] = []

    def ask() -> None:
        barrier.wait()
        headers.append(header(host, CARD))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert headers == ["card of team"] * 16
    assert cast(Any, announced[PROVIDERS, "card"][0].entry_point).loads == 1
