"""What a loaded plugin is made of."""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

import pytest
from pydantic import Field, SecretStr

from mp_core._runtime.anatomy import fields_of, file_of, hooks_of, variables_of
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from tests.support.fake_providers import Badge, BadgeAccount, PassAccount
from tests.support.plugin_modules import plugin


class BoothAccount(Account):
    """An account with a field of every kind."""

    type: Literal["booth"] = "booth"
    ticket: SecretStr = Field(description="what opens it", json_schema_extra={"variable": "BOOTH"})
    keys: list[SecretStr] | None = None
    coins: dict[str, int] = Field(default_factory=dict)

    def is_long_lived(self) -> bool:
        return True


class Busy:
    """A plugin with a hook of every kind."""

    @hookimpl(wrapper=True, tryfirst=True)
    def mp_auth_header(self, account: Account) -> Generator[None, str, str]:
        return (yield)

    @hookimpl(trylast=True)
    def mp_load_tokens(self, account: Account, store: object) -> None: ...

    def mp_login(self) -> None: ...


def test_each_hook_is_told_with_its_marks_and_parameters() -> None:
    header, load = hooks_of(Busy())
    assert (header.name, header.is_wrapper, header.order) == ("mp_auth_header", True, "tryfirst")
    assert (load.name, load.is_wrapper, load.order) == ("mp_load_tokens", False, "trylast")
    assert load.parameters == ("account", "store")


def test_hooks_come_by_name() -> None:
    names = [hook.name for hook in hooks_of(Badge())]
    assert names == sorted(names)
    assert {"mp_account_model", "mp_account_from_env"} <= {*names}


def test_each_field_of_its_own_is_told_with_its_type_and_variable() -> None:
    ticket, keys, coins = fields_of(BoothAccount)
    assert (ticket.name, ticket.type, ticket.is_required, ticket.is_secret) == (
        *("ticket", "SecretStr"),
        *(True, True),
    )
    assert (ticket.variable, ticket.about) == ("BOOTH", "what opens it")
    assert (keys.type, keys.is_required, keys.is_secret) == ("list[SecretStr] | None", False, True)
    assert (coins.type, coins.is_secret, coins.variable) == ("dict[str, int]", False, "MP_COINS")
    assert variables_of(fields_of(BoothAccount)) == ("BOOTH", "MP_COINS", "MP_KEYS")


def test_a_type_without_a_secret_has_no_variables() -> None:
    assert fields_of(PassAccount) == ()
    assert {field.variable for field in fields_of(BadgeAccount)} > {"MP_SECRET"}


@pytest.mark.parametrize("made", [Badge(), Badge])
def test_the_file_is_that_of_the_module_that_holds_it(made: object) -> None:
    file = file_of(made)
    assert file is not None
    assert file.endswith("fake_providers.py")


def test_what_was_made_in_memory_has_no_file() -> None:
    assert file_of(plugin()) is None
