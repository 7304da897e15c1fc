"""Plugins for the length of a block: in force at once, and gone at its end, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core.plugin import hookimpl, register, register_extension
from mp_core.plugin.account import Account
from mp_core.testing import ProviderContract, plugins
from tests.support.fake_providers import CardAccount
from tests.support.plugin_modules import CARD, plugin, provider

CARDS = provider(type(CARD))
OTHERS = provider(type(CARD), mp_auth_header=lambda: "another")


class Loud:
    """An extension that wraps every header."""

    @hookimpl(wrapper=True)
    def mp_auth_header(self) -> Iterator[None]:
        header = yield
        return f"{header}!"  # type: ignore[return-value]


def header() -> str:
    """Return the header of a card here and now, or why there is none."""
    try:
        return CARD.auth_header()
    except mp.ProviderError as error:
        return type(error).__name__


NONE = "ProviderNotInstalledError"


def test_plugins_are_in_force_in_the_block_alone() -> None:
    assert header() == NONE
    with plugins({"card": CARDS}, extensions={"loud": Loud()}):
        assert header() == "card of team!"
    assert header() == NONE


def test_all_is_as_before_also_when_the_block_raises() -> None:
    before = Context().bare_host, Context().store, Context().vault
    with suppress(KeyError), plugins({"card": CARDS}):
        assert Context().bare_host is not before[0]
        raise KeyError("of the block")
    assert (Context().bare_host, Context().store, Context().vault) == before
    assert header() == NONE


def test_a_block_inside_another_stands_over_it_and_ends_before_it() -> None:
    with plugins({"card": CARDS}):
        outer = Context().bare_host
        with plugins({"card": OTHERS}, extensions={"loud": Loud()}):
            assert header() == "another!"
        assert Context().bare_host is outer
        assert header() == "card of team"


def test_blocks_of_threads_that_overlap_end_each_with_its_own_plugins() -> None:
    before = Context().bare_host
    first, second = plugins({"card": CARDS}), plugins({}, extensions={"loud": Loud()})
    first.__enter__()
    second.__enter__()
    register_extension("louder", Loud())
    assert header() == "card of team!!"
    first.__exit__(None, None, None)
    assert header() == NONE
    with plugins({"card": OTHERS}):
        assert header() == "another!!"
    second.__exit__(None, None, None)
    assert Context().bare_host is before
    assert header() == NONE


def test_what_is_registered_in_a_block_ends_with_it() -> None:
    with plugins({}):
        register("card", CARDS)
        register_extension("loud", Loud())
        assert header() == "card of team!"
    assert header() == NONE


def test_a_defect_is_told_before_the_block_begins() -> None:
    with (
        pytest.raises(mp.ProviderFailedError),
        plugins({"card": CARDS}, extensions={"empty": plugin()}),
    ):
        pytest.fail("the block began")
    assert header() == NONE


def test_an_account_of_a_block_refuses_after_it_unless_its_plugins_are_back() -> None:
    with plugins({"card": CARDS}, extensions={"loud": Loud()}):
        account = CARD.served_by(Context().bare_host.plugins)
    with plugins({"card": CARDS}), pytest.raises(mp.ProviderNotInstalledError) as caught:
        account.auth_header()
    assert "'loud' was registered in the process where this session was made" in str(caught.value)
    with plugins({"card": CARDS}, extensions={"loud": Loud()}):
        assert account.auth_header() == "card of team!"


def test_threads_see_all_of_a_registration_or_nothing_of_it() -> None:
    stop = threading.Event()

    def look() -> set[str]:
        seen = set()
        while not stop.is_set():
            seen.add(header())
        return seen

    with ThreadPoolExecutor(2) as pool:
        looks = [pool.submit(look) for _ in range(2)]
        try:
            for _ in range(40):
                with plugins({"card": CARDS}, extensions={"loud": Loud()}):
                    header()
        finally:
            stop.set()
        seen = set().union(*(each.result(60) for each in looks))
    assert seen <= {NONE, "card of team!"}


def test_plugins_that_threads_register_at_once_are_all_there() -> None:
    with plugins({"card": CARDS}):
        with ThreadPoolExecutor(4) as pool:
            names = [f"ext{number}" for number in range(12)]
            list(pool.map(lambda name: register_extension(name, Loud()), names, timeout=60))
        assert header() == "card of team" + "!" * len(names)


class Cards:
    """A provider that is an object."""

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return type(CARD)

    @hookimpl
    def mp_auth_header(self, account: CardAccount) -> str:
        return f"Card {account.number.get_secret_value().encode().hex()}"


class TestContract(ProviderContract):
    """The contract of a provider that no distribution announces."""

    @pytest.fixture(autouse=True)
    def _registered(self) -> Iterator[None]:
        with plugins({"card": Cards()}):
            yield

    @pytest.fixture
    def account(self) -> Account:
        return CARD.model_copy(update={"default_project": "1"})
