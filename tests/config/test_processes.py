"""The configuration file under many processes, and under ones that are killed."""

from __future__ import annotations

import multiprocessing
import os
import tomllib
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from mp_core._config.store import ConfigStore
from mp_core._runtime.context import Context
from mp_core._values.session import Target
from mp_core.accounts import Accounts
from mp_core.session import DefaultSession
from mp_core.targets import Targets
from tests.support.child_processes import apart, killed_at
from tests.support.fake_providers import HOST, badge

pytestmark = pytest.mark.filterwarnings(
    # The children here touch neither threads nor locks of the parent.
    "ignore:.*multi-threaded.*fork.*:DeprecationWarning"
)

PROCESSES = 64


def work(start: Event, context: Context, number: int) -> None:
    """Add an account, switch to it and to a project of its own, and add a target."""
    name = f"a{number}"
    start.wait(60)
    Accounts(context).add(
        name, type="badge", region="us", default_project="1", username=name, secret="fake-secret"
    )
    DefaultSession(context).use(account=name, project=str(number + 1), workspace=number + 1)
    Targets(context).add(name, account=name, project="1")


def at_once(home: Path) -> None:
    """Let all processes work at the same time, and read the file meanwhile."""
    context = Context(env={"HOME": str(home)}, plugins=HOST)
    path = home / ".mp" / "config.toml"
    fork = multiprocessing.get_context("fork")
    start = fork.Event()
    processes = [
        fork.Process(target=work, args=(start, context, number)) for number in range(PROCESSES)
    ]
    try:
        for process in processes:
            process.start()
        start.set()
        while alive := [process.sentinel for process in processes if process.is_alive()]:
            tomllib.loads(path.read_text() if path.exists() else "")
            wait(alive, timeout=0.002)  # They need the processor more.
        assert {process.exitcode for process in processes} == {0}
    finally:
        for process in processes:
            process.kill()
            process.join(60)


def test_h04_of_64_processes_at_once_none_loses_anything_and_the_file_always_parses(
    home: Path,
) -> None:
    apart(at_once, home)
    context = Context(env={"HOME": str(home)}, plugins=HOST)
    path = home / ".mp" / "config.toml"
    numbers = {f"a{number}": number for number in range(PROCESSES)}
    config = context.config()
    projects = {name: config.account(name).default_project for name in config.account_names()}
    assert projects == {name: str(number + 1) for name, number in numbers.items()}
    assert config.target_names() == sorted(numbers)
    assert config.active.account in numbers
    assert config.active.workspace == numbers[config.active.account] + 1
    assert sorted(os.listdir(path.parent)) == ["config.toml", "config.toml.lock"]


def outcomes_of_killed(path: Path) -> set[bool]:
    """Return whether a transaction that was killed has happened, for many moments."""
    store = ConfigStore(path, HOST)

    def change(number: int) -> None:
        with store.transaction() as edit:
            edit.put_account(badge("team", default_project=str(number)))
            edit.put_target(Target(name="ecom", account="team", project=str(number)))

    change(0)
    outcomes, moment, old = set[bool](), 0, "0"
    while killed_at(moment, partial(change, moment + 1), below="mp_core"):
        found = store.read()
        new = found.account("team").default_project
        assert new == found.target("ecom").project
        assert new in (old, str(moment + 1))
        outcomes.add(new != old)
        old, moment = found.target("ecom").project, moment + 23
    return outcomes


@pytest.mark.sweep
def test_h05_a_transaction_killed_at_any_moment_is_whole_or_has_not_happened(
    tmp_path: Path,
) -> None:
    """The next one proceeds at once: nothing is locked or broken by what was left."""
    assert apart(outcomes_of_killed, tmp_path / "config.toml") == {True, False}
