"""What the user's variables say of proxies and certificates, and what no proxy gets to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from mp_core._doctor.network import network_findings
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError
from mp_core.workspace import Workspace
from tests.support.sandbox_accounts import config, context, desk, env, opened, ws

__all__ = ["config", "context", "desk", "env", "opened", "ws"]

PASSWORD = "fake-secret-of-a-proxy"

proxied = pytest.mark.usefixtures("proxy")


@pytest.fixture(params=["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def proxy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a proxy that nobody runs, so that what is sent there does not arrive."""
    monkeypatch.setenv(request.param, "http://127.0.0.1:9")


@proxied
def test_h46_a_call_over_loopback_passes_by_every_proxy(ws: Workspace) -> None:
    assert ws.me(refresh=True).user is not None


@proxied
def test_h46_a_token_request_over_loopback_passes_by_every_proxy(
    context: Context, ws: Workspace
) -> None:
    with context.oauth_http(ws.account) as http:
        assert http.post("token/").status_code == 400


@proxied
def test_an_examination_over_loopback_passes_by_every_proxy(context: Context, config: Path) -> None:
    assert [finding.level for finding in network_findings(context)] == ["ok"]


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9", "socksio"),
        ("HTTPS_PROXY", f"odd://ann:{PASSWORD}@127.0.0.1:9", "address of a proxy"),
        ("SSL_CERT_FILE", __file__, "its certificates: "),
    ],
)
def test_variables_that_cannot_be_used_are_an_error_that_names_them(
    ws: Workspace,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    reason: str,
) -> None:
    monkeypatch.setenv(variable, value)
    for ask in (ws.me, lambda: context.oauth_http(ws.account)):
        with pytest.raises(ConfigError, match=f"No connection can be set up: .*{reason}") as caught:
            ask()
        assert variable in str(caught.value.hint)
        assert PASSWORD not in f"{caught.value!r} {caught.value.__context__!r}"
    (finding,) = network_findings(context)
    assert (finding.level, finding.message) == ("error", caught.value.message)
