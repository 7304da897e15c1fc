"""What a process of `mp` loads."""

from __future__ import annotations

import subprocess
import sys


def loaded_by(*words: str) -> set[str]:
    """Return the names of the modules that a command has loaded when it ends."""
    code = (
        "import sys\n"
        "from mp_core.cli.run import run\n"
        "assert run(sys.argv[1:]) == 0\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())
