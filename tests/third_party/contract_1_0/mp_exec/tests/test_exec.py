"""Tokens from a command: kept, fetched once for all, and never at the word of a foreign file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

import mp_core as mp
from mp_core.errors import AuthenticationError, ConfigError
from mp_core.sandbox import Sandbox
from mp_exec import ExecAccount

if TYPE_CHECKING:
    from tests.conftest import Command

TOKEN = "fake-token-of-a-command"


def test_the_token_is_what_the_command_prints_and_is_kept_until_it_expires(
    command: Command,
) -> None:
    command.add()
    assert [mp.accounts.token("bot") for _ in range(3)] == [TOKEN] * 3
    assert command.runs == 1


def test_a_token_that_is_about_to_expire_is_replaced_at_the_next_use(command: Command) -> None:
    """Thirty seconds are left for the request; this one has no more."""
    command.prints(expires_in_s=29)
    command.add()
    assert [mp.accounts.token("bot") for _ in range(3)] == [TOKEN] * 3
    assert command.runs == 3


def test_looking_at_the_account_runs_nothing(command: Command) -> None:
    command.add()
    assert [account.status for account in mp.accounts.list()] == ["untested"]
    assert mp.Workspace().account == command.account()
    assert command.runs == 0
    mp.accounts.token("bot")
    assert [account.status for account in mp.accounts.list()] == ["ok"]
    assert command.runs == 1


def test_h01_processes_at_once_run_one_command(command: Command) -> None:
    command.prints(delay_s=0.3)
    command.add()
    code = "import mp_core as mp; print(mp.accounts.token('bot'))"
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    try:
        answers = [process.communicate(timeout=60)[0].strip() for process in started]
    finally:
        for process in started:
            process.kill()
    assert answers == [TOKEN] * 8
    assert command.runs == 1


def test_another_command_is_run_although_the_token_of_the_old_one_is_fresh(
    command: Command, home: Path
) -> None:
    command.add()
    mp.accounts.token("bot")
    config = home / ".mp" / "config.toml"
    config.write_text(config.read_text().replace("command.py", "other.py"))
    command.prints(access_token="fake-token-of-another", file="other.py")
    assert mp.accounts.token("bot") == "fake-token-of-another"


def test_h45_a_token_that_the_server_refuses_is_replaced_once(
    command: Command, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    ada = sandbox.identities[1]
    command.prints(access_token=sandbox.issue_token(ada))
    command.add()
    with mp.Workspace() as ws:
        assert ws.me().user_id == ada.user_id
        assert command.runs == 1
        assert sandbox.revoke_token(str(mp.accounts.token("bot")))
        command.prints(access_token=sandbox.issue_token(ada))
        assert ws.me(refresh=True).user_id == ada.user_id
        assert command.runs == 2
        assert sandbox.revoke_token(str(mp.accounts.token("bot")))
        with pytest.raises(AuthenticationError):
            ws.me(refresh=True)
        assert command.runs == 3


def test_a_logout_forgets_the_token(command: Command) -> None:
    command.add()
    mp.accounts.token("bot")
    assert mp.accounts.logout("bot").deleted
    mp.accounts.token("bot")
    assert command.runs == 2


# The model.


@pytest.mark.parametrize(
    "line",
    [[], [""], ["", "x"], ["./token"], ["bin/token"], ["../token"], ["token", "nul\0"], "token"],
)
def test_a_command_is_a_program_that_is_found_from_everywhere_and_its_arguments(
    line: Any,
) -> None:
    with pytest.raises(ValidationError, match="command"):
        ExecAccount(name="bot", region="eu", command=line)


@pytest.mark.parametrize("seconds", [0, -1, 301, float("nan"), float("inf"), "soon"])
def test_a_time_limit_is_up_to_five_minutes(seconds: Any) -> None:
    with pytest.raises(ValidationError, match="timeout_s"):
        ExecAccount(name="bot", region="eu", command=("token",), timeout_s=seconds)


def test_it_is_long_lived(command: Command) -> None:
    assert command.account().is_long_lived() is True


# The bridge.


def test_an_account_is_not_exported(command: Command, tmp_path: Path) -> None:
    command.add()
    with pytest.raises(ConfigError, match="which no bridge may carry"):
        mp.accounts.export_bridge(to=tmp_path / "bridge.json", account="bot")
    assert not (tmp_path / "bridge.json").exists()
    assert command.runs == 0


def test_a_bridge_that_somebody_else_wrote_runs_nothing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"type": "exec", "name": "bot", "region": "eu", "command": command.line}
    path = tmp_path / "bridge.json"
    path.write_text(json.dumps({"version": 2, "account": record, "project": "7"}))
    path.chmod(0o600)
    monkeypatch.setenv("MP_AUTH_FILE", str(path))
    for use in (mp.Workspace, mp.accounts.token):
        with pytest.raises(ConfigError, match="which no bridge may carry"):
            use()
    assert command.runs == 0
