"""The servers that doctor asks: a gateway of an account in the place of its region."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from mp_core._doctor.network import network_findings
from mp_core._runtime.context import Context
from tests.support.home_files import configure
from tests.support.signing_provider import KEY, Seal, host_with

GATEWAY = "https://gw.acme.example"


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def context(home: Path, asked: list[str]) -> Context:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        asked.append(str(request.url))
        return httpx.Response(401)

    plain = {"type": "seal", "region": "us", "key": KEY}
    accounts = {
        "one": {**plain, "gateway": GATEWAY},
        "other": {**plain, "region": "eu", "gateway": f"{GATEWAY}/"},
        "third": {**plain, "region": "in"},
        "wrong": {**plain, "gateway": "http://gw.acme.example"},
    }
    configure(home, accounts=accounts)
    transport = httpx.MockTransport(answer)
    return Context(env={"HOME": str(home)}, plugins=host_with(Seal()), transport=transport)


def test_each_is_asked_once_and_a_region_that_nobody_uses_is_not(
    context: Context, asked: list[str]
) -> None:
    found = {each.subject: (each.level, each.message) for each in network_findings(context)}
    assert sorted(asked) == [f"{GATEWAY}/api/app/me", "https://in.mixpanel.com/api/app/me"]
    assert found["one"] == ("ok", "The endpoint of one can be reached.")
    assert found["in"] == ("ok", "Region in can be reached.")
    assert found["wrong"][0] == "error"
    assert "mp_endpoint" in found["wrong"][1]
    assert found.keys() == {"one", "in", "wrong"}


def test_the_configured_base_stands_over_it(home: Path, context: Context, asked: list[str]) -> None:
    env = {"HOME": str(home), "MP_API_BASE_URL": "http://127.0.0.1:9"}
    around = Context(env=env, plugins=context.plugins, transport=context.transport)
    assert {each.subject for each in network_findings(around)} == {"us", "eu", "in"}
    assert set(asked) == {"http://127.0.0.1:9/api/app/me"}
