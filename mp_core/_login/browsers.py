"""Which programs open a browser window here, and how each is told an address.

The standard library's `webbrowser` knows as much, but starts them with the whole environment and
with our streams.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from mp_core import _env as variables
from mp_core._accounts.children import start
from mp_core._env import Environ
from mp_core._runtime.context import Context

_PATIENCE_S: Final = 5.0
"""After this time a program that has not ended is taken for a browser in the foreground."""

_DESKTOP: Final = (
    *("xdg-open", "x-www-browser", "gnome-www-browser", "firefox", "chromium", "chromium-browser"),
    *("google-chrome", "microsoft-edge", "brave-browser", "epiphany", "konqueror"),
)
_SYSTEM: Final = {"darwin": ("open",), "win32": ("rundll32", "url.dll,FileProtocolHandler")}
_IN_TERMINAL: Final = frozenset(
    {"www-browser", "w3m", "lynx", "links", "links2", "elinks", "browsh"}
)
_OF_WINDOWS: Final = frozenset({"wslview", "wsl-open"})


class Browser(NamedTuple):
    """A program that opens a browser.

    Attributes:
        words: Its command line, with `%s` for the address.
        is_beside: Whether it runs beside us, so that only its start can be seen to fail.
    """

    words: tuple[str, ...]
    is_beside: bool = False

    def opens(self, context: Context, address: str) -> bool:
        """Return whether it starts, and does not end with an error soon."""
        command = [word.replace("%s", address) for word in self.words]
        try:
            process = start(context, command)
            return process.wait(0 if self.is_beside else _PATIENCE_S) == 0
        except OSError:
            return False
        except subprocess.TimeoutExpired:
            return True


def browsers(env: Environ) -> list[Browser]:
    """Return the programs to try, in order: those of `BROWSER`, then those of the desktop.

    Left out is what could not show a private file: a browser in a terminal would take that over,
    and one of Windows beside this Linux knows no file of it.
    """
    return [found for found in (*_chosen(env), *_usual(env)) if not _is_unfit(found, env)]


def _chosen(env: Environ) -> Iterator[Browser]:
    for entry in (variables.get(env, "BROWSER") or "").split(os.pathsep):
        try:
            words = shlex.split(entry)
        except ValueError:  # A quote is left open.
            continue
        is_beside = words[-1:] == ["&"]
        if words := words[:-1] if is_beside else words:
            has_place = any("%s" in word for word in words)
            yield Browser((*words, *(() if has_place else ("%s",))), is_beside)


def _usual(env: Environ) -> Iterator[Browser]:
    if sys.platform in _SYSTEM:
        yield Browser((*_SYSTEM[sys.platform], "%s"))
    elif variables.get(env, "DISPLAY") or variables.get(env, "WAYLAND_DISPLAY"):
        yield from (Browser((name, "%s")) for name in _DESKTOP)


def _is_unfit(browser: Browser, env: Environ) -> bool:
    found = shutil.which(browser.words[0], path=env.get("PATH"))
    names = {Path(path).name.lower() for path in (browser.words[0], os.path.realpath(found or ""))}
    is_of_windows = names & _OF_WINDOWS or any(name.endswith(".exe") for name in names)
    return bool(names & _IN_TERMINAL or (is_of_windows and sys.platform != "win32"))
