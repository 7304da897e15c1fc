"""The version of the contract that a plugin was written for, beside the one that is spoken here."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from mp_core._warning import warn
from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.discovery import DISTRIBUTION, Installed
from mp_core.plugin._host.installers import update_command, way_to_update
from mp_core.plugin._host.plain import plain
from mp_core.plugin.hooks import CONTRACT

DECLARATION: Final = "MP_CONTRACT"
"""Name under which a plugin declares the version that it was written for."""

ADDED: Final = dict.fromkeys(
    ("mp_authenticate", "mp_endpoint", "mp_tls_context", "mp_record"), "1.1"
)
"""The version in which a hook came, where it was not there from the beginning."""


def declared(plugin: object) -> str | None:
    """Return the version that a plugin was written for, or None when it does not say.

    Raises:
        ConformanceError: It says something else than a version.
    """
    version: Any = plain(getattr(plugin, DECLARATION, None))
    if version is None or (isinstance(version, str) and re.fullmatch(r"\d+\.\d+", version)):
        return version
    raise ConformanceError(f'its {DECLARATION} is no version such as "{CONTRACT}"')


def is_newer(version: str | None, than: str | None = CONTRACT) -> bool:
    """Return whether one version is newer than another; of what is not told, nobody knows."""
    return version is not None and than is not None and _numbers(version) > _numbers(than)


def check_version(version: str | None, plugin: Installed) -> None:
    """Refuse a plugin of another major version.

    Raises:
        ConformanceError: It is one.
    """
    if version is None:
        return
    theirs, ours = _numbers(version)[0], _numbers(CONTRACT)[0]
    if theirs != ours:
        hint = _update(DISTRIBUTION) if theirs > ours else way_to_update(plugin)
        raise ConformanceError(_written_for(version), hint=hint)


def needs_newer(what: str, version: str) -> ConformanceError:
    """Return the error for a plugin that only a newer core can use."""
    return ConformanceError(f"{what}: {_written_for(version)}", hint=_update(DISTRIBUTION))


def warn_if_newer(version: str | None, plugin: Installed, dropped: Collection[str] = ()) -> None:
    """Warn of a plugin that was written for a newer minor version: it may count on more.

    Args:
        version: The version.
        plugin: The plugin.
        dropped: Names of the hooks that are not called, since nobody here knows them.
    """
    ours = _numbers(CONTRACT)
    if version is None or not ours < _numbers(version) < (ours[0] + 1, 0):
        return
    lost = f"works without its {' and '.join(dropped)}" if dropped else "may not work in full"
    warn(
        f"The plugin {plugin.title} {lost}: {_written_for(version)}. {_update(DISTRIBUTION)}",
        stacklevel=2,
    )


def _update(distribution: str) -> str:
    return f"Update {distribution}: {update_command(distribution)}"


def _written_for(version: str) -> str:
    return (
        f"it was written for version {version} of the plugin contract,"
        f" and this {DISTRIBUTION} speaks version {CONTRACT}"
    )


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)
