"""When two accounts are one identity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mp_core._config.document import is_configured
from mp_core._runtime.context import Context
from mp_core._values.session import is_same
from mp_core.plugin.account import Account, TokenPlace
from tests.support.fake_providers import BadgeAccount, PassAccount, TicketAccount
from tests.support.home_files import configure

FIELDS: dict[str, Any] = {"name": "a", "region": "us", "username": "ann", "secret": "fake-secret"}
ANN = BadgeAccount(**FIELDS)
OTHERS = [
    BadgeAccount(**{**FIELDS, "name": "b"}),
    BadgeAccount(**{**FIELDS, "region": "eu"}),
    BadgeAccount(**{**FIELDS, "secret": "fake-secret-rotated"}),
    ANN.kept_at(TokenPlace("bridges/1")),
    PassAccount(name="a", region="us"),
    TicketAccount(name="a", region="us", token_env="X"),
]


def test_the_default_project_makes_no_other_identity() -> None:
    moved = BadgeAccount(**FIELDS, default_project="1")
    assert is_same(ANN, ANN)
    assert is_same(ANN, BadgeAccount(**FIELDS))
    assert is_same(ANN, moved)
    assert is_same(moved, ANN)


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_name_type_region_credential_and_slot_do(other: Account) -> None:
    assert not is_same(ANN, other)
    assert not is_same(other, ANN)


def test_an_account_is_configured_if_its_block_holds_the_same_identity(
    context: Context, home: Path
) -> None:
    configure(home, accounts={"a": {"type": "badge", **FIELDS, "default_project": "9"}})
    assert not is_configured(context.config(), ANN)  # The block must not hold a name.
    block = {key: value for key, value in FIELDS.items() if key != "name"}
    configure(home, accounts={"a": {"type": "badge", **block, "default_project": "9"}})
    assert is_configured(context.config(), ANN)
    assert not any(is_configured(context.config(), other) for other in OTHERS)
