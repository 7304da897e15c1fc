"""A real forward proxy on loopback, for as long as a block lasts."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.child_processes import started

needs_tinyproxy = pytest.mark.skipif(
    shutil.which("tinyproxy") is None, reason="tinyproxy is not installed"
)
_BASIC = "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 20\nMaxClients 20\n"
_ATTEMPTS = 400


@contextmanager
def forward_proxy(directory: Path, *settings: str) -> Iterator[str]:
    """Run tinyproxy with further settings, and yield its address without the scheme."""
    with _reserved_port() as port, _running(port, directory, settings):
        yield f"127.0.0.1:{port}"


@contextmanager
def _running(port: int, directory: Path, settings: Sequence[str]) -> Iterator[None]:
    log, configuration = directory / "tinyproxy.log", directory / "tinyproxy.conf"
    lines = _BASIC.format(port=port) + "".join(f"{line}\n" for line in settings)
    configuration.write_text(f'{lines}LogFile "{log}"\n')
    with started("tinyproxy", "-d", "-c", str(configuration)):
        _wait_for(port)
        yield


@contextmanager
def _reserved_port() -> Iterator[int]:
    """Yield a port that a server may listen on that reuses addresses, and that nobody else gets."""
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def _wait_for(port: int) -> None:
    for _ in range(_ATTEMPTS):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("tinyproxy does not listen")
