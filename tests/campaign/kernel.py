"""What Linux offers to the processes of the campaign, and Python does not hand out."""

from __future__ import annotations

import ctypes
import os
import signal

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000


def end_with_parent() -> None:
    """Have this process killed when the one ends that has forked it, even while it is stopped."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def user_apart() -> bool:
    """Let this process know its own user alone, if allowed: all others are nobody to it."""
    uid = os.getuid()
    # Who has given up another user may not write what follows otherwise.
    if _LIBC.prctl(_PR_SET_DUMPABLE, 1) or _LIBC.unshare(_CLONE_NEWUSER):
        return False
    with open("/proc/self/uid_map", "w", encoding="utf-8") as users:
        users.write(f"{uid} {uid} 1")
    return True


def mount_apart() -> bool:
    """Let this process and its children mount file systems that nobody else sees, if allowed."""
    done: int = _LIBC.unshare(_CLONE_NEWNS)
    return done == 0
