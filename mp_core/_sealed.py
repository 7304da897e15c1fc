"""Errors that leave the library without the frames that they came through.

What shows tracebacks with local variables, as services that collect errors do, would show the
secrets in those frames: a secret has to be in clear somewhere on its way into a header, a form or a
file. Which frame fails on that way is nobody's concern but ours: an error of ours says all that
there is to say, and a Ctrl-C says nothing. So the faces of the library, and the hooks of plugins,
cut the frames off; those of a defect stay.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType, TracebackType
from typing import Any, ParamSpec, TypeVar

from mp_core.errors import MpError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Class = TypeVar("_Class", bound=type)


class Hidden(dict[str, Any]):
    """A dictionary that shows its keys, and for values stars."""

    def __repr__(self) -> str:
        """Return the keys."""
        return f"{{{', '.join(f'{key!r}: ***' for key in self)}}}"


class Sealing:
    """Cuts off, at the end of a block, what an error that leaves it came through.

    Args:
        *kinds: Exceptions to which this applies beside our own errors and interruptions.
    """

    def __init__(self, *kinds: type[Exception]) -> None:
        self._kinds: tuple[type[Exception], ...] = (MpError, *kinds)

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Cut, and let the error go on."""
        if error is None:
            return
        if isinstance(error, self._kinds) or not isinstance(error, Exception):
            _cut(error)


def _cut(error: BaseException | None) -> None:
    """Cut an error and what it came from; an exception that is not shown with it goes."""
    met: list[BaseException] = []
    while error is not None and error not in met:
        met.append(error)
        error.__traceback__ = None
        if error.__suppress_context__:
            error.__context__ = error.__cause__
        error = error.__context__


def sealed(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function whose errors show none of its frames, nor what was given by keyword."""

    @functools.wraps(function)
    def call(*args: _P.args, **given: _P.kwargs) -> _R:
        given = Hidden(given)  # type: ignore[assignment]
        with Sealing():
            return function(*args, **given)

    return call


def sealed_face(cls: _Class) -> _Class:
    """Seal every public method of a class, and what makes an instance of it."""
    for name, member in [*vars(cls).items()]:
        if name != "__init__" and name.startswith("_"):
            continue
        if isinstance(member, property):
            setattr(cls, name, member.getter(sealed(member.fget)) if member.fget else member)
        elif isinstance(member, FunctionType):
            setattr(cls, name, sealed(member))
    return cls
