"""Mixpanel's addresses, and which of them may see a credential."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mp_core._network.endpoints import (
    FAMILIES,
    REGIONS,
    Family,
    Region,
    base_url,
    is_loopback,
    may_carry_credential,
    override,
)
from mp_core.errors import ConfigError

CANARY = "fake-secret-canary"
ADDRESSES = {
    ("us", "app"): "https://mixpanel.com/api/app",
    ("us", "query"): "https://mixpanel.com/api/query",
    ("us", "export"): "https://data.mixpanel.com/api/2.0",
    ("us", "oauth"): "https://mixpanel.com/oauth",
    ("eu", "app"): "https://eu.mixpanel.com/api/app",
    ("eu", "query"): "https://eu.mixpanel.com/api/query",
    ("eu", "export"): "https://data-eu.mixpanel.com/api/2.0",
    ("eu", "oauth"): "https://eu.mixpanel.com/oauth",
    ("in", "app"): "https://in.mixpanel.com/api/app",
    ("in", "query"): "https://in.mixpanel.com/api/query",
    ("in", "export"): "https://data-in.mixpanel.com/api/2.0",
    ("in", "oauth"): "https://in.mixpanel.com/oauth",
}


def base(value: str) -> dict[str, str]:
    return {"MP_API_BASE_URL": value}


def allowed(url: str, region: Region, env: dict[str, str]) -> bool:
    return may_carry_credential(url, region, (override(env),) * len(FAMILIES))


def test_every_region_has_an_address_for_every_family() -> None:
    assert get_args(Region) == REGIONS
    assert get_args(Family) == FAMILIES
    found = {(r, f): base_url(r, f, {}) for r in REGIONS for f in FAMILIES}
    assert found == ADDRESSES


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("https://mixpanel.acme.example", "https://mixpanel.acme.example"),
        ("https://acme.example/", "https://acme.example"),
        (" https://acme.example\r\n", "https://acme.example"),
        ("https://acme.example:8443/gate/", "https://acme.example:8443/gate"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://sandbox.localhost", "http://sandbox.localhost"),
        ("http://127.0.0.2:1", "http://127.0.0.2:1"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_the_base_replaces_scheme_and_host_of_every_family(value: str, origin: str) -> None:
    for region in REGIONS:
        assert base_url(region, "app", base(value)) == f"{origin}/api/app"
        assert base_url(region, "query", base(value)) == f"{origin}/api/query"
        assert base_url(region, "export", base(value)) == f"{origin}/api/2.0"
        assert base_url(region, "oauth", base(value)) == f"{origin}/oauth"


def test_an_empty_base_counts_as_unset() -> None:
    assert override(base("")) is None
    assert override({}) is None


@pytest.mark.parametrize(
    "value",
    [
        "http://acme.example",
        "http://localhost.acme.example",
        "http://127.0.0.1.acme.example",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "ftp://localhost",
        "//localhost",
        "localhost:8000",
        "https://",
        "https:///api",
        f"https://ann:{CANARY}@acme.example",
        f"https://{CANARY}@acme.example",
        f"https://acme.example/?key={CANARY}",
        "https://acme.example:0",
        "https://acme.example:99999",
        "https://acme.example:x",
        "https://[::1",
        "https://acme..example",
        f"https://{'a' * 64}.example",
        "https://xn--.example",
        "https://ac me.example",
        "https://äcme.example",
        "x",
        "https://@acme.example",
        "http://[::1].acme.example",
        "http://[::1]acme.example",
        "https://[v1.localhost]",
        "https://[1.2]",
        "http://acme.example\\.localhost",
        "http://acme.example%2f.localhost",
        "http://*.localhost",
        "https://\tacme.example",
        "https://mixpanel.com\n.acme.example",
        "https://acme.example/\rgate",
    ],
)
def test_h46_a_base_that_may_not_see_a_credential_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ConfigError, match="MP_API_BASE_URL") as caught:
        base_url("us", "app", base(value))
    error = caught.value
    assert error.details == {"variable": "MP_API_BASE_URL"}
    assert "unset MP_API_BASE_URL" in (error.hint or "")
    assert CANARY not in f"{error!r} {error.hint}"


@pytest.mark.parametrize("region", REGIONS)
def test_h46_a_credential_goes_to_the_hosts_of_its_region_alone(region: Region) -> None:
    for (owner, _), address in ADDRESSES.items():
        assert allowed(f"{address}/me?x=1", region, {}) is (owner == region)


@pytest.mark.parametrize(
    "url",
    [
        "http://mixpanel.com/api/app/me",
        "http://mixpanel.com:443/api/app/me",
        "https://mixpanel.com:8443/api/app/me",
        "https://mixpanel.com.acme.example/api/app/me",
        "https://notmixpanel.com/",
        "https://mixpanel.com@acme.example/",
        "https://mixpanel.com:99999/",
        "https://[mixpanel.com/",
        "/api/app/me",
        "",
    ],
)
def test_h46_nothing_but_the_very_origin_will_do(url: str) -> None:
    assert allowed(url, "us", {}) is False


def test_the_default_port_may_be_spelled_out() -> None:
    assert allowed("https://MIXPANEL.com:443/x", "us", {}) is True
    assert allowed("http://localhost:80/", "us", base("http://localhost")) is True


def test_h46_a_base_takes_the_place_of_all_hosts() -> None:
    env = base("http://127.0.0.1:8000")
    assert allowed("http://127.0.0.1:8000/oauth/token/", "eu", env) is True
    assert allowed("http://127.0.0.1:8001/oauth/token/", "eu", env) is False
    assert allowed("https://eu.mixpanel.com/oauth/token/", "eu", env) is False


@given(st.ip_addresses())
def test_an_address_is_loopback_when_it_leads_back_here(address: Any) -> None:
    assert is_loopback(str(address)) is address.is_loopback
