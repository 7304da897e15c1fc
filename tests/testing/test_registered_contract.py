"""The contract as the author meets it of a provider that is registered, and not installed."""

from __future__ import annotations

import pytest

from tests.support.contract_verdicts import PATIENCE_S, Verdicts, of_class, verdicts_of
from tests.support.defective_signers import SIGNER
from tests.support.site_directory import Site

TESTS = """
import importlib
import pytest
from pydantic import SecretStr
from mp_core.testing import ProviderContract, plugins

class Registered(ProviderContract):
    module = "held"

    @pytest.fixture(autouse=True)
    def registered(self):
        with plugins({"held": self.plugin()}):
            yield

    def plugin(self):
        return importlib.import_module(self.module)

    @pytest.fixture
    def account(self):
        key = SecretStr("fake-key-of-acme")
        model = importlib.import_module(self.module).HeldAccount
        return model(name="team", region="eu", default_project="1", key=key)

    @pytest.fixture
    def environment(self):
        return {"ACME_KEY": "fake-key-of-env", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}

class TestModule(Registered):
    pass

class TestObject(Registered):
    def plugin(self):
        held = type("Held", (), {})()
        vars(held).update(vars(super().plugin()))
        return held

class TestHeavy(Registered):
    module = "heavy"
"""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    site = Site(tmp_path_factory.mktemp("site"), patience_s=PATIENCE_S)
    source = SIGNER.replace("{class}", "HeldAccount").replace("{type}", "held")
    (site.root / "held.py").write_text(source)
    (site.root / "heavy.py").write_text(f"import httpx\n{source}")
    (site.root / "test_held.py").write_text(TESTS)
    heavy = "TestHeavy::test_importing_the_provider_is_light_and_silent"
    return verdicts_of(site, "test_held.py", {"TestModule", "TestObject", heavy})


@pytest.mark.parametrize("form", ["TestModule", "TestObject"])
def test_a_module_or_an_object_that_is_registered_is_checked_as_an_installed_one(
    verdicts: Verdicts, form: str
) -> None:
    found = of_class(verdicts, form)
    assert len(found) > 30
    assert {check: said for check, said in found.items() if said} == {}


def test_what_a_registered_module_imports_is_looked_at_too(verdicts: Verdicts) -> None:
    (said,) = of_class(verdicts, "TestHeavy").values()
    assert "httpx" in (said or "")
    assert "when it is imported" in (said or "")
