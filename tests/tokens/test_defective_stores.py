"""Stores of plugins that hang or break just when they are given tokens that a refresh bought."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from mp_core.plugin.tokens import OAuthTokens
from tests.support.rotating_provider import PASS, STALE, Keyring, process

LONG_S = 60


class PanicError(BaseException):
    """What a library in Rust raises that panics: no `Exception`."""


@dataclass(eq=False)
class Defective(Keyring):
    """A store that does something else first."""

    first: Callable[[], object] = lambda: None
    entered: threading.Event = field(default_factory=threading.Event)

    @hookimpl
    def mp_persist_tokens(self, account: Account, tokens: OAuthTokens) -> str:
        self.entered.set()
        self.first()
        self.kept[account.name] = tokens
        return "the keyring"


def test_h03_tokens_whose_store_hangs_serve_from_memory(tmp_path: Path) -> None:
    left = threading.Event()
    store = Defective()
    vault = process(tmp_path, store, patience_s=1)
    vault.store(PASS, STALE)
    store.first = lambda: left.wait(LONG_S)
    try:
        assert vault.access_token(PASS) == "a1"
        assert vault.access_token(PASS) == "a1"
    finally:
        left.set()
    assert store.requests == ["r0"]


@pytest.mark.parametrize("error", [PanicError, SystemExit, KeyboardInterrupt])
def test_h03_tokens_whose_store_breaks_serve_from_memory_and_are_saved_later(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def break_() -> None:
        raise error

    store = Defective()
    vault = process(tmp_path, store)
    vault.store(PASS, STALE)
    store.first = break_
    with pytest.raises(error):
        vault.access_token(PASS)
    store.first = lambda: None
    assert vault.access_token(PASS) == "a1"
    assert vault.access_token(PASS, rejected="a1") == "a2"
    assert store.requests == ["r0", "r1"]
    assert process(tmp_path, store).access_token(PASS) == "a2"
