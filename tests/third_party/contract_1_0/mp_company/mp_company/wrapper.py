"""A line for every header and every refresh, around whoever makes them."""

from __future__ import annotations

import os
from collections.abc import Generator

from mp_core.plugin import Account, OAuthTokens, hookimpl

MP_CONTRACT = "1.0"


def _write(line: str) -> None:
    with open(os.environ["COMPANY_LOG"], "a") as log:
        log.write(f"{line}\n")


@hookimpl(wrapper=True)
def mp_auth_header(account: Account) -> Generator[None, str, str]:
    """Write down whose header was made."""
    header = yield
    _write(f"header {account.name}")
    return header


@hookimpl(wrapper=True, tryfirst=True)
def mp_refresh_tokens(account: Account) -> Generator[None, OAuthTokens | None, OAuthTokens | None]:
    """Write down whose tokens were refreshed."""
    tokens = yield
    _write(f"refresh {account.name} {type(tokens).__name__}")
    return tokens
