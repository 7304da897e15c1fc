"""The region of a credential is found by asking all regions at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest

from mp_core._login.regions import found_region
from mp_core._network.endpoints import Region, region_of_domain
from mp_core._runtime.context import Context
from mp_core.errors import APIError, AuthenticationError
from tests.support import fake_providers
from tests.support.fake_providers import badge

REGIONS: Mapping[str, Region] = {
    "mixpanel.com": "us",
    "eu.mixpanel.com": "eu",
    "in.mixpanel.com": "in",
}
"""The region of each host that may get the credential; another one is a KeyError."""
REFUSED, NO_ACCESS, BROKEN = 401, 403, 500


def me(**domains: str) -> dict[str, Any]:
    """The answer of a user whose projects have these domains, by id after a letter."""
    projects = {key[1:]: {"domain": domain} for key, domain in domains.items()}
    return {"user_id": 1, "projects": projects}


def served(answer: Callable[[Region], Any], **options: Any) -> Region:
    """The region that is found where each answers with this status, or this JSON."""

    def handle(request: httpx.Request) -> httpx.Response:
        given = answer(REGIONS[request.url.host])
        status, body = (given, {}) if isinstance(given, int) else (200, given)
        return httpx.Response(status, json=body)

    context = Context(env={}, plugins=fake_providers.HOST, transport=httpx.MockTransport(handle))
    return found_region(context, lambda region: badge(region=region), **options)[0]


def found(answers: Mapping[Region, Any], project: str | None = None) -> Region:
    return served(answers.__getitem__, project=project)


def test_the_one_region_that_accepts_is_the_region() -> None:
    assert found({"us": REFUSED, "eu": me(p1="eu.mixpanel.com"), "in": REFUSED}) == "eu"


def test_where_several_accept_the_wanted_project_decides_then_the_number_at_home() -> None:
    mixed = me(p1="eu.mixpanel.com", p2="eu.mixpanel.com", p3="in.mixpanel.com")
    assert found({"us": mixed, "eu": mixed, "in": mixed}) == "eu"
    assert found({"us": mixed, "eu": mixed, "in": mixed}, project="3") == "in"
    assert found({"us": me(), "eu": me(), "in": me()}) == "us"


def test_a_credential_that_all_refuse_is_an_authentication_error() -> None:
    with pytest.raises(AuthenticationError, match="us, eu, in refuse it"):
        found({"us": REFUSED, "eu": NO_ACCESS, "in": REFUSED})


def test_h37_a_region_that_cannot_be_asked_is_unknown_and_not_a_no() -> None:
    with pytest.raises(
        APIError, match=r"not all could be asked\. in: Mixpanel answered 500"
    ) as caught:
        found({"us": REFUSED, "eu": REFUSED, "in": BROKEN})
    assert "--region" in (caught.value.hint or "")


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Ends what hangs, when the test has ended."""
    event = threading.Event()
    yield event
    event.set()


def test_h37_regions_that_hang_cost_one_deadline_and_no_more(release: threading.Event) -> None:
    def answer(region: Region) -> Any:
        if region != "in":
            release.wait(120)
        return me()

    start = time.monotonic()
    assert served(answer, deadline_s=1.0) == "in"
    assert time.monotonic() - start < 60, "The others hang for 120 s."


def test_h37_all_regions_are_asked_at_the_same_time() -> None:
    all_here = threading.Barrier(3)

    def answer(region: Region) -> Any:
        all_here.wait(30)
        return me()

    assert served(answer) == "us"


@pytest.mark.parametrize(
    ("domain", "region"),
    [
        ("mixpanel.com", "us"),
        ("EU.mixpanel.com", "eu"),
        ("in.mixpanel.com", "in"),
        ("evil.example", None),
        (None, None),
    ],
)
def test_a_projects_domain_tells_its_region(domain: str | None, region: Region | None) -> None:
    assert region_of_domain(domain) == region
