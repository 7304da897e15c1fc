"""A process whose kernel refuses it to change modes or to lock, as some file systems do."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from typing import Final

import pytest

_MODES: Final = {"x86_64": (90, 91, 268, 452), "aarch64": (52, 53, 452)}
"""The numbers of `chmod`, `fchmod`, `fchmodat` and `fchmodat2`."""
_LOCKS: Final = {"x86_64": (73,), "aarch64": (32,)}
"""The number of `flock`."""

_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2

needs_refusals = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in _MODES,
    reason="only Linux lets a process refuse itself calls",
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse_modes() -> None:
    """Have every change of a mode by this process refused from now on."""
    _refuse(_MODES[platform.machine()], errno.EPERM)


def refuse_locks() -> None:
    """Have every lock of a file by this process refused from now on."""
    _refuse(_LOCKS[platform.machine()], errno.ENOLCK)


def _refuse(calls: tuple[int, ...], number: int) -> None:
    """Let calls of this process fail with a number of `errno` (`seccomp(2)`)."""
    steps = [(_LOAD, 0, 0, 0)]
    steps += [(_IF_EQUAL, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE | number)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0
