"""One run of the command line, from arguments to exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from mp_core.cli import failures
from mp_core.cli.invocation import Invocation
from mp_core.cli.root import root
from mp_core.errors import CredentialWarning


def run(arguments: Sequence[str], env: Mapping[str, str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: What follows `mp`.
        env: The environment, that of the process unless told otherwise.
    """
    invocation = Invocation(os.environ if env is None else env)
    try:
        with _warnings_on_stderr(invocation):
            code = root.main(list(arguments), prog_name="mp", obj=invocation, standalone_mode=False)
            sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left()
    except (Exception, KeyboardInterrupt) as error:
        return failures.report(error, invocation)
    return code if isinstance(code, int) else failures.OK


@contextmanager
def _warnings_on_stderr(invocation: Invocation) -> Iterator[None]:
    """Print each warning about credentials once, as one line; leave other warnings alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", CredentialWarning)
        usual, said = warnings.showwarning, set[str]()

        def show(message: Warning | str, category: type[Warning], *place: object) -> None:
            if not issubclass(category, CredentialWarning):
                usual(message, category, *place)  # type: ignore[arg-type]
            elif str(message) not in said:
                said.add(str(message))
                invocation.output.note(f"Warning: {message}")

        warnings.showwarning = show  # type: ignore[assignment]
        yield


def _reader_left() -> int:
    """End quietly when the reader of a pipe has gone, also when Python flushes at its exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    return failures.GENERAL
