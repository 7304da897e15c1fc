"""`SessionAuth`: the credential goes to its own hosts alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from mp_core._api.auth import SessionAuth
from mp_core._api.client import MixpanelClient
from mp_core._runtime.context import Context
from mp_core.errors import ConfigError, MpError
from mp_core.sandbox import Fault, Sandbox
from tests.support.bearer_server import (
    BOTH,
    ME,
    PLUGINS,
    URL,
    Pass,
    Resolver,
    Server,
    context,
    session,
    tokens,
)

OTHERS = [
    "https://evil.invalid/",
    "https://mixpanel.com.evil.invalid/",
    "https://eu.mixpanel.com/api/app/me",
    "https://mixpanel.com:8443/api/app/me",
    "https://api.mixpanel.com/",
    "http://mixpanel.com/api/app/me",
    "http://127.0.0.1:1234/",
    "http://\\:99999/",
]


@BOTH
@pytest.mark.parametrize("url", OTHERS)
def test_h46_other_hosts_and_plain_http_are_refused_before_anything_is_sent(
    get: Callable[[Server, SessionAuth, str], int], url: str
) -> None:
    server, resolver = Server("one"), Resolver(["one"])
    auth = SessionAuth(session(), context=Context(plugins=PLUGINS, env={}), token_resolver=resolver)
    with pytest.raises(ConfigError, match="is not sent to") as caught:
        get(server, auth, url)
    assert caught.value.code == "CREDENTIAL_HOST"
    assert (server.seen, resolver.asked) == ([], 0)


@pytest.mark.parametrize(
    "url",
    [
        "https://eu.mixpanel.com/api/app/me",
        "https://eu.mixpanel.com:443/api/query/x",
        "https://data-eu.mixpanel.com/api/2.0/export",
        "https://eu.mixpanel.com/oauth/token/",
    ],
)
def test_h46_every_family_of_the_accounts_region_is_served(url: str) -> None:
    around = Context(plugins=PLUGINS, env={})
    auth = SessionAuth(session("eu"), context=around, token_resolver=Resolver(["one"]))
    assert Server("one").get(auth, url) == 200


def test_h46_a_configured_base_takes_the_place_of_every_other_host() -> None:
    around = Context(plugins=PLUGINS, env={"MP_API_BASE_URL": "http://127.0.0.1:8080"})
    auth = SessionAuth(session(), context=around, token_resolver=Resolver(["one"]))
    assert Server("one").get(auth, "http://127.0.0.1:8080/api/app/me") == 200
    for url in (URL, "http://127.0.0.1:8081/api/app/me", "https://127.0.0.1:8080/api/app/me"):
        with pytest.raises(ConfigError):
            Server("one").get(auth, url)


@pytest.mark.parametrize("follow", [True, False])
def test_h46_a_redirect_never_carries_the_credential(sandbox: Sandbox, follow: bool) -> None:
    token = sandbox.identities[0].token
    with Sandbox() as other:
        sandbox.inject(Fault("redirect", location=f"{other.url}/api/app/me"))
        around = Context(plugins=PLUGINS, env={"MP_API_BASE_URL": sandbox.url})
        auth = SessionAuth(session(), context=around, token_resolver=Resolver([token]))
        with httpx.Client(auth=auth, follow_redirects=follow, trust_env=False) as client:
            client.get(f"{sandbox.url}/api/app/me")
        assert [r.authorization for r in other.requests] == [None] * len(other.requests)
        assert bool(other.requests) is follow
    assert sandbox.requests[0].authorization == f"Bearer {token}"


def test_h46_the_cores_own_client_does_not_follow_redirects(home: Path, sandbox: Sandbox) -> None:
    with Sandbox() as other:
        sandbox.inject(Fault("redirect", location=f"{other.url}/api/app/me"))
        around = context(home, Pass(lambda: tokens("x")), tokens("y"), MP_API_BASE_URL=sandbox.url)
        client = MixpanelClient(around)
        with pytest.raises(MpError, match="redirect"):
            client.send(ME, session())
        client.close()
        assert other.requests == []
