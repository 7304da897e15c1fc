"""What a failed connection is told as, where the core's client has found out why."""

from __future__ import annotations

import httpx
import pytest

from mp_oauth_browser.connection import unanswered

CANARY = "fake-secret-in-a-request"
CERTIFICATE = "the certificate of mixpanel.com does not verify: its authority is not known here"
HINT = "export SSL_CERT_FILE=/path/to/authority.pem"
Kind = type[httpx.RequestError]


def explained(kind: Kind) -> httpx.RequestError:
    error = kind(CERTIFICATE)
    error.add_note(HINT)
    return error


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (httpx.ConnectError, f"the server could not be reached ({CERTIFICATE})"),
        (httpx.ReadError, f"the server's answer was lost ({CERTIFICATE})"),
        (httpx.ProxyError, CERTIFICATE),
    ],
)
def test_h86_the_cause_and_its_way_out_are_handed_on(kind: Kind, said: str) -> None:
    assert unanswered(explained(kind)) == (said, HINT)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (httpx.ConnectError, "the server could not be reached"),
        (httpx.ReadError, "the server's answer was lost (ReadError)"),
        (httpx.ProxyError, "the server's answer was lost (ProxyError)"),
    ],
)
def test_what_nobody_has_put_into_words_is_not_repeated(kind: Kind, said: str) -> None:
    assert unanswered(kind(CANARY)) == (said, None)
