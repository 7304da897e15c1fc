"""Hooks that would never be called, or not as their author means, are errors at load."""

from __future__ import annotations

import functools
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mp_core.errors import ProviderFailedError
from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.implementations import examined
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import EXTENSIONS, hookimpl
from tests.support.fake_providers import CardAccount
from tests.support.plugin_modules import CARD, announce, cards, header, host_of, plugin

HERE = r" \(host/test_implementations\.py, line \d+\)"
OLD = ("1.0", None, "1.1")


def module(**contents: object) -> ModuleType:
    """A module in which these things stand as they are."""
    made = ModuleType("a_plugin")
    vars(made).update(contents)
    return made


def refusal(plugin: object, version: str | None = None) -> str:
    with pytest.raises(ConformanceError) as caught:
        examined(plugin, version)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def check(account: Account, stage: str) -> None: ...


async def later(account: Account) -> None: ...


async def streaming(account: Account) -> AsyncIterator[str]:
    yield "never"


def yielding(account: Account) -> Iterator[None]:
    yield None


class Policy:
    @hookimpl
    def mp_validate_account(self, account: Account) -> None: ...


class Settled:
    """A class whose hooks need no object."""

    @staticmethod
    @hookimpl
    def mp_account_status() -> str:
        return "ok"

    @classmethod
    @hookimpl
    def mp_validate_account(cls, account: Account) -> None: ...


# Markers.


@pytest.mark.parametrize("version", OLD)
def test_h96_a_function_with_a_hooks_name_and_no_marker_is_refused(version: str | None) -> None:
    said = refusal(module(mp_validate_account=check), version)
    assert said.startswith(
        "its mp_validate_account bears a hook's name, and not its marker: mark it with @hookimpl"
        " (host/test_implementations.py, line "
    )


def test_h96_a_method_with_a_hooks_name_and_no_marker_is_refused() -> None:
    class Careless(Policy):
        def mp_validate_account(self, account: Account) -> None: ...

        @hookimpl
        def mp_account_status(self) -> None: ...

    assert "its mp_validate_account bears a hook's name" in refusal(Careless())


def test_a_marker_above_another_decorator_counts_or_is_told() -> None:
    """Which of the two depends on the version of pluggy."""

    class Covered:
        mp_account_status = hookimpl(staticmethod(lambda: "ok"))

    def outcome() -> str:
        try:
            return str(sorted(examined(Covered(), None).hooks))
        except ConformanceError as error:
            return str(error)

    told = "its mp_account_status bears the marker in the wrong place: put @hookimpl below the"
    assert outcome().startswith(("['mp_account_status']", told))


@pytest.mark.parametrize(
    "value",
    [functools.partial(check), Policy, "https://gateway.acme.example", lambda: None],
    ids=["partial", "class", "text", "lambda"],
)
def test_whatever_bears_a_hooks_name_and_is_no_hook_is_refused(value: object) -> None:
    assert "mp_endpoint bears a hook's name" in refusal(module(mp_endpoint=value))


@pytest.mark.parametrize("value", [None, sys], ids=["None", "module"])
def test_a_hook_that_is_switched_off_and_a_module_of_its_name_are_no_mistakes(
    value: object,
) -> None:
    assert examined(module(mp_endpoint=value), None).hooks == frozenset()


def test_what_is_a_hook_only_in_a_later_version_may_stand_in_a_plugin_of_an_earlier_one() -> None:
    kept = module(mp_record=check, mp_account_status=hookimpl(lambda: None))
    assert examined(kept, "1.0").hooks == {"mp_account_status"}
    assert "mp_record bears" in refusal(kept, "1.1")


# Names.


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mp_authheader", "mp_auth_header"),
        ("mp_auth_headers", "mp_auth_header"),
        ("auth_header", "mp_auth_header"),
        ("mp_validate_acount", "mp_validate_account"),
        ("mp_recrod", "mp_record"),
    ],
)
def test_a_marked_function_of_no_hooks_name_is_refused_with_the_likeliest(
    name: str, meant: str
) -> None:
    said = refusal(plugin(**{name: lambda: None}))
    assert said.startswith(f"it implements {name}, and there is no such hook: did you mean {meant}")


def test_a_name_like_no_other_is_refused_without_a_guess() -> None:
    said = refusal(plugin(mp_xyz=lambda: None))
    assert said.startswith("it implements mp_xyz, and there is no such hook (host/")


def test_a_hook_may_be_named_by_its_marker() -> None:
    found = examined(module(whoever=hookimpl(specname="mp_account_status")(lambda: "ok")), None)
    assert found.hooks == {"mp_account_status"}
    wrong = module(whoever=hookimpl(specname="mp_acount_status")(lambda: "ok"))
    assert "did you mean mp_account_status?" in refusal(wrong)


def test_what_its_author_calls_optional_may_be_missing_here() -> None:
    found = examined(module(mp_future=hookimpl(optionalhook=True)(lambda: None)), None)
    assert found == (frozenset(), frozenset(), ())


# Parameters.


@pytest.mark.parametrize("version", OLD)
def test_a_parameter_that_the_hook_does_not_have_is_refused_with_the_likeliest(
    version: str | None,
) -> None:
    def mp_auth_header(account: Account, tokenresolver: object) -> str:
        return ""

    said = refusal(plugin(mp_auth_header=mp_auth_header), version)
    assert said.startswith(
        "its mp_auth_header has a parameter tokenresolver, which the hook does not have: did you"
        " mean token_resolver? it has account, token_resolver (host/test_implementations.py, line "
    )


@pytest.mark.parametrize(
    ("hook", "function", "there"),
    [
        ("mp_account_model", lambda account: None, "it has none"),
        ("mp_record", lambda event, when: None, "it has event"),
        ("mp_login", lambda account, window: None, "it has account, flow"),
    ],
)
def test_a_parameter_like_no_other_is_refused_with_those_there_are(
    hook: str, function: Callable[..., Any], there: str
) -> None:
    assert there in refusal(plugin(**{hook: function}))


def test_a_parameter_by_keyword_alone_is_refused() -> None:
    def mp_login(*, account: Account) -> None: ...

    assert "takes account by keyword alone" in refusal(plugin(mp_login=mp_login))


def test_parameters_with_defaults_and_stars_are_the_authors_own() -> None:
    def mp_login(account: Account, *more: int, cache: object = None, **rest: int) -> None: ...

    assert examined(plugin(mp_login=mp_login), None).hooks == {"mp_login"}


# Kinds.


@pytest.mark.parametrize("function", [later, streaming])
def test_h96_an_asynchronous_hook_is_refused(function: Callable[..., Any]) -> None:
    said = refusal(plugin(mp_validate_account=function))
    assert said.startswith("its mp_validate_account is asynchronous")
    assert "write def instead of async def" in said


def test_h96_a_generator_is_refused_that_is_no_wrapper() -> None:
    said = refusal(plugin(mp_validate_account=yielding))
    assert "its mp_validate_account yields: return the answer, or mark it with" in said
    marked = module(mp_validate_account=hookimpl(wrapper=True)(yielding))
    assert examined(marked, None).wrapped == {"mp_validate_account"}


def test_a_wrapper_that_does_not_yield_is_refused() -> None:
    flat = hookimpl(wrapper=True)(lambda account: None)
    said = refusal(module(mp_validate_account=flat))
    assert said.startswith("its mp_validate_account is marked as a wrapper, and does not yield")


def test_a_class_whose_hooks_need_an_object_is_refused_and_its_object_is_not() -> None:
    said = refusal(Policy)
    assert said == (
        "it is the class Policy, whose mp_validate_account needs an object: announce one instead,"
        " as plugin = Policy() makes it"
    )
    assert examined(Policy(), None).hooks == {"mp_validate_account"}


def test_a_class_and_an_object_may_have_hooks_that_need_no_object() -> None:
    for plugin_ in (Settled, Settled()):
        assert examined(plugin_, None).hooks == {"mp_account_status", "mp_validate_account"}


def test_an_object_may_hold_functions() -> None:
    assert examined(SimpleNamespace(mp_account_status=hookimpl(lambda: "ok")), None).hooks


# What such a mistake costs.


def test_h96_an_extension_with_such_a_mistake_makes_every_call_refuse() -> None:
    broken = announce("p", module(mp_validate_account=check), group=EXTENSIONS)
    host = host_of(cards(), broken, extensions=["p"])
    for call in (
        lambda: header(host, CARD),
        lambda: host.validate(CARD, "load"),
        lambda: host.accounts_from_env({}),
        lambda: host.has_login(CARD),
    ):
        with pytest.raises(ProviderFailedError) as caught:
            call()
        assert str(caught.value).startswith(
            "The extension 'p', acme-p 1.2, could not be loaded: its mp_validate_account bears"
        )


def test_h48_a_provider_with_such_a_mistake_costs_its_own_accounts() -> None:
    typed = cards(mp_auth_headr=lambda account: "Card 1")
    with pytest.raises(ProviderFailedError, match="did you mean mp_auth_header"):
        host_of(typed).model("card")
    assert host_of(cards()).model("card") is CardAccount
