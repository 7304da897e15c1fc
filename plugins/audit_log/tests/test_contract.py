"""The contract of audit logs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mp_core.plugin import storage_root
from mp_core.testing import AuditContract


class TestAuditLog(AuditContract):
    @pytest.fixture
    def extension(self) -> str:
        return "audit_log"

    def recorded(self) -> Sequence[object]:
        log = Path(storage_root(), "audit.jsonl")
        return log.read_text().splitlines() if log.exists() else []
