"""What went wrong in a plugin, in one line: the exception without secrets, and the line of code."""

from __future__ import annotations

import functools
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any


def is_passed_on(error: BaseException) -> bool:
    """Return whether an exception is meant for the program, and is no defect of the plugin's.

    What is no `Exception` ends the program's work, or that of whoever called the plugin; and what a
    handler of a signal raises comes up wherever the program happens to be.
    """
    return not isinstance(error, Exception) or is_from_signal(error)


def is_from_signal(error: BaseException) -> bool:
    """Return whether a handler of a signal raised an exception, as far as it can be told."""
    if isinstance(error, KeyboardInterrupt):
        return True
    handlers = map(signal.getsignal, signal.valid_signals())
    codes = [_code(handler) for handler in handlers if callable(handler)]
    return any(frame.f_code in codes for frame, _ in frames(error))


def _code(handler: Any) -> CodeType | None:
    """Return the code that a handler runs: a function, a method, a partial, an object."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    function = getattr(handler, "__func__", handler)
    if not hasattr(function, "__code__"):
        function = type(function).__call__
    code: CodeType | None = getattr(function, "__code__", None)
    return code


def one_line(error: BaseException, package: str, secrets: Sequence[str] = ()) -> str:
    """Return what an exception says, with these secrets struck out, and where it came up.

    Args:
        error: The exception.
        package: The plugin's top-level package: the last of its lines that ran is the one to name.
        secrets: What the plugin was given and must not be repeated.
    """
    said = f"{type(error).__name__}: {without(secrets, _text(error))}".removesuffix(": ")
    return said + _place(error, package)


def _text(error: BaseException) -> str:
    """Return what an exception says; nothing where that is one more defect."""
    try:
        return str(error)
    except Exception:
        return ""


def without(secrets: Sequence[str], text: str) -> str:
    """Return a text in one line, with these secrets struck out."""
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
