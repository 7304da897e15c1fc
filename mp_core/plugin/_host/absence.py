"""Plugins that are not there: no distribution announces them, or they are not allowed."""

from __future__ import annotations

import shlex
from typing import Final

from mp_core import _env as variables
from mp_core.errors import ProviderError, ProviderNotInstalledError
from mp_core.plugin._host.discovery import known_distribution
from mp_core.plugin._host.installers import how_to_install
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS

FUNCTIONS: Final = {PROVIDERS: "register", EXTENSIONS: "register_extension"}
"""What registers a plugin of a group, for hints."""

_SWITCH: Final = ", which [settings].extensions switches on,"


def missing(group: str, name: str) -> ProviderNotInstalledError:
    """Return the error for a plugin that nothing announces."""
    distribution = known_distribution(name) if group == PROVIDERS else None
    return ProviderNotInstalledError(
        f"No {_kind(group)} {name!r}{_switch(group)} is installed.",
        hint=how_to_install(repr(name), distribution) + _without(group, name),
        details={"type": name, **({"distribution": distribution} if distribution else {})},
    )


def blocked(group: str, name: str, *, is_installed: bool) -> ProviderNotInstalledError:
    """Return the error for a plugin that may not load, installed or not."""
    state = "is installed but not allowed" if is_installed else "is neither installed nor allowed"
    return ProviderNotInstalledError(
        f"The {_kind(group)} {name!r}{_switch(group)} {state} by {variables.PLUGINS}"
        " (or --no-plugins).",
        hint=f"Add {name} to {variables.PLUGINS}, or run: unset {variables.PLUGINS}",
        details={"type": name, "variable": variables.PLUGINS},
    )


def left_behind(group: str, name: str) -> ProviderNotInstalledError:
    """Return the error for a plugin that was registered where a session was made, and not here."""
    function = f"mp_core.plugin.{FUNCTIONS[group]}({name!r}, …)"
    return ProviderNotInstalledError(
        f"The {_kind(group)} {name!r} was registered in the process where this session was made,"
        " and is not in this one.",
        hint=f"Call {function} here as well, before the session is used; in workers, where they"
        " begin. Or install the plugin, instead of registering it.",
        details={"type": name},
    )


def demanded(error: ProviderError) -> ProviderError:
    """Return the error for an extension without which nothing is sent."""
    variable, name = variables.REQUIRE_EXTENSIONS, error.details["type"]
    hint = (error.hint or "").removesuffix(_without(EXTENSIONS, name))
    return type(error)(
        f"{error.message.replace(_SWITCH, '')} Nothing is sent without it: {variable} names it.",
        hint=f"{hint} · where it is not meant, correct {variable}",
        details={**error.details, "variable": variable},
    )


def unswitched(error: ProviderError) -> ProviderError:
    """Return the error for an extension that is not on."""
    name = error.details["type"]
    return type(error)(
        error.message.replace(_SWITCH, ""),
        hint=(error.hint or "").removesuffix(_without(EXTENSIONS, name)),
        details=error.details,
    )


def _without(group: str, name: str) -> str:
    """Return how to go on without an extension that is on."""
    if group == PROVIDERS:
        return ""
    return f" Or do without it: mp plugins disable {shlex.quote(name)}"


def _kind(group: str) -> str:
    return "provider for account type" if group == PROVIDERS else "extension"


def _switch(group: str) -> str:
    return "" if group == PROVIDERS else _SWITCH
