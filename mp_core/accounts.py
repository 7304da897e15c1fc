"""`mp.accounts`: the configured accounts, each an identity of an installed provider's type."""

from __future__ import annotations

import builtins
from typing import Any

from pydantic import ValidationError

from mp_core import files, paths
from mp_core.bearer import OnDiskTokenResolver
from mp_core.config import ConfigEdit
from mp_core.context import Context
from mp_core.endpoints import Region
from mp_core.errors import (
    AccountExistsError,
    AccountInUseError,
    APIError,
    AuthenticationError,
    ConfigError,
    MpError,
    OAuthError,
)
from mp_core.flow import Terminal, process_terminal
from mp_core.frozen import problems
from mp_core.login import log_in
from mp_core.me import Me, MeCache
from mp_core.models import Account
from mp_core.probe import Probe, ask_me
from mp_core.request import Request
from mp_core.resolver import inputs_in, resolve_account
from mp_core.snapshot import unknown_account
from mp_core.status import summary
from mp_core.values import AccountSummary, AccountTestResult, LogoutResult, OAuthLoginResult

_Names = builtins.list[str]
_EXCLUSIVE = {"token": "token_env", "token_env": "token"}


class Accounts:
    """The accounts of one configuration file."""

    def __init__(
        self,
        context: Context | None = None,
        *,
        terminal: Terminal | None = None,
        probe: Probe = ask_me,
    ) -> None:
        """Take the surroundings, those of the process unless told otherwise."""
        self._context = context or Context()
        self._terminal = terminal
        self._probe = probe

    def list(self) -> builtins.list[AccountSummary]:
        """Return all accounts by name; what is wrong with one shows in its status alone."""
        config = self._context.config()
        return [summary(self._context, config, name) for name in config.account_names()]

    def show(self, name: str | None = None) -> AccountSummary:
        """Return one account at a glance, the one in force unless told otherwise.

        Raises:
            AccountNotFoundError: There is none of this name.
        """
        config = self._context.config()
        if name is None:
            name = self._in_force().name
        return summary(self._context, config, name)

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
        """
        given = _given(
            region=region,
            default_project=default_project,
            username=username,
            secret=secret,
            token=token,
            token_env=token_env,
            **fields,
        )
        account = self._validated({"type": type, "name": name, **given}, "add")
        with self._context.store.transaction() as edit:
            self._refuse_taken(edit, name)
            self._forget(name)
            edit.put_account(account)
            if len(edit.snapshot.account_names()) == 1:
                edit.activate(name)
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
        **fields: Any,
    ) -> AccountSummary:
        """Change what is given of an account; its type stays.

        A changed credential is tried first, and one that the server refuses replaces nothing.

        Args:
            name: The account.
            region: See `add`.
            default_project: See `add`.
            username: See `add`.
            secret: See `add`.
            token: Replaces `token_env`.
            token_env: Replaces `token`.
            **fields: The other fields of the provider's model.

        Raises:
            AccountNotFoundError: There is none of this name.
            ConfigError: A value is invalid, or the type does not have the field.
            AuthenticationError: The server refuses the new credential.
        """
        given = _given(
            region=region,
            default_project=default_project,
            username=username,
            secret=secret,
            token=token,
            token_env=token_env,
            **fields,
        )
        self._prove(name, self._merged(self._context.config().block(name), name, given))
        with self._context.store.transaction() as edit:
            edit.put_account(self._merged(edit.snapshot.block(name), name, given))
        return self.show(name)

    def remove(self, name: str, *, force: bool = False) -> _Names:
        """Remove an account with its tokens and caches; return the targets that it orphans.

        Raises:
            AccountNotFoundError: There is none of this name.
            AccountInUseError: Targets use it, and `force` is not set.
        """
        with self._context.store.transaction() as edit:
            if name not in edit.snapshot.account_names():
                raise unknown_account(name, edit.snapshot.account_names())
            orphaned = edit.snapshot.targets_of(name)
            if orphaned and not force:
                raise _in_use(name, orphaned)
            self._discard_tokens(edit, name)
            edit.remove_account(name)
            self._forget(name)
        return orphaned

    def use(self, name: str) -> None:
        """Make an account the active one; a workspace pin is dropped.

        Raises:
            ConfigError: It is not there, or cannot be used.
        """
        with self._context.store.transaction() as edit:
            edit.snapshot.account(name)
            edit.activate(name)

    def test(self, name: str | None = None) -> AccountTestResult:
        """Ask Mixpanel who an account is; every failure is in the result."""
        try:
            account = self._selected(name)
        except (MpError, ValueError) as error:
            return AccountTestResult(account_name=name or "", ok=False, error=_told(error))
        try:
            me = self._asked(account)
        except MpError as error:
            return AccountTestResult(account_name=account.name, ok=False, error=_told(error))
        return AccountTestResult(
            account_name=account.name,
            ok=True,
            user=me.user,
            accessible_project_count=len(me.projects),
        )

    def login(self, name: str, *, open_browser: bool = True) -> OAuthLoginResult:
        """Log an account in, interactively, and fill its default project when it has none.

        Args:
            name: The account.
            open_browser: Whether to open a browser here; the address is shown in any case.

        Raises:
            ConfigError: The account is not there, or its type has no login.
            OAuthError: A leg of the login failed; everything is as it was.
        """
        account = self._context.config().account(name)
        terminal = self._terminal or process_terminal()
        return log_in(self._context, account, terminal, self._probe, opens_browser=open_browser)

    def logout(self, name: str) -> LogoutResult:
        """Delete an account's tokens, after revoking them where the provider can.

        The client registration stays.

        Raises:
            AccountNotFoundError: There is none of this name.
        """
        context = self._context
        account = context.config().account(name)
        revoked = context.vault.revoke(account)
        deleted = context.vault.discard(account)
        MeCache(context, account).clear()
        return LogoutResult(account_name=name, revoked=revoked, deleted=deleted)

    def token(self, name: str | None = None) -> str | None:
        """Return an account's bearer, refreshed when stale; None for a type without one.

        Raises:
            OAuthError: It cannot be had.
        """
        account = self._selected(name)
        resolver = OnDiskTokenResolver(context=self._context, account=account)
        scheme, _, credential = self._context.registry.auth_header(account, resolver).partition(" ")
        return credential if scheme.lower() == "bearer" else None

    def _selected(self, name: str | None) -> Account:
        return self._in_force() if name is None else self._context.config().account(name)

    def _in_force(self) -> Account:
        return resolve_account(inputs_in(self._context, Request()))[1]

    def _asked(self, account: Account) -> Me:
        me = self._probe(self._context, account)
        MeCache(self._context, account).put(me)
        return me

    def _validated(self, fields: dict[str, Any], stage: Any) -> Account:
        registry = self._context.registry
        model = registry.model(fields["type"])
        try:
            account = model.model_validate(fields)
        except ValidationError as error:
            raise _invalid(fields, model, error) from None
        if account.default_project is None and not registry.has_login(account):
            raise _needs_project(account)
        registry.validate(account, stage)
        return account

    def _merged(self, block: dict[str, Any], name: str, given: dict[str, Any]) -> Account:
        replaced = {_EXCLUSIVE.get(key) for key in given}
        kept = {key: value for key, value in block.items() if key not in replaced}
        return self._validated({**kept, **given, "name": name}, "update")

    def _prove(self, name: str, account: Account) -> None:
        """Try a changed credential, so that a wrong one never replaces one that works."""
        try:
            old: Account | None = self._context.config().account(name)
        except ConfigError:
            old = None
        if (
            old is not None
            and self._header(old) == self._header(account)
            and (old.region == account.region)
        ):
            return
        try:
            self._probe(self._context, account)
        except AuthenticationError as error:
            raise _refused(name, error) from None
        except APIError as error:
            if old is not None and MeCache(self._context, old).get() is not None:
                raise _unproven(name, error) from None

    def _header(self, account: Account) -> str | None:
        resolver = OnDiskTokenResolver(context=self._context, account=account)
        try:
            return self._context.registry.auth_header(account, resolver)
        except OAuthError:
            return None

    def _refuse_taken(self, edit: ConfigEdit, name: str) -> None:
        known = edit.snapshot.account_names()
        if name in known:
            raise _exists(name, name)
        twins = [other for other in known if other.lower() == name.lower()]
        if twins and edit.snapshot.path and files.folds_case(edit.snapshot.path):
            raise _exists(name, twins[0])

    def _discard_tokens(self, edit: ConfigEdit, name: str) -> None:
        """Empty the account's slot wherever its plugins keep it; its files go in any case."""
        try:
            self._context.vault.discard(edit.snapshot.account(name))
        except (ConfigError, OAuthError):
            return

    def _forget(self, name: str) -> None:
        """Delete what an account of this name left behind, so that no other one revives it."""
        root = self._context.root
        if root is None:
            return
        for file in ("tokens.json", "client.json", "me.json"):
            files.delete(paths.account_dir(root, name) / file)


def _given(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _told(error: Exception) -> str:
    hint = getattr(error, "hint", None)
    return f"{error} {hint}" if hint else str(error)


def _invalid(
    fields: dict[str, Any], model: builtins.type[Account], error: ValidationError
) -> ConfigError:
    unknown = sorted(set(fields) - set(model.model_fields))
    known = ", ".join(name for name in model.model_fields if name not in ("type", "name"))
    return ConfigError(
        f"Account {fields['name']!r} of type {fields['type']} is invalid: {problems(error)}.",
        hint=f"The fields of this type are: {known}.",
        code="INVALID_ACCOUNT",
        details={"account": fields["name"], "unknown": unknown},
    )


def _needs_project(account: Account) -> ConfigError:
    return ConfigError(
        f"Account {account.name!r} of type {account.type} needs a default project.",
        hint="Give it: --default-project ID, in Python default_project=.",
        details={"account": account.name},
    )


def _exists(name: str, other: str) -> AccountExistsError:
    same = "" if name == other else f" ({other!r} is the same name on this file system)"
    return AccountExistsError(
        f"There is already an account {name!r}{same}.",
        hint=f"Change it: mp account update {other} · or remove it: mp account remove {other}",
        details={"account": other},
    )


def _in_use(name: str, targets: _Names) -> AccountInUseError:
    return AccountInUseError(
        f"Account {name!r} is used by the targets {', '.join(targets)}.",
        referenced_by=targets,
        hint=f"Remove them first, or all the same: mp account remove {name} --force",
    )


def _refused(name: str, error: AuthenticationError) -> AuthenticationError:
    return AuthenticationError(
        f"The new credential of account {name!r} was refused, so that nothing was changed."
        f" {error.message}",
        hint="Check the credential and the region, and try again.",
        details={"account": name},
    )


def _unproven(name: str, error: APIError) -> APIError:
    return APIError(
        f"The new credential of account {name!r} could not be tried, and the present one works, so"
        f" that nothing was changed. {error.message}",
        status_code=error.status_code,
        hint="Try again when Mixpanel can be reached.",
        details={"account": name},
    )


_accounts = Accounts()
list = _accounts.list
show = _accounts.show
add = _accounts.add
update = _accounts.update
remove = _accounts.remove
use = _accounts.use
test = _accounts.test
logout = _accounts.logout
token = _accounts.token
login = _accounts.login
