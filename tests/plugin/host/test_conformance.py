"""What every plugin has to keep: the version of the contract, the required hooks, the model."""

from __future__ import annotations

import re
import sys
import warnings
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from mp_core import plugin as face
from mp_core.errors import CredentialWarning
from mp_core.plugin._host.conformance import (
    ConformanceError,
    check_hooks,
    check_model,
    check_version,
    declared,
    warn_if_newer,
)
from mp_core.plugin._host.discovery import Installed
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import CONTRACT, PROVIDERS
from tests.support.fake_providers import CardAccount

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
    assert caught.value.hint == (
        f"Update {outdated}: {sys.executable} -m pip install --upgrade {outdated}"
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


@pytest.mark.parametrize("missing", ["mp_account_model", "mp_auth_header"])
def test_a_provider_needs_a_model_and_a_header(missing: str) -> None:
    hooks = {"mp_account_model", "mp_auth_header", "mp_login"} - {missing}
    with pytest.raises(ConformanceError, match=f"does not implement {missing}"):
        check_hooks(hooks)
    check_hooks({*hooks, missing})


class LookAlike(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    type: Literal["card"] = "card"
    name: str
    region: str


class Abstract(Account):
    type: Literal["card"] = "card"


class Open(CardAccount):
    model_config = ConfigDict(extra="allow")


class Loud(CardAccount):
    model_config = ConfigDict(hide_input_in_errors=False)


class Thawed(CardAccount):
    model_config = ConfigDict(frozen=False)


class Flat(CardAccount):
    exclusive_fields = ("name", "region")


class Absent(CardAccount):
    exclusive_fields = (("number", "missing"),)


class AnyType(Account):
    type: str = "card"

    def is_long_lived(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (None, "is not a subclass of mp_core.plugin.Account"),
        ("Card", "is not a subclass of mp_core.plugin.Account"),
        (dict, "is not a subclass of mp_core.plugin.Account"),
        (LookAlike, "is not a subclass of mp_core.plugin.Account"),
        (
            CardAccount(name="a", region="us", number=SecretStr("1")),
            "is not a subclass of mp_core.plugin.Account",
        ),
        (Account, 'must declare: type: Literal["card"] = "card"'),
        (AnyType, 'must declare: type: Literal["card"] = "card"'),
        (Abstract, "must define is_long_lived"),
        (Open, 'must keep extra="forbid" in its configuration'),
        (Loud, "must keep frozen and hide_input_in_errors in its configuration"),
        (Thawed, "must keep frozen and hide_input_in_errors in its configuration"),
        (Flat, 'must name fields of its own: exclusive_fields = (("one", "other"),)'),
        (Absent, 'must name fields of its own: exclusive_fields = (("one", "other"),)'),
    ],
)
def test_h48_a_model_that_does_not_fit_is_refused_with_what_it_lacks(
    model: object, problem: str
) -> None:
    with pytest.raises(ConformanceError) as caught:
        check_model("card", model)
    assert str(caught.value) == f"its account model {problem}"


def test_a_model_that_fits_is_accepted() -> None:
    check_model("card", CardAccount)
