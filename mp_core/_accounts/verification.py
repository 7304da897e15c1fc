"""Testing credentials: that of an account, and a changed one before it replaces one that works."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mp_core._accounts.fields import changed_meanwhile, merged, spelled
from mp_core._accounts.known_owner import note_known_owner
from mp_core._accounts.relocation import RegionLeft
from mp_core._accounts.results import AccountTestResult
from mp_core._accounts.status import explained
from mp_core._api.me_lookup import MeLookup
from mp_core._api.owner import OwnerRecord, warn_if_refuted
from mp_core._runtime.context import Context
from mp_core._values.commands import Retry
from mp_core._values.session import is_same
from mp_core._warning import going_on, warn
from mp_core.errors import (
    APIError,
    AuthenticationError,
    ConfigError,
    MpError,
    OAuthError,
)
from mp_core.plugin.account import Account

if TYPE_CHECKING:
    from mp_core._api.me import Me


def tested(context: Context, account: Account) -> AccountTestResult:
    """Ask Mixpanel who an account is, and remember the answer; a failure is in the result."""
    try:
        me = MeLookup(context, account).get(refresh=True)
    except MpError as error:
        return failed(account.name, error)
    return AccountTestResult(
        account_name=account.name,
        ok=True,
        user=me.user,
        accessible_project_count=len(me.projects),
    )


def failed(name: str, error: MpError) -> AccountTestResult:
    """Return the result of a test that failed."""
    return AccountTestResult(
        account_name=name,
        ok=False,
        error=explained(error),
        error_code=error.code,
        error_details=error.details,
        hint=error.hint,
    )


@going_on()
def change(
    context: Context, name: str, changes: Mapping[str, Any], *, take_over: bool = False
) -> None:
    """Change fields of a configured account; a new credential proves itself before it is kept.

    When it cannot be tested, the change is refused only if the present one is known to work.

    Raises:
        AccountNotFoundError: There is none of this name.
        OAuthError: With the region the login goes, and what is stored is somebody else's.
        ConfigError: The result is invalid, or somebody else changes the account at the same time.
        OwnerMismatchError: The credential is that of another owner, who may not take it over.
        AuthenticationError: The server refuses the credential.
        OAuthError: It cannot be had here, and the present one works.
        APIError: The server cannot be asked, and the present one works.
    """
    account = merged(context, context.config(), name, changes)
    me = _verified(context, account, take_over=take_over)
    if me is None:
        _put(context, account, changes)
        warn_if_refuted(context, account, changes.get("default_project"))
        return
    retry = Retry(f"mp account update {name}", spelled(type(account), changes))
    with OwnerRecord(context, account).admitted(me, retry, take_over=take_over) as displaced:
        is_closed = displaced is not None and _closes_project(account, me, changes)
        _put(context, account, changes, keeps_project=not is_closed)
    MeLookup(context, account).keep(me)


def _put(
    context: Context, account: Account, changes: Mapping[str, Any], *, keeps_project: bool = True
) -> None:
    with RegionLeft(context, account) as left, context.transaction() as edit:
        latest = merged(context, edit.document, account.name, changes)
        if not is_same(latest, account):
            raise changed_meanwhile(account.name)
        left.go_with(edit)
        edit.put_account(
            latest if keeps_project else latest.model_copy(update={"default_project": None})
        )


def _closes_project(account: Account, me: Me, changes: Mapping[str, Any]) -> bool:
    """Return whether a new owner cannot read the default project, which is said."""
    project = account.default_project
    is_open = project in {None, *(each.id for each in me.projects_in(account.region))}
    if "default_project" in changes or is_open:
        return False
    warn(
        f"Account {account.name!r} has no default project any more: {project} is closed to its new"
        f" owner. Give it one: mp account update {account.name} --default-project ID",
        stacklevel=4,
    )
    return True


def _verified(context: Context, account: Account, *, take_over: bool) -> Me | None:
    """Return what `/me` says to an account's credential, or None if it was not or cannot be tested.

    Nothing is tested when the default project alone changes, or when a login brings the credential.
    """
    old = _configured(context, account.name)
    is_unchanged = old is not None and is_same(old, account)
    if old is not None and not is_unchanged:
        note_known_owner(context, old)
    if (is_unchanged and not take_over) or context.host.has_login(account):
        return None
    try:
        return MeLookup(context, account).ask()
    except (OAuthError, APIError) as error:
        if old is not None and MeLookup(context, old).known() is not None:
            raise _unverified(account.name, error) from None
        _say_untested(account.name, error)
    except AuthenticationError as error:
        raise _refused(account.name, error) from None
    return None


def _say_untested(name: str, error: MpError) -> None:
    warn(
        f"The new credential of account {name!r} is untested: {error.message}"
        f" Test it: mp account test {name}",
        stacklevel=4,
    )


def _configured(context: Context, name: str) -> Account | None:
    try:
        return context.config().account(name)
    except ConfigError:
        return None


def _refused(name: str, error: AuthenticationError) -> AuthenticationError:
    return AuthenticationError(
        f"The new credential of account {name!r} was refused, so that nothing was changed."
        f" {error.message}",
        hint="Check the credential and the region, and try again.",
        details={"account": name},
    )


def _unverified(name: str, error: OAuthError | APIError) -> MpError:
    """Return the error that came up, saying what it means for the change."""
    told = copy.copy(error)
    told.message = (
        f"The new credential of account {name!r} could not be tried, and the present one works, so"
        f" that nothing was changed. {error.message}"
    )
    told.args = (told.message,)
    return told
