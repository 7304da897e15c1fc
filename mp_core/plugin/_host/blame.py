"""What went wrong in a plugin, in one line: the exception without secrets, and the line of code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

PASSED_ON: Final = (KeyboardInterrupt, GeneratorExit)
"""What ends the work of whoever called a plugin, and is no defect of the plugin's.

All else is one, however it is derived: a panic in a library of Rust is no `Exception`, either.
"""


def one_line(error: BaseException, package: str, secrets: Sequence[str] = ()) -> str:
    """Return what an exception says, with these secrets struck out, and where it came up.

    Args:
        error: The exception.
        package: The plugin's top-level package: the last of its lines that ran is the one to name.
        secrets: What the plugin was given and must not be repeated.
    """
    said = f"{type(error).__name__}: {_without(secrets, str(error))}".removesuffix(": ")
    return said + _place(error, package)


def _without(secrets: Sequence[str], text: str) -> str:
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in (secret, repr(secret)[1:-1]):
            text = text.replace(form, "***")
    return " ".join(text.split())


def _place(error: BaseException, package: str) -> str:
    """Return file and line; nothing where the package has no part in it."""
    lines = [
        (frame.f_code.co_filename, line)
        for frame, line in frames(error)
        if str(frame.f_globals.get("__name__")).partition(".")[0] == package
    ]
    if not lines:
        return ""
    file, line = lines[-1]
    return f" ({'/'.join(Path(file).parts[-2:])}, line {line})"


def frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    """Yield what an exception came through, outermost first, each frame with its line.

    The module `traceback` does the same, and takes as long to load as a plugin.
    """
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
