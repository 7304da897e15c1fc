"""Whoever begins with the example in a hook's docstring begins with what keeps the contract."""

from __future__ import annotations

import pytest

from tests.support.contract_verdicts import PATIENCE_S, Verdicts, of_class, verdicts_of
from tests.support.hook_examples import HOOKS, KEYRING, PLUGINS, plugin
from tests.support.site_directory import Site

HEAD = """
from datetime import UTC, datetime, timedelta
import pytest
from pydantic import SecretStr
from mp_core.plugin import OAuthTokens
from mp_core.testing import *

class TestNothing(ProviderContract):
    pass

class Acme(ProviderContract):
    @pytest.fixture
    def environment(self):
        return {"ACME_TICKET": "fake-ticket-of-env", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}

class Bearing(Acme):
    @pytest.fixture
    def tokens(self):
        return OAuthTokens(
            access_token=SecretStr("fake-access-token"),
            refresh_token=SecretStr("fake-refresh-token"),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )

class Accounts(PolicyContract):
    @pytest.fixture
    def accepted(self):
        return [SampleAccount(name="inside", region="eu")]

    @pytest.fixture
    def refused(self):
        return [SampleAccount(name="outside", region="us")]
"""

PROVIDER = """
class Test_{name}({contract}):
    @pytest.fixture
    def account(self):
        from acme_providers_{name} import AcmeAccount
        ticket = SecretStr("fake-ticket-of-acme")
        return AcmeAccount(name="team", region="eu", default_project="1", ticket=ticket)
"""

EXTENSION = """
class Test_{name}({contract}):
    @pytest.fixture
    def extension(self):
        return "{name}"
"""

PROVIDERS = {"bearer": "Bearing", "fetching": "Bearing", "signing": "Acme"}
CONTRACTS = {"store": "TokenStoreContract", "policy": "Accounts", "audit": "AuditContract"}


def renamed(source: str, type_: str) -> str:
    """The source with a type of its own, since each provider has one."""
    return source.replace('"acme"', f'"{type_}"').replace("AcmeAccount", f"{type_.title()}Account")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    site = Site(tmp_path_factory.mktemp("site"), patience_s=PATIENCE_S)
    (site.root / "keyring.py").write_text(KEYRING)
    site.install(
        "acme",
        providers={name: renamed(plugin(name), name) for name in PROVIDERS},
        extensions={name: plugin(name) for name in CONTRACTS},
    )
    subjects = [
        renamed(PROVIDER.format(name=name, contract=each), name) for name, each in PROVIDERS.items()
    ]
    subjects += [EXTENSION.format(name=name, contract=each) for name, each in CONTRACTS.items()]
    (site.root / "test_acme.py").write_text("\n".join([HEAD, *subjects]))
    tests = {f"Test_{name}" for name in PLUGINS}
    return verdicts_of(site, "test_acme.py", {*tests, "TestNothing"})


def test_every_hook_has_its_example_in_a_plugin() -> None:
    assert {hook for hooks in PLUGINS.values() for hook in hooks} == HOOKS.keys()


@pytest.mark.parametrize("name", PLUGINS)
def test_h98_a_plugin_made_of_the_examples_keeps_its_contract(
    verdicts: Verdicts, name: str
) -> None:
    found = of_class(verdicts, f"Test_{name}")
    assert len(found) > 10
    assert {check: said for check, said in found.items() if said} == {}
