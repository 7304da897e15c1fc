"""What the extensions do, through the library."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

import mp_core as mp
from mp_company import policy, store, wrapper
from mp_core.plugin import OAuthTokens
from mp_core.testing.fixtures import home

__all__ = ["home"]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMPANY_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COMPANY_LOG", str(tmp_path / "log"))
    return tmp_path


class DoorAccount(mp.Account):
    type: Literal["door"] = "door"

    def is_long_lived(self) -> bool:
        return True


def account(region: str) -> DoorAccount:
    return DoorAccount(name="me", region=region)


def test_a_store_gives_back_what_it_keeps_and_forgets_it() -> None:
    me = account("eu")
    tokens = OAuthTokens.model_validate(
        {"access_token": "fake-access", "expires_at": "2099-01-01T00:00:00Z"}
    )
    assert store.mp_load_tokens(me) is None
    store.mp_persist_tokens(me, tokens)
    assert store.mp_load_tokens(me) == tokens
    assert (store.mp_delete_tokens(me), store.mp_delete_tokens(me)) == (True, False)


def test_a_policy_refuses_what_is_not_in_eu() -> None:
    policy.mp_validate_account(account("eu"), "add")
    with pytest.raises(mp.ConfigError, match="and not in eu"):
        policy.mp_validate_account(account("us"), "add")


def test_a_wrapper_leaves_the_header_as_it_is(files: Path) -> None:
    around = wrapper.mp_auth_header(account("eu"))
    next(around)
    with pytest.raises(StopIteration) as ended:
        around.send("Bearer fake")
    assert ended.value.value == "Bearer fake"
    assert (files / "log").read_text() == "header me\n"
