"""The authorization request, and which redirects answer it."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from mp_core.errors import OAuthError
from mp_oauth_browser.authorization import AuthorizationRequest, is_answer

from .conftest import ACCOUNT


def requested(endpoint: str = "https://mixpanel.com/oauth/authorize/") -> AuthorizationRequest:
    return AuthorizationRequest(ACCOUNT, endpoint, "client", "http://localhost:19284/callback")


def answer(request: AuthorizationRequest, **parameters: str) -> str:
    return urlencode({"state": request.state, **parameters})


def refused(request: AuthorizationRequest, query: str) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        request.code_from(query)
    return caught.value


def test_the_address_asks_for_a_code_with_a_hashed_verifier_and_no_scope() -> None:
    request = requested()
    address, _, query = request.url.partition("?")
    assert address == request.endpoint
    digest = hashlib.sha256(request.code_verifier.encode()).digest()
    assert parse_qs(query) == {
        "response_type": ["code"],
        "client_id": ["client"],
        "redirect_uri": ["http://localhost:19284/callback"],
        "state": [request.state],
        "code_challenge": [base64.urlsafe_b64encode(digest).decode().rstrip("=")],
        "code_challenge_method": ["S256"],
    }


def test_state_and_verifier_are_new_for_every_request_and_long_enough() -> None:
    made = [requested() for _ in range(50)]
    secrets = {secret for request in made for secret in (request.state, request.code_verifier)}
    assert len(secrets) == 100
    assert all(len(secret) >= 43 for secret in secrets)


def test_h39_a_request_does_not_show_its_secrets() -> None:
    request = requested()
    assert request.state not in repr(request)
    assert request.code_verifier not in repr(request)
    assert request.code_verifier not in request.url


def test_the_code_of_the_answer_is_returned() -> None:
    request = requested()
    assert request.code_from(answer(request, code="fake/code+1")) == "fake/code+1"


@pytest.mark.parametrize("query", ["code=c&state=other", "code=c&state=", "code=c", "error=e", ""])
def test_h29_an_answer_to_another_request_is_refused(query: str) -> None:
    error = refused(requested(), query)
    assert error.code == "OAUTH_STATE_MISMATCH"
    assert "belongs to another request" in error.message


def test_a_state_that_is_no_ascii_is_refused_like_any_other() -> None:
    assert refused(requested(), "code=c&state=%C3%A9").code == "OAUTH_STATE_MISMATCH"


@pytest.mark.parametrize(
    "issuer", ["https://mixpanel.com", "https://mixpanel.com/oauth", "https://MIXPANEL.com:443/"]
)
def test_an_answer_that_names_the_server_is_taken(issuer: str) -> None:
    request = requested()
    assert request.code_from(answer(request, code="c", iss=issuer)) == "c"


@pytest.mark.parametrize(
    "issuer",
    ["https://eu.mixpanel.com", "http://mixpanel.com", "https://mixpanel.com:8443", "x://[", "a:b"],
)
def test_an_answer_from_another_server_is_refused_with_a_code_or_an_error(issuer: str) -> None:
    request = requested()
    for parameters in ({"code": "c"}, {"error": "access_denied"}):
        error = refused(request, answer(request, **parameters, iss=issuer))
        assert error.code == "OAUTH_STATE_MISMATCH"
        assert "comes from another server" in error.message


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "access was denied in the browser"),
        ("invalid_scope", "the server answered invalid_scope"),
        ("<script>fake-secret</script>", "the server answered with an error"),
        ("e" * 41, "the server answered with an error"),
    ],
)
def test_a_refusal_is_told_and_only_codes_are_repeated(error: str, said: str) -> None:
    request = requested()
    failure = refused(request, answer(request, error=error, error_description="fake-secret"))
    assert failure.code == "OAUTH_AUTH_DENIED"
    assert said in failure.message
    assert "fake-secret" not in f"{failure!r} {failure.details}"


@pytest.mark.parametrize(
    ("query", "is_one"),
    [
        ("code=c&state=s", True),
        ("state=s&error=access_denied", True),
        ("code=c", False),
        ("error=access_denied", False),
        ("state=s", False),
        ("code=&state=s", False),
        pytest.param(urlsplit(requested().url).query, False, id="the request itself"),
        ("", False),
    ],
)
def test_an_answer_has_a_state_and_a_code_or_an_error(query: str, is_one: bool) -> None:
    assert is_answer(query) is is_one
