"""The provider keeps the contract that every provider keeps."""

from __future__ import annotations

import pytest

from mp_core.testing import ProviderContract
from mp_hmac import HmacAccount


class TestContract(ProviderContract):
    @pytest.fixture
    def account(self) -> HmacAccount:
        given = {"key_id": "robot-1", "secret": "fake-secret-of-a-robot"}
        fields = {"name": "robot", "region": "eu", "default_project": "7", **given}
        return HmacAccount.model_validate(fields)
