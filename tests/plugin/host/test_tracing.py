"""`MP_TRACE_PLUGINS`: each call of a hook is one line on stderr, without a value."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from typing import Any, cast

import pytest

from mp_core.errors import ConfigError, OAuthError, ProviderFailedError
from mp_core.plugin._host.host import Host, host_for
from mp_core.plugin._host.loading import Announced
from mp_core.plugin._host.manager import Manager
from mp_core.plugin._host.tracing import TracingManager
from mp_core.plugin.account import NO_RESOLVER, Account
from mp_core.plugin.hooks import EXTENSIONS, hookimpl
from tests.support.plugin_modules import (
    CANARY,
    CARD,
    TOKENS,
    Slot,
    announce,
    cards,
    extension,
    header,
    host_of,
)

LINE = re.compile(
    r"trace: hook=(?P<hook>mp_\w+)(?: account=(?P<account>\S+) type=(?P<type>\S+))?"
    r" called=(?P<called>\S+) given=(?P<given>\S+) ms=\d+\.\d\d outcome=(?P<outcome>\S+)"
)


class Wrapper:
    """A plugin around the others."""

    @hookimpl(wrapper=True)
    def mp_auth_header(self, account: Account) -> Generator[None, str, str]:
        return (yield)


def traced(*announced: Announced, extensions: list[str] | None = None) -> Host:
    return host_of(*announced, env={"MP_TRACE_PLUGINS": "1"}, extensions=extensions)


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """Returns the calls that were traced, but for those that load a provider."""

    def read() -> list[dict[str, str]]:
        found = [LINE.fullmatch(line) for line in capsys.readouterr().err.splitlines()]
        calls = [each.groupdict() for each in found if each]
        assert len(calls) == len(found)
        return [call for call in calls if call["hook"] != "mp_account_model"]

    return read


def test_a_line_tells_hook_account_plugins_arguments_and_answer(lines: Any) -> None:
    header(traced(cards()), CARD)
    assert lines() == [
        {
            "hook": "mp_auth_header",
            "account": "team",
            "type": "card",
            "called": "provider:card",
            "given": "account:CardAccount,token_resolver:HandedTokens",
            "outcome": "str",
        }
    ]


def test_plugins_are_named_in_the_order_in_which_they_are_called(lines: Any) -> None:
    around = announce("around", Wrapper(), group=EXTENSIONS)
    late = extension("late", mp_auth_header=lambda: None)
    header(traced(cards(), around, late, extensions=["around", "late"]), CARD)
    (call,) = lines()
    assert call["called"] == "extension:around(wrapper),extension:late,provider:card"


def test_whom_the_first_answer_keeps_from_being_called_is_not_named(lines: Any) -> None:
    first = extension("first", mp_load_tokens=lambda: TOKENS)
    host = traced(cards(), first, extensions=["first"])
    host.load_tokens(CARD, Slot())
    (call,) = lines()
    assert (call["called"], call["outcome"]) == ("extension:first", "OAuthTokens")
    traced(cards()).load_tokens(CARD, Slot())
    (call,) = lines()
    assert (call["called"], call["outcome"]) == ("core", "None")


def test_nobody_is_named_where_there_is_nobody(lines: Any) -> None:
    traced(cards()).login(CARD, cast(Any, None))
    (call,) = lines()
    assert (call["called"], call["given"]) == ("-", "account:CardAccount,flow:None")


def test_what_is_raised_is_told_by_its_class_alone_and_passes(lines: Any) -> None:
    def refuse(account: Account) -> str:
        raise OAuthError(f"secret {CANARY}")

    with pytest.raises(OAuthError):
        header(traced(cards(mp_auth_header=refuse)), CARD)
    (call,) = lines()
    assert call["outcome"] == "raised:OAuthError"


def test_h48_a_traced_plugin_that_fails_is_still_the_one_that_is_named() -> None:
    def fail() -> None:
        raise RuntimeError("no")

    host = traced(cards(), extension("bad", mp_validate_account=fail), extensions=["bad"])
    with pytest.raises(ProviderFailedError, match="The plugin bad of acme-bad"):
        host.validate(CARD, "load")


def test_a_call_within_a_call_has_a_line_of_its_own(lines: Any) -> None:
    host = traced(
        cards(mp_auth_header=lambda: str(host.status(CARD, None)), mp_account_status=lambda: "ok")
    )
    assert header(host, CARD) == "ok"
    inner, outer = lines()
    assert (inner["hook"], inner["called"]) == ("mp_account_status", "provider:card")
    assert (outer["hook"], outer["called"]) == ("mp_auth_header", "provider:card")


def test_threads_keep_their_calls_apart(lines: Any) -> None:
    barrier = threading.Barrier(8)
    host = traced(cards(mp_auth_header=lambda: f"Card {barrier.wait(60)}"))
    host.model("card")
    threads = [threading.Thread(target=header, args=(host, CARD)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [call["called"] for call in lines()] == ["provider:card"] * 8


def test_a_name_with_a_line_end_makes_no_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    odd = extension("od\nd", mp_validate_account=lambda: None)
    traced(cards(), odd, extensions=["od\nd"]).validate(CARD, "load")
    last = capsys.readouterr().err.splitlines()[-1]
    assert r"called=extension:od\nd given=" in last


def test_without_the_variable_nothing_follows_a_call(capsys: pytest.CaptureFixture[str]) -> None:
    host = host_of(cards(), env={"MP_TRACE_PLUGINS": "0"})
    header(host, CARD)
    assert capsys.readouterr().err == ""
    assert type(host.loader._manager) is Manager


def test_a_process_has_a_host_for_each_and_one_that_allows_less_is_traced_too() -> None:
    plain, tracing = host_for({}), host_for({"MP_TRACE_PLUGINS": "yes"})
    assert plain is host_for({})
    assert tracing is not plain
    lesser = tracing.of(tracing.plugins._replace(allowed=("card",)))
    assert isinstance(lesser.loader._manager, TracingManager)


def test_another_value_is_refused() -> None:
    with pytest.raises(ConfigError, match="MP_TRACE_PLUGINS is malformed"):
        host_for({"MP_TRACE_PLUGINS": "loud"})


def test_a_closed_stderr_stops_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert traced(cards()).auth_header(CARD, NO_RESOLVER) == "card of team"
