"""Loading plugins: lazily, each in its own try, and never one at another's expense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType, SimpleNamespace

import pytest

from mp_core.errors import CredentialWarning, ProviderFailedError
from mp_core.plugin._host.loading import Loader
from mp_core.plugin.hooks import CONTRACT, EXTENSIONS, PROVIDERS, hookimpl
from tests.support.fake_providers import CardAccount
from tests.support.plugin_modules import announce, provider


class Equal:
    """An extension that is as good as any other of its class."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal)

    def __hash__(self) -> int:
        return 1

    @hookimpl
    def mp_record(self) -> None: ...


def loader(plugins: Mapping[str, object]) -> Loader:
    found = {key: each for name in plugins for key, each in announce(name, plugins[name]).items()}
    return Loader(object(), None, scan=lambda: found)


def cards() -> ModuleType:
    return provider(CardAccount, mp_auth_header=lambda account: "Card 1")


@pytest.mark.parametrize("odd", [None, 3, "text", object(), [], SimpleNamespace(mp_x=1), Loader])
def test_h48_an_object_that_is_no_plugin_fails_alone(odd: object) -> None:
    host = loader({"odd": odd, "card": cards()})
    with pytest.raises(ProviderFailedError, match="acme-odd 1"):
        host.plugin(PROVIDERS, "odd")
    assert host.plugin(PROVIDERS, "card")
    assert host.caller("mp_auth_header", "card", [])(account=None, token_resolver=None) == "Card 1"


def test_h48_a_plugin_object_that_cannot_be_hashed_fails_alone() -> None:
    """It would break every other type's calls, since pluggy keeps plugins in sets."""
    hooks = vars(cards()).items()
    unhashable = SimpleNamespace(**{name: hook for name, hook in hooks if name[:3] == "mp_"})
    host = loader({"card": unhashable, "odd": cards()})
    with pytest.raises(ProviderFailedError, match="unhashable"):
        host.plugin(PROVIDERS, "card")


@pytest.mark.parametrize("other", [lambda plugin: plugin, lambda plugin: Equal()])
def test_one_object_is_one_plugin_and_the_error_says_which(
    other: Callable[[object], object],
) -> None:
    first = Equal()
    found = {
        **announce("first", first, group=EXTENSIONS),
        **announce("second", other(first), group=EXTENSIONS),
    }
    host = Loader(object(), None, scan=lambda: found)
    host.plugin(EXTENSIONS, "first")
    with pytest.raises(ProviderFailedError, match="as the extension 'first', or equal to it"):
        host.plugin(EXTENSIONS, "second")


def test_a_loaded_plugin_is_the_object_that_was_announced() -> None:
    plugin = cards()
    host = loader({"card": plugin})
    assert host.plugin(PROVIDERS, "card") is plugin
    assert host.models == {"card": CardAccount}
    trial = host.trial(PROVIDERS, "card")
    assert trial is not None
    assert (trial.failure, trial.contract) == (None, None)


def test_a_plugin_for_a_newer_minor_version_is_used_and_warned_of_once() -> None:
    major, minor = CONTRACT.split(".")
    newer = f"{major}.{int(minor) + 1}"
    plugin = cards()
    plugin.MP_CONTRACT = newer  # type: ignore[attr-defined]
    host = loader({"card": plugin})
    with pytest.warns(CredentialWarning, match=f"written for version {newer}") as caught:
        assert [host.plugin(PROVIDERS, "card") for _ in range(3)] == [plugin] * 3
    assert len(caught) == 1
    trial = host.trial(PROVIDERS, "card")
    assert trial is not None
    assert trial.contract == newer


@pytest.mark.parametrize("group", [PROVIDERS, EXTENSIONS])
def test_a_plugin_for_a_newer_minor_version_loses_the_hooks_that_nobody_here_knows(
    group: str,
) -> None:
    """With one warning that names them, and what to update."""
    plugin = cards()
    vars(plugin).update(
        MP_CONTRACT="1.7", mp_b=hookimpl(lambda: None), mp_a=hookimpl(lambda odd: None)
    )
    host = Loader(object(), None, scan=lambda: announce("card", plugin, group=group))
    with pytest.warns(CredentialWarning) as caught:
        assert [host.plugin(group, "card") for _ in range(3)] == [plugin] * 3
    assert [str(warning.message).partition(" Update")[0] for warning in caught] == [
        "The plugin card of acme-card 1.2 works without its mp_a and mp_b: it was written for"
        f" version 1.7 of the plugin contract, and this mp-core speaks version {CONTRACT}."
    ]
    assert "install --upgrade mp-core" in str(caught[0].message)
    trial = host.trial(group, "card")
    assert trial is not None
    assert trial.dropped == ("mp_a", "mp_b")
    serving = host.caller("mp_auth_header", "card", ["card"])
    assert serving(account=None, token_resolver=None) in ("Card 1", ["Card 1"])


@pytest.mark.parametrize("group", [PROVIDERS, EXTENSIONS])
@pytest.mark.parametrize("version", [None, "1.0", CONTRACT])
def test_a_hook_that_nobody_knows_is_a_mistake_in_a_plugin_for_this_version(
    version: str | None, group: str
) -> None:
    plugin = cards()
    vars(plugin).update(MP_CONTRACT=version, mp_future=hookimpl(lambda: None))
    host = Loader(object(), None, scan=lambda: announce("card", plugin, group=group))
    with pytest.raises(ProviderFailedError, match="implements mp_future, and there is no such"):
        host.plugin(group, "card")


@pytest.mark.parametrize("group", [PROVIDERS, EXTENSIONS])
def test_a_parameter_that_only_a_newer_version_gives_is_refused_with_what_to_update(
    group: str,
) -> None:
    plugin = cards()
    vars(plugin).update(MP_CONTRACT="1.7", mp_login=hookimpl(lambda account, scopes: None))
    host = Loader(object(), None, scan=lambda: announce("card", plugin, group=group))
    with pytest.raises(ProviderFailedError) as caught:
        host.plugin(group, "card")
    assert (
        "its mp_login has a parameter scopes, which the hook does not have: it was written for"
        f" version 1.7 of the plugin contract, and this mp-core speaks version {CONTRACT}"
    ) in str(caught.value)
    assert (caught.value.hint or "").startswith("Update mp-core: ")


def test_a_warning_that_is_raised_costs_no_plugin() -> None:
    """As `python -W error` does."""
    plugin = cards()
    plugin.MP_CONTRACT = f"{CONTRACT.partition('.')[0]}.99"  # type: ignore[attr-defined]
    host = loader({"card": plugin})
    with pytest.raises(CredentialWarning):
        host.plugin(PROVIDERS, "card")
    assert host.plugin(PROVIDERS, "card") is plugin


def test_a_plugin_for_another_major_version_stays_on_record_with_its_version() -> None:
    plugin = cards()
    plugin.MP_CONTRACT = "99.0"  # type: ignore[attr-defined]
    host = loader({"card": plugin})
    with pytest.raises(
        ProviderFailedError, match=r"could not be loaded: .* version 99\.0"
    ) as caught:
        host.plugin(PROVIDERS, "card")
    assert "pip install --upgrade mp-core" in (caught.value.hint or "")
    trial = host.trial(PROVIDERS, "card")
    assert trial is not None
    assert (trial.contract, trial.failure is None) == ("99.0", False)
