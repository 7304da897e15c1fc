"""Checks that accounts and tokens come back as they were kept, from the files for them alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mp_core._runtime.context import Context
from mp_core._storage import paths
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import OAuthTokens
from mp_core.testing.proof import proof_of
from mp_core.testing.subject import Subject


class PersistenceChecks(Subject):
    """What is kept comes back, and nowhere else is a secret."""

    def test_a_configured_account_is_read_as_it_was_added(
        self, account: Account, ready: Context
    ) -> None:
        assert ready.config().account(account.name) == account, (
            "An account comes back from the configuration as another one: give its fields types"
            " that TOML has, or validators that accept what is written for them."
        )

    def test_secrets_are_only_in_the_files_for_them(
        self, account: Account, ready: Context, secrets: list[str]
    ) -> None:
        proof_of(ready, account)
        root = paths.home(ready.env)
        assert root is not None
        for file in _files_with(secrets, root):
            assert file.name in ("config.toml", "tokens.json"), (
                f"{file.relative_to(root)} holds a secret: keep nothing, the core does."
            )
            assert not file.stat().st_mode & 0o077, f"{file} holds a secret and is not private."

    def test_stored_tokens_come_back_and_can_be_deleted(
        self, account: Account, tokens: OAuthTokens | None, ready: Context
    ) -> None:
        if tokens is None:
            pytest.skip("no tokens are supplied")
        assert self.process().vault.peek(account) == tokens, (
            "mp_load_tokens does not return what mp_persist_tokens was given."
        )
        assert ready.vault.discard(account), (
            "mp_delete_tokens must return True when there were tokens."
        )
        assert self.process().vault.peek(account) is None, (
            "mp_delete_tokens leaves the tokens where mp_load_tokens finds them."
        )
        assert not ready.vault.discard(account), (
            "mp_delete_tokens must return False when there were no tokens."
        )


def _files_with(secrets: list[str], root: Path) -> Iterator[Path]:
    for file in root.rglob("*"):
        if file.is_file():
            text = file.read_bytes()
            if any(secret.encode() in text for secret in secrets):
                yield file
