"""Switching extensions on and off in the configuration."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from typing import Final

from mp_core._frozen import Frozen
from mp_core._runtime.anatomy import hooks_of
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, MpError, ProviderNotInstalledError
from mp_core.plugin._host.absence import unswitched
from mp_core.plugin._host.installers import how_to_install
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

_STORING: Final = frozenset({"mp_load_tokens", "mp_persist_tokens"})


class Activation(Frozen):
    """What switching an extension on or off has left.

    Attributes:
        name: The extension.
        is_on: Whether it is in force for this configuration now.
        has_changed: Whether the configuration was changed.
        is_required: Whether `MP_REQUIRE_EXTENSIONS` keeps it on, whatever the configuration says.
        left_logins: Accounts whose login is in a store that is not asked any more, for one that
            keeps tokens: where it is now, nobody looks, and it ends at the next login.
    """

    name: str
    is_on: bool
    has_changed: bool
    is_required: bool
    left_logins: tuple[str, ...] = ()


def enable(context: Context, name: str) -> Activation:
    """Switch an extension on, once it has shown that it loads.

    Raises:
        ProviderNotInstalledError: There is none of this name.
        ProviderError: It does not load, or is not allowed.
        ConfigError: It is a provider, or the configuration cannot be used.
    """
    _refuse_others(context, name, context.config().extensions)
    _load(context, name)
    return _switched(context, name, is_on=True)


def disable(context: Context, name: str) -> Activation:
    """Switch an extension off, also one that is not installed any more.

    Raises:
        ProviderNotInstalledError: There is none of this name, and none is switched on.
        ConfigError: It is a provider, or the configuration cannot be used.
    """
    _refuse_others(context, name, context.config().extensions)
    return _switched(context, name, is_on=False)


def _load(context: Context, name: str) -> None:
    try:
        context.bare_host.loader.plugin(EXTENSIONS, name)
    except ProviderNotInstalledError as error:
        if name in context.config().extensions:
            raise
        raise unswitched(error) from None


def _switched(context: Context, name: str, *, is_on: bool) -> Activation:
    is_required = name in context.bare_host.required
    logins = () if is_required else _logins(context, name)
    with context.transaction() as edit:
        before = edit.document.extensions
        has_changed = (name in before) is not is_on
        if has_changed:
            others = [other for other in before if other != name]
            edit.put_extensions([*others, *([name] if is_on else [])])
    return Activation(
        name=name,
        is_on=is_on or is_required,
        has_changed=has_changed,
        is_required=is_required,
        left_logins=logins if has_changed else (),
    )


def _logins(context: Context, name: str) -> tuple[str, ...]:
    """Return the accounts that are logged in, if an extension has a say in where tokens are kept.

    A store that fails tells of none: to switch it off must be possible all the same.
    """
    try:
        plugin = context.bare_host.loader.plugin(EXTENSIONS, name)
        is_store = any(hook.name in _STORING and not hook.is_wrapper for hook in hooks_of(plugin))
        return tuple(_logged_in(context)) if is_store else ()
    except MpError:
        return ()


def _logged_in(context: Context) -> Iterator[str]:
    config = context.config()
    accounts = filter(None, map(config.usable_account, config.account_names()))
    for account in accounts:
        if config.host.stores_tokens(account) and context.vault_of(account).peek(account):
            yield account.name


def unknown(name: str, known: Collection[str]) -> ProviderNotInstalledError:
    """Return the error for a plugin that neither is installed nor needed."""
    close = difflib.get_close_matches(name, sorted(known), n=3)
    meant = f" Did you mean {' or '.join(close)}?" if close else ""
    return ProviderNotInstalledError(
        f"There is no plugin {name!r}.{meant}",
        hint=f"See: mp plugins list · {how_to_install(repr(name), None)}",
        code="PLUGIN_NOT_FOUND",
        details={"plugin": name, "known": sorted(known)},
    )


def _refuse_others(context: Context, name: str, switched_on: Collection[str]) -> None:
    """Refuse what is no extension.

    Raises:
        ProviderNotInstalledError: It is nothing at all.
        ConfigError: It is a provider.
    """
    host = context.bare_host
    installed = host.loader.scan()
    if (EXTENSIONS, name) in installed or name in {*switched_on, *host.required}:
        return
    if (PROVIDERS, name) in installed:
        raise _is_provider(name)
    raise unknown(name, {other for _, other in installed} | {*switched_on})


def _is_provider(name: str) -> ConfigError:
    return ConfigError(
        f"{name!r} is a provider, and not switched on or off: it serves the accounts of its type"
        " wherever it is installed.",
        hint="To see what can be switched: mp plugins list · to leave a provider out of one run,"
        " name the others in MP_PLUGINS.",
        code="NO_EXTENSION",
        details={"plugin": name},
    )
