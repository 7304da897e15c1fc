"""The commands that change what is installed in the environment that is running.

A frozen program has its distributions built in, and its executable is no interpreter: there each
of these functions says in words what to build anew.
"""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path

from mp_core.plugin._host.discovery import installed

_APPLICATIONS = {("pipx", "venvs"), ("uv", "tools")}


def how_to_install(what: str, distribution: str | None) -> str:
    """Return the advice for what is missing; a distribution is named only where it is known."""
    if distribution is None:
        return f"Install the distribution that provides {what}: whoever uses it knows its name."
    return f"Install it: {install_command(distribution)}"


def install_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that installs a distribution into the environment that is running."""
    if is_frozen():
        return f"build this program anew with {distribution} in it"
    installer, name = _installer(prefix)
    if installer == "pipx":
        return f"pipx inject {name} {distribution}"
    if installer == "uv":
        return _uv_tool(name, {*_plugins(), distribution})
    return _pip("install", distribution, prefix)


def update_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that updates a distribution in the environment that is running."""
    if is_frozen():
        return f"build this program anew with a newer {distribution} in it"
    installer, name = _installer(prefix)
    if installer == "pipx":
        return f"pipx upgrade --include-injected {name}"
    if installer == "uv":
        return f"uv tool upgrade {name}"
    return _pip("install", f"--upgrade {distribution}", prefix)


def remove_command(distribution: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that removes a distribution from the environment that is running."""
    if is_frozen():
        return f"build this program anew without {distribution}"
    installer, name = _installer(prefix)
    if installer == "pipx":
        return f"pipx uninject {name} {distribution}"
    if installer == "uv":
        return _uv_tool(name, _plugins() - {distribution})
    return _pip("uninstall", distribution, prefix)


def reinstall_command(source: str, *, prefix: str = sys.prefix) -> str:
    """Return the command that installs anew what is there already, and nothing that it needs."""
    if is_frozen():
        return f"build this program anew with all of {source} in it"
    installer, name = _installer(prefix)
    if installer == "uv" or _is_without_pip(prefix):
        return f"uv pip install --python {_python()} --reinstall --no-deps {source}"
    pip = f"pipx runpip {name}" if installer == "pipx" else f"{_python()} -m pip"
    return f"{pip} install --force-reinstall --no-deps {source}"


def is_frozen() -> bool:
    """Return whether this is a program that has its interpreter and its distributions built in."""
    return bool(getattr(sys, "frozen", False))


def _pip(verb: str, what: str, prefix: str) -> str:
    if _is_without_pip(prefix):
        return f"uv pip {verb} --python {_python()} {what}"
    return f"{_python()} -m pip {verb} {what}"


def _is_without_pip(prefix: str) -> bool:
    """Return whether `uv` made an environment, which then has no `pip` of its own."""
    try:
        facts = Path(prefix, "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return "\nuv = " in f"\n{facts}" and importlib.util.find_spec("pip") is None


def _python() -> str:
    """Return the interpreter; one that is part of another program does not say where it is."""
    return shlex.quote(sys.executable or "python")


def _installer(prefix: str) -> tuple[str, str]:
    """Return what made an environment, and the environment's name there."""
    *_, owner, folder, name = ("", "", *Path(prefix).parts)
    return (owner, name) if (owner, folder) in _APPLICATIONS else ("pip", "")


def _uv_tool(name: str, plugins: set[str]) -> str:
    """Return the command that makes a tool anew: `uv` drops what is not named again."""
    return f"uv tool install {name}" + "".join(f" --with {plugin}" for plugin in sorted(plugins))


def _plugins() -> set[str]:
    return {plugin.distribution for plugins in installed().values() for plugin in plugins}
