"""The command line `mp`: parse, call one function of the library, print.

Data goes to stdout and everything else to stderr. Nothing here opens a file of the library or
knows an account type.
"""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run `mp` with the arguments of the process, and exit with its code."""
    # Start-up makes a great deal, and next to no garbage that could be found among it.
    gc.set_threshold(50_000)
    from mp_core.cli.run import release_streams, run

    if sys.stdout is not None:
        # What the encoding of the output lacks is escaped, so that no name fails to print.
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    code = run(sys.argv[1:])
    release_streams()
    sys.exit(code)
