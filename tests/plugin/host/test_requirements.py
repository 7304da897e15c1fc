"""Hooks without which a plugin is none."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.implementations import examined
from mp_core.plugin._host.requirements import check_required
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import EXTENSIONS, PROVIDERS, hookimpl
from tests.support.fake_providers import CardAccount
from tests.support.plugin_modules import plugin

Hooks = dict[str, Callable[..., Any]]

MODEL: Hooks = {"mp_account_model": lambda: CardAccount}
HEADER: Hooks = {"mp_auth_header": lambda account: "Card 1"}
SIGNATURE: Hooks = {"mp_authenticate": lambda account, request: {}}


def refusal(group: str, plugin: object, version: str | None = None) -> str:
    with pytest.raises(ConformanceError) as caught:
        check_required(group, plugin, examined(plugin, version))
    return str(caught.value)


@pytest.mark.parametrize("proofs", [HEADER, SIGNATURE, {**HEADER, **SIGNATURE}])
def test_a_provider_needs_a_model_and_one_of_two_ways_to_prove_a_request(
    proofs: Hooks,
) -> None:
    whole = plugin(**{**MODEL, **proofs})
    check_required(PROVIDERS, whole, examined(whole, None))
    modelless = plugin(**proofs)
    assert refusal(PROVIDERS, modelless) == "it does not implement mp_account_model"


def test_a_provider_without_any_proof_is_refused() -> None:
    said = refusal(PROVIDERS, plugin(**MODEL))
    assert said == "it does not implement mp_auth_header, nor mp_authenticate"


@pytest.mark.parametrize("hook", ["mp_account_model", "mp_auth_header"])
def test_h95_a_wrapper_is_no_implementation(hook: str) -> None:
    whole = plugin(**MODEL, **HEADER)

    def around():  # type: ignore[no-untyped-def]
        return (yield)

    setattr(whole, hook, hookimpl(wrapper=True)(around))
    assert f"does not implement {hook}" in refusal(PROVIDERS, whole)


@pytest.mark.parametrize("empty", [plugin(), object(), SimpleNamespace(helper=lambda: None)])
def test_an_extension_without_a_hook_is_refused(empty: object) -> None:
    assert refusal(EXTENSIONS, empty) == "it implements no hook: mark its functions with @hookimpl"


@pytest.mark.parametrize("hook", ["mp_account_model", "mp_endpoint", "mp_tls_context"])
def test_h96_an_extension_that_is_never_asked_is_refused(hook: str) -> None:
    idle = plugin(**{hook: lambda: None})
    said = f"it implements nothing but {hook}, for which extensions are not asked"
    assert refusal(EXTENSIONS, idle) == said
    useful = plugin(**{hook: lambda: None}, mp_record=lambda event: None)
    check_required(EXTENSIONS, useful, examined(useful, None))


def test_h96_a_wrapper_that_stands_around_nothing_is_refused() -> None:
    def around():  # type: ignore[no-untyped-def]
        return (yield)

    idle = plugin()
    idle.mp_authenticate = hookimpl(wrapper=True)(around)  # type: ignore[attr-defined]
    assert "nothing but mp_authenticate, for which" in refusal(EXTENSIONS, idle)


def test_what_was_meant_for_the_missing_hook_is_named() -> None:
    meant = plugin(**MODEL)
    meant.mp_auth_headers = lambda account: "Card 1"  # type: ignore[attr-defined]
    assert refusal(PROVIDERS, meant).endswith(
        "; should mp_auth_headers be mp_auth_header, marked with @hookimpl?"
    )


def test_a_helper_that_is_called_almost_as_a_hook_is_no_mistake_of_a_whole_plugin() -> None:
    whole = plugin(**MODEL, **HEADER)
    whole.mp_auth_headers = lambda account: "Card 1"  # type: ignore[attr-defined]
    check_required(PROVIDERS, whole, examined(whole, None))


def test_an_entry_point_that_leads_to_what_makes_plugins_says_so() -> None:
    class Acme:
        pass

    def make() -> Account | None: ...

    for maker in (Acme, make):
        assert refusal(PROVIDERS, maker).endswith("which is not called")


def test_an_extension_with_a_wrapper_or_a_later_hook_alone_is_one() -> None:
    def around():  # type: ignore[no-untyped-def]
        return (yield)

    wrapping = plugin()
    wrapping.mp_login = hookimpl(wrapper=True)(around)  # type: ignore[attr-defined]
    later = plugin(mp_future=lambda: None)
    check_required(EXTENSIONS, wrapping, examined(wrapping, None))
    check_required(EXTENSIONS, later, examined(later, "1.7"))
