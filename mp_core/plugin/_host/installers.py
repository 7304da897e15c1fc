"""The commands that change what is installed in the environment that is running.

A frozen program has its distributions built in, and its executable is no interpreter: there each
of these functions says in words what to build anew.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from typing import Final

from mp_core.plugin._host.discovery import DISTRIBUTION, Installed, installed
from mp_core.plugin._host.installation import Installation, installation_at, normalized

USUAL: Final = '"mp-core[providers]"'
"""What brings the providers of the usual account types, ready to be typed."""

_AT_HOME: Final = "~/mp-env"
"""Where an environment is made beside a Python to which nothing may be added."""


def how_to_install(what: str, distribution: str | None) -> str:
    """Return the advice for what is missing; a distribution is named only where it is known."""
    if distribution is None:
        return f"Install the distribution that provides {what}: whoever uses it knows its name."
    return f"Install it: {install_command(distribution)}"


def install_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that installs a distribution into the environment that is running."""
    if is_frozen():
        return f"build this program anew with {distribution} in it"
    here = installation_at(prefix)
    if here.kind == "pipx":
        return f"pipx inject {here.name} {distribution}"
    if here.kind == "uv tool":
        return _uv_tool(here, add=distribution)
    if here.kind == "system":
        return _apart({*_plugins(), distribution})
    return _pip(here, "install", distribution)


def update_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that updates a distribution in the environment that is running."""
    if is_frozen():
        return f"build this program anew with a newer {distribution} in it"
    here = installation_at(prefix)
    if here.kind == "pipx":
        return f"pipx upgrade --include-injected {here.name}"
    if here.kind == "uv tool":
        return f"uv tool upgrade {here.name}"
    if here.kind == "system":
        return _apart({*_plugins(), distribution})
    return _pip(here, "install", f"--upgrade {distribution}")


def way_to_update(plugin: Installed) -> str:
    """Return what to do about a plugin that its author has to correct."""
    if plugin.is_registered:
        return "Correct it, and register it again, with replace=True."
    return f"Update it: {update_command(plugin.distribution)}"


def remove_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that removes a distribution from the environment that is running."""
    if is_frozen():
        return f"build this program anew without {distribution}"
    here = installation_at(prefix)
    if here.kind == "pipx":
        if normalized(distribution) in here.wanted:
            return f"pipx uninject {here.name} {distribution}"
        return f"pipx runpip {here.name} uninstall {distribution}"
    if here.kind == "uv tool":
        return _uv_tool(here, leave_out=distribution)
    return _pip(here, "uninstall", distribution)


def reinstall_command(source: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that installs anew what is there already, and nothing that it needs."""
    if is_frozen():
        return f"build this program anew with all of {source} in it"
    here = installation_at(prefix)
    if here.kind in ("uv", "uv tool"):
        return f"uv pip install -p {_python()} --reinstall --no-deps {source}"
    what = f"--force-reinstall --no-deps {source}"
    if here.kind == "pipx":
        return f"pipx runpip {here.name} install {what}"
    return _pip(here, "install", what)


def is_frozen() -> bool:
    """Return whether this is a program that has its interpreter and its distributions built in."""
    return bool(getattr(sys, "frozen", False))


def _pip(here: Installation, verb: str, what: str) -> str:
    if here.kind == "uv":
        return f"uv pip {verb} -p {_python()} {what}"
    # What is there already was put there against the system's advice.
    against = " --break-system-packages" if here.kind == "system" else ""
    return f"{_python()} -m pip {verb}{against} {what}"


def _python() -> str:
    """Return the interpreter; one that is part of another program does not say where it is."""
    return shlex.quote(sys.executable or "python")


def _apart(distributions: Iterable[str]) -> str:
    """Return the command that makes an environment, with the core and everything it is to have."""
    names = " ".join(sorted({DISTRIBUTION, *distributions}))
    install = f"{_AT_HOME}/bin/python -m pip install --upgrade"
    return f"{_python()} -m venv {_AT_HOME} && {install} {names}"


def _uv_tool(here: Installation, *, add: str = "", leave_out: str = "") -> str:
    """Return the command that makes a tool anew: `uv` drops what is not named again."""
    present = {normalized(name): f"--with {name}" for name in _plugins()}
    wanted = {**present, **here.wanted, **({normalized(add): f"--with {add}"} if add else {})}
    wanted.pop(normalized(leave_out), None)
    options = [wanted[name] for name in sorted(wanted)]
    return " ".join(["uv tool install", here.application, *options])


def _plugins() -> set[str]:
    return {plugin.distribution for plugins in installed().values() for plugin in plugins}
