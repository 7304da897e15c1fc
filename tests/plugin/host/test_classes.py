"""`from mp_core import SomeAccount`: found by name, or told what to install."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import mp_core
from mp_core import ProviderFailedError, ProviderNotInstalledError
from mp_core.plugin._host.classes import account_class
from mp_core.plugin.account import Account

CLASSES = {
    "ServiceAccount": "service_account",
    "OAuthTokenAccount": "oauth_token",
    "OAuthBrowserAccount": "oauth_browser",
}


def run(code: str, **env: str) -> str:
    """Run Python in a fresh process and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.providers
@pytest.mark.parametrize(("name", "type_"), CLASSES.items())
def test_a_class_is_found_by_its_name(name: str, type_: str) -> None:
    found = account_class(name)
    assert (found.__name__, found.model_fields["type"].default) == (name, type_)
    assert issubclass(found, Account)
    assert getattr(mp_core, name) is found


@pytest.mark.providers
@pytest.mark.parametrize(("name", "type_"), CLASSES.items())
def test_importing_a_class_imports_no_other_provider(name: str, type_: str) -> None:
    code = f"import sys; from mp_core import {name}; print(*sys.modules)"
    loaded = {module for module in run(code).split() if module.startswith("mp_")}
    providers = {f"mp_{other}" for other in CLASSES.values()}
    assert loaded & providers == {f"mp_{type_}"}


IMPORT = """
try:
    from mp_core import {name}
except ImportError as error:
    print(type(error).__name__, error, error.hint)
"""


def test_h84_a_class_of_no_provider_asks_for_what_provides_it_under_no_made_up_name() -> None:
    told = run(IMPORT.format(name="AcmeSsoAccount"))
    assert told.startswith("ProviderNotInstalledError AcmeSsoAccount is not available")
    assert "Install the distribution that provides AcmeSsoAccount" in told
    assert "mp-" not in told
    assert "pip" not in told


HIDING = """
import importlib_metadata
finder = importlib_metadata.MetadataPathFinder
find, providers = finder().find_distributions, ("mp_service", "mp_oauth")
is_shown = lambda found: not found._path.name.startswith(providers)
finder.find_distributions = staticmethod(lambda context: filter(is_shown, find(context)))
"""


@pytest.mark.parametrize(("name", "type_"), CLASSES.items())
def test_h54_a_first_class_provider_that_is_missing_is_named_by_its_distribution(
    name: str, type_: str
) -> None:
    """Without its metadata a provider is not installed, wherever its code may be."""
    told = run(HIDING + IMPORT.format(name=name))
    assert told.startswith(f"ProviderNotInstalledError {name} is not available")
    assert told.endswith(f"-m pip install mp-{type_.replace('_', '-')}")


@pytest.mark.providers
@pytest.mark.parametrize("name", CLASSES)
def test_h53_a_class_whose_provider_is_not_allowed_says_so(name: str) -> None:
    told = run(IMPORT.format(name=name), MP_PLUGINS="")
    assert "is installed but not allowed by MP_PLUGINS" in told
    assert "unset MP_PLUGINS" in told


@pytest.mark.parametrize("name", ["account", "_Account", "AccountThing", "nothing"])
def test_a_name_that_is_no_account_class_is_an_ordinary_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(mp_core, name)


def test_the_error_is_both_an_import_error_and_a_provider_error() -> None:
    with pytest.raises(ProviderNotInstalledError) as caught:
        account_class("AcmeAccount")
    assert isinstance(caught.value, ImportError)
    assert not isinstance(caught.value, ProviderFailedError)
    assert caught.value.details == {"class": "AcmeAccount"}
