"""Plugins that are not there: no distribution announces them, or they are not allowed."""

from __future__ import annotations

from mp_core import _env as variables
from mp_core.errors import ProviderNotInstalledError
from mp_core.plugin._host.discovery import known_distribution
from mp_core.plugin._host.installers import how_to_install
from mp_core.plugin.hooks import PROVIDERS


def missing(group: str, name: str) -> ProviderNotInstalledError:
    distribution = known_distribution(name) if group == PROVIDERS else None
    return ProviderNotInstalledError(
        f"No {_kind(group)} {name!r}{_switch(group)} is installed.",
        hint=how_to_install(repr(name), distribution),
        details={"type": name, **({"distribution": distribution} if distribution else {})},
    )


def blocked(group: str, name: str, *, is_installed: bool) -> ProviderNotInstalledError:
    state = "is installed but not allowed" if is_installed else "is neither installed nor allowed"
    return ProviderNotInstalledError(
        f"The {_kind(group)} {name!r}{_switch(group)} {state} by {variables.PLUGINS}"
        " (or --no-plugins).",
        hint=f"Add {name} to {variables.PLUGINS}, or run: unset {variables.PLUGINS}",
        details={"type": name, "variable": variables.PLUGINS},
    )


def _kind(group: str) -> str:
    return "provider for account type" if group == PROVIDERS else "extension"


def _switch(group: str) -> str:
    return "" if group == PROVIDERS else ", which [settings].extensions switches on,"
