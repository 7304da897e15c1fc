"""The provider keeps the contract that every provider keeps, whichever way its token is held."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from mp_core.testing import ProviderContract
from mp_oauth_token import OAuthTokenAccount

TOKEN = "fake-token-of-the-agent"


class TestTokenInTheAccount(ProviderContract):
    @pytest.fixture
    def account(self) -> OAuthTokenAccount:
        return OAuthTokenAccount(
            name="agent", region="eu", default_project="3018488", token=SecretStr(TOKEN)
        )

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"MP_OAUTH_TOKEN": TOKEN, "MP_PROJECT_ID": "3018488", "MP_REGION": "eu"}


class TestTokenInAVariable(ProviderContract):
    @pytest.fixture
    def account(self, monkeypatch: pytest.MonkeyPatch) -> OAuthTokenAccount:
        monkeypatch.setenv("AGENT_TOKEN", TOKEN)
        return OAuthTokenAccount(
            name="agent", region="eu", default_project="3018488", token_env="AGENT_TOKEN"
        )
