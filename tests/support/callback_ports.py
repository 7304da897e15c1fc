"""The ports of redirects: a machine has four, which the tests of all its processes share."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def logins(request: pytest.FixtureRequest) -> Iterator[None]:
    """Use some of the ports, while others may do so too, unless the test uses all of them."""
    lock = Path(tempfile.gettempdir()) / f"mp-core-redirect-ports-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if "all_ports" in request.fixturenames else fcntl.LOCK_SH)
        yield


@pytest.fixture
def all_ports(logins: None) -> None:
    """Use all of the ports, while nobody else uses one."""
