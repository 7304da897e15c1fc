"""The provider keeps the contract that every provider keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from mp_acme_sso import AcmeSsoAccount
from mp_core.plugin import OAuthTokens
from mp_core.testing import ProviderContract

ISSUER = "https://sso.acme.example"


class TestContract(ProviderContract):
    @pytest.fixture
    def account(self) -> AcmeSsoAccount:
        return AcmeSsoAccount(name="me", region="eu", issuer=ISSUER, audience="mixpanel")

    @pytest.fixture
    def tokens(self) -> OAuthTokens:
        return OAuthTokens(
            access_token=SecretStr("fake-access-token"),
            refresh_token=SecretStr("fake-refresh-token"),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
            client_id="mixpanel-cli",
        )

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {
            "ACME_SSO_TOKEN": "fake-token-of-a-job",
            "ACME_SSO_ISSUER": ISSUER,
            "MP_PROJECT_ID": "7",
            "MP_REGION": "eu",
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            return super().answer(request)
        endpoints = {"token_endpoint": f"{ISSUER}/token", "revocation_endpoint": f"{ISSUER}/revoke"}
        return httpx.Response(200, json={"issuer": ISSUER, **endpoints})
