"""The region of a credential is found by asking all regions at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

import pytest

from mp_core._api.me import Me
from mp_core._api.me_lookup import Probe
from mp_core._login.regions import found_region, region_of_domain
from mp_core._network.endpoints import Region
from mp_core._runtime.context import Context
from mp_core.errors import APIError, AuthenticationError, MpError, QueryError
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import TokenResolver
from tests.fakes import badge

REFUSED = AuthenticationError("refused")
CONTEXT = Context(env={})


def me(**domains: str) -> Me:
    """The answer of a user whose projects have these domains, by id after a letter."""
    return Me.from_answer(
        {"user_id": 1, "projects": {key[1:]: {"domain": domain} for key, domain in domains.items()}}
    )


def answering(answers: Mapping[Region, Me | MpError]) -> Probe:
    def probe(context: Context, account: Account, resolver: TokenResolver | None = None) -> Me:
        answer = answers[account.region]
        if isinstance(answer, MpError):
            raise answer
        return answer

    return probe


def found(answers: Mapping[Region, Me | MpError], project: str | None = None) -> Region:
    return found_region(
        CONTEXT, lambda region: badge(region=region), answering(answers), project=project
    )[0]


def test_the_one_region_that_accepts_is_the_region() -> None:
    assert found({"us": REFUSED, "eu": me(p1="eu.mixpanel.com"), "in": REFUSED}) == "eu"


def test_where_several_accept_the_wanted_project_decides_then_the_number_at_home() -> None:
    mixed = me(p1="eu.mixpanel.com", p2="eu.mixpanel.com", p3="in.mixpanel.com")
    assert found({"us": mixed, "eu": mixed, "in": mixed}) == "eu"
    assert found({"us": mixed, "eu": mixed, "in": mixed}, project="3") == "in"
    assert found({"us": me(), "eu": me(), "in": me()}) == "us"


def test_a_credential_that_all_refuse_is_an_authentication_error() -> None:
    no_access = QueryError("no", status_code=403)
    with pytest.raises(AuthenticationError, match="us, eu, in refuse it"):
        found({"us": REFUSED, "eu": no_access, "in": REFUSED})


def test_h37_a_region_that_cannot_be_asked_is_unknown_and_not_a_no() -> None:
    with pytest.raises(APIError, match=r"not all could be asked\. in: broken") as caught:
        found({"us": REFUSED, "eu": REFUSED, "in": APIError("broken")})
    assert "--region" in (caught.value.hint or "")


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Ends what hangs, when the test has ended."""
    event = threading.Event()
    yield event
    event.set()


def test_h37_a_region_that_hangs_costs_its_deadline_and_no_more(release: threading.Event) -> None:
    def probe(context: Context, account: Account, resolver: TokenResolver | None = None) -> Me:
        if account.region != "in":
            release.wait(30)
        return me()

    region, _ = found_region(CONTEXT, lambda region: badge(region=region), probe, deadline_s=0.05)
    assert region == "in"


def test_h37_all_regions_are_asked_at_the_same_time() -> None:
    all_here = threading.Barrier(3)

    def probe(context: Context, account: Account, resolver: TokenResolver | None = None) -> Me:
        all_here.wait(30)
        return me()

    assert found_region(CONTEXT, lambda region: badge(region=region), probe)[0] == "us"


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
