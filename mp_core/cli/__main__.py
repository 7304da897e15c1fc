"""`mp`, and `python -m mp_core.cli`: one run with the arguments of the process."""

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


if __name__ == "__main__":
    main()
