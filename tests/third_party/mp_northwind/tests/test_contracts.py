"""Each plugin of Northwind keeps the contract of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from mp_core.plugin import Account, OAuthTokens
from mp_core.testing import (
    AuditContract,
    PolicyContract,
    ProviderContract,
    SampleAccount,
    TokenStoreContract,
)
from mp_northwind import audit, store
from mp_northwind.sso import NorthwindAccount


class TestSso(ProviderContract):
    @pytest.fixture
    def account(self) -> NorthwindAccount:
        return NorthwindAccount(name="ada", region="eu", default_project="7")

    @pytest.fixture
    def tokens(self) -> OAuthTokens:
        return OAuthTokens(
            access_token=SecretStr("fake-access-token"),
            refresh_token=SecretStr("fake-refresh-token"),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )


class TestStore(TokenStoreContract):
    @pytest.fixture
    def extension(self) -> str:
        return "northwind_store"

    @contextmanager
    def unusable(self) -> Iterator[None]:
        """Let the file be none of SQLite's."""
        whole = store.file().read_bytes()
        store.file().write_bytes(b"This is no database." * 100)
        yield
        store.file().write_bytes(whole)


class TestPolicy(PolicyContract):
    @pytest.fixture
    def extension(self) -> str:
        return "northwind_policy"

    @pytest.fixture
    def accepted(self) -> list[Account]:
        return [NorthwindAccount(name="ada", region="eu")]

    @pytest.fixture
    def refused(self) -> list[Account]:
        return [NorthwindAccount(name="bob", region="us"), SampleAccount(name="eve", region="eu")]


class TestAudit(AuditContract):
    @pytest.fixture
    def extension(self) -> str:
        return "northwind_audit"

    def recorded(self) -> list[str]:
        return audit.file().read_text().splitlines() if audit.file().exists() else []
