"""A server that no longer knows the client says so in the browser, or at the exchange."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from mp_core.sandbox import Sandbox
from mp_oauth_browser.login import log_in

from .conftest import ACCOUNT, Desk, Handler, failed, redirected

pytestmark = pytest.mark.usefixtures("logins")


def test_after_a_login_that_nobody_answered_the_next_one_registers_anew(
    desk: Desk, sandbox: Sandbox
) -> None:
    log_in(ACCOUNT, desk.flow(browse=sandbox.approve))
    failed(desk.flow(browse=lambda address: True, seconds=0.05))
    assert desk.kept.client is None
    desk.said.clear()
    log_in(ACCOUNT, desk.flow(browse=sandbox.approve))
    assert len(sandbox.clients) == 2


def test_an_interruption_in_the_terminal_counts_as_no_answer(desk: Desk) -> None:
    def interrupt(address: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log_in(ACCOUNT, desk.flow(paste=interrupt))
    assert desk.kept.forgotten == 1


def test_a_client_that_the_token_endpoint_does_not_know_is_dropped(
    server: Callable[[Handler], httpx.Client],
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/register/"):
            return httpx.Response(201, json={"client_id": "new"})
        return httpx.Response(401, json={"error": "invalid_client"})

    desk = Desk(server(handler))
    error = failed(desk.flow(paste=lambda address: redirected(address, code="c")))
    assert error.code == "OAUTH_TOKEN_ERROR"
    assert desk.kept.client is None


def test_a_refused_code_keeps_the_client(desk: Desk) -> None:
    failed(desk.flow(paste=lambda address: redirected(address, code="never issued")))
    assert desk.kept.forgotten == 0
    assert desk.kept.client is not None
