"""What a person and a client see of the authorization endpoint (RFC 6749, 7636, 9207, 9700)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mp_core.sandbox import Sandbox
from tests.support.oauth_client import (
    AUTHORIZE,
    CALLBACKS,
    Program,
    answer_in,
    error_of,
    open_program,
    ticket_in,
)
from tests.support.sandbox_calls import port_of

EVIL = '<script>alert(1)</script>"&'


def test_the_page_names_the_client_and_who_can_log_in(program: Program) -> None:
    page = program.ask()
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for part in ("mp_core asks", "ada@people.example", 'value="502" checked', "Deny"):
        assert part in page.text


def test_an_approval_sends_code_state_and_issuer_to_the_redirect_uri(
    sandbox: Sandbox, program: Program
) -> None:
    answer = answer_in(program.decide(ticket_in(program.ask())))
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("fake-state", sandbox.url)


def test_every_registered_redirect_uri_will_do(program: Program) -> None:
    for uri in CALLBACKS:
        redirect = program.decide(ticket_in(program.ask(redirect_uri=uri)))
        assert redirect.headers["Location"].startswith(f"{uri}?code=")


def test_a_denial_is_told_to_the_client(program: Program) -> None:
    answer = answer_in(program.decide(ticket_in(program.ask()), "deny"))
    assert (answer["error"], answer["state"]) == ("access_denied", "fake-state")
    assert "iss" in answer
    assert "code" not in answer


def test_any_state_comes_back_unchanged_and_none_comes_back_when_none_was_sent(
    program: Program,
) -> None:
    for state in ("a&b=c #?%", "🦊", "\r\nSet-Cookie: a=b"):
        assert answer_in(program.decide(ticket_in(program.ask(state=state))))["state"] == state
    assert "state" not in answer_in(program.decide(ticket_in(program.ask(state=None))))


def test_the_issuer_is_the_sandbox_as_the_client_calls_it(
    sandbox: Sandbox, program: Program
) -> None:
    called = f"LocalHost:{port_of(sandbox)}"
    page = program.http.get(AUTHORIZE, params=program.query(), headers={"Host": called})
    assert answer_in(program.decide(ticket_in(page)))["iss"] == f"http://{called.lower()}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": None},
        {"client_id": "fake-client-unknown"},
        {"redirect_uri": None},
        {"redirect_uri": "http://evil.invalid/callback"},
        {"redirect_uri": CALLBACKS[0] + "/"},
        {"redirect_uri": CALLBACKS[0].replace("localhost", "127.0.0.1")},
        {"redirect_uri": CALLBACKS[0].replace("19284", "19288")},
    ],
)
def test_without_a_client_and_its_redirect_uri_the_person_is_told_and_nobody_is_redirected(
    program: Program, wrong: dict[str, Any]
) -> None:
    page = program.ask(**wrong)
    assert page.status_code == 400
    assert "Location" not in page.headers
    assert "cannot be approved" in page.text


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "too-short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "projects bookmarks"}, "invalid_scope"),
    ],
)
def test_what_else_is_wrong_is_told_to_the_client_with_its_state(
    program: Program, wrong: dict[str, Any], error: str
) -> None:
    answer = answer_in(program.ask(**wrong))
    assert (answer["error"], answer["state"]) == (error, "fake-state")
    assert "iss" in answer


def test_a_page_is_good_for_one_decision(program: Program) -> None:
    ticket = ticket_in(program.ask())
    assert answer_in(program.decide(ticket))["code"]
    again = program.decide(ticket)
    assert (again.status_code, "Location" in again.headers) == (400, False)


def test_a_page_grows_old_and_so_does_a_code() -> None:
    now = [1000.0]
    with Sandbox(clock=lambda: now[0]) as sandbox, open_program(sandbox) as program:
        ticket = ticket_in(program.ask())
        now[0] += 599
        code = answer_in(program.decide(ticket))["code"]
        late = ticket_in(program.ask())
        now[0] += 60
        assert error_of(program.exchange(code)) == (400, "invalid_grant")
        now[0] += 540
        assert program.decide(late).status_code == 400


@pytest.mark.parametrize("user_id", ["", "504", "x", "502 "])
def test_only_people_who_exist_can_approve(program: Program, user_id: str) -> None:
    assert program.decide(ticket_in(program.ask()), user_id=user_id).status_code == 400


def test_a_decision_other_than_approval_is_a_denial(program: Program) -> None:
    assert answer_in(program.decide(ticket_in(program.ask()), ""))["error"] == "access_denied"


def test_a_decision_needs_a_ticket_that_a_page_has_shown(program: Program) -> None:
    for ticket in ("", "guessed"):
        assert program.decide(ticket).status_code == 400
    assert program.http.post(AUTHORIZE, content=b"x").status_code == 400


def test_nothing_that_a_client_says_becomes_markup(sandbox: Sandbox) -> None:
    with open_program(sandbox, client_name=EVIL) as program:
        assert "<script" not in program.ask().text
        assert EVIL not in program.ask(client_id=EVIL, state=EVIL).text


def test_an_approval_is_a_redirect_that_no_browser_turns_into_a_second_post(
    program: Program,
) -> None:
    redirect: httpx.Response = program.decide(ticket_in(program.ask()))
    assert (redirect.status_code, redirect.headers["Cache-Control"]) == (303, "no-store")
