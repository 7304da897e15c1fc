"""`mp`, and `python -m mp_core.cli`: one run with the arguments of the process."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Run `mp` with the arguments of the process, and exit with its code."""
    # Start-up makes a great deal, and next to no garbage that could be found among it.
    gc.set_threshold(50_000)
    from mp_core.cli import interruptions

    try:
        with interruptions.none_lost():
            code = _run()
    except KeyboardInterrupt:  # Before the command began, or when it had ended.
        code = interruptions.CODE
        if sys.stderr is not None:
            with suppress(OSError):
                sys.stderr.write("Error: Interrupted.\n")
    interruptions.settle()
    sys.exit(code)


def _run() -> int:
    from mp_core.cli.output.writer import take_over, unheard
    from mp_core.cli.run import release_streams, run

    sys.stdout = stdout = take_over(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = unheard(sys.stderr)
    stderr = sys.stderr
    try:
        return run(sys.argv[1:])
    finally:
        # Where a pipe is broken, click ends the program with other streams in the place of these.
        release_streams(stdout, stderr)


if __name__ == "__main__":
    main()
