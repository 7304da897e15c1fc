"""A look that fails is a finding, which says what happened, and the other looks go on."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest

from mp_core._doctor.finding import Finding
from mp_core._doctor.isolation import isolated
from mp_core.errors import ConfigError, MpError

FIRST = Finding(check="files", subject="first", level="ok", message="It is private.")
REFUSED = PermissionError(errno.EACCES, "Permission denied", "/some where")


@pytest.mark.parametrize(
    ("error", "message", "fix"),
    [
        (REFUSED, "Permission denied: /some where.", "ls -ld '/some where'"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error.", "mp doctor -v"),
        (OSError("s3cret"), "OSError in test_isolation.py, line", "Report it"),
        (ConfigError("It is odd.", hint="Run: chmod 600 x"), "It is odd.", "chmod 600 x"),
        (MpError("It is odd."), "It is odd.", "mp doctor -v"),
        (ValueError("s3cret"), "ValueError in test_isolation.py, line", "Report it"),
        (RecursionError(), "RecursionError in test_isolation.py, line", "Report it"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Exception) else None,
)
def test_h92_what_a_look_raises_is_a_finding_behind_those_before_it(
    error: Exception, message: str, fix: str
) -> None:
    def look() -> Iterator[Finding]:
        yield FIRST
        raise error

    first, failed = isolated("files", "storage", look)
    assert (first, failed.level, failed.subject) == (FIRST, "error", "storage")
    assert message in failed.message
    assert (failed.fix or "").startswith(fix)
    assert "s3cret" not in failed.message


def test_h92_an_interruption_ends_the_examination() -> None:
    def look() -> Iterator[Finding]:
        yield FIRST
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(isolated("files", "storage", look))
