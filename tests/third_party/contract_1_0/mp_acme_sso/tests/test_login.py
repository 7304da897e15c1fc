"""The login on any device: told, approved, refused, late, and through bad weather."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from mp_acme_sso import AcmeSsoAccount
from mp_acme_sso.device import DeviceCode, log_in
from mp_core.errors import OAuthError
from mp_core.plugin import LoginFlow, OAuthTokens
from mp_core.testing import FakeClock
from tests.sso import GRANT, Sso, made

SECRETS = ("fake-device-code", "fake-access", "fake-refresh")


@dataclass
class Person:
    """Somebody who logs in: what was said, opened, and waited for."""

    http: httpx.Client
    clock: FakeClock
    said: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    has_browser: bool = True
    patience_s: float = 300

    def log_in(self, account: AcmeSsoAccount) -> OAuthTokens:
        flow = LoginFlow(
            http=self.http,
            registrations=None,  # type: ignore[arg-type]  # The client is that of the account.
            say=self.said.append,
            ask=None,
            browse=self._browse if self.has_browser else None,
            deadline_s=time.monotonic() + self.patience_s,
        )
        return log_in(account, flow, sleep=self._sleep, clock=self.clock.time)

    def refusal(self, account: AcmeSsoAccount) -> OAuthError:
        with pytest.raises(OAuthError) as caught:
            self.log_in(account)
        error = caught.value
        shown = f"{error} {error!r} {error.hint} {error.details} {error.__cause__!r}"
        assert not any(secret in shown for secret in SECRETS)
        assert "mp account login me" in str(error.hint)
        return error

    def _browse(self, url: str) -> bool:
        self.opened.append(url)
        return True

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.clock.sleep(seconds)


@pytest.fixture
def person(clock: FakeClock) -> Iterator[Person]:
    with httpx.Client(timeout=60) as http:
        yield Person(http, clock)


def test_a_person_is_told_where_to_enter_which_code(
    person: Person, account: AcmeSsoAccount, sso: Sso
) -> None:
    tokens = person.log_in(account)
    assert person.said == [f"To log in, open:\n  {sso.url}/device\nand enter the code BDWP-HQPK."]
    assert person.opened == [f"{sso.url}/device?user_code=BDWP-HQPK"]
    assert tokens.access_token.get_secret_value() == "fake-access-1"
    assert tokens.client_id == "mixpanel-cli"
    assert tokens.refresh_token is not None


def test_without_a_browser_the_person_is_told_all_the_same(
    person: Person, account: AcmeSsoAccount
) -> None:
    person.has_browser = False
    person.log_in(account)
    assert (len(person.said), person.opened) == (1, [])


def test_where_there_is_no_address_with_the_code_the_browser_shows_the_other(
    person: Person, account: AcmeSsoAccount, sso: Sso
) -> None:
    sso.device = {"verification_uri_complete": None}
    person.log_in(account)
    assert person.opened == [f"{sso.url}/device"]


def test_the_requests_are_those_of_the_rfc(person: Person, sso: Sso) -> None:
    person.log_in(made(issuer=sso.url, client_id="cli", audience="mixpanel"))
    scope = "openid offline_access"
    assert sso.forms("/device/auth") == [
        {"client_id": "cli", "scope": scope, "audience": "mixpanel"}
    ]
    assert sso.forms("/token") == [
        {"client_id": "cli", "grant_type": GRANT, "device_code": "fake-device-code"}
    ]


# Waiting (RFC 8628 §3.5).


@pytest.mark.parametrize(("interval", "pause"), [(None, 5), (1, 1), (2.5, 2.5)])
def test_polls_keep_the_interval_that_the_server_names(
    person: Person, account: AcmeSsoAccount, sso: Sso, interval: float | None, pause: float
) -> None:
    sso.device = {"interval": interval}
    sso.polls = ["authorization_pending"] * 3
    person.log_in(account)
    assert person.waits == [pause] * 4


def test_slow_down_lengthens_the_interval_for_good(
    person: Person, account: AcmeSsoAccount, sso: Sso
) -> None:
    sso.device = {"interval": 2}
    sso.polls = ["slow_down", "authorization_pending", "slow_down"]
    person.log_in(account)
    assert person.waits == [2, 7, 7, 12]


def test_a_server_that_is_not_there_for_a_while_is_asked_less_and_less_often(
    person: Person, account: AcmeSsoAccount, sso: Sso
) -> None:
    sso.device = {"interval": 2}
    sso.polls = ["busy", "busy", "authorization_pending"]
    person.log_in(account)
    assert person.waits == [2, 4, 8, 8]


def test_a_code_that_nobody_enters_ends_with_its_time(
    person: Person, account: AcmeSsoAccount, sso: Sso
) -> None:
    sso.device = {"interval": 10, "expires_in": 60}
    sso.polls = ["authorization_pending"] * 100
    assert person.refusal(account).code == "OAUTH_TIMEOUT"
    assert person.waits == [10] * 6


def test_the_time_limit_of_a_login_counts_where_it_is_the_shorter_one(
    person: Person, account: AcmeSsoAccount, sso: Sso
) -> None:
    person.patience_s = 25
    sso.device = {"interval": 10, "expires_in": 600}
    sso.polls = ["authorization_pending"] * 100
    assert person.refusal(account).code == "OAUTH_TIMEOUT"
    assert person.waits == [10] * 2


# Refusals.


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ("access_denied", "OAUTH_AUTH_DENIED", "access was denied"),
        ("expired_token", "OAUTH_TIMEOUT", "nobody approved in time"),
        ("invalid_grant", "OAUTH_TOKEN_ERROR", "it answered invalid_grant"),
        ("<b>boom</b>", "OAUTH_TOKEN_ERROR", "it answered HTTP 400"),
    ],
)
def test_h29_a_refusal_is_reported_at_once(
    person: Person, account: AcmeSsoAccount, sso: Sso, error: str, code: str, said: str
) -> None:
    sso.polls = ["authorization_pending", error]
    refusal = person.refusal(account)
    assert refusal.code == code
    assert said in str(refusal)
    assert len(sso.forms("/token")) == 2


@pytest.mark.parametrize(
    "device",
    [
        {"device_code": None},
        {"user_code": None},
        {"verification_uri": None},
        {"expires_in": None},
        {"expires_in": "soon"},
        {"interval": -1},
        {"interval": True},
        {"user_code": "\x1b[2J"},
        {"verification_uri": "two\nlines"},
        {"verification_uri": 7},
    ],
)
def test_h40_an_answer_that_is_no_device_code_is_told_without_its_content(
    person: Person, account: AcmeSsoAccount, sso: Sso, device: dict[str, Any]
) -> None:
    sso.device = device
    assert "its answer holds no device code" in str(person.refusal(account))
    assert person.said == []


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"issuer": "https://evil.example"}, "does not describe itself as that issuer"),
        ({"issuer": None}, "does not describe itself as that issuer"),
        ({"device_authorization_endpoint": None}, "offers no device_authorization_endpoint"),
        ({"token_endpoint": None}, "offers no token_endpoint"),
        ({"token_endpoint": "http://sso.acme.example/token"}, "offers no token_endpoint"),
        ({"token_endpoint": "file:///etc/passwd"}, "offers no token_endpoint"),
        ({"token_endpoint": ["x"]}, "offers no token_endpoint"),
    ],
)
def test_h46_metadata_that_leads_astray_is_not_followed(
    person: Person, account: AcmeSsoAccount, sso: Sso, metadata: dict[str, Any], said: str
) -> None:
    sso.metadata = metadata
    assert said in str(person.refusal(account))
    assert sso.forms("/token") == []


def test_a_server_that_is_not_there_is_told(person: Person, sso: Sso) -> None:
    elsewhere = made(issuer=f"{sso.url}/nowhere")
    assert "does not describe itself as that issuer" in str(person.refusal(elsewhere))
    gone = made(issuer="http://127.0.0.1:9")
    assert "it cannot be reached" in str(person.refusal(gone))


def test_h39_a_device_code_shows_its_user_code_alone() -> None:
    code = DeviceCode("fake-device-code", "BDWP-HQPK", "https://x.example", None, 1, 1)
    assert "BDWP-HQPK" in repr(code)
    assert "fake-device-code" not in f"{code} {code!r}"
