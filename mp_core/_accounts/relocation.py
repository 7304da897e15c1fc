"""An account that leaves its region: the login that it had there does not come along."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from mp_core._accounts.forget import BESIDE_TOKENS, OWNER, discard_tokens, forget_beside
from mp_core._accounts.removal import leftovers
from mp_core._config.edit import ConfigEdit
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, MpError
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import OAuthTokens


class RegionLeft:
    """What an account leaves behind when its region changes; nothing where it does not.

    The login of the old region goes with the writing of the configuration: a login there says
    nothing of who acts in the new one. It is revoked afterwards, where that can be done. The
    account's owner stays: whoever logs in there is held against them.
    """

    def __init__(self, context: Context, account: Account) -> None:
        """Take the account as it is to be."""
        self._context = context
        self._account = account
        self._old: Account | None = None
        self._tokens: OAuthTokens | None = None
        self._undeleted: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def go_with(self, edit: ConfigEdit) -> None:
        """Forget the old region once the change that the transaction makes is written."""
        old = _usable(edit, self._account.name)
        if old is None or old.region == self._account.region:
            return
        self._old, self._tokens = old, _stored(self._context, old)
        edit.then(lambda: self._forget(old))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None or self._old is None:
            return
        _revoke(self._context, self._old, self._tokens)
        if self._undeleted:
            raise leftovers(
                f"The region of account {self._old.name!r} was changed", self._undeleted
            )

    def _forget(self, old: Account) -> None:
        discard_tokens(self._context, old.name, old)
        gone = (file for file in BESIDE_TOKENS if file != OWNER)
        self._undeleted.extend(forget_beside(self._context, old.name, old, gone))


def _usable(edit: ConfigEdit, name: str) -> Account | None:
    try:
        return edit.document.account(name)
    except ConfigError:
        return None


def _stored(context: Context, account: Account) -> OAuthTokens | None:
    try:
        return context.vault.peek(account) if context.host.stores_tokens(account) else None
    except MpError:
        return None


def _revoke(context: Context, account: Account, tokens: OAuthTokens | None) -> None:
    if tokens is None:
        return
    try:
        http = context.oauth_http(account)
    except ConfigError:
        return
    with http:
        context.host.try_revoke(account, tokens, http)
