"""A login that `mixpanel-headless` has stored goes on: it is refreshed, and its `/me` is kept."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mp_core.sandbox import Sandbox
from tests.support.home_files import configure
from tests.support.oauth_client import CALLBACKS, Program, open_program
from tests.support.shell import Shell

pytestmark = pytest.mark.providers

ME = {"type": "oauth_browser", "region": "us", "default_project": "9"}


@pytest.fixture
def program(sandbox: Sandbox) -> Iterator[Program]:
    with open_program(sandbox) as program:
        yield program


def registration(program: Program, **fields: str) -> dict[str, Any]:
    """The registration as it is stored."""
    return {
        "client_id": program.client_id,
        "region": "us",
        "redirect_uri": CALLBACKS[0],
        "scope": "events",
        "created_at": "2024-05-06T07:08:09+00:00",
        **fields,
    }


def written(path: Path, record: dict[str, Any]) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(record))
    return path


@pytest.fixture
def login(program: Program) -> dict[str, Any]:
    """The tokens of a login, as they are stored: expired, and of no known client."""
    answer = program.log_in()
    del answer["expires_in"]
    return {**answer, "expires_at": "2024-05-06T08:08:09+00:00"}


@pytest.fixture
def tokens(bare: Shell, sandbox: Sandbox, login: dict[str, Any]) -> Path:
    """The file of such a login, in a home where nothing else is known of it."""
    bare.env["MP_API_BASE_URL"] = sandbox.url
    configure(bare.home, active={"account": "me"}, accounts={"me": ME})
    return written(bare.home / ".mp/accounts/me/tokens.json", login)


PLACES = ("accounts/me/client.json", "oauth/client_us.json")


@pytest.mark.parametrize("place", PLACES)
def test_h78_a_login_that_names_no_client_is_refreshed_by_the_one_that_is_stored_beside_it(
    bare: Shell, tokens: Path, program: Program, place: str
) -> None:
    written(bare.home / ".mp" / place, registration(program))
    assert bare.ok("account", "show", "-f", "json").json["status"] == "ok"
    token = bare.ok("account", "token").out.strip()
    record = json.loads(tokens.read_text())
    assert record["access_token"] == token
    assert record["client_id"] == program.client_id, "from the next save on it names it"
    shutil.rmtree(bare.home / ".mp/oauth", ignore_errors=True)
    assert bare.ok("account", "test").out


def test_h78_a_client_of_another_region_is_not_taken(
    bare: Shell, tokens: Path, program: Program
) -> None:
    written(bare.home / ".mp" / PLACES[0], registration(program, region="eu"))
    written(bare.home / ".mp/oauth/client_eu.json", registration(program))
    shown = bare.ok("account", "show", "-f", "json").json
    assert shown["status"] == "needs_login"
    assert "its client registration is not known" in shown["reason"]
    assert "mp account login me" in shown["reason"]


def test_h78_a_login_that_cannot_be_refreshed_is_never_ok(
    bare: Shell, tokens: Path, login: dict[str, Any]
) -> None:
    for expires_at in ("2024-05-06T08:08:09+00:00", "2999-05-06T08:08:09+00:00"):
        tokens.write_text(json.dumps({**login, "expires_at": expires_at}))
        (listed,) = bare.ok("account", "list", "-f", "json").json
        assert listed["status"] == "needs_login"
        assert "client registration" in listed["reason"]
    assert "client registration" in bare.mp("doctor").out


def test_h78_its_answer_of_me_is_kept_across_a_refresh(
    bare: Shell, tokens: Path, program: Program, sandbox: Sandbox, login: dict[str, Any]
) -> None:
    written(bare.home / ".mp" / PLACES[0], registration(program))
    tokens.write_text(json.dumps({**login, "expires_at": "2999-05-06T08:08:09+00:00"}))
    bare.ok("project", "list")
    tokens.write_text(json.dumps(login))
    sandbox.requests.clear()
    bare.ok("account", "token")
    bare.ok("project", "list")
    assert [request for request in sandbox.requests if "/me" in str(request)] == []
    assert bare.ok("account", "show", "-f", "json").json["user_email"] == "ada@people.example"


@pytest.mark.parametrize("place", PLACES)
def test_h78_a_bridge_of_it_is_refreshed_too(
    bare: Shell, tokens: Path, program: Program, login: dict[str, Any], place: str
) -> None:
    tokens.unlink()
    configure(bare.home)
    bridge = {"version": 2, "account": {**ME, "name": "me"}, "tokens": login}
    path = written(bare.home / "bridge.json", bridge)
    written(bare.home / ".mp" / place, registration(program))
    first = bare.ok("account", "token", MP_AUTH_FILE=str(path)).out
    assert login["access_token"] not in first
    assert bare.ok("account", "token", MP_AUTH_FILE=str(path)).out == first
