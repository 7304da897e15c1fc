"""Every request shows the certificate of its account, to the gateway and to nobody else."""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path

import httpx
import pytest

import mp_core as mp
from mp_core.errors import APIError, ConfigError
from tests.authority import Authority
from tests.gateway import Gateway

pytestmark = pytest.mark.usefixtures("accounts")

ME = "/mixpanel/api/app/me"
TOKEN = "/mixpanel/oauth/token/"


def test_two_accounts_in_one_workspace_show_their_own_certificates(gateway: Gateway) -> None:
    with mp.Workspace(account="ops") as ws:
        http = ws.http
        for name in ("ops", "dev", "ops", "dev"):
            ws.use(account=name)
            assert ws.me(refresh=True).user_email == f"{name}@acme.example"
        assert ws.http is http
    asked = [(who, path) for who, _, path, _ in gateway.log]
    assert asked == [
        *[("ops", TOKEN), ("ops", ME), ("dev", TOKEN), ("dev", ME)],
        *[("ops", ME), ("dev", ME)],
    ]
    assert {status for *_, status in gateway.log} == {200}


def test_connections_are_used_again_by_the_same_account_alone(gateway: Gateway) -> None:
    with mp.Workspace(account="ops") as ws:
        for name in ("ops", "dev") * 3:
            ws.use(account=name).request("GET", "/x")
    assert gateway.connections == 4, "two for tokens, and one for each account"


def test_a_token_that_is_refused_is_replaced_once_through_the_gateway(gateway: Gateway) -> None:
    with mp.Workspace(account="ops") as ws:
        ws.request("GET", "/x")
        gateway.tokens = dict.fromkeys(gateway.tokens, "nobody")
        ws.request("GET", "/x")
    assert [(path, status) for _, _, path, status in gateway.log[2:]] == [
        ("/mixpanel/api/app/x", 401),
        (TOKEN, 200),
        ("/mixpanel/api/app/x", 200),
    ]


def test_a_test_of_an_account_goes_through_the_gateway(gateway: Gateway) -> None:
    assert mp.accounts.test("dev").ok
    assert {who for who, *_ in gateway.log} == {"dev"}


def test_the_client_of_a_workspace_serves_requests_of_ones_own(gateway: Gateway) -> None:
    with mp.Workspace(account="ops") as ws:
        url = f"{gateway.url}/api/query/x?a=b"
        for name in ("ops", "dev"):
            auth = mp.SessionAuth(ws.use(account=name).session)
            assert ws.http.get(url, auth=auth).json()["who"] == name


def test_another_client_is_refused_with_the_way_out(gateway: Gateway) -> None:
    auth = mp.SessionAuth(mp.Workspace(account="ops").session)

    async def ask() -> None:
        async with httpx.AsyncClient(auth=auth, trust_env=False) as http:
            await http.get(f"{gateway.url}/api/app/me")

    with httpx.Client(auth=auth, trust_env=False) as http, pytest.raises(ConfigError) as caught:
        http.get(f"{gateway.url}/api/app/me")
    assert "client certificate" in caught.value.message
    assert "Workspace(…).http" in str(caught.value.hint)
    with pytest.raises(ConfigError, match="client certificate"):
        asyncio.run(ask())
    assert gateway.log == []


def test_the_hosts_of_the_region_get_nothing() -> None:
    with mp.Workspace(account="ops") as ws, pytest.raises(ConfigError, match="is not sent to"):
        ws.http.get("https://eu.mixpanel.com/api/app/me", auth=mp.SessionAuth(ws.session))


def test_a_changed_account_has_another_certificate_at_once(gateway: Gateway, dev: Path) -> None:
    with mp.Workspace(account="ops") as ws:
        assert ws.request("GET", "/x")["who"] == "ops"
        mp.accounts.update("ops", certificate=str(dev), take_over=True)
        assert ws.use(account="ops").request("GET", "/x")["who"] == "dev"


def added(gateway: Gateway, authority: Authority, certificate: Path) -> mp.Workspace:
    """Return a workspace of an account with a certificate of its own."""
    files = {"certificate": str(certificate), "authority": str(authority.file)}
    given = {"default_project": "7", "gateway": gateway.url, **files}
    mp.accounts.add("eve", type="gateway", region="eu", **given)
    return mp.Workspace(account="eve")


def test_a_certificate_that_is_not_there_is_told(
    gateway: Gateway, authority: Authority, tmp_path: Path
) -> None:
    ws = added(gateway, authority, tmp_path / "none.pem")
    with ws, pytest.raises(ConfigError, match="'eve' cannot be used: No such file"):
        ws.request("GET", "/x")


def test_what_nobody_certified_is_not_let_in(
    gateway: Gateway, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Authority(tmp_path_factory.mktemp("other")).certified("ops")
    with added(gateway, authority, other) as ws, pytest.raises(mp.MpError):
        ws.request("GET", "/x")
    assert gateway.log == []


def test_a_session_that_travels_brings_its_connections_along(gateway: Gateway) -> None:
    thawed = pickle.loads(pickle.dumps(mp.Workspace(account="dev").session))
    with mp.Workspace(session=thawed) as ws:
        assert ws.request("GET", "/x")["who"] == "dev"
        ws.close()
        assert ws.request("GET", "/x")["who"] == "dev", "over a new connection"


def test_a_gateway_that_is_down_is_told(gateway: Gateway) -> None:
    ws = mp.Workspace(account="ops")
    ws.request("GET", "/x")
    mp.accounts.update("dev", gateway="https://localhost:1")
    with ws, pytest.raises((APIError, mp.OAuthError), match="refuses connections"):
        ws.use(account="dev").request("GET", "/x")
