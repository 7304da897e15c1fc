"""A real forward proxy on loopback, for as long as a block lasts."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
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
    port = _free_port()
    log, configuration = directory / "tinyproxy.log", directory / "tinyproxy.conf"
    lines = _BASIC.format(port=port) + "".join(f"{line}\n" for line in settings)
    configuration.write_text(f'{lines}LogFile "{log}"\n')
    with started("tinyproxy", "-d", "-c", str(configuration)):
        _wait_for(port)
        yield f"127.0.0.1:{port}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(_ATTEMPTS):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        # A refused connection comes back at once; a silent port takes the rest of the time.
        with socket.create_server(("127.0.0.1", 0)) as pause:
            pause.settimeout(0.05)
            try:
                pause.accept()
            except TimeoutError:
                continue
    raise AssertionError("tinyproxy does not listen")
