"""What a person sees of proxies, certificates, other regions and pauses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from mp_core._runtime.context import Context
from mp_core.plugin.tokens import OAuthTokens
from mp_core.sandbox import Fault, Sandbox
from tests.support.child_processes import started
from tests.support.forward_proxy import forward_proxy, needs_tinyproxy
from tests.support.loopback_server import SilentHandler, answering
from tests.support.own_network import alone_in_network, needs_own_network
from tests.support.shell import MP, Shell
from tests.support.tls_server import Authority, needs_openssl, tls_server

pytestmark = pytest.mark.providers

SETTINGS = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
NETWORK = "localhost,127.0.0.1,fd07:b51a:cc66:f0::/64"
CLUSTER = "request failed with error: invalid project id for cluster."


class Region(SilentHandler):
    """Knows the project of no account."""

    def do_GET(self) -> None:
        self.reply(400, {"error": CLUSTER})


class Portal(SilentHandler):
    """Has a page for everybody."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"<html>")


class Blocked(Portal):
    """Has a page that refuses everybody."""

    status = 403


def env_of(shell: Shell, **more: str) -> dict[str, str]:
    unset = {name for setting in SETTINGS for name in (setting, setting.lower())}
    usual = {name: value for name, value in os.environ.items() if name not in unset}
    return {**usual, **shell.env, **more}


def mp(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MP, *words], env=env, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("entries", [NETWORK, "*", "[::1]", "10.0.0.0/8"])
def test_h86_networks_in_no_proxy_stop_nothing(shell: Shell, entries: str) -> None:
    env = env_of(shell, NO_PROXY=entries, HTTPS_PROXY="http://127.0.0.1:9")
    done = mp(env, "inspect", "events")
    assert (done.returncode, done.stderr) == (0, "")


def test_h86_an_entry_of_no_proxy_that_means_nothing_is_named_once(shell: Shell) -> None:
    env = env_of(shell, NO_PROXY="fd07::/200,localhost", HTTPS_PROXY="http://127.0.0.1:9")
    done = mp(env, "inspect", "events")
    assert done.returncode == 0
    assert done.stderr.count("The entry 'fd07::/200' of NO_PROXY is passed over") == 1


@needs_openssl
def test_h86_an_unknown_authority_is_a_certificate_and_tried_once(
    shell: Shell, tmp_path: Path
) -> None:
    with tls_server(Region, Authority(tmp_path).context()) as server:
        env = env_of(shell, MP_API_BASE_URL=f"https://localhost:{server.server_port}")
        done = mp(env, "inspect", "events")
        failure = json.loads(mp(env, "inspect", "events", "-f", "json").stderr)
    assert done.returncode == 1
    assert "the certificate of localhost does not verify" in done.stderr
    assert "export SSL_CERT_FILE=" in done.stderr
    assert "trying again" not in done.stderr
    assert (failure["code"], failure["details"]["cause"]) == ("UNREACHABLE", "certificate")
    assert server.connections == 2


@needs_openssl
@needs_tinyproxy
def test_h86_a_proxy_that_lets_nothing_through_is_named_and_tried_once(
    shell: Shell, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with (
        tls_server(Region, authority.context()) as server,
        forward_proxy(tmp_path, "ConnectPort 1") as proxy,
    ):
        env = env_of(
            shell,
            MP_API_BASE_URL=f"https://localhost:{server.server_port}",
            SSL_CERT_FILE=str(authority.certificate),
            HTTPS_PROXY=proxy,
        )
        done = mp(env, "inspect", "events")
    assert done.returncode == 1
    assert "the proxy of HTTPS_PROXY does not let a connection to localhost through (403)" in (
        done.stderr
    )
    assert "no access" not in done.stderr
    assert (tmp_path / "tinyproxy.log").read_text().count("CONNECT localhost") == 1


@pytest.mark.parametrize("handler", [Portal, Blocked])
@pytest.mark.parametrize("words", ["inspect events", "project list --refresh", "account test ci"])
def test_h86_a_page_is_no_answer_of_mixpanel(
    shell: Shell, handler: type[Portal], words: str
) -> None:
    with answering(handler) as url:
        done = mp(env_of(shell, MP_API_BASE_URL=url), *words.split())
    assert done.returncode == (2 if words.startswith("account") else 1)
    said = done.stdout + done.stderr
    assert "not Mixpanel's but" in said
    assert "no access to project" not in said
    assert "refused the credential" not in said


@pytest.fixture
def expired(shell: Shell) -> Shell:
    """A shell whose account `me` has to refresh its login."""
    account = Context(env=shell.env).config().account("me")
    tokens = OAuthTokens(
        access_token=SecretStr("fake-access"),
        refresh_token=SecretStr("fake-refresh"),
        expires_at=datetime.now(UTC),
        client_id="fake-client",
    )
    Context(env=shell.env).vault.store(account, tokens)
    return shell


REFRESHING = ("-a", "me", "-p", "10", "inspect", "events")


@needs_openssl
def test_h86_a_refresh_tells_of_a_certificate_too(expired: Shell, tmp_path: Path) -> None:
    with tls_server(Region, Authority(tmp_path).context()) as server:
        env = env_of(expired, MP_API_BASE_URL=f"https://localhost:{server.server_port}")
        done = mp(env, *REFRESHING)
    assert done.returncode == 2
    assert "the certificate of localhost does not verify" in done.stderr
    assert "export SSL_CERT_FILE=" in done.stderr
    assert server.connections == 1


def test_h86_a_page_in_the_place_of_a_refresh_leaves_the_login_alive(expired: Shell) -> None:
    class Wall(Blocked):
        def do_POST(self) -> None:
            self.do_GET()

    with answering(Wall) as url:
        done = mp(env_of(expired, MP_API_BASE_URL=url), *REFRESHING)
    assert done.returncode == 2
    assert "not Mixpanel's but that of a proxy" in done.stderr
    assert "mp account login" not in done.stderr
    status = mp(env_of(expired), "account", "show", "me", "-f", "json")
    assert json.loads(status.stdout)["status"] == "ok"


@needs_own_network
def test_h86_without_a_network_the_name_is_told_and_each_try_is_said(shell: Shell) -> None:
    env = env_of(shell, MP_API_BASE_URL="https://nowhere.invalid")
    done = alone_in_network(*MP, "inspect", "events", env=env)
    assert done.returncode == 1
    assert "the name nowhere.invalid cannot be resolved" in done.stderr
    for attempt in ("1 of 3", "2 of 3", "3 of 3"):
        assert done.stderr.count(attempt) == 1
    assert alone_in_network(*MP, "-q", "inspect", "events", env=env).stderr.count("of 3") == 0


def test_h87_another_region_is_told_with_a_way_there(shell: Shell) -> None:
    with answering(Region) as url:
        done = mp(env_of(shell, MP_API_BASE_URL=url), "inspect", "events")
    assert done.returncode == 1
    assert "Project 3018488 is not in region us" in done.stderr
    assert "mp project list --account ci" in done.stderr
    assert "mp login --region eu" in done.stderr


def test_h87_a_pause_is_said_once_and_ctrl_c_ends_it(shell: Shell, sandbox: Sandbox) -> None:
    sandbox.inject(Fault("rate_limited", retry_after=50))
    with started(
        *MP, "inspect", "events", env=env_of(shell), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=20)
    assert line.startswith("Mixpanel asks for a pause of 50 s (429: ")
    assert line.endswith("trying again (1 of 3). Ctrl-C ends it.\n")
    assert process.returncode == 130
    assert rest.strip() == "Error: Interrupted."
