"""Where an account's requests go: its region, its endpoint, or `MP_API_BASE_URL`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from mp_core._network.endpoints import FAMILIES, Family
from mp_core._runtime.context import Context
from mp_core._runtime.destination import Destination
from mp_core.errors import ConfigError, ProviderFailedError
from mp_core.plugin.account import Account
from mp_core.plugin.hooks import hookimpl
from tests.support.fake_providers import Provider
from tests.support.signing_provider import Seal, SealAccount, host_with

BASE = {"MP_API_BASE_URL": "http://127.0.0.1:8080"}


class ByFamily(Provider):
    """A gateway in front of the queries alone; what it answers elsewhere is given."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[Family] = []

    @hookimpl
    def mp_account_model(self) -> type[Account]:
        return SealAccount

    @hookimpl
    def mp_auth_header(self) -> str:
        return "Seal x"

    @hookimpl
    def mp_endpoint(self, account: SealAccount, family: Family) -> Any:
        self.asked.append(family)
        return self.answers.get(family)


def destination(answers: Mapping[str, Any], env: Mapping[str, str] | None = None) -> Destination:
    account = SealAccount(name="me", region="eu")
    return Destination(account, host_with(ByFamily(answers)), env or {})


def everywhere(answer: Any) -> Destination:
    return destination(dict.fromkeys(FAMILIES, answer))


@pytest.mark.parametrize(
    ("endpoint", "base"),
    [
        ("https://gw.acme.example", "https://gw.acme.example"),
        ("https://gw.acme.example/", "https://gw.acme.example"),
        ("https://gw.acme.example:8443/mixpanel/eu/", "https://gw.acme.example:8443/mixpanel/eu"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_the_path_of_the_api_follows_the_endpoint_which_keeps_its_own(
    endpoint: str, base: str
) -> None:
    found = {family: everywhere(endpoint).base_url(family) for family in FAMILIES}
    assert found == {
        "app": f"{base}/api/app",
        "query": f"{base}/api/query",
        "export": f"{base}/api/2.0",
        "oauth": f"{base}/oauth",
    }


def test_every_family_is_asked_for_and_none_is_the_host_of_the_region() -> None:
    found = destination({"query": "https://gw.acme.example"})
    assert found.base_url("query") == "https://gw.acme.example/api/query"
    assert found.base_url("app") == "https://eu.mixpanel.com/api/app"
    assert found.base_url("export") == "https://data-eu.mixpanel.com/api/2.0"
    assert found.may_receive("https://gw.acme.example/api/query/x")
    assert found.may_receive("https://eu.mixpanel.com/api/app/me")


def test_h46_the_hosts_of_the_region_get_nothing_where_every_family_has_an_endpoint() -> None:
    found = everywhere("https://gw.acme.example/mixpanel")
    assert found.may_receive("https://gw.acme.example/mixpanel/api/app/me")
    for url in (
        "https://eu.mixpanel.com/api/app/me",
        "https://gw.acme.example:8443/",
        "http://gw.acme.example/",
        "https://gw.acme.example.evil.example/",
    ):
        assert not found.may_receive(url)


def test_the_configured_base_stands_over_it_and_the_provider_is_not_asked() -> None:
    provider = ByFamily({"app": "not an address"})
    account = SealAccount(name="me", region="eu")
    found = Destination(account, host_with(provider), BASE)
    assert found.base_url("app") == "http://127.0.0.1:8080/api/app"
    assert found.may_receive("http://127.0.0.1:8080/x")
    assert not found.may_receive("https://eu.mixpanel.com/x")
    assert provider.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        "https://ann:fake-secret@gw.acme.example",
        "http://gw.acme.example",
        "ftp://gw.acme.example",
        "gw.acme.example",
        "//gw.acme.example",
        "https://gw.acme.example?key=fake-secret",
        "https://gw.acme.example:0",
        "https://",
        "",
        b"https://gw.acme.example",
        7,
    ],
)
def test_h46_another_address_is_refused_with_the_name_of_the_provider(answer: Any) -> None:
    for use in (
        lambda: everywhere(answer).base_url("app"),
        lambda: everywhere(answer).may_receive("https://gw.acme.example"),
    ):
        with pytest.raises(ProviderFailedError, match="seal of mp-seal") as caught:
            use()
        assert "fake-secret" not in f"{caught.value} {caught.value.details}"


def test_token_requests_go_there_as_well() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(204)

    around = Context(env={}, plugins=host_with(Seal()), transport=httpx.MockTransport(answer))
    account = SealAccount(name="me", region="eu", gateway="https://gw.acme.example/mixpanel")
    with around.oauth_http(account) as http:
        http.post("token/")
    assert seen == ["https://gw.acme.example/mixpanel/oauth/token/"]
    with pytest.raises(ConfigError):
        around.oauth_http(SealAccount(name="me", region="eu", gateway="http://gw.acme.example"))
