"""A proxy sees nothing of what plain http carries, since that stays on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from mp_core.context import Context
from mp_core.doctor.network import network_findings
from mp_core.workspace import Workspace
from tests.identities import config, context, desk, env, opened, ws

__all__ = ["config", "context", "desk", "env", "opened", "ws"]

pytestmark = pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])


@pytest.fixture(autouse=True)
def _proxied(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a proxy that nobody runs, so that what is sent there does not arrive."""
    monkeypatch.setenv(variable, "http://127.0.0.1:9")


def test_h46_a_call_over_loopback_passes_by_every_proxy(ws: Workspace) -> None:
    assert ws.me(refresh=True).user is not None


def test_h46_a_token_request_over_loopback_passes_by_every_proxy(
    context: Context, ws: Workspace
) -> None:
    with context.oauth_http(ws.account) as http:
        assert http.post("token/").status_code == 400


def test_an_examination_over_loopback_passes_by_every_proxy(context: Context, config: Path) -> None:
    assert [finding.level for finding in network_findings(context)] == ["ok"]
