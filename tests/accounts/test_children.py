"""H81: what a child gets from us: no secret, no stream, no file, and no signal of the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from mp_core._accounts.children import start
from mp_core._runtime.context import Context
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import hookimpl
from tests.support import fake_providers
from tests.support.fake_providers import Badge, Ticket
from tests.support.home_files import configure
from tests.support.sandbox_accounts import WEB

DUMP = """
import json, os, sys
fds = {}
for each in os.listdir("/proc/self/fd"):
    try:
        fds[each] = os.readlink(f"/proc/self/fd/{each}")
    except OSError:
        pass  # That of the directory itself.
told = {"env": dict(os.environ), "fds": fds, "session": os.getsid(0), "pid": os.getpid()}
print("chatter"); print("chatter", file=sys.stderr)
open(sys.argv[1], "w").write(json.dumps(told))
"""
SECRETS = {
    "MP_USERNAME": "robot",
    "MP_SECRET": "fake-secret",
    "MP_OAUTH_TOKEN": "fake-token",
    "MP_OF_A_PLUGIN_THAT_IS_NOT_HERE": "fake-secret",
    "BADGE_PIN": "fake-pin",
    "AGENT_TOKEN": "fake-token",
    "BROKEN_TOKEN": "fake-token",
}
OTHERS = {"HOME": "", "PATH": os.environ["PATH"], "DISPLAY": ":0", "LANG": "C", "MP_REGION": "us"}

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what a process has")


class Pinned(Badge):
    """A provider whose identities are in a variable of its own."""

    @hookimpl
    def mp_account_from_env(self, env: Mapping[str, str]) -> EnvAccount:
        return EnvAccount(rank=1, variables=("BADGE_PIN",), missing=("BADGE_NAME",))


class Voucher(Account):
    """An account whose variable stands in a field that does not say so."""

    type: Literal["ticket"] = "ticket"
    found_in: str

    def is_long_lived(self) -> bool:
        return False

    def static_token(self) -> str:
        return self.found_in


class Vouchers(Ticket):
    """The provider of vouchers."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return Voucher


@pytest.fixture
def context(home: Path) -> Context:
    ticket = {"type": "ticket", "region": "us", "default_project": WEB}
    configure(
        home,
        accounts={
            "agent": {**ticket, "token_env": "AGENT_TOKEN"},
            "broken": {**ticket, "token_env": "BROKEN_TOKEN", "unknown": 1},
        },
    )
    plugins = fake_providers.host_of(badge=Pinned(), ticket=Ticket())
    return Context(env={**OTHERS, **SECRETS, "HOME": str(home)}, plugins=plugins)


def child(context: Context, tmp_path: Path) -> dict[str, Any]:
    """Return what a child has, which says it itself."""
    process = start(context, [sys.executable, "-c", DUMP, str(tmp_path / "told")])
    assert process.wait(60) == 0
    told: dict[str, Any] = json.loads((tmp_path / "told").read_text())
    return told


@linux
def test_h81_a_child_has_the_environment_without_any_secret(
    context: Context, tmp_path: Path
) -> None:
    got = child(context, tmp_path)["env"]
    assert not got.keys() & SECRETS.keys()
    assert "fake-" not in json.dumps(got)
    assert OTHERS.keys() <= got.keys()


@linux
def test_h81_a_child_has_no_variable_from_which_a_bearer_is_read(
    home: Path, tmp_path: Path
) -> None:
    block = {"type": "ticket", "region": "us", "default_project": WEB, "found_in": "BEARER"}
    configure(home, accounts={"agent": block})
    env = {**OTHERS, "BEARER": "fake-token", "HOME": str(home)}
    context = Context(env=env, plugins=fake_providers.host_of(ticket=Vouchers()))
    assert "BEARER" not in child(context, tmp_path)["env"]


@linux
def test_h81_a_child_has_none_without_accounts_and_providers_either(
    home: Path, tmp_path: Path
) -> None:
    context = Context(env={"MP_SECRET": "fake-secret", "MP_PLUGINS": "", "HOME": str(home)})
    assert "MP_SECRET" not in child(context, tmp_path)["env"]


@linux
def test_h81_a_configuration_that_cannot_be_read_hides_no_secret_from_us(
    context: Context, home: Path, tmp_path: Path
) -> None:
    (home / ".mp/config.toml").write_text("no [ toml")
    assert not child(context, tmp_path)["env"].keys() & {"MP_SECRET", "MP_OAUTH_TOKEN"}


@linux
def test_h81_a_child_has_no_stream_and_no_file_of_ours(
    context: Context, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "tokens.json").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        got = child(context, tmp_path)["fds"]
    assert set(got.values()) == {"/dev/null"}
    assert capfd.readouterr() == ("", "")


@linux
def test_h81_a_child_is_out_of_reach_of_the_terminal(context: Context, tmp_path: Path) -> None:
    told = child(context, tmp_path)
    assert told["session"] == told["pid"] != os.getsid(0)
