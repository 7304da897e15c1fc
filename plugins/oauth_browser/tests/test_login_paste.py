"""A login without a browser here: the person pastes the address at which another one ended."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from mp_core.sandbox import Sandbox
from mp_oauth_browser.login import log_in

from .conftest import ACCOUNT, Desk, approved, failed, is_of, redirected


@pytest.mark.parametrize(
    "form",
    ["{}", "  {} \n", "<{}>", '"{}"', "{}#fragment"],
    ids=["plain", "blanks", "<>", '""', "#"],
)
def test_the_whole_address_may_be_pasted_in_any_wrapping(
    desk: Desk, sandbox: Sandbox, form: str
) -> None:
    flow = desk.flow(paste=lambda address: form.format(approved(sandbox, address)))
    assert is_of(log_in(ACCOUNT, flow), sandbox)
    assert desk.asked == ["Paste that whole address here:"]


def test_a_denial_may_be_pasted_too(desk: Desk) -> None:
    flow = desk.flow(paste=lambda address: redirected(address, error="access_denied"))
    assert failed(flow).code == "OAUTH_AUTH_DENIED"


def test_an_address_of_another_login_is_refused(desk: Desk) -> None:
    flow = desk.flow(paste=lambda address: redirected(address, code="c", state="other"))
    assert failed(flow).code == "OAUTH_STATE_MISMATCH"


def test_the_code_alone_is_refused_because_it_does_not_say_what_it_answers(
    desk: Desk, sandbox: Sandbox
) -> None:
    def code(address: str) -> str:
        return parse_qs(urlsplit(approved(sandbox, address)).query)["code"][0]

    error = failed(desk.flow(paste=code))
    assert error.code == "OAUTH_PASTE_ERROR"
    assert "the whole address is needed, not its code alone" in error.message
    assert sandbox.logins == ()


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "   ",
        "?",
        "yes please",
        "http://[::1",
        "http://localhost:19284/callback",
        "http://localhost:19284/callback?",
        "http://localhost:19284/callback?state=s",
        "http://localhost:19284/callback#code=c&state=s",
        "\x00\x1b[A",
    ],
)
def test_what_is_no_redirect_is_reported_at_once(desk: Desk, pasted: str) -> None:
    error = failed(desk.flow(paste=lambda address: pasted))
    assert error.code == "OAUTH_PASTE_ERROR"
    assert "Start again" in str(error.hint)


def test_the_address_that_was_to_be_opened_is_not_the_one_to_paste(desk: Desk) -> None:
    assert failed(desk.flow(paste=lambda address: address)).code == "OAUTH_PASTE_ERROR"


def test_h39_what_was_pasted_is_not_repeated(desk: Desk) -> None:
    error = failed(desk.flow(paste=lambda address: "fake-secret-code"))
    assert "fake-secret-code" not in f"{error!r} {vars(error)} {error.__context__!r}"


def test_h29_closed_input_is_reported_at_once(desk: Desk) -> None:
    def end(address: str) -> str:
        raise EOFError

    error = failed(desk.flow(paste=end))
    assert (error.code, "input has ended" in error.message) == ("OAUTH_PASTE_ERROR", True)


@pytest.mark.usefixtures("occupied")
def test_h32_where_all_ports_are_busy_the_address_is_pasted(desk: Desk, sandbox: Sandbox) -> None:
    flow = desk.flow(browse=lambda address: True, paste=lambda address: approved(sandbox, address))
    assert is_of(log_in(ACCOUNT, flow), sandbox)
    assert "19284-19287 are all in use" in desk.said[0]


@pytest.mark.usefixtures("occupied")
def test_h32_where_nobody_can_paste_busy_ports_are_an_error(desk: Desk) -> None:
    error = failed(desk.flow(browse=lambda address: True))
    assert error.code == "OAUTH_PORT_ERROR"
    assert "mp account login me --no-browser" in str(error.hint)
    assert desk.kept.forgotten == 0
