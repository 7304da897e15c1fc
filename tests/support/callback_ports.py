"""The ports of redirects: a machine has four, which the tests of all its processes share."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

import pytest


@pytest.fixture
def logins(request: pytest.FixtureRequest) -> Iterator[None]:
    """Use one of the ports at a time, and leave the others to others, or use all of them."""
    uses_all = "all_ports" in request.fixturenames
    with ExitStack() as held:
        names = [f"/tmp/mp-core-redirect-port-{number}-{os.getuid()}.lock" for number in range(4)]
        locks = [held.enter_context(Path(name).open("w")) for name in names]
        for lock in locks if uses_all else [_free(locks)]:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def all_ports(logins: None) -> None:
    """Use several of the ports at a time, while nobody else uses one."""


def _free(locks: Sequence[IO[str]]) -> IO[str]:
    """Return a lock that nobody holds, now locked, or else one to wait for."""
    for lock in locks:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
    return locks[os.getpid() % len(locks)]
