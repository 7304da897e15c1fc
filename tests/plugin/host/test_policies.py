"""Extensions: they see every account, may veto it, and fail closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from mp_core.errors import ConfigError, ProviderFailedError, ProviderNotInstalledError
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import EXTENSIONS
from tests.support.plugin_modules import (
    CARD,
    TICKET,
    Slot,
    announce,
    cards,
    extension,
    header,
    host_of,
    tickets,
)


def test_a_policy_extension_vetoes_accounts_of_every_type_at_every_stage() -> None:
    stages: list[str] = []

    def veto(account: Account, stage: str) -> None:
        stages.append(stage)
        if account.region != "eu":
            raise ConfigError("Accounts of this company live in the eu region.")

    host = host_of(cards(), tickets(), extension("p", mp_validate_account=veto), extensions=["p"])
    for stage in ("add", "update", "load", "env", "bridge"):
        host.validate(CARD, cast(Any, stage))
        with pytest.raises(ConfigError, match="live in the eu region"):
            host.validate(TICKET, cast(Any, stage))
    assert stages == [s for s in ("add", "update", "load", "env", "bridge") for _ in range(2)]


def test_one_veto_suffices_whoever_else_agrees() -> None:
    def veto() -> None:
        raise ConfigError("no")

    host = host_of(
        cards(mp_validate_account=lambda account: None),
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
    host = host_of(
        cards(mp_account_from_env=lambda env: found),
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
    host = host_of(cards(), env=env, extensions=["policy"])
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
    host = host_of(cards(), broken, extensions=["policy"])
    with pytest.raises(ProviderFailedError) as caught:
        header(host, CARD)
    assert str(caught.value).startswith(
        "The extension 'policy', acme-policy 1.2, could not be loaded:"
        " ImportError: no module named acl ("
    )


def test_a_failing_extension_is_blamed_and_not_the_provider() -> None:
    def broken(account: Account) -> None:
        raise RuntimeError("the policy server is on fire")

    host = host_of(cards(), extension("p", mp_validate_account=broken), extensions=["p"])
    with pytest.raises(ProviderFailedError, match=r"plugin p of acme-p 1\.2") as caught:
        host.validate(CARD, "load")
    assert caught.value.details == {"type": "card", "distribution": "acme-p"}
    assert "acme-p" in (caught.value.hint or "")
