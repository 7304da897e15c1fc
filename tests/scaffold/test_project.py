"""What a new provider's project is made of, and what it may not be called."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mp_core import __version__
from mp_core._scaffold.project import new_project
from mp_core.errors import ConfigError
from mp_core.plugin.hooks import CONTRACT


def files(root: Path) -> dict[str, str]:
    return {
        str(file.relative_to(root)): file.read_text() for file in root.rglob("*") if file.is_file()
    }


def test_a_project_is_named_after_its_type(tmp_path: Path) -> None:
    root = new_project("acme_sso", tmp_path)
    assert root == tmp_path / "mp-acme-sso"
    found = files(root)
    assert set(found) == {
        "README.md",
        "mp_acme_sso/__init__.py",
        "mp_acme_sso/py.typed",
        "pyproject.toml",
        "tests/test_contract.py",
    }
    project = tomllib.loads(found["pyproject.toml"])["project"]
    assert project["name"] == "mp-acme-sso"
    assert project["entry-points"] == {
        "mp_core.providers": {"acme_sso": "mp_acme_sso"},
        "mp_core.environment": {"ACME_SSO_TICKET": "acme_sso"},
    }
    assert f"mp-core>={__version__}" in project["dependencies"]
    provider = found["mp_acme_sso/__init__.py"]
    assert "class AcmeSsoAccount(Account):" in provider
    assert f'MP_CONTRACT = "{CONTRACT}"' in provider
    assert '"ACME_SSO_TICKET"' in provider


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Acme",
        "acme-sso",
        "acme sso",
        "1acme",
        "_acme",
        "acme_",
        "a__b",
        "ä",
        "a/b",
        "../x",
        "a\n",
    ],
)
def test_a_malformed_name_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no name for an account type") as caught:
        new_project(name, tmp_path)
    assert "mp plugins new acme_sso" in (caught.value.hint or "")
    assert list(tmp_path.iterdir()) == []


def test_an_overlong_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="up to 40"):
        new_project("a" * 41, tmp_path)


@pytest.mark.parametrize("name", ["account", "core", "env", "env_account"])
def test_a_name_that_would_shadow_the_core_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="mp-core has it for itself"):
        new_project(name, tmp_path)


@pytest.mark.providers
@pytest.mark.parametrize("kind", ["ticket", "policy"])
def test_a_name_that_is_taken_is_refused_with_who_has_it(tmp_path: Path, kind: str) -> None:
    """One distribution would replace the other, whatever the two plugins are."""
    with pytest.raises(ConfigError, match=r"mp-service-account .* provides it"):
        new_project("service_account", tmp_path, kind)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.providers
@pytest.mark.parametrize("name", ["keyring", "store_keyring"])
def test_a_name_is_taken_by_an_extension_and_by_what_brings_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"mp-store-keyring .* provides it"):
        new_project(name, tmp_path, "store")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    root = new_project("acme", tmp_path)
    (root / "README.md").write_text("mine")
    with pytest.raises(ConfigError, match="already there, and nothing is overwritten"):
        new_project("acme", tmp_path)
    assert (root / "README.md").read_text() == "mine"
    (tmp_path / "mp-other").write_text("a file")
    with pytest.raises(ConfigError, match="nothing is overwritten"):
        new_project("other", tmp_path)


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        new_project("acme", tmp_path / "nowhere")
