"""Checks that a store gives back what it was given, until it is told to delete it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from pydantic import SecretStr

from mp_core._runtime.context import Context
from mp_core._tokens.store import FileTokenStore, token_file
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.extensions.placement import Placement
from mp_core.testing.extensions.samples import SampleAccount
from mp_core.testing.extensions.subject import ExtensionSubject, implemented

ACCESS: Final = "fake-access-token-of-the-contract"
REFRESH: Final = "fake-refresh-token-of-the-contract"
_HOOKS: Final = ("mp_load_tokens", "mp_persist_tokens", "mp_delete_tokens")


def tokens_with(**fields: Any) -> OAuthTokens:
    """Return tokens that are good for an hour, with these fields."""
    usual = {
        "access_token": SecretStr(ACCESS),
        "refresh_token": SecretStr(REFRESH),
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    return OAuthTokens(**{**usual, **fields})


_KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "usual": {"scope": "projects analysis", "client_id": "a-client", "login_id": "a-login"},
    "without refresh token": {"refresh_token": None},
    "long": {"access_token": SecretStr("a" * 8192), "refresh_token": SecretStr("r" * 8192)},
    "of a foreign script": {"scope": "просмотр 読む 🔑 \"quoted\" 'single' \\ %s ${HOME}"},
    "of another kind": {"token_type": "DPoP"},
}


class KeepingChecks(ExtensionSubject):
    """What is stored comes back whole, the last version of it, and not after it was deleted."""

    @pytest.fixture
    def account(self) -> Account:
        """The account whose tokens are kept."""
        return SampleAccount(name="contract", region="eu")

    @pytest.fixture
    def kept(self) -> Iterator[list[tuple[Context, Account]]]:
        """Where tokens were stored, which are deleted in the end."""
        places: list[tuple[Context, Account]] = []
        yield places
        for context, account in places:
            context.vault.discard(account)

    @pytest.fixture
    def store(
        self, kept: list[tuple[Context, Account]]
    ) -> Callable[[Context, Account, OAuthTokens], str]:
        """Stores tokens as the core does, and deletes them when the check has ended."""

        def store(context: Context, account: Account, tokens: OAuthTokens) -> str:
            kept.append((context, account))
            return context.vault.store(account, tokens)

        return store

    def test_it_has_the_hooks_of_a_store(self, plugin: object) -> None:
        missing = [hook for hook in _HOOKS if hook not in implemented(plugin)]
        assert not missing, (
            f"A token store also implements {', '.join(missing)}: what one of them does without the"
            " others, the core does in its own file."
        )

    def test_a_slot_is_empty_until_something_is_stored(
        self, account: Account, context: Context
    ) -> None:
        assert context.vault.peek(account) is None, (
            "mp_load_tokens must return None for a key under which nothing was stored."
        )
        assert not context.vault.discard(account), (
            "mp_delete_tokens must return False for a key under which nothing was stored."
        )

    @pytest.mark.parametrize("kind", _KINDS)
    def test_all_that_was_stored_comes_back(
        self, account: Account, context: Context, placement: Placement, store: Any, kind: str
    ) -> None:
        tokens = tokens_with(**_KINDS[kind])
        store(context, account, tokens)
        found = self._found(placement.process(), account)
        assert found is not None, "mp_load_tokens returns None for what was stored."
        assert found.slot is not None, (
            "Tokens come back without their `slot`, by which the core knows whose they are: keep"
            " all that tokens.reveal() gives."
        )
        differing = [key for key, value in tokens if getattr(found, key) != value and key != "slot"]
        assert not differing, (
            f"Tokens come back with another {' and '.join(differing)}: keep all that"
            " tokens.reveal() gives, and read it with OAuthTokens.model_validate_json."
        )

    def test_what_was_stored_last_comes_back(
        self, account: Account, context: Context, placement: Placement, store: Any
    ) -> None:
        store(context, account, tokens_with())
        last = tokens_with(access_token=SecretStr("fake-second"), refresh_token=None)
        store(context, account, last)
        assert placement.process().vault.peek(account) == last, (
            "mp_persist_tokens does not replace what was stored before: nothing of it may stay."
        )

    def test_a_deletion_says_whether_there_was_anything(
        self, account: Account, context: Context, placement: Placement, store: Any
    ) -> None:
        store(context, account, tokens_with())
        assert placement.process().vault.discard(account), (
            "mp_delete_tokens must return True when there were tokens."
        )
        assert placement.process().vault.peek(account) is None, (
            "mp_delete_tokens leaves the tokens where mp_load_tokens finds them."
        )
        assert not placement.process().vault.discard(account), (
            "mp_delete_tokens must return False when there were no tokens."
        )

    def test_it_says_where_the_tokens_are_and_keeps_them_there_alone(
        self, account: Account, context: Context, store: Any
    ) -> None:
        place = store(context, account, tokens_with())
        assert " ".join(place.split()) == place != "", (
            "mp_persist_tokens must return where the tokens are, in words for people to read."
        )
        assert context.root is not None
        assert not token_file(context.root, account).exists(), (
            "The core has kept the tokens in its own file, too: mp_persist_tokens must return where"
            " they are, or the next implementation is asked."
        )

    def _found(self, context: Context, account: Account) -> OAuthTokens | None:
        """Return what the extension itself returns, with what the core has told it to keep."""
        assert context.root is not None
        slot = FileTokenStore(context.root, account, context.binding(account))
        return context.host.load_tokens(account, slot)
