"""The contract of token stores, with a real Secret Service."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from mp_core.testing import TokenStoreContract

pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed:ResourceWarning")  # See conftest.py.


class TestKeyring(TokenStoreContract):
    @pytest.fixture(autouse=True)
    def _service(self, secret_service: Any) -> None:
        self.service = secret_service

    @pytest.fixture
    def extension(self) -> str:
        return "keyring"

    def unusable(self) -> AbstractContextManager[object]:
        stopped: AbstractContextManager[object] = self.service.stopped()
        return stopped
