"""The plugin host: its answers are checked, and nothing loads before it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from mp_core.errors import ConfigError, CredentialWarning, ProviderError, ProviderFailedError
from mp_core.plugin._host.host import Host, host_for
from mp_core.plugin._host.loading import Announced
from mp_core.plugin.account import Account
from mp_core.plugin.environment import EnvAccount
from mp_core.plugin.hooks import PROVIDERS
from mp_core.plugin.tokens import OAuthTokens
from tests.support.fake_providers import CardAccount
from tests.support.plugin_modules import (
    CANARY,
    CARD,
    TICKET,
    TOKENS,
    Slot,
    announce,
    cards,
    extension,
    header,
    host_of,
    tickets,
)


def test_the_defaults_keep_tokens_when_nobody_else_does() -> None:
    slot = Slot()
    kept: list[OAuthTokens] = []

    def keep(tokens: OAuthTokens) -> str:
        kept.append(tokens)
        return "the safe"

    host = host_of(cards(), tickets(mp_persist_tokens=keep))
    assert host.persist_tokens(CARD, TOKENS, slot) == "memory"
    assert host.load_tokens(CARD, slot) == TOKENS
    assert host.delete_tokens(CARD, slot) is True
    assert host.delete_tokens(CARD, slot) is False
    assert host.persist_tokens(TICKET, TOKENS, slot) == "the safe"
    assert (slot.tokens, kept) == (None, [TOKENS])


def test_tokens_are_deleted_wherever_they_are() -> None:
    """A store may have been switched on after others had kept some."""
    slot, emptied = Slot(), list[str]()
    slot.save(TOKENS)

    def empty(account: Account) -> bool:
        emptied.append(account.name)
        return False

    on = extension("vaults", mp_delete_tokens=empty)
    host = host_of(cards(mp_delete_tokens=empty), on, extensions=["vaults"])
    assert host.delete_tokens(CARD, slot) is True
    assert (slot.tokens, emptied) == (None, ["team", "team"])
    assert host.delete_tokens(CARD, slot) is False


def test_a_type_can_log_in_and_refresh_exactly_when_its_provider_can() -> None:
    host = host_of(
        cards(mp_login=lambda flow: TOKENS), tickets(mp_refresh_tokens=lambda http: TOKENS)
    )
    assert (host.has_login(CARD), host.can_refresh(CARD)) == (True, False)
    assert (host.has_login(TICKET), host.can_refresh(TICKET)) == (False, True)
    assert host.login(TICKET, None) is None
    assert host.refresh_tokens(CARD, TOKENS, cast(Any, None)) is None


@pytest.mark.parametrize(
    "answer", [None, 42, b"Basic x", "", "two\nlines", "Bearer ä", "\x00", " x", "x "]
)
def test_h48_a_header_that_is_none_is_a_defect_of_the_provider(answer: object) -> None:
    host = host_of(cards(mp_auth_header=lambda account: answer), tickets())
    with pytest.raises(ProviderFailedError, match="mp_auth_header returned no valid header value"):
        header(host, CARD)
    assert header(host, TICKET) == "ticket of door"


def raising(error: type[BaseException]) -> Callable[[], str]:
    def header() -> str:
        raise error

    return header


@pytest.mark.parametrize("error", [RuntimeError, StopIteration, TimeoutError])
def test_h48_whatever_a_hook_raises_is_its_defect(error: type[BaseException]) -> None:
    host = host_of(cards(mp_auth_header=raising(error)), tickets())
    with pytest.raises(ProviderFailedError, match=f"raised {error.__name__}"):
        header(host, CARD)
    assert header(host, TICKET) == "ticket of door"


@pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit, SystemExit, BaseException])
def test_h71_what_is_no_exception_passes_through_a_hook(error: type[BaseException]) -> None:
    host = host_of(cards(mp_auth_header=raising(error)))
    with pytest.raises(error):
        header(host, CARD)


@pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit])
def test_what_ends_the_caller_passes_through_the_loading_of_a_plugin(
    error: type[BaseException],
) -> None:
    host = host_of(announce("ticket", error()))
    with pytest.raises(error):
        header(host, TICKET)


@pytest.mark.parametrize("answer", [{"access_token": "x"}, "x", 1])
def test_h48_tokens_that_are_none_are_a_defect_of_the_provider(answer: object) -> None:
    hooks = dict.fromkeys(["mp_login", "mp_refresh_tokens", "mp_load_tokens"], lambda: answer)
    host = host_of(cards(**hooks))
    calls: dict[str, Callable[[], object]] = {
        "mp_login": lambda: host.login(CARD, None),
        "mp_refresh_tokens": lambda: host.refresh_tokens(CARD, TOKENS, cast(Any, None)),
        "mp_load_tokens": lambda: host.load_tokens(CARD, Slot()),
    }
    for hook, call in calls.items():
        with pytest.raises(ProviderFailedError, match=f"{hook} returned something else"):
            call()


@pytest.mark.parametrize("answer", ["fine", "provider_missing", 1, True])
def test_h48_a_status_that_does_not_exist_is_a_defect_of_the_provider(answer: object) -> None:
    host = host_of(cards(mp_account_status=lambda account: answer))
    with pytest.raises(ProviderFailedError, match="mp_account_status returned none of"):
        host.status(CARD, None)


@pytest.mark.parametrize("answer", [None, "ok", "needs_login", "needs_token", "untested"])
def test_a_status_that_exists_is_handed_on(answer: str | None) -> None:
    assert host_of(cards(mp_account_status=lambda account: answer)).status(CARD, None) == answer


def test_a_revocation_that_fails_is_an_answer_when_it_is_only_tried() -> None:
    def broken() -> bool:
        raise OSError("no network")

    host = host_of(cards(mp_revoke_tokens=broken))
    assert host.try_revoke(CARD, TOKENS, cast(Any, None)) is False
    with pytest.raises(ProviderFailedError):
        host.revoke_tokens(CARD, TOKENS, cast(Any, None))


def report(rank: int, account: Account) -> Callable[..., EnvAccount]:
    return lambda env: EnvAccount(rank=rank, variables=("X",), account=account)


def test_identities_of_the_environment_come_by_rank_and_not_by_type() -> None:
    found = host_of(
        cards(mp_account_from_env=report(20, CARD)), tickets(mp_account_from_env=report(10, TICKET))
    ).accounts_from_env({})
    assert [identity.account for identity in found] == [TICKET, CARD]


def test_providers_without_the_hook_or_without_a_trace_report_nothing() -> None:
    host = host_of(cards(), tickets(mp_account_from_env=lambda env: None))
    assert host.accounts_from_env({"X": "1"}) == []


def test_h48_a_provider_that_does_not_load_finds_nothing_and_stays_on_record() -> None:
    broken = announce("card", ImportError("gone"))
    host = host_of(broken, tickets(mp_account_from_env=report(10, TICKET)))
    assert [identity.account for identity in host.accounts_from_env({})] == [TICKET]
    trial = host.loader.trial(PROVIDERS, "card")
    assert trial is not None
    assert trial.failure is not None
    assert trial.failure.cause.startswith("ImportError: gone (support/plugin_modules.py, line ")


@pytest.mark.parametrize("defect", ["raises", "returns junk"])
def test_h48_h39_a_provider_that_fails_on_the_environment_is_skipped_with_a_warning(
    defect: str,
) -> None:
    def broken(env: Mapping[str, str]) -> Any:
        if defect == "raises":
            raise ValueError(env["CARD_NUMBER"])
        return env

    host = host_of(
        cards(mp_account_from_env=broken), tickets(mp_account_from_env=report(10, TICKET))
    )
    with pytest.warns(CredentialWarning, match=r"acme-card 1\.2.* mp_account_from_env ") as caught:
        found = host.accounts_from_env({"CARD_NUMBER": CANARY})
    assert [identity.account for identity in found] == [TICKET]
    assert "canary" not in str(caught[0].message)


def test_what_a_provider_refuses_of_the_environment_is_raised() -> None:
    def refuse(env: Mapping[str, str]) -> None:
        raise ConfigError("CARD_NUMBER is malformed")

    with pytest.raises(ConfigError, match="CARD_NUMBER is malformed"):
        host_of(cards(mp_account_from_env=refuse)).accounts_from_env({})


def test_h52_nothing_is_scanned_before_the_first_question() -> None:
    scans: list[int] = []

    def scan() -> Announced:
        scans.append(1)
        return cards()

    host = Host({}, scan=scan).with_extensions(["policy"])
    assert scans == []
    assert host.types() == ["card"]
    assert scans


def test_h52_a_provider_is_loaded_when_its_own_type_is_needed_and_once() -> None:
    announced = [cards(), tickets(), announce("slow", AssertionError("imported"))]
    points = {k[1]: cast(Any, v[0].entry_point) for one in announced for k, v in one.items()}
    host = host_of(*announced)
    assert host.types() == ["card", "slow", "ticket"]
    assert str(host.loader.announced(PROVIDERS, "card")) == "acme-card 1.2"
    assert [point.loads for point in points.values()] == [0, 0, 0]
    for _ in range(3):
        assert header(host, CARD) == "card of team"
        assert host.model("card") is CardAccount
    assert {name: point.loads for name, point in points.items()} == {
        "card": 1,
        "ticket": 0,
        "slow": 0,
    }


def test_a_provider_that_failed_is_not_tried_again() -> None:
    announced = announce("card", ImportError("gone"))
    host = host_of(announced)
    for _ in range(3):
        with pytest.raises(ProviderFailedError, match="ImportError: gone"):
            host.model("card")
    assert cast(Any, announced[PROVIDERS, "card"][0].entry_point).loads == 1


@pytest.mark.parametrize(
    ("value", "types"),
    [
        (None, ["card", "ticket"]),
        ("", []),
        (",", []),
        ("ticket", ["ticket"]),
        (" card ,x", ["card"]),
    ],
)
def test_h53_mp_plugins_names_the_plugins_that_may_load(
    value: str | None, types: list[str]
) -> None:
    host = host_of(cards(), tickets(), env={} if value is None else {"MP_PLUGINS": value})
    assert host.types() == types
    assert [env.account for env in host.accounts_from_env({})] == []
    for type_ in {"card", "ticket"}.difference(types):
        with pytest.raises(ProviderError, match="not allowed by MP_PLUGINS") as caught:
            host.model(type_)
        assert f"Add {type_} to MP_PLUGINS" in (caught.value.hint or "")


def test_environments_that_allow_the_same_share_one_host() -> None:
    assert host_for({}) is host_for({"PATH": "/bin"})
    assert host_for({"MP_PLUGINS": ""}) is host_for({"MP_PLUGINS": "", "X": "1"})
    assert host_for({}) is not host_for({"MP_PLUGINS": ""})


def test_h09_many_threads_load_a_provider_once() -> None:
    announced = cards()
    host = host_of(announced)
    barrier = threading.Barrier(16)
    headers: list[str] = []

    def ask() -> None:
        barrier.wait(60)
        headers.append(header(host, CARD))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert headers == ["card of team"] * 16
    assert cast(Any, announced[PROVIDERS, "card"][0].entry_point).loads == 1
