"""The provider keeps the contract that every provider keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from mp_core.plugin import OAuthTokens
from mp_core.testing import ProviderContract
from mp_oauth_browser import OAuthBrowserAccount


class TestContract(ProviderContract):
    @pytest.fixture
    def account(self) -> OAuthBrowserAccount:
        return OAuthBrowserAccount(name="me", region="eu")

    @pytest.fixture
    def tokens(self) -> OAuthTokens:
        return OAuthTokens(
            access_token=SecretStr("fake-access-token"),
            refresh_token=SecretStr("fake-refresh-token"),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            scope="projects analysis",
            client_id="fake-client",
        )
