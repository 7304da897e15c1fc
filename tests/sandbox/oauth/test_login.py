"""A whole login against the sandbox: what the library, its provider and the sandbox do together."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import mp_core as mp
from mp_core._login.terminal import Terminal
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.sandbox import Fault, Sandbox
from tests.support.oauth_client import CALLBACKS, TOKEN

pytestmark = [pytest.mark.providers, pytest.mark.usefixtures("logins")]

Browse = Callable[[str], bool]


@pytest.fixture(autouse=True)
def account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    mp.accounts.add("me", type="oauth_browser", region="us")


def accounts(browse: Browse) -> Accounts:
    return Accounts(Context(), terminal=Terminal(say=lambda line: None, ask=None, browse=browse))


def email_of(login: mp.OAuthLoginResult) -> str | None:
    return login.user.email if login.user else None


def tokens_in(login: mp.OAuthLoginResult) -> Any:
    assert login.tokens_path is not None
    return json.loads(login.tokens_path.read_text())


def test_a_login_serves_calls_and_outlives_its_access_token(sandbox: Sandbox) -> None:
    login = accounts(sandbox.approve).login("me")
    assert (login.account_name, email_of(login)) == ("me", "ada@people.example")
    with mp.Workspace() as ws:
        assert ws.events()
        sandbox.expire_tokens()
        assert ws.events()
        assert ws.events()
    assert sandbox.refreshes == 1
    assert tokens_in(login)["refresh_token"] == sandbox.logins[0].refresh_token
    assert sandbox.requests[-1].identity_name == "ada"


def test_a_client_is_registered_once_with_all_ports_and_serves_every_login(
    sandbox: Sandbox,
) -> None:
    for person in sandbox.identities[1:]:
        approving = accounts(partial(sandbox.approve, identity=person))
        assert email_of(approving.login("me", take_over=True)) == person.email
    (client,) = sandbox.clients
    assert client.redirect_uris == tuple(CALLBACKS)
    assert [made.client_id for made in sandbox.logins] == [client.client_id] * 2


def test_a_login_whose_spent_refresh_token_was_used_is_revoked_and_says_so(
    sandbox: Sandbox,
) -> None:
    accounts(sandbox.approve).login("me")
    sandbox.inject(Fault("lost_response", times=1, path=TOKEN))
    with mp.Workspace() as ws:
        sandbox.expire_tokens()
        with pytest.raises(mp.OAuthError) as lost:
            ws.events()
        with pytest.raises(mp.OAuthError) as revoked:
            ws.events()
    assert lost.value.code == "OAUTH_REFRESH_ERROR"
    assert revoked.value.code == "OAUTH_REFRESH_REVOKED"
    assert "mp account login me" in (revoked.value.hint or "")
    assert sandbox.logins[0].is_revoked


def test_a_logout_revokes_the_login_and_keeps_the_client(sandbox: Sandbox) -> None:
    login = accounts(sandbox.approve).login("me")
    done = mp.accounts.logout("me")
    assert (done.revoked, done.deleted) == (True, True)
    assert sandbox.logins[0].is_revoked
    assert login.client_path is not None
    assert login.client_path.exists()


def test_a_denial_and_a_put_off_registration_are_told_apart_and_leave_no_tokens(
    sandbox: Sandbox,
) -> None:
    sandbox.inject(Fault("rate_limited", times=1, retry_after=7))
    for browse, code in (
        (sandbox.approve, "OAUTH_REGISTRATION_ERROR"),
        (sandbox.deny, "OAUTH_AUTH_DENIED"),
    ):
        with pytest.raises(mp.OAuthError) as caught:
            accounts(browse).login("me")
        assert caught.value.code == code
    assert sandbox.logins == ()
    assert mp.accounts.show("me").status == "needs_login"
