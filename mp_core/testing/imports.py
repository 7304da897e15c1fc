"""Checks of what happens when the provider is imported."""

from __future__ import annotations

import json
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
point = installed()[{group!r}, {type!r}][0].entry_point
real, sys.stdout = sys.stdout, sys.stderr
point.load()
print(json.dumps([name for name in {heavy!r} if name in sys.modules]), file=real)
"""


class ImportChecks(Subject):
    """Importing the provider is quick and silent: it happens whenever its type is looked at."""

    def test_importing_the_provider_is_light_and_silent(self, account: Account, host: Host) -> None:
        code = _CODE.format(group=PROVIDERS, type=account.type, heavy=_HEAVY)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"The provider cannot be imported by itself: {done.stderr}"
        assert not done.stderr, f"The provider prints when it is imported: {done.stderr}"
        heavy = json.loads(done.stdout)
        assert not heavy, (
            f"The provider loads {', '.join(heavy)} when it is imported: import it in the"
            " function that needs it, and below `if TYPE_CHECKING:` for annotations."
        )
