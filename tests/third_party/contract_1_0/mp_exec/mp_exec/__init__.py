"""Accounts whose access token comes from a command of this machine."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mp_core.errors import ConfigError
from mp_core.plugin import Account, OAuthTokens, Stage, TokenResolver, hookimpl

__all__ = ["ExecAccount"]

MP_CONTRACT = "1.0"

Argument = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


def _found_anywhere(command: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a program that depends on the current directory."""
    program = command[0]
    if not program or (os.sep in program and not os.path.isabs(program)):
        raise ValueError("the program needs a name or an absolute path")
    return command


class ExecAccount(Account):
    """An account that a command of this machine proves.

    Attributes:
        command: The program and its arguments; no shell reads them.
        timeout_s: How long it may take, in seconds.
    """

    type: Literal["exec"] = "exec"
    command: Annotated[tuple[Argument, ...], AfterValidator(_found_anywhere)] = Field(
        min_length=1, description="program, then each of its arguments"
    )
    timeout_s: float = Field(
        default=30.0, gt=0, le=300, allow_inf_nan=False, description="seconds it may take"
    )

    def is_long_lived(self) -> bool:
        """Return True: the command hands out new tokens for as long as it works."""
        return True


@hookimpl
def mp_account_model() -> type[ExecAccount]:
    """Return the account class."""
    return ExecAccount


@hookimpl
def mp_auth_header(account: ExecAccount, token_resolver: TokenResolver) -> str:
    """Return `Bearer` with the token that the command gave (RFC 6750 §2.1)."""
    return f"Bearer {token_resolver.get_browser_token(account.name, account.region)}"


@hookimpl
def mp_fetch_tokens(account: ExecAccount) -> OAuthTokens:
    """Run the command; the core keeps what it prints until that expires."""
    from mp_exec.command import fetch

    return fetch(account)


@hookimpl
def mp_validate_account(account: ExecAccount, stage: Stage) -> None:
    """Keep commands out of bridges: whoever wrote the file would choose what runs here."""
    if stage == "bridge":
        raise ConfigError(
            f"Account {account.name!r} takes its token from a command, which no bridge may carry.",
            hint="Carry an account of another type, or add this one on the other machine.",
        )
