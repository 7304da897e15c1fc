"""What every test stands on: a home of its own, no leftovers in the environment, no network."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mp_core.sandbox import Sandbox

_strayed: list[str] = []


def _is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _stay_local(event: str, args: tuple[Any, ...]) -> None:
    """Refuse connections and look-ups that leave the machine, and remember them.

    An audit hook sees what every library does, and can't be removed.
    """
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_local(host):
        _strayed.append(f"{event} {host}")
        raise PermissionError(f"A test may not reach {host}")


sys.addaudithook(_stay_local)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    _strayed.clear()
    yield
    assert not _strayed, "The test left this machine, even if the code it tests survived that."


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, and an environment that says nothing about Mixpanel or proxies."""
    directory = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("MP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(directory))
    return directory


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local Mixpanel that is running."""
    with Sandbox() as running:
        yield running
