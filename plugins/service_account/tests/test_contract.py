"""The provider keeps the contract that every provider keeps."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from mp_core.testing import ProviderContract
from mp_service_account import ServiceAccount


class TestContract(ProviderContract):
    @pytest.fixture
    def account(self) -> ServiceAccount:
        return ServiceAccount(
            name="team",
            region="eu",
            default_project="3018488",
            username="ci.fake.robot",
            secret=SecretStr("fake-secret-of-the-robot"),
        )

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {
            "MP_USERNAME": "ci.fake.robot",
            "MP_SECRET": "fake-secret-of-the-robot",
            "MP_PROJECT_ID": "3018488",
            "MP_REGION": "eu",
        }
