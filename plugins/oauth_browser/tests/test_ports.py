"""The ports of the redirect: in order, on both addresses, and free again at once."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack

import httpx
import pytest

from mp_oauth_browser.callback import CallbackListener, PortsBusyError
from mp_oauth_browser.registration import PORTS

from .conftest import ANSWER, has_ipv6, occupy, url

pytestmark = pytest.mark.usefixtures("all_ports")


@pytest.mark.parametrize(
    ("family", "host"),
    [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET, "0.0.0.0"),
        pytest.param(socket.AF_INET6, "::1", marks=has_ipv6),
    ],
)
def test_h32_a_port_that_is_busy_on_either_address_is_passed_over(
    stack: ExitStack, family: socket.AddressFamily, host: str
) -> None:
    for port in PORTS[:2]:
        occupy(stack, port, family, host)
    with CallbackListener("me", "mp login") as listener:
        assert listener.port == PORTS[2]


def test_h32_logins_at_once_take_the_ports_in_order_until_none_is_left(stack: ExitStack) -> None:
    taken = [stack.enter_context(CallbackListener("me", "mp login")).port for _ in PORTS]
    assert taken == list(PORTS)
    with pytest.raises(PortsBusyError):
        CallbackListener("me", "mp login")


def test_h32_the_port_is_free_again_right_after_a_login(browser: httpx.Client) -> None:
    for _ in range(3):
        with CallbackListener("me", "mp login") as listener:
            assert listener.port == PORTS[0]
            browser.get(url(listener, f"/callback?{ANSWER}"))
            listener.succeed()
            browser.get(url(listener, "/done"))


def test_no_thread_of_the_listener_outlives_it(browser: httpx.Client) -> None:
    before = set(threading.enumerate())
    with CallbackListener("me", "mp login") as listener:
        browser.get(url(listener, f"/callback?{ANSWER}"))
        listener.succeed()
        browser.get(url(listener, "/done"))
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
