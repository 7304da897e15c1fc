"""Bearer tokens: held by an account or by a variable, read at use, carried whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import mp_core as mp
from mp_core.errors import ConfigError, CredentialWarning, OAuthError
from mp_core.sandbox import Sandbox
from mp_oauth_token import OAuthTokenAccount

TOKEN = "fake-token-of-the-agent"
VARIABLE = "AGENT_TOKEN"


def account(**fields: Any) -> OAuthTokenAccount:
    return OAuthTokenAccount.model_validate({"name": "agent", "region": "eu", **fields})


def add(**fields: str) -> None:
    mp.accounts.add("agent", type="oauth_token", region="eu", default_project="1", **fields)


def header(account: mp.Account) -> str:
    return account.auth_header(token_resolver=mp.auth_types.OnDiskTokenResolver(account=account))


# The model.


@pytest.mark.parametrize(
    "fields", [{}, {"token": TOKEN, "token_env": VARIABLE}, {"token": None, "token_env": None}]
)
def test_exactly_one_of_token_and_variable_is_given(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give exactly one of token and token_env") as caught:
        account(**fields)
    assert TOKEN not in str(caught.value)
    with pytest.raises(ConfigError, match="give exactly one of token and token_env"):
        add(**{key: value for key, value in fields.items() if value})


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "A=B", "A\n", "Ä"])
def test_a_variable_has_a_name_that_a_shell_can_set(name: str) -> None:
    with pytest.raises(ValidationError, match="token_env"):
        account(token_env=name)


def test_an_empty_token_is_refused() -> None:
    with pytest.raises(ValidationError, match="token"):
        account(token="")


@pytest.mark.parametrize("fields", [{"token": TOKEN}, {"token_env": VARIABLE}])
def test_it_is_not_long_lived(fields: dict[str, Any]) -> None:
    assert account(**fields).is_long_lived() is False


def test_the_core_hands_out_this_very_class() -> None:
    assert mp.OAuthTokenAccount is OAuthTokenAccount
    adapter: TypeAdapter[mp.Account] = TypeAdapter(mp.Account)
    fields = {"type": "oauth_token", "name": "agent", "region": "eu", "token": TOKEN}
    assert adapter.validate_python(fields) == account(token=TOKEN)


# The header.


def test_the_header_is_the_token_as_a_bearer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    assert header(account(token=TOKEN)) == f"Bearer {TOKEN}"
    assert header(account(token_env=VARIABLE)) == f"Bearer {TOKEN}"


def test_a_resolver_is_required() -> None:
    with pytest.raises(TypeError, match="token_resolver"):
        account(token=TOKEN).auth_header()


@pytest.mark.parametrize("padded", [f"{TOKEN}\n", f"  {TOKEN}\t"])
def test_whitespace_around_a_token_is_not_part_of_it(
    monkeypatch: pytest.MonkeyPatch, padded: str
) -> None:
    monkeypatch.setenv(VARIABLE, padded)
    assert header(account(token_env=VARIABLE)) == f"Bearer {TOKEN}"
    assert header(account(token=padded)) == f"Bearer {TOKEN}"


@pytest.mark.parametrize("junk", ["two words", "two\nlines", "ünicode", "nul\x01", " ", "🔑"])
def test_h39_what_cannot_stand_in_a_header_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, junk: str
) -> None:
    monkeypatch.setenv(VARIABLE, junk)
    for held in (account(token_env=VARIABLE), account(token=junk)):
        with pytest.raises(OAuthError, match="not a bearer token") as caught:
            header(held)
        assert caught.value.code == "OAUTH_TOKEN_ERROR"
        assert junk.strip() == "" or junk not in f"{caught.value} {caught.value.details}"


# The variable.


def test_the_variable_is_read_at_every_use_and_never_when_the_account_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(token_env=VARIABLE)
    ws = mp.Workspace()
    for value in ("fake-token-one", "fake-token-two"):
        monkeypatch.setenv(VARIABLE, value)
        assert header(ws.account) == f"Bearer {value}"
        assert mp.accounts.token("agent") == value
    assert "fake-token" not in repr(ws.account)


@pytest.mark.parametrize("value", [None, ""])
def test_an_unset_or_empty_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    add(token_env=VARIABLE)
    with pytest.raises(OAuthError, match=VARIABLE) as caught:
        mp.accounts.token("agent")
    assert caught.value.code == "OAUTH_TOKEN_ERROR"
    assert caught.value.details["env_var"] == VARIABLE
    (shown,) = mp.accounts.list()
    assert (shown.status, VARIABLE in str(shown.reason)) == ("needs_token", True)


def test_token_and_variable_replace_one_another(sandbox: Sandbox, monkeypatch: Any) -> None:
    monkeypatch.setenv("MP_API_BASE_URL", sandbox.url)
    monkeypatch.setenv(VARIABLE, sandbox.samples["token"])
    add(token=TOKEN)
    mp.accounts.update("agent", token_env=VARIABLE)
    assert (_configured().token, _configured().token_env) == (None, VARIABLE)
    mp.accounts.update("agent", token=sandbox.samples["token"])
    assert _configured().token_env is None
    assert mp.accounts.test("agent").ok


def _configured() -> OAuthTokenAccount:
    found = mp.Workspace(account="agent").account
    assert isinstance(found, OAuthTokenAccount)
    return found


# The bridge.


def test_h26_a_variable_is_carried_as_the_token_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"{TOKEN}\n")
    add(token_env=VARIABLE)
    path = mp.accounts.export_bridge(to=tmp_path / "bridge.json", account="agent")
    record = json.loads(path.read_text())["account"]
    assert record["token"] == TOKEN
    assert "token_env" not in record
    monkeypatch.delenv(VARIABLE)
    bridge = mp.auth_types.load_bridge(path)
    assert bridge is not None
    assert header(bridge.account) == f"Bearer {TOKEN}"


def test_h26_a_variable_that_holds_nothing_is_not_carried(tmp_path: Path) -> None:
    add(token_env=VARIABLE)
    with pytest.raises(OAuthError, match=VARIABLE):
        mp.accounts.export_bridge(to=tmp_path / "bridge.json", account="agent")
    assert not (tmp_path / "bridge.json").exists()


# The environment.


@pytest.fixture
def triple(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"OAUTH_TOKEN": TOKEN, "PROJECT_ID": "3018488", "REGION": "in"}.items():
        monkeypatch.setenv(f"MP_{name}", value)


@pytest.mark.usefixtures("triple")
def test_the_three_variables_are_an_account() -> None:
    ws = mp.Workspace()
    expected = account(name="env", region="in", default_project="3018488", token=TOKEN)
    assert ws.account == expected
    assert header(ws.account) == f"Bearer {TOKEN}"


@pytest.mark.usefixtures("triple")
@pytest.mark.parametrize("missing", ["MP_OAUTH_TOKEN", "MP_REGION", "MP_PROJECT_ID"])
def test_h11_without_one_of_them_a_warning_names_it(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    with pytest.warns(CredentialWarning, match=missing), pytest.raises(ConfigError):
        mp.Workspace()
