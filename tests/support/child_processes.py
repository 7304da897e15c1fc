"""Child processes of a test: which end with it, as another user, or killed at a chosen moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from types import FrameType
from typing import Any, ParamSpec, TypeVar

import pytest

needs_root = pytest.mark.skipif(
    getattr(os, "getuid", lambda: 1)() != 0, reason="only root acts as other users"
)
P = ParamSpec("P")
R = TypeVar("R")
SOMEONE = 54321
"""A user who is nobody on this machine."""
LAST_RESORT_S = 240
"""When a process is killed that should have ended long ago, so that no wait for it is endless."""

SIGNALS_ELSEWHERE = """
import signal, threading, time
threading.Thread(target=time.sleep, args=(240,), daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
"""
"""Code after which Ctrl-C wakes no wait of the main thread, as where it comes just before one."""


@contextmanager
def started(
    *command: str, last_resort_s: float = LAST_RESORT_S, **popen: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run a process that ends with the block, or at the last resort, which ends its pipes too."""
    with subprocess.Popen(command, **{"text": True, **popen}) as process:
        last_resort = threading.Timer(last_resort_s, process.kill)
        last_resort.start()
        try:
            yield process
        finally:
            last_resort.cancel()
            process.kill()


def apart(work: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> R:
    """Run in a new process, which forks many times faster than one that has run many tests."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **options).result(LAST_RESORT_S)


def in_child(work: Callable[[], object]) -> int:
    """Run in a child process that ends with the work; return its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LAST_RESORT_S)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


class Killer:
    """Kills its process (SIGKILL) at the n-th line that runs, or call into C, or return from one.

    At the n-th of them, and not at a time, so that each moment has its turn.

    Args:
        moment: n, from 0.
        below: What the path of a file must contain for its lines and calls to count.
    """

    def __init__(self, moment: int, below: str = "") -> None:
        self.left = moment
        self.below = below

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Killer | None:
        if self.below not in frame.f_code.co_filename:
            return None
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return self


def killed_at(moment: int, work: Callable[[], object], *, below: str = "") -> bool:
    """Run in a child that is killed at a moment; return False when the work was done before it."""

    def run() -> None:
        killer = Killer(moment, below)
        for module in (threading, sys):  # Threads that the work starts, and this one.
            module.setprofile(killer)
            module.settrace(killer)
        work()
        for module in (threading, sys):
            module.settrace(None)
            module.setprofile(None)

    status = in_child(run)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert status == 0
    return False
