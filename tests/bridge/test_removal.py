"""Removing a bridge: it, the tokens that were refreshed from it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mp_core._bridge.file import MAX_SIZE
from mp_core._runtime.context import Context
from mp_core.accounts import Accounts
from mp_core.errors import ConfigError
from tests.support.bridge_files import Visa, arrived, far_side, machine


@pytest.fixture
def context(home: Path) -> Context:
    return machine(home, Visa())


@pytest.fixture
def accounts(context: Context) -> Accounts:
    return Accounts(context)


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "auth.json"


@pytest.fixture
def there(context: Context, accounts: Accounts, to: Path) -> Context:
    """Another machine with `me`, where the token has been refreshed."""
    accounts.export_bridge(to=to, account="me")
    there = far_side(context, to)
    account = arrived(context, to).account
    assert there.vault.access_token(account, rejected="a0") == "a1"
    return there


def test_it_removes_the_bridge_that_would_be_used_and_what_was_refreshed_from_it(
    there: Context, to: Path
) -> None:
    assert Accounts(there).remove_bridge() is True
    assert not to.exists()
    assert list((to.parent / "far").rglob("tokens.json")) == []
    assert Accounts(there).remove_bridge() is False


def test_it_removes_the_one_that_is_named_and_no_other_tokens(
    context: Context, there: Context, accounts: Accounts, to: Path
) -> None:
    assert accounts.remove_bridge(at=to) is True
    assert accounts.remove_bridge(at=to) is False
    assert context.vault.peek(context.config().account("me")) is not None
    assert list((to.parent / "far").rglob("tokens.json")) != []


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", '{"version": 2}'),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param(" " * MAX_SIZE + '{"version": 2, "account": {}}', id="large"),
    ],
)
def test_what_is_no_bridge_is_not_removed(accounts: Accounts, tmp_path: Path, text: str) -> None:
    file = tmp_path / "notes.json"
    file.write_text(text)
    for place in (file, tmp_path):
        with pytest.raises(ConfigError, match="is not removed: it is no bridge file"):
            accounts.remove_bridge(at=place)
    assert file.read_text() == text


def test_a_bridge_that_cannot_be_used_can_be_removed(accounts: Accounts, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text('{"version": 1, "account": {}}')
    assert accounts.remove_bridge(at=file) is True
    assert not file.exists()
