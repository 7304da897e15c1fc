"""The commands that change what is installed in the environment that is running."""

from __future__ import annotations

import sys
from pathlib import Path

from mp_core.plugin._host.discovery import UNNAMED, installed

_APPLICATIONS = {("pipx", "venvs"), ("uv", "tools")}


def install_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that installs a distribution into the environment that is running."""
    installer, name = _installer(prefix)
    if installer == "pipx":
        return f"pipx inject {name} {distribution}"
    if installer == "uv":
        return _uv_tool(name, {*_plugins(), distribution})
    return f"{sys.executable} -m pip install {distribution}"


def update_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that updates a distribution in the environment that is running."""
    installer, name = _installer(prefix)
    if installer == "pipx":
        return f"pipx upgrade --include-injected {name}"
    if installer == "uv":
        return f"uv tool upgrade {name}"
    return f"{sys.executable} -m pip install --upgrade {distribution}"


def remove_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that removes a distribution from the environment that is running."""
    installer, name = _installer(prefix)
    if installer == "pipx":
        return f"pipx uninject {name} {distribution}"
    if installer == "uv":
        return _uv_tool(name, _plugins() - {distribution})
    return f"{sys.executable} -m pip uninstall {distribution}"


def _installer(prefix: str) -> tuple[str, str]:
    """Return what made an environment, and the environment's name there."""
    *_, owner, folder, name = ("", "", *Path(prefix).parts)
    return (owner, name) if (owner, folder) in _APPLICATIONS else ("pip", "")


def _uv_tool(name: str, plugins: set[str]) -> str:
    """Return the command that makes a tool anew: `uv` drops what is not named again."""
    return f"uv tool install {name}" + "".join(f" --with {plugin}" for plugin in sorted(plugins))


def _plugins() -> set[str]:
    found = {plugin.distribution for plugins in installed().values() for plugin in plugins}
    return found - {UNNAMED}
