"""An account of Acme's single sign-on: what it holds, and its whole life."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import mp_core as mp
from mp_core.errors import ConfigError, OAuthError
from tests.sso import Sso, made

REFUSED = [
    "",
    "sso.acme.example",
    "http://sso.acme.example",
    "http://127.0.0.1.acme.example",
    "https://",
    "https://ann:fake-secret@sso.acme.example",
    "https://sso.acme.example?x=1",
    "https://sso.acme.example#x",
    "https://[",
    "file:///etc",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_issuer_that_could_not_keep_a_credential_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="issuer") as caught:
        made(issuer=address)
    assert "fake-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://sso.acme.example",
        "https://acme.example/sso/",
        "http://127.0.0.1:80",
        "http://[::1]",
    ],
)
def test_an_issuer_is_kept_without_a_slash_at_its_end(address: str) -> None:
    assert made(issuer=address).issuer == address.rstrip("/")


def test_a_login_is_long_lived_and_a_token_of_a_job_is_not() -> None:
    assert made().is_long_lived() is True
    assert made(token="fake-token-of-a-job").is_long_lived() is False


@pytest.fixture
def logged_in(sso: Sso, monkeypatch: pytest.MonkeyPatch) -> Sso:
    """The single sign-on, at which the account `me` has logged in."""
    monkeypatch.setenv("MP_API_BASE_URL", sso.url)
    mp.accounts.add("me", type="acme_sso", region="eu", issuer=sso.url)
    mp.accounts.login("me", open_browser=False)
    return sso


def test_a_login_is_kept_and_fills_the_default_project(logged_in: Sso) -> None:
    assert mp.accounts.token("me") == "fake-access-1"
    assert mp.Workspace().project.id == "7"
    assert [account.status for account in mp.accounts.list()] == ["ok"]


def test_h01_processes_at_once_refresh_once(logged_in: Sso) -> None:
    """Refresh tokens rotate, and one that is spent twice ends the login."""
    logged_in.lifetime_s = 0
    mp.accounts.login("me", open_browser=False)
    logged_in.lifetime_s = 3600
    code = "import mp_core as mp; print(mp.accounts.token('me'))"
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    try:
        answers = {process.communicate(timeout=60)[0].strip() for process in started}
    finally:
        for process in started:
            process.kill()
    assert answers == {"fake-access-3"}
    assert (logged_in.refreshes, logged_in.is_revoked) == (1, False)


def test_a_login_that_has_ended_says_to_log_in_again(logged_in: Sso) -> None:
    logged_in.lifetime_s = 1
    mp.accounts.login("me", open_browser=False)
    logged_in.is_revoked = True
    with pytest.raises(OAuthError, match="the login has ended") as caught:
        mp.accounts.token("me")
    assert caught.value.code == "OAUTH_REFRESH_REVOKED"
    assert "mp account login me" in str(caught.value.hint)


def test_h47_a_logout_revokes_and_deletes(logged_in: Sso) -> None:
    gone = mp.accounts.logout("me")
    assert (gone.revoked, gone.deleted, logged_in.is_revoked) == (True, True, True)


@pytest.mark.parametrize("endpoint", [None, "http://sso.acme.example/revoke"])
def test_h47_a_single_sign_on_without_revocation_keeps_no_tokens_here(
    logged_in: Sso, endpoint: str | None
) -> None:
    logged_in.metadata = {"revocation_endpoint": endpoint}
    gone = mp.accounts.logout("me")
    assert (gone.revoked, gone.deleted) == (False, True)


def test_h33_a_login_that_is_denied_leaves_the_old_one(logged_in: Sso) -> None:
    logged_in.polls = ["access_denied"]
    with pytest.raises(OAuthError) as caught:
        mp.accounts.login("me", open_browser=False)
    assert caught.value.code == "OAUTH_AUTH_DENIED"
    assert mp.accounts.token("me") == "fake-access-1"


# The bridge.


def test_a_bridge_carries_the_access_token_and_not_the_refresh_token(
    logged_in: Sso, tmp_path: Path
) -> None:
    path = mp.accounts.export_bridge(to=tmp_path / "bridge.json")
    content = json.loads(path.read_text())
    assert content["account"]["issuer"] == logged_in.url
    assert content["tokens"]["access_token"] == "fake-access-1"
    assert "fake-refresh" not in path.read_text()
    env = {"HOME": str(tmp_path), "MP_AUTH_FILE": str(path), "MP_API_BASE_URL": logged_in.url}
    code = "import mp_core as mp; print(mp.Workspace().me().user_email)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ada@example.com\n", "")


def test_a_token_of_a_job_is_not_carried(tmp_path: Path) -> None:
    token = "fake-token-of-a-job"
    issuer = "https://sso.acme.example"
    mp.accounts.add("job", type="acme_sso", region="eu", issuer=issuer, token=token)
    with pytest.raises(ConfigError, match="has a token of its own"):
        mp.accounts.export_bridge(to=tmp_path / "bridge.json", account="job")
    assert not (tmp_path / "bridge.json").exists()


# The environment.


def test_a_job_brings_its_token_in_the_environment(
    sso: Sso, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: dict[str, Any] = {
        "ACME_SSO_TOKEN": "fake-token-of-a-job",
        "ACME_SSO_ISSUER": sso.url,
        "MP_PROJECT_ID": "7",
        "MP_REGION": "in",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert mp.accounts.token() == "fake-token-of-a-job"
    assert mp.Workspace().account == made(
        name="env",
        region="in",
        default_project="7",
        issuer=sso.url,
        token="fake-token-of-a-job",
    )
    assert sso.requests == []
