"""Every request says what sends it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from mp_core._api.me_lookup import MeLookup
from mp_core._doctor.network import network_findings
from mp_core._runtime.context import Context
from mp_core._version import __version__
from mp_core.errors import MpError
from tests.support.sandbox_accounts import config, context, desk, env

__all__ = ["config", "context", "desk", "env"]


@pytest.mark.parametrize("kind", ["lib", "cli"])
def test_the_doctor_the_plugins_and_the_calls_have_the_same_user_agent(
    context: Context, config: Path, kind: str
) -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["User-Agent"])
        return httpx.Response(400, json={})

    surroundings = Context(
        env=context.env,
        plugins=context.plugins,
        transport=httpx.MockTransport(handle),
        user_agent_kind=kind,
    )
    account = surroundings.config().account("ci")
    list(network_findings(surroundings))
    with surroundings.oauth_http(account) as http:
        http.post("token/")
    with pytest.raises(MpError):
        MeLookup(surroundings, account).ask()
    assert len(seen) == 3
    assert {agent.split(" ")[0] for agent in seen} == {f"mp-core/{__version__}"}
    assert all(agent.endswith(f"; {kind})") for agent in seen)
