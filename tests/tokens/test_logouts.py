"""A logout while a refresh is under way: the tokens that come late do not bring the login back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mp_core._tokens.vault import TokenVault
from mp_core.errors import OAuthError
from mp_core.plugin.tokens import TOKEN_ERROR
from tests.support.rotating_provider import PASS, STALE, Keyring, Server, process


@contextmanager
def refreshing(root: Path, server: Server) -> Iterator[list[OAuthError]]:
    """Hold a refresh of another process in its request; its errors are known after the block."""
    asked, go_on = threading.Event(), threading.Event()
    failures: list[OAuthError] = []

    def during() -> None:
        asked.set()
        assert go_on.wait(30)

    def refresh() -> None:
        try:
            process(root, server).access_token(PASS)
        except OAuthError as error:
            failures.append(error)

    server.during = during
    process(root, server).store(PASS, STALE)
    thread = threading.Thread(target=refresh)
    thread.start()
    assert asked.wait(10)
    try:
        yield failures
    finally:
        go_on.set()
        thread.join(30)


def hurried(root: Path, server: Server) -> TokenVault:
    return process(root, server, patience_s=2)


@pytest.mark.parametrize("kind", [Server, Keyring])
def test_a_logout_that_cannot_wait_for_a_refresh_is_respected_by_it(
    tmp_path: Path, kind: type[Server]
) -> None:
    server = kind()
    with refreshing(tmp_path, server) as failures:
        assert hurried(tmp_path, server).discard(PASS)
    assert [error.code for error in failures] == [TOKEN_ERROR]
    assert process(tmp_path, server).peek(PASS) is None
    assert server.requests == ["r0"]


def test_a_logout_that_can_wait_deletes_the_new_tokens(tmp_path: Path) -> None:
    server, discarded = Server(), []
    with refreshing(tmp_path, server) as failures:
        logout = threading.Thread(
            target=lambda: discarded.append(process(tmp_path, server).discard(PASS))
        )
        logout.start()
    logout.join(30)
    assert (failures, discarded) == ([], [True])
    assert process(tmp_path, server).peek(PASS) is None


def test_h75_a_logout_waits_for_the_lock_no_longer_than_its_deadline(tmp_path: Path) -> None:
    server = Server()
    with refreshing(tmp_path, server):
        done = threading.Thread(target=hurried(tmp_path, server).discard, args=(PASS,))
        done.start()
        done.join(10)
        assert not done.is_alive()
