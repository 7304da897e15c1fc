"""Checks of what happens when a plugin is imported.

How long it takes is measured in processor time, beside what the core itself loads for an account in
the same process: neither other programs nor the speed of the machine count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import PROVIDERS
from mp_core.testing.subject import Subject

_HEAVY: Final = (
    *("aiohttp", "boto3", "click", "cryptography", "httpx", "jwt", "keyring", "numpy", "pandas"),
    *("requests", "rich", "urllib3", "yaml"),
)
_HERE: Final = Path(__file__).parent
_TRIES: Final = 3
"""How often the time is taken: after the first time, byte code is there."""


class ImportChecks(Subject):
    """Importing the provider is quick and silent: it happens whenever its type is looked at."""

    def test_importing_the_provider_is_light_and_silent(self, account: Account, host: Host) -> None:
        key = PROVIDERS, account.type
        if not host.loader.is_registered(key):
            check_import("provider", *key)
        elif isinstance(host.loader.plugin(*key), ModuleType):
            check_import("provider", "", host.loader.announced(*key).entry_point.value)
        else:
            pytest.skip("the provider is an object that was registered, and no module")


def check_import(what: str, group: str, name: str) -> None:
    """Load a plugin in a process of its own, and fail the test unless that is light and silent.

    Args:
        what: What the plugin is, for people to read.
        group: The entry-point group; empty for a module by its own name.
        name: The plugin's name in the group, or the module's.
    """
    seen = _seen(what, group, name)
    assert not seen["heavy"], (
        f"The {what} loads {', '.join(seen['heavy'])} when it is imported: import it in the"
        " function that needs it, and below `if TYPE_CHECKING:` for annotations."
    )
    assert not seen["effects"], (
        f"The {what} {seen['effects'][0]} when it is imported, which every look at its type does:"
        " do that in the hook that needs it."
    )
    shares = [seen["share"]]
    while shares[-1] >= 1 and len(shares) < _TRIES:
        shares.append(_seen(what, group, name)["share"])
    assert shares[-1] < 1, (
        f"Importing the {what} takes {min(shares):.1f} times as long as all that the core loads for"
        " an account: see what it is with python -X importtime, and import that in the function"
        " that needs it."
    )


def _seen(what: str, group: str, name: str) -> dict[str, Any]:
    told = json.dumps([group, name, str(_HERE / "effects.py"), _HEAVY])
    done = subprocess.run(
        [sys.executable, "-P", str(_HERE / "importing.py"), told],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, f"The {what} cannot be imported by itself: {done.stderr}"
    assert not done.stderr, f"The {what} prints when it is imported: {done.stderr}"
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
