"""Whether accounts can be used, and what in the environment stands before them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from mp_core._accounts.forget import refuse_foreign
from mp_core._accounts.results import AccountSummary
from mp_core._doctor.finding import Finding, Level, is_sound, typed
from mp_core._resolution.record import Axis, Candidate, Resolution
from mp_core._resolution.resolver import inputs_in, resolve
from mp_core._runtime.context import Context
from mp_core._runtime.inventory import Plugins, PluginSummary
from mp_core._tokens.vault import utc_now
from mp_core._values.selection import NOTHING
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError, CredentialWarning, MpError

SOON: Final = timedelta(days=1)
"""A login that cannot be refreshed is worth a word this long before it ends."""


def plugin_findings(context: Context) -> Iterator[Finding]:
    """Load every plugin that is installed or needed, and tell what does not work."""
    try:
        plugins = Plugins(context).list(load=True)
    except ConfigError:
        return  # The file's own finding says why.
    for plugin in plugins:
        yield Finding(
            check="plugins",
            subject=f"{plugin.name} ({plugin.distribution or 'not installed'})",
            level=_plugin_level(plugin),
            message=plugin.reason or f"It is {plugin.status.replace('_', ' ')}.",
            fix=None if plugin.status in ("available", "off") else f"mp plugins info {plugin.name}",
        )


def _plugin_level(plugin: PluginSummary) -> Level:
    if plugin.status in ("available", "off"):
        return "ok"
    return "error" if plugin.accounts else "warning"


def account_findings(context: Context) -> Iterator[Finding]:
    """Tell which accounts cannot be used."""
    try:
        accounts = Accounts(context).list()
    except ConfigError:
        return
    for account in accounts:
        yield _usable(context, account) or _lasting(account)


def _usable(context: Context, account: AccountSummary) -> Finding | None:
    if account.status in ("ok", "untested"):
        return None
    return Finding(
        check="accounts",
        subject=account.name,
        level="error" if account.is_active else "warning",
        message=account.reason or f"Its status is {account.status}.",
        fix=f"mp account login {account.name}" if _may_log_in(context, account) else None,
    )


def _may_log_in(context: Context, account: AccountSummary) -> bool:
    """Return whether a login helps: not where what is stored belongs to somebody else."""
    try:
        refuse_foreign(context, context.config().account(account.name))
    except MpError:
        return False
    return account.status == "needs_login"


def _lasting(account: AccountSummary) -> Finding:
    """Return the finding for an account that works now: whether it soon will not."""
    who = f" It acts as {account.user_email}." if account.user_email else ""
    ending = account.expires_at
    if ending is None or ending - utc_now() >= SOON:
        return Finding(
            check="accounts",
            subject=account.name,
            level="ok",
            message=f"Its status is {account.status}.{who}",
        )
    return Finding(
        check="accounts",
        subject=account.name,
        level="warning",
        message=f"Its login ends at {ending.astimezone():%Y-%m-%d %H:%M %z}.{who}",
        fix=f"mp account login {account.name}",
    )


def environment_findings(context: Context, files: Iterable[Finding]) -> Iterator[Finding]:
    """Tell what the environment overrides, and what keeps a session from being resolved.

    Args:
        context: The surroundings.
        files: What was found of files: where they cannot be used, it is no news that no account is
            found in them.
    """
    is_readable = all(is_sound(found) for found in files)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", CredentialWarning)
        try:
            resolution = resolve(inputs_in(context, NOTHING))
        except MpError as error:
            if is_readable or not _is_of_files(context, error):
                yield _about("resolution", "warning", error.message, typed(error.hint))
            resolution = None
    for text in dict.fromkeys(str(warning.message) for warning in heard):
        yield _about("resolution", "warning", text, None)
    if resolution is not None:
        yield from _overrides(resolution)


def _is_of_files(context: Context, error: MpError) -> bool:
    """Return whether an error says no more than that files cannot be used, or hold nothing."""
    try:
        context.config()
    except ConfigError as reason:
        return reason.message == error.message
    return error.code == "NO_ACCOUNT"


def _overrides(resolution: Resolution) -> Iterator[Finding]:
    for axis in resolution.axes:
        if axis.winner is None or axis.source != "environment":
            continue
        hidden = [found for found in axis.candidates if _is_overridden(axis, found)]
        level: Level = "warning" if hidden else "ok"
        text = f"The {axis.name} comes from the environment"
        text += f", ahead of {_names([found.origin for found in hidden])}." if hidden else "."
        yield _about(
            axis.origin or axis.name, level, text, f"unset {axis.origin}" if hidden else None
        )


def _is_overridden(axis: Axis, found: Candidate) -> bool:
    """Return whether a source would have led elsewhere; an equal id of a project does not."""
    leads_elsewhere = axis.name == "account" or found.value != axis.value
    return found.outcome == "shadowed" and found.value is not None and leads_elsewhere


def _names(origins: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(origins))


def _about(subject: str, level: Level, message: str, fix: str | None) -> Finding:
    return Finding(check="environment", subject=subject, level=level, message=message, fix=fix)
