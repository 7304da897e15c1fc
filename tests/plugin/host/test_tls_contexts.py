"""TLS contexts are kept: for an account as it is, for some minutes, and for these very plugins."""

from __future__ import annotations

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

from mp_core.plugin._host.tls_contexts import LIFETIME_S, TlsContexts
from tests.support.signing_provider import SealAccount

LONG_S = 60
ME = SealAccount(name="me", region="us")


class Clock:
    """Shows what it is set to."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def made() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def test_an_equal_account_has_the_same_one() -> None:
    kept = TlsContexts()
    first = kept.of(ME, 1, made)
    assert kept.of(ME, 1, made) is first
    assert kept.of(ME.model_copy(), 1, made) is first


def test_another_name_field_or_plugin_has_another_one() -> None:
    kept = TlsContexts()
    others = [
        (ME, 1),
        (ME.model_copy(update={"name": "other"}), 1),
        (ME.model_copy(update={"gateway": "https://gw.acme.example"}), 1),
        (ME, 2),
    ]
    assert len({kept.of(account, number, made) for account, number in others}) == len(others)


def test_it_is_asked_for_anew_after_some_minutes() -> None:
    clock = Clock()
    kept = TlsContexts(clock=clock)
    first = kept.of(ME, 1, made)
    clock.now_s = LIFETIME_S - 1
    assert kept.of(ME, 1, made) is first
    clock.now_s = LIFETIME_S + 1
    assert kept.of(ME, 1, made) is not first


def test_none_is_not_kept() -> None:
    kept = TlsContexts()
    assert kept.of(ME, 1, lambda: None) is None
    assert kept.of(ME, 1, made) is not None


def test_an_account_whose_provider_takes_its_time_holds_no_other_one_up() -> None:
    kept, entered, left = TlsContexts(), threading.Event(), threading.Event()

    def slow() -> ssl.SSLContext:
        entered.set()
        left.wait(LONG_S)
        return made()

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(kept.of, ME, 1, slow)
        assert entered.wait(LONG_S)
        second = pool.submit(kept.of, ME, 1, made)
        try:
            other = ME.model_copy(update={"name": "other"})
            assert pool.submit(kept.of, other, 1, made).result(LONG_S / 2)
        finally:
            left.set()
        assert first.result(LONG_S) is second.result(LONG_S)
