"""Proving a changed credential before it replaces one that works."""

from __future__ import annotations

from mp_core.account_model import Account
from mp_core.bearer import OnDiskTokenResolver
from mp_core.context import Context
from mp_core.errors import APIError, AuthenticationError, ConfigError, OAuthError
from mp_core.me import MeCache
from mp_core.probe import Probe


def prove(context: Context, account: Account, probe: Probe) -> None:
    """Try the credential of an account that is about to replace a configured one of its name.

    Nothing is tried when the credential is the same, or when a login brings it. When Mixpanel
    cannot be asked, the change is refused only if the present credential is known to work.

    Raises:
        AuthenticationError: The server refuses it.
        APIError: It cannot be tried, and the present one works.
    """
    old = _configured(context, account.name)
    if context.registry.has_login(account) or _same_credential(context, old, account):
        return
    try:
        probe(context, account)
    except AuthenticationError as error:
        raise _refused(account.name, error) from None
    except APIError as error:
        if old is not None and MeCache(context, old).get() is not None:
            raise _unproven(account.name, error) from None


def _configured(context: Context, name: str) -> Account | None:
    try:
        return context.config().account(name)
    except ConfigError:
        return None


def _same_credential(context: Context, old: Account | None, new: Account) -> bool:
    if old is None or old.region != new.region:
        return False
    return _header(context, old) == _header(context, new)


def _header(context: Context, account: Account) -> str | None:
    resolver = OnDiskTokenResolver(context=context, account=account)
    try:
        return context.registry.auth_header(account, resolver)
    except OAuthError:
        return None


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
