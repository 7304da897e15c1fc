"""One run of the command line, from arguments to exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO

from mp_core.cli import failures
from mp_core.cli.invocation import Invocation
from mp_core.cli.output.writer import release
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
            try:
                code = _code(arguments, invocation)
            finally:
                _finish_records()
    except BrokenPipeError:
        return failures.GENERAL  # Its reader has had enough, which is no reason to say anything.
    except (Exception, KeyboardInterrupt) as error:
        if invocation.format is None and _asks_for_json(arguments):
            invocation.format = "json"
        with suppress(OSError):
            failures.tell(error, invocation)
        return failures.exit_code(error)
    return code if isinstance(code, int) else failures.OK


def _code(arguments: Sequence[str], invocation: Invocation) -> object:
    code = root.main(list(arguments), prog_name="mp", obj=invocation, standalone_mode=False)
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


def _finish_records() -> None:
    """Wait for audit logs that are slow for a short time, if anything happened that they are told.

    What they do not take is said as other warnings are.
    """
    if "mp_core.plugin._host.audit_calls" in sys.modules:
        from mp_core.plugin._host.audit_calls import finish_records

        finish_records()


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
                invocation.output.warning(str(message))

        warnings.showwarning = show  # type: ignore[assignment]
        yield


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """Return whether JSON was asked for, also when an error came before that was understood."""
    joined = " ".join(arguments)
    return any(f"{option}json" in joined for option in ("-f ", "-f", "--format ", "--format="))


def release_streams(*streams: TextIO | None) -> None:
    """Flush what is left to print, without a word where nobody can take it.

    Python would flush again at its exit, and complain.
    """
    for stream in filter(None, streams):
        try:
            stream.flush()
        except OSError:
            release(stream)
