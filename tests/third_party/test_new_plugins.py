"""A new plugin of each kind does its job as it is, from command to command."""

from __future__ import annotations

import hashlib
import hmac
import json
import shlex
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mp_core.sandbox import Sandbox
from tests.support.company_sso import CLIENT, SECRET, CompanySso, company_sso
from tests.support.loopback_server import SilentHandler, answering
from tests.support.new_plugins import NewPlugins

PRINTED = {"access_token": "fake-printed-token", "token_type": "Bearer", "expires_in": 3600}
COMMAND = shlex.join([sys.executable, "-c", f"print({json.dumps(PRINTED)!r})"])
KEY = "fake-signing-key"


@pytest.fixture
def sso(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[CompanySso]:
    """A single sign-on, and a Mixpanel that knows its tokens."""
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    with company_sso(sandbox) as made:
        yield made


def private_text(path: Path) -> str:
    """Return the text of a file that nobody else can read."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text()


def test_an_account_with_a_ticket_is_used_like_any_other(new_plugins: NewPlugins) -> None:
    code = """
import json, mp_core as mp
mp.accounts.add("team", type="acme_ticket", region="eu", default_project="7", ticket="fake-ticket")
account = mp.Workspace().account
print(json.dumps([account.auth_header(), type(account) is mp.AcmeTicketAccount, repr(account)]))
"""
    done = new_plugins.clean.run("python", "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    header, is_public, shown = json.loads(done.stdout)
    assert (header, is_public) == ("Bearer fake-ticket", True)
    assert "fake-ticket" not in shown


def test_the_environment_holds_an_account_with_a_ticket(new_plugins: NewPlugins) -> None:
    env = {"ACME_TICKET_TICKET": "fake-ticket", "MP_PROJECT_ID": "7", "MP_REGION": "in"}
    code = "import mp_core as mp; print(mp.Workspace().account.auth_header())"
    done = new_plugins.clean.run("python", "-W", "error", "-c", code, **env)
    assert (done.stdout, done.stderr) == ("Bearer fake-ticket\n", "")


def test_a_program_gets_a_token_for_its_client_once(
    new_plugins: NewPlugins, sso: CompanySso
) -> None:
    options = ("--token-url", f"{sso.url}/token", "--client-id", CLIENT)
    new_plugins.add("oauth", *options, ACME_OAUTH_CLIENT_SECRET=SECRET)
    for _ in range(2):
        assert new_plugins.mp_json("api", "GET", "/me")["results"]
    assert len(sso.issued) == 1


def test_a_person_logs_in_on_another_device_and_out(
    new_plugins: NewPlugins, sso: CompanySso
) -> None:
    words = ("--type", "acme_device", "--region", "us", "--sso-url", sso.url, "-p", "10")
    said = new_plugins.try_mp("login", "me", *words)
    assert said.returncode == 0, said.stderr
    assert "ABCD-EFGH" in said.stderr
    assert new_plugins.mp_json("api", "GET", "/me")["results"]
    new_plugins.mp("logout", "me")
    assert (len(sso.issued), sso.revoked) == (1, ["fake-refresh-token"])


def test_a_program_prints_the_token(new_plugins: NewPlugins) -> None:
    new_plugins.add("command", "--command", COMMAND)
    assert new_plugins.mp("account", "token", "me") == "fake-printed-token\n"


def test_each_request_is_signed_so_that_a_server_can_tell(
    new_plugins: NewPlugins, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = list[bool]()

    class Mixpanel(SilentHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            url = f"http://{self.headers['Host']}{self.path}"
            digest = hashlib.sha256(body).hexdigest()
            text = f"POST\n{url}\n{self.headers['X-Signed-At']}\n{digest}"
            signature = hmac.new(KEY.encode(), text.encode(), "sha256").hexdigest()
            seen.append(self.headers["Authorization"] == f"HMAC-SHA256 reports:{signature}")
            self.reply(200, {"status": "ok"})

    with answering(Mixpanel) as url:
        monkeypatch.setenv("MP_API_BASE_URL", url)
        new_plugins.add("signing", "--key-id", "reports", ACME_SIGNING_SIGNING_KEY=KEY)
        body = tmp_path / "note.json"
        body.write_text("{}")
        new_plugins.mp("api", "POST", "/notes", "--query", "a=b c", "--body", str(body))
    assert seen == [True]


def test_a_policy_that_is_switched_on_refuses_and_one_that_is_off_does_not(
    new_plugins: NewPlugins,
) -> None:
    words = ("--type", "acme_command", "--region", "us", "--default-project", "7")
    us = ("account", "add", "us", *words, "--command", COMMAND)
    env = {"ACME_TICKET_TICKET": "fake-ticket", "MP_PROJECT_ID": "7", "MP_REGION": "us"}
    new_plugins.mp("plugins", "enable", "acme_policy")
    refused = new_plugins.try_mp(*us)
    assert refused.returncode != 0
    assert "the policy allows eu" in refused.stderr
    assert "the policy allows eu" in new_plugins.try_mp("session", **env).stderr
    new_plugins.add("command", "--command", COMMAND)
    new_plugins.mp("plugins", "disable", "acme_policy")
    new_plugins.mp(*us)
    assert new_plugins.mp("session", **env)


def test_h96_a_policy_that_is_required_refuses_whatever_the_configuration_says(
    new_plugins: NewPlugins,
) -> None:
    env = {"ACME_TICKET_TICKET": "fake-ticket", "MP_PROJECT_ID": "7", "MP_REGION": "us"}
    assert new_plugins.mp("session", **env)
    refused = new_plugins.try_mp("session", **env, MP_REQUIRE_EXTENSIONS="acme_policy")
    assert refused.returncode != 0
    assert "the policy allows eu" in refused.stderr


def test_a_store_that_is_switched_on_keeps_the_tokens_and_the_core_does_not(
    new_plugins: NewPlugins, home: Path
) -> None:
    new_plugins.add("command", "--command", COMMAND)
    new_plugins.mp("plugins", "enable", "acme_store")
    assert new_plugins.mp("account", "token", "me") == "fake-printed-token\n"
    file = home / ".local/state/mp-acme-store/tokens.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with closing(sqlite3.connect(file)) as database:
        ((text,),) = database.execute("SELECT text FROM slots").fetchall()
    assert json.loads(text)["access_token"] == "fake-printed-token"
    assert not list(home.rglob("tokens.json"))
    new_plugins.mp("logout", "me")
    assert b"fake-printed-token" not in file.read_bytes()


def test_an_audit_log_that_is_switched_on_records_each_use(
    new_plugins: NewPlugins, sso: CompanySso, home: Path
) -> None:
    new_plugins.mp("plugins", "enable", "acme_audit")
    options = ("--token-url", f"{sso.url}/token", "--client-id", CLIENT)
    new_plugins.add("oauth", *options, ACME_OAUTH_CLIENT_SECRET=SECRET)
    new_plugins.mp("api", "GET", "/me")
    text = private_text(home / ".local/state/mp-acme-audit/audit.jsonl")
    events = [json.loads(line) for line in text.splitlines()]
    assert {event["account"] for event in events} == {"me"}
    assert "account_changed" in {event["kind"] for event in events}
    used = [event["details"] for event in events if event["kind"] == "credential_used"]
    assert {"method": "GET", "path": "/api/app/me", "status": 200} in [
        {key: details[key] for key in ("method", "path", "status")} for details in used
    ]
    assert not any(secret in text for secret in (SECRET, *sso.issued))


def test_h100_no_answer_comes_back_unrecorded_where_the_audit_log_is_required(
    new_plugins: NewPlugins, sso: CompanySso, tmp_path: Path
) -> None:
    options = ("--token-url", f"{sso.url}/token", "--client-id", CLIENT)
    new_plugins.add("oauth", *options, ACME_OAUTH_CLIENT_SECRET=SECRET)
    env = {"ACME_AUDIT_FILE": str(tmp_path), "MP_REQUIRE_EXTENSIONS": "acme_audit"}
    refused = new_plugins.try_mp("api", "GET", "/me", **env)
    assert (refused.returncode != 0, refused.stdout) == (True, "")
    assert "acme_audit" in refused.stderr
