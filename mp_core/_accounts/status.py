"""Whether an account can be used now, as far as that is known without a request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from mp_core._accounts.results import AccountSummary, Status
from mp_core._api.me_lookup import MeLookup
from mp_core._api.owner import OwnerRecord
from mp_core._api.proof import Owner
from mp_core._config.document import ConfigDocument, is_configured
from mp_core._network.endpoints import REGIONS, Region
from mp_core._runtime.context import Context
from mp_core._runtime.credential import check_credential
from mp_core._values.commands import way_back
from mp_core.errors import ConfigError, MpError, OAuthError, ProviderError
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import OAuthTokens


def summary(context: Context, config: ConfigDocument, name: str) -> AccountSummary:
    """Return one configured account at a glance, whatever is wrong with it.

    Raises:
        AccountNotFoundError: There is none of this name.
    """
    block = _block(config, name)
    status, reason = _status(context, lambda: config.account(name))
    project = _text(block.get("default_project"))
    owner = _owner(context, lambda: config.account(name))
    return AccountSummary(
        name=name,
        type=str(block.get("type", "")),
        region=_region(block.get("region")),
        status=status,
        is_active=_active(config) == name,
        referenced_by_targets=_targets(config, name),
        user_email=owner.user.email if owner else None,
        project_id=project,
        project_name=owner.projects.get(project) if owner and project else None,
        reason=reason,
        expires_at=_expiry(context, lambda: config.account(name)),
    )


def summary_of(context: Context, account: Account) -> AccountSummary:
    """Return any account at a glance: one of the configuration, or of the environment or a bridge.

    What the configuration holds under its name says nothing about an account from elsewhere.
    """
    config = context.config()
    if is_configured(config, account):
        return summary(context, config, account.name)
    status, reason = _status(context, lambda: account)
    return AccountSummary(
        name=account.name,
        type=account.type,
        region=account.region,
        status=status,
        is_active=False,
        referenced_by_targets=[],
        project_id=account.default_project,
        reason=reason,
        expires_at=_expiry(context, lambda: account),
    )


def _status(context: Context, account: Callable[[], Account]) -> tuple[Status, str | None]:
    try:
        return _usability(context, account())
    except ProviderError as error:
        return "provider_missing", explained(error)
    except ConfigError as error:
        return "invalid", explained(error)


def _usability(context: Context, account: Account) -> tuple[Status, str | None]:
    try:
        tokens = _stored(context, account)
        own = context.host.status(account, tokens)
    except OAuthError as error:
        error.hint = error.hint or way_back(account)
        return "needs_login", explained(error)
    if own is not None:
        return cast(Status, own), None
    if tokens is not None and not _is_usable(context, account, tokens):
        return "needs_login", "The login has expired."
    if tokens is None and context.host.has_login(account):
        return "needs_login", context.vault.elsewhere(account)
    if reason := _lacks_token(context, account):
        return "needs_token", reason
    known = tokens is not None or MeLookup(context, account).known() is not None
    return ("ok" if known else "untested"), None


def _expiry(context: Context, account: Callable[[], Account]) -> datetime | None:
    """Return when a login ends that does not renew itself, where there is one that can be read."""
    try:
        who = account()
        tokens = _stored(context, who)
        lasts = tokens is None or context.vault.can_refresh(who, tokens)
    except MpError:
        return None
    return None if tokens is None or lasts else tokens.expires_at


def _owner(context: Context, account: Callable[[], Account]) -> Owner | None:
    """Return the owner of the credential that an account has now, as far as that was proven."""
    try:
        return OwnerRecord(context, account()).of_present_credential()
    except ConfigError:
        return None


def _stored(context: Context, account: Account) -> OAuthTokens | None:
    return context.vault.peek(account) if context.host.stores_tokens(account) else None


def _is_usable(context: Context, account: Account, tokens: OAuthTokens) -> bool:
    return not tokens.is_expired() or context.vault.can_refresh(account, tokens)


def _lacks_token(context: Context, account: Account) -> str | None:
    """Return why an account that gets no tokens has no credential, or None when it has one."""
    if context.host.stores_tokens(account):
        return None
    try:
        check_credential(context, account)
    except OAuthError as error:
        return explained(error)
    return None


def _block(config: ConfigDocument, name: str) -> dict[str, object]:
    try:
        return config.block(name)
    except ConfigError:
        if name in config.account_names():
            return {}
        raise


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _region(value: object) -> Region | None:
    return next((region for region in REGIONS if region == value), None)


def _active(config: ConfigDocument) -> str | None:
    try:
        return config.active.account
    except ConfigError:
        return None


def _targets(config: ConfigDocument, name: str) -> list[str]:
    try:
        return config.targets_of(name)
    except ConfigError:
        return []


def explained(error: MpError) -> str:
    """Return what happened and what to do about it, in one line.

    What a plugin raises may lack the full stop that tells its words from those that follow.
    """
    if not error.hint:
        return error.message
    stop = "" if error.message.endswith((".", "!", "?", ":", ";")) else "."
    return f"{error.message}{stop} {error.hint}"
