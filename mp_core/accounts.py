"""`mp.accounts`: the configured accounts, each an identity of an installed provider's type."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mp_core._accounts.addition import add as add_account
from mp_core._accounts.fields import given
from mp_core._accounts.logout import log_out
from mp_core._accounts.removal import removed
from mp_core._accounts.renaming import rename as rename_account
from mp_core._accounts.results import (
    AccountSummary,
    AccountTestResult,
    LogoutResult,
    OAuthLoginResult,
)
from mp_core._accounts.status import summary, summary_of
from mp_core._accounts.verification import change, failed, tested
from mp_core._network.endpoints import Region
from mp_core._resolution.admission import chosen, in_force
from mp_core._runtime.bearer import OnDiskTokenResolver
from mp_core._runtime.context import Context
from mp_core._sealed import sealed_face
from mp_core._storage import paths
from mp_core._values.selection import NOTHING, Selection, selected
from mp_core.errors import MpError
from mp_core.plugin.account import Account

if TYPE_CHECKING:
    from mp_core._login.terminal import Terminal


@sealed_face
class Accounts:
    """The accounts of one configuration file.

    Args:
        context: The surroundings; those of the process unless told otherwise.
        terminal: The person who logs in; the one at the process's terminal unless told otherwise.
        asked: Which account is meant where none is named: the one that this resolves to.
    """

    def __init__(
        self,
        context: Context | None = None,
        *,
        terminal: Terminal | None = None,
        asked: Selection = NOTHING,
    ) -> None:
        self._context = context or Context()
        self._terminal = terminal
        self._selection = asked

    def list(self) -> builtins.list[AccountSummary]:
        """Return all accounts by name; what is wrong with one shows in its status alone."""
        config = self._context.config()
        return [summary(self._context, config, name) for name in config.account_names()]

    def show(self, name: str | None = None) -> AccountSummary:
        """Return one account at a glance, the one in force unless told otherwise.

        Raises:
            AccountNotFoundError: There is none of this name.
        """
        if name is None:
            return summary_of(self._context, in_force(self._context, self._selection)[1])
        return summary(self._context, self._context.config(), name)

    def add(
        self,
        name: str,
        *,
        type: str,
        region: Region,
        default_project: str | None = None,
        username: str | None = None,
        secret: str | None = None,
        token: str | None = None,
        token_env: str | None = None,
        **fields: Any,
    ) -> AccountSummary:
        """Add an account; the first one becomes the active one.

        Args:
            name: 1 to 64 letters, digits, `_` and `-`.
            type: The account type, that of an installed provider.
            region: Where its data lives: `us`, `eu` or `in`.
            default_project: The project of sessions that name none; required for types that have
                no login to learn it from.
            username: For types with this field.
            secret: For types with this field.
            token: For types with this field.
            token_env: For types with this field.
            **fields: The other fields of the provider's model.

        Raises:
            AccountExistsError: There is an account of this name.
            ProviderError: No provider serves the type.
            ConfigError: A value is invalid.
            OAuthError: A login is stored under the name that belongs to somebody else.
        """
        changes = given(
            region=region,
            default_project=default_project,
            username=username,
            secret=secret,
            token=token,
            token_env=token_env,
            **fields,
        )
        add_account(self._context, {"type": type, "name": name, **changes})
        return self.show(name)

    def update(
        self,
        name: str,
        *,
        region: Region | None = None,
        default_project: str | None = None,
        username: str | None = None,
        secret: str | None = None,
        token: str | None = None,
        token_env: str | None = None,
        take_over: bool = False,
        **fields: Any,
    ) -> AccountSummary:
        """Change what is given of an account; its type stays.

        The fields are those of `add`; each replaces what it excludes. A new credential is tested
        first, and one that the server refuses replaces nothing. With the region the login goes, and
        is revoked where that can be done. With `take_over` the credential may be that of another
        owner; alone, it lets whoever has the present one be the owner.

        Raises:
            AccountNotFoundError: There is none of this name.
            OAuthError: The new credential is somebody else's (`OWNER_MISMATCH`).
            ConfigError: A value is invalid, or the type does not have the field.
            AuthenticationError: The server refuses the new credential.
            APIError: It cannot be tested now, and the present one works.
        """
        changes = given(
            region=region,
            default_project=default_project,
            username=username,
            secret=secret,
            token=token,
            token_env=token_env,
            **fields,
        )
        change(self._context, name, changes, take_over=take_over)
        return self.show(name)

    def remove(self, name: str, *, force: bool = False) -> builtins.list[str]:
        """Remove an account with its tokens and caches; return the targets that it orphans.

        Raises:
            AccountNotFoundError: There is none of this name.
            AccountInUseError: Targets use it, and `force` is not set.
            MpError: Nothing was changed; or it is removed, and the message names what was left.
        """
        return removed(self._context, name, force=force)

    def rename(self, old: str, new: str) -> AccountSummary:
        """Give an account another name; its targets and all that is stored of it go along.

        Raises:
            AccountNotFoundError: There is none of the old name.
            AccountExistsError: There is one of the new name.
            MpError: Nothing was changed; or the message says what was left under the old name.
        """
        rename_account(self._context, old, new)
        return self.show(new)

    def use(self, name: str) -> None:
        """Make an account the active one; a workspace pin is dropped.

        Raises:
            ConfigError: It is not there, or cannot be used.
        """
        with self._context.transaction() as edit:
            edit.document.account(name)
            edit.activate(name)

    def test(self, name: str | None = None) -> AccountTestResult:
        """Ask Mixpanel who an account is; every failure is in the result."""
        try:
            account = self._selected(name)
        except MpError as error:
            return failed(name or "", error)
        return tested(self._context, account)

    def login(
        self, name: str, *, open_browser: bool = True, take_over: bool = False
    ) -> OAuthLoginResult:
        """Log an account in, interactively, and fill its default project when it has none.

        Args:
            name: The account.
            open_browser: Whether to open a browser here; the address is shown in any case.
            take_over: Whether another person may take the account over.

        Raises:
            ConfigError: The account is not there, or its type has no login.
            OAuthError: A leg of the login failed, or somebody else logged in (`OWNER_MISMATCH`);
                everything is as it was.
        """
        from mp_core._login.login import log_in
        from mp_core._login.terminal import process_terminal

        account = self._selected(name)
        terminal = self._terminal or process_terminal(self._context.env)
        return log_in(
            self._context, account, terminal, opens_browser=open_browser, take_over=take_over
        )

    def logout(self, name: str) -> LogoutResult:
        """Delete an account's tokens, after revoking them where the provider can.

        The client registration stays.

        Raises:
            AccountNotFoundError: There is none of this name.
        """
        return log_out(self._context, name)

    def token(self, name: str | None = None) -> str | None:
        """Return an account's bearer, refreshed when stale; None for a type without one.

        Raises:
            OAuthError: It cannot be had.
        """
        account = self._selected(name)
        if not self._context.host.has_header(account):
            return None
        resolver = OnDiskTokenResolver(context=self._context, account=account)
        scheme, _, credential = self._context.host.auth_header(account, resolver).partition(" ")
        return credential if scheme.lower() == "bearer" else None

    def export_bridge(
        self,
        *,
        to: str | Path,
        account: str | None = None,
        project: str | int | None = None,
        workspace: int | None = None,
        refresh_token: bool = True,
    ) -> Path:
        """Write an account with its secrets to a file that another machine can use.

        Args:
            to: The file, which is made owner-only.
            account: The account, the one in force unless told otherwise.
            project: The project to use there, instead of the account's default one.
            workspace: The workspace to use there.
            refresh_token: Whether the refresh token goes along. Without it the other side works
                until the access token expires, and nothing that it does can end the login here.

        Raises:
            ConfigError: The account cannot be carried, or the file cannot be written.
            OAuthError: The account's token cannot be had.
        """
        from mp_core._bridge import export

        context, who = self._context, self._selected(account)
        path, given = paths.expand(context.env, to), selected(None, project, workspace)
        scope = export.scope(context, who, given, self._selection)
        return export.export_bridge(context, who, path, scope, with_refresh_token=refresh_token)

    def remove_bridge(self, *, at: str | Path | None = None) -> bool:
        """Remove a bridge, by default the one that would be used; return whether there was one.

        Raises:
            ConfigError: The file is there and is no bridge, or cannot be removed.
        """
        from mp_core._bridge import export

        path = None if at is None else paths.expand(self._context.env, at)
        return export.remove_bridge(self._context, path)

    def _selected(self, name: str | None) -> Account:
        return chosen(self._context, self._selection, name)


_accounts = Accounts()
list = _accounts.list
show = _accounts.show
add = _accounts.add
update = _accounts.update
remove = _accounts.remove
rename = _accounts.rename
use = _accounts.use
test = _accounts.test
logout = _accounts.logout
token = _accounts.token
login = _accounts.login
export_bridge = _accounts.export_bridge
remove_bridge = _accounts.remove_bridge
