"""The commands that hints name: what a person types about an account."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import SecretStr

from mp_core.plugin.account import Account


class Retry(NamedTuple):
    """What a person types to do the same once more.

    Attributes:
        command: The command, as far as the account.
        options: What gives the credential again, each option after a space.
    """

    command: str
    options: str = ""

    def __str__(self) -> str:
        return self.command + self.options


def login_command(account: Account) -> str:
    """Return what logs an account in."""
    return f"mp account login {account.name}"


def test_command(account: Account) -> str:
    """Return what asks Mixpanel whether an account's credential works."""
    return f"mp account test {account.name}"


def update_command(account: Account) -> str:
    """Return what gives an account another credential."""
    secrets = (name for name, value in account if isinstance(value, SecretStr))
    option = next((f"{name.replace('_', '-')}-stdin" for name in secrets), "help")
    return f"mp account update {account.name} --{option}"


def project_command(account: Account) -> str:
    """Return what gives an account another default project."""
    return f"mp account update {account.name} --default-project ID"


def way_back(account: Account) -> str:
    """Return what to do when the login of an account is gone."""
    if account.token_place is not None:
        return "Export it again on the other side: mp account export-bridge --to PATH"
    return f"Log in again: {login_command(account)}"
