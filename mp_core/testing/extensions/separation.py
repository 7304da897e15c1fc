"""Checks that a store tells slots apart, whatever they have in common, and whoever uses them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr

from mp_core import _env as variables
from mp_core._runtime.context import Context
from mp_core._tokens.binding import FOREIGN
from mp_core.errors import OAuthError
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.extensions.children import Child, results_of
from mp_core.testing.extensions.keeping import KeepingChecks, tokens_with
from mp_core.testing.extensions.placement import Placement
from mp_core.testing.extensions.samples import OtherSampleAccount, SampleAccount

_ROUNDS: Final = 20
_OTHERS: Final = (
    "storage root",
    "configuration file",
    "account",
    "type",
    "region",
)


class SeparationChecks(KeepingChecks):
    """No slot shows in another one, and no process loses what another one stores."""

    @pytest.fixture(params=_OTHERS)
    def other(
        self, request: pytest.FixtureRequest, placement: Placement, tmp_path: Path
    ) -> tuple[str, Context, Account]:
        """Another slot: in what it differs, its surroundings, and its account."""
        what = request.param
        env = _environment_with_another(what, tmp_path)
        return what, placement.process(env), _account_with_another(what)

    def test_what_one_slot_holds_does_not_show_in_another(
        self, account: Account, context: Context, store: Any, other: tuple[str, Context, Account]
    ) -> None:
        what, elsewhere, theirs = other
        store(context, account, tokens_with())
        assert _peek(elsewhere, theirs) is None, (
            f"mp_load_tokens returns the tokens of another {what}: go by store.key, which tells all"
            " of them apart."
        )

    def test_slots_keep_their_own(
        self,
        account: Account,
        context: Context,
        placement: Placement,
        store: Any,
        other: tuple[str, Context, Account],
    ) -> None:
        what, elsewhere, theirs = other
        mine, own = tokens_with(), tokens_with(access_token=SecretStr("fake-token-of-another"))
        store(context, account, mine)
        self._store_elsewhere(store, elsewhere, theirs, own, what)
        assert placement.process().vault.peek(account) == mine, (
            f"mp_persist_tokens replaces the tokens of another {what}: go by store.key."
        )
        assert _peek(elsewhere, theirs) == own

    def test_a_deletion_leaves_other_slots_alone(
        self,
        account: Account,
        context: Context,
        placement: Placement,
        store: Any,
        other: tuple[str, Context, Account],
    ) -> None:
        what, elsewhere, theirs = other
        store(context, account, tokens_with())
        elsewhere.vault.discard(theirs)
        assert placement.process().vault.peek(account) is not None, (
            f"mp_delete_tokens deletes the tokens of another {what}: go by store.key."
        )

    def test_a_new_process_finds_and_deletes_what_was_stored(
        self, account: Account, context: Context, placement: Placement, store: Any
    ) -> None:
        tokens = tokens_with()
        store(context, account, tokens)
        assert placement.process().vault.peek(account) == tokens
        fields = _fields(account)
        (found,) = results_of(Child(placement, "find", account=fields))
        assert found == tokens.reveal(), "A new process does not find what was stored before."
        (deleted,) = results_of(Child(placement, "drop", account=fields))
        assert deleted, "A new process cannot delete what was stored before."
        assert placement.process().vault.peek(account) is None, (
            "What another process has deleted is still there: keep nothing in memory."
        )

    def test_processes_that_store_at_the_same_time_lose_nothing(
        self, context: Context, placement: Placement, store: Any
    ) -> None:
        accounts = [SampleAccount(name=f"contract-{n}", region="eu") for n in range(2)]
        for each in accounts:
            store(context, each, tokens_with())
        versions = [[_version(each, n) for n in range(_ROUNDS)] for each in accounts]
        lost = results_of(
            *(
                Child(placement, "keep", account=_fields(each), versions=mine)
                for each, mine in zip(accounts, versions, strict=True)
            )
        )
        assert lost == [[], []], (
            "When two processes store tokens at the same time, some are lost: let the place where"
            " they are kept change one entry at a time, or hold a lock while it is read and written"
            " back."
        )

    def _store_elsewhere(
        self, store: Any, context: Context, account: Account, tokens: OAuthTokens, what: str
    ) -> None:
        try:
            store(context, account, tokens)
        except OAuthError as error:
            if error.code != FOREIGN:
                raise
            pytest.fail(f"Tokens of another {what} are in the way: go by store.key.")


def _environment_with_another(what: str, directory: Path) -> Mapping[str, str]:
    match what:
        case "storage root":
            return {**os.environ, variables.STORAGE_DIR: str(directory / "root")}
        case "configuration file":
            return {**os.environ, variables.CONFIG_PATH: str(directory / "another.toml")}
    return dict(os.environ)


def _account_with_another(what: str) -> Account:
    match what:
        case "account":
            return SampleAccount(name="contract2", region="eu")
        case "type":
            return OtherSampleAccount(name="contract", region="eu")
        case "region":
            return SampleAccount(name="contract", region="us")
    return SampleAccount(name="contract", region="eu")


def _peek(context: Context, account: Account) -> OAuthTokens | None:
    """Return what a slot shows; tokens that the core refuses were shown all the same."""
    try:
        return context.vault.peek(account)
    except OAuthError as error:
        if error.code != FOREIGN:
            raise
        return tokens_with(access_token=SecretStr("of another slot"))


def _fields(account: Account) -> dict[str, Any]:
    return {"name": account.name, "type": account.type, "region": account.region}


def _version(account: Account, number: int) -> dict[str, Any]:
    tokens = tokens_with(access_token=SecretStr(f"fake-{account.name}-{number}"))
    return dict(json.loads(json.dumps(tokens.reveal())))
