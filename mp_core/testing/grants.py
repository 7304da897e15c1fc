"""Checks of the hooks that ask a server for tokens, or to forget them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import httpx
import pytest

from mp_core._runtime.context import Context
from mp_core.errors import MpError, OAuthError
from mp_core.plugin._host.host import Host
from mp_core.plugin.account import Account
from mp_core.plugin.tokens import REFRESH_ERROR, REFRESH_REVOKED, OAuthTokens
from mp_core.testing.effects import STARTS_PROCESS, effects
from mp_core.testing.secrecy import told
from mp_core.testing.subject import Subject, implements, leaked

_CANARY: Final = "canary-in-an-answer"
_Answer = Callable[[httpx.Request], httpx.Response]


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("unreachable", request=request)


def _refusing(status: int, code: str) -> _Answer:
    return lambda request: httpx.Response(status, json={"error": code})


_PASSING: Final[dict[str, _Answer]] = {
    "an error of the server": lambda request: httpx.Response(500, text="oops"),
    "a server that is too busy": lambda request: httpx.Response(503),
    "another error code than invalid_grant": _refusing(400, "invalid_request"),
    "no connection": _unreachable,
}
_MALFORMED: Final[dict[str, _Answer]] = {
    "an answer with no JSON": lambda request: httpx.Response(200, text=f"<html>{_CANARY}"),
    "an answer with no object": lambda request: httpx.Response(200, json=[_CANARY]),
    "an answer with no access token": lambda request: httpx.Response(
        200, json={"id_token": _CANARY}
    ),
}


class Asking:
    """One hook that asks for tokens, ready to be called.

    Args:
        hook: Its name.
        account: The account.
        spent: The tokens to refresh, or None.
        metadata: Answers requests that only look something up (RFC 8414).

    Attributes:
        hook: Its name.
        is_refresh: Whether it trades a refresh token.
        urls: Where its requests went.
    """

    def __init__(
        self, hook: str, account: Account, spent: OAuthTokens | None, metadata: _Answer
    ) -> None:
        self.hook = hook
        self.is_refresh = spent is not None
        self.urls: list[httpx.URL] = []
        self._account = account
        self._spent = spent
        self._metadata = metadata

    def __call__(self, answer: _Answer) -> OAuthTokens | None:
        """Call the hook before a server that answers like this."""

        def watched(request: httpx.Request) -> httpx.Response:
            self.urls.append(request.url)
            return self._metadata(request) if request.method == "GET" else answer(request)

        context = Context(transport=httpx.MockTransport(watched))
        with context.oauth_http(self._account) as http:
            if self._spent is None:
                return context.host.fetch_tokens(self._account, http)
            return context.host.refresh_tokens(self._account, self._spent, http)

    def error(self, answer: _Answer, what: str) -> OAuthError | None:
        """Return the error that a failing server leads to; None for a hook that asks no server."""
        try:
            self(answer)
        except OAuthError as error:
            return error
        except MpError as error:
            pytest.fail(f"After {what}, {self.hook} must raise OAuthError: {error}")
        assert not self.urls, f"After {what}, {self.hook} must raise OAuthError."
        return None


class GrantChecks(Subject):
    """Tokens are asked for in one request, and nothing else happens; failures are told apart."""

    @pytest.fixture
    def askings(self, account: Account, tokens: OAuthTokens | None, host: Host) -> list[Asking]:
        """The hooks that ask for tokens, for a type that has any."""
        found = []
        if implements(host, account, "mp_refresh_tokens"):
            assert tokens is not None, "Supply tokens to refresh: override the fixture `tokens`."
            assert tokens.refresh_token is not None, "Give the fixture `tokens` a refresh token."
            found.append(Asking("mp_refresh_tokens", account, tokens, self.answer))
        if implements(host, account, "mp_fetch_tokens"):
            found.append(Asking("mp_fetch_tokens", account, None, self.answer))
        return found or pytest.skip("the type asks nobody for tokens")

    def test_asking_for_tokens_yields_new_ones(
        self, askings: list[Asking], tokens: OAuthTokens | None
    ) -> None:
        for asking in askings:
            fresh = asking(self.answer)
            assert fresh is not None, f"{asking.hook} must return OAuthTokens."
            assert not fresh.is_expired(), f"{asking.hook} returns tokens that have expired."
            assert tokens is None or fresh.access_token != tokens.access_token, (
                f"{asking.hook} returns the old access token."
            )

    def test_asking_for_tokens_does_nothing_else(self, askings: list[Asking]) -> None:
        for asking in askings:
            asking(self.answer)
            with effects() as found:
                asking(self.answer)
            allowed = set() if asking.is_refresh else {STARTS_PROCESS}
            wrong = [effect for effect in found if effect not in allowed]
            assert not wrong, (
                f"{asking.hook} {wrong[0]}. It must make its request with `http` and nothing else:"
                " the core locks, stores and caches."
            )

    def test_a_request_goes_over_https_and_keeps_secrets_out_of_its_address(
        self, askings: list[Asking], secrets: list[str]
    ) -> None:
        for asking in askings:
            asking(self.answer)
            for url in asking.urls:
                is_loopback = url.host in ("127.0.0.1", "localhost", "::1")
                assert url.scheme == "https" or is_loopback, f"{url} is no https address."
                assert not leaked(str(url), secrets), (
                    f"{asking.hook} puts a secret into an address, where logs keep it: send it in"
                    " the body (RFC 6749 §2.3.1)."
                )

    def test_a_login_that_is_gone_is_told_from_a_failure_that_passes(
        self, askings: list[Asking]
    ) -> None:
        for asking in askings:
            for what, answer in {
                "invalid_grant": _refusing(400, "invalid_grant"),
                **_PASSING,
            }.items():
                code = REFRESH_REVOKED if what == "invalid_grant" else REFRESH_ERROR
                error = asking.error(answer, what)
                assert error is None or not asking.is_refresh or error.code == code, (
                    f"After {what}, {asking.hook} must raise OAuthError with the code {code}: only"
                    " invalid_grant ends a login for good (RFC 6749 §5.2)."
                )

    def test_a_malformed_answer_is_an_error_without_its_content(
        self, askings: list[Asking]
    ) -> None:
        for asking in askings:
            for what, answer in _MALFORMED.items():
                error = asking.error(answer, what)
                assert error is None or _CANARY not in told(error), (
                    f"The error for {what} repeats the answer, which may hold a token: raise it"
                    " `from None`, without the body."
                )

    def test_revoking_answers_yes_or_no(
        self, account: Account, tokens: OAuthTokens | None, host: Host
    ) -> None:
        if tokens is None or not implements(host, account, "mp_revoke_tokens"):
            pytest.skip("the type has no mp_revoke_tokens, or no tokens are supplied")
        for answer in (lambda request: httpx.Response(200), *_PASSING.values()):
            context = Context(transport=httpx.MockTransport(answer))
            with context.oauth_http(account) as http, effects() as found:
                host.try_revoke(account, tokens, http)
            assert not found, f"mp_revoke_tokens {found[0]}: it must only make a request."
