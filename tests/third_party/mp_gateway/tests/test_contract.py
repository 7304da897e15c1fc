"""The provider keeps the contract that every provider keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mp_core.testing import ProviderContract
from mp_gateway import GatewayAccount

if TYPE_CHECKING:
    from tests.authority import Authority


class TestContract(ProviderContract):
    @pytest.fixture
    def account(self, ops: Path, authority: Authority) -> GatewayAccount:
        return GatewayAccount(
            name="ops",
            region="eu",
            default_project="7",
            gateway="https://gw.acme.example/mixpanel",
            certificate=str(ops),
            authority=str(authority.file),
        )
