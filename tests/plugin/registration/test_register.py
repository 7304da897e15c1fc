"""Plugins that code registers: in force at once, everywhere in the process, or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mp_core as mp
from mp_core._runtime.context import Context
from mp_core._runtime.inventory import Plugins
from mp_core.plugin import hookimpl, register, register_extension
from mp_core.plugin.account import Account
from mp_core.testing import plugins
from tests.support.fake_providers import BADGE_BLOCK, Badge, badge
from tests.support.home_files import write_config
from tests.support.plugin_modules import CARD, plugin, provider
from tests.support.site_directory import Site

BASIC = "Basic YW5uOmZha2Utc2VjcmV0LWFubg=="
CONFIG = f"""
[accounts.team]
type = "badge"
region = "us"
default_project = "1"
username = "ann"
secret = "{BADGE_BLOCK["secret"]}"
[active]
account = "team"
"""


@pytest.fixture(autouse=True)
def _unregistered(home: Path) -> Iterator[None]:
    """Take back what a test registers."""
    with plugins({}):
        yield


class Loud:
    """An extension that wraps every header."""

    @hookimpl(wrapper=True)
    def mp_auth_header(self) -> Iterator[None]:
        header = yield
        return f"{header}!"  # type: ignore[return-value]


class Quiet(Loud):
    """Another one."""

    @hookimpl(wrapper=True)
    def mp_auth_header(self) -> Iterator[None]:
        header = yield
        return f"{header}."  # type: ignore[return-value]


class Closed:
    """A policy that lets nobody in."""

    @hookimpl
    def mp_validate_account(self, account: Account, stage: str) -> None:
        raise mp.ConfigError(f"{account.name} stays out ({stage}).")


# Providers.


def test_a_provider_serves_its_type_at_once() -> None:
    with pytest.raises(mp.ProviderNotInstalledError):
        CARD.auth_header()
    register("card", provider(type(CARD)))
    assert CARD.auth_header() == "card of team"


def test_it_serves_configured_accounts_and_answers_to_its_class_name(home: Path) -> None:
    write_config(home, CONFIG)
    register("badge", Badge())
    assert mp.Workspace().session.auth_header() == BASIC
    assert mp.BadgeAccount is type(badge())


DEFECTS = {
    "no hook": object(),
    "another type": provider(type(badge())),
    "no header": plugin(mp_account_model=lambda: type(CARD)),
    "a version of another contract": provider(type(CARD)),
}
DEFECTS["a version of another contract"].MP_CONTRACT = "0.9"  # type: ignore[attr-defined]


@pytest.mark.parametrize("defective", DEFECTS.values(), ids=DEFECTS)
def test_one_with_a_defect_is_refused_at_once_and_not_registered(defective: object) -> None:
    before = Context().bare_host
    with pytest.raises(mp.ProviderFailedError) as caught:
        register("card", defective)
    assert "card accounts, registered in this process, could not be loaded" in str(caught.value)
    assert caught.value.hint == "Correct it, and register it again, with replace=True."
    assert Context().bare_host is before
    with pytest.raises(mp.ProviderNotInstalledError):
        CARD.auth_header()


def test_one_with_a_defect_leaves_the_one_that_it_should_have_replaced() -> None:
    register("card", provider(type(CARD)))
    with pytest.raises(mp.ProviderFailedError):
        register("card", object(), replace=True)
    assert CARD.auth_header() == "card of team"


def test_a_type_that_is_there_is_replaced_on_request_alone() -> None:
    register("card", provider(type(CARD)))
    other = provider(type(CARD), mp_auth_header=lambda: "another")
    with pytest.raises(mp.ProviderConflictError, match="'card' is there already") as caught:
        register("card", other)
    assert "register('card', …, replace=True)" in str(caught.value.hint)
    assert CARD.auth_header() == "card of team"
    register("card", other, replace=True)
    assert CARD.auth_header() == "another"


def test_one_module_cannot_be_two_plugins_and_the_first_stays() -> None:
    both = provider(type(CARD), mp_auth_header=lambda: "both")
    register("card", both)
    with pytest.raises(
        mp.ProviderFailedError, match="same module or object as the provider 'card'"
    ):
        register_extension("card", both)
    assert CARD.auth_header() == "both"


def test_a_failure_of_its_hook_is_told_as_that_of_what_was_registered() -> None:
    register("card", provider(type(CARD), mp_auth_header=lambda: 1 / 0))
    with pytest.raises(mp.ProviderFailedError) as caught:
        CARD.auth_header()
    assert "The plugin card, registered in this process, which serves card" in str(caught.value)
    assert "install" not in str(caught.value.hint)


def test_an_allow_list_is_about_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MP_PLUGINS", "")
    register("card", provider(type(CARD)))
    register_extension("loud", Loud())
    assert CARD.auth_header() == "card of team!"


INSTALLED = """
import mp_core as mp
from mp_core.plugin import register
import acme_desks_providers_desk as desk

class Mine:
    mp_account_model = staticmethod(desk.mp_account_model)
    @mp.plugin.hookimpl
    def mp_auth_header(self):
        return "Mine 1"

account = desk.FakeAccount(name="desk", region="eu")
try:
    register("desk", Mine())
except mp.ProviderConflictError as error:
    print(error)
print(account.auth_header())
register("desk", Mine(), replace=True)
print(account.auth_header())
"""


def test_an_installed_provider_is_replaced_on_request_alone(tmp_path: Path) -> None:
    from tests.support.provider_texts import provider_text

    site = Site(tmp_path)
    site.install("acme-desks", providers={"desk": provider_text("desk")})
    done = site.run("import mp_core.plugin\n" + INSTALLED)
    assert done.stdout.splitlines() == [
        "Account type 'desk' is there already: acme-desks 1.0.",
        "Card 1",
        "Mine 1",
    ], done.stderr


# Extensions.


def test_an_extension_is_on_for_every_configuration_and_for_what_was_made_before(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(home, CONFIG)
    other = write_config(home / "other", CONFIG + "[settings]\nextensions = []\n")
    register("badge", Badge())
    before = mp.Workspace()
    auth = mp.SessionAuth(before.session)
    assert auth.header() == BASIC
    register_extension("loud", Loud())
    assert auth.header() == f"{BASIC}!"
    assert before.session.auth_header() == f"{BASIC}!"
    monkeypatch.setenv("MP_CONFIG_PATH", str(other))
    assert mp.Workspace().session.auth_header() == f"{BASIC}!"


def test_h96_a_policy_is_asked_about_accounts_that_were_read_before(home: Path) -> None:
    write_config(home, CONFIG)
    register("badge", Badge())
    assert mp.Workspace().session.account.name == "team"
    register_extension("closed", Closed())
    with pytest.raises(mp.ConfigError, match=r"team stays out \(load\)"):
        mp.Workspace()


def test_an_extension_that_is_there_is_replaced_on_request_alone() -> None:
    register_extension("loud", Loud())
    with pytest.raises(mp.ProviderConflictError, match="Extension 'loud' is there already"):
        register_extension("loud", Quiet())
    register_extension("loud", Quiet(), replace=True)
    register("card", provider(type(CARD)))
    assert CARD.auth_header() == "card of team."


def test_one_that_is_required_may_be_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MP_REQUIRE_EXTENSIONS", "loud")
    register("card", provider(type(CARD)))
    with pytest.raises(mp.ProviderNotInstalledError, match="MP_REQUIRE_EXTENSIONS names it"):
        CARD.auth_header()
    register_extension("loud", Loud())
    assert CARD.auth_header() == "card of team!"


def test_what_is_registered_is_listed_as_such(home: Path) -> None:
    write_config(home, CONFIG)
    register("badge", Badge())
    register_extension("loud", Loud())
    rows = {row.name: row for row in Plugins().list(load=True)}
    for name in ("badge", "loud"):
        assert rows[name].status == "available"
        assert rows[name].distribution is None
    assert rows["badge"].accounts == ("team",)


def test_a_notebook_that_has_imported_the_core_alone_can_register() -> None:
    code = "import mp_core as mp; print(mp.plugin.register.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "register\n"
