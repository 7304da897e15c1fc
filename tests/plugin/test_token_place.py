"""Where the tokens of an account from elsewhere are: set once, in a copy."""

from __future__ import annotations

import pytest

from mp_core.plugin.account import TokenPlace
from tests.support.fake_providers import (
    badge,
)


def test_an_account_of_its_own_has_no_other_place() -> None:
    assert badge().token_place is None


def test_in_another_place_it_is_another_account() -> None:
    account = badge()
    there = account.kept_at(TokenPlace("bridges/1"))
    assert there != account
    assert there == account.kept_at(TokenPlace("bridges/1"))
    assert there != account.kept_at(TokenPlace("bridges/2"))
    assert account.token_place is None
    with pytest.raises(AttributeError, match="stays where it is"):
        account._place = there.token_place  # type: ignore[misc]
    with pytest.raises(AttributeError, match="stays where it is"):
        del there._place
    assert (there.name, there.secret) == (account.name, account.secret)
