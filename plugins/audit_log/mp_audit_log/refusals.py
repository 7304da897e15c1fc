"""What is said when an event cannot be written down, and what to do about it."""

from __future__ import annotations

import errno
import shlex
from pathlib import Path
from typing import Final

from mp_core.errors import ConfigError

_ELSEWHERE: Final = "use another file: export MP_AUDIT_LOG=FILE"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def busy(path: Path, seconds: float) -> ConfigError:
    """Return the error for a log that another process keeps locked."""
    lock = shlex.quote(f"{path}.lock")
    return ConfigError(
        f"The audit log {path} has been locked by another process for {seconds:g} s.",
        hint=f"See who holds it: fuser {lock} · or {_ELSEWHERE}",
        code="AUDIT_LOG_BUSY",
        details={"path": str(path)},
    )


def unwritable(path: Path, error: OSError) -> ConfigError:
    """Return the error for a log that cannot be written."""
    return ConfigError(
        f"The audit log {path} could not be written: {_reason(error)}.",
        hint=f"{_remedy(path, error)} · or {_ELSEWHERE}",
        code="AUDIT_LOG_UNWRITABLE",
        details={"path": str(path)},
    )


def _reason(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a symbolic link"
    return error.strerror or type(error).__name__


def _remedy(path: Path, error: OSError) -> str:
    directory = shlex.quote(str(path.parent))
    if error.errno in _FULL:
        return f"Make room: df -h {directory}"
    return f"See who may write there: ls -la {directory}"
