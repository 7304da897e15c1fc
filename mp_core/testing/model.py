"""Checks of the announcement and of the account model."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any, Final

import pytest
from pydantic import ValidationError

from mp_core._values.session import Project, Session
from mp_core.errors import ProviderError
from mp_core.plugin._host.classes import account_class
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.testing.subject import Subject, leaked

_SLUG: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CANARY: Final = "canary-of-the-contract"
_SECRETIVE: Final = ("passphrase", "password", "secret", "token")


class ModelChecks(Subject):
    """The type is announced, and its accounts are closed, frozen values."""

    def test_the_type_is_announced_and_its_provider_loads(
        self, account: Account, host: Host
    ) -> None:
        assert account.type in host.types()

    def test_the_account_is_of_the_announced_model(self, account: Account, host: Host) -> None:
        model = host.model(account.type)
        assert type(account) is model, (
            f"mp_account_model returns {model.__name__}, and the fixture `account` is of the class"
            f" {type(account).__name__}: they must be the same."
        )

    def test_the_type_can_be_typed_and_written(self, account: Account) -> None:
        assert _SLUG.fullmatch(account.type), (
            f"Name the type {account.type!r} in lower case: words of letters and digits, joined"
            " by _, such as acme_sso."
        )

    def test_the_class_is_found_in_the_core_by_its_name(self, account: Account) -> None:
        name = type(account).__name__
        words = "".join(word.capitalize() for word in account.type.split("_"))
        proposal = words if words.endswith("Account") else f"{words}Account"
        try:
            found: Any = account_class(name)
        except ProviderError:
            found = None
        assert found is type(account), (
            f"`from mp_core import {name}` does not find the class: call it {proposal}."
        )

    def test_an_account_is_frozen(self, account: Account) -> None:
        for field in type(account).model_fields:
            assert not _is_assignable(account, field), (
                f"{field} of an account can be assigned: keep frozen=True."
            )

    def test_unknown_fields_are_refused(self, account: Account) -> None:
        assert _refusal(account, no_such_field="x") is not None, (
            'The model accepts unknown fields: keep extra="forbid", and let no validator drop them.'
        )

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "not a name!"),
            ("name", "x" * 65),
            ("region", "moon"),
            ("default_project", "twelve"),
            ("type", "another"),
        ],
    )
    def test_the_common_fields_keep_their_rules(
        self, account: Account, field: str, value: str
    ) -> None:
        assert _refusal(account, **{field: value}) is not None, (
            f"The model accepts {field}={value!r}: do not declare {field} again"
            + (", but as a literal." if field == "type" else ".")
        )

    def test_errors_keep_what_was_entered_to_themselves(
        self, account: Account, secrets: list[str]
    ) -> None:
        for field in type(account).model_fields:
            for value in (_CANARY, [_CANARY], {"key": _CANARY}, f" {_CANARY}\n\0", 7):
                said = _refusal(account, **{field: value}) or ""
                assert not leaked(said, [_CANARY, *secrets]), (
                    f"The error for a wrong {field} repeats a value, and any value may be a secret"
                    " in the wrong place: raise ValueError without it in your validator, and keep"
                    " hide_input_in_errors=True."
                )

    def test_what_is_called_a_secret_is_one(self, account: Account) -> None:
        for field in type(account).model_fields:
            value = getattr(account, field)
            is_open = isinstance(value, str) and field.rpartition("_")[2] in _SECRETIVE
            assert not is_open, f"Declare {field} as SecretStr: as text, it shows everywhere."

    def test_accounts_compare_and_travel_by_value(self, account: Account) -> None:
        session = Session(account=account, project=Project(id="1"))
        for way, other in (
            ("a copy", copy.deepcopy(account)),
            ("its pickle", pickle.loads(pickle.dumps(account))),
            ("the pickle of its session", pickle.loads(pickle.dumps(session)).account),
        ):
            assert other == account, (
                f"An account and {way} differ, so that process pools do not work: let every field"
                " compare and pickle by value."
            )

    def test_the_account_says_whether_it_is_long_lived(self, account: Account) -> None:
        assert isinstance(account.is_long_lived(), bool), "is_long_lived must return True or False."


def _is_assignable(account: Account, field: str) -> bool:
    try:
        setattr(account, field, getattr(account, field))
    except ValidationError:
        return False
    return True


def _refusal(account: Account, **changes: Any) -> str | None:
    """Return all that the error says of an account with these changes, or None without one."""
    fields = {name: getattr(account, name) for name in type(account).model_fields}
    try:
        type(account).model_validate({**fields, **changes})
    except ValidationError as error:
        return f"{error} {error!r} {error.errors()} {error.json()} {error.__context__!r}"
    except Exception as error:
        pytest.fail(
            f"Validating an account with a wrong {' and '.join(changes)} raises"
            f" {type(error).__name__}: raise ValueError in your validator."
        )
    return None
