"""What a service that collects errors would show of one: every frame with its local variables."""

from __future__ import annotations

import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

import mp_core as mp

SECRET = "fake-secret-that-nobody-may-see"
TESTS = str(Path(__file__).parents[1])


def shown_frames(error: BaseException) -> str:
    """Return all that can be shown of an error, also of those that a `from None` hides.

    Left out are the frames of tests, which know secrets as the users of a library do, and of those
    who called them. Objects are shown with their attributes.
    """
    lines = []
    for each in chain(error):
        lines.append(f"{each!r} {each} {vars(each)!r}")
        lines += [line for frame in frames(each) for line in _lines(frame)]
        lines += _as_the_standard_library(each)
    return "\n".join(lines)


def chain(error: BaseException) -> list[BaseException]:
    """Return an error, and all that it came from."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in found:
            found.append(each)
            waiting += [each.__cause__, each.__context__]
    return found


def frames(error: BaseException) -> Iterator[FrameType]:
    """Yield the frames of an error that are no test's."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if not frame.f_code.co_filename.startswith(TESTS):
            yield frame


def _lines(frame: FrameType) -> Iterator[str]:
    yield f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}"
    for name, value in frame.f_locals.items():
        yield f"  {name} = {value!r}"
        yield from (f"    .{key} = {inner!r}" for key, inner in _attributes(value))


def _attributes(value: object) -> Iterator[tuple[str, object]]:
    if not type(value).__module__.startswith(("mp_", "tests.")):
        return
    names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
    yield from ((name, getattr(value, name, None)) for name in names)


def _as_the_standard_library(error: BaseException) -> list[str]:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    kept = [each for each in shown.stack if not each.filename.startswith(TESTS)]
    return [f"{each.name} {each.locals}" for each in kept]


def failing(act: Callable[[], object], kind: type[BaseException] = mp.MpError) -> BaseException:
    """Return what an act raises."""
    with pytest.raises(kind) as caught:
        act()
    return caught.value


def encoded(pair: str) -> str:
    """Return name and secret as a header has them."""
    return b64encode(pair.encode()).decode()


def assert_silent(error: BaseException, *secrets: str) -> None:
    """See to it that nothing shows a secret, as it is or as a header has it."""
    shown = shown_frames(error)
    for secret in (SECRET, encoded(f"robot:{SECRET}"), *secrets):
        assert secret not in shown, shown
