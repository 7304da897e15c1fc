"""The single sign-on: where its endpoints are, and what they answer (RFC 6749, 7009, 8414)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import httpx

from mp_acme_sso.addresses import is_safe
from mp_core.errors import OAuthError
from mp_core.plugin import OAuthTokens

if TYPE_CHECKING:
    from mp_acme_sso import AcmeSsoAccount

_METADATA: Final = "/.well-known/openid-configuration"
_ERROR: Final = re.compile(r"[a-z_]{1,40}")
"""The form of every registered error code; another text is not repeated."""


class RefusedError(OAuthError):
    """The single sign-on refused, with a code (RFC 6749 §5.2, RFC 8628 §3.5) or without.

    Attributes:
        error: The code, or None.
    """

    error: str | None = None


class UnavailableError(OAuthError):
    """The single sign-on cannot be reached, or has a problem of its own: another try may help."""


class Server:
    """The single sign-on of one account.

    Args:
        account: The account.
        http: Makes the requests.
        code: Code of the errors that tell nothing worse.
    """

    def __init__(self, account: AcmeSsoAccount, http: httpx.Client, code: str) -> None:
        self._account = account
        self._http = http
        self._code = code
        self._metadata: Mapping[str, Any] | None = None

    def refreshed(self, tokens: OAuthTokens) -> OAuthTokens:
        """Return new tokens for a refresh token.

        Raises:
            OAuthError: `OAUTH_REFRESH_REVOKED` when the login is gone, else `OAUTH_REFRESH_ERROR`.
        """
        if tokens.refresh_token is None:
            raise self.failed("it has no refresh token")
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh_token.get_secret_value(),
        }
        try:
            return self.tokens(form)
        except RefusedError as error:
            if error.error == "invalid_grant":
                raise self.failed("the login has ended", "OAUTH_REFRESH_REVOKED") from None
            raise

    def revoked(self, tokens: OAuthTokens) -> bool:
        """Return whether the login was revoked; False where that is not offered."""
        spent = tokens.refresh_token or tokens.access_token
        try:
            self.post("revocation_endpoint", {"token": spent.get_secret_value()})
        except OAuthError:
            return False
        return True

    def tokens(self, form: Mapping[str, str]) -> OAuthTokens:
        """Return what the token endpoint hands out.

        Raises:
            RefusedError: It refuses.
            OAuthError: It cannot be reached, or its answer is malformed.
        """
        answer = self.post("token_endpoint", form)
        try:
            tokens = OAuthTokens.from_token_response(answer)
        except (KeyError, TypeError, ValueError):
            raise self.failed("its answer holds no tokens") from None
        if tokens.token_type.lower() != "bearer":
            raise self.failed("its tokens are no bearer tokens")
        return tokens.model_copy(update={"client_id": self._account.client_id})

    def post(self, endpoint: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the answer of an endpoint, as the account's client.

        Raises:
            RefusedError: It refuses.
            OAuthError: It is not there, cannot be reached, or its answer is malformed.
        """
        address = self._address(endpoint)
        answer = self._sent("POST", address, {"client_id": self._account.client_id, **form})
        body = _object(answer)
        if answer.is_success:
            return body
        raise self._refused(answer, body.get("error"))

    def failed(self, reason: str, code: str | None = None) -> OAuthError:
        """Return an error about the single sign-on."""
        return OAuthError(self._message(reason), hint=self._hint, code=code or self._code)

    def _address(self, endpoint: str) -> str:
        """Return the address of an endpoint, which must be as safe as the issuer's own."""
        if self._metadata is None:
            answer = self._sent("GET", self._account.issuer + _METADATA)
            self._metadata = _object(answer) if answer.is_success else {}
        if str(self._metadata.get("issuer")).rstrip("/") != self._account.issuer:
            raise self.failed("it does not describe itself as that issuer (RFC 8414 §3.3)")
        address = self._metadata.get(endpoint)
        if not isinstance(address, str) or not is_safe(address):
            raise self.failed(f"it offers no {endpoint}")
        return address

    def _sent(
        self, method: str, address: str, form: Mapping[str, str] | None = None
    ) -> httpx.Response:
        reason = "it cannot be reached"
        try:
            answer = self._http.request(method, address, data=form)
            if not answer.is_server_error:
                return answer
            reason = f"it answered HTTP {answer.status_code}"
        except httpx.TimeoutException:
            reason = "it does not answer in time"
        except (httpx.RequestError, httpx.InvalidURL):
            pass
        # Raised here, since the request in the exception holds the credential.
        raise UnavailableError(self._message(reason), hint=self._hint, code=self._code)

    def _refused(self, answer: httpx.Response, error: Any) -> RefusedError:
        known = error if isinstance(error, str) and _ERROR.fullmatch(error) else None
        reason = f"it answered {known or f'HTTP {answer.status_code}'}"
        refused = RefusedError(self._message(reason), hint=self._hint, code=self._code)
        refused.error = known
        return refused

    def _message(self, reason: str) -> str:
        return f"The single sign-on of account {self._account.name!r} failed: {reason}."

    @property
    def _hint(self) -> str:
        return f"Try again, or log in: mp account login {self._account.name}"


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer, empty where it holds something else."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
