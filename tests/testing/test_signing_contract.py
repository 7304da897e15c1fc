"""The contract as the author of a provider meets it that proves each request by itself."""

from __future__ import annotations

import pytest

from tests.support.contract_verdicts import PATIENCE_S, Verdicts, of_class, verdicts_of
from tests.support.defective_signers import HEADER_TOO, SIGNER, SIGNER_DEFECTS, TIMED
from tests.support.site_directory import Site

HEAD = """
import pytest
from pydantic import SecretStr
from mp_core.testing import ProviderContract
"""

SUBJECT = """
class Test{class}(ProviderContract):
    @pytest.fixture
    def account(self):
        from {module} import {class}
        key = SecretStr("fake-key-of-acme")
        return {class}(name="team", region="eu", default_project="1", key=key)

    @pytest.fixture
    def environment(self):
        return {"ACME_KEY": "fake-key-of-env", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}
"""
"""What its author writes."""

GOOD = {"signer": SIGNER, "timed_signer": TIMED, "header_too": HEADER_TOO}


def class_of(type_: str) -> str:
    return "".join(word.capitalize() for word in type_.split("_")) + "Account"


def filled(text: str, type_: str) -> str:
    module = f"acme_providers_{type_}"
    for name, value in {"class": class_of(type_), "type": type_, "module": module}.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    site = Site(tmp_path_factory.mktemp("site"), patience_s=PATIENCE_S)
    sources = GOOD | {type_: each.made_in(SIGNER) for type_, each in SIGNER_DEFECTS.items()}
    site.install("acme", providers={type_: filled(text, type_) for type_, text in sources.items()})
    subjects = [filled(SUBJECT, type_) for type_ in sources]
    (site.root / "test_acme.py").write_text("\n".join([HEAD, *subjects]))
    tests = {f"Test{class_of(type_)}::{each.check}" for type_, each in SIGNER_DEFECTS.items()}
    return verdicts_of(site, "test_acme.py", {f"Test{class_of(type_)}" for type_ in GOOD} | tests)


@pytest.mark.parametrize("type_", GOOD)
def test_a_good_provider_passes_every_check(verdicts: Verdicts, type_: str) -> None:
    good = of_class(verdicts, f"Test{class_of(type_)}")
    assert len(good) > 30
    assert {name: said for name, said in good.items() if said} == {}


@pytest.mark.parametrize("type_", SIGNER_DEFECTS)
def test_a_defect_fails_its_check_which_says_what_to_change(verdicts: Verdicts, type_: str) -> None:
    defect = SIGNER_DEFECTS[type_]
    told = of_class(verdicts, f"Test{class_of(type_)}")
    said = [text for check, text in told.items() if text and f"::{defect.check}" in check]
    assert any(defect.said in text for text in said), told
