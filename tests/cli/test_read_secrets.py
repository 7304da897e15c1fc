"""H89: how a secret is read, whichever way it comes, and what is refused without a part of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mp_core import ConfigError
from mp_core._env import Readings
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.sandbox import Sandbox
from tests.support.home_files import tables_in
from tests.support.provider_texts import provider_text
from tests.support.shell import MP, Shell
from tests.support.site_directory import Site

pytestmark = pytest.mark.providers

ENDS = pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"], ids=repr)
KEPT = " two words\u00e9 "
BAD = {
    "two line ends": "canary\n\n",
    "two lines": "can\nary",
    "tab": "can\tary",
    "escape": "\x1b[200~canary",
    "delete": "canary\x7f",
    "C1": "can\x9bary",
    "no text": "can\udcffary",
}
NO_BEARER = {"letters": "canary\u00e9", "key": "\U0001f511canary", "blank": "canary two"}
ROBOT = ("account", "add", "ci", "--type", "service_account", "--region", "us", "-p", "10")
ADD = (*ROBOT, "--username", "ci.fake.robot")
AGENT = ("account", "add", "ci", "--type", "oauth_token", "--region", "us", "-p", "10")
IDENTITY = {"MP_USERNAME": "ci.fake.robot", "MP_PROJECT_ID": "10", "MP_REGION": "us"}


@ENDS
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "mark"])
def test_h89_a_secret_loses_one_line_end_and_nothing_else(bare: Shell, end: str, mark: str) -> None:
    bare.ok(*ADD, "--secret-stdin", stdin=f"{mark}{KEPT}{end}")
    assert tables_in(bare.config)["accounts"]["ci"]["secret"] == KEPT
    bare.ok(
        "account", "add", "marked", *ADD[3:], "--secret-stdin", stdin=f"\ufeff{mark}{KEPT}{end}"
    )
    assert tables_in(bare.config)["accounts"]["marked"]["secret"] == f"{mark}{KEPT}"
    another = ("account", "add", "another", *ADD[3:])
    bare.ok(*another, MP_SECRET=f"{mark}{KEPT}{end}")
    assert tables_in(bare.config)["accounts"]["another"]["secret"] == KEPT


@ENDS
def test_h89_an_identity_in_the_environment_is_that_without_the_line_ends(
    bare: Shell, sandbox: Sandbox, end: str
) -> None:
    ci, ada, _ = sandbox.identities
    bare.env |= {**IDENTITY, "MP_API_BASE_URL": f"{sandbox.url}{end}"}
    basic = {"MP_USERNAME": f"{ci.username}{end}", "MP_SECRET": f"{ci.secret}{end}"}
    assert bare.ok("api", "GET", "/me", **basic).out
    assert bare.ok("api", "GET", "/me", MP_OAUTH_TOKEN=f"{ada.token}{end}").out


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize(
    ("words", "variable"), [(ADD, "MP_SECRET"), (AGENT, "MP_OAUTH_TOKEN")], ids=["basic", "bearer"]
)
def test_h89_a_variable_that_holds_no_secret_is_named_and_not_repeated(
    bare: Shell, bad: str, words: tuple[str, ...], variable: str
) -> None:
    for line in (words, ("session",), ("login", "-f", "json")):
        done = bare.mp(*line, **{**IDENTITY, variable: bad})
        assert (done.code, variable in done.err) == (1, True), done
        assert "ary" not in done.out + done.err
        assert "should not have happened" not in done.err
    assert not bare.config.exists()


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_h89_what_stdin_holds_is_refused_and_not_repeated(bare: Shell, bad: str) -> None:
    done = subprocess.run(
        (*MP, *ADD, "--secret-stdin"),
        env=bare.process_env(),
        input=bad.encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, b"stdin" in done.stderr) == (3, True), done.stderr
    assert b"ary" not in done.stdout + done.stderr


@pytest.mark.parametrize("bad", NO_BEARER.values(), ids=NO_BEARER)
def test_h89_a_bearer_that_no_header_carries_is_refused_at_the_door(bare: Shell, bad: str) -> None:
    doors = (
        bare.mp(*AGENT, "--token-stdin", stdin=bad),
        bare.mp(*AGENT, MP_OAUTH_TOKEN=bad),
        bare.mp("login", "--token-stdin", "-p", "10", "--region", "us", stdin=bad),
        bare.mp("session", MP_OAUTH_TOKEN=bad, MP_PROJECT_ID="10", MP_REGION="us"),
    )
    for done in doors:
        assert done.code == 1, done
        assert "bearer" in done.err
        assert "canary" not in done.out + done.err
    assert not bare.config.exists()


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_h89_a_secret_from_python_is_held_to_the_same(home: Path, bad: str) -> None:
    accounts = Accounts(Context(env={"HOME": str(home)}))
    fields: dict[str, Any] = {"type": "service_account", "region": "us", "default_project": "10"}
    with pytest.raises(ConfigError) as caught:
        accounts.add("ci", **fields, username="ci.fake.robot", secret=bad)
    assert "ary" not in f"{caught.value} {caught.value.hint} {caught.value.details}"
    accounts.add("ci", **fields, username="ci.fake.robot", secret="fake")
    with pytest.raises(ConfigError):
        accounts.update("ci", secret=bad)


@pytest.mark.parametrize("bad", ["can\x07ary", "canary\u00e9", "can\udcffary"], ids=ascii)
def test_h89_a_variable_that_an_account_names_is_held_to_the_same(bare: Shell, bad: str) -> None:
    bare.ok(*AGENT, "--token-env", "AGENT_TOKEN")
    done = bare.mp("account", "token", "ci", AGENT_TOKEN=bad)
    assert (done.code, "AGENT_TOKEN" in done.err) == (2, True), done
    assert "ary" not in done.err
    assert bare.ok("account", "token", "ci", AGENT_TOKEN="fake\r\n").out == "fake\n"


ENV = """
from mp_core.plugin import EnvAccount

@hookimpl
def mp_account_from_env(env):
    ticket = env.get("OTHER_TICKET")
    if ticket is None:
        return None
    account = FakeAccount(name="env", region=env["MP_REGION"], default_project="1", ticket=ticket)
    return EnvAccount(rank=5, variables=("OTHER_TICKET",), account=account)
"""


def test_h89_a_provider_that_looks_for_itself_finds_the_same(bare: Shell, tmp_path: Path) -> None:
    text = provider_text("other", ["ticket: SecretStr"]) + ENV
    Site(tmp_path).install("mp-other", providers={"other": text})
    bare.env |= {"PYTHONPATH": str(tmp_path), "MP_REGION": "us"}
    whole = bare.process("session", OTHER_TICKET="fake\n")
    assert whole.code == 0, whole.err
    bad = bare.process("session", OTHER_TICKET="can\x07ary")
    assert (bad.code, "ary" in bad.err) == (1, False), bad


def test_h89_a_path_keeps_its_blanks_and_loses_its_line_end(bare: Shell, tmp_path: Path) -> None:
    place = tmp_path / " with blanks "
    bare.env["MP_STORAGE_DIR"] = f"{place}\n"
    bare.ok(*ADD, "--secret-stdin", stdin="fake")
    assert (place / "config.toml").exists()


def test_h89_an_environment_is_read_as_a_mapping() -> None:
    read = Readings({"A": "x\n", "B": "", "C": "\n", "MP_REGION": " us "})
    assert dict(read) == {"A": "x", "MP_REGION": " us "}
    assert (len(read), "B" in read, read.get("C")) == (2, False, None)
    assert os.environ is not read
