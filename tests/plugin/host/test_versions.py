"""The version of the contract that a plugin was written for."""

from __future__ import annotations

import re
import sys
import warnings
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mp_core import plugin as face
from mp_core.errors import CredentialWarning
from mp_core.plugin._host.conformance import ConformanceError
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin._host.versions import check_version, declared, warn_if_newer
from mp_core.plugin.hooks import CONTRACT, PROVIDERS

MAJOR, MINOR = map(int, CONTRACT.split("."))
ACME = Installed("acme", PROVIDERS, "acme-sso", "3.1", cast(Any, None))


def test_the_version_is_public_and_a_version() -> None:
    assert face.CONTRACT == CONTRACT
    assert re.fullmatch(r"\d+\.\d+", CONTRACT)


@pytest.mark.parametrize("version", [None, CONTRACT, f"{MAJOR}.0"])
def test_a_plugin_of_this_version_an_older_minor_one_or_none_is_silently_used(
    version: str | None,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_version(version, ACME)
        warn_if_newer(version, ACME)


@pytest.mark.parametrize("version", [f"{MAJOR}.{MINOR + 1}", f"{MAJOR}.{MINOR + 10}"])
def test_a_plugin_of_a_newer_minor_version_is_used_with_a_warning(version: str) -> None:
    check_version(version, ACME)
    with pytest.warns(CredentialWarning) as caught:
        warn_if_newer(version, ACME)
    assert str(caught[0].message) == (
        "The plugin acme of acme-sso 3.1 may not work in full: it was written for version"
        f" {version} of the plugin contract, and this mp-core speaks version {CONTRACT}."
        f" Update mp-core: {sys.executable} -m pip install --upgrade mp-core"
    )


@pytest.mark.parametrize(
    ("version", "outdated"),
    [(f"{MAJOR + 1}.0", "mp-core"), (f"{MAJOR - 1}.9", "acme-sso"), ("10.0", "mp-core")],
)
def test_a_plugin_of_another_major_version_is_refused_with_what_to_update(
    version: str, outdated: str
) -> None:
    with pytest.raises(ConformanceError, match=f"was written for version {version}") as caught:
        check_version(version, ACME)
    assert f"speaks version {CONTRACT}" in str(caught.value)
    what = "it" if outdated == ACME.distribution else outdated
    assert caught.value.hint == (
        f"Update {what}: {sys.executable} -m pip install --upgrade {outdated}"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_newer(version, ACME)


@pytest.mark.parametrize(
    "version", [1, 1.0, "", "1", "one", "1.0.0", "1.x", " 1.0", b"1.0", "-1.0"]
)
def test_what_is_no_version_is_refused(version: object) -> None:
    with pytest.raises(ConformanceError, match="its MP_CONTRACT is no version such as"):
        declared(SimpleNamespace(MP_CONTRACT=version))


@pytest.mark.parametrize("version", [None, "1.0", "12.34"])
def test_a_version_is_what_the_plugin_declares(version: str | None) -> None:
    assert declared(SimpleNamespace(MP_CONTRACT=version)) == version
    assert declared(SimpleNamespace()) is None
