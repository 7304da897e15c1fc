"""Checks of a policy: whom it lets through, whom it refuses, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import pytest

from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, ProviderFailedError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account, reveal
from mp_core.plugin.hooks import Stage
from mp_core.testing.effects import effects
from mp_core.testing.extensions.subject import ExtensionSubject, implemented
from mp_core.testing.secrecy import told
from mp_core.testing.subject import leaked, secrets_in

_ALL: Final[tuple[Stage, ...]] = get_args(Stage)


class PolicyChecks(ExtensionSubject):
    """A refusal holds at every stage, says why, and touches nothing."""

    stages: Sequence[Stage] = _ALL
    """The stages at which the accounts of `refused` are refused. Fewer are a policy with a gap."""

    @pytest.fixture
    def accepted(self) -> Sequence[Account]:
        """Accounts that the policy accepts. Required."""
        pytest.fail("Supply accounts that your policy accepts: override the fixture `accepted`.")

    @pytest.fixture
    def refused(self) -> Sequence[Account]:
        """Accounts that the policy refuses. Required."""
        pytest.fail("Supply accounts that your policy refuses: override the fixture `refused`.")

    def test_it_has_the_hook_of_a_policy(self, plugin: object) -> None:
        assert "mp_validate_account" in implemented(plugin), (
            "A policy implements mp_validate_account."
        )

    def test_it_accepts_what_it_should_at_every_stage(
        self, host: Host, accepted: Sequence[Account]
    ) -> None:
        for account in accepted:
            for stage in _ALL:
                refusal = _refusal(host, account, stage)
                assert refusal is None, (
                    f"mp_validate_account refuses {account.name!r} of the fixture `accepted` at the"
                    f" stage {stage}: {refusal}"
                )

    def test_it_refuses_what_it_should_at_every_stage(
        self, host: Host, refused: Sequence[Account]
    ) -> None:
        for account in refused:
            for stage in self.stages:
                assert _refusal(host, account, stage) is not None, (
                    f"mp_validate_account accepts {account.name!r} of the fixture `refused` at the"
                    f" stage {stage}: an account that comes in that way gets past the policy."
                    " Refuse it whatever the stage."
                )

    def test_a_refusal_says_why_and_what_to_do(
        self, host: Host, refused: Sequence[Account]
    ) -> None:
        for account in refused:
            for stage in self.stages:
                error = _refusal(host, account, stage)
                assert error is None or len(error.message.split()) > 1, (
                    f"At the stage {stage}, the policy does not say why: write the reason as the"
                    " ConfigError's message, in a sentence."
                )
                assert error is None or error.hint, (
                    f"At the stage {stage}, the policy does not say what to do: give the"
                    " ConfigError a hint, such as whom to ask or what to type."
                )

    def test_a_refusal_shows_no_secret(self, host: Host, refused: Sequence[Account]) -> None:
        for account in refused:
            for stage in self.stages:
                error = _refusal(host, account, stage)
                assert error is None or not leaked(told(error), list(secrets_in(account))), (
                    f"At the stage {stage}, the policy puts a secret into its error."
                )

    def test_it_only_looks(
        self, host: Host, accepted: Sequence[Account], refused: Sequence[Account]
    ) -> None:
        for account in (*accepted, *refused):
            before = reveal(account), account.model_copy(deep=True)
            with effects() as found:
                for stage in _ALL:
                    _refusal(host, account, stage)
            assert not found, (
                f"mp_validate_account {found[0]}. It is asked for every session and every account"
                " that is read: it must only look at the account."
            )
            assert (reveal(account), account) == before, (
                "mp_validate_account changes the account: it must only look at it."
            )

    def test_it_answers_the_same_every_time(
        self, host: Host, accepted: Sequence[Account], refused: Sequence[Account]
    ) -> None:
        for account in (*accepted, *refused):
            for stage in _ALL:
                answers = {str(_refusal(host, account, stage)) for _ in range(3)}
                assert len(answers) == 1, (
                    f"Asked again at the stage {stage}, mp_validate_account answers otherwise."
                )

    def test_an_account_that_is_refused_cannot_be_added(
        self, context: Context, refused: Sequence[Account]
    ) -> None:
        for account in refused if "add" in self.stages else ():
            with pytest.raises(ConfigError):
                Accounts(context).add(account.name, **reveal(account))
            assert account.name not in context.config().account_names()

    def test_an_account_that_is_accepted_can_be_added_and_read(
        self, context: Context, accepted: Sequence[Account]
    ) -> None:
        for account in accepted:
            try:
                Accounts(context).add(account.name, **reveal(account))
            except ConfigError as error:
                pytest.fail(f"{account.name!r} of the fixture `accepted` cannot be added: {error}")
            assert context.config().account(account.name) == account


def _refusal(host: Host, account: Account, stage: Stage) -> ConfigError | None:
    """Return the refusal, or None. What is none, and raised all the same, is a defect."""
    try:
        host.validate(account, stage)
    except ProviderFailedError as error:
        pytest.fail(f"A policy must raise ConfigError, and nothing else: {error}")
    except ConfigError as error:
        return error
    return None
