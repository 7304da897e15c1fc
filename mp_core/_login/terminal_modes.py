"""A terminal whose modes are changed for a question, and never left so.

Python gives them back where an exception passes. A signal that ends or stops the process raises
none: a `timeout` would leave a shell that shows nothing of what is typed, and after Ctrl-Z and `fg`
the terminal, which the shell has made to show everything, would show a secret.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

_LEAVING: Final = ("SIGHUP", "SIGQUIT", "SIGTERM", "SIGTSTP")
"""The signals that end or stop a process, and are not Ctrl-C, which raises an exception."""


@contextmanager
def unedited(terminal: int, ask: Callable[[], None]) -> Iterator[None]:
    """Let a terminal hand on each key, and show none; drop what was typed before and after.

    Ctrl-C and Ctrl-Z keep their meaning. What follows a line that was pasted must not reach the
    shell.

    Args:
        terminal: The terminal.
        ask: Shows the question, at the beginning and wherever a process that was stopped goes on.
    """
    import termios

    before = termios.tcgetattr(terminal)
    ours = [*before[:6], [*before[6]]]
    ours[3] &= ~(termios.ICANON | termios.ECHO)
    ours[6][termios.VMIN], ours[6][termios.VTIME] = 1, 0
    try:
        with _given_back(terminal, before, ours, ask):
            _set(terminal, ours)
            ask()
            yield
    finally:
        _set(terminal, before)


def _set(terminal: int, modes: list[Any], *, drops: bool = True) -> None:
    import termios

    with suppress(termios.error):  # The window may be closed.
        termios.tcsetattr(terminal, termios.TCSAFLUSH if drops else termios.TCSADRAIN, modes)


@contextmanager
def _given_back(
    terminal: int, before: list[Any], ours: list[Any], ask: Callable[[], None]
) -> Iterator[None]:
    """Have the modes back while signals do what they would do, and ours where it goes on.

    Signals are up to the program: those that it handles or ignores are left alone. Threads cannot
    do this.
    """
    process = os.getpid()

    def leave(number: int, frame: FrameType | None) -> None:
        if os.getpid() == process:  # And not a child that the program has forked meanwhile.
            _set(terminal, before)
        signal.signal(number, usual[number])
        signal.raise_signal(number)
        signal.signal(number, leave)
        _set(terminal, ours, drops=False)  # It may have been asked again, and answered.

    def go_on(number: int, frame: FrameType | None) -> None:
        _set(terminal, ours)
        with suppress(RuntimeError):  # It was stopped in the middle of showing something.
            ask()

    usual: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        usual = {number: signal.getsignal(number) for number in _leaving()}
    for number in usual:
        signal.signal(number, leave)
    if usual and signal.getsignal(signal.SIGCONT) is signal.SIG_DFL:
        usual[signal.SIGCONT] = signal.signal(signal.SIGCONT, go_on)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _leaving() -> list[int]:
    """Return the signals that the system acts upon; handlers of the program raise or return."""
    numbers = [getattr(signal, name) for name in _LEAVING]
    return [each for each in numbers if signal.getsignal(each) is signal.SIG_DFL]
