"""The one way to warn of a credential: what cannot be undone is not stopped in its middle.

A program may make every warning an error (`python -W error`). Before anything has happened that
stops it in time. Where a refresh token has been spent, or a person has approved a login, it would
throw away what is not to be had again: there the warning is shown, and the work goes on.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mp_core.errors import CredentialWarning

_goes_on: ContextVar[bool] = ContextVar("goes_on", default=False)


def warn(message: str, *, stacklevel: int = 1) -> None:
    """Warn of a credential.

    Args:
        message: What is the matter.
        stacklevel: Whose line is shown: 1 is the caller's.

    Raises:
        CredentialWarning: Such warnings are errors, and what is under way can be stopped.
    """
    try:
        warnings.warn(message, CredentialWarning, stacklevel=stacklevel + 1)
    except CredentialWarning as warning:
        if not _goes_on.get():
            raise
        warnings.showwarning(warning, CredentialWarning, *_place(stacklevel))


def _place(stacklevel: int) -> tuple[str, int]:
    """Return file and line of a caller of `warn`, or of the outermost one where they are fewer."""
    frame = sys._getframe(2)
    while stacklevel > 1 and frame.f_back is not None:
        frame, stacklevel = frame.f_back, stacklevel - 1
    return frame.f_code.co_filename, frame.f_lineno


def tell(message: str, *, stacklevel: int = 1) -> None:
    """Warn of what has happened already, which no error may undo."""
    with going_on():
        warn(message, stacklevel=stacklevel + 1)


@contextmanager
def going_on() -> Iterator[None]:
    """Let no warning stop the block, nor anything that it calls."""
    before = _goes_on.set(True)
    try:
        yield
    finally:
        _goes_on.reset(before)


def go_on() -> None:
    """Let no warning stop what is left of the work that this context was copied for."""
    _goes_on.set(True)
