"""The provider keeps the contract that every provider keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mp_core.testing import ProviderContract
from mp_exec import ExecAccount

if TYPE_CHECKING:
    from tests.conftest import Command


class TestContract(ProviderContract):
    @pytest.fixture
    def account(self, command: Command) -> ExecAccount:
        return command.account()
