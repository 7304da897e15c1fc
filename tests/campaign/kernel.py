"""What Linux offers to the processes of the campaign, and Python does not hand out."""

from __future__ import annotations

import ctypes
import signal

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_CLONE_NEWNS = 0x00020000


def end_with_parent() -> None:
    """Have this process killed when the one ends that has forked it, even while it is stopped."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def mount_apart() -> bool:
    """Let this process and its children mount file systems that nobody else sees, if allowed."""
    done: int = _LIBC.unshare(_CLONE_NEWNS)
    return done == 0
