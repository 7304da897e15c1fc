"""The contract as its author meets it: a good provider passes, and every defect is told apart.

One process runs the checks on real distributions: the good provider, and copies with one defect.
"""

from __future__ import annotations

import pytest

from mp_core.testing import FakeClock, ProviderContract
from tests.support.contract_verdicts import PATIENCE_S, Verdicts, of_class, verdicts_of
from tests.support.defective_imports import IMPORT_DEFECTS
from tests.support.defective_providers import GOOD, MODEL_AND_HOOK_DEFECTS
from tests.support.plain_credentials import PLAIN_CREDENTIALS
from tests.support.site_directory import Site

HEAD = """
from datetime import UTC, datetime, timedelta
import pytest
from pydantic import SecretStr
from mp_core.plugin import OAuthTokens
from mp_core.testing import ProviderContract

class TestNothing(ProviderContract):
    pass
"""


SUBJECT = """
class Test{class}(ProviderContract):
    @pytest.fixture
    def account(self):
        from {module} import {class}
        return {class}(name="team", region="eu", key=SecretStr("fake-key-of-acme"))

    @pytest.fixture
    def tokens(self):
        return OAuthTokens(
            access_token=SecretStr("fake-access-token"),
            refresh_token=SecretStr("fake-refresh-token"),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )

    @pytest.fixture
    def environment(self):
        return {"ACME_KEY": "fake-key-of-env", "MP_PROJECT_ID": "1", "MP_REGION": "eu"}
"""
"""What its author writes."""


DEFECTS = {**MODEL_AND_HOOK_DEFECTS, **PLAIN_CREDENTIALS, **IMPORT_DEFECTS}

ASSERTED = ("unfrozen", "shown", "halved", "inventive", "forgetful", "insecure", "dropping", "loud")
"""A defect for each module of checks."""


ANNOUNCED = "test_every_variable_is_announced_where_any_is"


def class_of(type_: str) -> str:
    return "".join(word.capitalize() for word in type_.split("_")) + "Account"


def filled(text: str, type_: str) -> str:
    module = f"acme_{type_}_providers_{type_}"
    names = {"{class}": class_of(type_), "{type}": type_, "{module}": module}
    for name, value in names.items():
        text = text.replace(name, value)
    return text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The providers, and a module of tests with a class for each."""
    made = Site(tmp_path_factory.mktemp("site"), patience_s=PATIENCE_S)
    subjects = [HEAD, filled(SUBJECT, "good")]
    made.install("acme-good", providers={"good": filled(GOOD, "good")})
    for type_, defect in DEFECTS.items():
        source = defect.made_in(GOOD)
        made.install(f"acme-{type_}", providers={type_: filled(source, type_)})
        subject = SUBJECT.replace("{class}", "Other{class}") if type_ == "misnamed" else SUBJECT
        subjects.append(filled(subject, type_))
    half, variables = filled(GOOD, "half"), {"ACME_OTHER": "half"}
    made.install("acme-half", providers={"half": half}, variables=variables)
    subjects.append(filled(SUBJECT, "half"))
    (made.root / "unannounced.py").write_text(filled(GOOD, "unannounced"))
    subjects.append(filled(SUBJECT, "unannounced").replace("acme_unannounced_providers_", ""))
    (made.root / "test_acme.py").write_text("\n".join(subjects))
    return made


@pytest.fixture(scope="module")
def verdicts(site: Site) -> Verdicts:
    """What became of each test, by class and name: None for a success, or what it said."""
    tests = {f"TestGoodAccount::{name}" for name in dir(ProviderContract) if name[:5] == "test_"}
    tests |= {f"Test{class_of(type_)}::{defect.check}" for type_, defect in DEFECTS.items()}
    tests = {test.replace("TestMisnamed", "TestOtherMisnamed") for test in tests}
    tests |= {"TestUnannouncedAccount", "TestNothing", f"TestHalfAccount::{ANNOUNCED}"}
    return verdicts_of(site, "test_acme.py", tests)


def test_a_good_provider_passes_every_check(verdicts: Verdicts) -> None:
    good = of_class(verdicts, "TestGoodAccount")
    assert len(good) > 30
    assert {name: said for name, said in good.items() if said} == {}


@pytest.mark.parametrize("type_", DEFECTS)
def test_a_defect_fails_its_check_which_says_what_to_change(verdicts: Verdicts, type_: str) -> None:
    defect = DEFECTS[type_]
    other = "Other" if type_ == "misnamed" else ""
    said = [
        text
        for name, text in verdicts.items()
        if text and name.startswith(f"Test{other}{class_of(type_)}::{defect.check}")
    ]
    assert any(defect.said in text for text in said), said


def test_h94_a_defect_fails_its_check_where_python_leaves_assertions_out(site: Site) -> None:
    checks = {f"Test{class_of(type_)}::{DEFECTS[type_].check}": type_ for type_ in ASSERTED}
    good = "TestGoodAccount::test_an_account_is_frozen"
    verdicts = verdicts_of(site, "test_acme.py", {*checks, good}, PYTHONOPTIMIZE="2")
    assert verdicts[good] is None
    for check, type_ in checks.items():
        said = [text or "" for name, text in verdicts.items() if name.startswith(check)]
        assert any(DEFECTS[type_].said in text for text in said), check


def test_a_provider_that_is_not_announced_is_told_what_to_write(
    verdicts: Verdicts,
) -> None:
    said = of_class(verdicts, "TestUnannouncedAccount").values()
    told = [text for text in said if text and "Nothing announces the account type" in text]
    assert told
    for text in told:
        assert '[project.entry-points."mp_core.providers"] unannounced = "unannounced"' in text


def test_h99_a_variable_that_is_not_announced_beside_others_is_told_of(verdicts: Verdicts) -> None:
    told = verdicts[f"TestHalfAccount::{ANNOUNCED}"] or ""
    assert "With ACME_KEY alone the provider is not even imported" in told
    assert '[project.entry-points."mp_core.environment"] ACME_KEY = "half"' in told


def test_an_author_who_supplies_nothing_is_told_what_to_supply(
    verdicts: Verdicts,
) -> None:
    said = of_class(verdicts, "TestNothing").values()
    assert any("override the fixture `account`" in (text or "") for text in said)


def test_a_fake_clock_stands_still_until_it_is_told_to_go_on() -> None:
    clock = FakeClock()
    start, seconds = clock(), clock.time()
    assert (clock(), clock.time()) == (start, seconds)
    clock.sleep(5)
    assert ((clock() - start).total_seconds(), clock.time() - seconds) == (5, 5)
