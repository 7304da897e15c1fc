"""A refresh that has begun ends, whatever interrupts those who wait for it."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from mp_core._tokens.vault import TokenVault
from mp_core.errors import CredentialWarning
from tests.support.child_processes import apart
from tests.support.interruptions import Handler, Striker
from tests.support.rotating_provider import PASS, STALE, Server, file, process, server, vault

__all__ = ["file", "server", "vault"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")

CODE = (f"mp_core{os.sep}", "threading.py", "contextlib.py")
"""The path of a refresh: the library's, and how a thread is started."""


def struck_at(root: Path, *moments: int) -> int:
    """Interrupt a refresh before some of its lines, and return how often that was.

    The login must be alive then, after at most one request, and the interruption must be heard of.
    """
    server = Server()
    vault = process(root, server)
    vault.store(PASS, STALE)
    striker = Striker(*moments, below=CODE)
    heard = False
    try:
        with striker.at_work():
            vault.access_token(PASS)
    except KeyboardInterrupt:
        heard = True
    assert heard == bool(striker.struck), moments
    assert vault.access_token(PASS) == "a1", moments
    assert process(root, server).access_token(PASS) == "a1", moments
    assert server.requests == ["r0"], moments
    return striker.struck


def struck_at_every_line(root: Path) -> int:
    moment = 0
    while struck_at(root, moment):
        moment += 1
    return moment


def struck_twice(root: Path, gap: int) -> int:
    moment, twice = 0, 0
    while times := struck_at(root, moment, moment + gap):
        moment += 1
        twice += times == 2
    return twice


@pytest.mark.filterwarnings("ignore:finishing")
def test_h71_one_interruption_at_any_line_of_a_refresh_loses_no_login(tmp_path: Path) -> None:
    assert apart(struck_at_every_line, tmp_path) > 100


@pytest.mark.parametrize("gap", [1, 2, 5, 12])
def test_h71_two_interruptions_at_any_lines_of_a_refresh_lose_no_login(
    tmp_path: Path, gap: int
) -> None:
    assert apart(struck_twice, tmp_path, gap) > 10


@pytest.mark.parametrize("times", [1, 2])
def test_h71_interruptions_during_the_request_are_raised_when_the_tokens_are_saved(
    vault: TokenVault, server: Server, file: Path, times: int
) -> None:
    vault.store(PASS, STALE)
    with Handler(signal.SIGINT, KeyboardInterrupt()) as handler:
        server.during = lambda: handler.strike(times)
        with (
            pytest.warns(CredentialWarning, match="^finishing the refresh…$") as said,
            pytest.raises(KeyboardInterrupt),
        ):
            vault.access_token(PASS)
    assert len(said) == 1
    assert '"a1"' in file.read_text()
    assert vault.access_token(PASS) == "a1"
    assert server.requests == ["r0"]


def test_h71_a_third_interruption_is_not_made_to_wait_and_loses_no_login_either(
    vault: TokenVault, server: Server
) -> None:
    vault.store(PASS, STALE)
    raised = threading.Event()

    def during() -> None:
        handler.strike(3)
        if not raised.wait(20):
            handler.strike()  # Two of them may have come as one.
        assert raised.wait(60)

    server.during = during
    with Handler(signal.SIGINT, KeyboardInterrupt()) as handler:
        with pytest.warns(CredentialWarning, match="finishing"), pytest.raises(KeyboardInterrupt):
            vault.access_token(PASS)
        raised.set()
    assert vault.access_token(PASS) == "a1"
    assert server.requests == ["r0"]


@pytest.mark.parametrize("error", [SystemExit(3), TimeoutError("late")], ids=["exit", "alarm"])
def test_h71_what_a_handler_raises_during_the_request_reaches_the_program(
    vault: TokenVault, server: Server, error: BaseException
) -> None:
    vault.store(PASS, STALE)
    with Handler(signal.SIGTERM, error) as handler:
        server.during = handler.strike
        with pytest.warns(CredentialWarning, match="finishing"), pytest.raises(type(error)) as got:
            vault.access_token(PASS)
    assert got.value is error
    assert vault.access_token(PASS) == "a1"
    assert server.requests == ["r0"]


def test_h71_who_waits_for_the_lock_of_another_is_interrupted_at_once(
    tmp_path: Path, vault: TokenVault, server: Server
) -> None:
    """Nothing has begun that would have to end."""
    vault.store(PASS, STALE)
    asked, go_on = threading.Event(), threading.Event()

    def during() -> None:
        asked.set()
        assert go_on.wait(10)

    server.during = during
    holder = threading.Thread(target=process(tmp_path, server).access_token, args=(PASS,))
    holder.start()
    assert asked.wait(10)

    def ask() -> None:
        threading.Timer(0.1, handler.strike).start()
        vault.access_token(PASS)

    with Handler(signal.SIGINT, KeyboardInterrupt()) as handler, pytest.raises(KeyboardInterrupt):
        ask()
    go_on.set()
    assert vault.access_token(PASS) == "a1"
    holder.join(10)
    assert server.requests == ["r0"]
