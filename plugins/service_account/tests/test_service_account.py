"""Service accounts: what they hold, the header they send, and where they are found."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import mp_core as mp
from mp_core.errors import ConfigError, CredentialWarning
from mp_core.sandbox import Sandbox
from mp_service_account import ServiceAccount

SECRET = "fake-secret-of-the-robot"
QUAD = {
    "MP_USERNAME": "ci.fake.robot",
    "MP_SECRET": SECRET,
    "MP_PROJECT_ID": "3018488",
    "MP_REGION": "eu",
}


def account(**fields: Any) -> ServiceAccount:
    usual = {"name": "team", "region": "us", "username": "robot", "secret": SECRET}
    return ServiceAccount.model_validate({**usual, **fields})


class Refusing:
    """A resolver that must not be asked."""

    def get_browser_token(self, name: str, region: str) -> str:
        raise AssertionError

    def get_static_token(self, account: mp.Account) -> str:
        raise AssertionError


@pytest.fixture
def quad(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in QUAD.items():
        monkeypatch.setenv(name, value)


# The header.


@pytest.mark.parametrize(
    ("username", "secret", "credential"),
    [
        ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),  # RFC 7617 §2
        ("test", "123£", "dGVzdDoxMjPCow=="),  # RFC 7617 §2.1
    ],
)
def test_the_header_is_that_of_the_rfc(username: str, secret: str, credential: str) -> None:
    assert account(username=username, secret=secret).auth_header() == f"Basic {credential}"


@pytest.mark.parametrize(
    "secret", [" leading", "trailing\t", "a:b:c", "päss wörd", "🔑" * 40, "two\nlines", "\\", '"']
)
def test_a_secret_is_sent_as_it_is(secret: str) -> None:
    scheme, _, credential = account(secret=secret).auth_header().partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(credential).decode() == f"robot:{secret}"


def test_a_resolver_is_not_needed_and_not_asked() -> None:
    assert account().auth_header() == account().auth_header(token_resolver=Refusing())


# The model.


@pytest.mark.parametrize(
    "username", ["", " ", "\t", "a:b", ":", "two\nlines", "nul\0", "bell\x07", "delete\x7f"]
)
def test_a_user_name_is_not_blank_and_has_neither_colon_nor_control_characters(
    username: str,
) -> None:
    with pytest.raises(ValidationError, match="username"):
        account(username=username)


@pytest.mark.parametrize("username", ["a", "ci.fake.robot", "Rob Ot", "röbot", "a@b.example", "🤖"])
def test_any_other_user_name_is_accepted(username: str) -> None:
    assert account(username=username).username == username


@pytest.mark.parametrize("missing", ["username", "secret", "region", "name"])
def test_every_field_but_the_project_is_required(missing: str) -> None:
    fields = {"name": "team", "region": "us", "username": "robot", "secret": SECRET}
    del fields[missing]
    with pytest.raises(ValidationError, match=missing):
        ServiceAccount.model_validate(fields)


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="secret"):
        account(secret="")


def test_it_is_long_lived() -> None:
    assert account().is_long_lived() is True


def test_the_core_hands_out_this_very_class() -> None:
    assert mp.ServiceAccount is ServiceAccount
    adapter: TypeAdapter[mp.Account] = TypeAdapter(mp.Account)
    fields = {"type": "service_account", "name": "team", "region": "us", "username": "robot"}
    assert adapter.validate_python({**fields, "secret": SECRET}) == account()


# The configuration.


def test_an_account_needs_a_default_project() -> None:
    with pytest.raises(ConfigError, match="needs a default project"):
        mp.accounts.add(
            "team", type="service_account", region="us", username="robot", secret=SECRET
        )


@pytest.mark.parametrize("field", ["token", "token_env"])
def test_fields_of_other_types_are_refused_and_the_known_ones_named(field: str) -> None:
    fields: dict[str, Any] = {"username": "robot", "secret": SECRET, field: "x"}
    with pytest.raises(ConfigError) as caught:
        mp.accounts.add("team", type="service_account", region="us", default_project="1", **fields)
    assert field in str(caught.value)
    assert "username, secret" in str(caught.value.hint)
    assert SECRET not in str(caught.value)


def test_an_added_account_calls_mixpanel(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    robot = sandbox.identities[0]
    mp.accounts.add(
        "team",
        type="service_account",
        region="us",
        default_project="3018488",
        username=robot.username,
        secret=robot.secret,
    )
    with mp.Workspace() as ws:
        assert ws.me().user_id == robot.user_id
    assert mp.accounts.test("team").ok
    assert mp.accounts.token("team") is None


def test_it_has_no_login(home: Path) -> None:
    mp.accounts.add(
        "team",
        type="service_account",
        region="us",
        default_project="1",
        username="robot",
        secret=SECRET,
    )
    with pytest.raises(ConfigError, match="has no login"):
        mp.accounts.login("team")


# The environment.


@pytest.mark.usefixtures("quad")
def test_the_four_variables_are_an_account() -> None:
    ws = mp.Workspace()
    assert ws.account == account(
        name="env", region="eu", username="ci.fake.robot", default_project="3018488"
    )
    assert ws.session.project_id == "3018488"


@pytest.mark.usefixtures("quad")
@pytest.mark.parametrize("missing", ["MP_USERNAME", "MP_SECRET", "MP_REGION"])
def test_h11_without_one_of_them_a_warning_names_it(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    with pytest.warns(CredentialWarning, match=missing), pytest.raises(ConfigError):
        mp.Workspace()


@pytest.mark.usefixtures("quad")
@pytest.mark.parametrize(
    ("variable", "value"),
    [("MP_REGION", "mars"), ("MP_PROJECT_ID", "twelve"), ("MP_USERNAME", "a:b")],
)
def test_a_malformed_value_is_an_error_that_names_its_variable_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=variable) as caught:
        mp.Workspace()
    assert SECRET not in f"{caught.value} {caught.value.hint} {caught.value.details}"
