"""The transport: which error an answer becomes, and what it never holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from mp_core._values.session import Session
from mp_core.errors import (
    APIError,
    AuthenticationError,
    MpError,
    OAuthError,
    QueryError,
    ServerError,
)
from mp_core.plugin.account import TokenPlace
from tests.support.fake_providers import ticket
from tests.support.home_files import configure
from tests.support.scripted_client import (
    CANARY,
    ME,
    OK,
    POST,
    PROOF,
    ScriptedClient,
    fails,
    replies,
    session_of,
)


@pytest.fixture
def here(home: Path) -> dict[str, str]:
    """An environment whose configuration has an account of this name."""
    configure(home, accounts={"team": {"type": "badge"}})
    return {"HOME": str(home)}


def test_h45_401_names_account_type_region_source_and_next_command(here: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError) as caught:
        ScriptedClient(replies(fails(401, "Bad secret")), here).send(ME, session_of(region="eu"))
    for part in ("'team'", "badge", "region eu", "active: config.toml [active]", "Bad secret"):
        assert part in str(caught.value)
    for command in ("mp account test team", "mp account update team --secret-stdin"):
        assert command in str(caught.value.hint)
    assert "login" not in str(caught.value.hint)


@pytest.mark.parametrize("tables", [{}, {"accounts": 3}])
def test_h45_401_of_an_account_that_is_not_configured_names_no_command_about_it(
    home: Path, tables: dict[str, Any]
) -> None:
    configure(home, **tables)
    with pytest.raises(AuthenticationError) as caught:
        ScriptedClient(replies(fails(401)), {"HOME": str(home)}).send()
    assert caught.value.hint == "Check the credential and the region."


def test_h45_401_of_an_account_from_a_bridge_sends_to_the_other_side(here: dict[str, str]) -> None:
    account = session_of().account.kept_at(TokenPlace("bridges/fake"))
    with pytest.raises(AuthenticationError) as caught:
        ScriptedClient(replies(fails(401)), here).send(ME, Session(account=account, project="42"))
    assert caught.value.hint == (
        "Export it again on the other side: mp account export-bridge --to PATH"
    )


def test_403_names_account_region_and_project() -> None:
    with pytest.raises(QueryError) as caught:
        ScriptedClient(replies(fails(403, "invalid project id for cluster"))).send()
    assert caught.value.status_code == 403
    for part in ("'team'", "region us", "42", "invalid project id for cluster"):
        assert part in str(caught.value)
    assert "mp project list ·" in str(caught.value.hint)


def test_403_asks_for_the_projects_of_the_very_account(here: dict[str, str]) -> None:
    with pytest.raises(QueryError) as caught:
        ScriptedClient(replies(fails(403)), here).send()
    assert "mp project list --account team ·" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, QueryError), (404, QueryError), (422, QueryError), (500, ServerError)],
)
def test_other_statuses_have_their_class_and_the_servers_words(
    status: int, error: type[APIError]
) -> None:
    with pytest.raises(error, match=f"{status}: It is so") as caught:
        ScriptedClient(replies(fails(status, "It is so."))).send()
    assert caught.value.status_code == status
    assert caught.value.hint


@pytest.mark.parametrize(
    "body", [b"", b"<html>no</html>", b"[1]", b'{"error": {"a": 1}}', b'{"error": null}']
)
def test_an_error_without_words_is_still_told(body: bytes) -> None:
    with pytest.raises(QueryError, match=r"answered 400\."):
        ScriptedClient(replies(httpx.Response(400, content=body))).send()


def test_the_servers_words_are_one_short_line() -> None:
    with pytest.raises(QueryError) as caught:
        ScriptedClient(replies(fails(400, "a\n\tb " + "x" * 5000))).send()
    text = str(caught.value)
    assert "a b xx" in text
    assert "\n" not in text
    assert len(text) < 400


def test_h46_a_redirect_is_an_error_and_is_not_followed() -> None:
    moved = httpx.Response(302, headers={"Location": "https://evil.invalid/"})
    client = ScriptedClient(replies(moved, OK))
    with pytest.raises(APIError, match="redirect is not followed") as caught:
        client.send()
    assert caught.value.status_code == 302
    assert len(client.seen) == 1


@pytest.mark.parametrize("body", [b"<html>", b'{"half":', b"\xff\xfe"])
def test_an_answer_that_is_no_json_is_an_error_without_its_body(body: bytes) -> None:
    with pytest.raises(APIError, match="something else than JSON") as caught:
        ScriptedClient(replies(httpx.Response(200, content=body))).send()
    assert caught.value.status_code == 200
    assert "html" not in str(caught.value)


def test_h19_an_account_without_a_credential_sends_nothing() -> None:
    client = ScriptedClient(replies())
    with pytest.raises(OAuthError, match="NOT_SET is unset"):
        client.send(ME, Session(account=ticket(None, token_env="NOT_SET"), project="42"))
    assert client.seen == []


def everything(error: BaseException) -> str:
    """All the text of an error that somebody might print, with what it was raised from."""
    parts = [str(error), repr(error), repr(error.args), repr(vars(error))]
    for cause in (error.__cause__, error.__context__):
        parts += [] if cause is None else [everything(cause)]
    return "\n".join(parts)


FAILURES: list[httpx.Response | Exception] = [
    *(
        fails(status, f"robot:{CANARY} ({PROOF}) is not known", Retry_After="99")
        for status in (400, 401, 403, 404, 429, 500, 503)
    ),
    httpx.Response(302, headers={"Location": f"https://evil.invalid/{PROOF}"}),
    httpx.Response(200, content=f"<html>{CANARY} {PROOF}".encode()),
    *(httpx.Response(status, content=b"[" * 200_000) for status in (200, 400)),
    httpx.ReadError(f"Basic {PROOF} {CANARY}"),
    httpx.ReadTimeout(f"Basic {PROOF} {CANARY}"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_h39_no_error_carries_the_credential_even_if_the_server_echoes_it(
    failure: httpx.Response | Exception,
) -> None:
    with pytest.raises(MpError) as caught:
        ScriptedClient(replies(failure)).send(POST)
    text = everything(caught.value)
    for secret in (CANARY, " ".join(CANARY.split()), PROOF):
        assert secret not in text


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_h39_no_exception_of_httpx_hangs_on_an_error(
    failure: httpx.Response | Exception,
) -> None:
    with pytest.raises(MpError) as caught:
        ScriptedClient(replies(failure)).send(POST)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
