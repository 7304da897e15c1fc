"""Removing an account: all of it goes, or all of it stays, or what is left is named."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError
from mp_core.plugin.hooks import hookimpl
from tests.support import fake_providers
from tests.support.home_files import configure, tables_in, tree

PASS: dict[str, Any] = {"type": "pass", "region": "us", "default_project": "9"}


@pytest.fixture
def config(home: Path) -> Path:
    return configure(home, active={"account": "me"}, accounts={"me": PASS, "you": PASS})


@pytest.fixture
def accounts(context: Context, config: Path) -> Accounts:
    """Two accounts, of which `me` is active and logged in."""
    accounts = Accounts(context)
    accounts.login("me", open_browser=False)
    return accounts


@pytest.fixture
def directory(config: Path) -> Path:
    return config.parent / "accounts" / "me"


def obstruct(path: Path) -> Path:
    """Let something stand in the place of a file that cannot be deleted as a file is."""
    path.unlink(missing_ok=True)
    (path / "in the way").mkdir(parents=True)
    return path


def test_h77_tokens_that_cannot_be_deleted_leave_the_account_as_it_was(
    accounts: Accounts, home: Path, directory: Path
) -> None:
    kept = (directory / "tokens.json").rename(directory / "kept")
    obstacle = obstruct(directory / "tokens.json")
    before = tree(home)
    with pytest.raises(ConfigError, match=r"tokens\.json"):
        accounts.remove("me")
    assert tree(home) == before
    (obstacle / "in the way").rmdir()
    obstacle.rmdir()
    kept.rename(directory / "tokens.json")
    assert accounts.show("me").is_active
    assert accounts.token("me")


def test_h77_without_a_descriptor_left_the_configuration_is_put_back_all_the_same(
    accounts: Accounts, context: Context, config: Path, home: Path
) -> None:
    before = config.read_bytes()
    with ExitStack() as taken, pytest.raises(OSError, match="Too many"):
        remove_and(context, lambda: take_all_descriptors(taken))
    assert config.read_bytes() == before
    assert accounts.token("me")
    assert [path for path in config.parent.iterdir() if "mp-tmp" in path.name] == []


def remove_and(context: Context, action: Callable[[], object]) -> None:
    with context.transaction() as edit:
        edit.remove_account("me")
        edit.then(action)


def take_all_descriptors(stack: ExitStack) -> None:
    """Open files until none can be opened any more, which raises."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 20, limits[1]))
    while True:
        stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))


@pytest.mark.parametrize("file", ["me.json", "client.json", "owner.json"])
def test_h77_a_file_that_is_left_is_named_with_the_command_that_helps(
    accounts: Accounts, config: Path, directory: Path, file: str
) -> None:
    left = obstruct(directory / file)
    with pytest.raises(ConfigError, match=f"was removed, but {left} could not") as caught:
        accounts.remove("me")
    assert caught.value.hint == f"Delete what is left: rm -r {left}"
    assert tables_in(config)["accounts"] == {"you": PASS}
    assert not (directory / "tokens.json").exists()
    subprocess.run(["rm", "-r", left], timeout=60, check=True)
    assert [path for path in directory.iterdir() if path.suffix != ".lock"] == []


@pytest.mark.parametrize("is_late", [False, True])
def test_h77_an_interruption_leaves_all_of_the_account_or_nothing(
    accounts: Accounts, env: dict[str, str], config: Path, directory: Path, is_late: bool
) -> None:
    strikes = iter([KeyboardInterrupt])

    class Interrupted(fake_providers.Pass):
        @hookimpl(wrapper=True)
        def mp_delete_tokens(self) -> Generator[None, list[bool], list[bool]]:
            if not is_late:
                raise next(strikes)
            found = yield
            for strike in strikes:
                raise strike
            return found

    plugins = fake_providers.host_of(**{"pass": Interrupted()})
    with pytest.raises(KeyboardInterrupt):
        Accounts(Context(env=env, plugins=plugins)).remove("me")
    assert (directory / "tokens.json").exists() is not is_late
    assert ("me" in tables_in(config)["accounts"]) is not is_late


def test_h77_a_process_that_is_killed_in_between_has_taken_nothing_from_the_account(
    accounts: Accounts, config: Path, home: Path, directory: Path
) -> None:
    code = f"""
import os, signal, sys
sys.path[:0] = {sys.path!r}
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.plugin.hooks import hookimpl
from tests.support import fake_providers
class Killer(fake_providers.Pass):
    @hookimpl(tryfirst=True)
    def mp_delete_tokens(self):
        os.kill(os.getpid(), signal.SIGKILL)
plugins = fake_providers.host_of(**{{"pass": Killer()}})
Accounts(Context(env={{"HOME": {str(home)!r}}}, plugins=plugins)).remove("me")
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    assert done.returncode == -9
    assert (directory / "tokens.json").exists()
    assert tables_in(config)["accounts"] == {"you": PASS}
    assert accounts.add("me", **PASS).status == "needs_login", "and nobody revives it"
