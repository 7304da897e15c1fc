"""Bridge files as another machine, or a hand, wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mp_core.bridge import BridgeFile, find_bridge
from mp_core.context import Context
from mp_core.errors import ConfigError
from tests.fakes import CANARY

BADGE: dict[str, Any] = {
    "version": 2,
    "account": {
        "type": "badge",
        "name": "team",
        "region": "us",
        "default_project": "3018488",
        "username": "ann",
        "secret": CANARY,
    },
}
TOKENS: dict[str, Any] = {
    "access_token": f"{CANARY}-access",
    "refresh_token": f"{CANARY}-refresh",
    "expires_at": "2038-01-19T03:14:07+00:00",
    "scope": "events",
    "token_type": "Bearer",
    "client_id": "client-of-this-account",
}
PASS: dict[str, Any] = {
    "version": 2,
    "account": {"type": "pass", "name": "me", "region": "eu"},
    "tokens": TOKENS,
    "project": "77",
    "workspace": 3448414,
    "headers": {"X-Team": "growth"},
}


def written(path: Path, content: Any = BADGE, *, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    path.chmod(mode)
    return path


def content_of(context: Context) -> BridgeFile:
    found = find_bridge(context)
    assert found is not None
    return found.content


def refused(context: Context) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        find_bridge(context)
    return caught.value
