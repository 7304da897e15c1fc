"""What every test stands on: a home of its own, no leftovers in the environment, no network."""

from __future__ import annotations

import ipaddress
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from mp_core.testing.fixtures import clock, home, sandbox
from tests.support.callback_ports import all_ports, logins
from tests.support.installed_accounts import two_accounts
from tests.support.sandbox_accounts import config, context, desk, env, opened, ws

__all__ = [
    "all_ports",
    "clock",
    "config",
    "context",
    "desk",
    "env",
    "home",
    "logins",
    "opened",
    "sandbox",
    "two_accounts",
    "ws",
]

# A program that is started where signals are ignored, as by `nohup make test &`, ignores them as
# well, and tests send some. Where they are caught, if only by what does nothing, it starts anew.
for _name in ("SIGINT", "SIGQUIT", "SIGHUP"):
    _number = getattr(signal, _name, signal.SIGINT)
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)

# Whoever starts the tests may have another one, with which files are open to others or closed.
os.umask(0o022)

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

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
