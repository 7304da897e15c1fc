"""The command line `mp`: parse, call one function of the library, print.

Data goes to stdout and everything else to stderr. Nothing here opens a file of the library or
knows an account type.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run `mp` with the arguments of the process, and exit with its code."""
    from mp_core.cli.run import run

    sys.exit(run(sys.argv[1:]))
