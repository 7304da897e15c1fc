"""What a failed connection is told as, where the core's client has found out why."""

from __future__ import annotations

import httpx
import pytest

from mp_oauth_browser.connection import cause, way_out

CANARY = "fake-secret-in-a-request"
CERTIFICATE = "the certificate of mixpanel.com does not verify: its authority is not known here"
HINT = "export SSL_CERT_FILE=/path/to/authority.pem"
Kind = type[httpx.RequestError]
KINDS = pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ReadError, httpx.ProxyError])


def explained(kind: Kind) -> httpx.RequestError:
    error = kind(CERTIFICATE)
    error.add_note(HINT)
    return error


@KINDS
def test_h86_the_cause_and_its_way_out_are_handed_on(kind: Kind) -> None:
    error = explained(kind)
    assert (cause(error), way_out(error)) == (CERTIFICATE, HINT)


@KINDS
def test_what_nobody_has_put_into_words_is_not_repeated(kind: Kind) -> None:
    error = kind(CANARY)
    assert (cause(error), way_out(error)) == (kind.__name__, None)
