"""The contracts of extensions as their authors meet them: good ones pass, every defect is told.

Processes run the checks on real distributions, on modules, and on objects.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mp_core.testing import AuditContract, PolicyContract, TokenStoreContract
from tests.support.contract_verdicts import PATIENCE_S, Verdicts, of_class, verdicts_of
from tests.support.defect import Defect
from tests.support.defective_audits import AUDIT, AUDIT_DEFECTS
from tests.support.defective_policies import POLICY, POLICY_DEFECTS
from tests.support.defective_stores import STORE, STORE_DEFECTS
from tests.support.site_directory import Site

HEAD = """
import importlib, os, pathlib
import pytest
from mp_core.testing import AuditContract, PolicyContract, SampleAccount, TokenStoreContract

class Object:
    '''The hooks of a module as those of an object, which pickles as the name of the module.'''
    def __init__(self, name):
        self.name = name
        vars(self).update({k: v for k, v in vars(importlib.import_module(name)).items()
                           if k.startswith('mp_')})
    def __reduce__(self):
        return Object, (self.name,)

class TestNothing(PolicyContract):
    pass

class TestHalf(PolicyContract):
    @pytest.fixture
    def extension(self):
        return "good_policy"

class TestUnannounced(PolicyContract):
    @pytest.fixture
    def extension(self):
        return "unannounced"
"""

SUPPLIES = {
    "store": """
    def unusable(self):
        jam = pytest.MonkeyPatch.context()
        class Jam:
            def __enter__(self):
                jam.__enter__().setenv("JAMMED", "1")
            def __exit__(self, *failure):
                jam.__exit__(*failure)
        return Jam()
""",
    "policy": """
    @pytest.fixture
    def accepted(self):
        return [SampleAccount(name="inside", region="eu")]
    @pytest.fixture
    def refused(self):
        return [SampleAccount(name="outside", region="us")]
""",
    "audit": """
    def recorded(self):
        file = pathlib.Path(os.environ["HOME"], "audit.jsonl")
        return file.read_text().splitlines() if file.exists() else []
""",
}
"""What the author of each kind supplies beside the extension."""

TELLING = {
    "store": "test_a_new_process_finds_and_deletes_what_was_stored",
    "policy": "test_an_account_that_is_refused_cannot_be_added",
    "audit": "test_it_loses_no_event_of_several_processes",
}
"""The check of each kind that only an extension passes which is really there."""

FORMS = ("Module", "Object")

CONTRACTS = {"store": TokenStoreContract, "policy": PolicyContract, "audit": AuditContract}
GOOD = {"store": STORE, "policy": POLICY, "audit": AUDIT}
DEFECTS: dict[tuple[str, str], Defect] = {
    (kind, name): defect
    for kind, defects in (
        ("store", STORE_DEFECTS),
        ("policy", POLICY_DEFECTS),
        ("audit", AUDIT_DEFECTS),
    )
    for name, defect in defects.items()
}


def subject(class_: str, kind: str, extension: str) -> str:
    """What an author writes."""
    fixture = f"    @pytest.fixture\n    def extension(self):\n        return {extension}\n"
    return f"class {class_}({CONTRACTS[kind].__name__}):\n{fixture}{SUPPLIES[kind]}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The extensions, and a module of tests with a class for each."""
    made = Site(tmp_path_factory.mktemp("site"), patience_s=PATIENCE_S)
    sources: Mapping[str, str] = {f"good_{kind}": text for kind, text in GOOD.items()} | {
        f"{name}_{kind}": defect.made_in(GOOD[kind]) for (kind, name), defect in DEFECTS.items()
    }
    made.install("acme", extensions=sources)
    subjects = [HEAD]
    for name in sources:
        kind = name.rpartition("_")[2]
        subjects.append(subject(f"Test_{name}", kind, repr(name)))
    for kind in GOOD:
        module = f"'acme_extensions_good_{kind}'"
        subjects.append(subject(f"TestModule_{kind}", kind, f"importlib.import_module({module})"))
        subjects.append(subject(f"TestObject_{kind}", kind, f"Object({module})"))
    (made.root / "test_acme.py").write_text("\n".join(subjects))
    return made


@pytest.fixture(scope="module")
def verdicts(site: Site) -> Verdicts:
    """What becomes of good extensions, and of what is lacking around one."""
    tests = {f"Test_good_{kind}" for kind in GOOD}
    tests |= {f"Test{form}_{kind}::{check}" for form in FORMS for kind, check in TELLING.items()}
    return verdicts_of(site, "test_acme.py", {*tests, "TestNothing", "TestHalf", "TestUnannounced"})


@pytest.fixture(scope="module")
def refusals(site: Site) -> Verdicts:
    """What becomes of each defect."""
    tests = {f"Test_{name}_{kind}::{defect.check}" for (kind, name), defect in DEFECTS.items()}
    return verdicts_of(site, "test_acme.py", tests)


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_extension_passes_every_check(verdicts: Verdicts, kind: str) -> None:
    good = of_class(verdicts, f"Test_good_{kind}")
    assert len(good) > 10
    assert {name: said for name, said in good.items() if said} == {}


@pytest.mark.parametrize("kind", GOOD)
@pytest.mark.parametrize("form", FORMS)
def test_a_module_or_an_object_serves_instead_of_an_installed_extension(
    verdicts: Verdicts, form: str, kind: str
) -> None:
    assert of_class(verdicts, f"Test{form}_{kind}") == {f"Test{form}_{kind}::{TELLING[kind]}": None}


@pytest.mark.sweep
@pytest.mark.parametrize(("kind", "name"), DEFECTS)
def test_a_defect_fails_its_check_which_says_what_to_change(
    refusals: Verdicts, kind: str, name: str
) -> None:
    defect = DEFECTS[kind, name]
    told = of_class(refusals, f"Test_{name}_{kind}")
    said = [text for check, text in told.items() if text and f"::{defect.check}" in check]
    assert any(defect.said in text for text in said), told


def test_an_author_who_supplies_nothing_is_told_what_to_supply(verdicts: Verdicts) -> None:
    for fixture, class_ in (("extension", "Nothing"), ("accepted", "Half"), ("refused", "Half")):
        told = of_class(verdicts, f"Test{class_}").values()
        assert any(f"override the fixture `{fixture}`" in (text or "") for text in told)


def test_an_extension_that_is_not_announced_is_told_what_to_write(verdicts: Verdicts) -> None:
    told = of_class(verdicts, "TestUnannounced").values()
    text = '[project.entry-points."mp_core.extensions"] unannounced = '
    assert any(text in (said or "") for said in told)
