"""Requests through the gateway: signed one by one, and refused when they are not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import mp_core as mp
from mp_core.errors import AuthenticationError, ConfigError, ProviderError
from tests.gateway import Gateway

pytestmark = pytest.mark.usefixtures("robots")


def test_the_gateway_knows_who_asks(gateway: Gateway) -> None:
    with mp.Workspace(account="one") as ws:
        assert ws.me(refresh=True).user_email == "robot-1@acme.example"
        assert ws.use(account="two").me(refresh=True).user_email == "robot-2@acme.example"
        assert ws.use(account="one").me().user_email == "robot-1@acme.example"
    assert [who for _, who, _ in gateway.log] == ["robot-1", "robot-2"], "and the rest is cached"


def test_bodies_and_queries_are_signed(gateway: Gateway) -> None:
    with mp.Workspace(account="one") as ws:
        odd = {"name": "Café / %", "list": ["a", "b"]}
        answer = ws.request("POST", "/x", params=odd, json={"a": "ü"})
    assert answer["who"] == "robot-1"
    assert answer["body"] == '{"a":"ü"}'


def test_a_request_that_is_sent_again_is_signed_anew(gateway: Gateway) -> None:
    gateway.failures = 1
    with mp.Workspace(account="one") as ws:
        ws.me(refresh=True)
    assert [who for _, who, _ in gateway.log] == ["robot-1", "robot-1"], "none was used before"
    first, second = (headers["authorization"] for _, _, headers in gateway.log)
    assert first != second


def test_a_signature_that_was_seen_is_worth_nothing(gateway: Gateway) -> None:
    with mp.Workspace(account="one") as ws:
        ws.me(refresh=True)
    headers = gateway.log[0][2]
    proof = {name: headers[name] for name in ("authorization", "x-date")}
    with httpx.Client(trust_env=False) as http:
        assert http.get(f"{gateway.url}/api/app/me", headers=proof).status_code == 401
        assert http.get(f"{gateway.url}/api/app/x", headers=proof).status_code == 401
    assert [who for _, who, _ in gateway.log[1:]] == ["used before", "wrong signature"]


def test_a_wrong_secret_is_refused_once_and_told(gateway: Gateway) -> None:
    with mp.Workspace(account="wrong") as ws, pytest.raises(AuthenticationError) as caught:
        ws.me(refresh=True)
    assert [who for _, who, _ in gateway.log] == ["wrong signature"]
    assert "fake-secret" not in f"{caught.value} {caught.value.hint} {caught.value.details}"
    assert not mp.accounts.test("wrong").ok
    assert mp.accounts.test("one").ok


def test_any_client_of_httpx_signs(gateway: Gateway) -> None:
    auth = mp.SessionAuth(mp.Workspace(account="two").session)

    def body() -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(auth=auth, trust_env=False) as http:
            return await http.post(f"{gateway.url}/api/app/x?a=b", data={"c": "d"})

    with httpx.Client(auth=auth, trust_env=False) as http:
        answer = http.post(f"{gateway.url}/api/app/x", content=body()).json()
    assert (answer["who"], answer["body"]) == ("robot-2", "one two")
    assert asyncio.run(asked()).json()["body"] == "c=d"


def test_there_is_no_header_to_take_elsewhere() -> None:
    ws = mp.Workspace(account="one")
    assert mp.accounts.token("one") is None
    for ask in (ws.account.auth_header, ws.session.auth_header):
        with pytest.raises(ConfigError, match="sign each request") as caught:
            ask()
        assert not isinstance(caught.value, ProviderError), "which is nobody's fault"
        assert "SessionAuth" in str(caught.value.hint)


def test_what_is_remembered_goes_with_the_secret(gateway: Gateway, home: Path) -> None:
    with mp.Workspace(account="one") as ws:
        ws.me()
    config = home / ".mp" / "config.toml"
    config.write_text(config.read_text().replace("fake-secret-of-robot-1", "fake-secret-of-nobody"))
    with mp.Workspace(account="one") as ws, pytest.raises(AuthenticationError):
        ws.me()
    assert [who for _, who, _ in gateway.log][-1] == "wrong signature"


def test_another_default_project_leaves_what_is_remembered(gateway: Gateway) -> None:
    with mp.Workspace(account="one") as ws:
        ws.me()
    mp.accounts.update("one", default_project="8")
    asked = len(gateway.log)
    with mp.Workspace(account="one") as ws:
        ws.me()
    assert len(gateway.log) == asked
