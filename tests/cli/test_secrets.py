"""H39: a canary in every secret, and no command that prints it, in any format or failure."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from mp_core._runtime.context import Context
from mp_core.auth_types import OAuthTokens
from mp_core.sandbox import Fault, Sandbox
from tests.support.cli_commands import CALLING, CHANGING, READING, words_of
from tests.support.home_files import write_config
from tests.support.loopback_server import SilentHandler, answering
from tests.support.provider_texts import provider_text
from tests.support.shell import Outcome, Shell
from tests.support.site_directory import Site

pytestmark = pytest.mark.providers

BASIC = base64.b64encode(b"ci.fake.robot:canary-in-config").decode()
CONFIG = """\
[active]
account = "ci"

[accounts.ci]
type = "service_account"
region = "us"
default_project = "3018488"
username = "ci.fake.robot"
secret = "canary-in-config"

[accounts.agent]
type = "oauth_token"
region = "us"
default_project = "10"
token_env = "AGENT_TOKEN"

[accounts.inline]
type = "oauth_token"
region = "us"
default_project = "10"
token = "canary-inline"

[accounts.me]
type = "oauth_browser"
region = "us"
default_project = "10"

[accounts.wrong]
type = "service_account"
region = "mars"
username = "ci.fake.robot"
secret = "canary-in-a-broken-block"
extra = "canary-in-an-unknown-key"

[accounts.foreign]
type = "not_installed"
region = "us"
secret = "canary-of-a-missing-provider"

[targets.ecom]
account = "agent"
project = "10"

[settings]
custom_header = { name = "X-Key", value = "canary-in-a-header" }
"""


def assert_clean(done: Outcome) -> None:
    """Check that no secret was printed, neither as it is nor as the header that carries it."""
    printed = done.out + done.err
    assert "canary" not in printed
    assert BASIC not in printed


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Mixpanel that takes some of the canaries."""
    ci, ada, _ = Sandbox().identities
    people = (
        replace(ci, secret="canary-in-config", token="canary-inline"),
        replace(ada, secret="canary-unused", token="canary-in-a-variable"),
    )
    with Sandbox(identities=people) as running:
        yield running


@pytest.fixture
def shell(bare: Shell, sandbox: Sandbox) -> Shell:
    """A shell whose every secret is a canary."""
    bare.env |= {"AGENT_TOKEN": "canary-in-a-variable", "MP_API_BASE_URL": sandbox.url}
    write_config(bare.home, CONFIG)
    context = Context(env=bare.env)
    tokens = OAuthTokens(
        access_token=SecretStr("canary-access"),
        refresh_token=SecretStr("canary-refresh"),
        expires_at=datetime.now(UTC) + timedelta(hours=1),
        scope="canary",
        token_type="Bearer",
    )
    context.vault.store(context.config().account("me"), tokens)
    return bare


def commands(shell: Shell) -> Iterator[list[str]]:
    """Yield every command about every account, and what changes something last."""
    for account in ("ci", "agent", "inline", "me", "wrong", "foreign"):
        for command in READING:
            if command not in ("account token", "plugins info", "help", "target show"):
                yield ["-a", account, *words_of(command)]
    bridge = str(shell.config.parent / "bridge.json")
    yield ["account", "update", "ci", "--secret-stdin"]
    yield ["account", "export-bridge", "--to", bridge]
    yield ["-a", "me", "account", "export-bridge", "--to", bridge, "--no-refresh-token"]
    yield ["session", "--bridge"]
    for command in CHANGING:
        if command not in ("account add", "account export-bridge", "plugins new"):
            yield words_of(command)


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_h39_no_command_prints_a_secret_whatever_becomes_of_it(shell: Shell, format: str) -> None:
    codes = set[int]()
    for words in commands(shell):
        done = shell.mp(*words, "-f", format, "-v", stdin="canary-from-stdin")
        assert_clean(done)
        codes.add(done.code)
    assert codes >= {0, 1, 2}


@pytest.mark.parametrize("name", ["MP_SECRET", "MP_OAUTH_TOKEN"])
def test_h39_a_secret_in_the_environment_is_not_printed(shell: Shell, name: str) -> None:
    identity = {"MP_PROJECT_ID": "10", "MP_REGION": "us", "MP_USERNAME": "ci.fake.robot"}
    for env in ({**identity, name: "canary-in-config"}, {name: "canary-alone"}):
        for line in (
            "session --explain",
            "session",
            "inspect events",
            "account list",
            "help environment",
            "doctor",
        ):
            assert_clean(shell.mp(*line.split(), "-f", "json", "-v", **env))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("unauthorized"),
        Fault("forbidden"),
        Fault("rate_limited", retry_after=0),
        Fault("server_error", status=500),
        Fault("malformed"),
        Fault("redirect"),
    ],
    ids=lambda fault: fault.kind,
)
def test_h39_no_failure_prints_a_secret(shell: Shell, sandbox: Sandbox, fault: Fault) -> None:
    sandbox.inject(fault)
    for account in ("ci", "agent", "inline", "me"):
        for command in CALLING:
            done = shell.mp("-a", account, *words_of(command), "-v", "-f", "json")
            assert done.code != 0
            assert_clean(done)


class _Echo(SilentHandler):
    """Repeats the credential that it was sent, as some debugging proxies do."""

    def do_GET(self) -> None:
        sent = self.headers["Authorization"]
        basic = base64.b64decode(BASIC).decode()
        self.reply(400, {"error": f"no: {sent} {basic}"})

    do_POST = do_GET


def test_h39_a_server_that_repeats_the_credential_does_not_get_it_printed(shell: Shell) -> None:
    with answering(_Echo) as url:
        shell.env["MP_API_BASE_URL"] = url
        done = [shell.mp(*words_of(command), "-v") for command in CALLING]
    for each in done:
        assert "no: Basic ***" in each.err
        assert_clean(each)


def test_only_a_token_that_is_asked_for_is_printed(shell: Shell) -> None:
    assert shell.ok("account", "token", "inline").out == "canary-inline\n"
    assert shell.ok("account", "token", "inline", "-f", "json").json == {"token": "canary-inline"}
    assert shell.ok("account", "token", "me").out == "canary-access\n"
    assert_clean(shell.mp("account", "token", "ci", "-v"))


LEAK = """
secret = account.secret.get_secret_value()
try:
    raise KeyError(secret)
except KeyError as error:
    raise RuntimeError(f"no header for {secret}") from error
"""


def test_h39_a_provider_that_fails_does_not_get_its_secret_printed(
    shell: Shell, tmp_path: Path
) -> None:
    leaky = provider_text("leaky", ["secret: SecretStr"], header=LEAK)
    Site(tmp_path).install("mp-leaky", providers={"leaky": leaky})
    shell.env |= {"PYTHONPATH": str(tmp_path)}
    add = ("account", "add", "x", "--type", "leaky", "--region", "us", "--default-project", "1")
    assert shell.process(*add, "--secret-stdin", stdin="canary-of-a-plugin").code == 0
    for line in ("-a x inspect events", "account test x", "account token x", "account list"):
        done = shell.process(*line.split(), "-v")
        assert_clean(done)
        assert "no header for" in done.out + done.err


def test_h39_a_secret_on_stdin_is_in_no_list_of_processes(shell: Shell) -> None:
    words = ("account", "update", "ci", "--secret-stdin")
    with shell.start(*words) as process:
        # The list is empty for a moment, while the new program takes the process over.
        while not (arguments := Path(f"/proc/{process.pid}/cmdline").read_bytes()):
            assert process.poll() is None
        process.communicate("canary-from-stdin", timeout=60)
    assert b"--secret-stdin" in arguments
    assert b"canary" not in arguments
