"""Checks of what happens when a plugin is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Final

from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import PROVIDERS
from mp_core.testing.subject import Subject

_HEAVY: Final = ("aiohttp", "click", "httpx", "requests", "rich", "urllib3")
_CODE: Final = """
import json, sys
from mp_core.plugin._host.discovery import installed
load = {load}
real, sys.stdout = sys.stdout, sys.stderr
load()
print(json.dumps([name for name in {heavy!r} if name in sys.modules]), file=real)
"""


class ImportChecks(Subject):
    """Importing the provider is quick and silent: it happens whenever its type is looked at."""

    def test_importing_the_provider_is_light_and_silent(self, account: Account, host: Host) -> None:
        check_import("provider", loading(PROVIDERS, account.type))


def loading(group: str, name: str) -> str:
    """Return the expression that loads an installed plugin when it is called."""
    return f"installed()[{group!r}, {name!r}][0].entry_point.load"


def check_import(what: str, load: str) -> None:
    """Load a plugin in a process of its own, and fail the test unless that is light and silent.

    Args:
        what: What the plugin is, for people to read.
        load: An expression that loads it when it is called.
    """
    done = subprocess.run(
        [sys.executable, "-c", _CODE.format(load=load, heavy=_HEAVY)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, f"The {what} cannot be imported by itself: {done.stderr}"
    assert not done.stderr, f"The {what} prints when it is imported: {done.stderr}"
    heavy = json.loads(done.stdout)
    assert not heavy, (
        f"The {what} loads {', '.join(heavy)} when it is imported: import it in the function that"
        " needs it, and below `if TYPE_CHECKING:` for annotations."
    )
