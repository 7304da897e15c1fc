"""What a new process does to see what importing a plugin does. It is run as a script.

It loads nothing of this package, which would bring what the plugin is not to load.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final

_BASE: Final = "mp_core.plugin.account"


def look(group: str, name: str, effects_file: str, heavy: list[str]) -> dict[str, Any]:
    """Import a plugin and return what that did.

    Args:
        group: The entry-point group; empty for a module by its own name.
        name: The plugin.
        effects_file: The module that shows what code does to its surroundings.
        heavy: Names of modules that are not to be loaded.
    """
    naps: list[float] = []
    vars(time)["sleep"] = naps.append
    base_s = _cpu_s(lambda: importlib.import_module(_BASE))
    load = _loader(group, name)
    with runpy.run_path(effects_file)["effects"]() as found:
        own_s = _cpu_s(load)
    return {
        "share": own_s / base_s,
        "heavy": [module for module in heavy if module in sys.modules],
        "effects": found
        + ["waits"] * bool(naps)
        + ["starts a thread"] * (threading.active_count() > 1),
    }


def _cpu_s(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def _loader(group: str, name: str) -> Callable[[], object]:
    if not group:
        return lambda: importlib.import_module(name)
    from mp_core.plugin._host.discovery import installed

    load: Callable[[], object] = installed()[group, name][0].entry_point.load
    return load


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What the plugin prints is no answer.
    print(json.dumps(look(*json.loads(sys.argv[1]))), file=answers, flush=True)
