"""A log of its own for every test, and what is in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mp_core.plugin import AuditEvent

AT = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for name in ("MP_AUDIT_LOG", "MP_AUDIT_LOG_MAX_BYTES", "MP_AUDIT_LOG_BACKUPS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("MP_STORAGE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(home))


@pytest.fixture
def log(home: Path) -> Path:
    """Where the log is unless a variable names another place."""
    return home / ".mp" / "audit.jsonl"


Written = Callable[[Path], list[Any]]


@pytest.fixture
def written() -> Written:
    """What the lines of a file say."""
    return lambda path: [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def event() -> AuditEvent:
    return AuditEvent(
        kind="credential_used",
        at=AT,
        account="me",
        type="acme",
        region="eu",
        owner="ann@example.com",
        details={"host": "eu.mixpanel.com", "method": "GET", "path": "/api/app/me", "status": 200},
    )
